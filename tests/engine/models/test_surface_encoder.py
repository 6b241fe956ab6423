import torch

from engine.models.surface_encoder import BINS, SIDE, SurfaceEncoder


def encoder(local: int = 0) -> SurfaceEncoder:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return SurfaceEncoder(48 * local or 6, (4, 6, 8), 16, 1.0, local)


def test_a_point_falls_into_its_cell_of_each_stack() -> None:
    x, y, z = -0.99, 0.01, 0.99  # cells 0, 16 and 31 of 32; bins 0, 4 and 7 of 8
    stacks = encoder().stacks(torch.tensor([[[x, y, z]]]))
    assert stacks.shape == (1, 3, BINS, SIDE, SIDE)
    assert stacks.nonzero().tolist() == [[0, 0, 7, 16, 0], [0, 1, 0, 16, 31], [0, 2, 4, 31, 0]]


def test_the_order_of_points_and_doubling_them_change_nothing() -> None:
    points = torch.rand((2, 300, 3), generator=torch.Generator().manual_seed(1)) * 2 - 1
    for local in (0, 2):
        network = encoder(local)
        codes = network(points)
        assert codes.shape == (2, 48 * local or 6)
        torch.testing.assert_close(network(points.flip(1)), codes, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(network(torch.cat([points, points], dim=1)), codes, rtol=1e-4, atol=1e-5)
        assert (codes[0] - codes[1]).abs().max() > 1e-3


def test_points_beyond_the_cube_count_as_on_its_rim() -> None:
    network = encoder()
    torch.testing.assert_close(
        network.stacks(torch.tensor([[[5.0, 0.1, 0.1]]])), network.stacks(torch.tensor([[[0.999, 0.1, 0.1]]]))
    )


def test_a_number_of_a_local_code_hears_first_of_its_own_cell() -> None:
    network = encoder(local=2)
    corner = torch.rand((1, 200, 3), generator=torch.Generator().manual_seed(2)) * 0.2 - 0.95
    other = corner + torch.tensor([0.0, 1.7, 0.0])  # the opposite edge in the stacks that see y
    change = (network(torch.cat([corner, corner], 1)) - network(torch.cat([corner, other], 1)))[0].view(3, 2, 4, 4).abs()
    assert change[0, :, 0, 0].sum() > 3 * change[0, :, 3, 3].sum()
