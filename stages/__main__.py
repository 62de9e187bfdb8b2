"""The runner: ``python -m stages VERB [NAME] [--option PATH ...]`` calls ``main`` of ``stages/VERB.py``.

It reads and checks params.yaml, guards the imports of a stage by the list in ``--code``, ties its life to that of its
parent, hands ``main`` what it names, turns a user's fault into one line and exit status 1, and adds to a fault of the
project's own what a report of it needs.
"""

import logging
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from types import TracebackType
from typing import Any

PARENT = os.getppid()


def run(argv: list[str]) -> None:
    """Call the stage that ``argv`` names."""
    from pipeline.errors import PipelineError
    from pipeline.params.check import checked
    from stages.closure import settings_lines
    from stages.guard import install
    from stages.watch import die_with

    verb, rest = (argv[0], argv[1:]) if argv else ("", [])
    verbs = [path.stem for path in sorted(Path(__file__).parent.glob("*.py")) if "\ndef main(" in path.read_text()]
    if verb not in verbs:
        raise PipelineError(f"usage: python -m stages VERB ...; `{verb}` is none of {', '.join(verbs)}")
    given = parsed(rest)
    given["params"] = checked(Path("params.yaml"))
    if "code" in given:
        die_with(PARENT)
        install(given["code"], settings_lines(verb, given.get("name", ""), given["params"]))
    main = import_module(f"stages.{verb}").main
    wanted = signature(main).parameters
    missing = [name for name, each in wanted.items() if name not in given and each.default is each.empty]
    surplus = [name for name in given if name not in wanted and name not in ("params", "code")]
    if missing or surplus:
        usage = " ".join(name if name == "name" else f"--{name} PATH" for name in wanted if name != "params")
        raise PipelineError(f"usage: python -m stages {verb} {usage}; missing: {missing}, unknown: {surplus}")
    main(**{name: value for name, value in given.items() if name in wanted})


def parsed(words: list[str]) -> dict[str, Any]:
    """Turn ``edsr-x2 --out models/edsr-x2`` into ``{"name": "edsr-x2", "out": Path(...)}``."""
    given: dict[str, Any] = {}
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            given[word[2:].replace("-", "_")] = Path(words.pop(0) if words else "")
        else:
            given["name"] = word
    return given


def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback, and what whoever mends it wants to know."""
    sys.__excepthook__(kind, error, trace)
    from stages.facts import revision

    known = [f"{name} {version(name)}" for name in ("torch", "numpy", "opencv-python-headless", "dvc", "mlflow")]
    facts = ", ".join([f"commit {revision()}", f"Python {platform.python_version()}", *known, platform.platform()])
    sys.stderr.write(f"This is a fault of the pipeline, not yours; please report it with all lines above. {facts}\n")


def main() -> int:
    """Run, and return the exit status."""
    sys.excepthook = unexpected
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else its import asks the network for a newer version
    needed = ["numpy", "ruamel.yaml", "cv2", "safetensors", "torch", "tqdm", "filelock", "mlflow"]
    absent = [name for name in needed if not _there(name)]
    if absent:
        sys.stderr.write(f"missing packages: {', '.join(absent)}; run `make setup`, then `. .venv/bin/activate`\n")
        return 1
    from pipeline.errors import PipelineError

    try:
        run(sys.argv[1:])
    except PipelineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(main())
