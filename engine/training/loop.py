"""The one training loop, on Accelerate: one process on a CPU, one GPU or many, by the same command.

Every step is a function of the weights, the optimiser's state, the seed, the step's number and the number of processes: batches
are drawn from a generator seeded with these, dropout and noise with the process's rank too. A resumed run therefore takes the
same path as one that was never stopped.

`out` is a usable model folder from the first checkpoint on; what is needed to go on lies in `out/training`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.errors import ModelError
from engine.progress import NO_PROGRESS, Cancelled, Progress
from engine.training.averages import MovingAverage
from engine.training.config import TrainConfig
from engine.training.tasks import Task, make_task

WORK_FOLDER = "training"
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class TrainReport:
    """How a run ended.

    Attributes:
        folder: the model folder.
        steps: optimiser steps taken in all, resumed ones included.
        total: steps that the configuration asks for.
        seconds: wall time spent training in all.
        losses: smoothed values of the last log line.
        validation: last validation values.
        resumed_at: step at which this call took over; 0 for a fresh run.
    """

    folder: Path
    steps: int
    total: int
    seconds: float
    losses: dict[str, float]
    validation: dict[str, float]
    resumed_at: int

    @property
    def finished(self) -> bool:
        """True if all steps were taken."""
        return self.steps >= self.total


def train(
    config: TrainConfig,
    out: Path,
    data_root: Path,
    progress: Progress = NO_PROGRESS,
    *,
    max_minutes: float | None = None,
    command: str = "",
) -> TrainReport:
    """Train a model, or go on with a run that was stopped.

    Args:
        config: what to train. To go on with a run, everything but `steps` and the timing fields must be as it was.
        out: model folder to write.
        data_root: data set made by `shape-engine data build`.
        progress: told about steps; a cancel saves a checkpoint first.
        max_minutes: stop (resumably) after this much wall time; None for no limit.
        command: the command line, for the model's card.

    Raises:
        DataError: if the data set lacks what the method needs.
        ModelError: if `out` holds a run with another configuration.
    """
    task = make_task(config, data_root, progress)
    return run(task, out, progress, max_minutes=max_minutes, command=command)


def run(
    task: Task, out: Path, progress: Progress = NO_PROGRESS, *, max_minutes: float | None = None, command: str = ""
) -> TrainReport:
    """The loop itself; `train` is `make_task` and this."""
    started = time.monotonic()
    accelerator = _accelerator(task.config)
    with torch.random.fork_rng(devices=[accelerator.device] if accelerator.device.type == "cuda" else []):
        return _Run(task, out, accelerator, command).go(progress, started, max_minutes)


def _accelerator(config: TrainConfig) -> Any:
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=False)  # a second run in one process may use another precision
    return Accelerator(mixed_precision=config.precision)


class _Run:
    """State of one run."""

    def __init__(self, task: Task, out: Path, accelerator: Any, command: str) -> None:
        config = task.config
        torch.manual_seed(config.seed)
        self.task = task
        self.config = config
        self.out = out
        self.command = command
        self.accelerator = accelerator
        self.objective = task.objective()
        self.optimiser = torch.optim.AdamW(_groups(self.objective, config), betas=(0.9, 0.999))
        self.network, self.optimiser = accelerator.prepare(self.objective, self.optimiser)
        self.objective = accelerator.unwrap_model(self.network)
        self.average = MovingAverage(self.objective, config.ema)
        self.step = 0
        self.seconds = 0.0
        self.sums: dict[str, Tensor] = {}
        self.summed = 0
        self.losses: dict[str, float] = {}
        self.validation: dict[str, float] = {}
        self.best: dict[str, Any] = {}
        self.calls: list[dict[str, Any]] = []
        self.writer: Any = None

    def go(self, progress: Progress, started: float, max_minutes: float | None) -> TrainReport:
        resumed_at = self._resume()
        if self.step < self.config.steps or not self.calls:
            self.calls.append({"command": self.command, "from_step": self.step, "of_steps": self.config.steps})
        config, accelerator = self.config, self.accelerator
        if accelerator.is_main_process:
            from torch.utils.tensorboard import SummaryWriter

            self.writer = SummaryWriter(str(self.out / WORK_FOLDER / "curves"), purge_step=resumed_at + 1)  # type: ignore[no-untyped-call]
        before, begun, saved = self.seconds, time.monotonic(), time.monotonic()
        deadline = None if max_minutes is None else started + 60 * max_minutes
        try:
            while self.step < config.steps and not self._late(deadline):
                progress.check()
                self._advance()
                self.seconds = before + time.monotonic() - begun
                if self.step % 50 == 0 or self.step == config.steps:
                    self._log(progress)
                if config.validate_every and self.step % config.validate_every == 0:
                    self._validate()
                if time.monotonic() - saved >= 60 * config.checkpoint_minutes:
                    self._save()
                    saved = time.monotonic()
        except (Cancelled, KeyboardInterrupt):
            self._save()
            raise
        finally:
            if self.writer is not None:
                self.writer.close()
        self._log(NO_PROGRESS)
        self._save()
        return TrainReport(
            self.out, self.step, config.steps, self.seconds, dict(self.losses), dict(self.validation), resumed_at
        )

    def _late(self, deadline: float | None) -> bool:
        """True if the time is up; all processes agree, or the others would wait for ever in the next step."""
        if deadline is None:
            return False
        late = time.monotonic() >= deadline
        if self.accelerator.num_processes == 1:
            return late
        if self.step % 20:
            return False
        votes = self.accelerator.reduce(torch.tensor(float(late), device=self.accelerator.device))
        return bool(votes > 0)

    def _advance(self) -> None:
        """One optimiser step."""
        config, accelerator = self.config, self.accelerator
        torch.manual_seed(hash_seed(config.seed, self.step, accelerator.process_index))
        # Every process draws the batch of all of them and takes its share: two of half the size see what one of the whole sees.
        count, rank = int(accelerator.num_processes), int(accelerator.process_index)
        draw = np.random.default_rng((config.seed, self.step, 0, 7))
        whole = self.task.batch(draw, self.step, count)
        batch = {name: (value[rank::count] if value.ndim else value).to(accelerator.device) for name, value in whole.items()}
        factor = config.rate(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = group["base_lr"] * factor
        self.network.train()
        with accelerator.autocast():
            losses = self.network(batch)
        self.optimiser.zero_grad(set_to_none=True)
        accelerator.backward(losses["loss"])
        if config.clip:
            accelerator.clip_grad_norm_(self.network.parameters(), config.clip)
        self.optimiser.step()
        self.step += 1
        self.average.update(self.objective, self.step)
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, torch.zeros((), device=value.device)) + value.detach().float()
        self.summed += 1

    def _log(self, progress: Progress) -> None:
        if self.summed:
            self.losses = {name: float(value) / self.summed for name, value in self.sums.items()}
            self.sums, self.summed = {}, 0
            if self.writer is not None:
                for name, value in self.losses.items():
                    self.writer.add_scalar(f"train/{name}", value, self.step)
                self.writer.add_scalar("train/rate", self.config.rate(self.step), self.step)
        words = ", ".join(f"{name} {value:.5f}" for name, value in (self.losses | self.validation).items())
        progress.step(self.step, self.config.steps, words)

    def _validate(self) -> None:
        values = self._averaged(lambda: self.task.validate(self.objective))
        self.validation = {f"val_{name}": value for name, value in values.items()}
        if self.writer is not None:
            for name, value in values.items():
                self.writer.add_scalar(f"validation/{name}", value, self.step)
        if self.config.keep == "best" and values and values["error"] < self.best.get("error", float("inf")):
            self.best = {"error": values["error"], "step": self.step, "weights": self.average.snapshot()}

    def _averaged(self, work: Any) -> Any:
        """Do `work` with the averaged weights in place and in evaluation mode."""
        own = self.average.swap_in(self.objective)
        self.objective.eval()
        try:
            with torch.no_grad():
                return work()
        finally:
            self.average.put_back(self.objective, own)

    def _save(self) -> None:
        """Checkpoint and model folder, by the main process."""
        if not self.accelerator.is_main_process:
            return
        work = self.out / WORK_FOLDER
        work.mkdir(parents=True, exist_ok=True)
        part = work / (CHECKPOINT + ".part")
        torch.save(
            {
                "config": self.config.model_dump(mode="json"),
                "step": self.step,
                "seconds": self.seconds,
                "weights": self.objective.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "losses": self.losses,
                "validation": self.validation,
                "best": self.best,
                "calls": self.calls,
            },
            part,
        )
        part.replace(work / CHECKPOINT)
        about = {
            "seed": self.config.seed, "steps": self.step, "of_steps": self.config.steps,
            "device": _device_name(self.accelerator), "processes": int(self.accelerator.num_processes),
            "threads": torch.get_num_threads(), "precision": self.config.precision,
            "minutes": round(self.seconds / 60, 1), "torch": torch.__version__,
            "command": self.calls[-1]["command"] if self.calls else self.command, "calls": self.calls,
            "losses": {k: round(v, 6) for k, v in (self.losses | self.validation).items()},
        }  # fmt: skip
        best = self.best if self.config.keep == "best" else {}
        if best:
            about["kept_step"] = best["step"]
        self._averaged(lambda: self.task.export(self.objective, self.out, about, best.get("weights")))

    def _resume(self) -> int:
        path = self.out / WORK_FOLDER / CHECKPOINT
        if not path.is_file():
            return 0
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            # Through the class: a run that began before a field was there has that field's default.
            kept, now = TrainConfig(**state["config"]).model_dump(mode="json"), self.config.model_dump(mode="json")
            for name in ("steps", "checkpoint_minutes", "validate_every", "keep", "half"):
                kept.pop(name, None)
                now.pop(name, None)
            if kept == now:
                self.objective.load_state_dict(state["weights"])
                self.average.load_state_dict(state["average"])
                self.optimiser.load_state_dict(state["optimiser"])
                self.step, self.seconds = int(state["step"]), float(state["seconds"])
                self.losses, self.validation, self.best = state["losses"], state["validation"], state["best"]
                self.calls = list(state.get("calls", []))
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, EOFError) as error:
            raise ModelError(
                "The checkpoint in {folder} is damaged; delete its folder `training` to start afresh.", folder=self.out.name
            ) from error
        if kept != now:
            changed = sorted(name for name in now if kept.get(name) != now[name])
            raise ModelError(
                "{folder} holds a run with another configuration ({fields} differ); choose another folder or delete it.",
                folder=self.out.name, fields=", ".join(changed),
            )  # fmt: skip
        return self.step


def hash_seed(seed: int, step: int, rank: int) -> int:
    """A seed of 63 bits for one step of one process."""
    return int(np.random.SeedSequence((seed, step, rank)).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _groups(objective: nn.Module, config: TrainConfig) -> list[dict[str, Any]]:
    """Parameter groups: codes at their own rate, matrices with weight decay, everything else without."""
    codes: list[nn.Parameter] = []
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in objective.named_parameters():
        if not parameter.requires_grad:
            continue
        (codes if name.startswith("codes.") else matrices if parameter.ndim >= 2 else others).append(parameter)
    groups = [
        {"params": matrices, "base_lr": config.lr, "lr": config.lr, "weight_decay": config.weight_decay},
        {"params": others, "base_lr": config.lr, "lr": config.lr, "weight_decay": 0.0},
        {"params": codes, "base_lr": config.code_lr, "lr": config.code_lr, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def _device_name(accelerator: Any) -> str:
    if accelerator.device.type == "cuda":
        return str(torch.cuda.get_device_name(accelerator.device))
    return str(accelerator.device.type)
