from __future__ import annotations

import asyncio

import pytest
from world import ANA, MINUTE, SAM, SUPPORT

from cxbot.ports import Limits, Sent
from cxbot.store import open_store
from cxbot.transactions import deliveries, outbox

NOW = 1_763_604_000_000
UNPACED = Limits(per_second=0)
ONE_A_SECOND = Limits(per_second=1)


async def say(world, text, address=SAM, **more):
    given = {"channel": "web", "address": address, "language": "en", "kind": "verbatim", "args": {"text": text}}
    return await world.store.run(outbox.say, NOW, **{**given, **more})


async def claim(world, *, now=NOW, machine=NOW, limits=UNPACED, worker="w1", most=16, lease=60_000):
    rows = await world.store.run(outbox.claim, "web", limits, worker, now, machine, lease, most)
    return [outbox.arguments(row).get("text", row["kind"]) for row in rows]


async def sent(world, text):
    row = next(row for row in await world.all("outbox") if outbox.arguments(row).get("text") == text)
    parameters = {"platform_id": "p", "words": "", "sent_at": NOW, "shown_at": NOW, "reason": ""}
    await world.store.run(lambda tx: tx.run("outbox.mark_sent", id=row["id"], worker="w1", **parameters))


async def marked(world, row_id, state, retry_at=0, worker="w1"):
    given = {"state": state, "retry_at": retry_at, "reason": "because", "words": ""}
    return await world.store.run(lambda tx: tx.run("outbox.mark", id=row_id, worker=worker, **given))


async def test_a_conversation_is_claimed_one_message_at_a_time_in_the_order_it_was_said(world):
    for text in ("one", "two", "three"):
        await say(world, text)
    await say(world, "other", address="customer:mei")
    assert sorted(await claim(world)) == ["one", "other"]
    assert await claim(world) == []
    await sent(world, "one")
    assert await claim(world) == ["two"]


async def test_a_message_that_is_to_be_tried_again_keeps_those_behind_it_waiting(world):
    first = await say(world, "one")
    await say(world, "two")
    await claim(world)
    await marked(world, first, "queued", retry_at=NOW + 5_000)
    assert await claim(world, machine=NOW + 4_999) == []
    assert await claim(world, machine=NOW + 5_000) == ["one"]
    await marked(world, first, "dead")
    assert await claim(world, machine=NOW + 5_000) == ["two"]


async def test_a_message_for_later_does_not_keep_back_what_is_said_meanwhile(world):
    await say(world, "in a minute", due_at=NOW + MINUTE)
    await say(world, "now")
    assert await claim(world) == ["now"]
    await sent(world, "now")
    assert await claim(world, now=NOW + MINUTE) == ["in a minute"]


async def test_a_message_that_has_expired_is_not_claimed(world):
    await say(world, "stale", expires_at=NOW + 1)
    assert await claim(world, now=NOW + 1) == []


async def test_only_the_newest_replacement_that_has_not_left_is_kept(world):
    card = await say(world, "card")
    await claim(world)
    await sent(world, "card")
    await say(world, "card, claimed", replaces=card)
    await say(world, "card, snoozed", replaces=card)
    await say(world, "another's", address="customer:mei", replaces="other")
    states = {outbox.arguments(row)["text"]: (row["state"], row["reason"]) for row in await world.all("outbox")}
    assert states == {
        "card": ("sent", ""),
        "card, claimed": ("superseded", "newer"),
        "card, snoozed": ("queued", ""),
        "another's": ("queued", ""),
    }


async def test_a_replacement_in_flight_is_not_superseded(world):
    card = await say(world, "card")
    await claim(world)
    await sent(world, "card")
    await say(world, "first", replaces=card)
    assert await claim(world) == ["first"]
    await say(world, "second", replaces=card)
    assert await claim(world) == []
    await sent(world, "first")
    assert await claim(world) == ["second"]


async def test_what_has_not_left_can_be_taken_back_and_what_has_cannot(world):
    row = await say(world, "one")
    assert await world.store.run(outbox.cancel, row, "undone")
    assert not await world.store.run(outbox.cancel, row, "undone")
    assert await claim(world) == []
    gone = await say(world, "two")
    await claim(world)
    assert not await world.store.run(outbox.cancel, gone, "undone")


async def test_a_paced_channel_sends_one_message_an_address_and_slot(world):
    for text in ("a", "b"):
        await say(world, text, address=SUPPORT, order_key=text)
    await say(world, "c", address=ANA)
    assert sorted(await claim(world, limits=ONE_A_SECOND)) == ["a", "c"]
    assert await claim(world, limits=ONE_A_SECOND, machine=NOW + 999) == []
    assert await claim(world, limits=ONE_A_SECOND, machine=NOW + 1_000) == ["b"]


async def test_giving_a_row_back_costs_it_no_attempt(world):
    for text in ("a", "b"):
        await say(world, text, address=SUPPORT, order_key=text)
    await claim(world, limits=ONE_A_SECOND)
    assert sorted((row["state"], row["attempts"]) for row in await world.all("outbox")) == [
        ("queued", 0),
        ("sending", 1),
    ]


async def test_an_address_nobody_has_written_from_is_paced_too(world):
    await say(world, "hello", address="stranger")
    await say(world, "again", address="stranger")
    assert await claim(world, limits=ONE_A_SECOND) == ["hello"]
    await sent(world, "hello")
    assert await claim(world, limits=ONE_A_SECOND) == []
    assert await claim(world, limits=ONE_A_SECOND, machine=NOW + 1_000) == ["again"]


async def test_a_held_message_keeps_nothing_back_and_comes_first_once_it_is_released(world):
    row = await say(world, "one")
    await claim(world)
    await hold(world, row)
    reply = await say(world, "two, a colleague's")
    assert await claim(world) == ["two, a colleague's"], "it may have a way that the first had not"
    await hold(world, reply)
    await world.store.run(lambda tx: tx.run("outbox.release_held", channel="web", address=SAM))
    assert await claim(world) == ["one"]


async def hold(world, row):
    await world.store.run(
        lambda tx: tx.run("outbox.hold", id=row, worker="w1", reason="window closed", expires_at=NOW + MINUTE)
    )


async def test_a_lapsed_lease_goes_back_to_the_queue_and_its_first_worker_can_no_longer_settle_it(world):
    row = await say(world, "one")
    await claim(world, worker="w1", lease=60_000)
    await world.store.run(lambda tx: tx.run("outbox.lapsed", machine=NOW + 59_999))
    assert await claim(world, worker="w2") == []
    await world.store.run(lambda tx: tx.run("outbox.lapsed", machine=NOW + 60_000))
    assert await claim(world, worker="w2") == ["one"]
    assert await marked(world, row, "dead", worker="w1") == 0
    assert (await world.the("outbox"))["worker"] == "w2"


@pytest.mark.parametrize("workers", [3])
async def test_several_workers_on_one_store_claim_nothing_twice(store_url, workers):
    stores = [await open_store(store_url) for _ in range(workers)]
    try:
        for n in range(60):
            await stores[0].run(
                outbox.say, NOW, channel="web", address=f"customer:{n % 20}", language="en", key="x", args={"n": n}
            )

        async def work(store, worker):
            claimed = []
            while rows := await store.run(outbox.claim, "web", UNPACED, worker, NOW, NOW, 60_000, 7):
                for row in rows:
                    claimed.append((row["address"], row["seq"], row["id"]))
                    done = [deliveries.Handed(row, Sent("p"), "")]
                    await store.run(deliveries.settle, done, worker, NOW, NOW)
            return claimed

        found = await asyncio.gather(*(work(store, f"w{at}") for at, store in enumerate(stores)))
        # A worker ends when it sees nothing to claim; what others had in flight then is left for one more round.
        found.append(await work(stores[0], "w0"))
        ids = [row_id for each in found for _, _, row_id in each]
        assert len(ids) == len(set(ids)) == 60
    finally:
        for store in stores:
            await store.close()
