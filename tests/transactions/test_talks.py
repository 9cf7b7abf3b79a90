from __future__ import annotations

from world import ADA, ANA, MEI, SAM, SUPPORT

from cxbot.transactions import settings


async def replies(world, case, words="We are looking into it.", who=ANA):
    await world.fills_in(who, f"c:reply:{case['id']}", words=words)


async def test_a_reply_ends_the_survey_they_are_in_the_middle_of_and_what_they_say_next_is_for_the_colleague(world):
    case = await world.unhappy()
    await replies(world, case)
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["reason"]) == ("expired", "talking")
    assert "This question is closed." in world.texts(SAM)
    before = len(world.texts(SAM))
    await world.writes(SAM, "Order 4711, please.")
    await world.writes(SAM, "It never came.")
    assert [text for text in world.texts(SAM)[before:] if "Order" not in text] == [
        f"Thank you, we have noted your words with your case {case['code']}."
    ]
    assert "Order 4711, please." in "\n".join(world.texts(SUPPORT))
    assert [row["words"] for row in await world.all("remarks")] == ["Order 4711, please.", "It never came."]
    assert (await world.the("responses"))["score"] == 2


async def test_after_each_time_the_colleague_wrote_their_words_are_acknowledged_once(world):
    case = await world.unhappy()
    for _ in range(2):
        await world.later(minutes=1)
        await replies(world, case)
        await world.writes(SAM, "Where is it?")
        await world.writes(SAM, "Hello?")
    assert [row["key"] for row in await world.all("outbox")].count("customer.noted") == 2


async def test_another_survey_waits_until_a_day_after_the_last_words(world):
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    case = await world.unhappy(words="slow")
    await replies(world, case)
    await world.later(hours=3)
    await world.writes(SAM, "And now?")
    taken = await world.ticket_closed()
    assert (taken.state, taken.reason) == ("waiting", "talking")
    await world.writes(ADA, "why Sam")
    assert "A colleague and they are writing to each other" in world.last(ADA).text
    await world.later(hours=23)
    assert (await world.the("invitations", id=taken.invitation_id))["state"] == "waiting"
    await world.later(hours=2)
    assert (await world.the("invitations", id=taken.invitation_id))["state"] == "asked"


async def test_a_survey_they_have_not_begun_stays_open_and_is_not_reminded_of(world):
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    case = await world.unhappy(MEI, words="慢")
    taken = await world.ticket_closed(MEI)
    await world.later(hours=23)
    await replies(world, case, "我们在查。")
    await world.later(hours=2)
    invitation = await world.the("invitations", id=taken.invitation_id)
    assert (invitation["state"], invitation["nudges"], invitation["reason"]) == ("asked", 0, "talking")
    await world.later(hours=24)
    assert (await world.the("invitations", id=taken.invitation_id))["nudges"] == 1


async def test_whether_it_is_fixed_is_not_asked_amid_a_talk_about_another_case(world):
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    first = await world.unhappy(words="slow")
    await world.resolves(ANA, first)
    await world.happens("delivery", "late")
    await world.writes(SAM, "1")
    second = (await world.all("cases"))[-1]
    assert second["id"] != first["id"]
    await replies(world, second, who="member:wei")
    await world.later(hours=2)
    assert (await world.reload(first))["confirm"] == ""
    await world.later(hours=24)
    assert (await world.reload(first))["confirm"] == "asked"
