"""Finding an entry of params.yaml, and what a machine says of itself."""

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import ParamsError
from pipeline.kinds import Store


def entry(params: Mapping[str, Any], section: str, name: str) -> Any:
    """Return ``section.name`` of params.yaml; raise ParamsError with the choices when it is not there."""
    if name not in params[section]:
        raise ParamsError(f"params.yaml: {section} has no `{name}`; choices: {', '.join(params[section]) or 'none'}")
    return params[section][name]


def store(own: Path | None = None) -> Store:
    """Return where images and weights come from on this machine: ``SR_CACHE``, ``SR_MIRROR``, and the folder ``own``.

    Downloads lie in the user's cache folder where ``SR_CACHE`` is not set. A relative path counts from the checkout,
    also where DVC runs an experiment in a temporary folder.
    """
    mirror = os.environ.get("SR_MIRROR") or None
    if mirror and "://" not in mirror:
        mirror = str(_checkout() / mirror)
    return Store(_cache(), mirror, own and _checkout() / own)


def keep_compiled() -> None:
    """Have torch keep what it compiles beside the downloads; in its own folder below /tmp a restart would drop it.

    Each machine has a folder: the code is for its own processor.
    """
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(_cache().resolve() / "compiled" / platform.node()))


def _cache() -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return _checkout() / (os.environ.get("SR_CACHE") or caches / "super-resolution")


def _checkout() -> Path:
    return Path(os.environ.get("DVC_ROOT", "."))


def device_wishes() -> list[str]:
    """Return the devices that ``SR_DEVICE`` wants, e.g. ``cuda:0,cuda:1``: ``auto`` unless it is set."""
    return [each.strip() for each in (os.environ.get("SR_DEVICE") or "auto").split(",")]


def device_wish() -> str:
    """Return the device for this process: the first that is wanted, or the one of its rank among several."""
    return device_wishes()[int(os.environ.get("LOCAL_RANK", "0"))]
