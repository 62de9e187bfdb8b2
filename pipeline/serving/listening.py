"""Listening: the app behind a port of this machine."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import PipelineError

HOST = "127.0.0.1"
GRACE_SECONDS = 30


def listen(app: Starlette, port: str) -> None:
    """Serve ``app`` on ``port`` of 127.0.0.1 until the process is told to end; pictures in work are finished.

    Raises:
        PipelineError: ``port`` is no number, or taken.
    """
    if not port.isdigit() or not 0 < int(port) < 2**16:
        raise PipelineError(f"PORT: must be a number from 1 to {2**16 - 1}, not `{port}`")
    server = uvicorn.Server(
        uvicorn.Config(app, HOST, int(port), log_level="warning", timeout_graceful_shutdown=GRACE_SECONDS)
    )
    try:
        server.run()
    except SystemExit:  # uvicorn's answer to a port that is taken
        raise PipelineError(f"PORT: {HOST}:{port} cannot be listened on; is it taken? Name another") from None
