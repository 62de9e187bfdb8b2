"""What a command says becomes lines of a log, whatever pieces it comes in."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import IO, cast

from hypothesis import given
from hypothesis import strategies as st

from flows.lines import BAR_SECONDS, spoken


class Pieces(io.RawIOBase):
    """A stream that gives what it has in the pieces it was handed."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]

    def read(self, _size: int = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def lines(pieces: Iterable[bytes], seconds: float = 0.0) -> list[str]:
    now = iter(number * seconds for number in range(10**6))
    return list(spoken(cast(IO[bytes], Pieces(pieces)), lambda: next(now)))


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1)), st.data())
def test_lines_come_out_as_they_went_in_however_they_are_cut(said: list[str], choose: st.DataObject) -> None:
    ends = [choose.draw(st.sampled_from(["\n", "\r\n"])) for _ in said]
    whole = "".join(line + end for line, end in zip(said, ends, strict=True)).encode()
    cuts = sorted(choose.draw(st.lists(st.integers(0, len(whole)))))
    pieces = [whole[one:two] for one, two in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    assert said == lines(pieces)


def test_of_a_progress_bar_every_ten_seconds_one_state_is_told_and_its_last_always() -> None:
    bar = [f"{number:3d} %\r".encode() for number in range(100)]

    assert ["100 %"] == lines([*bar, b"100 %\n"])
    assert ["  9 %", " 19 %"] == lines([*bar, b"100 %\n"], seconds=BAR_SECONDS / 10)[:2]


def test_colours_and_empty_lines_are_left_out_and_a_last_line_without_an_end_is_told() -> None:
    assert ["red", "last"] == lines([b"\x1b[31mred\x1b[0m\n\n  \n", b"last"])
