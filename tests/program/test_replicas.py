"""Several replicas on one PostgreSQL: nothing is claimed twice, nothing is done twice, whoever is asked."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from forked import Child, handed_over, zygote
from tryout import ANA, BEN, DAY, MINUTE, SUPPORT, THURSDAY_TEN, every, looking_into, multipart, program, rows

from cxbot.clock import DueWork, due
from cxbot.delivery import Delivery
from cxbot.inbound import receive
from cxbot.ports import Inbound, Limits, Outcome, Outgoing, Sent, Tx
from cxbot.store import EngineStore, open_store
from cxbot.testing import FakeClock
from cxbot.transactions import interactions, outbox
from handlers import dispatch

WORKERS = 4
CONVERSATIONS = 160
MESSAGES = 13
"""In each conversation."""
ASKED = 120
"""People with an open survey; every second one is unhappy."""


class Recording:
    """A channel that counts what it is handed, with whom of several workers it was."""

    name = "web"
    limits = Limits(per_second=0)

    def __init__(self, worker: str, handed: list[tuple[str, str]]) -> None:
        self._worker = worker
        self._handed = handed

    async def send(self, outgoing: Outgoing) -> Outcome:
        self._handed.append((self._worker, outgoing.row_id))
        await asyncio.sleep(0)
        return Sent(outgoing.row_id)


class Replica:
    """The loops of one replica, with a store of its own."""

    def __init__(self, name: str, store: EngineStore, clock: FakeClock, handed: list[tuple[str, str]]) -> None:
        self.store = store
        self.clock = clock
        self.delivery = Delivery(store, clock.clock, {"web": Recording(name, handed)}, worker=name)
        self.due = DueWork(store, clock.clock)
        self.deliver = receive(store, clock.clock, dispatch.handle)

    async def work(self) -> None:
        """Does and delivers until nothing is left for anybody."""
        while True:
            await self.due.drain(self.clock.now)
            await self.delivery.drain()
            if not await self.store.read(self._left):
                return

    def _left(self, tx: Tx) -> bool:
        states = {row["state"] for row in tx.all("every.outbox") if row["due_at"] <= self.clock.now}
        return bool(states & {"queued", "sending"}) or bool(due(tx, self.clock.now, 1))


@pytest.fixture
async def url(postgres) -> AsyncIterator[str]:
    """A seeded database."""
    made = postgres.migrated()
    async with program(made, FakeClock(THURSDAY_TEN)):
        pass
    yield made
    postgres.drop(made)


@contextlib.asynccontextmanager
async def replicas(url: str, clock: FakeClock, handed: list[tuple[str, str]]) -> AsyncIterator[list[Replica]]:
    async with contextlib.AsyncExitStack() as stack:
        opened = []
        for number in range(WORKERS):
            store = await open_store(url, statements=every())
            stack.push_async_callback(store.close)
            opened.append(Replica(f"w{number}", store, clock, handed))
        yield opened


def say_much(tx: Tx, now: int) -> None:
    """A dozen messages and one in each of many conversations."""
    for number, place in itertools.product(range(MESSAGES), range(CONVERSATIONS)):
        to = {"channel": "web", "address": f"customer:c{place}", "language": "en"}
        outbox.say(tx, now, kind="verbatim", args={"text": f"{number}"}, **to)


def ask(tx: Tx, now: int, number: int) -> interactions.Taken | interactions.Conflict:
    """Somebody's ticket was closed."""
    person = {"addresses": [{"channel": "web", "address": f"customer:p{number}"}]}
    return interactions.take(
        tx, {"id": f"T-{number}", "touchpoint": "ticket", "outcome": "closed", "person": person}, "crm", now
    )


def said(number: int, text: str, who: str) -> Inbound:
    return Inbound(id=f"in-{number}", channel="web", place=who, sender=who, kind="text", text=text)


async def test_four_workers_claim_and_fire_nothing_twice(url: str):
    clock = FakeClock(THURSDAY_TEN)
    handed: list[tuple[str, str]] = []
    async with replicas(url, clock, handed) as four:
        first = four[0]
        await first.store.run(say_much, clock.now)
        await asyncio.gather(*(four[n % WORKERS].store.run(ask, clock.now, n) for n in range(ASKED)))
        await asyncio.gather(*(four[n % WORKERS].deliver(said(n, "2", f"customer:p{n}")) for n in range(0, ASKED, 2)))
        began = time.monotonic()
        await asyncio.gather(*(each.work() for each in four))
        seconds = time.monotonic() - began
        clock.advance(31 * MINUTE)
        for each in (1, 2):  # reminders of the cases, then nudges of the surveys
            await asyncio.gather(*(each.work() for each in four))
            clock.advance(each * DAY)
        sends = Counter(row for _, row in handed)
        messages = await rows(first.store, "outbox")
        assert {row["state"] for row in messages} <= {"sent", "superseded", "queued", "cancelled"}
        assert all(sends[row["id"]] == (row["state"] == "sent") for row in messages)
        assert all(row["attempts"] <= 1 for row in messages)
        assert len({worker for worker, _ in handed}) > 1, "one worker did everything"
        check_order(messages, [row for _, row in handed])
        cases = await rows(first.store, "cases")
        fired = Counter((row["subject_id"], row["kind"]) for row in await rows(first.store, "events"))
        assert len(cases) == ASKED // 2
        assert {fired[case["id"], "remind"] for case in cases} <= {1, 2}
        reminders = Counter(row["case_id"] for row in messages if row["key"] == "case.reminder")
        alone = [case for case in cases if not case["incident_id"]]
        assert all(reminders[case["id"]] == fired[case["id"], "remind"] for case in alone)
        assert sum(row["key"] == "incident.waits" for row in messages) <= 3, "a storm speaks once for all its cases"
        for invitation in await rows(first.store, "invitations"):
            questions = [row for row in messages if row["invitation_id"] == invitation["id"] and not row["replaces"]]
            asked_again = [row for row in questions if "customer.nudge" in row["args"]]
            assert len(asked_again) == invitation["nudges"] == (0 if invitation["response_id"] else 1)
    share = sorted(Counter(worker for worker, _ in handed).values())
    print(f"\n{len(handed)} messages by {WORKERS} workers {share}, each once; those due at once in {seconds:.1f} s")


async def test_the_same_message_at_two_replicas_at_once_acts_once_and_one_of_two_claims_wins(url: str):
    clock = FakeClock(THURSDAY_TEN)
    async with replicas(url, clock, []) as four:
        one, two = four[:2]
        for number in range(20):
            who = f"customer:p{number}"
            taken = await asyncio.gather(one.store.run(ask, clock.now, number), two.store.run(ask, clock.now, number))
            assert sorted(each.repeated for each in taken) == [False, True]
            assert len({each.invitation_id for each in taken}) == 1
            message = said(number, "2", who)
            receipts = await asyncio.gather(one.deliver(message), two.deliver(message))
            assert sorted(each.repeated for each in receipts) == [False, True]
        cases = await rows(one.store, "cases")
        assert len(cases) == len(await rows(one.store, "responses")) == 20
        for number, case in enumerate(cases):
            claims = [
                Inbound(id=f"claim-{number}-{who}", channel="web", place=SUPPORT, sender=who, kind="choice",
                        choice=f"c:claim:{case['id']}")
                for who in (ANA, BEN)
            ]  # fmt: skip
            won = await asyncio.gather(one.deliver(claims[0]), two.deliver(claims[1]))
            assert len({receipt.notice.partition(" ")[0] for receipt in won} & {"Case"}) == 1
            assert sum("already has this case" in receipt.notice for receipt in won) == 1
        claimed = Counter(row["subject_id"] for row in await rows(one.store, "events") if row["kind"] == "claimed")
        assert claimed == {case["id"]: 1 for case in cases}


async def test_replicas_in_processes_of_their_own_start_at_once_on_an_empty_database_and_share_the_work(
    postgres, tmp_path: Path
):
    made = postgres.empty()
    offset = THURSDAY_TEN - time.time_ns() // 1_000_000
    async with zygote(made, tmp_path) as source, aiohttp.ClientSession() as session:
        four = await source.start_at_once(offset, range(WORKERS))
        async with looking_into(made) as store:
            await check_seeded_once(store)
            await store.run(say_much, time.time_ns() // 1_000_000 + offset)
            await until_all_left(store, offset)
            await act_at_two_at_once(session, four, store)
            await until_all_left(store, offset)
            messages = {row["id"]: row for row in await rows(store, "outbox")}
        for child in four:
            await child.stop()
    assert (tmp_path / "errors").read_text() == ""
    handed = handed_over(tmp_path)
    assert set(Counter(row for _, _, row in handed).values()) == {1}
    assert {row for _, _, row in handed} == {row["id"] for row in messages.values() if row["state"] == "sent"}
    share = Counter(pid for _, pid, _ in handed)
    assert len(share) > 1, "one process did everything"
    print(f"\n{len(handed)} messages by {WORKERS} processes {sorted(share.values())}, each once")
    postgres.drop(made)


async def check_seeded_once(store: EngineStore) -> None:
    people = Counter(row["name"] for row in await rows(store, "people"))
    assert people["Ana"] == people["Ada"] == people["Sam Rivera"] == 1
    live = await store.read(lambda tx: tx.all("surveys.all_live"))
    assert {row["version"] for row in live} == {1}


async def until_all_left(store: EngineStore, offset: int) -> None:
    """Four processes are at it; nothing tells us when they are done but the store."""
    now = time.time_ns() // 1_000_000 + offset
    until = time.monotonic() + 60
    left = True
    while left:
        assert time.monotonic() < until
        await asyncio.sleep(0.1)
        messages = [row for row in await rows(store, "outbox") if row["due_at"] <= now]
        left = bool({row["state"] for row in messages} & {"queued", "sending"})


async def act_at_two_at_once(session: aiohttp.ClientSession, four: Sequence[Child], store: EngineStore) -> None:
    """The same click, sent to two replicas as a retrying proxy would; two colleagues who claim at two replicas."""

    async def acts(child: Child, **fields: str) -> dict[str, Any]:
        origin = {"Origin": child.url}
        async with session.post(f"{child.url}/try/act", data=multipart(fields), headers=origin) as response:
            assert response.status == 200
            return dict(json.loads(await response.text()))

    pairs = itertools.cycle(itertools.combinations(four, 2))
    happen = {"what": "ticket_closed", "customer": "customer:sam", "id": "happen-0001"}
    async with session.post(
        f"{four[0].url}/try/happen", data=multipart(happen), headers={"Origin": four[0].url}
    ) as done:
        assert done.status == 200
    for number, text in enumerate(("2", "Nobody came", "Still nobody", "And again nobody", "hello?", "agent")):
        fields = {"id": f"sam-{number:05d}", "seat": "customer", "place": "customer:sam", "sender": "customer:sam",
                  "kind": "text", "text": text}  # fmt: skip
        answers = await asyncio.gather(*(acts(child, **fields) for child in next(pairs)))
        assert sorted(each["repeated"] for each in answers) == [False, True]
    for case in await rows(store, "cases"):
        press = {"seat": "team", "place": SUPPORT, "kind": "choice", "choice": f"c:claim:{case['id']}"}
        presses = zip(next(pairs), (ANA, BEN), strict=True)
        answers = await asyncio.gather(
            *(acts(child, id=f"{who.replace(':', '-')}-{case['code']}", sender=who, **press) for child, who in presses)
        )
        assert sum("already has this case" in each["notice"] for each in answers) == 1
    assert len([row for row in await rows(store, "events") if row["kind"] == "claimed"]) == len(
        await rows(store, "cases")
    )


def check_order(messages: Sequence[dict[str, Any]], handed: Sequence[str]) -> None:
    """What belongs to one conversation left in its order, whoever sent it."""
    by_id = {row["id"]: row for row in messages}
    last: dict[str, int] = {}
    for row_id in handed:
        row = by_id[row_id]
        if row["due_at"] == row["created_at"]:
            assert row["seq"] > last.get(row["order_key"], 0)
            last[row["order_key"]] = row["seq"]
