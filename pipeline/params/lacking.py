"""Rules about parts that stand where they cannot have what they need."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.lookup import is_supplied, part_states, parts_named
from pipeline.params.fitting import losses_of
from pipeline.params.rules import Content
from pipeline.params.words import Fault
from pipeline.signatures import Named


def models(content: Content) -> Iterator[Fault]:
    """Yield the sources with a link that runs a model, which no source waits for."""
    for name, source in content["sources"].items():
        for room, link in parts_named(Named("sources"), source):
            if is_supplied(room, link, "learner"):
                text = f"the link `{link}` needs a model, which no source waits for; degrade by it in `pairs`"
                yield Fault(f"sources.{name}", text)


def batches(content: Content) -> Iterator[Fault]:
    """Yield what takes batches apart, or judges others, beside a loss that goes on with each batch that it sees."""
    for name, model in content["models"].items():
        training = model["training"]
        counting = [
            spec["name"] for _, spec in losses_of(training) if part_states("losses", spec["name"], "counts_steps")
        ]
        for loss in counting[:1]:
            if training.get("accumulate", 1) > 1:
                text = f"the loss `{loss}` takes each batch for a step, so it must see it whole; leave it out"
                yield Fault(f"models.{name}.training.accumulate", text)
            if training.get("validate", 0):
                text = f"the loss `{loss}` follows its own training, and judges no held-out images; leave it out"
                yield Fault(f"models.{name}.training.validate", text)


def weights(content: Content) -> Iterator[Fault]:
    """Yield the losses that need the weights of others where a recipe learns while it restores, and has none."""
    for name, model in content["models"].items():
        recipe = model["training"]["recipe"]
        if part_states("recipes", recipe["name"], "learns_in_restore"):
            learns = f"`{recipe['name']}` learns while it restores; take another loss"
            for key, spec in losses_of(model["training"]):
                if is_supplied("losses", spec["name"], "store"):
                    text = f"`{spec['name']}` needs weights that only a training has, and {learns}"
                    yield Fault(f"models.{name}.training.recipe.losses.{key}", text)
