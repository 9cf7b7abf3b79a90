from __future__ import annotations

import asyncio

import pytest

from cxbot.ports import Channel, Inbound, Outgoing, Receipt, Sent, TryLater
from cxbot.testing import START, FakeChannel, FakeClock


def message(n, address="a"):
    return Outgoing(row_id=f"r{n}", channel="fake", address=address, text=f"text {n}")


def test_a_clock_goes_on_only_when_told():
    fake = FakeClock()
    clock = fake.clock
    assert (clock.now(), clock.machine()) == (START, START)
    assert fake.advance(5) == START + 5
    fake.wind(60_000)
    assert (clock.now(), clock.machine()) == (START + 60_005, START + 5)


async def test_sends_end_as_scripted():
    channel = FakeChannel()
    channel.script([TryLater("busy"), OSError("down")])
    channel.script([lambda outgoing: Sent(f"of {outgoing.row_id}")], address="b")
    assert await channel.send(message(1)) == TryLater("busy")
    with pytest.raises(OSError, match="down"):
        await channel.send(message(2))
    assert await channel.send(message(3)) == Sent("p1")
    assert await channel.send(message(4, "b")) == Sent("of r4")
    assert (channel.texts(), channel.texts("b")) == (["text 3", "text 4"], ["text 4"])
    assert len(channel.tried) == 4


async def test_a_held_send_ends_when_let_go():
    channel: Channel = (fake := FakeChannel())
    fake.hold()
    sending = [asyncio.ensure_future(channel.send(message(n))) for n in range(3)]
    await fake.until_tried(3)
    assert (fake.in_flight, fake.sent) == (3, [])
    fake.let_go()
    await asyncio.gather(*sending)
    assert [one.row_id for one in await fake.until_sent(3)] == ["r0", "r1", "r2"]
    assert (fake.in_flight, fake.most_in_flight) == (0, 3)


async def test_what_somebody_does_is_delivered():
    channel = FakeChannel()
    seen = []

    async def deliver(inbound):
        seen.append(inbound)
        return Receipt(notice="seen")

    running = asyncio.ensure_future(channel.run(deliver))
    inbound = Inbound(id="1", channel="fake", place="a", sender="a", kind="text", text="9")
    assert (await channel.receive(inbound)).notice == "seen"
    assert seen == [inbound]
    running.cancel()
