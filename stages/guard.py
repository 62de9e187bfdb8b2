"""The import hook: a stage may import only the code that its digest covers, and read only the user's files of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

from pipeline.errors import PipelineError
from pipeline.signatures import file_of
from stages.closure import code_digest, own_line

VARIABLE = "SR_CODE"
"""Names the list for worker processes; their first call is ``install_from_environment``."""


class CodeError(PipelineError):
    """A stage runs code that its digest does not cover: its results could go stale unseen."""


class Guard(MetaPathFinder):
    """Raises at the import of a ``pipeline`` module that is not in the list, or not as the list has seen it.

    Args:
        listed: the file that the ``fingerprint`` stage wrote for the running stage.
    """

    def __init__(self, listed: Path) -> None:
        self.listed = listed
        self.digests = dict(line.split() for line in listed.read_text(encoding="utf-8").splitlines())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find nothing, but object to a module that the digest does not cover."""
        if fullname.split(".")[0] == "pipeline":
            self.require(fullname)
        return None

    def require(self, module: str) -> None:
        """Raise CodeError unless ``module`` is listed and reads as it did when the list was made."""
        if module not in self.digests:
            raise CodeError(
                f"{self.listed}: does not cover {module}, which is being imported; import it at the top of a module "
                "of this stage, or name it as a part in params.yaml, then run `dvc repro fingerprint`"
            )
        if self.digests[module] != code_digest(file_of(module)):
            raise CodeError(f"{module}: was edited while `dvc repro` ran; run it again")

    def require_settings(self, lines: Iterable[str]) -> None:
        """Raise CodeError unless params.yaml says of the stage what it did when the list was made.

        Args:
            lines: what it says now.
        """
        for key, digest in (line.split() for line in lines):
            if self.digests.get(key) != digest:
                raise CodeError(f"{key.replace(':', ': ')}: was edited while `dvc repro` ran; run it again")

    def require_file(self, name: str) -> None:
        """Raise CodeError unless the user's file ``name`` (``own/...``) is as it was when the list was made."""
        if f"{name} {self.digests[name]}" != own_line(unquote(name.removeprefix("own/"))):
            raise CodeError(f"{unquote(name)}: was changed while `dvc repro` ran; run it again")


def install(listed: Path, settings: Iterable[str] = ()) -> None:
    """Guard this process and, through the environment, those it starts.

    Args:
        settings: the lines of what the stage reads in params.yaml, as it is now.
    """
    if not listed.is_file():
        raise CodeError(f"{listed}: not found; run `dvc repro fingerprint`")
    os.environ[VARIABLE] = str(listed.resolve())
    guard = Guard(listed)
    for module in sorted(guard.digests.keys() & sys.modules.keys()):
        guard.require(module)
    for name in sorted(each for each in guard.digests if each.startswith("own/")):
        guard.require_file(name)
    guard.require_settings(settings)
    sys.meta_path.insert(0, guard)


def install_from_environment() -> None:
    """Guard a worker process; forked ones have inherited the guard already."""
    if VARIABLE in os.environ and not any(isinstance(each, Guard) for each in sys.meta_path):
        install(Path(os.environ[VARIABLE]))
