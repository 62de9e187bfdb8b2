"""VGG-19: torchvision's names and order, frozen, and had by its sums."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pipeline.archives import having
from pipeline.archives.download import NotThereError
from pipeline.archives.packing import Archive
from pipeline.errors import LearningError, SourceError
from pipeline.features import vgg19 as module
from pipeline.features.vgg19 import FULL, LAYERS, SHALLOW, VGG19, Features, vgg19
from pipeline.images.colour import to_float
from pipeline.kinds import Store
from pipeline.lookup import build
from tests.features.vgg import tensors

CONVOLUTIONS = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
"""Where torchvision's ``vgg19().features`` has its convolutions."""
TAPS = {
    "relu1_1": 1,
    "pool1": 4,
    "conv2_2": 7,
    "relu2_2": 8,
    "pool2": 9,
    "relu3_1": 11,
    "relu3_4": 17,
    "relu4_4": 26,
    "conv5_4": 34,
    "relu5_4": 35,
    "pool5": 36,
}
mirror = pytest.mark.skipif("SR_MIRROR" not in os.environ, reason="SR_MIRROR names no folder with VGG-19's file")


def image(*size: int) -> Tensor:
    return torch.rand(size, generator=torch.Generator().manual_seed(1))


def shallow(*layers: str) -> VGG19:
    return VGG19(layers, tensors(3))


def test_layers_have_the_numbers_of_torchvision() -> None:
    assert TAPS == {layer: LAYERS.index(layer) for layer in TAPS}
    assert CONVOLUTIONS == tuple(number for number, layer in enumerate(LAYERS) if layer.startswith("conv"))
    assert 37 == len(LAYERS)


def test_weights_have_the_names_of_torchvision() -> None:
    named = [f"features.{number}.{kind}" for number in CONVOLUTIONS for kind in ("weight", "bias")]

    assert named == [*VGG19(["pool5"], tensors()).state_dict()]


def test_the_convolutions_have_the_weights_that_the_paper_counts() -> None:
    assert 20_024_384 == sum(each.numel() for each in VGG19(["pool5"], tensors()).parameters())


def test_features_have_the_size_of_their_layer() -> None:
    network = VGG19(["relu1_1", "conv2_2", "pool2", "relu3_4", "conv4_1", "conv5_4", "pool5"], tensors())
    shapes = {layer: tuple(each.shape[1:]) for layer, each in network(image(2, 3, 32, 48)).items()}

    assert {
        "relu1_1": (64, 32, 48),
        "conv2_2": (128, 16, 24),
        "pool2": (128, 8, 12),
        "relu3_4": (256, 8, 12),
        "conv4_1": (512, 4, 6),
        "conv5_4": (512, 2, 3),
        "pool5": (512, 1, 1),
    } == shapes


@pytest.mark.parametrize(("layer", "count"), [("conv1_1", 1), ("relu3_1", 5), ("pool3", 8), ("conv5_4", 16)])
def test_only_what_the_deepest_layer_needs_is_built(layer: str, count: int) -> None:
    state = VGG19(["relu1_1", layer], tensors()).state_dict()

    assert 2 * count == len(state)


def test_an_image_of_which_nothing_would_be_left_is_told() -> None:
    network = shallow("relu3_1")

    assert (1, 256, 1, 1) == network(image(1, 3, 4, 5))["relu3_1"].shape
    with pytest.raises(
        LearningError, match="`relu3_1` of VGG-19 needs at least 4x4 pixels, the image has 3x9; enlarge"
    ):
        network(image(1, 3, 3, 9))


def test_a_layer_before_its_activation_is_left_as_it_is_by_the_activation() -> None:
    found = shallow("conv2_2", "relu2_2")(image(1, 3, 16, 16))

    assert float(found["conv2_2"].min()) < 0
    assert torch.equal(found["conv2_2"].clamp(min=0), found["relu2_2"])


def test_an_image_of_the_mean_colour_is_nothing() -> None:
    network = shallow("conv1_1")
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(1, 3, 5, 5)
    bias = network.get_parameter("features.0.bias").view(1, 64, 1, 1)

    torch.testing.assert_close(bias.expand(1, 64, 5, 5), network(mean)["conv1_1"])


def test_a_step_of_one_deviation_is_a_step_of_one() -> None:
    network = shallow("conv1_1")
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    plain = image(1, 3, 7, 7)
    step = network(plain + deviation)["conv1_1"] - network(plain)["conv1_1"]
    kernels = network.get_parameter("features.0.weight").sum((1, 2, 3))

    torch.testing.assert_close(kernels, step[0, :, 3, 3], rtol=1e-3, atol=1e-4)


def test_it_never_learns_and_never_leaves_eval_mode() -> None:
    network = shallow("relu3_1").train()

    assert not any(module.training for module in network.modules())
    assert not any(each.requires_grad for each in network.parameters())


def test_the_gradient_reaches_the_image_through_it() -> None:
    given = image(1, 3, 9, 9).requires_grad_()
    shallow("relu3_1")(given)["relu3_1"].square().sum().backward()

    assert given.grad is not None
    assert bool(given.grad.any(dim=1).all())


def test_equal_images_have_equal_features_and_no_chance_is_used_up() -> None:
    before = torch.get_rng_state()
    first, second = (shallow("relu3_1")(image(1, 3, 12, 12))["relu3_1"] for _ in range(2))

    assert torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())


def test_features_take_clips_and_batches_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "vgg19", lambda layers, _store: shallow(*layers))
    features, clip = Features(["relu2_2"], Store(Path("store"))), image(2, 3, 3, 8, 8)

    assert torch.equal(features(clip.flatten(0, 1))["relu2_2"], features(clip)["relu2_2"])


def test_a_copy_of_features_leaves_the_network_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "vgg19", lambda layers, _store: shallow(*layers))
    features = Features(["relu2_2"], Store(Path("store")))
    expected = features(image(1, 3, 8, 8))["relu2_2"]

    for other in (copy.deepcopy(features), pickle.loads(pickle.dumps(features))):
        assert other.network is None
        assert torch.equal(expected, other(image(1, 3, 8, 8))["relu2_2"])


def offered(monkeypatch: pytest.MonkeyPatch, folder: Path, tensors: dict[str, Tensor], file: Archive) -> None:
    """Put ``tensors`` into ``folder`` as if they were ``file``."""
    folder.mkdir(exist_ok=True)
    torch.save(tensors, folder / file.name)
    checksum = f"sha256:{hashlib.sha256((folder / file.name).read_bytes()).hexdigest()[:8]}"
    name = "FULL" if file is FULL else "SHALLOW"
    monkeypatch.setattr(module, name, Archive(file.name, file.addresses, checksum, file.origin))


def test_either_file_is_enough_for_a_shallow_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = {layer: f"features.{LAYERS.index(layer)}" for layer in LAYERS if layer.startswith("conv")}
    named = {f"{layer}.{kind}": tensors()[f"{own[layer]}.{kind}"] for layer in own for kind in ("weight", "bias")}
    first = {key: named[key] for key in list(named)[:10]}
    offered(monkeypatch, tmp_path / "shallow", first, SHALLOW)
    from_shallow = vgg19(["relu3_1"], Store(tmp_path / "none", str(tmp_path / "shallow")))
    offered(monkeypatch, tmp_path / "full", {**tensors(), "classifier.0.weight": torch.zeros(3)}, FULL)
    from_full = vgg19(["relu3_1"], Store(tmp_path / "full"))

    assert torch.equal(*(each(image(1, 3, 9, 9))["relu3_1"] for each in (from_shallow, from_full)))
    assert (1, 512, 1, 1) == vgg19(["relu4_1"], Store(tmp_path / "full"))(image(1, 3, 9, 9))["relu4_1"].shape


def unreachable(archive: Archive, address: str, _folder: Path) -> Path:
    raise NotThereError(f"{address}: the server answers 404 for {archive.name}")


@mirror
@pytest.mark.mirror
def test_a_deep_layer_without_the_full_file_says_what_to_download_and_where_to_put_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(having, "download", unreachable)

    with pytest.raises(SourceError) as raised:
        vgg19(["relu1_2", "conv5_4"], Store(tmp_path, os.environ["SR_MIRROR"]))

    (line,) = str(raised.value).splitlines()
    assert line.startswith("the layer `conv5_4` of VGG-19: vgg19-dcbb9e9d.pth: cannot be had here")
    assert "put https://download.pytorch.org/models/vgg19-dcbb9e9d.pth (" in line
    assert line.endswith(f" into {tmp_path}")


def test_a_file_that_does_not_have_the_digits_of_its_name_is_refused(tmp_path: Path) -> None:
    torch.save(tensors(), tmp_path / FULL.name)

    with pytest.raises(SourceError, match=r"is not vgg19-dcbb9e9d\.pth as published: its sha256 is not dcbb9e9d"):
        vgg19(["conv5_4"], Store(tmp_path))


def test_without_a_store_there_are_no_features() -> None:
    with pytest.raises(LearningError, match="the layer `relu3_1` of VGG-19 is asked for outside of a training"):
        Features(["relu3_1"], None)(image(1, 3, 8, 8))


@mirror
@pytest.mark.mirror
def test_the_file_of_the_mirror_holds_the_weights_of_torchvision(tmp_path: Path) -> None:
    network = vgg19(["relu3_1"], Store(tmp_path, os.environ["SR_MIRROR"]))
    kernel = network.get_parameter("features.0.weight")[0, 0, 0]

    assert [-0.0535, -0.0493, -0.0679] == [round(float(each), 4) for each in kernel]
    assert 555_328 == sum(each.numel() for each in network.parameters())


@mirror
@pytest.mark.mirror
def test_the_features_of_a_picture_are_those_that_were_measured(tmp_path: Path) -> None:
    """On Set5's butterfly; a preprocessing or an order of channels that changes shows here."""
    store = Store(tmp_path, os.environ["SR_MIRROR"])
    network = vgg19(["relu1_2", "relu2_2", "relu3_1"], store)
    (pixels,) = (
        each.planes["hr"] for each in build("sources", {"name": "set5"}).samples(store) if each.key == "butterfly"
    )
    found = network(torch.from_numpy(to_float(pixels)).movedim(-1, 0)[None])

    means = [round(float(each.mean()), 3) for each in found.values()]
    assert [0.703, 1.142, 1.970] == means
