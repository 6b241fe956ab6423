import torch
from torch import Tensor

from engine.models import tiles


def test_tiles_give_what_the_whole_gives() -> None:
    draw = torch.Generator().manual_seed(0)
    points = torch.rand(3 * tiles.TILE * torch.get_num_threads() + 17, 3, generator=draw)
    asked: list[int] = []

    def answer(part: Tensor) -> Tensor:
        asked.append(len(part))
        return part.sum(dim=1)

    assert torch.equal(tiles.in_tiles(answer, points), points.sum(dim=1))
    assert len(asked) == 4
    assert max(asked) == tiles.TILE * torch.get_num_threads()
