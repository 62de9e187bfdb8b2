"""What holds for every network of the folder that degrades, and for every one that judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pipeline.fields import FIELDS, needs
from pipeline.learning.handing import Handing
from tests.nets import CRITICS, DEGRADERS, full, scales_of, small

HALF_PRECISION = 2**-8
STATISTICS = ("running_mean", "running_var", "num_batches_tracked", "_u", "_v")
"""Buffers of normalisation layers, which are learnt and hence saved; the last two are spectral normalisation's."""
SQUASHED = ("kernel_critic",)
"""Critics whose game is played on values in (0, 1), and which have the sigmoid themselves."""
EDGE = 4
"""Pixels at the edge of HR that a degrader without padding may pass over."""
SIZES = [(29, 34), (70, 65)]
"""Heights and widths of what is judged."""


def harmed(name: str) -> bool:
    """Tell whether the network says beside itself that bf16 harms it."""
    return bool(getattr(full(name), "bf16_harms", False))


def image(height: int, width: int, batch: int = 1, device: str = "cpu") -> Tensor:
    chance = None if device == "meta" else torch.Generator().manual_seed(1)
    return torch.rand(batch, 3, height, width, generator=chance, device=device)


def run(network: nn.Module, given: Tensor, seed: int = 3) -> Tensor:
    """Return what ``network`` makes of ``given``, when torch's generator begins with ``seed``."""
    torch.manual_seed(seed)
    (field,) = needs(network.forward)
    return Handing(network, gives="lr")({field: given})["lr"]


def trained(network: nn.Module, given: Tensor) -> tuple[list[str], Tensor]:
    """Return the parameters that no gradient reaches, and the gradient of ``given``."""
    given.requires_grad_()
    output = run(network, given)
    (output * torch.rand(output.shape)).sum().backward()
    assert given.grad is not None
    dead = [key for key, each in network.named_parameters() if each.grad is None or not each.grad.any()]
    return dead, given.grad


def compiled(network: nn.Module, given: Tensor) -> tuple[int, Tensor]:
    """Compile ``network`` as one graph; return how many it took, and what it makes of ``given``."""
    graphs = []

    def eager(graph: torch.fx.GraphModule, _inputs: list[Tensor]) -> Callable[..., Any]:
        graphs.append(graph)
        return graph.forward

    network.compile(fullgraph=True, backend=eager)
    output = run(network, given)
    return len(graphs), output


SCALED = [(name, scale) for name in DEGRADERS for scale in scales_of(name)]


@pytest.mark.parametrize(("name", "scale"), SCALED)
def test_a_degrader_divides_the_size_by_its_scale_at_full_size(name: str, scale: int) -> None:
    network = full(name, scale).eval()

    assert (2, 3, 70, 65) == run(network, image(70 * scale, 65 * scale, 2, "meta")).shape
    assert scale == network.scale


@pytest.mark.parametrize(("name", "scale"), SCALED)
@pytest.mark.parametrize("size", [(27, 34), (1, 3)])
def test_a_degrader_leaves_out_what_fills_no_pixel(name: str, scale: int, size: tuple[int, int]) -> None:
    output = run(small(name, scale).eval(), image(size[0] * scale + 1, size[1] * scale + scale - 1))

    assert (1, 3, *size) == output.shape
    assert bool(torch.isfinite(output).all())


@pytest.mark.parametrize("name", DEGRADERS)
def test_a_degrader_reads_hr_and_makes_lr(name: str) -> None:
    network = full(name).eval()

    assert ("hr",) == needs(network.forward)
    assert {"lr"} <= Handing(network)({"hr": image(8, 8, device="meta")}).keys() <= FIELDS.keys()


@pytest.mark.parametrize("name", CRITICS)
@pytest.mark.parametrize("size", SIZES)
def test_a_critic_judges_every_image_of_a_batch(name: str, size: tuple[int, int]) -> None:
    network = small(name)
    output = run(network, image(*size, batch=3))

    assert ("image",) == needs(network.forward)
    assert 3 == len(output)
    assert output[0].numel() > 0
    assert bool(torch.isfinite(output).all())


@pytest.mark.parametrize("name", CRITICS)
def test_the_smallest_image_that_a_critic_learns_from_is_the_one_that_it_names(name: str) -> None:
    critic = small(name).train()
    least = getattr(critic, "least", 1)
    dead, _ = trained(critic, image(least, least))

    assert len(dead) < len([*critic.parameters()])
    if least > 1:
        with pytest.raises((RuntimeError, ValueError)):
            run(critic, image(least - 1, least - 1))


@pytest.mark.parametrize("name", [name for name in CRITICS if name not in SQUASHED])
def test_what_a_critic_says_has_no_bounds(name: str) -> None:
    """A sigmoid belongs to the game: the last layer's output leaves as it is."""
    network = small(name).eval()
    *_, last = [each for each in network.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    heard = []
    last.register_forward_hook(lambda _layer, _given, made: heard.append(made))
    nn.init.constant_(last.get_parameter("bias"), -7.0)

    said = run(network, image(29, 34))

    assert torch.equal(heard[0], said)
    assert float(said.detach().max()) < -1


@pytest.mark.parametrize("name", [*DEGRADERS, *CRITICS])
def test_gradient_reaches_every_parameter_and_every_pixel_off_the_edge(name: str) -> None:
    dead, gradient = trained(small(name), image(36, 32, batch=2))

    assert [] == dead
    assert bool(gradient.any(dim=1)[:, EDGE:-EDGE, EDGE:-EDGE].all())


@pytest.mark.parametrize("name", [*DEGRADERS, *CRITICS])
def test_a_batch_of_two_is_two_batches_of_one(name: str) -> None:
    network, batch = small(name).eval(), image(134, 68, batch=2)
    with torch.no_grad():
        together = run(network, batch)
        torch.manual_seed(3)
        alone = [network(each[None]) for each in batch]
        alone = [each["lr"] if isinstance(each, dict) else each for each in alone]

    torch.testing.assert_close(torch.cat(alone), together, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(alone[0], alone[1], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", [name for name in [*DEGRADERS, *CRITICS] if not harmed(name)])
def test_half_precision_is_near_full_precision(name: str) -> None:
    network = small(name).eval()
    with torch.no_grad():
        exact = run(network, image(32, 28))
        with torch.autocast("cpu", torch.bfloat16):
            near = run(network, image(32, 28)).float()

    assert float((near - exact).abs().max()) <= 4 * HALF_PRECISION * float(exact.abs().max())


@pytest.mark.parametrize("name", [*DEGRADERS, *CRITICS])
def test_a_network_compiles_as_one_graph_that_gives_the_same(name: str) -> None:
    network = small(name).eval()
    with torch.no_grad():
        plain = run(network, image(32, 28))
        graphs, output = compiled(network, image(32, 28))

    assert 1 == graphs
    assert torch.equal(plain, output)


@pytest.mark.parametrize("name", [*DEGRADERS, *CRITICS])
def test_what_is_saved_is_what_is_learnt(name: str) -> None:
    network = full(name)
    saved = {key for key in network.state_dict() if key.rpartition(".")[2] not in STATISTICS}

    assert {key for key, _ in network.named_parameters()} == saved


@pytest.mark.parametrize("name", [*DEGRADERS, *CRITICS])
def test_what_is_saved_makes_the_same_again(name: str) -> None:
    network, other = small(name), small(name)
    run(network.train(), image(36, 32, batch=2))
    with torch.no_grad():
        for each in network.parameters():
            each.add_(0.01 * torch.randn(each.shape))
    other.load_state_dict(network.state_dict())

    assert torch.equal(run(network.eval(), image(36, 32)), run(other.eval(), image(36, 32)))
