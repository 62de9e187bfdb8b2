"""What the engine chooses, why, and what it leaves alone."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch._inductor import cpp_builder
from torch._inductor.exc import InvalidCxxCompiler

from pipeline.errors import LearningError
from pipeline.images.colour import to_float
from pipeline.learning import arithmetic
from pipeline.learning.arithmetic import PLAIN, Arithmetic, choose
from pipeline.learning.handing import Handing
from pipeline.learning.settings import Engine
from pipeline.networks.edsr import EDSR

CPU = torch.device("cpu")
BF16 = Arithmetic(CPU, "bf16", compiled=False)


def no_compiler() -> str:
    raise InvalidCxxCompiler


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_precision_that_params_say_is_taken(precision: str) -> None:
    assert precision == choose(Engine(precision, "off"), CPU, "some").precision  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("able", "expected"), [({"amx_bf16": True}, "bf16"), ({"avx512_bf16": True}, "bf16"), ({"avx2": True}, "fp32")]
)
def test_auto_takes_bf16_where_the_processor_computes_in_it(
    monkeypatch: pytest.MonkeyPatch, able: dict[str, bool], expected: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)

    assert expected == choose(Engine("auto", "off"), CPU, "some").precision


class Harmed(torch.nn.Module):
    """A network that says what bf16 does to it."""

    bf16_harms = True


@pytest.mark.parametrize(("asked", "expected"), [("auto", "fp32"), ("fp32", "fp32"), ("bf16", "bf16")])
def test_auto_spares_a_network_that_bf16_harms(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asked: str, expected: str
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    networks = [torch.nn.Identity(), Harmed()]

    with caplog.at_level(logging.INFO):
        chosen = choose(Engine(asked, "off"), CPU, "some", networks)  # type: ignore[arg-type]

    assert expected == chosen.precision
    assert ("harms the network" in caplog.messages[0]) is (asked != "fp32")


def test_the_choice_is_logged_with_its_reasons(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    monkeypatch.setattr(cpp_builder, "get_cpp_compiler", no_compiler)

    with caplog.at_level(logging.INFO):
        chosen = choose(Engine("auto", "auto"), CPU, "edsr-x2")

    assert (("fp32", False), 1) == ((chosen.precision, chosen.compiled), len(caplog.messages))
    said = "edsr-x2: fp32 (the processor does not compute in bf16), eager (there is no C++ compiler)"
    assert said == caplog.messages[0]


def test_compiling_where_nothing_can_be_compiled_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpp_builder, "get_cpp_compiler", no_compiler)

    with pytest.raises(
        LearningError, match=r"engine\.compile: is `on`, but there is no C\+\+ compiler; use `auto` or `off`"
    ):
        choose(Engine("fp32", "on"), CPU, "some")


def test_a_compiler_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpp_builder, "get_cpp_compiler", lambda: "c++")

    assert choose(Engine("fp32", "auto"), CPU, "some").compiled
    assert not choose(Engine("fp32", "off"), CPU, "some").compiled


def test_graphs_need_a_gpu() -> None:
    with pytest.raises(
        LearningError, match=r"^engine\.compile: is `graphs`, but there is no GPU; use `auto` or `off`$"
    ):
        choose(Engine("fp32", "graphs"), CPU, "some")


def test_on_a_gpu_graphs_are_a_way_to_compile_whose_steps_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arithmetic, "find_spec", lambda _name: "triton")
    begun: list[str] = []
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: begun.append("step"))
    network = torch.nn.Conv2d(3, 3, 3)
    monkeypatch.setattr(network, "compile", lambda mode: begun.append(mode))
    cuda = torch.device("cuda")

    for compile_ in ("graphs", "on"):
        chosen = choose(Engine("fp32", compile_), cuda, "some")
        chosen.prepare([network])
        chosen.begin()

    assert ["reduce-overhead", "step", "default"] == begun


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD, torch.optim.Rprop])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_fused_steps_move_weights_as_the_others_do_and_stay_out_of_fp32(
    optimizer: Callable[..., torch.optim.Optimizer], precision: str
) -> None:
    torch.manual_seed(1)
    weights = [torch.rand(4, 3, 3, 3), torch.rand(4)]
    moved = []
    for prepared in (True, False):
        own = [each.clone().requires_grad_() for each in weights]
        made = optimizer(own, lr=0.01)
        if prepared:
            Arithmetic(CPU, precision, compiled=False).prepare([], [made])
        for step in range(5):
            for each in own:
                each.grad = torch.sin(each.detach() * (step + 1))
            made.step()
        moved.append(own)
        if prepared and optimizer is not torch.optim.Rprop:
            assert (precision == "bf16") is bool(made.param_groups[0]["fused"])

    assert all(torch.allclose(one, other, rtol=0, atol=1e-6) for one, other in zip(*moved, strict=True))
    assert not torch.equal(weights[0], moved[0][0])


def test_bf16_runs_the_forward_pass_and_leaves_weights_in_fp32() -> None:
    network = EDSR(2, blocks=1, features=4)
    BF16.prepare([network])
    seen: list[torch.dtype] = []
    network.tail.register_forward_hook(lambda _module, _given, made: seen.append(made.dtype))

    with BF16.forward():
        network(BF16.take(torch.rand(1, 3, 5, 6))).sum().backward()

    assert [torch.bfloat16] == seen
    assert {torch.float32} == {each.dtype for each in network.parameters()}
    assert {torch.float32} == {each.grad.dtype for each in network.parameters() if each.grad is not None}


def test_bf16_lays_channels_last_and_changes_no_value() -> None:
    network = EDSR(2, blocks=1, features=4)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    image = torch.rand(2, 3, 5, 6)

    BF16.prepare([network])

    assert network.head.weight.is_contiguous(memory_format=torch.channels_last)
    assert BF16.take(image).is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(image, BF16.take(image))
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("chosen", [PLAIN, BF16], ids=["fp32", "bf16"])
def test_levels_become_what_numpy_makes_of_them(chosen: Arithmetic) -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16).repeat(3, axis=1)

    assert np.array_equal(to_float(levels), chosen.take(torch.from_numpy(levels)).numpy())


def test_clips_keep_their_layout() -> None:
    clip = torch.rand(1, 2, 3, 5, 6)

    assert BF16.take(clip).is_contiguous()


def test_fp32_is_plain() -> None:
    with PLAIN.forward():
        assert torch.float32 == EDSR(2, blocks=1, features=4)(torch.rand(1, 3, 5, 6)).dtype


def test_compiling_in_place_hides_neither_fields_nor_names_of_weights() -> None:
    network = EDSR(2, blocks=1, features=4)
    names = list(network.state_dict())

    Arithmetic(CPU, "fp32", compiled=True).prepare([network])

    assert names == list(network.state_dict())
    assert ("lr",) == Handing(network).reads
