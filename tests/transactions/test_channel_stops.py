from __future__ import annotations

from structlog.testing import capture_logs
from world import ADA, ANA, MEI, MINUTE, SAM, arguments

from cxbot.ports import Misconfigured, Sent
from cxbot.transactions import channel_stops, outbox, people, teams
from cxbot.transactions.channel_stops import Stop

BROKEN = Misconfigured("renew the token")


async def say(world, text="hello", address=SAM, channel="web"):
    given = {"channel": channel, "address": address, "language": "en", "kind": "verbatim", "args": {"text": text}}
    await world.store.run(outbox.say, world.now, **given)


async def settle(world, **later):
    with capture_logs():
        await world.later(**later)


async def reachable_on(world, channel, address, who=ADA, **more):
    return await world.store.run(
        people.upsert, world.now, addresses=[("web", who), (channel, address)], **{"name": "Ada", **more}
    )


async def stops(world):
    return await world.store.read(channel_stops.stopped)


async def told(world, channel="slack"):
    return [(row["key"], row["address"]) for row in await world.all("outbox", channel=channel)]


async def test_a_stop_stands_in_the_store_until_the_channel_sends_again(world):
    world.web.script([BROKEN, BROKEN], SAM)
    await say(world)
    await settle(world)
    since = world.now
    assert await stops(world) == [Stop("web", "renew the token", since)]
    await settle(world, minutes=3)
    assert await stops(world) == [Stop("web", "renew the token", since)]
    await settle(world, minutes=3)
    assert (world.texts(SAM), await stops(world)) == (["hello"], [])


async def test_another_replica_sees_the_stop_and_its_newest_words(world):
    world.web.script([BROKEN, Misconfigured("grant the scope")], SAM)
    await say(world)
    await settle(world)
    since = world.now
    await settle(world, minutes=3)
    assert await stops(world) == [Stop("web", "grant the scope", since)]


async def test_admins_are_told_once_on_another_channel_and_again_when_it_works(world):
    await reachable_on(world, "slack", "U-ADA")
    world.web.script([BROKEN] * 3, SAM)
    await say(world)
    for _ in range(3):
        await settle(world, minutes=3)
    assert await told(world) == [("admin.channel_stopped", "U-ADA")]
    (message,) = world.slack.sent
    assert "web has stopped" in message.text
    assert "renew the token" in message.text
    await settle(world, minutes=3)
    assert [key for key, _ in await told(world)] == ["admin.channel_stopped", "admin.channel_works_again"]
    assert "web works again" in world.slack.sent[-1].text


async def test_every_owner_and_admin_is_told_in_their_language_and_nobody_else(world):
    await reachable_on(world, "slack", "U-ADA", language="zh-TW")
    await reachable_on(world, "slack", "U-ANA", ANA, name="Ana")
    for number, role in enumerate(("admin", "lead")):
        person = await reachable_on(world, "slack", f"U-{role}", f"admin:{role}", name=role, language="zh-CN")
        await world.store.run(
            lambda tx, **row: tx.run("teams.add_member", **row),
            team_id=teams.EVERYWHERE, person_id=person, role=role, created_at=number,
        )  # fmt: skip
    world.web.script([BROKEN], SAM)
    await say(world)
    await settle(world)
    assert {(each.address, each.language) for each in world.slack.sent} == {("U-ADA", "zh-TW"), ("U-admin", "zh-CN")}
    assert all("renew the token" in each.text for each in world.slack.sent)


async def test_an_admin_is_told_where_they_wrote_last_unless_it_is_stopped_or_out_of_reach(world):
    await reachable_on(world, "sms", "+1")
    await reachable_on(world, "slack", "U-OLD")
    await reachable_on(world, "slack", "U-GONE")
    await world.acts(ADA, kind="text", text="hello", channel="slack", place="U-GONE")
    await world.store.run(people.mark_unreachable, "slack", "U-GONE", "left")
    await world.acts(ADA, kind="text", text="hello", channel="slack", place="U-OLD")
    world.web.script([BROKEN], SAM)
    await say(world)
    await settle(world)
    assert ("admin.channel_stopped", "U-OLD") in await told(world)
    assert await told(world, "sms") == []
    world.slack.script([BROKEN], "C-1")
    await say(world, address="C-1", channel="slack")
    await settle(world)
    assert await told(world, "sms") == [("admin.channel_stopped", "+1")]


async def test_a_stop_is_only_recorded_where_no_admin_can_be_reached(world):
    world.web.script([BROKEN], SAM)
    await say(world)
    await settle(world)
    assert [row["key"] for row in await world.all("outbox")] == [""]
    assert len(await stops(world)) == 1


async def test_a_fault_of_some_messages_is_not_told_anew_with_each_of_the_others(world):
    await reachable_on(world, "slack", "U-ADA")
    world.web.script([BROKEN] * 4, SAM)
    await say(world)
    for number in range(8):
        await say(world, f"{number}", MEI)
        await settle(world, minutes=1)
    assert world.texts(MEI)
    assert [key for key, _ in await told(world)] == ["admin.channel_stopped"]
    await settle(world, minutes=10)
    assert world.texts(SAM) == ["hello"]
    assert [key for key, _ in await told(world)] == ["admin.channel_stopped", "admin.channel_works_again"]


async def test_the_same_stop_of_two_replicas_is_told_once(world):
    await reachable_on(world, "slack", "U-ADA")
    news = [await world.store.run(channel_stops.stop, "web", "renew the token", world.now) for _ in range(2)]
    over = [await world.store.run(channel_stops.sent, "web", world.now) for _ in range(2)]
    assert (news, over) == ([True, False], [True, False])
    assert len(await told(world)) == 2


async def test_status_lists_a_stopped_channel_with_what_to_do(world):
    await world.store.run(channel_stops.stop, "slack", "renew the token", world.now - 5 * MINUTE)
    await world.writes(ADA, "status")
    said = world.last(ADA).text
    assert "All is well" not in said
    assert "slack: has stopped" in said
    assert "09:55" in said
    assert "renew the token" in said
    world.slack.script([Sent("p")])
    await say(world, address="C-1", channel="slack")
    await settle(world)
    await world.writes(ADA, "status")
    assert "All is well" in world.last(ADA).text


async def test_a_message_says_in_the_outbox_why_it_waits(world):
    world.web.script([BROKEN], SAM)
    await say(world)
    await settle(world)
    (row,) = await world.all("outbox")
    assert (row["state"], row["reason"], arguments(row)) == ("queued", "stopped: renew the token", {"text": "hello"})
