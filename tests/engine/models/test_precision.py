import pytest
import torch
from torch import Tensor

from engine.models import precision
from engine.models.base import DraftsSurface, ShapeModel
from engine.models.deepsdf import DeepSDF, DeepSDFConfig
from engine.models.occnet import OccupancyConfig, OccupancyNetwork
from engine.models.triplane import TriplaneConfig, TriplaneSDF


def wide_models() -> list[ShapeModel]:
    torch.manual_seed(0)
    return [
        DeepSDF(DeepSDFConfig(latent_dim=8, width=128, layers=4, clamp=1e3)).eval(),
        DeepSDF(DeepSDFConfig(latent_dim=8, width=160, layers=4, latent_in=(2,), points_in=(2,), clamp=1e3)).eval(),
        OccupancyNetwork(OccupancyConfig(latent_dim=8, hidden=128, blocks=2)).eval(),
    ]


def test_tiles_give_what_the_whole_gives() -> None:
    draw = torch.Generator().manual_seed(0)
    points = torch.rand(3 * precision.TILE * torch.get_num_threads() + 17, 3, generator=draw)
    asked: list[int] = []

    def answer(part: Tensor) -> Tensor:
        asked.append(len(part))
        return part.sum(dim=1)

    assert torch.equal(precision.in_tiles(answer, points), points.sum(dim=1))
    assert len(asked) == 4
    assert max(asked) == precision.TILE * torch.get_num_threads()


@pytest.mark.parametrize("model", wide_models(), ids=lambda model: model.title)
def test_a_draft_is_the_same_surface_but_for_the_digits_of_half_precision(
    model: ShapeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "half_pays", lambda: True)
    assert isinstance(model, DraftsSurface)
    z = torch.randn(8, generator=torch.Generator().manual_seed(1))
    points = torch.rand(5000, 3, generator=torch.Generator().manual_seed(2)) * 2 - 1
    field, draft = model.decode(z), model.draft(z)
    assert draft is not None
    assert not isinstance(field, Tensor)
    assert (draft.half_extent, draft.lipschitz, draft.clamp) == (field.half_extent, field.lipschitz, field.clamp)
    exact, about = field(points), draft(points)
    assert about.dtype == torch.float32
    assert not torch.equal(exact, about), "computed in another precision"
    assert (exact - about).abs().max() < 0.02 * exact.abs().max()  # bfloat16 keeps 8 bits


def test_there_is_no_draft_where_it_does_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "half_pays", lambda: False)
    z = torch.zeros(8)
    for model in wide_models():
        assert isinstance(model, DraftsSurface)
        assert model.draft(z) is None
    monkeypatch.setattr(precision, "half_pays", lambda: True)
    assert DeepSDF(DeepSDFConfig(latent_dim=8, width=64)).draft(z) is None, "too narrow to gain"
    assert precision.draft_dtype(torch.device("cuda"), 512) is None, "a GPU needs no drafts"
    assert not isinstance(TriplaneSDF(TriplaneConfig(latent_dim=8)), DraftsSurface)


def test_whether_half_precision_pays_is_measured_once() -> None:
    assert precision.half_pays() is precision.half_pays()
    assert precision.half_pays.cache_info().misses == 1
