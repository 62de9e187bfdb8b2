"""What an edit reruns: the digests of code, what DVC makes of them, and the hook that keeps them honest."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from pipeline.bounds import OWN_FILES
from pipeline.params.check import checked
from stages.closure import code_digest, digest_file, digest_lines, targets
from tests.clones import ROOT, Clone, make_clone

RIVALS = {"adversarial-x2", "unpaired-x2"}
IMAGE = {"image-x2", "again-x2", "anew-x2", "learned-x2", "zero-shot-x2"} | RIVALS
OTHERS = {"video-x2", "reference-x2"}
MODELS = IMAGE | OTHERS
PAIRS = {"textures-x2", "textures-blurred-x2", "clips-x2", "references-x2", "strangers-x2", "textures-learned-x2"}
SOURCES = {"textures", "clips", "references", "strangers"}
LEARNT = "textures-learned-x2"
LEARNED = f"degrade-{LEARNT}"
ONCE = {"register", "report"}
BEFORE = ("train", "evaluate", "measure")
"""What ``ONCE`` waits for: to run that after every edit would cost the tests minutes."""


def of(verb: str, names: set[str]) -> set[str]:
    return {f"{verb}-{name}" for name in names}


def around(models: set[str]) -> set[str]:
    """Return the stages that run the networks of ``models``."""
    return of("train", models) | of("evaluate", models) | of("measure", models)


# --- the digests ----------------------------------------------------------------------------------------------------

MOVED = [
    ("pipeline/networks/tiny_video.py", around({"video-x2"}) | ONCE),
    ("pipeline/networks/tiny_image.py", around(IMAGE) | ONCE | {LEARNED}),
    ("pipeline/networks/tiny_critic.py", around(RIVALS) | ONCE | {LEARNED}),
    ("pipeline/games/vanilla.py", around({"adversarial-x2"}) | ONCE),
    ("pipeline/games/least_squares.py", set()),
    ("pipeline/networks/srcnn.py", set()),
    ("pipeline/losses/l1.py", around(MODELS) | ONCE | {LEARNED}),
    ("pipeline/losses/mse.py", set()),
    ("pipeline/metrics/ssim_yf.py", of("evaluate", MODELS) | ONCE),
    ("pipeline/metrics/ssim_y8.py", set()),
    ("pipeline/training/loop.py", of("train", MODELS)),
    ("pipeline/evaluation/scoring.py", of("evaluate", MODELS)),
    ("pipeline/evaluation/cost.py", of("measure", MODELS)),
    ("pipeline/reporting/viewer.js", {"report"}),
    ("pipeline/reporting/page.py", {"report"}),
    ("pipeline/serving/app.py", set()),
    ("pipeline/restoring/enlarging.py", set()),
    ("pipeline/sources/clips.py", of("fetch", {"clips"}) | of("pack", {"clips"})),
    ("pipeline/degradations/learned.py", {LEARNED}),
    ("pipeline/degradations/noise.py", {"degrade-textures-blurred-x2", "train-anew-x2"}),
    ("pipeline/degradations/chain.py", of("degrade", PAIRS - {"strangers-x2"}) | {"train-anew-x2"}),
    ("pipeline/degradations/resize.py", of("degrade", PAIRS - {"strangers-x2", LEARNT}) | {"train-anew-x2"}),
    ("pipeline/shards/writing.py", of("pack", SOURCES) | of("degrade", PAIRS)),
    ("pipeline/params/rules.py", set()),
    ("pipeline/registry/gate.py", {"register"}),
    ("pipeline/tracking/served.py", {"register"}),
    ("stages/train.py", of("train", MODELS)),
    ("stages/scratch.py", {"scratch"}),
    ("stages/check.py", set()),
    ("stages/compare.py", set()),
]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clone, dict[str, str]]:
    """A clone, and the digests of its stages; a test that edits it mends it again."""
    clone = make_clone(tmp_path_factory.mktemp("untouched") / "clone")
    return clone, digests(clone)


@pytest.mark.parametrize(("file", "expected"), MOVED, ids=[file for file, _ in MOVED])
def test_an_edit_moves_the_digests_of_the_stages_that_reach_the_file(
    untouched: tuple[Clone, dict[str, str]], file: str, expected: set[str]
) -> None:
    clone, before = untouched
    text = (clone.path / file).read_text(encoding="utf-8")

    append(clone, file, "EDITED = True")
    after = digests(clone)
    (clone.path / file).write_text(text, encoding="utf-8")

    assert expected == {stage for stage, lines in after.items() if lines != before[stage]}


def test_comments_and_docstrings_move_no_digest(untouched: tuple[Clone, dict[str, str]], clone: Clone) -> None:
    for path in code_of(clone):
        redocument(path)

    assert untouched[1] == digests(clone)


SAID: list[tuple[str, Any, set[str]]] = [
    ("seed", 7, of("degrade", PAIRS)),
    ("sources.clips.side", 34, of("fetch", {"clips"}) | of("pack", {"clips"})),
    ("pairs.clips-x2.degradation", [{"bi": {}}], {"degrade-clips-x2"}),
    ("suites.clips-x2.self_ensemble", "mean", {"evaluate-video-x2"}),
    ("gates", {}, set()),
    ("models.video-x2.training.steps", 9, set()),
]
"""What may be said in params.yaml, and the digests it moves where dvc.yaml does not name the key itself."""


@pytest.mark.parametrize(("key", "value", "expected"), SAID, ids=[key for key, _, _ in SAID])
def test_what_params_say_belongs_to_the_digests_of_the_stages_that_read_it(
    untouched: tuple[Clone, dict[str, str]], key: str, value: Any, expected: set[str]
) -> None:
    clone, before = untouched
    text = (clone.path / "params.yaml").read_text(encoding="utf-8")

    say(clone, key, value)
    after = digests(clone)
    (clone.path / "params.yaml").write_text(text, encoding="utf-8")

    assert expected == {stage for stage, lines in after.items() if lines != before[stage]}


def test_a_data_file_belongs_to_the_digest_of_who_reads_it() -> None:
    lines = digest_lines("pack", "photos-train", checked(ROOT / "params.yaml"))

    assert any(line.startswith("sources/photos.json ") for line in lines)


@pytest.fixture
def kernels(clone: Clone) -> Clone:
    """A clone of whose pairs one names a kernel of the user's, among three that lie there."""
    folder = clone.path / "own" / "kernels"
    for name in ("named.npy", "of another's.npy", "idle.npy"):
        np.save(folder / name, np.ones((1, 1)))
    resized = "{resize: {to: target, kernel: bicubic, rounding: uint8}}"
    named, other = (f"{{kernel: {{file: {file}, of: correlation}}}}" for file in ("named.npy", '"of another\'s.npy"'))
    inside = f"{{maybe: {{chance: 0.5, links: [{other}]}}}}"
    clone.edit("params.yaml", f"[{resized}]", f"[{named}, {resized}]")
    before = "{<<: *pairs, source: references"
    clone.edit("params.yaml", f"{before}}}", f"{before}, degradation: [{inside}, {resized}]}}")
    return clone


def test_a_kernel_file_belongs_to_the_digests_of_the_stages_that_name_it_and_of_no_other(kernels: Clone) -> None:
    edits = [
        ({"named.npy"}, of("degrade", {"textures-x2", "clips-x2"})),
        ({"of another's.npy", "idle.npy"}, of("degrade", {"references-x2"})),
    ]
    before = digests(kernels)
    for files, expected in edits:
        for file in files:
            np.save(kernels.path / "own" / "kernels" / file, np.ones((1, 1), np.float32))
        after = digests(kernels)

        assert expected == {stage for stage, lines in after.items() if lines != before[stage]}
        before = after


def test_a_kernel_file_belongs_to_the_digest_of_a_training_that_degrades_anew(kernels: Clone) -> None:
    kernels.edit("params.yaml", "blur: {sigma: [0.2, 2.0], size: [3, 7]}", "kernel: {file: idle.npy, of: correlation}")
    before = digests(kernels)
    np.save(kernels.path / "own" / "kernels" / "idle.npy", np.ones((1, 1), np.float32))
    after = digests(kernels)

    moved = {stage for stage, lines in after.items() if lines != before[stage]}
    assert {"degrade-textures-blurred-x2", "train-anew-x2"} == moved


def test_a_stage_whose_kernel_was_changed_after_the_digest_is_stopped(kernels: Clone) -> None:
    digests(kernels)
    np.save(kernels.path / "own" / "kernels" / "of another's.npy", np.ones((1, 1), np.float32))
    words = ("degrade", "references-x2", "--code", "build/code/degrade-references-x2", "--own", "own")

    done = kernels.stages(*words, "--shards", "data", "--learner", "models", "--out", "data/other")

    assert 1 == done.returncode
    assert ["own/kernels/of another's.npy: was changed while `dvc repro` ran; run it again"] == done.stderr.splitlines()


def test_every_folder_of_the_users_files_is_a_dependency_of_the_fingerprint_and_says_what_belongs_there() -> None:
    folders = {each.folder for each in OWN_FILES.values()}
    stages = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]

    assert {"kernels", "noise"} <= folders
    assert {f"own/{each}" for each in folders} <= set(stages["fingerprint"]["deps"])
    assert all((ROOT / "own" / each / "README.md").is_file() for each in folders)


def test_every_stage_of_the_shipped_params_reaches_its_own_file_and_no_other_stage() -> None:
    params = checked(ROOT / "params.yaml")
    for verb, name in targets(params):
        reached = {line.split()[0] for line in digest_lines(verb, name, params)}
        verbs = {path.stem for path in (ROOT / "stages").glob("*.py") if "\ndef main(" in path.read_text("utf-8")}

        assert {verb} == {module.removeprefix("stages.") for module in reached} & verbs, digest_file(verb, name)


def test_a_part_inside_an_optimizer_or_beside_a_loss_belongs_to_the_digest_of_its_training() -> None:
    params = checked(ROOT / "params.yaml")
    before = digest_lines("train", "edsr-x2", params)
    recipe = params["models"]["edsr-x2"]["training"]["recipe"]
    recipe["optimizer"] = {"name": "sgd", "rate": 0.1, "clip": {"name": "by_rate", "bound": 0.01}}
    recipe["losses"] = {"l1": {"weight": 1.0, "course": {"name": "linear"}}}
    after = digest_lines("train", "edsr-x2", params)

    parts = {"clips.by_rate", "optimizers.sgd", "schedules.linear"}
    rooms = {f"pipeline.{part.partition('.')[0]}" for part in parts}
    new = {line.split()[0] for line in {*after} - {*before}}
    assert {f"pipeline.{part}" for part in parts} == new - rooms


EQUAL = [
    ("x = 1", "x = 1  # why"),
    ("x = 1", '"""A module."""\n\nx = (1)\n'),
    ("def f():\n    return 1", 'def f():\n    """Say one."""\n\n    return 1'),
    ("class A:\n    x: int", 'class A:\n    """A."""\n\n    x: int\n    """An attribute."""'),
    ("x = [1, 2]", "x = [\n    1,\n    2,\n]"),
]
DIFFERENT = [
    ("x = 1", "x = 1.0"),
    ("x = 1", "x = True"),
    ("x = 'a'", "x = b'a'"),
    ("x = a + b", "x = b + a"),
    ("x = a < b", "x = a <= b"),
    ("def f(a, b): ...", "def f(a, *, b): ..."),
    ("def f(a=None): ...", "def f(a): ..."),
    ("x = f'{a}'", "x = f'{a!r}'"),
    ("x = f'{a:.1f}'", "x = f'{a:.2f}'"),
    ("x: int = 1", "x: float = 1"),
    ("import a", "import a as b"),
    ("from a import b", "from a.b import b"),
]


@pytest.mark.parametrize(("first", "second"), EQUAL)
def test_code_that_says_the_same_has_one_digest(tmp_path: Path, first: str, second: str) -> None:
    assert digest_of(tmp_path, first) == digest_of(tmp_path, second)


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_code_that_says_something_else_has_another_digest(tmp_path: Path, first: str, second: str) -> None:
    assert digest_of(tmp_path, first) != digest_of(tmp_path, second)


def test_the_digest_is_the_same_on_every_python(tmp_path: Path) -> None:
    """Python 3.12 adds empty lists of type parameters and empty texts in the formats of f-strings, 3.13 prints less."""
    code = """
class A(B, metaclass=C):
    x: list[int] | None = None

    async def f(self, a, /, b=1, *c, d, **e) -> str:
        return f"{a!r:>{b}.2f} {c} \\N{EM DASH} é" + "\\u2028"

def g():
    match x:
        case {"a": [1, *rest]} if rest: pass
    with a as b, c: yield from (i for i in d if not i)
    try: raise E from None
    except* E: global h
"""

    assert "7e2b7ea4" == digest_of(tmp_path, code)[:8]


# --- what DVC makes of them -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_comments_in_every_file_rerun_the_fingerprint_alone(copy: Clone) -> None:
    for path in code_of(copy):
        redocument(path)

    ran = copy.repro()

    assert ["fingerprint"] == ran


def measured(stages: set[str]) -> set[str]:
    """Return the stages that measure what ``stages`` train."""
    return {stage.replace("train@", "measure@") for stage in stages if stage.startswith("train@")}


REFERENCES = {"fetch@references", "pack@references", "degrade@references-x2"}
RERUN: list[tuple[str, Any, set[str]]] = [
    ("models.video-x2.training.recipe.optimizer.rate", 2e-3, {"train@video-x2", "evaluate@video-x2"}),
    (
        "models.image-x2.training.recipe.optimizer.rate",
        2e-3,
        {"train@image-x2", "train@again-x2", "evaluate@image-x2", "evaluate@again-x2"},
    ),
    ("models.video-x2.training.recipe.losses", {"mse": 1.0}, {"train@video-x2", "evaluate@video-x2"}),
    (
        "models.unpaired-x2.training.recipe.optimizer.rate",
        2e-3,
        {
            "train@unpaired-x2",
            "evaluate@unpaired-x2",
            "degrade@textures-learned-x2",
            "train@learned-x2",
            "evaluate@learned-x2",
        },
    ),
    ("suites.clips-x2.metrics", {"ssim_y8": {}}, {"evaluate@video-x2"}),
    ("sources.references.side", 34, REFERENCES | {"train@reference-x2", "evaluate@reference-x2"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "value", "expected"), RERUN, ids=[key for key, _, _ in RERUN])
def test_an_edit_of_params_reruns_what_it_can_move_and_nothing_else(
    copy: Clone, key: str, value: object, expected: set[str]
) -> None:
    say(copy, key, value)

    ran = copy.repro(*BEFORE)

    assert "fingerprint" == ran[0]
    assert expected | measured(expected) == set(ran[1:])


NETWORK = ("pipeline/networks/tiny_video.py", "padding=1", 'padding=1, padding_mode="replicate"')
METRIC = ("pipeline/metrics/ssim_yf.py", "return ", "return 0.5 * ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (NETWORK, {"train@video-x2", "evaluate@video-x2"}),
        (METRIC, {f"evaluate@{name}" for name in MODELS}),
    ],
    ids=["a network", "a metric"],
)
def test_an_edit_of_a_part_reruns_the_models_that_name_it(
    copy: Clone, edit: tuple[str, str, str], expected: set[str]
) -> None:
    copy.edit(*edit)

    ran = copy.repro(*BEFORE)

    assert "fingerprint" == ran[0]
    assert expected | measured(expected) == set(ran[1:])


@pytest.mark.slow
def test_what_is_made_of_all_models_is_made_again_with_one_of_them(copy: Clone) -> None:
    say(copy, "models.video-x2.training.steps", 4)

    assert ["fingerprint", "train@video-x2"] == copy.repro("train")
    assert {"evaluate@video-x2", "measure@video-x2"} | ONCE == set(copy.repro())


@pytest.mark.slow
def test_what_code_makes_equal_to_the_byte_reruns_nothing_behind_it(copy: Clone) -> None:
    append(copy, "pipeline/sources/references.py", "EDITED = True")

    ran = copy.repro()

    assert ["fingerprint", "fetch@references", "pack@references"] == ran


# --- the import hook ------------------------------------------------------------------------------------------------

PACK = ("pack", "textures", "--code", "build/code/pack-textures", "--own", "own")


def test_a_stage_that_imports_what_its_digest_does_not_cover_is_stopped(clone: Clone) -> None:
    append(clone, "pipeline/sources/textures.py", 'import importlib\n\nimportlib.import_module("pipeline.losses.mse")')
    digests(clone)

    done = clone.stages(*PACK, "--out", "data/other")

    assert 1 == done.returncode
    (line,) = done.stderr.splitlines()
    assert "pack-textures: does not cover pipeline.losses" in line
    assert not (clone.path / "data" / "other").exists()


@pytest.mark.parametrize("file", ["pipeline/sources/textures.py", "pipeline/atomic.py"])
def test_a_stage_whose_code_was_edited_after_the_digest_is_stopped(clone: Clone, file: str) -> None:
    digests(clone)
    append(clone, file, "EDITED = True")

    done = clone.stages(*PACK, "--out", "data/other")

    assert 1 == done.returncode
    (line,) = done.stderr.splitlines()
    assert f"{file[:-3].replace('/', '.')}: was edited while `dvc repro` ran; run it again" == line


def test_a_stage_whose_settings_were_edited_after_the_digest_is_stopped(clone: Clone) -> None:
    digests(clone)
    say(clone, "sources.textures.side", 34)

    done = clone.stages(*PACK, "--out", "data/other")

    assert 1 == done.returncode
    assert ["params.yaml: sources.textures: was edited while `dvc repro` ran; run it again"] == done.stderr.splitlines()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_hook_reaches_worker_processes(clone: Clone, method: str) -> None:
    digests(clone)
    (clone.path / "work.py").write_text(WORK, encoding="utf-8")

    done = clone.run(sys.executable, "work.py", method)

    assert 0 == done.returncode, done.stderr
    assert "CodeError: build/code/pack-textures: does not cover pipeline.losses" in done.stdout.replace(
        f"{clone.path.resolve()}/", ""
    )


WORK = """
import multiprocessing, sys
from pathlib import Path
from typing import Any
from stages import guard

def work():
    guard.install_from_environment()
    try:
        import pipeline.losses.mse
    except guard.CodeError as error:
        return f"{type(error).__name__}: {error}"

if __name__ == "__main__":
    guard.install(Path("build/code/pack-textures"))
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        print(pool.apply(work))
"""


# --- helpers --------------------------------------------------------------------------------------------------------


def digests(clone: Clone) -> dict[str, str]:
    """Return the text of every digest file of ``clone`` as it stands."""
    done = clone.stages("fingerprint", "--out", "build/code")
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_text(encoding="utf-8") for path in (clone.path / "build" / "code").iterdir()}


def code_of(clone: Clone) -> list[Path]:
    return [*clone.path.glob("pipeline/**/*.py"), *clone.path.glob("stages/**/*.py")]


def say(clone: Clone, key: str, value: object) -> None:
    """Set one key of params.yaml, of the entry that it stands in alone: what anchors share is written out."""
    path = clone.path / "params.yaml"
    params = json.loads(json.dumps(YAML(typ="safe").load(path.read_text(encoding="utf-8"))))
    *way, last = key.split(".")
    block = params
    for word in way:
        block = block[word]
    block[last] = value
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(params, file)


def append(clone: Clone, file: str, line: str) -> None:
    path = clone.path / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


def redocument(path: Path) -> None:
    """Put a comment on top, another docstring into the module and below every ``def``, and change all positions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Expr(ast.Constant("Another docstring."))
    path.write_text(f"# a comment\n\n{ast.unparse(ast.fix_missing_locations(tree))}\n", encoding="utf-8")


def digest_of(folder: Path, code: str) -> str:
    path = folder / f"{len(list(folder.iterdir()))}.py"
    path.write_text(code, encoding="utf-8")
    return code_digest(path)
