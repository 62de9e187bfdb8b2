"""A server of one file that misbehaves as it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar


@dataclass
class Behaviour:
    """What the server does.

    Args:
        content: the file.
        cuts: after how many bytes the answers are cut, first to last; then no more.
        statuses: the statuses of the first answers, without content.
        etag: the validator, none if empty.
        ranges: whether it knows ranges.
        length: the Content-Length it claims, the true one if None, none if 0.
        moved: whether ``/<name>`` redirects to ``/there/<name>``.
        asked: the Range header of every request it got.
    """

    content: bytes
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    etag: str = '"one"'
    ranges: bool = True
    length: int | None = None
    moved: bool = False
    asked: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers as its ``behaviour`` says."""

    protocol_version = "HTTP/1.1"
    behaviour: ClassVar[Behaviour]

    def do_GET(self) -> None:
        said = self.behaviour
        said.asked.append(self.headers.get("Range", ""))
        self.close_connection = True
        if said.statuses:
            self._empty(said.statuses.pop(0))
        elif said.moved and not self.path.startswith("/there/"):
            self._empty(302, {"Location": f"/there{self.path}"})
        else:
            self._send(*self._part())

    def _part(self) -> tuple[int, int]:
        """Return the status and the first byte to send."""
        wanted, tag = self.headers.get("Range"), self.headers.get("If-Range")
        if not self.behaviour.ranges or not wanted or (tag and tag != self.behaviour.etag):
            return 200, 0
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        return (206 if start < len(self.behaviour.content) else 416), start

    def _send(self, status: int, start: int) -> None:
        said, total = self.behaviour, len(self.behaviour.content)
        if status == 416:
            self._empty(416, {"Content-Range": f"bytes */{total}"})
            return
        length = total - start if said.length is None else said.length
        own = {"Content-Length": str(length)} if length else {}
        own |= {"ETag": said.etag} if said.etag else {}
        own |= {"Content-Range": f"bytes {start}-{total - 1}/{total}"} if status == 206 else {}
        self._begin(status, own)
        self.wfile.write(said.content[start : start + said.cuts.pop(0) if said.cuts else total])

    def _empty(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self._begin(status, {"Content-Length": "0", **(headers or {})})

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Serve, and yield the address."""
    handler = type("Own", (Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/file.zip"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
