"""The customers, in a process of their own: they press and write on open connections, and note how long each waited.

A job comes as JSON on standard input, what came of it goes as JSON to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.moulds import TAG, number

WORDS = "The lady on the phone knew at once what was wrong, and the new lid was here the next day."
EXPECTED = b'"notice": "", "form": "", "repeated": false'
PATIENCE = 240.0
"""Seconds after which a server that still owes answers is given up."""


def form(mould: dict[str, str], kind: str, n: int) -> dict[str, str]:
    """What the page would post: one of good, bad (a press), words (typed)."""
    own = number(n)
    address = mould["address"].replace(TAG, own)
    fields = {"id": f"{own}{kind}{'0' * 16}", "seat": "customer", "place": address, "sender": address}
    if kind == "words":
        return {**fields, "kind": "text", "text": WORDS}
    score = "5" if kind == "good" else "1"
    choice = f"s:{mould['invitation'].replace(TAG, own)}:score:{score}"
    return {**fields, "kind": "choice", "choice": choice, "label": score}


def request(url: str, fields: dict[str, str]) -> bytes:
    """The bytes a browser would send."""
    body = urlencode(fields).encode()
    host = urlsplit(url).netloc
    headers = {
        "Host": host,
        "Connection": "keep-alive",
        "Content-Length": str(len(body)),
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
        "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
        "Accept": "*/*",
        "Origin": f"http://{host}",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "cors",
        "Referer": f"http://{host}/try",
        "Accept-Encoding": "gzip, deflate, br",
        "Accept-Language": "en-GB,en;q=0.9",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /try/act?lang=en HTTP/1.1\r\n{head}\r\n".encode() + body


class Connection(asyncio.Protocol):
    """One browser: one request at a time."""

    def __init__(self, answered: Callable[[Connection, bytes], None]) -> None:
        self._answered = answered
        self._received = b""
        self._transport: asyncio.Transport
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def post(self, data: bytes, began: float) -> None:
        """Sends a request; `began` is when its sender wanted to send it."""
        self.began = began
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        _, _, rest = head.lower().partition(b"content-length:")
        if len(body) >= int(rest.split(b"\r\n", 1)[0]):
            response, self._received = self._received, b""
            self._answered(self, response)

    def connection_lost(self, exc: Exception | None) -> None:
        self._answered(self, b"")

    def close(self) -> None:
        self._answered = lambda *_: None
        self._transport.close()


class Load:
    """Posts requests: each connection as soon as its last was answered, or all together at a steady rate.

    After `longest` seconds no connection begins another; at a steady rate every request is posted.
    """

    def __init__(self, requests: Iterable[bytes], rate: float, longest: float, expected: bytes = EXPECTED) -> None:
        self._waiting = deque(requests)
        self._under_way = 0
        self._rate = rate
        self._longest = longest
        self._expected = expected
        self._began = 0.0
        self._idle: list[Connection] = []
        self._due: deque[tuple[bytes, float]] = deque()
        self._ended = asyncio.Event()
        self.waited: list[float] = []
        self.refused: list[str] = []
        self.sent_at: list[float] = []

    async def run(self, url: str, connections: int) -> float:
        """Returns how many seconds it took. Raises TimeoutError."""
        loop = asyncio.get_running_loop()
        address = urlsplit(url)
        host, port = str(address.hostname), int(address.port or 80)
        opened = [
            (await loop.create_connection(lambda: Connection(self._answered), host, port))[1]
            for _ in range(connections)
        ]
        self._began = began = time.perf_counter()
        if self._rate:
            self._idle = list(opened)
            await self._steadily(began)
        else:
            for connection in opened:
                self._next(connection)
        async with asyncio.timeout(PATIENCE):
            await self._ended.wait()
        seconds = time.perf_counter() - began
        for connection in opened:
            connection.close()
        return seconds

    async def _steadily(self, began: float) -> None:
        sent = 0
        while self._waiting:
            # The first is wanted at once: a request is sent when its own moment has come, not the next one's.
            behind = int((time.perf_counter() - began) * self._rate) + 1 - sent
            for _ in range(min(max(behind, 0), len(self._waiting))):
                wanted = began + sent / self._rate
                self._due.append((self._waiting.popleft(), wanted))
                self.sent_at.append(time.time() - (time.perf_counter() - wanted))
                sent += 1
            while self._idle and self._due:
                self._post(self._idle.pop(), *self._due.popleft())
            await asyncio.sleep(0.001)

    def _post(self, connection: Connection, data: bytes, began: float) -> None:
        self._under_way += 1
        connection.post(data, began)

    def _next(self, connection: Connection) -> None:
        now = time.perf_counter()
        if self._rate:
            if self._due:
                self._post(connection, *self._due.popleft())
            else:
                self._idle.append(connection)
        elif self._waiting and now - self._began < self._longest:
            self._post(connection, self._waiting.popleft(), now)

    def _answered(self, connection: Connection, response: bytes) -> None:
        self.waited.append(time.perf_counter() - connection.began)
        if not response.startswith(b"HTTP/1.1 200") or self._expected not in response:
            self.refused.append(response[-300:].decode(errors="replace") or "the connection was closed")
        self._under_way -= 1
        if response:
            self._next(connection)
        if not self._under_way and not (self._rate and (self._waiting or self._due)):
            self._ended.set()

    def came(self, seconds: float) -> dict[str, Any]:
        """What the job came to, as JSON takes it."""
        return {
            "seconds": seconds,
            "waited": self.waited,
            "refused": len(self.refused),
            "first_refusal": self.refused[0] if self.refused else "",
            "sent_at": self.sent_at,
        }


async def work(job: dict[str, Any]) -> dict[str, Any]:
    """Does a job: url, connections, rate (0: as it goes), longest, moulds, and answers as [kind, number] in order."""
    requests = [request(job["url"], form(job["moulds"][kind], kind, n)) for kind, n in job["answers"]]
    load = Load(requests, job["rate"], job["longest"])
    seconds = await load.run(job["url"], job["connections"])
    return load.came(seconds)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(json.load(sys.stdin)))))
