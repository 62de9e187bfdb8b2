"""The app: a picture in, the champion's enlargement out as PNG."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

from anyio import CapacityLimiter, to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.bounds import OneOrMore, Positive
from pipeline.errors import ImageError, PipelineError
from pipeline.images.formats import Header, header_of
from pipeline.images.pictures import Picture, decode, encode
from pipeline.restoring.enlarging import Enlarger

log = logging.getLogger(__name__)

Answer: TypeAlias = Callable[[Request], Awaitable[Response]]

ACCEPTED = ("PNG", "JPEG")
BARE = "--data-binary @photo.jpg"
"""How curl sends a picture and nothing around it."""


@dataclass(frozen=True)
class Champion:
    """The model that answers: its name in params.yaml, its hash, and what enlarges with it."""

    model: str
    hash: str
    enlarge: Enlarger


@dataclass(frozen=True)
class Limits:
    """What the app takes on.

    Args:
        bytes: of a body.
        pixels: of the enlarged picture.
        workers: pictures in work at one time; the others wait with their bodies unread, so that memory is bounded.
        seconds: in which a body must have come.
    """

    bytes: OneOrMore = 32 * 2**20
    pixels: OneOrMore = 64_000_000
    workers: OneOrMore = 2
    seconds: Positive = 60.0


class Service:
    """Answers requests with whoever is champion when they come.

    Args:
        champion: returns the present champion; it is asked for every picture, so that a new one answers at once.
        limits: what is taken on.
    """

    def __init__(self, champion: Callable[[], Champion], limits: Limits) -> None:
        self.champion = champion
        self.limits = limits
        self.slots = CapacityLimiter(limits.workers)
        self.registry = own = CollectorRegistry()
        self.answers = Counter("sr_answers", "Answers to pictures, by HTTP status.", ["status"], registry=own)
        self.seconds = Histogram("sr_seconds", "Time from the whole picture to the answer.", registry=own)
        self.pixels = Counter("sr_pixels", "Pixels of the enlarged pictures.", registry=own)
        self.working = Gauge("sr_working", "Pictures in work.", registry=own)

    async def upscale(self, request: Request) -> Response:
        """Answer ``POST /upscale``."""
        try:
            answer = await self._answer(request)
        except HTTPException as refusal:
            self.answers.labels(str(refusal.status_code)).inc()
            raise
        self.answers.labels("200").inc()
        return answer

    async def health(self, _request: Request) -> Response:
        """Answer ``GET /health``: who is champion; 503 when there is none that can be loaded."""
        try:
            champion = await to_thread.run_sync(self.champion)
        except PipelineError as error:
            raise HTTPException(503, str(error)) from None
        return JSONResponse({"status": "ok", "model": champion.model, "hash": champion.hash})

    async def metrics(self, _request: Request) -> Response:
        """Answer ``GET /metrics`` in Prometheus' format."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    async def _answer(self, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/"):
            raise HTTPException(415, f"the body is a form; send the picture itself: curl {BARE}")
        said = request.headers.get("content-length", "")
        if said.isdigit() and int(said) > self.limits.bytes:
            raise self._too_long()
        async with self.slots:
            body = await self._body(request)
            with self.working.track_inprogress(), self.seconds.time():
                started = perf_counter()
                png, size, champion = await to_thread.run_sync(self._enlarged, body)
        self.pixels.inc(size)
        log.info("%s: %d bytes to %d pixels in %.2f s", champion.model, len(body), size, perf_counter() - started)
        return Response(png, media_type="image/png", headers={"X-Model": champion.model, "X-Model-Hash": champion.hash})

    async def _body(self, request: Request) -> bytes:
        """Read the body, no further than the limit and no longer than the time."""
        body = bytearray()
        try:
            async with asyncio.timeout(self.limits.seconds):
                async for part in request.stream():
                    body += part
                    if len(body) > self.limits.bytes:
                        raise self._too_long()
        except TimeoutError:
            raise HTTPException(408, f"the picture did not come within {self.limits.seconds:g} s") from None
        except ClientDisconnect:
            raise HTTPException(400, "the line was cut before the picture was whole") from None
        return bytes(body)

    def _enlarged(self, body: bytes) -> tuple[bytes, int, Champion]:
        header, champion = _header(body), self._present()
        scale = champion.enlarge.scale
        if header.height * header.width * scale**2 > self.limits.pixels:
            said = f"{header.width}x{header.height} pixels enlarged by {scale} are more than {self.limits.pixels}"
            raise HTTPException(413, f"{said}; send a smaller picture, or a part of it")
        try:
            picture = decode(body, "the picture")
        except ImageError as error:
            raise HTTPException(422, str(error)) from None
        large = champion.enlarge(picture.pixels)
        return encode(Picture(large, picture.profile)), large.shape[0] * large.shape[1], champion

    def _present(self) -> Champion:
        try:
            return self.champion()
        except PipelineError as error:
            raise HTTPException(503, str(error)) from None

    def _too_long(self) -> HTTPException:
        return HTTPException(413, f"the body is longer than {self.limits.bytes} bytes")


def _header(body: bytes) -> Header:
    """Refuse what need not be decoded to be refused."""
    if not body:
        raise HTTPException(400, "the body is empty; send a PNG or JPEG")
    header = header_of(body)
    if header is None or header.format not in ACCEPTED:
        raise HTTPException(415, "the body is no picture that is known here; send a PNG or JPEG")
    return header


def application(champion: Callable[[], Champion], limits: Limits | None = None) -> Starlette:
    """Return the ASGI app: ``POST /upscale``, ``GET /health``, ``GET /metrics``."""
    service = Service(champion, limits or Limits())
    routes = [
        Route("/upscale", service.upscale, methods=["POST"]),
        Route("/health", service.health),
        Route("/metrics", service.metrics),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _reason})


async def _reason(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(error.detail + "\n", error.status_code, error.headers)
