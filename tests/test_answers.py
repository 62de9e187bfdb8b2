"""``make upscale`` and ``make serve`` in a checkout: the champion answers, in files and over HTTP alike."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.images.pictures import Picture, decode, encode
from tests.clones import Clone

pytestmark = pytest.mark.slow

REGISTRY = ("--models", "models", "--ledger", "registry.yaml", "--records", "registry")
MEMORY = 1500 * 2**10
"""KiB that the server may have taken at its peak."""


def picture(seed: int, height: int = 24, width: int = 37) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def png(pixels: NDArray[Any]) -> bytes:
    return encode(Picture(pixels))


def crown(clone: Clone, model: str) -> None:
    said = clone.stages("promote", model, "--pairs", "data/pairs", *REGISTRY)
    assert said.returncode == 0, said.stderr


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(clone: Clone) -> Iterator[tuple[str, int]]:
    """Serve the clone's champion; yield the address and the process."""
    port = free_port()
    words = [sys.executable, "-m", "stages", "serve", "--port", str(port), *REGISTRY]
    with subprocess.Popen(words, cwd=clone.path, env=clone.environment, stderr=subprocess.PIPE) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            wait(address, process)
            yield address, process.pid
        finally:
            process.terminate()


def wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "it ended by itself"
        try:
            httpx.get(f"{address}/health", timeout=30)
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("no answer in a minute")


def test_the_champion_answers_in_a_file_and_over_http_with_the_same_pixels(copy: Clone, tmp_path: Path) -> None:
    crown(copy, "image-x2")
    (tmp_path / "in").mkdir()
    for seed in range(4):
        (tmp_path / "in" / f"{seed}.png").write_bytes(png(picture(seed)))
    said = copy.stages("upscale", "--image", str(tmp_path / "in"), "--out", str(tmp_path / "out"), *REGISTRY)
    assert said.returncode == 0, said.stderr
    wanted = [decode((tmp_path / "out" / f"{seed}.png").read_bytes(), "").pixels for seed in range(4)]
    whole = png(picture(0))
    refused = [b"", b"hello", whole[:-40], os.urandom(50_000)]

    async def asked(address: str) -> list[httpx.Response]:
        bodies = [png(picture(number % 4)) if number % 2 else refused[number // 2 % 4] for number in range(200)]
        async with httpx.AsyncClient(base_url=address, timeout=120, limits=httpx.Limits(max_connections=200)) as http:
            return list(await asyncio.gather(*(http.post("/upscale", content=body) for body in bodies)))

    with serving(copy) as (address, pid):
        answers = asyncio.run(asked(address))
        peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
        before = httpx.get(f"{address}/health").json()["model"]
        crown(copy, "again-x2")
        after = httpx.get(f"{address}/health").json()["model"]
        large = httpx.post(f"{address}/upscale", content=whole).headers["x-model"]

    for number, answer in enumerate(answers):
        assert (200 if number % 2 else (400, 415, 422, 415)[number // 2 % 4]) == answer.status_code
        assert answer.status_code != 200 or np.array_equal(wanted[number % 4], decode(answer.content, "").pixels)
    assert ("image-x2", "again-x2", "again-x2") == (before, after, large)
    assert MEMORY > int(peak.split()[1])


def test_the_server_says_when_it_is_ready_and_ends_well_by_the_keyboard(copy: Clone) -> None:
    crown(copy, "image-x2")
    port = free_port()
    command = [sys.executable, "-m", "stages", "serve", "--port", str(port), *REGISTRY]
    with subprocess.Popen(command, cwd=copy.path, env=copy.environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        _engine, ready = process.stderr.readline(), process.stderr.readline()
        health = httpx.get(f"http://127.0.0.1:{port}/health").json()
        process.send_signal(signal.SIGINT)
        left = process.stderr.read()

    assert f"http://127.0.0.1:{port}/upscale: sr-textures-x2 by image-x2, version " in ready
    assert f"({health['hash'][:8]}); Ctrl-C ends it\n" in ready
    assert (0, "ended\n") == (process.returncode, left)


def test_a_missing_champion_is_told_before_anybody_asks(copy: Clone) -> None:
    said = copy.stages("serve", "--port", str(free_port()), "--task", "sr-clips-x2", *REGISTRY)

    assert (1, 1) == (said.returncode, len(said.stderr.splitlines())), said.stderr
    assert said.stderr.startswith("sr-clips-x2: has no champion")


def test_what_cannot_be_answered_is_one_line(copy: Clone, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(picture(0)))
    ends = {
        ("--model", "image-x3"): "params.yaml: models has no `image-x3`; choices: ",
        ("--task", "sr-nothing"): "TASK: `sr-nothing` has no version; choices: ",
        ("--task", "sr-clips-x2"): "sr-clips-x2: has no champion",
        ("--model", "reference-x2"): "reads `ref`",
        ("--model", "video-x2"): "clips, not images",
        ("--model", "image-x2", "--scale", "3.7"): "enlarges by 2; not by 3.7",
        ("--model", "image-x2", "--scale", "wide"): "SCALE: must be a number from 1 on, not `wide`",
        ("--model", "image-x2", "--raw", "demosaic=dth"): "RAW.demosaic: `dth` is unknown",
        ("--model", "image-x2", "--task", "sr-textures-x2"): "name a MODEL or a TASK, not both",
    }
    for words, reason in ends.items():
        said = copy.stages("upscale", "--image", str(path), "--out", str(tmp_path / "b.png"), *words, *REGISTRY)

        assert (1, 1) == (said.returncode, len(said.stderr.splitlines())), said.stderr
        assert reason in said.stderr
        assert not (tmp_path / "b.png").exists()
