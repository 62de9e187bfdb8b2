"""The app: pixels as the library makes them, and a reason for all that it refuses."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.images.pictures import Picture, decode, encode
from pipeline.lookup import build
from pipeline.restoring.enlarging import Enlarger
from pipeline.restoring.reach import reach_of
from pipeline.serving.app import Champion, Limits, application
from pipeline.serving.following import Follower

LIMITS = Limits(bytes=200_000, pixels=40_000, workers=2, seconds=1.0)


def champion(name: str = "bicubic", scale: int = 2) -> Champion:
    recipe = build("recipes", {"name": "fixed"}, network=build("networks", {"name": name, "scale": scale}))
    device = torch.device("cpu")
    return Champion(name, "0" * 64, Enlarger(recipe, scale, reach_of(recipe, scale, device), 64, device))


PRESENT = champion()


def picture(height: int = 20, width: int = 30, channels: int = 3, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def png(pixels: NDArray[Any]) -> bytes:
    return encode(Picture(pixels))


def bomb() -> bytes:
    """Write a PNG that says it has 100 megapixels."""
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def client(present: Any = lambda: PRESENT, limits: Limits = LIMITS) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=application(present, limits))
    return httpx.AsyncClient(transport=transport, base_url="http://here")


def ask(content: Any, present: Any = lambda: PRESENT, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with client(present) as http:
            return await http.post("/upscale", content=content, headers=headers)

    return asyncio.run(asked())


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_pixels_are_those_of_the_library(channels: int) -> None:
    pixels = picture(channels=channels)
    answer = ask(png(pixels))

    assert (200, "image/png", "bicubic") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["x-model"],
    )
    assert np.array_equal(PRESENT.enlarge(pixels), decode(answer.content, "answer").pixels)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "the body is empty"),
        (b"hello", 415, "no picture that is known here"),
        (bytes(1000), 415, "no picture that is known here"),
        (b"BM" + bytes(100), 415, "send a PNG or JPEG"),
        (png(picture())[:-30], 422, "is truncated"),
        (png(picture())[:40] + bytes(200) + png(picture())[240:], 422, "is corrupt"),
        (bomb(), 413, "10000x10000 pixels enlarged by 2"),
        (png(picture(101, 100)), 413, "100x101 pixels enlarged by 2 are more than 40000"),
        (bytes(200_001), 413, "longer than 200000 bytes"),
    ],
)
def test_what_is_refused_is_told_why(body: bytes, status: int, reason: str) -> None:
    answer = ask(body)

    assert status == answer.status_code
    assert reason in answer.text
    assert 1 == len(answer.text.splitlines())


def test_a_form_is_told_how_to_send_the_picture_itself() -> None:
    async def asked() -> httpx.Response:
        async with client() as http:
            return await http.post("/upscale", files={"file": png(picture())})

    answer = asyncio.run(asked())

    said = "the body is a form; send the picture itself: curl --data-binary @photo.jpg\n"
    assert (415, said) == (answer.status_code, answer.text)


def test_a_body_that_hides_its_length_is_cut_off() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(10_000)

    assert 413 == ask(endless()).status_code


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"\x89PNG"
        await asyncio.sleep(30)

    assert 408 == ask(slow()).status_code


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/upscale", 405), ("GET", "/", 404)])
def test_other_ways_are_closed(method: str, path: str, status: int) -> None:
    async def asked() -> httpx.Response:
        async with client() as http:
            return await http.request(method, path)

    assert status == asyncio.run(asked()).status_code


def test_health_names_the_champion_and_metrics_count() -> None:
    async def asked() -> list[httpx.Response]:
        async with client() as http:
            await http.post("/upscale", content=png(picture()))
            await http.post("/upscale", content=b"hello")
            return [await http.get("/health"), await http.get("/metrics")]

    health, metrics = asyncio.run(asked())

    assert {"status": "ok", "model": "bicubic", "hash": "0" * 64} == health.json()
    for line in (
        'sr_answers_total{status="200"} 1.0',
        'sr_answers_total{status="415"} 1.0',
        "sr_pixels_total 2400.0",
        "sr_working 0.0",
    ):
        assert line in metrics.text.splitlines()


def test_without_a_champion_it_says_so() -> None:
    def nobody() -> Champion:
        raise DataError("no champion yet; run `dvc repro`")

    answer = ask(png(picture()), nobody)

    assert (503, "no champion yet; run `dvc repro`\n") == (answer.status_code, answer.text)


def test_no_more_are_in_work_than_there_are_workers() -> None:
    """Two hundred come at once; each has its own picture, some have none."""
    most = working = 0

    class Counting:
        scale = 2

        def __call__(self, pixels: NDArray[Any]) -> NDArray[Any]:
            nonlocal most, working
            working += 1
            most = max(most, working)
            large = PRESENT.enlarge(pixels)
            working -= 1
            return large

    counting: Any = Champion("bicubic", "0" * 64, Counting())  # type: ignore[arg-type]
    bodies = [png(picture(seed=seed)) if seed % 4 else b"hello" for seed in range(200)]

    async def asked() -> list[httpx.Response]:
        async with client(lambda: counting) as http:
            return list(await asyncio.gather(*(http.post("/upscale", content=body) for body in bodies)))

    answers = asyncio.run(asked())

    assert most <= LIMITS.workers
    for seed, answer in enumerate(answers):
        assert (200 if seed % 4 else 415) == answer.status_code
        if seed % 4:
            assert np.array_equal(PRESENT.enlarge(picture(seed=seed)), decode(answer.content, "answer").pixels)


def test_the_champion_is_loaded_once_and_again_when_the_registry_changes(tmp_path: Path) -> None:
    watched = tmp_path / "registry.yaml"
    loaded: list[Champion | None] = []

    def load(before: Champion | None) -> Champion:
        loaded.append(before)
        return PRESENT

    follower = Follower(watched, load)
    follower(), follower()
    watched.write_text("- one\n")
    follower(), follower()
    watched.write_text("- one\n- two\n")
    follower()

    assert [None, PRESENT, PRESENT] == loaded
