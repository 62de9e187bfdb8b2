"""Rules about what the entries of params.yaml bring together: learners, losses, fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.fields import FIELDS, LEVELS, RESTORED
from pipeline.kinds import SCRATCH
from pipeline.lookup import build, entry, fields_read, is_supplied, names, part_states, parts_named, signature, single
from pipeline.params.rules import Content
from pipeline.params.there import (
    CRITIC,
    CYCLE,
    GIVEN,
    LEARNT,
    LUMA,
    MADE,
    POINTS,
    SCORED,
    SMALLER,
    SUPERVISED,
    TRUE,
    UNALIGNED,
)
from pipeline.params.words import Fault, unknown
from pipeline.signatures import Named, Settings

DEGRADER = "degrader"
"""The parameter of a recipe whose network a ``learned`` link runs."""

LOSS_NAME = re.compile(r"[a-z0-9_-]+")
BARE = "rounding `none`: luma only"


class Judge(NamedTuple):
    """A loss or a rival: its place in the recipe, what it reads, what it may read, how it is told to read others.

    ``pixelwise`` is a loss that judges each pixel by itself.
    """

    place: str
    reads: tuple[str, ...]
    may: set[str]
    pixelwise: bool
    otherwise: str
    both: str
    luma: str


RENAMED = ("rename in `fields`", "rename both in `fields`, or none", "rename in `fields`, as in `{sr: sr_y, hr: hr_y}`")
SAID = ("name other fields", "name two of luma, or none", "say `real: hr_y` and `fake: sr_y`")


def learners(content: Content) -> Iterator[Fault]:
    """Yield the pairs whose link lacks the model it needs, or whose ``learner`` no link uses or can use."""
    able = [name for name, model in content["models"].items() if DEGRADER in model["training"]["recipe"]]
    choices = f"choices: {', '.join(able)}" if able else f"no model here has a recipe with a `{DEGRADER}`"
    for name, pairs in content["pairs"].items():
        place, learner = f"pairs.{name}.learner", pairs["learner"]
        links = _learned(pairs)
        if links and learner == SCRATCH:
            yield Fault(place, f"is `{SCRATCH}`, but the link `{links[0]}` needs a model; {choices}")
        elif links and learner not in able:
            yield Fault(place, f"`{learner}` trains no `{DEGRADER}`; {choices}")
        elif not links and learner != SCRATCH:
            yield Fault(
                place, f"is `{learner}`, but no link uses a model; say `{SCRATCH}`, or add a link `learned: {{}}`"
            )


def losses(content: Content) -> Iterator[Fault]:
    """Yield the losses with a name that cannot be, and those told what they cannot do: to rename, or to change."""
    for name, model in content["models"].items():
        place, recipe = f"models.{name}.training.recipe.losses", model["training"]["recipe"]["name"]
        paced = any(each.name == "schedule" for each in signature("recipes", recipe))
        for key, spec in losses_of(model["training"]):
            loss = spec["name"]
            if key == "loss":
                yield Fault(f"{place}.loss", f"is the name of their sum; write `my-{loss}: {{name: {loss}, ...}}`")
            elif not LOSS_NAME.fullmatch(key):
                yield Fault(f"{place}.{key}", "bad name; use a-z, 0-9, _ and -")
            read = fields_read("losses", loss)
            for argument in sorted(spec.get("fields", {}).keys() - set(read)):
                yield Fault(f"{place}.{key}.fields.{argument}", unknown(argument, read))
            if "course" in spec and not paced:
                yield Fault(f"{place}.{key}.course", f"`{recipe}` knows no progress to follow; leave it out")


def rivals(content: Content) -> Iterator[Fault]:
    """Yield the rivals with a name that cannot be, and those whose network is no critic."""
    for name, model in content["models"].items():
        training = model["training"]
        taken = {key for key, _ in losses_of(training)}
        for key, rival in _rivals(training).items():
            place = f"models.{name}.training.recipe.rivals.{key}"
            if not LOSS_NAME.fullmatch(key):
                yield Fault(place, "bad name; use a-z, 0-9, _ and -")
            clash = taken & {key, f"player_{key}", f"critic_{key}"}
            if clash:
                yield Fault(place, f"stands in the curve beside the loss `{min(clash)}`; give one another name")
            if rival["fake"] in LEARNT - MADE:
                made = MADE | (CYCLE - {"kernel"} if DEGRADER in training["recipe"] else set())
                text = f"is `{rival['fake']}`, which no network makes; choices: {', '.join(sorted(made))}"
                yield Fault(f"{place}.fake", text)
            critic = rival["network"]["name"]
            read = {*fields_read("networks", critic)}
            if read != CRITIC:
                choices = ", ".join(each for each in names("networks") if {*fields_read("networks", each)} == CRITIC)
                text = f"`{critic}` reads {_listed(sorted(read))}; a critic reads `image` alone"
                yield Fault(f"{place}.network", f"{text}; choices: {choices}" if choices else text)


def fields(content: Content) -> Iterator[Fault]:
    """Yield what networks, losses and rivals read that is not there, or that pairs of rounding ``none`` cannot give."""
    for name, model in content["models"].items():
        place, training = f"models.{name}.training", model["training"]
        pairs, suite = (_is_bare(content, model[key]) for key in ("pairs", "suite"))
        learnt = f"its pairs `{model['pairs']}` have {BARE}" if pairs else ""
        judged = f"its suite `{model['suite']}` has {BARE}" if suite else ""
        network = training["network"]["name"]
        read = fields_read("networks", network)
        yield from _unreadable(f"{place}.network", f"`{network}` reads", read, GIVEN)
        yield from _too_rich(f"{place}.network", f"`{network}` reads", read, learnt or judged, _of_luma("networks"))
        yield from _fields_of_judges(f"{place}.recipe", training, learnt)


def starts(content: Content) -> Iterator[Fault]:
    """Yield the weights of others whose layout does not know the network, or that stand beside another start."""
    for name, model in content["models"].items():
        start, network = model["training"].get("start"), model["training"]["network"]["name"]
        if start and model["start"] != SCRATCH:
            text = f"its weights come from `training.start` already; say `{SCRATCH}`, or leave that out"
            yield Fault(f"models.{name}.start", text)
        if start:
            known = build("layouts", {"name": start["layout"]}).tables
            if network not in known:
                text = f"`{start['layout']}` has no table for `{network}`; it has them for {', '.join(known)}"
                yield Fault(f"models.{name}.training.start.layout", text)


def augmentations(content: Content) -> Iterator[Fault]:
    """Yield the augmentations that make no sense beside what the network and the losses read."""
    for name, model in content["models"].items():
        training = model["training"]
        read = {*fields_read("networks", training["network"]["name"]), *read_by_losses(training)}
        said = training.get("augment", [])
        for number, spec in enumerate(said if isinstance(said, list) else []):
            part, ((key, _),) = build("augmentations", single(spec)), spec.items()
            barred = part.barred(sorted(read - RESTORED))
            if barred:
                place = f"models.{name}.training.augment[{number}].{key}"
                yield Fault(place, f"cannot be had where {_listed(barred)} is read; leave it out")


def anew(content: Content) -> Iterator[Fault]:
    """Yield the models whose pairs cannot be degraded anew, and those that say a margin where nothing is."""
    for name, model in content["models"].items():
        training, place = model["training"], f"models.{name}.training"
        if training.get("degrade") == "anew":
            read = {*fields_read("networks", training["network"]["name"]), *read_by_losses(training)}
            yield from _not_anew(f"{place}.degrade", model["pairs"], content["pairs"][model["pairs"]], read)
        elif "margin" in training:
            yield Fault(f"{place}.margin", "nothing is degraded with it; say `degrade: anew`, or leave it out")


def _not_anew(place: str, name: str, pairs: Mapping[str, Any], read: set[str]) -> Iterator[Fault]:
    unaligned, learners = sorted(read & UNALIGNED), _learned(pairs)
    if pairs["degradation"] == "given":
        yield Fault(place, f"its pairs `{name}` have a given LR and no chain to run; say `stored`")
    if learners:
        text = (
            f"the link `{learners[0]}` of its pairs `{name}` needs a model, which no training waits for; say `stored`"
        )
        yield Fault(place, text)
    if unaligned:
        yield Fault(place, f"cannot be had where {_listed(unaligned)} is read, which belongs to no patch; say `stored`")


def metrics(content: Content) -> Iterator[Fault]:
    """Yield the metrics that read what is not there when scoring, or what pairs of rounding ``none`` cannot give."""
    for name, suite in content["suites"].items():
        why = f"its pairs have {BARE}" if _is_bare(content, name) else ""
        for key, options in suite["metrics"].items():
            place = f"suites.{name}.metrics.{key}"
            read = fields_read("metrics", entry(Named("metrics"), key, options)["name"])
            yield from _unreadable(place, "reads", read, SCORED)
            yield from _too_rich(place, "reads", read, why, _of_luma("metrics"))


def read_by_losses(training: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the losses and the rivals read."""
    for judge in judges(training):
        yield from judge.reads


def _fields_of_judges(place: str, training: Mapping[str, Any], why: str) -> Iterator[Fault]:
    network = training["network"]["name"]
    luma = LUMA.issuperset(fields_read("networks", network))
    cycle = CYCLE if DEGRADER in training["recipe"] else set()
    for judge in judges(training):
        inside, read = f"{place}.{judge.place}", judge.reads
        barred = why and f"{why}; {judge.otherwise}"
        yield from _unreadable(inside, "reads", read, judge.may | cycle)
        yield from _too_rich(inside, "reads", read, barred, sorted(judge.may & LUMA))
        yield from _elsewhere_compared(inside, training, judge)
        compared = {*read} & (RESTORED | TRUE | LEVELS.keys())
        if not why and compared & LUMA and compared - LUMA:
            yield Fault(inside, f"reads {_listed(read)}: luma beside colour; {judge.both}")
        elif len({tuple(each in field for each in SMALLER) for field in compared}) > 1:
            yield Fault(inside, f"reads {_listed(read)}: images of different sizes; name one level of a pyramid")
        elif not why and luma and "sr" in read:
            yield Fault(inside, f"reads `sr`, but `{network}` restores luma; {judge.luma}")


def _elsewhere_compared(place: str, training: Mapping[str, Any], judge: Judge) -> Iterator[Fault]:
    """Yield what is compared at points where nothing is restored."""
    network = training["network"]["name"]
    if POINTS in judge.reads and "coord" not in fields_read("networks", network):
        yield Fault(place, f"reads `{POINTS}`, but `{network}` restores no points: it does not read `coord`")
    elif POINTS in read_by_losses(training) and not judge.pixelwise and {POINTS, *MADE} & {*judge.reads}:
        choices = ", ".join(each for each in names("losses") if part_states("losses", each, "pixelwise"))
        yield Fault(place, f"looks at neighbours, but beside `{POINTS}` points lie in no order; choices: {choices}")
    if "hr" in judge.reads and POINTS in read_by_losses(training):
        yield Fault(place, f"reads `hr`, but another reads `{POINTS}`, and nothing else is restored; let both read one")


def _unreadable(place: str, reads: str, read: tuple[str, ...], there: set[str]) -> Iterator[Fault]:
    for field in read:
        if field in FIELDS and field not in there:
            yield Fault(place, f"{reads} `{field}`, which is not there; choices: {', '.join(sorted(there))}")
        elif field not in FIELDS:
            yield Fault(place, f"{reads} a field that no batch holds: {unknown(field, there)}")


def _too_rich(place: str, reads: str, read: tuple[str, ...], why: str, choices: Iterable[str]) -> Iterator[Fault]:
    barred = [field for field in read if why and field in FIELDS and field not in LUMA]
    if barred:
        yield Fault(place, f"{reads} {_listed(barred)}, but {why}; choices: {', '.join(choices)}")


def _listed(fields: Iterable[str]) -> str:
    return ", ".join(f"`{field}`" for field in fields)


def _is_bare(content: Content, pairs: str) -> bool:
    return bool(content["pairs"][pairs]["rounding"] == "none")


def _of_luma(room: str) -> Iterator[str]:
    """Yield the parts of ``room`` that read luma only."""
    return (part for part in names(room) if LUMA.issuperset(fields_read(room, part)))


def losses_of(training: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the key of every loss, and what is said of it: ``name``, ``weight``, ``fields`` and more."""
    for key, item in training["recipe"].get("losses", {}).items():
        yield key, entry(Named("losses", weighted=True), key, item)


def _rivals(training: Mapping[str, Any]) -> Mapping[str, Any]:
    rivals: Mapping[str, Any] = training["recipe"].get("rivals", {})
    return rivals


def judges(training: Mapping[str, Any]) -> Iterator[Judge]:
    """Yield the losses and the rivals of a training block."""
    for key, spec in losses_of(training):
        renamed = spec.get("fields", {})
        read = tuple(renamed.get(each, each) for each in fields_read("losses", spec["name"]))
        pixelwise = part_states("losses", spec["name"], "pixelwise")
        yield Judge(f"losses.{key}", read, LEARNT | SUPERVISED | LEVELS.keys(), pixelwise, *RENAMED)
    for key, rival in _rivals(training).items():
        yield Judge(f"rivals.{key}", (rival["fake"], rival["real"]), LEARNT, False, *SAID)


def _links(pairs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (room, name) of the links of ``pairs``, those inside a chain too."""
    return list(parts_named(Settings("pipeline.pairs.settings", "Pairs"), pairs))


def _learned(pairs: Mapping[str, Any]) -> list[str]:
    """Return the links of ``pairs`` that run a model."""
    return [name for room, name in _links(pairs) if is_supplied(room, name, "learner")]


def inner_networks(recipe: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the networks that ``recipe`` brings beside the model's own, under their keys."""
    for each in signature("recipes", recipe["name"]):
        if isinstance(each.type, Named) and each.type.room == "networks" and each.name in recipe:
            yield each.name, recipe[each.name]
