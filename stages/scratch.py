"""Makes the folder that stands for "no model": what a model from scratch starts from."""

from pathlib import Path

from pipeline import atomic

TEXT = "No model: what `start: scratch` and `learner: scratch` point to. (DVC warns about a folder that is empty.)\n"


def main(out: Path) -> None:
    """Make the folder ``out``, with a line that says what it is."""
    with atomic.folder(out) as folder:
        (folder / "README").write_text(TEXT, encoding="utf-8")
