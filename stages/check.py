"""``python -m stages check``: does params.yaml hold? One line per fault; the runner has looked before ``main`` runs."""

import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)


def main(params: Mapping[str, Any]) -> None:
    """Say what a sound params.yaml holds."""
    counts = [f"{len(params[section])} {section}" for section in ("sources", "pairs", "suites", "models")]
    log.info("params.yaml holds: %s", ", ".join(counts))
