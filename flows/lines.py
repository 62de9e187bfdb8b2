"""What a command says, as lines for a log: progress bars are thinned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO

BAR_SECONDS = 10.0
CHUNK = 65536
PIECE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n)")
COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def spoken(stream: IO[bytes], clock: Callable[[], float]) -> Iterator[str]:
    """Yield the lines of ``stream`` as they come; of a bar that rewrites its line, one state every ten seconds."""
    rest, shown = b"", clock()
    for chunk in iter(lambda: stream.read(CHUNK), b""):
        rest += chunk
        while found := PIECE.match(rest):
            if found[2] == b"\r" and found.end() == len(rest):
                break  # the other half of \r\n may still come
            rest = rest[found.end() :]
            if found[2] == b"\r":
                if clock() - shown < BAR_SECONDS:
                    continue
                shown = clock()
            yield from _told(found[1])
    yield from _told(rest)


def _told(piece: bytes) -> Iterator[str]:
    line = COLOUR.sub("", piece.decode("utf-8", "replace")).rstrip()
    if line:
        yield line
