from __future__ import annotations

import asyncio
import dataclasses

import pytest
from structlog.testing import capture_logs
from world import ANA, BEN, DAY, HOUR, MEI, SAM, SUPPORT

from cxbot.inbound import LONGEST_TEXT, clean, receive
from cxbot.ports import HoldUntilInbound, Inbound, Receipt, Unreachable
from cxbot.transactions import remarks
from handlers import dispatch


def message(name="1", text="hello", sender=SAM, **more):
    more.setdefault("place", sender)
    return Inbound(id=name, channel="web", sender=sender, kind="text", text=text, **more)


async def test_a_redelivered_message_gets_the_same_receipt_and_does_nothing_again(world):
    await world.unhappy()
    first = await world.writes(SAM, "any news?", id="m1")
    again = await world.writes(SAM, "any news?", id="m1")
    assert first.outbox_ids
    assert not first.repeated
    assert again == Receipt(first.outbox_ids, repeated=True)
    assert len(await world.all("outbox", key="customer.progress_open")) == 1


async def test_a_redelivered_answer_is_answered_once(world):
    await world.ticket_closed()
    for _ in range(3):
        await world.writes(SAM, "2", id="m1")
    assert len(await world.all("answers")) == 1
    assert len(await world.all("cases")) == 1
    assert len(await world.all("rollups")) == 1


async def test_a_second_click_of_one_id_does_not_claim_twice(world):
    case = await world.unhappy()
    first = await world.presses(ANA, f"c:claim:{case['id']}", id="click")
    again = await world.presses(ANA, f"c:claim:{case['id']}", id="click")
    assert again == Receipt(notice=first.notice, repeated=True)
    assert (await world.history(case)).count("claimed") == 1


async def test_twins_of_one_message_that_come_at_once_are_handled_once(world):
    await world.ticket_closed()
    receipts = await asyncio.gather(*(world.deliver(message("m1", "2")) for _ in range(8)))
    await world.settle()
    assert sorted(receipt.repeated for receipt in receipts) == [False] + [True] * 7
    assert len(await world.all("cases")) == 1


async def test_a_repeat_of_a_form_opens_the_same_form(world):
    case = await world.unhappy()
    first = await world.presses(ANA, f"c:resolve:{case['id']}", id="open")
    again = await world.presses(ANA, f"c:resolve:{case['id']}", id="open")
    assert first.form is not None
    assert again.form == first.form
    assert again.repeated


async def test_a_poison_message_is_set_aside_with_its_words_and_the_person_is_told(world):
    def trips(tx, inbound, now, found):
        if inbound.text == "4111 1111":
            remarks.add(tx, "x", now, words="half done")
            raise RuntimeError("boom")
        return dispatch.handle(tx, inbound, now, found)

    await world.ticket_closed(MEI)
    deliver = receive(world.store, world.clock.clock, trips)
    with capture_logs() as logs:
        receipt = await deliver(message("m1", "4111 1111", MEI))
    await world.settle()
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["message_not_handled"]
    assert "4111" not in str(logs)  # words never reach the logs
    assert receipt.outbox_ids
    assert world.last(MEI).text.startswith("我们这边出了点问题")
    assert [row["words"] for row in await world.all("remarks")] == ["4111 1111"]
    assert (await world.the("inbox"))["words"] == "4111 1111"
    # It does not come again for ever, and the rest goes on.
    assert (await deliver(message("m1", "4111 1111", MEI))).repeated
    assert not (await deliver(message("m2", "5", MEI))).repeated
    assert (await world.the("responses"))["score"] == 5


async def test_a_caller_that_hangs_up_takes_nothing_back(world):
    await world.ticket_closed()
    task = asyncio.ensure_future(world.deliver(message("m1", "2")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    repeat = await world.deliver(message("m1", "2"))
    assert repeat.repeated
    assert (await world.the("cases"))["score"] == 2


async def test_control_signs_are_dropped_and_endless_words_cut(world):
    words = "a\x00b\x1b\ud800c\nd" + "x" * LONGEST_TEXT
    dirty = dataclasses.replace(message("1\x00", words), name="S\x07am", fields={"f": "\x00v"})
    cleaned = clean(dirty)
    assert cleaned.id == "1"
    assert cleaned.text.startswith("abc\nd")
    assert len(cleaned.text) == LONGEST_TEXT
    assert (cleaned.name, cleaned.fields) == ("Sam", {"f": "v"})
    await world.deliver(message("nul", "still\x00 not here"))
    assert (await world.the("inbox"))["words"] == "still not here"


def test_signs_that_turn_the_direction_of_what_follows_are_dropped_and_those_of_a_word_kept():
    assert clean(message("m1", "\u202eevil\u2066 \u05e9\u200fok")).text == "evil \u05e9\u200fok"


async def test_a_held_message_leaves_when_the_person_acts_next(world):
    world.web.script([HoldUntilInbound("window closed")], SAM)
    await world.ticket_closed()
    assert world.texts(SAM) == []
    assert (await world.the("outbox"))["state"] == "held"
    assert await world.reasons("held") == ["window closed"]
    await world.writes(SAM, "hello?")
    assert "How satisfied are you" in world.texts(SAM)[0]


async def test_a_message_in_a_teams_channel_releases_nothing_of_a_customer(world):
    world.web.script([HoldUntilInbound("window closed")], SAM)
    await world.ticket_closed()
    await world.writes(BEN, "mine", place=SUPPORT)
    assert (await world.the("outbox", address=SAM))["state"] == "held"


async def test_somebody_who_writes_again_can_be_reached_again(world):
    world.web.script([Unreachable("blocked")], SAM)
    await world.ticket_closed()
    assert (await world.the("addresses", address=SAM))["unreachable"] == "blocked"
    await world.writes(SAM, "I am back")
    assert (await world.the("addresses", address=SAM))["unreachable"] == ""
    await world.later(days=8)
    assert (await world.ticket_closed()).state == "asked"


async def test_a_long_read_is_done_beside_the_writer_and_the_message_counts_once(world):
    receipt = await world.writes(ANA, "numbers week")
    assert len(receipt.outbox_ids) == 1
    assert len(await world.all("inbox")) == 1
    assert (await world.writes(ANA, "numbers week", id="n2")).outbox_ids != receipt.outbox_ids


async def test_business_time_is_wound_while_machine_time_is_kept(world):
    world.clock.wind(3 * DAY + HOUR)
    await world.writes(SAM, "hello")
    row = await world.the("inbox")
    assert row["received_at"] - row["arrived_at"] == 3 * DAY + HOUR
