"""The tiny networks of the test parts, which stand in no room of the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from torch import nn

from pipeline.lookup import build

PARTS = Path(__file__).parent / "parts" / "networks"


def tiny(name: str, *arguments: Any) -> nn.Module:
    """Build a tiny network by its file's name."""
    spec = spec_from_file_location(name, PARTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    network: nn.Module = getattr(module, module.__all__[0])(*arguments)
    return network


def with_tinies(others: Mapping[str, Callable[[], nn.Module]] | None = None) -> Callable[..., Any]:
    """Return what builds parts as the library does, and tiny networks and ``others`` beside them."""

    def built(room: str, spec: Mapping[str, Any], **supplied: Any) -> Any:
        name = spec["name"]
        if room == "networks" and name in (others or {}):
            return (others or {})[name]()
        if room == "networks" and name.startswith("tiny_"):
            return tiny(name, *[item for key, item in spec.items() if key != "name"])
        return build(room, spec, **supplied)

    return built
