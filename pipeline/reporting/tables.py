"""The tables of the page: scores and costs of each suite, and what was trained on what."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.kinds import SCRATCH
from pipeline.pairs.reading import member_of
from pipeline.pairs.scales import Scales
from pipeline.reporting.gathering import Contender, Params, Suite
from pipeline.reporting.marks import strip, swatch
from pipeline.reporting.markup import Markup, element, joined, tip
from pipeline.reporting.published import Published, published
from pipeline.reporting.words import ENSEMBLES, ROUNDINGS, Measure, count, phrase, seconds

PARAMETERS = "Learnt numbers of the network that maps LR to SR."
MULTIPLY_ADDS = (
    "Multiplications with an addition for an output of 1280x720 pixels, counted as in CARN's table: convolutions, "
    "linear layers and attention; a transposed convolution over its output with zeros in between. Not counted: biases, "
    "activations, additions, interpolation before the network."
)
MINUTES = "How long it learnt, where that was on this machine; empty for a model that was learnt elsewhere."
WON = "Images on which the model scores better than bicubic, and worse, in {label}; ties are left out."
GAIN = "Mean of the differences to bicubic in {label}, image by image; each dot is an image, the line is bicubic."


def scores(suite: Suite, params: Params) -> Markup:
    """Return the sortable table of a suite."""
    rows = [_row(suite, each, params) for each in suite.contenders]
    title, sentence = ROUNDINGS[suite.rounding]
    said = (
        element("span", suite.name, class_="suite"),
        f" ×{suite.scale}, ",
        tip(title, f"{sentence} {suite.border} is left out; everything is computed in fp32."),
        *((", ", tip(*ENSEMBLES[suite.self_ensemble])) if suite.self_ensemble in ENSEMBLES else ()),
        f", {len(suite.images)} image{'s' if len(suite.images) != 1 else ''}",
    )
    head = element("thead", *_head(suite))
    caption = element("caption", element("span", *said, class_="said"))
    table = element(
        "table", caption, head, element("tbody", *rows), class_="sortable scores", id=f"scores-{suite.name}"
    )
    notes = [] if 'class="published' in table else [element("p", _nothing(suite), class_="quiet")]
    frame = element("div", table, class_="scroll", tabindex=0, role="region", aria_label=f"Scores of {suite.name}")
    return joined(frame, *notes)


def trained(suites: list[Suite], params: Params, images: dict[str, int]) -> Markup:
    """Return the table of what was trained on what.

    Args:
        images: how many images each entry of pairs holds.
    """
    names = ("model", "network", "learnt from", "LR made by", "loss", "steps", "minutes", "starts from")
    head = element(
        "tr", *(element("th", tip(name, MINUTES) if name == "minutes" else name, scope="col") for name in names)
    )
    rows = [_training(each, params, images) for suite in suites for each in suite.contenders]
    table = element("table", element("thead", head), element("tbody", *rows), class_="trained")
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_label="What was trained on what")


def _nothing(suite: Suite) -> str:
    sets = "set" if len(suite.benchmarks) == 1 else "sets"
    return f"No published number has this network, scale, {sets} and protocol, so none stands beside ours."


def _head(suite: Suite) -> Iterator[Markup]:
    several = len(suite.benchmarks) > 1
    measures = [(name, each) for name in suite.benchmarks for each in suite.measures]
    if several:
        groups = [
            element(
                "th", f"{member_of(name)} ({number})", scope="colgroup", colspan=len(suite.measures), class_="group"
            )
            for name, number in suite.benchmarks.items()
        ]
        yield element("tr", element("td"), *groups, element("td", colspan=5))
    gain = suite.main
    yield element(
        "tr",
        _sorter("model", "", ""),
        *(_sorter(each.label, each.unit, each.sentence(suite.border), each.arrow) for _, each in measures),
        _sorter("gain", gain.unit, GAIN.format(label=gain.label), gain.arrow),
        _sorter("won – lost", "images", WON.format(label=gain.label), "↑"),
        _sorter("parameters", "", PARAMETERS, "↓"),
        _sorter("mult-adds", "720p", MULTIPLY_ADDS, "↓"),
        _sorter("time", "s / MP", _timing(suite), "↓"),
    )


def _timing(suite: Suite) -> str:
    machines: dict[str, list[str]] = {}
    for each in suite.contenders:
        machines.setdefault(_machine(each), []).append(each.name)
    named = "; ".join(f"{', '.join(names)}: {machine}" for machine, names in machines.items())
    where = next(iter(machines)) if len(machines) == 1 else f"several ways; compare none: {named}"
    return (
        "Seconds for a megapixel of output, from LR in memory to pixels in memory; the median of a few runs after a "
        f"warm-up. Measured in {where}."
    )


def _machine(each: Contender) -> str:
    cost = each.cost
    threads = f"{cost['threads']} thread{'s' if cost['threads'] != 1 else ''}"
    return f"{cost['precision']} on {cost['device']}, {cost['processor']}, {threads}"


def _sorter(label: str, unit: str, sentence: str, arrow: str = "") -> Markup:
    inner = element("button", label, " ", element("span", arrow, class_="arrow"), type="button")
    unit_ = tip(unit or "?", sentence, "unit tip") if sentence else Markup("")
    better = {"↑": "descending", "↓": "ascending"}.get(arrow, "ascending")
    return element("th", inner, unit_, scope="col", aria_sort="none", data_first=better)


def _row(suite: Suite, each: Contender, params: Params) -> Markup:
    gains = suite.gains(each)
    return element(
        "tr",
        element("th", swatch(each), each.name, scope="row", data_value=each.name),
        *(_score(suite, each, name, measure, params) for name in suite.benchmarks for measure in suite.measures),
        *_against(suite, each, gains),
        _number(count(each.cost["parameters"]), each.cost["parameters"]),
        _number(count(each.cost["multiply_adds"]), each.cost["multiply_adds"]),
        _number(seconds(each.cost["seconds_per_megapixel"]), each.cost["seconds_per_megapixel"]),
    )


def _score(suite: Suite, each: Contender, benchmark: str, measure: Measure, params: Params) -> Markup:
    value = each.means[benchmark][measure.name]
    values = [other.means[benchmark][measure.name] for other in suite.contenders]
    best = len(values) > 1 and not any(measure.wins(other, value) for other in values)
    found = published(params, each.name, benchmark, measure.name)
    number = element("strong" if best else "span", measure.shown(value))
    return element("td", number, *([_printed(found, measure)] if found else []), data_value=value, class_="number")


def _printed(found: Published, measure: Measure) -> Markup:
    others = "".join(f" {measure.shown(value)}: {source}." for value, source in found.others)
    why = f" In grey: {found.differs}." if found.differs else ""
    class_ = "published differs" if found.differs else "published"
    return element(
        "span", tip(f"published {measure.shown(found.value)}", f"{found.source}.{why}{others}"), class_=class_
    )


def _against(suite: Suite, each: Contender, gains: list[float]) -> Iterator[Markup]:
    if not gains or each is suite.baseline:
        why = "is bicubic itself" if gains else "no bicubic among the models of this suite"
        yield from (element("td", tip("–", why), class_="number quiet", data_value="") for _ in range(2))
        return
    everything = [gain for other in suite.contenders for gain in suite.gains(other)]
    mean = sum(gains) / len(gains)
    won, lost = sum(suite.main.wins(gain, 0) for gain in gains), sum(suite.main.wins(0, gain) for gain in gains)
    yield element(
        "td",
        strip(gains, everything, each.look),
        element("span", suite.main.shown(mean, signed=True)),
        class_="number gain",
        data_value=mean,
    )
    yield element("td", f"{won} – {lost}", class_="number", data_value=won - lost)


def _number(shown: str, value: float) -> Markup:
    return element("td", shown, class_="number", data_value=value)


def _training(each: Contender, params: Params, images: dict[str, int]) -> Markup:
    entry = each.entry
    training, pairs = entry["training"], params["pairs"][entry["pairs"]]
    source = params["sources"][pairs["source"]]
    learnt = training["steps"] > 0
    cells = (
        phrase(training["network"]),
        f"{pairs['source']}: {phrase(source)}, {images[entry['pairs']]} images" if learnt else "nothing",
        f"{phrase(pairs['degradation'])}, ×{Scales(pairs['scale'])}, rounding {pairs['rounding']}" if learnt else "",
        phrase(training["recipe"].get("losses", {})) if learnt else "",
        f"{training['steps']:,}".replace(",", " ") if learnt else "",
        "" if each.minutes is None else f"{each.minutes:.1f}",
        "" if entry["start"] == SCRATCH else entry["start"],
    )
    name = element("th", swatch(each), each.name, scope="row")
    details = [element("td", cell) for cell in cells]
    return element("tr", name, *details)
