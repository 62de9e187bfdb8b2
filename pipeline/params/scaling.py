"""Rules about scales: networks, pairs and suites must agree, and patches must be cut where pixels of LR begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.fields import LEVELS, has_level
from pipeline.lookup import fields_read
from pipeline.pairs.scales import Scales
from pipeline.params.fitting import inner_networks, judges, read_by_losses
from pipeline.params.rules import Content
from pipeline.params.words import Fault
from pipeline.training.settings import Training

MARGIN = Training.margin


def scales(content: Content) -> Iterator[Fault]:
    """Yield the models whose networks, pairs and suite disagree about the scale.

    A network has one ``scale``; or it says which ``scales`` it does, and reads which one is wanted; or it reads
    ``coord`` and does any.
    """
    for name, model in content["models"].items():
        network, recipe = model["training"]["network"], model["training"]["recipe"]
        place, own = f"models.{name}.training", network.get("scale")
        met = {key: Scales(content["pairs"][model[key]]["scale"]) for key in ("pairs", "suite")}
        several = "scales" in network or "coord" in fields_read("networks", network["name"])
        if own is None and not several and met["pairs"] != met["suite"]:
            text = f"`{model['suite']}` has scale {met['suite']}, but its pairs have scale {met['pairs']}"
            yield Fault(f"models.{name}.suite", text)
        for key, inner in [("network", network), *((f"recipe.{key}", each) for key, each in inner_networks(recipe))]:
            yield from _elsewhere(f"{place}.{key}.scale", inner.get("scale"), "pairs", model, met)
        yield from _elsewhere(f"{place}.network.scale", own, "suite", model, met)
        for key, scale in met.items() if "scales" in network else ():
            if not scale.within(network["scales"]):
                text = f"are {Scales(network['scales'])}, but its {key} `{model[key]}` have scale {scale}"
                yield Fault(f"{place}.network.scales", text if key == "pairs" else text.replace("have", "has"))


def _elsewhere(
    place: str, scale: float | None, key: str, model: Mapping[str, Any], met: Mapping[str, Scales]
) -> Iterator[Fault]:
    if scale is not None and Scales(scale) != met[key]:
        has = "have" if key == "pairs" else "has"
        yield Fault(place, f"is {scale}, but its {key} `{model[key]}` {has} scale {met[key]}")


def levels(content: Content) -> Iterator[Fault]:
    """Yield the losses of a pyramid's level that no scale of their pairs has, and the scales that leave no loss."""
    for name, model in content["models"].items():
        place, training = f"models.{name}.training", model["training"]
        met = Scales(content["pairs"][model["pairs"]]["scale"])
        had = {scale: [each for each in LEVELS if has_level(each, scale)] for scale in (() if met.ends else met.some)}
        pairs = f"its pairs `{model['pairs']}` have scale {met}"
        barred = {*LEVELS} - {level for own in had.values() for level in own}
        for judge in judges(training):
            for field in sorted(barred & {*judge.reads}):
                text = f"reads `{field}`, but {pairs}; it is there at larger scales that {LEVELS[field]} divides"
                yield Fault(f"{place}.recipe.{judge.place}", text)
        if barred.isdisjoint(read_by_losses(training)):
            for scale in (each for each, own in had.items() if _left_out(training, own)):
                text = f"{pairs}, and none reads what is there at {scale}; add one that reads `hr_y`"
                yield Fault(f"{place}.recipe.losses", text)


def _left_out(training: Mapping[str, Any], had: list[str]) -> bool:
    """Tell whether every loss reads a level that is not among those a scale has."""
    lacking = LEVELS.keys() - {*had}
    read = [judge.reads for judge in judges(training)]
    return bool(read) and all(lacking & {*each} for each in read)


def cuts(content: Content) -> Iterator[Fault]:
    """Yield what keeps patches from being cut of pairs whose scale is drawn, or no whole number."""
    for name, model in content["models"].items():
        if model["training"]["steps"]:
            pairs = content["pairs"][model["pairs"]]
            yield from _uncut(f"models.{name}.training", model["pairs"], pairs, model["training"])


def _uncut(place: str, name: str, pairs: Mapping[str, Any], training: Mapping[str, Any]) -> Iterator[Fault]:
    scales, stored = Scales(pairs["scale"]), training.get("degrade", "stored") == "stored"
    why = f"its pairs `{name}` have scale {scales}"
    if scales.one is None and stored:
        yield Fault(f"{place}.degrade", f"{why}, of which each batch draws one; say `anew`")
    if scales.whole:
        return
    part = f"{why}, and an LR pixel is no whole number of HR pixels"
    if scales.one is not None and stored:
        yield Fault(f"{place}.degrade", f"{part}; say `anew`")
    if training.get("margin", MARGIN) and not stored:
        yield Fault(f"{place}.margin", f"{part}; say `0`")
    if training.get("crops") == "detailed":
        yield Fault(f"{place}.crops", f"{part}; say `even`")
