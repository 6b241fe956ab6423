"""Moving average of weights: steadier than the last step, and nearly free."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MovingAverage:
    """Exponential moving average of all floating-point weights and buffers.

    Args:
        module: start value.
        decay: share that stays at each step; 0 follows the weights exactly. Early on it is lowered to
            (1 + step) / (10 + step), so that the start does not weigh for ever.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {name: value.detach().clone() for name, value in module.state_dict().items()}

    def update(self, module: nn.Module, step: int) -> None:
        """Take the weights after `step` into the average."""
        decay = min(self.decay, (1 + step) / (10 + step))
        averages, news = [], []
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                averages.append(self.values[name])
                news.append(value.detach())
            else:
                self.values[name].copy_(value)
        torch._foreach_lerp_(averages, news, 1 - decay)

    def swap_in(self, module: nn.Module) -> dict[str, Tensor]:
        """Put the average into the module; returns the module's own weights for `put_back`."""
        own = {name: value.detach().clone() for name, value in module.state_dict().items()}
        module.load_state_dict(self.values)
        return own

    def put_back(self, module: nn.Module, own: dict[str, Tensor]) -> None:
        """Undo `swap_in`."""
        module.load_state_dict(own)

    def snapshot(self) -> dict[str, Tensor]:
        """A copy of the average."""
        return {name: value.clone() for name, value in self.values.items()}

    def state_dict(self) -> dict[str, Tensor]:
        """For a checkpoint."""
        return dict(self.values)

    def load_state_dict(self, values: dict[str, Tensor]) -> None:
        """From a checkpoint.

        Raises:
            KeyError: if names are missing.
        """
        for name, value in self.values.items():
            value.copy_(values[name])
