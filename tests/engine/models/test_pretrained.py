import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from engine.models.pretrained import EfficientNetLite0, _Conv, picture_encoder, picture_features


def test_it_has_the_published_number_of_parameters() -> None:
    # EfficientNet-Lite0 as published: 4.7 M, of which 1.28 M belong to the classifier.
    assert sum(p.numel() for p in EfficientNetLite0().parameters()) == 4_652_008


@pytest.mark.parametrize(("size", "kernel", "stride"), [(224, 3, 2), (112, 5, 2), (15, 3, 2), (9, 5, 1), (28, 5, 2)])
def test_same_padding_puts_the_larger_half_to_the_right_and_bottom(size: int, kernel: int, stride: int) -> None:
    conv = _Conv(1, 1, kernel, stride, bias=False)
    nn.init.ones_(conv.weight)
    x = torch.arange(size * size, dtype=torch.float32).reshape(1, 1, size, size) / size**2
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    padded = np.zeros((size + total, size + total), np.float32)
    before = total // 2
    padded[before : before + size, before : before + size] = x[0, 0].numpy()
    places = range(-(-size // stride))
    expected = [[padded[i * stride :, j * stride :][:kernel, :kernel].sum() for j in places] for i in places]
    torch.testing.assert_close(conv(x)[0, 0], torch.tensor(expected), rtol=1e-4, atol=1e-4)


def test_the_weights_fit_and_are_frozen() -> None:
    network = picture_encoder()
    assert not any(p.requires_grad for p in network.parameters())
    assert not network.training
    assert picture_encoder() is network


def test_activations_stay_within_the_statistics_of_training() -> None:
    draw = torch.Generator().manual_seed(0)
    picture = F.interpolate(torch.rand(1, 3, 28, 28, generator=draw), size=224, mode="bicubic").clamp(0, 1)
    network = picture_encoder()
    seen: list[float] = []

    def note(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        assert isinstance(module, nn.BatchNorm2d)
        assert module.running_mean is not None
        assert module.running_var is not None
        z = (inputs[0].mean((0, 2, 3)) - module.running_mean) / (module.running_var + 1e-3).sqrt()
        seen.append(float(z.abs().mean()))

    hooks = [m.register_forward_pre_hook(note) for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    try:
        features = picture_features(picture)
    finally:
        for hook in hooks:
            hook.remove()
    assert len(seen) == 49
    assert max(seen) < 3  # with a wrong input range, padding or epsilon they run away
    assert features.pooled.shape == (1, 1280)
    assert features.map.shape == (1, 320, 7, 7)
    assert float(features.pooled.std()) > 0.05
    assert not features.pooled.requires_grad


def test_a_batch_gives_what_single_pictures_give() -> None:
    pictures = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    both = picture_features(pictures)
    alone = picture_features(pictures[1:])
    torch.testing.assert_close(both.pooled[1:], alone.pooled, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(both.map[1:], alone.map, atol=1e-3, rtol=1e-3)
