"""The documentation says what is so: its links lead somewhere, the code in it works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from pipeline.lookup import build, names, signature, single
from pipeline.params.check import checked
from pipeline.params.words import keys
from pipeline.randomness import generator
from tests.clones import ROOT, Clone, make_clone

PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in ("build", "data") for part in path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\((?!https?://)([^)\s#]+)(#[^)\s]+)?\)")
WRITING = (*sorted((ROOT / "docs" / "how-to").glob("new-*.md")), ROOT / "CONTRIBUTING.md")
"""The pages that tell how to write a part."""
FILE = re.compile(r"^```python\n# (pipeline/\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^```yaml\n(  .*?)^```$", re.MULTILINE | re.DOTALL)
COUNT = re.compile(r"^```\n( +\(.*\),\n)```$", re.MULTILINE)


def parts_of(page: Path) -> dict[str, str]:
    """Return the files that ``page`` tells how to write."""
    return dict(FILE.findall(page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    targets = [target for target, _ in LINK.findall(page.read_text(encoding="utf-8"))]

    assert [] == [target for target in targets if not (page.parent / target).exists()]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A checkout with the parts that the pages tell how to write."""
    clone = make_clone(tmp_path_factory.mktemp("docs"))
    for page in WRITING:
        for file, code in parts_of(page).items():
            (clone.path / file).write_text(code, encoding="utf-8")
    return clone


def test_the_parts_of_the_pages_pass_the_checks_of_the_source(clone: Clone) -> None:
    written = [file for page in WRITING for file in parts_of(page)]

    assert 5 == len(set(written))
    for words in (["ruff", "check"], ["ruff", "format", "--check"]):
        said = clone.run(sys.executable, "-m", *words, *written)
        assert said.returncode == 0, said.stdout


def test_the_network_of_contributing_is_the_one_of_the_folder() -> None:
    ((file, code),) = parts_of(ROOT / "CONTRIBUTING.md").items()

    assert code == (ROOT / file).read_text(encoding="utf-8")


def test_the_parts_of_the_pages_do_what_they_say(clone: Clone) -> None:
    code = """
import numpy as np, torch
from pathlib import Path
from pipeline.errors import SourceError
from pipeline.kinds import Store
from pipeline.lookup import build

a, b = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.5)
loss = build("losses", {"name": "huber", "knee": 0.1})
assert loss(a, a) == 0 and abs(loss(a, b) - 0.1 * (0.5 - 0.05)) < 1e-6
metric = build("metrics", {"name": "mae_y8"})
assert metric(np.full((9, 9), 7, np.uint8), np.full((9, 9), 10, np.uint8), 2) == 3
link = build("degradations", {"name": "posterise", "steps": [2, 2]})
drawn = link.draw(np.random.default_rng(0), (1, 3), (1, 3))
image = np.array([[[0.2], [0.3], [0.9]]], np.float32)
assert drawn == {"steps": 2} and link.apply(image, drawn).ravel().tolist() == [0, 0.5, 1]
network = build("networks", {"name": "srresnet", "scale": 4})
assert sum(each.numel() for each in network.parameters()) == 1_550_659
try:
    build("sources", {"name": "kodak24"}).fetch(Store(Path("store")))
except SourceError as error:
    assert "Kodak24.zip" in str(error), error
"""
    said = clone.run(sys.executable, "-c", code)

    assert 0 == said.returncode, said.stderr


def test_the_options_of_the_pages_pass_the_check_and_others_do_not(clone: Clone) -> None:
    clone.edit("params.yaml", "sources:\n", "sources:\n  kodak24: {name: kodak24}\n")
    for before, after in (
        ("degradation: [{resize:", "degradation: [{posterise: {steps: [16, 64]}}, {resize:"),
        ("metrics: {", "metrics: {mae_y8: {}, "),
        ("losses: {l1: 1.0}", "losses: {huber: {weight: 1.0, knee: 0.02}}"),
    ):
        clone.edit("params.yaml", before, after)
    text = (clone.path / "params.yaml").read_text(encoding="utf-8")

    assert 0 == clone.stages("check").returncode
    (clone.path / "params.yaml").write_text(text.replace("0.02", "-1.0"), encoding="utf-8")
    assert "knee: must be above 0, not -1.0" in clone.stages("check").stderr


LINK_ROW = re.compile(r"^\| `(\w+)` \|([^|]*)\|", re.MULTILINE)


ROOMS_OF = {
    "augmentations": ["augmentations"],
    "degradations": ["degradations"],
    "losses": ["losses"],
    "networks": ["networks"],
    "optimizers": ["optimizers", "clips", "schedules"],
}
"""The pages with a table for each of their rooms."""


@pytest.mark.parametrize("page", ROOMS_OF)
def test_the_tables_of_a_page_name_all_parts_of_their_rooms_with_all_their_options(page: str) -> None:
    rows = LINK_ROW.findall((ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"))
    told = {name: re.findall(r"`(\w+)`", options) for name, options in rows}

    known = {name: signature(room, name) for room in ROOMS_OF[page] for name in names(room)}
    assert {name: [*keys(options)] for name, options in known.items()} == told


def of_x4() -> dict[str, Any]:
    """Return the experiment with everything at x4, where pyramids have a level below the largest."""
    params: dict[str, Any] = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for each in params["pairs"].values():
        each["scale"] = 4
    for model in params["models"].values():
        model["training"]["network"]["scale"] = 4
    return params


@pytest.mark.parametrize("page", ["losses", "optimizers"])
def test_what_a_page_says_of_a_recipe_passes_the_check(tmp_path: Path, page: str) -> None:
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"), re.S | re.M
    )
    yaml, params = YAML(typ="safe"), of_x4()
    for block in blocks:
        params["models"]["edsr-x2"]["training"]["recipe"] |= yaml.load(block)
        with (tmp_path / "params.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(params, file)
        assert params == checked(tmp_path / "params.yaml")

    assert blocks


def test_the_augmentations_of_the_page_pass_the_check(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "augmentations.md").read_text(encoding="utf-8")
    yaml = YAML(typ="safe")
    (listed,) = [yaml.load(text)["augment"] for text in re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.M)]
    params = yaml.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["models"]["edsr-x2"]["training"]["augment"] = listed
    with (tmp_path / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)
    parts = [build("augmentations", single(each)) for each in listed]
    patch = np.zeros((8, 8, 3), np.uint8)

    assert params == checked(tmp_path / "params.yaml")
    assert {(8, 8, 3)} == {each.apply({"lr": patch}, each.draw(generator(1)))["lr"].shape for each in parts}


def test_the_losses_of_the_page_pass_the_check(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "losses.md").read_text(encoding="utf-8")
    yaml = YAML(typ="safe")
    models = [("edsr-x2", "edsr"), ("srcnn-x2", "drcn"), ("espcn-x2", "memnet"), ("espcn-x2", "lapsrn")]
    for (name, network), text in zip(models, re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.M), strict=True):
        params = of_x4()
        training = params["models"][name]["training"]
        training["network"] = {"name": network, "scale": 4}
        training["recipe"]["losses"] = yaml.load(text)["losses"]
        with (tmp_path / "params.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(params, file)

        assert params == checked(tmp_path / "params.yaml")


def test_the_chain_of_the_page_passes_the_check_and_ends_at_the_lr_size(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "degradations.md").read_text(encoding="utf-8")
    yaml = YAML(typ="safe")
    (chain,) = [yaml.load(text)["degradation"] for text in re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.M)]
    params = yaml.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for pairs in params["pairs"].values():
        pairs["degradation"] = chain
    with (tmp_path / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)

    link = build("degradations", {"name": "chain", "links": chain})
    image = np.random.default_rng(0).random((64, 48, 3), np.float32)
    made = [link.apply(image, link.draw(generator(n), (64, 48), (16, 12))) for n in range(9)]

    assert params == checked(tmp_path / "params.yaml")
    assert {(16, 12, 3)} == {each.shape for each in made}


@pytest.mark.parametrize(
    ("page", "models"),
    [
        ("zero-shot.md", {"zssr-x2", "my-kernel-x2"}),
        (
            "networks.md",
            {"cnf-alone-x2", "cnf-x2", "edsr-basicsr-x2", "idn-begun-x2", "idn-x2", "pixel-recursive-x4", "scsr-x2"},
        ),
        ("how-to/from-another-scale.md", {"edsr-x4"}),
        ("how-to/several-scales.md", {"vdsr-mixed", "vdsr-x3", "liif", "liif-x2-5", "mdsr"}),
    ],
)
def test_the_entries_of_a_page_pass_the_check_beside_those_that_are_there(
    tmp_path: Path, page: str, models: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.params.values.OWN", tmp_path / "own")
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    yaml = YAML(typ="safe")
    params = yaml.load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.M):
        for section, entries in yaml.load(block).items():
            params[section] |= entries
    weights = tmp_path / "own" / "weights"
    weights.mkdir(parents=True)
    for name in re.findall(r"start: \{file: ([^,]+),", text):
        (weights / name).touch()
    with (tmp_path / "params.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(params, file)

    assert params == checked(tmp_path / "params.yaml")
    assert models <= params["models"].keys()


@pytest.mark.slow
def test_the_network_of_contributing_holds_every_law_as_it_is_pasted(clone: Clone, tmp_path: Path) -> None:
    page = ROOT / "CONTRIBUTING.md"
    text = page.read_text(encoding="utf-8")
    walk = Clone(shutil.copytree(clone.path, tmp_path / "walk"))
    shutil.copyfile(ROOT / "params.yaml", walk.path / "params.yaml")
    ((file, code),) = parts_of(page).items()
    (walk.path / file).write_text(code, encoding="utf-8")
    walk.edit("tests/networks/test_counts.py", COUNT.findall(text)[0], "")  # it is there already, as the file is
    for target, before, pasted in (
        ("params.yaml", "  bicubic-luma-x2:\n", ENTRY.findall(text)),
        ("tests/networks/test_counts.py", '        ("bicubic", {}, 4, 0),\n', COUNT.findall(text)),
    ):
        walk.edit(target, before, f"{pasted[0]}{before}")
    checked = walk.stages("check")
    touched = [file, "tests/networks/test_counts.py"]
    rooms = [f"tests/{room}" for room in ("networks", "recipes", "restoring")]
    laws = walk.run(sys.executable, "-m", "pytest", "-q", "-k", "srresnet", *rooms)

    assert f"$ python -m stages check\n{checked.stdout}{checked.stderr}" in text
    for words in (["ruff", "check"], ["ruff", "format", "--check"]):
        assert 0 == walk.run(sys.executable, "-m", *words, *touched).returncode
    assert 0 == laws.returncode, laws.stdout
    assert re.search(r"^\d\d+ passed", laws.stdout.splitlines()[-1]), laws.stdout


@pytest.mark.slow
def test_the_documentation_is_built_without_a_warning(tmp_path: Path) -> None:
    words = ["-m", "sphinx", "-q", "-n", "-W", "--keep-going", "-b", "html", str(ROOT / "docs"), str(tmp_path)]
    said = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)

    assert (0, "") == (said.returncode, said.stderr)
    assert (tmp_path / "how-to" / "new-loss.html").is_file()
