from __future__ import annotations

from world import MEI, SUPPORT, arguments

from cxbot.ports import Learned, Sent
from cxbot.transactions import people

MAIL = "sam@example.com"
USER = "U1"


async def happens_to(world, address=MAIL, **more):
    body = {"addresses": [{"channel": "slack", "address": address}], **more}
    return await world.happens("ticket", "closed", person=body)


def slack(world, address):
    return [message for message in world.slack.sent if message.address == address]


async def test_a_first_question_goes_to_the_address_and_in_the_language_the_platform_told(world):
    world.slack.script([Learned(USER, language="zh-CN", time_zone="Asia/Shanghai", name="小山")], MAIL)
    await happens_to(world)
    (question,) = slack(world, USER)
    assert question.language == "zh-CN"
    assert slack(world, MAIL) == []
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["address"], invitation["language"]) == ("asked", USER, "zh-CN")
    person = await world.the("people", id=invitation["person_id"])
    assert (person["name"], person["language"], person["time_zone"]) == ("小山", "zh-CN", "Asia/Shanghai")
    await world.acts(USER, channel="slack", kind="choice", choice=question.choices[0].key)
    assert (await world.the("responses"))["score"] == 1


async def test_what_the_platform_tells_does_not_replace_what_is_known(world):
    world.slack.script([Learned(USER, language="zh-CN", time_zone="Asia/Shanghai", name="小山")], MAIL)
    await happens_to(world, name="Sam", language="en")
    (question,) = slack(world, USER)
    assert question.language == "en"
    assert (await world.person("Sam"))["time_zone"] == "Asia/Shanghai"


async def test_where_it_is_night_for_the_person_nobody_is_asked_before_the_morning(world):
    world.slack.script([Learned(USER, time_zone="America/New_York")], MAIL)  # ten in Shanghai is nine in the evening
    await happens_to(world)
    assert slack(world, USER) == []
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["reason"]) == ("waiting", "night")
    await world.later(hours=12)
    assert len(slack(world, USER)) == 1


async def test_who_is_known_by_the_platforms_address_already_is_the_same_person(world):
    await world.acts(USER, channel="slack", kind="text", text="hello there", name="Sam")
    known = await world.person("Sam")
    world.slack.script([Learned(USER)], MAIL)
    await happens_to(world, value=5000, vip=True)
    (invitation,) = await world.all("invitations")
    assert (invitation["person_id"], invitation["state"]) == (known["id"], "asked")
    after = await world.person("Sam")
    assert (after["value"], after["vip"]) == (5000, 1)
    assert (await world.the("interactions"))["person_id"] == known["id"]
    await world.acts(USER, channel="slack", kind="text", text="2")
    assert (await world.the("cases"))["person_id"] == known["id"]


async def test_who_has_opted_out_under_the_platforms_address_is_not_asked_under_another(world):
    await world.acts(USER, channel="slack", kind="text", text="STOP", name="Sam")
    world.slack.script([Learned(USER)], MAIL)
    await happens_to(world)
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["reason"]) == ("not_asked", "opted_out")
    assert not [message for message in slack(world, USER) if message.choices]


async def test_the_next_interaction_is_asked_at_the_platforms_address_at_once(world):
    world.slack.script([Learned(USER)], MAIL)
    await happens_to(world)
    await world.acts(USER, channel="slack", kind="text", text="5")
    await world.later(days=10)
    tried = len(world.slack.tried)
    await happens_to(world)
    assert {message.address for message in world.slack.tried[tried:]} == {USER}


async def test_a_message_that_is_no_first_question_goes_out_again_in_the_language_told(world):
    await world.store.run(people.upsert, world.now, addresses=[("slack", "U7")], name="")
    world.slack.script([Learned("U7", language="zh-TW")], "U7")
    await world.acts("U7", channel="slack", kind="text", text="help")
    (answer,) = slack(world, "U7")
    assert answer.language == "zh-TW"


async def test_what_is_told_of_a_teams_place_changes_nothing(world):
    world.web.script([Learned(SUPPORT, language="zh-CN"), Sent("p1")], SUPPORT)
    await world.unhappy(MEI)
    assert world.cards()
    assert not [row for row in await world.all("outbox", address=SUPPORT) if row["language"] != "en"]
    assert arguments((await world.all("outbox"))[0]) is not None
