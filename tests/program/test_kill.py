"""SIGKILL at random moments under load, then the books are checked: nothing accepted is lost, nothing is stuck."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from forked import Child, Zygote, handed_over, zygote
from tryout import ANA, BEN, DAY, MINUTE, SAM, SUPPORT, THURSDAY_TEN, looking_into, multipart, program, rows

from cxbot.api import auth
from cxbot.channels.web import LIMITS
from cxbot.domain import case_timing
from cxbot.store import EngineStore, open_store
from cxbot.testing import FakeClock
from cxbot.transactions import tokens

KILLS = {"sqlite": 50, "postgresql": 30}
ENGAGED = 12
"""Customers at the same time."""
BETWEEN_RUNS = 3 * MINUTE
"""Both clocks go on by this much before each start: leases lapse, reminders and escalations fall due."""
IN_FLIGHT = LIMITS.concurrency
"""Messages one worker may have in flight, as the web channel's limits say."""

pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]


@dataclass
class Run:
    """One life of the program."""

    number: int
    url: str
    first_answer: asyncio.Event = field(default_factory=asyncio.Event)


class Lives:
    """The lives of one program, one after the other; clients wait here while it is down."""

    def __init__(self, source: Zygote, seed: int) -> None:
        self._zygote = source
        self._random = random.Random(seed)
        self._changed = asyncio.Condition()
        self._child: Child | None = None
        self.run: Run | None = None
        self.start_ms: list[float] = []
        self.offset = THURSDAY_TEN - time.time_ns() // 1_000_000

    async def begin(self, number: int) -> None:
        began = time.monotonic()
        self._child = await self._zygote.start(self.offset, number)
        self.start_ms.append((time.monotonic() - began) * 1000)
        async with self._changed:
            self.run = Run(number, self._child.url)
            self._changed.notify_all()

    async def kill(self) -> None:
        """At a random moment: soon after the start, or soon after the first answers were acknowledged."""
        assert self.run is not None
        if self._random.random() < 0.5:
            await asyncio.wait_for(self.run.first_answer.wait(), 30)
            await asyncio.sleep(self._random.uniform(0, 0.08))
        else:
            await asyncio.sleep(self._random.uniform(0.02, 0.2))
        assert self._child is not None
        await self._child.kill()
        self.offset += BETWEEN_RUNS

    async def stop(self) -> None:
        assert self._child is not None
        await self._child.stop()

    async def up(self, after: int = -1) -> Run:
        """The life that is on, later than the one of this number."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.run is not None and self.run.number > after)
            assert self.run is not None
            return self.run


@dataclass
class Books:
    """What the clients were told is kept."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    """Id of an action to its words or its choice."""
    scores: dict[str, str] = field(default_factory=dict)
    """Invitation to the words that the score came with."""
    claims: list[str] = field(default_factory=list)
    lost_connections: int = 0
    repeated: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


class Load:
    """Customers who are asked, answer and explain; a team that claims, and sometimes resolves."""

    def __init__(self, lives: Lives, session: aiohttp.ClientSession, token: str, seed: int) -> None:
        self.lives = lives
        self.books = Books()
        self.ending = False
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"}
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)

    async def engage(self) -> None:
        """One customer after the other, until the end is near; what was begun is brought to its end."""
        while not self.ending:
            number = next(self._numbers)
            who = f"customer:k{number}"
            asked = await self._reports(who, number)
            await self._answers(who, asked)
            if number % 4 == 0:  # the same trouble once more: it joins the case
                await self._answers(who, await self._reports(who, 100_000 + number))
            else:
                await self._works(asked["interaction_id"], resolve=number % 3 == 0)
            if number % 10 == 0:
                await self._happens(number)

    async def _reports(self, who: str, number: int) -> dict[str, Any]:
        body = {
            "id": f"K-{number}", "touchpoint": "ticket", "outcome": "closed", "reference": f"T-{number}",
            "person": {"addresses": [{"channel": "web", "address": who}], "language": "en"},
        }  # fmt: skip
        answer = await self._until_taken("POST", "/api/v1/interactions", json=body, headers=self._headers)
        assert answer["state"] == "asked", answer
        return answer

    async def _answers(self, who: str, asked: dict[str, Any]) -> None:
        await self._acts(who, who, "customer", kind="text", text="2")
        assert self.lives.run is not None
        self.lives.run.first_answer.set()
        self.books.scores[asked["invitation"]["id"]] = words = f"{who} waited {next(self._numbers)} times"
        await self._acts(who, who, "customer", kind="text", text=words)

    async def _works(self, interaction_id: str, *, resolve: bool) -> None:
        """Two colleagues press claim at once; one of them has it."""
        page = await self._until_taken("GET", "/api/v1/cases?state=open&limit=200", headers=self._headers)
        cases = [each["id"] for each in page["items"] if each["interaction_id"] == interaction_id]
        for case in cases:
            await asyncio.gather(
                *(self._acts(SUPPORT, who, "team", kind="choice", choice=f"c:claim:{case}") for who in (ANA, BEN))
            )
            self.books.claims.append(case)
            if resolve:
                form = {"field.root_cause": "waiting", "field.done": "Called", "field.told": "We are sorry."}
                await self._acts(SUPPORT, ANA, "team", kind="form", choice=f"c:resolve:{case}", **form)

    async def _happens(self, number: int) -> None:
        fields = {"id": f"happen-{number:05d}", "what": "store_visit", "customer": SAM}
        await self._until_taken("POST", "/try/happen", form=fields)

    async def _acts(self, place: str, sender: str, seat: str, **fields: str) -> None:
        act_id = f"act-{next(self._numbers):08d}"
        fields = {"id": act_id, "seat": seat, "place": place, "sender": sender, **fields}
        answer = await self._until_taken("POST", "/try/act", form=fields)
        self.books.repeated += answer["repeated"]
        self.books.acknowledged[act_id] = fields.get("text") or fields["choice"]

    async def _until_taken(
        self, method: str, path: str, *, form: dict[str, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Sends the same request again and again until it is answered well."""
        run = await self.lives.up()
        while True:
            if form is not None:
                more = {"data": multipart(form), "headers": {"Origin": run.url}}
            try:
                async with self._session.request(method, f"{run.url}{path}", **more) as response:
                    self.books.statuses[response.status] += 1
                    if response.status < 300:
                        return dict(await response.json())
                    assert response.status == 503, (response.status, await response.text())
                    await asyncio.sleep(0.005)  # it listens, and is about to be ready
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                self.books.lost_connections += 1
                run = await self.lives.up(after=run.number)


async def test_kill_minus_nine_at_any_moment_loses_nothing(engine: str, store_url: str, tmp_path: Path):
    seed, kills = 20251120, KILLS[engine]
    token, kept = auth.new_token()
    opened = await open_store(store_url)
    await opened.run(tokens.create, "load", kept, THURSDAY_TEN)
    await opened.close()
    began = time.monotonic()
    async with zygote(store_url, tmp_path) as source, aiohttp.ClientSession() as session:
        lives = Lives(source, seed)
        load = Load(lives, session, token, seed)
        async with asyncio.TaskGroup() as customers:
            for _ in range(ENGAGED):
                customers.create_task(load.engage())
            for number in range(kills):
                await lives.begin(number)
                await lives.kill()
            load.ending = True
            await lives.begin(kills)
        await lives.stop()
    seconds = time.monotonic() - began
    assert (tmp_path / "errors").read_text() == ""
    clock = FakeClock(time.time_ns() // 1_000_000 + lives.offset + BETWEEN_RUNS)
    async with program(store_url, clock) as app, looking_into(store_url) as store:
        await app.settle()
        figures = await check_nothing_is_lost(store, load.books)
        figures |= await check_nothing_is_stuck(store, clock.now)
        figures |= await check_repeats(store, tmp_path)
        for days in (30, 10):  # first what is asked late, then what that leads to
            clock.advance(days * DAY)
            await app.settle()
        await check_all_came_to_an_end(store, clock.now)
    figures = {
        "kills": kills, "seconds": round(seconds, 1), "start ms (median)": round(sorted(lives.start_ms)[kills // 2]),
        "acknowledged": len(load.books.acknowledged), "connections lost": load.books.lost_connections,
        "resent and already seen": load.books.repeated, **figures,
    }  # fmt: skip
    print(f"\n{engine}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))


async def check_nothing_is_lost(store: EngineStore, books: Books) -> dict[str, int]:
    """Every acknowledged action was seen, and acted upon once."""
    seen = Counter(row["id"] for row in await rows(store, "inbox"))
    assert all(seen[each] == 1 for each in books.acknowledged)
    responses = {row["invitation_id"]: row for row in await rows(store, "responses")}
    assert len(responses) == len(await rows(store, "responses")), "an invitation was answered twice"
    answers: dict[str, dict[str, Any]] = {}
    for row in await rows(store, "answers"):
        answers.setdefault(row["response_id"], {})[row["question"]] = json.loads(row["value"])
    for invitation, words in books.scores.items():
        response = responses[invitation]
        assert (response["score"], response["state"]) == (2, "complete")
        assert answers[response["id"]] == {"score": 2, "why": words}
    cases = await rows(store, "cases")
    assert set(Counter((case["person_id"], case["cause"]) for case in cases).values()) == {1}
    unhappy = {response["person_id"] for response in responses.values()}
    assert {case["person_id"] for case in cases} == unhappy
    events = Counter((row["subject_id"], row["kind"]) for row in await rows(store, "events"))
    assert all(events[case["id"], "opened"] == 1 for case in cases)
    assert all(events[case, "claimed"] == 1 for case in books.claims)
    return {"answers kept": len(books.scores), "cases": len(cases), "claims": len(books.claims)}


async def check_nothing_is_stuck(store: EngineStore, now: int) -> dict[str, int]:
    """Every message that was due has left, every case has its alert, every timer stands in the future."""
    outbox = await rows(store, "outbox")
    states = Counter(row["state"] for row in outbox)
    assert not {"sending", "held", "dead", "dropped"} & set(states), states
    assert all(row["due_at"] > now for row in outbox if row["state"] == "queued")
    alerts = {row["id"]: row for row in outbox if row["kind"] == "card"}
    storms = {row["order_key"] for row in outbox if row["key"] == "incident.card" and row["state"] == "sent"}
    cases = await rows(store, "cases")
    for case in cases:
        if case["incident_id"] and not case["card_id"]:
            assert case["incident_id"] in storms, "a case of a storm is counted on its card"
            continue
        assert alerts[case["card_id"]]["state"] == "sent"
        step = case_timing.next_step(case)
        assert case["due_at"] == step.at
        assert step.at > now or step.kind == "none"
    for invitation in await rows(store, "invitations"):
        assert invitation["state"] in ("asked", "done", "not_asked", "waiting"), invitation
        assert invitation["due_at"] > now or invitation["ended_at"]
    steps = Counter(row["kind"] for row in await rows(store, "events"))
    return {"messages sent": states["sent"], "reminders": steps["remind"], "escalations": steps["escalate"]}


async def check_repeats(store: EngineStore, folder: Path) -> dict[str, int]:
    """A kill repeats at most what was in flight; no conversation is out of order."""
    outbox = {row["id"]: row for row in await rows(store, "outbox")}
    handed = [(run, row) for run, _, row in handed_over(folder)]
    times = Counter(row for _, row in handed)
    assert set(Counter(handed).values()) == {1}, "a message was repeated without a kill in between"
    runs_of: dict[str, list[int]] = {}
    for run, row in handed:
        runs_of.setdefault(row, []).append(run)
    repeated_for = Counter(run for runs in runs_of.values() for run in runs[:-1])
    assert all(n <= IN_FLIGHT for n in repeated_for.values()), repeated_for
    assert all(row["attempts"] >= times[row["id"]] for row in outbox.values())
    last_of: dict[str, int] = {}
    for row_id in dict.fromkeys(row for _, row in handed):
        row = outbox[row_id]
        if row["due_at"] == row["created_at"]:
            assert row["seq"] > last_of.get(row["order_key"], 0), "a message overtook another of its conversation"
            last_of[row["order_key"]] = row["seq"]
    again = sum(n - 1 for n in times.values())
    leases = sum(row["attempts"] - 1 for row in outbox.values() if row["attempts"] > 1)
    most = max(repeated_for.values(), default=0)
    return {"leases lapsed": leases, "messages repeated": again, "most after one kill": most}


async def check_all_came_to_an_end(store: EngineStore, now: int) -> None:
    """A month later no survey is open; each case was closed in silence, or its team goes on hearing of it."""
    assert {row["state"] for row in await rows(store, "invitations")} <= {"done", "expired", "not_asked"}
    for case in await rows(store, "cases"):
        if case["state"] == "closed":
            assert case["due_at"] == 0
        else:
            assert case["escalations"] >= 2
            assert case["due_at"] > now
    states = {row["state"] for row in await rows(store, "outbox") if row["due_at"] <= now}
    assert states <= {"sent", "superseded", "cancelled", "dropped"}, states
