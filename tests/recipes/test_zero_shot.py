"""Zero-shot learning: what it is for, and what each of its options does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.errors import LearningError
from pipeline.images.resize import resize
from pipeline.kinds import Weighted
from pipeline.learning.fathers import Fathers
from pipeline.learning.jumps import Jump
from pipeline.learning.slope import Slope
from pipeline.losses.l1 import L1
from pipeline.networks.espcn import ESPCN
from pipeline.networks.kernel_gan import KernelGAN
from pipeline.networks.zssr import ZSSR
from pipeline.optimizers.adam import Adam
from pipeline.recipes.zero_shot import ZeroShot

Image = NDArray[np.float32]
GRADUAL = ((1.0, 1.5), (1.5, 1.0), (1.5, 1.5), (1.5, 2.0), (2.0, 1.5), (2.0, 2.0))


def bars(side: int = 96) -> Image:
    """Return crossing bars (side, side, 3) in [0, 1], sharp at the edge, alike at several scales."""
    rows, columns = np.mgrid[:side, :side] / side
    upright = ((columns * (4 + 6 * rows)) % 1 < 0.5) * 0.6
    lying = ((rows * (3 + 4 * columns)) % 1 < 0.4) * 0.3
    return np.stack([upright + lying, upright, 0.9 - upright - lying], -1).astype(np.float32)


def batch_of(image: Image) -> dict[str, Tensor]:
    return {"lr": torch.from_numpy(image).movedim(-1, 0)[None]}


def zero_shot(network: nn.Module, steps: int = 2, rate: float = 1e-3, **options: Any) -> ZeroShot:
    settings = {"fathers": Fathers(crop=32), "slope": Slope(most=steps), "projections": (2,), **options}
    return ZeroShot(network, {"l1": Weighted(L1(), 1.0)}, Adam(rate), **settings)


def thin(layers: int = 3, features: int = 4) -> ZSSR:
    torch.manual_seed(0)
    return ZSSR(2, layers, features)


def psnr(image: Image, truth: Image) -> float:
    return float(-10 * np.log10(np.mean((image - truth)[4:-4, 4:-4] ** 2)))


def restored(recipe: ZeroShot, image: Image) -> Image:
    made: Image = recipe.restore(batch_of(image))["sr"][0].movedim(0, -1).numpy()
    return made


def test_zssr_restores_what_bicubic_blurs() -> None:
    truth = bars()
    lr = resize(truth, (48, 48))
    torch.manual_seed(0)
    recipe = zero_shot(ZSSR(2, 6, 24), 150, fathers=Fathers(crop=48), projections=(10,))

    assert psnr(restored(recipe, lr), truth) > psnr(resize(lr, truth.shape[:2]), truth) + 1


@pytest.mark.parametrize("shape", [(20, 20), (33, 21)])
def test_what_is_projected_back_is_reduced_to_what_it_was_made_of(shape: tuple[int, int]) -> None:
    image = bars(33)[: shape[0], : shape[1]]
    jump, far = Jump(2, 2), np.full((2 * shape[0], 2 * shape[1], 3), 0.5, np.float32)
    missed = [float(np.abs(jump.reduced(jump.projected(far, image, times)) - image).mean()) for times in (0, 1, 2, 10)]

    assert sorted(missed, reverse=True) == missed
    assert missed[-1] < missed[0] / 10


def test_a_learnt_kernel_is_what_fathers_are_reduced_and_projected_by() -> None:
    torch.manual_seed(3)
    degrader = KernelGAN(2, features=4)
    image = bars(24)
    jump = Jump(2, 2, degrader.eval())
    with torch.no_grad():
        expected = degrader(batch_of(image)["lr"])["lr"][0].movedim(0, -1).numpy()

    assert np.array_equal(expected, jump.reduced(image))
    assert not np.allclose(expected, Jump(2, 2).reduced(image), atol=1e-3)
    enlarged = resize(expected, (24, 24))
    missed = [np.abs(jump.reduced(jump.projected(enlarged, expected, times)) - expected).mean() for times in (0, 10)]
    assert missed[1] < missed[0]


def test_a_model_with_a_degrader_keeps_it_and_is_restored_by_it() -> None:
    image = bars(24)
    torch.manual_seed(3)
    degrader = KernelGAN(2, features=4)
    options: dict[str, Any] = {"variants": 1, "fathers": Fathers(crop=16, rotate=False)}
    by_kernel, by_bicubic = zero_shot(thin(), degrader=degrader, **options), zero_shot(thin(), **options)

    assert (("network", "degrader"), ("network",)) == (by_kernel.keeps, by_bicubic.keeps)
    assert not np.allclose(restored(by_kernel, image), restored(by_bicubic, image), atol=1e-3)


def test_the_same_chance_restores_the_same_twice_and_another_does_not() -> None:
    image = bars(24)
    made = [restored(zero_shot(thin(), noise=0.01, chance=chance), image) for chance in (1, 1, 2)]

    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_noise_is_what_sons_have_and_fathers_do_not() -> None:
    image = bars(24)
    made = [restored(zero_shot(thin(), noise=noise), image) for noise in (0.0, 0.0125)]

    assert not np.array_equal(made[0], made[1])


@pytest.mark.parametrize("jumps", [None, ((1.0, 2.0), (2.0, 2.0))])
def test_the_variants_of_a_network_that_knows_no_direction_are_all_alike(jumps: Any) -> None:
    network = ZSSR(2, layers=1)
    nn.init.zeros_(network.layers[0].get_parameter("weight"))
    options: dict[str, Any] = {"projections": (0,) * (len(jumps) if jumps else 1), "jumps": jumps, "rate": 1e-30}
    one, eight = (restored(zero_shot(network, variants=each, **options), bars(24)[:17]) for each in (1, 8))

    np.testing.assert_allclose(eight, one, rtol=0, atol=1e-6)


def test_gradual_jumps_end_in_the_scale_and_each_is_learnt_from() -> None:
    image = bars(20)[:, :17]
    plain = restored(zero_shot(thin()), image)
    gradual = restored(zero_shot(thin(), jumps=GRADUAL, projections=(6, 6, 8, 10, 10, 12)), image)

    assert ((40, 34, 3), (40, 34, 3)) == (plain.shape, gradual.shape)
    assert not np.array_equal(plain, gradual)


@pytest.mark.parametrize(
    ("network", "options", "said"),
    [
        (ESPCN(2), {}, r"network: reads \['lr_y'\]"),
        (thin(), {"projections": (1, 2)}, "projections: one for each jump, 1, not 2"),
        (thin(), {"jumps": ((1.0, 2.0),)}, r"jumps: the last must be the network's scale, \[2.0, 2.0\]"),
        (thin(), {"degrader": KernelGAN(4, 2)}, "degrader: its scale is 4, the network's 2"),
        (
            thin(),
            {"degrader": KernelGAN(2, 2), "jumps": ((1.5, 1.5), (2.0, 2.0)), "projections": (1, 1)},
            "jumps: a degrader reduces by its scale alone",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line(network: nn.Module, options: dict[str, Any], said: str) -> None:
    with pytest.raises(LearningError, match=said):
        zero_shot(network, **options)
