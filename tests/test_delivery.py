from __future__ import annotations

import asyncio
import json

from structlog.testing import capture_logs
from world import ANA, MEI, MINUTE, SAM, SECOND, SUPPORT, arguments

from cxbot.delivery import LEASE_MS, Delivery
from cxbot.ports import HoldUntilInbound, Limits, Misconfigured, Refused, Sent, TryLater, Unknown, Unreachable
from cxbot.store import StoreUnavailable
from cxbot.testing import FakeChannel
from cxbot.transactions import deliveries, outbox


async def say(world, text, address=SAM, **more):
    given = {"channel": "web", "address": address, "language": "en", "kind": "verbatim", "args": {"text": text}}
    return await world.store.run(outbox.say, world.now, **{**given, **more})


async def row(world, text):
    return next(row for row in await world.all("outbox") if arguments(row).get("text") == text)


async def state(world, text):
    found = await row(world, text)
    return found["state"], found["reason"]


async def test_what_was_sent_stays_with_the_row_word_by_word(world):
    await world.ticket_closed(MEI)
    sent = await world.the("outbox")
    assert (sent["state"], sent["platform_id"], sent["shown_at"]) == ("sent", "p1", world.now)
    words = json.loads(sent["words"])
    assert words["text"] == world.web.sent[0].text
    assert words["language"] == "zh-CN"
    assert [choice["label"][0] for choice in words["choices"]] == list("12345")


async def test_a_passing_fault_is_tried_again_after_a_growing_wait(world):
    world.web.script([TryLater("busy"), TryLater("busy"), TryLater("busy", 77_000)], SAM)
    await say(world, "hello")
    waits = []
    for _ in range(3):
        await world.settle()
        waits.append((await row(world, "hello"))["retry_at"] - world.clock.machine)
        world.clock.advance(waits[-1])
    assert waits == [2 * SECOND, 10 * SECOND, 77 * SECOND]
    await world.settle()
    assert world.texts(SAM) == ["hello"]
    assert (await row(world, "hello"))["attempts"] == 4


async def test_winding_business_time_forward_does_not_hurry_a_back_off(world):
    world.web.script([TryLater("busy", 60_000)], SAM)
    await say(world, "hello")
    await world.settle()
    world.clock.wind(10 * MINUTE)
    await world.settle()
    assert world.texts(SAM) == []


async def test_messages_tried_again_keep_their_order_and_hold_up_nobody_else(world):
    world.web.script([TryLater("busy"), TryLater("busy"), Unknown("timed out")], SAM)
    for text in ("one", "two", "three"):
        await say(world, text)
    await say(world, "hello", MEI)
    await world.settle()
    assert world.texts(MEI) == ["hello"]
    for _ in range(6):
        await world.later(seconds=10)
    assert world.texts(SAM) == ["one", "two", "three"]


async def test_a_message_tried_in_vain_is_set_aside_with_the_reason_and_the_next_one_leaves(world):
    world.web.script([TryLater("down", 1)] * deliveries.MOST_ATTEMPTS, SAM)
    person = await world.person("Ana")
    await say(world, "one", person_id=person["id"])
    await say(world, "two")
    for _ in range(deliveries.MOST_ATTEMPTS):
        await world.later(seconds=1)
    assert await state(world, "one") == ("dead", "down")
    assert await world.reasons("dead") == ["down"]
    assert world.texts(SAM) == ["two"]


async def test_our_own_mistake_is_set_aside_at_once(world):
    world.web.script([Refused("too long")], SAM)
    await say(world, "one")
    await say(world, "two")
    await world.settle()
    assert await state(world, "one") == ("dead", "too long")
    assert world.texts(SAM) == ["two"]


async def test_a_channel_that_raises_is_tried_again_and_the_others_go_on(world):
    world.web.script([ConnectionResetError("gone")], SAM)
    await say(world, "one")
    await say(world, "hello", MEI)
    with capture_logs():
        await world.settle()
    assert await state(world, "one") == ("queued", "ConnectionResetError: gone")
    assert world.texts(MEI) == ["hello"]
    await world.later(seconds=2)
    assert world.texts(SAM) == ["one"]


async def test_an_address_that_cannot_be_reached_is_marked_and_its_survey_ends(world):
    world.web.script([Unreachable("blocked")], SAM)
    await world.ticket_closed()
    assert (await world.the("addresses", address=SAM))["unreachable"] == "blocked"
    assert (await world.the("invitations"))["state"] == "unreachable"
    assert await world.reasons("unreachable") == ["blocked"]
    await world.later(days=30)
    assert (await world.ticket_closed()).reason == "unreachable"


async def test_a_misconfigured_channel_rests_keeps_its_queue_and_says_what_to_do(world):
    world.web.script([Misconfigured("renew the token")], SAM)
    await say(world, "one")
    with capture_logs() as logs:
        await world.settle()
    assert logs == [
        {"event": "channel_stopped", "log_level": "error", "channel": "web", "what_to_do": "renew the token"}
    ]
    await say(world, "hello", MEI)
    await world.settle()
    assert world.web.sent == []
    assert world.delivery.stopped["web"].what_to_do == "renew the token"
    await world.later(minutes=3)
    assert (world.texts(SAM), world.texts(MEI)) == (["one"], ["hello"])
    assert world.delivery.stopped == {}


async def test_what_was_not_said_in_time_is_dropped_with_a_recorded_decision(world):
    person = await world.person("Ana")
    world.web.script([TryLater("down", 60_000)], SAM)
    await say(world, "now or never", person_id=person["id"], key="customer.confirm", expires_at=world.now + MINUTE)
    await say(world, "next")
    await world.settle()
    await world.later(minutes=1)
    assert await state(world, "now or never") == ("dropped", "expired")
    decision = await world.the("decisions", what="dropped")
    assert (decision["reason"], decision["person_id"]) == ("expired", person["id"])
    assert arguments({"detail": decision["detail"]}) == {"message": "customer.confirm"}
    assert world.texts(SAM) == ["next"]


async def test_what_is_held_for_the_person_to_act_is_dropped_when_its_time_is_over(world):
    world.web.script([HoldUntilInbound("window closed", world.now + MINUTE)], SAM)
    await say(world, "one", person_id=(await world.person("Ana"))["id"])
    await world.settle()
    assert await state(world, "one") == ("held", "window closed")
    await world.later(minutes=2)
    assert await state(world, "one") == ("dropped", "expired")
    assert await world.reasons("dropped") == ["expired"]


async def test_a_worker_that_died_repeats_only_what_it_had_in_flight(world):
    await say(world, "one")
    await say(world, "two")
    await world.store.run(deliveries.take, "web", Limits(), "dead", world.now, world.clock.machine, LEASE_MS, 9)
    await world.settle()
    assert world.texts(SAM) == []
    await world.later(minutes=1)
    assert world.texts(SAM) == ["one", "two"]


async def test_a_late_answer_of_a_worker_that_lost_its_lease_changes_nothing(world):
    await say(world, "one")
    taken = await world.store.run(deliveries.take, "web", Limits(), "slow", world.now, world.clock.machine, LEASE_MS, 9)
    await world.later(minutes=1)
    handed = [deliveries.Handed(taken[0].row, Refused("no"), "")]
    await world.store.run(deliveries.settle, handed, "slow", world.now, world.clock.machine)
    assert await state(world, "one") == ("sent", "")


async def test_a_message_that_cannot_be_worded_is_set_aside_and_stops_nobody(world):
    await say(world, "x", kind="question", args={"survey": "csat", "survey_version": 1, "question": []})
    await say(world, "x", kind="question", args={"survey": "gone", "survey_version": 7}, order_key="other")
    await say(world, "x", kind="card", args={}, order_key="third", case_id="nobody")
    await say(world, "hello", MEI)
    with capture_logs():
        await world.settle()
    assert world.texts(MEI) == ["hello"]
    dead = await world.all("outbox", state="dead")
    assert {row["order_key"] for row in dead} >= {"other", "third"}
    assert all(row["reason"] for row in dead)


async def test_a_replacement_goes_to_the_message_it_replaces_and_a_line_under_its_alert(world):
    case = await world.unhappy()
    card = world.cards()[0]
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert world.cards()[-1].replaces == (await world.the("outbox", id=case["card_id"]))["platform_id"]
    assert card.replaces == ""
    await world.later(hours=4)
    line = [message for message in world.web.sent if message.address == SUPPORT and not message.facts][-1]
    assert line.thread == (await world.the("outbox", id=case["card_id"]))["platform_id"]


async def test_where_nothing_can_be_edited_an_old_question_is_left_alone_but_the_alert_is_drawn_anew(world):
    plain = FakeChannel("web", Limits(per_second=0, edits=False))
    world.web, world.delivery = plain, Delivery(world.store, world.clock.clock, {"web": plain}, worker="w")
    case = await world.unhappy()
    assert not [text for text in plain.texts(SAM) if "✓" in text]
    assert {row["reason"] for row in await world.all("outbox", key="question.answered")} == {"no_edits"}
    drawn = len(plain.texts(SUPPORT))
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert len(plain.texts(SUPPORT)) == drawn + 1


async def test_a_paced_channel_sends_an_address_one_message_a_slot(world):
    paced = FakeChannel("web", Limits(per_second=1))
    world.delivery = Delivery(world.store, world.clock.clock, {"web": paced}, worker="w")
    for n in range(3):
        await say(world, f"line {n}", SUPPORT, order_key=str(n))
    await say(world, "hello", MEI)
    await world.settle()
    assert sorted(paced.texts()) == ["hello", "line 0"]
    await world.later(seconds=1)
    assert paced.texts(SUPPORT) == ["line 0", "line 1"]


async def test_no_more_sends_are_under_way_at_once_than_the_channel_allows(world):
    narrow = FakeChannel("web", Limits(per_second=0, concurrency=3))
    world.delivery = Delivery(world.store, world.clock.clock, {"web": narrow}, worker="w")
    for n in range(10):
        await say(world, "hello", f"customer:{n}")
    narrow.hold()
    draining = asyncio.ensure_future(world.delivery.drain())
    await narrow.until_tried(3)
    narrow.let_go()
    assert await draining == 10
    assert narrow.most_in_flight == 3


async def test_the_outcome_of_every_send_is_reported(world):
    seen = []
    report = lambda channel, outcome, taken: seen.append((channel, type(outcome), taken.row["address"]))  # noqa: E731
    world.delivery = Delivery(world.store, world.clock.clock, {"web": world.web}, worker="w", report=report)
    world.web.script([Refused("no")], MEI)
    await say(world, "one")
    await say(world, "two", MEI)
    await world.settle()
    assert sorted(seen, key=lambda each: each[2]) == [("web", Refused, MEI), ("web", Sent, SAM)]


async def test_a_commit_wakes_the_loop_and_a_stop_finishes_what_is_in_flight(world):
    world.web.hold()
    running = asyncio.ensure_future(world.delivery.run())
    await say(world, "one")
    await world.web.until_tried(1)
    running.cancel()
    await asyncio.sleep(0)
    world.web.let_go()
    await asyncio.gather(running, return_exceptions=True)
    assert await state(world, "one") == ("sent", "")
    await say(world, "two")
    assert await state(world, "two") == ("queued", "")


class StoreThatFailsOnce:
    """A store that is away for a moment just when what was sent is to be written down."""

    def __init__(self, store):
        self._store = store
        self.failed = asyncio.Event()
        self.read, self.on_said, self.busy = store.read, store.on_said, store.busy

    async def run(self, transaction, *args, **kwargs):
        if transaction is deliveries.settle_and_take and not self.failed.is_set():
            self.failed.set()
            raise StoreUnavailable("away for a moment")
        return await self._store.run(transaction, *args, **kwargs)


async def test_a_store_that_is_away_for_a_moment_costs_a_repeat_and_never_the_loop(world):
    store = StoreThatFailsOnce(world.store)
    loop = Delivery(store, world.clock.clock, {"web": world.web}, worker="w")
    with capture_logs() as logs:
        running = asyncio.ensure_future(loop.run())
        await say(world, "one")
        await asyncio.wait_for(store.failed.wait(), 10)
        world.clock.advance(LEASE_MS)
        await loop.tidy_once()
        await world.web.until_sent(2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert world.texts(SAM) == ["one", "one"]
    assert await state(world, "one") == ("sent", "")
    assert [entry["event"] for entry in logs] == ["delivery_round_failed"]


async def test_a_loop_that_can_send_nothing_yet_commits_nothing_meanwhile(world):
    paced = FakeChannel("web", Limits(per_second=1))
    world.delivery = Delivery(world.store, world.clock.clock, {"web": paced}, worker="w")
    commits = []
    running = asyncio.ensure_future(world.delivery.run())
    try:
        await say(world, "one", SUPPORT, order_key="1")
        await paced.until_sent(1)
        await say(world, "two", SUPPORT, order_key="2")
        for _ in range(20):
            await world.store.read(lambda tx: None)
        world.store.on_commit(lambda: commits.append(1))
        for _ in range(50):
            await world.store.read(lambda tx: None)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(paced.sent) == 1
    assert len(commits) <= 2
