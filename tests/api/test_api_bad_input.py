"""Ten thousand broken requests: each is refused with a reason, or taken, and never our fault."""

from __future__ import annotations

import asyncio
import copy
import io
import json
import random
from collections import Counter
from urllib.parse import quote

from yarl import URL

REQUESTS = {"sqlite": 10_000, "postgresql": 2_000}
"""What is broken is refused before the store is asked: most of it need not be tried on both."""
AT_ONCE = 16
NASTY = [
    None, True, False, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 2**64, 10**40, 1e308, -1e308, 5e-324,
    "", " ", "\x00", "a\x00b", "\x1b[2J", "\u202e", "\ud800", "\udfff", "\U0001f600" * 40, "x" * 65, "x" * 9_000,
    "'; DROP TABLE people; --", "%s%n", "{}", ":id", "::", "../../etc/passwd", "<script>", "=1+1", "Asia",
    "zh-" * 30, "NaN", "2025-02-30T00:00:00Z", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z",
    [], {}, [[]], [None], {"": ""}, {"a": {"b": {"c": []}}}, ["x"] * 600, {str(n): n for n in range(60)},
]  # fmt: skip
BODY = {
    "id": "T-1", "source": "shop", "touchpoint": "ticket", "stage": "support", "outcome": "closed",
    "happened_at": "2025-11-20T09:30:00+08:00",
    "person": {
        "id": "C-1",
        "addresses": [{"channel": "web", "address": "customer:sam"}, {"channel": "slack", "address": "U1"}],
        "name": "Sam",
        "language": "en", "time_zone": "Asia/Shanghai", "segment": "retail", "value": 7, "vip": True,
        "attributes": {"tier": "gold", "n": 1},
    },
    "team": "support", "agent": "Ben", "reference": "#1", "attributes": {"city": "Oslo"}, "closed_by": "agent",
    "auto_closed": False, "internal": False, "survey": True, "reopened": False,
}  # fmt: skip


class Mutator:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def request(self, n: int) -> tuple[str, str, bytes]:
        """Method, path and body."""
        pick = self._random.random()
        if pick < 0.7:
            return "POST", "/interactions", self._raw(self._body(n))
        if pick < 0.8:
            items = [self._body(n * 10 + k) for k in range(self._random.randrange(6))]
            return "POST", "/interactions:batch", self._raw({"interactions": items} if pick < 0.75 else items)
        if pick < 0.85:
            return "POST", f"/interactions/{self._word()}:reopen?source={self._word()}", b""
        kind = self._random.choice(["invitations", "responses", "cases"])
        if pick < 0.9:
            return "GET", f"/{kind}/{self._word()}", b""
        names = ["cursor", "limit", "since", "until", "touchpoint", "team", "state", self._word()]
        query = "&".join(f"{self._random.choice(names)}={self._word()}" for _ in range(self._random.randrange(1, 5)))
        return "GET", f"/{kind}?{query}", b""

    def _body(self, n: int) -> object:
        body = json.loads(json.dumps({**BODY, "id": f"T-{self._random.randrange(n // 2 + 1)}"}))
        for _ in range(self._random.randrange(4)):
            body = self._mutated(body)
        return body

    def _mutated(self, body: object) -> object:
        places = list(self._places(body))
        if not places:
            return copy.deepcopy(self._random.choice(NASTY))
        holder, key = self._random.choice(places)
        match self._random.randrange(6):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[self._random.choice(["extra", "person", "id", "", "\x00", "a/b~", "x" * 300])] = copy.deepcopy(
                    holder[key]
                )
            case 2 if isinstance(holder, list):
                holder.extend(copy.deepcopy(holder * self._random.randrange(1, 20)))
            case _:
                holder[key] = copy.deepcopy(self._random.choice(NASTY))
        return body

    def _places(self, part: object):
        items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for key, value in list(items):
            yield part, key
            yield from self._places(value)

    def _raw(self, body: object) -> bytes:
        raw = bytearray(json.dumps(body, ensure_ascii=self._random.random() < 0.5).encode("utf-8", "surrogatepass"))
        if self._random.random() < 0.15:
            for _ in range(self._random.randrange(1, 4)):
                at = self._random.randrange(len(raw) + 1)
                match self._random.randrange(3):
                    case 0:
                        raw[at : at + 1] = bytes([self._random.randrange(256)])
                    case 1:
                        raw[at:at] = self._random.randbytes(self._random.randrange(1, 9))
                    case _:
                        del raw[at:]
        return bytes(raw)

    def _word(self) -> str:
        word = self._random.choice([*NASTY, "T-1", "done", "1763632800000-a", "csat", "7"])
        return quote(str(word).encode("utf-8", "surrogatepass")[: self._random.choice([9, 90, 900])], safe="")


async def test_thousands_of_broken_requests_are_refused_with_a_reason_or_taken(client, engine):
    sent = REQUESTS[engine]
    mutator = Mutator(20_251_120)
    requests = iter([mutator.request(n) for n in range(sent)])
    statuses: Counter[int] = Counter()
    wrong: list[object] = []
    root = client.make_url("/api/v1")

    async def send_some() -> None:
        for method, path, raw in requests:
            async with client.session.request(
                method, URL(f"{root}{path}", encoded=True), data=io.BytesIO(raw)
            ) as response:
                body = await response.json()
                statuses[response.status] += 1
                reasoned = (
                    response.status < 300
                    or "results" in body
                    or (body["error"]["message"] and body["error"]["what_to_do"])
                )
                worst = max([response.status, *(item["status"] for item in body.get("results", ()))])
                if worst >= 500 or not reasoned:
                    wrong.append((method, path, raw, response.status, body))

    await asyncio.gather(*(send_some() for _ in range(AT_ONCE)))
    assert wrong == []
    assert sum(statuses.values()) == sent
    assert statuses[202] > sent / 10, "the mutations must not be so coarse that nothing gets in"
    assert statuses[422] > sent * 0.3
    assert {400, 404, 409} <= set(statuses)
    print(dict(statuses))
