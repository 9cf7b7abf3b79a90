"""Thousands of broken posts: each gets a 4xx with a reason or is taken, never a 5xx, and the program goes on."""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from tryout import ANA, DELIVERY, SAM, SUPPORT, THURSDAY_TEN, Tryout, looking_into, rows, tryout

from cxbot.links import make_link
from cxbot.testing import FakeClock
from cxbot.transactions import channel_state

POSTS = 1_500
"""For each engine."""
AT_ONCE = 16
MARK = "<img src=x onerror=alert(1)>"

Part = tuple[bytes, bytes, bytes]
"""Name, further header lines, body."""

STRANGE: tuple[bytes, ...] = (
    b"", b" ", b"\x00", b"a\x00b", b"\xff\xfe\xfd", b"\xed\xa0\x80", b"\xc3", "\u202e\u200b\ufeff".encode(),
    "👩‍👩‍👧‍👦".encode() * 50, b"null", b"true", b"-1", b"1e999", b"NaN", b"0" * 400, b"9" * 4_001, b"x" * 9_000,
    b'{"a":{"b":[1,{"c":null}]}}', b"[" * 500, MARK.encode(), b"<script>alert(1)</script>", b"'; DROP TABLE people; --",
    b"%s%s%n", b"{name}{0.__class__}", b"../../etc/passwd", b"a\r\nSet-Cookie: x=1", b"team:support", b"customer:sam",
    b"member:ana", b"admin:ada", b"=cmd|' /C calc'!A0", "二".encode(), "９／１０".encode(), "⭐⭐⭐".encode(),
)  # fmt: skip


@dataclass
class Post:
    """One request as it goes over the wire."""

    path: str
    parts: list[Part] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    boundary: bytes = b"b0undary"
    raw: bytes | None = None

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        lines = [
            b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (self.boundary, name, more, body)
            for name, more, body in self.parts
        ]
        return b"".join(lines) + b"--%b--\r\n" % self.boundary


def _grown(body: bytes, times: int) -> bytes:
    """So many times as long, up to what is far too large: a body may be made huge twice."""
    return body * min(times, max(1, 8_000_000 // len(body)))


class Mutator:
    """Makes posts that were once well formed; the same seed makes the same ones."""

    def __init__(self, seed: int, keys: list[str], link: str) -> None:
        self.random = random.Random(seed)
        self._keys = keys
        self._link = link
        self._number = 0

    def make(self) -> Post:
        self._number += 1
        post = self.random.choice((self._act, self._act, self._act, self._happen, self._page))()
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            self.random.choice(self._mutations)(self, post)
        return post

    def _act(self) -> Post:
        seat, place, sender = self.random.choice(
            (
                ("customer", SAM, SAM),
                ("team", SUPPORT, ANA),
                ("team", DELIVERY, ANA),
                ("admin", "admin:ada", "admin:ada"),
            )
        )
        kind = self.random.choice(("text", "choice", "choice", "form", "form", "media"))
        fields = {
            "id": f"mutant-{self._number:06d}", "seat": seat, "place": place, "sender": sender, "kind": kind,
            "text": self.random.choice(("2", "why sam", "survey pause csat", "agent", "any news?", "numbers nps")),
            "choice": self.random.choice(self._keys), "media": "sticker", "about": "", "label": "2",
            "field.root_cause": "waiting", "field.done": "d", "field.told": "t", "field.until": "3h",
            "field.reason": "r", "field.owner": "nobody", "field.ending": "spam", "field.into": "x",
        }  # fmt: skip
        return Post("/try/act", parts_of(fields))

    def _happen(self) -> Post:
        what = self.random.choice(("ticket_closed", "order_delivered", "delivery_late", "store_visit"))
        fields = {"id": f"mutant-{self._number:06d}", "what": what, "customer": SAM, "team": "support", "agent": "Ben",
                  "reference": "R", "language": "en", "vip": "on"}  # fmt: skip
        return Post("/try/happen", parts_of(fields))

    def _page(self) -> Post:
        token = self._link
        if self.random.random() < 0.5:
            place = self.random.randrange(len(token))
            token = (
                token[:place]
                + self.random.choice(("A", "%00", "%FF", "/", "..", "", "é", "\u202e"))
                + token[place + 1 :]
            )
        fields = {"q.score": "2", "q.why": "w", "lang": "en", "nonce": f"n{self._number}"}
        return Post(f"/s/{quote(token, safe='%')}", parts_of(fields))

    # What goes wrong ---------------------------------------------------------------------------------------------

    def _drop(self, post: Post) -> None:
        if post.parts:
            post.parts.pop(self.random.randrange(len(post.parts)))

    def _double(self, post: Post) -> None:
        post.parts += post.parts[: self.random.randrange(1, 80)]

    def _strange(self, post: Post) -> None:
        self._replace(post, lambda _: self.random.choice(STRANGE))

    def _bitten(self, post: Post) -> None:
        def bite(body: bytes) -> bytes:
            place = self.random.randrange(len(body) + 1)
            return body[:place] + self.random.choice((b":", b"::", b"\x00", b"9", b"\xff", b"")) + body[place + 1 :]

        self._replace(post, bite)

    def _huge(self, post: Post) -> None:
        self._replace(post, lambda body: _grown(body or b"z", self.random.choice((500, 500, 5_000, 40_000))))

    def _odd_part(self, post: Post) -> None:
        more = self.random.choice((
            b'; filename="a.png"\r\nContent-Type: image/png', b'; filename="../../x\x00.html"',
            b"; filename*=utf-8''%ff",
            b"\r\nContent-Transfer-Encoding: base64", b"\r\nContent-Transfer-Encoding: x-none",
            b"\r\nContent-Type: text/plain; charset=utf-99", b"\r\nContent-Encoding: gzip", b"\r\nContent-Length: 7",
            b"\r\nContent-Type: multipart/mixed; boundary=c", b"\r\nContent-Type: application/json", b'"; name="id',
        ))  # fmt: skip
        if post.parts:
            place = self.random.randrange(len(post.parts))
            post.parts[place] = (post.parts[place][0], more, post.parts[place][2])

    def _odd_name(self, post: Post) -> None:
        if post.parts:
            place = self.random.randrange(len(post.parts))
            name = self.random.choice((b"", b"\xff", b"a" * 5_000, b"field.", b"q.score", b"id", b"__proto__"))
            post.parts[place] = (name, *post.parts[place][1:])

    def _odd_body(self, post: Post) -> None:
        whole = post.body()
        post.raw = self.random.choice((
            whole[: self.random.randrange(len(whole))], b"", b"\x00" * 100, whole.replace(b"\r\n", b"\n"),
            json.dumps({"id": [1, {"a": MARK}]}).encode(), b"a=%FF&q.score=%00&a&=&b=" + b"%41" * 2_000,
            b"--b0undary\r\n\r\n\r\n--b0undary--", b"--b0undary", whole.replace(b"b0undary", b"other"),
            bytes(self.random.randrange(256) for _ in range(300)),
        ))  # fmt: skip

    def _odd_headers(self, post: Post) -> None:
        post.headers |= self.random.choice((
            {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "multipart/form-data"}, {"Content-Type": "multipart/form-data; boundary="},
            {"Content-Type": f"multipart/form-data; boundary={'b' * 90}"},
            {"Content-Type": "text/plain; charset=utf-99"},
            {"Content-Type": "multipart/form-data; boundary=b0undary; charset=nonsense"}, {"Content-Encoding": "gzip"},
            {"Content-Encoding": "x-nothing"}, {"Origin": "null"}, {"Origin": "http://[::1"},
            {"Origin": "https://evil.example"}, {"Accept-Language": "zh;q=x,,;q=,*" * 30},
            {"Cookie": "cxbot_lang=%FF; =; a"}, {"Sec-Fetch-Site": "cross-site"},
            {"Content-Type": "multipart/mixed; boundary=b0undary"}, {"Content-Type": ";;;"},
        ))  # fmt: skip

    def _odd_query(self, post: Post) -> None:
        post.path += self.random.choice(
            ("?lang=%FF", "?lang=zh-CN", "?lang=<script>", "?customer=%00", "?" + "a=b&" * 500)
        )

    def _replace(self, post: Post, change: Callable[[bytes], bytes]) -> None:
        if post.parts:
            place = self.random.randrange(len(post.parts))
            name, more, body = post.parts[place]
            post.parts[place] = (name, more, change(body))

    _mutations = (_drop, _double, _strange, _strange, _strange, _bitten, _bitten, _bitten, _huge, _odd_part, _odd_name,
                  _odd_body, _odd_headers, _odd_query)  # fmt: skip


def parts_of(fields: Mapping[str, str]) -> list[Part]:
    return [(name.encode(), b"", value.encode()) for name, value in fields.items()]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(THURSDAY_TEN)


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader", "ignore::aiohttp.BadContentDispositionParam")
async def test_no_broken_post_is_our_fault_and_the_program_goes_on(engine, store_url, clock):
    async with tryout(store_url, clock) as the:
        await the.report("ticket", "closed", SAM)
        await the.writes(SAM, "1")
        keys, link = await what_can_be_pressed(the)
        mutator = Mutator(7, keys, link)
        began = time.monotonic()
        statuses: Counter[int] = Counter()
        faults: list[str] = []
        waiting = asyncio.Semaphore(AT_ONCE)

        async def send(post: Post) -> None:
            async with waiting:
                status, said = await sent(the, post)
            statuses[status] += 1
            if status >= 500 or (status >= 400 and not re.search(r"\w{3}", said)):
                faults.append(f"{status} {said[:200]!r} for {post.path[:80]} {post.headers} {post.body()[:1500]!r}")

        async with asyncio.TaskGroup() as group:
            for _ in range(POSTS):
                group.create_task(send(mutator.make()))
        seconds = time.monotonic() - began
        assert not faults, f"{len(faults)}, the first: {faults[0]}"
        assert set(statuses) <= {200, 400, 403, 404, 409, 410, 411, 413, 415, 422, 429}
        assert min(statuses[200], sum(n for status, n in statuses.items() if status >= 400)) > POSTS // 10
        await nothing_tripped(the)
        await goes_on(the)
    print(f"\n{engine}: {POSTS} broken posts in {seconds:.1f} s: {dict(sorted(statuses.items()))}")


async def what_can_be_pressed(the: Tryout) -> tuple[list[str], str]:
    """Keys that mean something now, and the token of the survey that is open."""
    keys = [*(await the.card(SUPPORT, ANA)).choices.values()]
    for message in await the.phone(SAM):
        keys += message.choices.values()
    async with looking_into(the.app.config.store_url()) as store:
        (case,) = await rows(store, "cases")
        (invitation,) = await rows(store, "invitations")
    keys += [f"c:{action}:{case['id']}" for action in ("undo", "merge", "contacted", "reopen", "nonsense")]
    keys += [f"o:fixed:{case['id']}:{answer}" for answer in ("yes", "no", "not_yet", "x")]
    secret = await the.app.store.read(lambda tx: channel_state.get(tx, "app", "secret"))
    link = make_link(secret, "", invitation["id"], invitation["person_id"], invitation["expires_at"])
    return keys, link.rpartition("/")[2]


async def sent(the: Tryout, post: Post) -> tuple[int, str]:
    headers = {
        "Origin": the.app.url, "Content-Type": f"multipart/form-data; boundary={post.boundary.decode()}", **post.headers
    }  # fmt: skip
    body = post.body()
    try:
        async with the.session.post(f"{the.app.url}{post.path}", data=io.BytesIO(body), headers=headers) as response:
            return response.status, (await response.read()).decode("utf-8", "replace")
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        # Refused while it was still being sent: the server has answered, and has closed the connection.
        return 400, "closed"


async def nothing_tripped(the: Tryout) -> None:
    """No handler was tripped, and nothing that was typed has become part of a page."""
    await the.app.settle()
    async with looking_into(the.app.config.store_url()) as store:
        messages: list[dict[str, Any]] = await rows(store, "outbox")
    assert not [row for row in messages if row["key"] == "refuse.trouble"], "a message tripped its handler"
    assert not [row["reason"] for row in messages if row["state"] == "dead"]
    assert {row["state"] for row in messages if row["due_at"] <= the.clock.now} <= {"sent", "superseded", "cancelled"}
    for lang in ("en", "zh-CN", "zh-TW"):
        params = {"lang": lang, "customer": SAM, "team": SUPPORT, "member": ANA}
        async with the.session.get(f"{the.app.url}/try", params=params) as response:
            page = await response.text()
            assert response.status == 200
            assert MARK not in page
            assert "<script>alert" not in page


async def goes_on(the: Tryout) -> None:
    """Somebody who has nothing to do with it has their whole story."""
    who = "customer:mei"
    answer = await the.report("store", "visited", who)
    assert answer["state"] == "asked"
    question = (await the.phone(who))[-1]
    await the.presses(who, next(iter(question.choices.values())), question.about)
    assert len(await the.phone(who)) > 1
