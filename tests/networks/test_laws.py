"""What holds for every network of the folder that restores; critics and degraders have laws of their own."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pipeline.fields import FIELDS, needs
from pipeline.kinds import Fields
from pipeline.learning.handing import Handing, anywhere
from pipeline.learning.recipe import parts_of
from pipeline.lookup import fields_read
from tests.nets import PLACES, RESTORERS, SCALED, full, places, scales_of, small

GRIDS = {"lr": (3, "lr"), "lr_y": (1, "lr"), "ilr": (3, "hr"), "ilr_y": (1, "hr")}
"""Channels and grid of each field that a network may read."""
FAR: Mapping[str, tuple[float, float]] = {
    "carn": (1e-2, 1e-3),
    "carn_m": (1e-2, 1e-3),
    "edsr_liif": (1e-3, 1e-4),
    "fsrcnn": (1e-3, 1e-4),
    "low_to_high": (1e-3, 1e-4),
    "rdn_liif": (1e-4, 1e-5),
}
"""How far apart two images must come out, where the layers of a network without training leave little of either."""
MEASURED = ("running_mean", "running_var", "num_batches_tracked")
"""Buffers of normalisation layers, which are learnt and hence saved."""
HEIGHT, WIDTH = 13, 17
HALF_PRECISION = 2**-8


def fields(network: nn.Module, scale: int, *, batch: int = 1, device: str = "cpu") -> Fields:
    """Make up the fields that ``network`` reads."""
    chance = None if device == "meta" else torch.Generator().manual_seed(1)
    made_up: Fields = {}
    for field in needs(network.forward):
        if field in PLACES:
            made_up |= places(field, (HEIGHT, WIDTH), scale)
            continue
        channels, grid = GRIDS[field]
        factor = scale if grid == "hr" else 1
        shape = (batch, channels, HEIGHT * factor, WIDTH * factor)
        made_up[field] = torch.rand(shape, generator=chance, device=device)
    return {name: field.to(device) if field.ndim else field for name, field in made_up.items()}


def restored(network: nn.Module, batch: Fields) -> Tensor:
    """Return ``sr``, or ``sr_y`` of a network on luma."""
    output = Handing(network)(batch)
    return output["sr"] if "sr" in output else output["sr_y"]


def shape_wanted(network: nn.Module, scale: int, batch: int = 1) -> tuple[int, ...]:
    channels = {GRIDS[field][0] for field in needs(network.forward) if field not in PLACES}
    return (batch, max(channels), HEIGHT * scale, WIDTH * scale)


LEARNABLE = [
    name for name in RESTORERS if any(each.requires_grad for each in full(name, scales_of(name)[0]).parameters())
]
"""Those that learn by gradients."""


@pytest.mark.parametrize(("name", "scale"), SCALED)
def test_output_is_input_times_scale_at_full_size(name: str, scale: int) -> None:
    network = full(name, scale)
    output = restored(network, fields(network, scale, device="meta"))

    assert shape_wanted(network, scale) == output.shape


@pytest.mark.parametrize(("name", "scale"), SCALED)
def test_an_odd_size_gives_a_finite_image_of_that_size_times_scale(name: str, scale: int) -> None:
    network = small(name, scale)
    output = restored(network, fields(network, scale))

    assert shape_wanted(network, scale) == output.shape
    assert torch.isfinite(output).all()


@pytest.mark.parametrize(("name", "scale"), SCALED)
def test_a_network_keeps_its_scale_as_a_whole_number(name: str, scale: int) -> None:
    network = full(name, scale)
    kept: Any = network.scales if hasattr(network, "scales") else (getattr(network, "scale", scale),)

    assert [(int, scale)] == [(type(each), each) for each in kept]
    assert anywhere(network) != (hasattr(network, "scale") or hasattr(network, "scales"))


@pytest.mark.parametrize("name", RESTORERS)
def test_a_network_reads_and_returns_fields_of_the_table(name: str) -> None:
    network = full(name, 2)
    output = Handing(network)(fields(network, 2, device="meta"))

    assert fields_read("networks", name) == needs(network.forward)
    assert {*needs(network.forward), *output} <= FIELDS.keys()
    assert {"sr", "sr_y"} & output.keys()


@pytest.mark.parametrize("name", LEARNABLE)
def test_gradient_reaches_every_parameter(name: str) -> None:
    network = small(name)
    output = restored(network, fields(network, 2))
    (output * torch.rand(output.shape)).sum().backward()
    dead = [key for key, each in network.named_parameters() if each.grad is None or not each.grad.any()]

    assert [] == dead


@pytest.mark.parametrize("name", RESTORERS)
def test_a_batch_of_two_is_two_batches_of_one(name: str) -> None:
    network = small(name).eval()
    batch = fields(network, 2, batch=2)
    with torch.no_grad():
        together = restored(network, batch)
        alone = [restored(network, part) for part in parts_of(batch, 2)]

    torch.testing.assert_close(torch.cat(alone), together, rtol=1e-4, atol=1e-5)
    rtol, atol = FAR.get(name, (0.1, 0.01))
    assert not torch.allclose(alone[0], alone[1], rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", RESTORERS)
def test_half_precision_is_near_full_precision(name: str) -> None:
    network = small(name).eval()
    batch = fields(network, 2)
    with torch.no_grad():
        exact = restored(network, batch)
        with torch.autocast("cpu", torch.bfloat16):
            near = restored(network, batch).float()

    assert torch.isfinite(near).all()
    assert float((near - exact).abs().max()) <= 4 * HALF_PRECISION * float(exact.abs().max())


@pytest.mark.parametrize("name", LEARNABLE)
def test_a_network_compiles_as_one_graph_that_gives_the_same(name: str) -> None:
    network = small(name).eval()
    batch = fields(network, 2)
    graphs = []

    def eager(graph: torch.fx.GraphModule, _inputs: list[Tensor]) -> Callable[..., Any]:
        graphs.append(graph)
        return graph.forward

    with torch.no_grad():
        plain = restored(network, batch)
        network.compile(fullgraph=True, backend=eager)
        compiled = restored(network, batch)

    assert 1 == len(graphs)
    assert torch.equal(plain, compiled)


@pytest.mark.parametrize("name", RESTORERS)
def test_what_is_saved_is_what_is_learnt(name: str) -> None:
    network = full(name, 2)
    saved = {key for key in network.state_dict() if key.rpartition(".")[2] not in MEASURED}

    assert {key for key, _ in network.named_parameters()} == saved
