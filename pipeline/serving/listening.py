"""Listening: the app behind a port of this machine."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import PipelineError

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
GRACE_SECONDS = 30


class Server(uvicorn.Server):
    """Says that it listens, once it does."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        if self.started:
            log.info("http://%s:%d/upscale: %s", self.config.host, self.config.port, self.ready)


def listen(app: Starlette, port: str, ready: str) -> None:
    """Serve ``app`` on ``port`` of 127.0.0.1 until Ctrl-C or another signal; pictures in work are finished.

    Args:
        ready: what to say of the app, behind its address, once it listens.

    Raises:
        PipelineError: ``port`` is no number, or taken.
    """
    if not port.isdigit() or not 0 < int(port) < 2**16:
        raise PipelineError(f"PORT: must be a number from 1 to {2**16 - 1}, not `{port}`")
    config = uvicorn.Config(app, HOST, int(port), log_level="warning", timeout_graceful_shutdown=GRACE_SECONDS)
    server = Server(config, ready)
    try:
        with suppress(KeyboardInterrupt):  # Ctrl-C, which uvicorn repeats at the end; asyncio may swallow it there
            server.run()
    except SystemExit:  # uvicorn's answer to a port that is taken
        raise PipelineError(f"PORT: {HOST}:{port} cannot be listened on; is it taken? Name another") from None
    log.info("ended")
