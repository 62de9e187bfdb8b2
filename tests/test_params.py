"""params.yaml: every fault is one line that says what is wrong, where, and what would be right."""

from __future__ import annotations

import copy
import inspect
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pipeline.errors import ParamsError
from pipeline.evaluation.settings import Suite
from pipeline.kinds import ROOMS
from pipeline.learning.settings import Engine
from pipeline.lookup import fields_read, names, settings, signature
from pipeline.pairs.settings import Pairs
from pipeline.params import rules
from pipeline.params.check import checked
from pipeline.params.values import problems
from pipeline.signatures import Parameter, constructor
from pipeline.training.settings import Training
from tests.clones import ROOT

SHIPPED = json.loads(json.dumps(YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))))

FAULTS = """
# sections, keys
colour: 1
    params.yaml: colour: `colour` is unknown; choices: engine, gates, models, pairs, seed, sources, suites
models: null
    params.yaml: models: must be a mapping, not null
models.edsr-x2.suit: photos-test-x2
    params.yaml: models.edsr-x2.suit: `suit` is unknown; did you mean `suite`? Choices: pairs, start, suite, training
models.srcnn-x2.training.network.kernel: 3
    params.yaml: models.srcnn-x2.training.network.kernel: `kernel` is unknown; did you mean `kernels`? Choices: deviation, kernels, scale, widths
without models.edsr-x2.training.recipe.losses
without models.edsr-x2.training.recipe.optimizer
    params.yaml: models.edsr-x2.training.recipe.losses: missing; it must be a mapping, `{}` if empty
    params.yaml: models.edsr-x2.training.recipe.optimizer: missing; it must be a mapping with the `name` of one of the optimizers: <optimizers>

# parts
models.edsr-x2.training.network.name: esdr
    params.yaml: models.edsr-x2.training.network.name: `esdr` is unknown; did you mean `edsr`? Choices: <networks>
without models.edsr-x2.training.network.name
    params.yaml: models.edsr-x2.training.network.name: missing; choices: <networks>
models.edsr-x2.training.recipe.losses.mss: 1.0
    params.yaml: models.edsr-x2.training.recipe.losses.mss.name: `mss` is unknown; did you mean `mse`? Choices: <losses>
pairs.photos-train-x2.degradation: [{nonsense: {}}]
    params.yaml: pairs.photos-train-x2.degradation[0].nonsense.name: `nonsense` is unknown; choices: <degradations>
pairs.photos-train-x2.degradation: [resize]
    params.yaml: pairs.photos-train-x2.degradation[0]: must be one part with its options, as in `chain: {}`, not the text 'resize'; choices: <degradations>
suites.photos-test-x2.metrics.psnr: {}
    params.yaml: suites.photos-test-x2.metrics.psnr.name: `psnr` is unknown; did you mean `psnr_yf`? Choices: <metrics>
sources.both: {name: union, of: {a: {name: photo}}}
    params.yaml: sources.both.of.a.name: `photo` is unknown; did you mean `photos`? Choices: <sources>

# values
models.edsr-x2.training.network.blocks: "16"
    params.yaml: models.edsr-x2.training.network.blocks: must be a whole number, not the text '16'
models.edsr-x2.training.network.blocks: true
    params.yaml: models.edsr-x2.training.network.blocks: must be a whole number, not true
models.edsr-x2.training.recipe.optimizer.rate: "1e-4"
    params.yaml: models.edsr-x2.training.recipe.optimizer.rate: must be a number, not the text '1e-4'
models.srcnn-x2.training.network.kernels: [9, 1, x]
    params.yaml: models.srcnn-x2.training.network.kernels[2]: must be a whole number, not the text 'x'
models.edsr-x2.training.recipe.losses.l1: true
    params.yaml: models.edsr-x2.training.recipe.losses.l1: must be followed by its weight, or its options, not true
suites.photos-test-x2.metrics.psnr_y8: null
    params.yaml: suites.photos-test-x2.metrics.psnr_y8: must be followed by its options, `{}` if none, not null
engine.precision: fp16
    params.yaml: engine.precision: `fp16` is unknown; did you mean `bf16`? Choices: auto, bf16, fp32
pairs.photos-train-x2.degradation.0.resize.kernel: bicubc
    params.yaml: pairs.photos-train-x2.degradation[0].resize.kernel: `bicubc` is unknown; did you mean `bicubic`? Choices: bicubic, bilinear, lanczos2, lanczos3, nearest
models.edsr-x2.training.steps: -1
    params.yaml: models.edsr-x2.training.steps: must be at least 0, not -1
models.edsr-x2.training.batch: 0
    params.yaml: models.edsr-x2.training.batch: must be at least 1, not 0
models.edsr-x2.training.average: 1.0
    params.yaml: models.edsr-x2.training.average: must lie between 0 and 1, not 1.0
pairs.photos-train-x2.scale: 0
    params.yaml: pairs.photos-train-x2.scale: must be at least 1, not 0
pairs.photos-train-luma-x2.degradation: given
    params.yaml: pairs.photos-train-luma-x2.rounding: given LR images are uint8; `none` needs a chain of links
suites.photos-test-x2.metrics: {}
    params.yaml: suites.photos-test-x2.metrics: is empty; name at least one, a suite without a score judges nothing

# entries that other entries name
without models.edsr-x2.pairs
    params.yaml: models.edsr-x2.pairs: missing; choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
models.edsr-x2.pairs: photos-train-x3
    params.yaml: models.edsr-x2.pairs: `photos-train-x3` is unknown; did you mean `photos-train-x2`? Choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
models.edsr-x2.suite: set5-x2
    params.yaml: models.edsr-x2.suite: `set5-x2` is unknown; choices: photos-test-luma-x2, photos-test-x2
models.edsr-x2.start: edsr-x4
    params.yaml: models.edsr-x2.start: `edsr-x4` is unknown; did you mean `edsr-x2`? Choices: bicubic-luma-x2, bicubic-x2, edsr-x2, espcn-x2, scratch, srcnn-x2
pairs.photos-train-x2.learner: gan
    params.yaml: pairs.photos-train-x2.learner: `gan` is unknown; choices: bicubic-luma-x2, bicubic-x2, edsr-x2, espcn-x2, scratch, srcnn-x2
pairs.photos-train-x2.source: foto-train
    params.yaml: pairs.photos-train-x2.source: `foto-train` is unknown; did you mean `photos-train`? Choices: photos-test, photos-train
pairs.photos-train-x2.source: "photos\\ntest"
    params.yaml: pairs.photos-train-x2.source: `photos test` is unknown; did you mean `photos-test`? Choices: photos-test, photos-train
suites.set5: {metrics: {psnr_y8: {}}, self_ensemble: none}
    params.yaml: suites.set5: the key must be an entry of pairs; `set5` is unknown; choices: photos-test-luma-x2, photos-test-x2, photos-train-luma-x2, photos-train-x2
gates.set5: {metric: psnr_y8}
    params.yaml: gates.set5: the key must be an entry of suites; `set5` is unknown; choices: photos-test-luma-x2, photos-test-x2
gates.photos-test-luma-x2.metric: psnr_yf
    params.yaml: gates.photos-test-luma-x2.metric: `psnr_yf` is unknown; did you mean `psnr_y8`? Choices: psnr_y8, ssim_y8

# cycles
models.edsr-x2.start: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
models.edsr-x2.start: espcn-x2
models.espcn-x2.start: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> espcn-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
    params.yaml: models.espcn-x2: waits for itself: espcn-x2 -> edsr-x2 -> espcn-x2; let a `start` or `learner` be `scratch`
pairs.photos-train-x2.learner: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
pairs.photos-test-x2.learner: espcn-x2
models.espcn-x2.start: edsr-x2
    params.yaml: models.edsr-x2: waits for itself: edsr-x2 -> espcn-x2 -> edsr-x2; let a `start` or `learner` be `scratch`
    params.yaml: models.espcn-x2: waits for itself: espcn-x2 -> edsr-x2 -> espcn-x2; let a `start` or `learner` be `scratch`

# scales
models.edsr-x2.training.network.scale: 3
    params.yaml: models.edsr-x2.training.network.scale: is 3, but its pairs `photos-train-x2` have scale 2
    params.yaml: models.edsr-x2.training.network.scale: is 3, but its suite `photos-test-x2` has scale 2
pairs.photos-train-x2.scale: 3
    params.yaml: models.bicubic-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 3
    params.yaml: models.edsr-x2.training.network.scale: is 2, but its pairs `photos-train-x2` have scale 3
pairs.photos-test-x2.scale: 3
    params.yaml: models.bicubic-x2.training.network.scale: is 2, but its suite `photos-test-x2` has scale 3
    params.yaml: models.edsr-x2.training.network.scale: is 2, but its suite `photos-test-x2` has scale 3

# fields
models.edsr-x2.training.recipe.losses: {}
    params.yaml: models.edsr-x2.training.recipe.losses: is empty; choices: <losses>
models.srcnn-x2.training.recipe.losses.mse.fields.srr: sr_y
    params.yaml: models.srcnn-x2.training.recipe.losses.mse.fields.srr: `srr` is unknown; did you mean `sr`? Choices: hr, sr
models.edsr-x2.training.recipe.losses.l1: {weight: 1.0, fields: {hr: hd}}
    params.yaml: models.edsr-x2.training.recipe.losses.l1: reads a field that no batch holds: `hd` is unknown; choices: hr, hr_cycle, hr_y, hr_y8, hr_yf, ilr, ilr_y, lr, lr_cycle, lr_made, lr_y, ref, scale, sr, sr_y, sr_y8, sr_yf
models.bicubic-x2.pairs: photos-train-luma-x2
    params.yaml: models.bicubic-x2.training.network: `bicubic` reads `ilr`, but its pairs `photos-train-luma-x2` have rounding `none`: luma only; choices: <networks of luma>
models.srcnn-x2.training.recipe.losses.mse: 1.0
    params.yaml: models.srcnn-x2.training.recipe.losses.mse: reads `sr`, `hr`, but its pairs `photos-train-luma-x2` have rounding `none`: luma only; rename in `fields`; choices: hr_y, ilr_y, lr_y, sr_y
suites.photos-test-luma-x2.metrics.psnr_yf: {}
    params.yaml: suites.photos-test-luma-x2.metrics.psnr_yf: reads `sr_yf`, `hr_yf`, but its pairs have rounding `none`: luma only; choices: <metrics of luma>
"""  # noqa: E501  a line stands here as it stands before the user


def faults() -> Iterator[tuple[list[str], list[str]]]:
    """Yield what stands in FAULTS; <losses> and the like are the parts that there are by now."""
    text = FAULTS.replace("<networks of luma>", of_luma("networks", "lr_y", "ilr_y"))
    text = text.replace("<metrics of luma>", of_luma("metrics", "sr_y8"))
    for room in ROOMS.values():
        text = text.replace(f"<{room}>", ", ".join(names(room)))
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    groups = [list(group) for _, group in groupby(lines, key=lambda line: line.startswith("    "))]
    for edits, told in zip(groups[::2], groups[1::2], strict=True):
        yield edits, [line.strip() for line in told]


def of_luma(room: str, *fields: str) -> str:
    return ", ".join(name for name in names(room) if fields_read(room, name)[0] in fields)


@pytest.mark.parametrize(("edits", "lines"), [pytest.param(*each, id=each[0][-1][:70]) for each in faults()])
def test_a_fault_is_told_in_one_line(tmp_path: Path, edits: list[str], lines: list[str]) -> None:
    assert lines == told(tmp_path, edited(*edits))


BAD_NAMES = ["Edsr", "edsr_x2", "edsr.x2", "edsr--x2", "-x2", "x2-", "a b", "a@x2", "a/b", "é"]


@pytest.mark.parametrize("section", ["sources", "pairs", "models"])
@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_paths_and_stages_cannot_bear_is_bad(tmp_path: Path, section: str, name: str) -> None:
    content = edited()
    content[section][name] = next(iter(content[section].values()))

    expected = f"params.yaml: {section}.{name}: bad name; use a-z, 0-9 and single hyphens, as in `edsr-x2`"
    assert [expected] == told(tmp_path, content)


def test_no_model_may_be_called_scratch(tmp_path: Path) -> None:
    content = edited()
    content["models"]["scratch"] = content["models"]["edsr-x2"]

    assert ["params.yaml: models.scratch: bad name; `scratch` stands for no model at all"] == told(tmp_path, content)


def test_a_network_that_knows_no_scale_still_needs_pairs_and_suite_of_one() -> None:
    content = edited("without models.edsr-x2.training.network.scale", "pairs.photos-test-x2.scale: 3")

    line = "models.edsr-x2.suite: `photos-test-x2` has scale 3, but its pairs have scale 2"
    assert line in list(rules.scales(content))


TEXTS = [
    (b"seed: 1\nseed: 2\n", 'params.yaml:2: found duplicate key "seed"; keep one'),
    (
        b"seed: [1\nengine: {}\n",
        "params.yaml:2: is not YAML: while parsing a flow sequence from line 1, did not find expected ',' or ']'",
    ),
    (b"seed: 1\nengine: a: b\n", "params.yaml:2: is not YAML: mapping values are not allowed in this context"),
    (b"seed: *one\n", "params.yaml:1: is not YAML: found undefined alias"),
    (b"seed: \xff\n", "params.yaml: is not UTF-8 text (byte 6)"),
    (
        b"sources: {all: &all {name: union, of: {again: *all}}}\n",
        "params.yaml: an anchor stands inside itself, or the nesting is too deep",
    ),
    (
        b"- 1\n",
        "params.yaml: must be a mapping with the keys seed, engine, sources, pairs, suites, models, gates, not a list",
    ),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: bytes, expected: str) -> None:
    (tmp_path / "params.yaml").write_bytes(text)

    assert [expected] == lines_of(tmp_path / "params.yaml")


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_lacks_every_section(tmp_path: Path, text: str) -> None:
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")

    assert [
        "params.yaml: seed: missing; it must be a whole number",
        "params.yaml: engine: missing; it must be a mapping with the keys precision, compile",
        "params.yaml: sources: missing; it must be a mapping, `{}` if empty",
        "params.yaml: pairs: missing; it must be a mapping, `{}` if empty",
        "params.yaml: suites: missing; it must be a mapping, `{}` if empty",
        "params.yaml: models: missing; it must be a mapping, `{}` if empty",
        "params.yaml: gates: missing; it must be a mapping, `{}` if empty",
    ] == lines_of(tmp_path / "params.yaml")


def test_a_file_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path: Path) -> None:
    expected = f"params.yaml: not found in {tmp_path}; run from the checkout"

    assert [expected] == lines_of(tmp_path / "params.yaml")


def test_the_shipped_file_holds_and_its_check_loads_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.params.check import checked; checked(Path('params.yaml'));"
        "print({'torch', 'cv2', 'numpy', 'mlflow', 'dvc'} & sys.modules.keys() or 'nothing')"
    )

    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "nothing\n" == said


@pytest.mark.parametrize("preset", sorted((ROOT / "presets").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_preset_holds(preset: Path) -> None:
    assert checked(preset)["models"]


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every mapping or list inside ``node`` with each of its keys or positions."""
    items = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in items:
        yield node, key
        yield from places(value)


WORDS = st.sampled_from(sorted({str(key) for _, key in places(SHIPPED)} | {"scratch", "none"}))
KEYS = WORDS | st.text(max_size=4)
SCALARS = st.none() | st.booleans() | st.integers(-3, 99) | st.floats() | KEYS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.integers(), inner, max_size=3),
    max_leaves=5,
)


def disturb(content: Any, data: st.DataObject) -> None:
    """Replace, remove or add something somewhere in ``content``; often, that it may pass, by a value of its type."""
    node, key = data.draw(st.sampled_from(list(places(content))))
    alike = [other[word] for other, word in places(content) if type(other[word]) is type(node[key])]
    way = data.draw(st.sampled_from(["exchange", "replace", "remove", "add"]))
    if way == "remove":
        del node[key]
    elif way == "add" and isinstance(node, dict):
        node[data.draw(KEYS)] = data.draw(VALUES)
    else:
        node[key] = copy.deepcopy(data.draw(st.sampled_from(alike) if way == "exchange" else VALUES))


@runs(max_examples=150, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_whatever_is_written_is_accepted_and_usable_or_told_in_lines(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = edited()
    for _ in range(data.draw(st.integers(1, 2))):
        disturb(content, data)
    path = tmp_path_factory.getbasetemp() / "params.yaml"
    write(path, content)

    try:
        accepted = checked(path)
    except ParamsError as error:
        said = str(error)
        assert all(line.startswith("params.yaml: ") for line in said.splitlines())
        assert all(word not in said for word in ("Traceback", "object at 0x", "<class"))
    else:
        settings(Engine, accepted["engine"])
        assert all(settings(Pairs, block) for block in accepted["pairs"].values())
        assert all(settings(Suite, block) for block in accepted["suites"].values())
        assert all(settings(Training, block["training"]) for block in accepted["models"].values())


PARTS = [(room, name) for room in ROOMS.values() for name in names(room)]


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_signature_read_from_text_is_the_one_that_python_sees(room: str, name: str) -> None:
    module = import_module(f"pipeline.{room}.{name}")
    real = inspect.signature(getattr(module, module.__all__[0])).parameters.values()
    named = [each for each in real if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]  # nn.Module's own

    assert [(each.name, each.default is each.empty) for each in named] == [
        (each.name, each.required) for each in signature(room, name)
    ]


@pytest.mark.parametrize(("room", "name"), PARTS)
def test_a_default_is_something_that_params_could_say(room: str, name: str) -> None:
    module = import_module(f"pipeline.{room}.{name}")
    real = inspect.signature(getattr(module, module.__all__[0])).parameters
    optional = [each for each in signature(room, name) if not each.required]
    defaults = {each.name: json.loads(json.dumps(real[each.name].default)) for each in optional}

    assert [] == [line for each in optional for line in problems(each.type, defaults[each.name], each.name)]


VOCABULARY = [
    ("int", -1, ""),
    ("int", True, "v: must be a whole number, not true"),
    ("int", 3.0, "v: must be a whole number, not 3.0"),
    ("float", 3, ""),
    ("float", 2.5, ""),
    ("float", "2.5", "v: must be a number, not the text '2.5'"),
    ("float", 1e999, "v: must be a number, not inf"),
    ("str", "", ""),
    ("str", 3, "v: must be text, not 3"),
    ("bool", False, ""),
    ("bool", 0, "v: must be true or false, not 0"),
    ("None", None, ""),
    ("None", "", "v: must be null, not the text ''"),
    ("Literal['a', 2]", 2, ""),
    ("Literal['a', 'b']", "c", "v: `c` is unknown; choices: a, b"),
    ("Literal[1, 2]", True, "v: must be `1` or `2`, not true"),
    ("tuple[int, str]", [1, "a"], ""),
    ("tuple[int, str]", [1], "v: must have 2 items, not 1"),
    ("tuple[float, ...]", [], ""),
    ("tuple[float, ...]", [1, 2.5], ""),
    ("tuple[float, ...]", {}, "v: must be a list, not a mapping"),
    ("list[int]", [1, 2], ""),
    ("list[int]", [1, None], "v[1]: must be a whole number, not null"),
    ("dict[str, int]", {"n": 1}, ""),
    ("dict[str, int]", {"n": 1.5}, "v.n: must be a whole number, not 1.5"),
    ("dict[str, int]", {1: 1}, "v.1: the key must be text; write it in quotes"),
    ("int | None", None, ""),
    ("int | None", "none", "v: must be a whole number or null, not the text 'none'"),
    ("Literal['all'] | list[int]", "all", ""),
    ("Literal['all'] | list[int]", [1], ""),
    ("Literal['all'] | list[int]", "al", "v: must be `all` or a list, not the text 'al'"),
    ("Literal['all'] | list[int]", [1, "x"], "v[1]: must be a whole number, not the text 'x'"),
    ("Schedule", {"name": "constant"}, ""),
    ("Schedule", {"name": "constant", "a": 1}, "v.a: `a` is unknown; choices: none"),
    ("Described[Source]", {"name": "photos", "split": "test"}, ""),
    ("Described[Source]", {"name": "photos"}, "v.split: missing; choices: train, test"),
    ("list[Described[Link]]", [{"learned": {}}], ""),
    ("list[Described[Link]]", [{"learned": {"a": 1}}], "v[0].learned.a: `a` is unknown; choices: none"),
    ("dict[str, Weighted[Loss]]", {"l1": 2}, ""),
    ("dict[str, Weighted[Loss]]", {"a": {"name": "l1", "weight": 1, "fields": {"sr": "sr_y"}}}, ""),
    ("dict[str, Weighted[Loss]]", {"l1": {}}, "v.l1.weight: missing; it must be a number"),
]
OUTSIDE = [
    ("v: complex", "annotation complex is outside the vocabulary"),
    ("v: nn.Module", "annotation nn.Module is outside the vocabulary"),
    ("v: int | list[Tensor]", "annotation Tensor is outside the vocabulary"),
    ("v: set[int]", "annotation set"),
    ("v: Weighted[int]", "annotation Weighted"),
    ("v", "a constructor's parameter lacks its annotation"),
    ("*v: int", r"a constructor takes no \*args, no \*\*kwargs"),
    ("**v: int", r"a constructor takes no \*args, no \*\*kwargs"),
]


Reader: TypeAlias = Callable[[str], tuple[Parameter, ...]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Reads the constructor of a part that takes the given parameters."""

    def constructor_of(parameters: str) -> tuple[Parameter, ...]:
        text = f"class Part:\n    def __init__(self, {parameters}) -> None: ...\n"
        (tmp_path / "part.py").write_text(text, encoding="utf-8")
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.signatures.HOME", tmp_path / "pipeline")
            return constructor("part", "Part")

    return constructor_of


@pytest.mark.parametrize(("annotation", "value", "expected"), VOCABULARY)
def test_an_annotation_accepts_its_values_and_refuses_others_in_one_line(
    read: Reader, annotation: str, value: object, expected: str
) -> None:
    (parameter,) = read(f"v: {annotation}")

    assert [expected] * bool(expected) == list(problems(parameter.type, value, "v"))


@pytest.mark.parametrize(("parameters", "expected"), OUTSIDE)
def test_what_is_outside_the_vocabulary_is_refused(read: Reader, parameters: str, expected: str) -> None:
    with pytest.raises(AssertionError, match=f"^part.py: {expected}"):
        read(parameters)


def test_parameters_without_a_default_are_required(read: Reader) -> None:
    found = {each.name: each.required for each in read("a: int, b: int = 1, *, c: int, d: int = 1")}

    assert {"a": True, "b": False, "c": True, "d": False} == found


def edited(*edits: str) -> Any:
    """Return a copy of the shipped file's content after ``edits``: ``a.b: value``, or ``without a.b``."""
    content = copy.deepcopy(SHIPPED)
    for edit in edits:
        key, _, value = edit.removeprefix("without ").partition(": ")
        *way, last = key.split(".")
        node = content
        for word in way:
            node = node[int(word) if isinstance(node, list) else word]
        if edit.startswith("without "):
            del node[last]
        else:
            node[last] = YAML(typ="safe").load(value)
    return content


def write(path: Path, content: object) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)


def told(folder: Path, content: object) -> list[str]:
    """Return the lines that the check says about ``content``."""
    write(folder / "params.yaml", content)
    return lines_of(folder / "params.yaml")


def lines_of(path: Path) -> list[str]:
    with pytest.raises(ParamsError) as raised:
        checked(path)
    return str(raised.value).split("\n")
