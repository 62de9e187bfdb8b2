"""Reading params.yaml with the parser that DVC uses."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.errors import ParamsError


def read(path: Path) -> Any:
    """Return what ``path`` holds, an empty mapping when nothing; raise ParamsError with file and line if not YAML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ParamsError(f"{path.name}: not found in {path.parent.resolve()}; run from the checkout") from None
    except OSError as error:
        raise ParamsError(f"{path.name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path.name}: is not UTF-8 text (byte {error.start})") from None
    try:
        content = YAML(typ="safe").load(text)
    except DuplicateKeyError as error:
        key = str(error.problem).partition(" with value")[0]
        raise ParamsError(f"{_where(path, error)}: {key}; keep one") from None
    except MarkedYAMLError as error:
        raise ParamsError(f"{_where(path, error)}: is not YAML: {_said(error)}") from None
    except (YAMLError, ValueError) as error:  # ValueError: a value that looks like a date and is none
        raise ParamsError(f"{path.name}: is not YAML: {' '.join(str(error).split())}") from None
    return {} if content is None else content


def _where(path: Path, error: MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"{path.name}:{mark.line + 1}" if mark else path.name


def _said(error: MarkedYAMLError) -> str:
    """Return what the parser said, with the line where that began which it was reading."""
    begun = f" from line {error.context_mark.line + 1}" if error.context_mark else ""
    return f"{error.context}{begun}, {error.problem}" if error.context else str(error.problem)
