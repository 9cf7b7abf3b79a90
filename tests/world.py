"""A small company on a store of either engine, the people around it, and what they do."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cxbot.clock import Audit, DueWork, due
from cxbot.delivery import Delivery
from cxbot.domain.survey import Survey, read_survey
from cxbot.inbound import receive
from cxbot.ports import Inbound, Limits, Media, Outgoing, Receipt, Row
from cxbot.store import EngineStore, open_store, statements
from cxbot.testing import FakeChannel, FakeClock, NumberedIds
from cxbot.transactions import deliveries, interactions, settings, surveys, teams
from handlers import dialogue

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
THURSDAY_TEN = 1_763_604_000_000
"""Thursday 20 November 2025, 10:00 in Shanghai."""

SAM, MEI, YITING = "customer:sam", "customer:mei", "customer:yiting"
ANA, BEN, WEI, ADA = "member:ana", "member:ben", "member:wei", "admin:ada"
SUPPORT, DELIVERY = "team:support", "team:delivery"
PLACES = {ANA: SUPPORT, BEN: SUPPORT, WEI: DELIVERY}
PEOPLE: Mapping[str, dict[str, Any]] = {
    SAM: {"name": "Sam Rivera", "language": "en", "time_zone": "Asia/Shanghai"},
    MEI: {"name": "林美", "language": "zh-CN", "time_zone": "Asia/Shanghai", "vip": True},
    YITING: {"name": "陳怡婷", "language": "zh-TW", "time_zone": "Asia/Taipei"},
}
TEAMS: Mapping[str, dict[str, Any]] = {
    "support": {
        "name": "Support",
        "channel": "web",
        "place": SUPPORT,
        "time_zone": "Asia/Shanghai",
        "touchpoints": ["ticket", "account", "store"],
        "policy": {"escalate_to": "delivery"},
        "members": [
            {"address": f"web:{ANA}", "name": "Ana", "role": "lead", "language": "en"},
            {"address": f"web:{BEN}", "name": "Ben", "role": "member", "language": "en"},
        ],
    },
    "delivery": {
        "name": "Delivery",
        "channel": "web",
        "place": DELIVERY,
        "language": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "touchpoints": ["delivery"],
        "members": [{"address": f"web:{WEI}", "name": "小伟", "role": "lead", "language": "zh-CN"}],
    },
}
TABLES = (
    "absences",
    "addresses",
    "answers",
    "approvals",
    "cadence_runs",
    "cadences",
    "case_requests",
    "case_steps",
    "cases",
    "decisions",
    "events",
    "files",
    "improvement_customers",
    "improvements",
    "forgotten",
    "follow_ups",
    "command_turns",
    "covers",
    "grants",
    "inbox",
    "incidents",
    "interactions",
    "invitations",
    "outbox",
    "people",
    "remarks",
    "responses",
    "rollups",
    "spent_links",
)
_ORDER = {
    "addresses": "channel, address",
    "answers": "answered_at, question",
    "case_steps": "case_id, number",
    "events": "happened_at, id",
    "files": "key",
    "improvement_customers": "improvement_id, person_id",
    "forgotten": "code",
    "command_turns": "asked_at, id",
    "inbox": "arrived_at, id",
    "rollups": "day, survey, band, score",
    "spent_links": "spent_at, token_hash",
}

_BROKEN = {
    "set_policy": "UPDATE cases SET policy = :policy WHERE id = :id",
    "forget_owner": "UPDATE cases SET state = 'resolved', confirm = 'yes', owner_id = '', due_at = 0 WHERE id = :id",
    "lose_case": "DELETE FROM cases WHERE id = :id",
    "hold_for_ever": "UPDATE outbox SET state = 'held', expires_at = 0 WHERE id = :id",
    "send_for_ever": "UPDATE outbox SET state = 'sending', lease_until = :lease_until WHERE id = :id",
}


@cache
def every_statement() -> Mapping[str, statements.Statement]:
    """The program's own statements and, besides, one that reads the whole of each table, and some that break a row."""
    every = "".join(
        f"-- name: {table}\n-- Everything in it.\nSELECT * FROM {table} ORDER BY {_ORDER.get(table, 'id')}\n\n"
        for table in TABLES
    )
    broken = "\n\n".join(f"-- name: {name}\n-- Breaks a row.\n{text}" for name, text in _BROKEN.items())
    return {**statements.load(), **statements.parse(every + broken, "every")}


@cache
def shipped_surveys() -> tuple[Survey, ...]:
    """The surveys that come with the program."""
    files = sorted(Path(__file__).parent.parent.glob("surveys/*.toml"))
    return tuple(read_survey(file.read_text(encoding="utf-8"), file.name) for file in files)


class World:
    """Everything but the network: the store, the loops, the handlers, two fake channels and a clock that is wound."""

    def __init__(self, store: EngineStore, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.web = FakeChannel("web", Limits(per_second=0))
        self.slack = FakeChannel("slack", Limits(per_second=0))
        channels = {"web": self.web, "slack": self.slack}
        self.delivery = Delivery(store, clock.clock, channels, worker="w1")
        self.due = DueWork(store, clock.clock)
        self.audit = Audit(store, clock.clock)
        handle = dialogue.handling({name: channel.limits for name, channel in channels.items()})
        self.deliver = receive(store, clock.clock, handle)
        self._numbers = itertools.count(1)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[World]:
        """A seeded world on an empty migrated store; Thursday at ten in the morning."""
        store = await open_store(url, new_id=NumberedIds(), statements=every_statement())
        async with cls.over(store) as world:
            yield world

    @classmethod
    @contextlib.asynccontextmanager
    async def over(cls, store: EngineStore) -> AsyncIterator[World]:
        """The same on a store that is open."""
        try:
            world = cls(store, FakeClock(THURSDAY_TEN))
            await store.run(_seed, world.clock.now)
            yield world
        finally:
            await store.close()

    @property
    def now(self) -> int:
        """Business time, epoch ms."""
        return self.clock.now

    # What happens, and what people do --------------------------------------------------------------------------------

    async def happens(self, touchpoint: str, outcome: str = "", who: str = SAM, *, settle: bool = True, **more: Any):
        """Another system reports an interaction of a customer; gives what became of it."""
        name = more.pop("id", f"X-{next(self._numbers)}")
        body = {
            "id": name,
            "touchpoint": touchpoint,
            "outcome": outcome,
            "person": more.pop("person", {"addresses": [{"channel": "web", "address": who}], **PEOPLE.get(who, {})}),
            "reference": name,
            **more,
        }
        taken = await self.store.run(interactions.take, body, "crm", self.now)
        if settle:
            await self.settle()
        return taken

    async def ticket_closed(self, who: str = SAM, **more: Any):
        """A ticket is closed: the customer is asked for the CSAT."""
        return await self.happens("ticket", "closed", who, **more)

    async def unhappy(self, who: str = SAM, score: int = 2, words: str = "") -> Row:
        """A ticket is closed and the customer is unhappy with it; gives the case."""
        await self.ticket_closed(who)
        await self.writes(who, str(score))
        if words:
            await self.writes(who, words)
        return (await self.all("cases"))[-1]

    async def writes(self, who: str, text: str, **more: Any) -> Receipt:
        """Somebody writes, where they usually do."""
        return await self.acts(who, kind="text", text=text, **more)

    async def presses(self, who: str, choice: str, **more: Any) -> Receipt:
        """Somebody presses a choice."""
        return await self.acts(who, kind="choice", choice=choice, **more)

    async def fills_in(self, who: str, choice: str, /, **fields: str) -> Receipt:
        """Somebody sends the form that a choice opened."""
        return await self.acts(who, kind="form", choice=choice, fields=fields)

    async def sends(self, who: str, kind: str, **more: Any) -> Receipt:
        """Somebody sends a picture, a voice message, a sticker."""
        size = more.pop("size", 1000)
        return await self.acts(who, kind="media", media=Media(kind, name=more.pop("name", ""), size=size), **more)

    async def acts(self, who: str, *, settle: bool = True, **more: Any) -> Receipt:
        """One inbound action; all it led to is delivered unless `settle` is off."""
        more.setdefault("id", f"in-{next(self._numbers)}")
        more.setdefault("channel", "web")
        more.setdefault("place", PLACES.get(who, who))
        receipt = await self.deliver(Inbound(sender=who, **more))
        if settle:
            await self.settle()
        return receipt

    async def resolves(self, who: str, case: Row, told: str = "We have refunded you.") -> Receipt:
        """Somebody of the team resolves a case."""
        fields = {"root_cause": "waiting", "done": "Called them", "told": told}
        return await self.fills_in(who, f"c:resolve:{case['id']}", **fields)

    async def later(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Time goes on, and what fell due is done."""
        self.clock.advance(int(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND))
        await self.settle()

    async def settle(self) -> None:
        """Does what is due and delivers what may leave, until nothing does."""
        for _ in range(20):
            restless = await self.store.read(self._restless)
            if not restless or not await self.due.drain(self.now) + await self.delivery.drain():
                return
        raise AssertionError("it never comes to rest")

    def _restless(self, tx: Any) -> bool:
        """Whether there is anything to do: one read, for most of a test's time nothing is."""
        now, machine = self.now, self.clock.machine
        queued = any(deliveries.look(tx, name, now, machine) for name in self.delivery.channels)
        return queued or bool(due(tx, now, 1)) or deliveries.untidy(tx, now, machine)

    # What is to be seen -----------------------------------------------------------------------------------------------

    async def all(self, table: str, **wanted: Any) -> list[Row]:
        """The rows of a table in which the wanted columns say so, oldest first."""
        rows = await self.store.read(lambda tx: tx.all(f"every.{table}"))
        return [row for row in rows if all(row[column] == value for column, value in wanted.items())]

    async def the(self, table: str, **wanted: Any) -> Row:
        """The one such row."""
        rows = await self.all(table, **wanted)
        assert len(rows) == 1, rows
        return rows[0]

    async def reload(self, case: Row) -> Row:
        """The case as it is now."""
        return await self.the("cases", id=case["id"])

    async def reasons(self, what: str) -> list[str]:
        """The reasons of recorded decisions, oldest first."""
        return [row["reason"] for row in await self.all("decisions", what=what)]

    async def history(self, case: Row) -> list[str]:
        """What was done to a case, oldest first."""
        return [row["kind"] for row in await self.all("events", subject_id=case["id"])]

    async def person(self, name: str) -> Row:
        """Somebody by name."""
        return await self.the("people", name=name)

    def texts(self, address: str, since: int = 0) -> list[str]:
        """What an address was told on the web channel, oldest first."""
        return self.web.texts(address)[since:]

    def last(self, address: str) -> Outgoing:
        """The newest message to an address on the web channel."""
        return [message for message in self.web.sent if message.address == address][-1]

    def cards(self, place: str = SUPPORT) -> list[Outgoing]:
        """The alerts drawn in a team's channel, oldest first."""
        return [message for message in self.web.sent if message.address == place and message.facts]


def keys_of(rows: list[Row]) -> list[str]:
    """The message keys of outbox rows."""
    return [row["key"] for row in rows]


def arguments(row: Row) -> dict[str, Any]:
    """The arguments of an outbox row, an event or a decision."""
    loaded: dict[str, Any] = json.loads(row["args" if "args" in row else "detail"])
    return loaded


def _seed(tx: Any, now: int) -> None:
    company = {"name": {"en": "Harbour"}, "privacy_url": "https://example.com/privacy", "time_zone": "Asia/Shanghai"}
    settings.put(tx, "company", {**company, "language": "en"})
    teams.seed(tx, TEAMS, now)
    teams.seed_owners(tx, [{"channel": "web", "address": ADA, "name": "Ada", "language": "en"}], now)
    for survey in shipped_surveys():
        surveys.seed(tx, survey, survey.key, now)


async def says(world: World, *lines: str, who: str = ADA, place: str = ADA) -> str:
    """All that a place is told on the last line."""
    before = 0
    for line in lines:
        before = len(world.texts(place))
        await world.writes(who, line, place=place)
    return "\n".join(world.texts(place, before))
