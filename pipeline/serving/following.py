"""Following the champion: loaded once, and again when the registry has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from pipeline.serving.app import Champion


class Follower:
    """Returns the champion; a file that changes whenever the champion may have tells when to look again.

    Args:
        watched: that file; it need not be there yet.
        load: loads the champion, given the one before it, which it returns where it still is the champion; raises
            PipelineError when there is none.
    """

    def __init__(self, watched: Path, load: Callable[[Champion | None], Champion]) -> None:
        self.watched = watched
        self.load = load
        self._lock = Lock()
        self._state: tuple[int, int, int] | None = None
        self._present: Champion | None = None

    def __call__(self) -> Champion:
        """Return the champion of this moment."""
        with self._lock:
            state = self._seen()
            if self._present is None or state != self._state:
                self._present = self.load(self._present)
                self._state = state
            return self._present

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            facts = self.watched.stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size
