"""params.yaml: every fault is one line that says what is wrong, where, and what would be right."""

from __future__ import annotations

import copy
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pipeline.errors import ParamsError
from pipeline.kinds import ROOMS
from pipeline.lookup import names, signature
from pipeline.lookup import settings as built
from pipeline.params.check import checked
from pipeline.params.values import problems
from pipeline.signatures import constructor
from pipeline.training.settings import Training
from tests.clones import ROOT

SHIPPED = json.loads(json.dumps(YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))))
GONE = "(removed)"
PAIRS = "photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2"
MODELS = "bicubic-luma-x2, bicubic-x2, edsr-x2, espcn-x2, scratch, srcnn-x2"
METRICS = "psnr_y8, psnr_yf, ssim_y8, ssim_yf"
EDSR = SHIPPED["models"]["edsr-x2"]
TO_TARGET = {"resize": {"to": "target", "kernel": "bicubc"}}

FAULTS: list[tuple[Any, ...]] = [
    # sections and keys
    ("colour", 1, "colour: `colour` is unknown; choices: engine, gates, models, pairs, seed, sources, suites"),
    ("seed", GONE, "seed: missing; it must be a whole number"),
    ("suites", GONE, "suites: missing; it must be a mapping, `{}` if empty"),
    ("models", None, "models: must be a mapping, not null"),
    (
        "models.srcnn-x2.training.network.kernel",
        3,
        "models.srcnn-x2.training.network.kernel: `kernel` is unknown; did you mean `kernels`? "
        "Choices: deviation, kernels, scale, widths",
    ),
    ("models.edsr-x2.pairs", GONE, f"models.edsr-x2.pairs: missing; choices: {PAIRS}"),
    # parts
    (
        "models.edsr-x2.training.network.name",
        "esdr",
        "models.edsr-x2.training.network.name: `esdr` is unknown; did you mean `edsr`? "
        f"Choices: {', '.join(names('networks'))}",
    ),
    (
        "models.edsr-x2.training.network.name",
        GONE,
        f"models.edsr-x2.training.network.name: missing; choices: {', '.join(names('networks'))}",
    ),
    (
        "pairs.photos-train-x2.degradation",
        [{"blurr": {}}],
        "pairs.photos-train-x2.degradation[0].blurr.name: `blurr` is unknown; "
        f"choices: {', '.join(names('degradations'))}",
    ),
    (
        "models.edsr-x2.training.recipe.losses",
        {},
        f"models.edsr-x2.training.recipe.losses: is empty; choices: {', '.join(names('losses'))}",
    ),
    (
        "suites.photos-test-x2.metrics",
        {},
        "suites.photos-test-x2.metrics: is empty; name at least one, a suite without a score judges nothing",
    ),
    # values
    ("models.edsr-x2.training.network.blocks", "16", "{key}: must be a whole number, not the text '16'"),
    ("models.edsr-x2.training.network.blocks", 16.0, "{key}: must be a whole number, not 16.0"),
    ("models.edsr-x2.training.network.blocks", True, "{key}: must be a whole number, not true"),
    ("models.edsr-x2.training.recipe.optimizer.rate", "1e-4", "{key}: must be a number, not the text '1e-4'"),
    (
        "models.edsr-x2.training.recipe.losses.l1",
        True,
        "{key}: must be followed by its weight, or its options, not true",
    ),
    ("models.edsr-x2.training.batch", 0, "{key}: must be at least 1, not 0"),
    ("models.edsr-x2.training.steps", -1, "{key}: must be at least 0, not -1"),
    ("pairs.photos-train-x2.scale", 0, "{key}: must be at least 1, not 0"),
    ("pairs.photos-train-x2.degradation", "givn", "{key}: must be `given` or a list, not the text 'givn'"),
    (
        "pairs.photos-train-x2.degradation",
        [TO_TARGET],
        "{key}[0].resize.kernel: `bicubc` is unknown; did you mean `bicubic`? "
        "Choices: bicubic, bilinear, lanczos2, lanczos3, nearest",
    ),
    (
        "pairs.photos-train-x2.rounding",
        "uint16",
        "{key}: `uint16` is unknown; did you mean `uint8`? Choices: none, uint8",
    ),
    (
        "pairs.photos-train-luma-x2.degradation",
        "given",
        "pairs.photos-train-luma-x2.rounding: given LR images are uint8; `none` needs a chain of links",
    ),
    ("sources.photos-train.split", "valid", "{key}: `valid` is unknown; choices: test, train"),
    # names and edges
    ("models.EDSR_x2", EDSR, "{key}: bad name; use a-z, 0-9 and single hyphens, as in `edsr-x2`"),
    ("models.scratch", EDSR, "{key}: bad name; `scratch` stands for no model at all"),
    (
        "models.edsr-x2.pairs",
        "photos-train-x3",
        f"{{key}}: `photos-train-x3` is unknown; did you mean `photos-train-x2`? Choices: {PAIRS}",
    ),
    (
        "models.edsr-x2.suite",
        "set5-x2",
        "{key}: `set5-x2` is unknown; choices: photos-test-luma-x2, photos-test-x2",
    ),
    ("models.edsr-x2.start", "edsr-x4", f"{{key}}: `edsr-x4` is unknown; did you mean `edsr-x2`? Choices: {MODELS}"),
    ("pairs.photos-train-x2.learner", "gan", f"{{key}}: `gan` is unknown; choices: {MODELS}"),
    (
        "pairs.photos-train-x2.source",
        "foto-train",
        "{key}: `foto-train` is unknown; did you mean `photos-train`? Choices: photos-test, photos-train",
    ),
    (
        "gates.photos-test-x2.metric",
        "psnr",
        f"{{key}}: `psnr` is unknown; did you mean `psnr_yf`? Choices: {METRICS}",
    ),
    (
        "gates.set5",
        {"metric": "psnr_y8"},
        "{key}: the key must be an entry of suites; `set5` is unknown; choices: photos-test-luma-x2, photos-test-x2",
    ),
    # cycles
    (
        "models.edsr-x2.start",
        "edsr-x2",
        "models.edsr-x2: waits for itself: edsr-x2 -> edsr-x2; let a `start` or `learner` be `scratch`",
    ),
    (
        "pairs.photos-train-x2.learner",
        "edsr-x2",
        "models.edsr-x2: waits for itself: edsr-x2 -> edsr-x2; let a `start` or `learner` be `scratch`",
    ),
    # scales and fields
    (
        "models.edsr-x2.training.network.scale",
        3,
        "{key}: is 3, but its pairs `photos-train-x2` have scale 2",
        "{key}: is 3, but its suite `photos-test-x2` has scale 2",
    ),
    (
        "suites.photos-test-luma-x2.metrics",
        {"psnr_y8": {}, "psnr_yf": {}},
        "{key}.psnr_yf: reads `sr_yf`, `hr_yf`, but its pairs have rounding `none`: luma only; "
        "choices: psnr_y8, ssim_y8",
    ),
    (
        "models.edsr-x2.pairs",
        "photos-train-luma-x2",
        "models.edsr-x2.training.network: `edsr` reads `lr`, but its pairs `photos-train-luma-x2` have "
        "rounding `none`: luma only; choices: bicubic_luma, espcn, fsrcnn, srcnn",
        "models.edsr-x2.training.recipe.losses.l1: reads `sr`, `hr`, but its pairs `photos-train-luma-x2` have "
        "rounding `none`: luma only; rename in `fields`; choices: hr_y, ilr_y, lr_y, sr_y",
    ),
    (
        "models.srcnn-x2.training.recipe.losses.mse.fields",
        {"sr": "sr_y", "hr": "hr_y", "srr": "sr_y"},
        "{key}.srr: `srr` is unknown; did you mean `sr`? Choices: hr, sr",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault[0]}={str(fault[1])[:12]}" for fault in FAULTS])
def test_a_fault_is_told_in_one_line(tmp_path: Path, fault: tuple[Any, ...]) -> None:
    key, value, *expected = fault

    said = told(tmp_path, changed(SHIPPED, key, value))

    assert [f"params.yaml: {line.replace('{key}', key)}" for line in expected] == said


def test_a_cycle_is_told_once_for_each_model_in_it(tmp_path: Path) -> None:
    content = changed(changed(SHIPPED, "models.edsr-x2.start", "bicubic-x2"), "models.bicubic-x2.start", "edsr-x2")

    first, second = told(tmp_path, content)

    assert "models.bicubic-x2: waits for itself: bicubic-x2 -> edsr-x2 -> bicubic-x2" in first
    assert "models.edsr-x2: waits for itself: edsr-x2 -> bicubic-x2 -> edsr-x2" in second


TEXTS = [
    (b"seed: 1\nseed: 2\n", 'params.yaml:2: found duplicate key "seed"; keep one'),
    (b"seed: [1\nengine: {}\n", "params.yaml:2: is not YAML: while parsing a flow sequence from line 1, "),
    (b"seed: \xff\n", "params.yaml: is not UTF-8 text (byte 6)"),
    (b"a: &a {b: *a}\n", "params.yaml: "),
    (b"- 1\n", "params.yaml: must be a mapping with the keys seed, engine,"),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: bytes, expected: str) -> None:
    (tmp_path / "params.yaml").write_bytes(text)

    with pytest.raises(ParamsError) as raised:
        checked(tmp_path / "params.yaml")

    assert str(raised.value).startswith(expected)


def test_an_empty_file_lacks_every_section(tmp_path: Path) -> None:
    assert sorted(SHIPPED) == sorted(line.split(": ")[1] for line in told(tmp_path, {}))


def test_a_missing_file_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=f"params.yaml: not found in {tmp_path}; run from the checkout"):
        checked(tmp_path / "params.yaml")


def test_the_shipped_file_holds_and_its_check_needs_no_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.params.check import checked; "
        "checked(Path('params.yaml')); print([name for name in ('torch', 'cv2', 'mlflow') if name in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "[]\n" == said


@pytest.mark.parametrize("preset", sorted((ROOT / "presets").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_preset_holds(preset: Path) -> None:
    content = checked(preset)

    assert content["models"]


# --- whatever is written --------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 99) | st.floats(allow_nan=True) | st.text("ab-_.1 ", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abn-_", max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_whatever_is_written_is_accepted_and_usable_or_told_in_lines(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    way = data.draw(st.sampled_from(sorted(ways(SHIPPED))))
    value = data.draw(st.just(GONE) | VALUES)
    content = changed(SHIPPED, way, value)
    path = tmp_path_factory.getbasetemp() / "params.yaml"
    write(path, content)

    accepted: Any = {"models": {}}
    said = ""
    try:
        accepted = checked(path)
    except ParamsError as error:
        said = str(error)

    assert all(line.startswith("params.yaml: ") for line in said.splitlines())
    assert all(word not in said for word in ("Traceback", "object at 0x", "<class"))
    assert all(built(Training, model["training"]) for model in accepted["models"].values())


# --- the signature is the schema ------------------------------------------------------------------------------------

PARTS = [(room, name) for room in ROOMS.values() for name in names(room)]


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_signature_read_from_text_is_the_one_that_python_sees(room: str, name: str) -> None:
    module = import_module(f"pipeline.{room}.{name}")
    own = vars(getattr(module, module.__all__[0])).get("__init__", lambda _: None)
    _, *real = inspect.signature(own).parameters.values()

    assert [(each.name, each.default is each.empty) for each in real] == [
        (each.name, each.required) for each in signature(room, name)
    ]


VOCABULARY = """
from typing import Literal
class Part:
    def __init__(
        self, whole: int, number: float, word: str, flag: bool, choice: Literal["a", "b"], pair: tuple[int, int],
        many: list[float], named: dict[str, int], either: int | None,
    ) -> None: ...
"""
VALID = {
    "whole": 3,
    "number": 2.5,
    "word": "x",
    "flag": False,
    "choice": "a",
    "pair": [1, 2],
    "many": [1, 2.5],
    "named": {"n": 1},
    "either": None,
}
REFUSED = [
    ("whole", True),
    ("whole", 3.0),
    ("number", "2.5"),
    ("number", float("inf")),
    ("word", 3),
    ("flag", 0),
    ("choice", "c"),
    ("pair", [1]),
    ("pair", [1, 2, 3]),
    ("many", [1, "x"]),
    ("named", {"n": 1.5}),
    ("either", "none"),
]


def vocabulary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the types of VOCABULARY's parameters by name."""
    (folder / "pipeline").mkdir()
    (folder / "pipeline" / "part.py").write_text(VOCABULARY, encoding="utf-8")
    monkeypatch.setattr("pipeline.signatures.HOME", folder / "pipeline")
    return {each.name: each.type for each in constructor("pipeline.part", "Part")}


def test_the_vocabulary_accepts_its_own_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    types = vocabulary(tmp_path, monkeypatch)

    assert types.keys() == VALID.keys()
    assert [] == [line for name, value in VALID.items() for line in problems(types[name], value, name)]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_the_vocabulary_refuses_other_values_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    (line,) = problems(vocabulary(tmp_path, monkeypatch)[name], value, name)

    assert line.startswith(name)


def changed(content: Any, key: str, value: object) -> Any:
    """Return ``content`` with ``value`` at ``key``, which ``GONE`` removes."""
    content = copy.deepcopy(content)
    *way, last = key.split(".")
    block = content
    for word in way:
        block = block[word]
    if value == GONE:
        del block[last]
    else:
        block[last] = value
    return content


def ways(content: dict[str, Any], before: str = "") -> Iterator[str]:
    """Yield the key of every value in nested mappings."""
    for key, value in content.items():
        yield f"{before}{key}"
        if isinstance(value, dict):
            yield from ways(value, f"{before}{key}.")


def write(path: Path, content: object) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)


def told(folder: Path, content: object) -> list[str]:
    """Return the lines that the check says about ``content``."""
    write(folder / "params.yaml", content)
    with pytest.raises(ParamsError) as raised:
        checked(folder / "params.yaml")
    return str(raised.value).splitlines()
