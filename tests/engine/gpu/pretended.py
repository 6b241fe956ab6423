"""A pretended GPU: tensors that say they live elsewhere, with which a CPU-only machine can test code for other devices.

Values are real, so that what depends on them (how many cells change sign) takes its true course. As on a GPU, tensors of both
places cannot be mixed, and nothing gets to the CPU but by a copy or by reading a value, both of which are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only

DEVICE = torch.device("meta")  # what holds no values elsewhere does here

# What makes a GPU's owner wait: the number of results, or a value, must be known. So does an index of truth values.
_WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "equal", "is_nonzero", "unique_dim", "_unique2"}
# CUDA has these for floating point only.
_PRODUCTS = {"mv", "mm", "bmm", "addmm", "addmv", "matmul", "dot", "linear"}


class Pretended(Tensor):
    """A CPU tensor that claims another device."""

    inner: Tensor
    visits: Counter[str] = Counter()

    @staticmethod
    def __new__(cls, inner: Tensor) -> Pretended:
        with torch.inference_mode(inner.is_inference()):
            result: Pretended = Tensor._make_wrapper_subclass(
                cls,
                inner.size(),
                strides=inner.stride(),
                storage_offset=inner.storage_offset(),
                dtype=inner.dtype,
                device=DEVICE,
            )
        result.inner = inner
        return result

    def __repr__(self, **_: Any) -> str:
        return f"Pretended({self.inner!r})"

    def tolist(self) -> Any:
        """Values as Python numbers: waits like reading one."""
        Pretended.visits["waits"] += 1
        return self.inner.tolist()

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    flat = tree_flatten((args, kwargs))[0]
    pretended = any(isinstance(value, Pretended) for value in flat)
    name = func.overloadpacket.__name__
    to = kwargs.get("device")
    copies = name in ("_to_copy", "copy_", "to")
    if pretended and not copies:
        strangers = [value for value in flat if isinstance(value, Tensor) and not isinstance(value, Pretended)]
        if any(value.dim() or name in ("cat", "stack") for value in strangers):
            raise RuntimeError(f"{name}: expected all tensors on {DEVICE}, found one on the CPU")
    if pretended and name in _PRODUCTS and not args[0].is_floating_point():
        raise RuntimeError(f"{name}: not implemented for integers on {DEVICE}")
    if pretended and (name in _WAITS or (name == "index" and any(at is not None and at.dtype == torch.bool for at in args[1]))):
        Pretended.visits["waits"] += 1
    leaves = pretended and name in ("_to_copy", "to") and to is not None and torch.device(to).type == "cpu"
    if pretended and name == "copy_" and not isinstance(args[0], Pretended):
        leaves = True
    if leaves:
        Pretended.visits["copies"] += 1
    arrives = to is not None and torch.device(to).type == DEVICE.type
    if arrives and not pretended and copies:
        Pretended.visits["uploads"] += 1
    if arrives:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    if kwargs.get("pin_memory"):
        kwargs = {**kwargs, "pin_memory": False}
    plain_args, plain_kwargs = tree_map_only(Pretended, lambda value: value.inner, (args, kwargs))
    result = func(*plain_args, **plain_kwargs)
    if func._schema.is_mutable:  # in place, or into `out`: give back the very tensor that was changed
        return kwargs.get("out", args[0])
    if leaves:
        return tree_map_only(Tensor, lambda value: value.clone(), result)
    return tree_map_only(Tensor, Pretended, result) if pretended or arrives else result


class _Making(TorchDispatchMode):
    """Takes over what has no tensor among its arguments: `torch.zeros(..., device=DEVICE)`."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _run(func, args, kwargs or {})


class _Naming(TorchFunctionMode):
    """Takes over what makes tensors of lists on a device: `torch.tensor((1, 2), device=DEVICE)`."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in (torch.tensor, torch.as_tensor) and kwargs.get("device") is not None:
            if torch.device(kwargs["device"]) == DEVICE:
                if args and isinstance(args[0], Pretended):
                    return args[0]
                Pretended.visits["uploads"] += 1
                return Pretended(func(*args, **{**kwargs, "device": "cpu"}))
        elif func is Tensor.new_tensor and isinstance(args[0], Pretended):
            Pretended.visits["uploads"] += 1
            return Pretended(args[0].inner.new_tensor(*args[1:], **kwargs))
        return func(*args, **kwargs)


class _Drawing(torch.Generator):
    """Random numbers of the pretended GPU come from the CPU."""

    def __new__(cls, device: Any = "cpu") -> _Drawing:
        return super().__new__(cls, device="cpu" if torch.device(device) == DEVICE else device)


@contextmanager
def pretended_gpu() -> Iterator[Counter[str]]:
    """While it lasts, `DEVICE` can be used. Gives the counts of "waits", "copies" (to the CPU) and "uploads"."""
    Pretended.visits = Counter()
    with mock.patch.object(torch, "Generator", _Drawing), _Making(), _Naming():
        yield Pretended.visits


def moved(module: nn.Module) -> nn.Module:
    """The module with its parameters and buffers on the pretended GPU."""
    for part in module.modules():
        for key, value in part._parameters.items():
            if value is not None:
                part._parameters[key] = nn.Parameter(Pretended(value.detach()), requires_grad=False)
        for key, value in part._buffers.items():
            if value is not None:
                part._buffers[key] = Pretended(value.detach())
    return module
