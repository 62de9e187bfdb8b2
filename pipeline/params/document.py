"""Reading params.yaml with the parser that DVC uses."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipeline.errors import ParamsError


def read(path: Path) -> dict[str, Any]:
    """Return the mapping that ``path`` holds; raise ParamsError with file and line when it holds none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ParamsError(f"{path.name}: not found in {path.parent.resolve()}; run from the checkout") from None
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path.name}: is not UTF-8 text (byte {error.start})") from None
    try:
        content = YAML(typ="safe").load(text)
    except DuplicateKeyError as error:
        raise ParamsError(f"{_where(path, error)}: {str(error.problem).splitlines()[0]}; keep one") from None
    except MarkedYAMLError as error:
        raise ParamsError(f"{_where(path, error)}: is not YAML: {error.problem}") from None
    except YAMLError as error:
        raise ParamsError(f"{path.name}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise ParamsError(f"{path.name}: must be a mapping of sections, not {type(content).__name__}")
    return content


def _where(path: Path, error: MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f"{path.name}:{mark.line + 1}" if mark else path.name
