"""``python -m stages sheet``: what the chain of a pairs entry makes of a picture, with what was drawn."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.images import pictures
from pipeline.images.pictures import Picture
from pipeline.lookup import settings
from pipeline.pairs.settings import Pairs
from pipeline.pairs.sheet import sheet
from stages.entries import entry

MOST = 100
log = logging.getLogger(__name__)


def main(params: Mapping[str, Any], name: str, image: Path, out: Path, models: Path, own: Path, count: Path) -> None:
    """Show ``count`` draws of the pairs ``name`` on the picture ``image``."""
    wanted = settings(Pairs, entry(params, "pairs", name))
    said = str(count)
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= MOST):
        raise PipelineError(f"COUNT: must be a whole number from 1 to {MOST}, not `{said}`")
    learner = models / wanted.learner
    page = sheet(wanted, name, image, learner=learner, own=own, seed=params["seed"], count=int(said))
    pictures.write(out, Picture(page))
    log.info("%s: %s draws of pairs.%s on %s", out, said, name, image)
