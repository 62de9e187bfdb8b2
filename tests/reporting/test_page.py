"""Laws of the page: what stands on it follows from its inputs alone, is escaped, and asks nothing of anybody."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.errors import DataError, ScoreError
from pipeline.training.timing import note
from tests.reporting.made import COST, MODELS, World, bicubic, cost, curve, make, samples, shown

HOSTILE = "<img src=//evil onerror=alert(1)>\"'&</script><script>alert(2)</script>\n$page"


class Elements(HTMLParser):
    """Notes every element with its attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def skeleton(self) -> list[tuple[str, list[str]]]:
        """The elements with the names of their attributes."""
        return [(tag, sorted(attributes)) for tag, attributes in self.found]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def text(world: World) -> str:
    return world.page()


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the tables of scores, as text."""
    for table in re.findall(r'<table class="sortable.*?</table>', text, re.DOTALL):
        for row in re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL):
            yield [Elements(cell).text for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]


def test_the_same_inputs_give_the_same_page_wherever_they_lie(text: str, world: World, tmp_path: Path) -> None:
    assert text == world.page()
    assert text == make(tmp_path / "elsewhere").page()


def test_every_model_of_params_is_in_tables_and_viewer_and_a_removed_one_is_nowhere(world: World, text: str) -> None:
    names = list(world.params["models"])

    assert names == [row[0] for row in rows(text)]
    assert set(names) <= {side["name"] for scene in shown(text) for side in scene["sides"]}
    for name in names:
        assert name not in world.without(name).page()


def test_the_minutes_of_a_training_are_told_of_the_very_model_alone(tmp_path: Path) -> None:
    world = make(tmp_path)
    assert "<td>12.3</td>" not in world.page()
    note(tmp_path / "resume" / "key.json", tmp_path / "models" / "edsr-x2", 12.34 * 60)
    note(tmp_path / "resume" / "other.json", tmp_path / "models" / "espcn-x2", 45.6 * 60)
    spec = tmp_path / "models" / "espcn-x2" / "spec.json"
    spec.write_text(spec.read_text(encoding="utf-8") + " ", encoding="utf-8")  # now it is another model

    assert 1 == world.page().count("<td>12.3</td>")
    assert "<td>45.6</td>" not in world.page()


def test_a_suite_whose_last_model_is_removed_is_nowhere(world: World) -> None:
    assert "luma-x2" not in world.without("bicubic-luma-x2", "espcn-x2").page()


def test_no_model_and_a_missing_file_are_told_in_one_line(world: World, tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match=r"^params.yaml: names no model; there is nothing to report$"):
        world.without(*world.params["models"]).page()
    copy = make(tmp_path, {"bicubic-x2": ("rgb-x2", bicubic())})
    (copy.places.costs / "bicubic-x2.json").unlink()
    with pytest.raises(DataError, match=r"costs/bicubic-x2.json: not found; run `dvc repro` to make it$"):
        copy.page()


def test_names_of_images_and_sets_are_text_whatever_they_hold(tmp_path: Path) -> None:
    models = {name: MODELS[name] for name in ("bicubic-x2", "edsr-x2")}
    pages = []
    for folder, name in (("good", "name"), ("bad", HOSTILE)):
        images = samples(name, "other")
        images[0] = type(images[0])(name, images[0].planes, name)
        pages.append(make(tmp_path / folder, models, images).page())
    good, bad = (Elements(page) for page in pages)

    assert good.skeleton == bad.skeleton
    assert f"rgb-x2/{HOSTILE}" in bad.text
    assert HOSTILE in {scene["image"] for scene in shown(pages[1])}


def test_a_page_names_no_other_host_and_loads_nothing(text: str) -> None:
    page = Elements(text)
    addresses = [
        value
        for _, attributes in page.found
        for key, value in attributes.items()
        if key
        in ("src", "srcset", "href", "xlink:href", "action", "formaction", "poster", "data", "background", "ping")
    ]

    assert all(each and each.startswith(("#", "data:")) for each in addresses), addresses
    assert [] == re.findall(r"https?://|\burl\(|@import|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(", text)
    assert {"script", "style"} >= {tag for tag, _ in page.found} & {"script", "style", "iframe", "object", "embed"}


def test_the_policy_of_the_page_knows_its_script_and_no_other(text: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()

    assert f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text


def test_scores_gains_and_images_won_are_those_of_the_files(world: World, text: str) -> None:
    table = {row[0]: row for row in rows(text)}
    for base, name in (("bicubic-x2", "edsr-x2"), ("bicubic-luma-x2", "espcn-x2")):
        ours, theirs = (_images(world, each) for each in (name, base))
        gains = [a - b for a, b in zip(ours, theirs, strict=True)]
        (means,) = json.loads((world.places.scores / f"{name}.json").read_text()).values()
        won = sum(gain > 0 for gain in gains)

        assert [f"{means['psnr_y8']:.2f}", f"{means['ssim_y8']:.4f}"] == table[name][1:3]
        assert f"{sum(gains) / len(gains):+.2f}".replace("-", "−") == table[name][3]
        assert f"{won} – {len(gains) - won}" == table[name][4]
        assert ["–", "–"] == table[base][3:5]


def _images(world: World, name: str) -> list[float]:
    lines = (world.places.scores / f"{name}.csv").read_text().splitlines()[1:]
    return [float(line.split(",")[2]) for line in lines]


def test_the_summary_says_who_leads_and_does_not_when_bicubic_is_better(world: World, tmp_path: Path) -> None:
    better = make(tmp_path, {"bicubic-x2": MODELS["bicubic-x2"], "edsr-x2": MODELS["edsr-x2"]})
    path = better.places.scores / "edsr-x2.csv"
    path.write_text("benchmark,image,psnr_y8,ssim_y8\nrgb-x2,a,99,1\nrgb-x2,b,99,1\n")

    assert "edsr-x2 comes nearest to bicubic, which none beats: −" in Elements(world.page()).text
    assert "On rgb-x2, edsr-x2 leads: +" in Elements(better.page()).text


def test_a_suite_without_interpolation_has_no_gains_but_bicubic_in_the_viewer(tmp_path: Path) -> None:
    text = make(tmp_path, {name: MODELS[name] for name in ("edsr-x2", "espcn-x2")}).page()

    assert {("–", "–")} == {tuple(row[3:5]) for row in rows(text)}
    assert ["no bicubic among the models of this suite"] * 4 == re.findall(r'data-tip="(no bicubic [^"]*)"', text)
    assert all("bicubic" == scene["sides"][1]["name"] for scene in shown(text))


def test_sets_of_a_union_stand_side_by_side(tmp_path: Path) -> None:
    images = [type(each)(each.key, each.planes, member) for each, member in zip(samples("a", "b"), "st", strict=True)]
    text = make(tmp_path, {"bicubic-x2": MODELS["bicubic-x2"]}, images).page()

    assert ["s (1)", "t (1)"] == re.findall(r'class="group">([^<]*)<', text)


@pytest.mark.parametrize(
    ("how", "said"), [("none", []), ("mean", ["self-ensemble"]), ("median", ["self-ensemble by the median"])]
)
def test_a_suite_whose_images_are_restored_eight_times_says_so(world: World, how: str, said: list[str]) -> None:
    other = world.without()
    other.params["suites"]["rgb-x2"]["self_ensemble"] = how
    found = re.findall(r'class="suite">([^<]*)<(.*?)</caption>', other.page(), re.DOTALL)

    assert {"rgb-x2": said, "luma-x2": []} == {
        name: re.findall(r">(self-ensemble[^<]*)<", caption) for name, caption in found
    }


def test_models_that_only_interpolate_need_no_chart(tmp_path: Path) -> None:
    text = make(tmp_path, {"bicubic-x2": ("rgb-x2", bicubic())}).page()

    assert "rgb-x2: nothing was learnt, there is nothing to weigh." in text
    assert "No model learns in training." in text


@pytest.mark.parametrize("losses", [("-1", "-2", "-3"), ("0", "0", "0"), ("1", "0", "-1")])
def test_losses_that_are_not_above_zero_are_drawn_too(world: World, tmp_path: Path, losses: tuple[str, ...]) -> None:
    copy = make(tmp_path, {"bicubic-x2": MODELS["bicubic-x2"], "edsr-x2": MODELS["edsr-x2"]})
    curve(copy.folder, "edsr-x2", "step,rate,gan,loss", *(f"{n + 1},1,{x},{x}" for n, x in enumerate(losses)))

    (series,) = re.findall(r'data-series="([^"]*)"', copy.page())
    (line,) = json.loads(series.replace("&quot;", '"'))
    assert [float(each) for each in losses] == [point[3] for point in line["points"]]


def test_times_of_several_machines_are_not_told_as_those_of_one(tmp_path: Path) -> None:
    copy = make(tmp_path, {"bicubic-x2": MODELS["bicubic-x2"], "edsr-x2": MODELS["edsr-x2"]})
    one = "Measured in fp32 on cpu, Abacus, 1 thread."
    assert one in copy.page()

    path = copy.places.costs / "edsr-x2.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **COST, "device": "cuda", "threads": 8}))

    assert one not in copy.page()
    assert (
        "compare none: bicubic-x2: fp32 on cpu, Abacus, 1 thread; edsr-x2: fp32 on cuda, Abacus, 8 threads."
        in copy.page()
    )


def test_what_costs_nothing_is_a_line_and_not_a_point(tmp_path: Path) -> None:
    copy = make(tmp_path, {"bicubic-x2": MODELS["bicubic-x2"], "edsr-x2": MODELS["edsr-x2"]})
    cost(copy.folder, "bicubic-x2", parameters=0, multiply_adds=0, seconds_per_megapixel=0.5)
    text = copy.page()

    assert 2 == text.count('class="level"')  # over parameters and over multiply-adds
    assert ["edsr-x2"] * 3 + ["bicubic-x2"] == sorted(re.findall(r'aria-label="([\w-]+): ', text), reverse=True)
