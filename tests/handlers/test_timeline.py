from __future__ import annotations

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, WEI

from cxbot.ports import HoldUntilInbound, Refused
from cxbot.transactions import timeline


async def says(world, who, text):
    """What somebody is answered in private."""
    await world.writes(who, text, place=who)
    return world.last(who).text


async def closed_loop(world):
    """A case from the interaction to the customer's yes."""
    case = await world.unhappy(words="nobody called me back")
    await world.writes(SAM, "it is urgent")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="I look into it, Sam")
    await world.later(minutes=10)
    await world.resolves(ANA, case)
    await world.later(days=3)
    await world.presses(SAM, f"o:fixed:{case['id']}:yes")
    return await world.reload(case)


async def test_the_story_of_a_person_is_told_oldest_first_with_who_and_when(world):
    case = await closed_loop(world)
    said = await says(world, ANA, "timeline Sam")
    story = [
        "Ticket: closed",
        "csat · asked",
        "csat · answered 2/5",
        f"{case['code']} · case opened",
        "claimed · Ana",
        "wrote to the customer · Ana",
        "resolved · Ana",
        "asked whether it is fixed",
        "confirmed as fixed · Sam Rivera",
    ]
    places = [said.index(part) for part in story]
    assert places == sorted(places)
    assert "“nobody called me back”" in said
    assert "told: “" in said
    assert "I look into it, Sam" in said
    assert "10:00" in said  # 02:00 UTC
    assert "event." not in said
    assert "command." not in said


async def test_a_case_is_found_by_its_number_and_tells_of_nothing_else(world):
    case = await closed_loop(world)
    await world.later(days=40)
    await world.happens("delivery", "late")
    await world.writes(SAM, "1")
    said = await says(world, ADA, f"timeline {case['code'].lower()}")
    for part in ("Ticket: closed", "claimed · Ana", "I look into it, Sam", "answered 2/5"):
        assert part in said, part
    assert "Delivery" not in said
    assert "Delivery: late" in await says(world, ADA, "timeline Sam")


async def test_snoozes_reminders_and_escalations_are_told_with_their_reasons(world):
    case = await world.unhappy()
    await world.later(minutes=31)
    await world.later(hours=4)
    await world.fills_in(ANA, f"c:snooze:{case['id']}", until="tomorrow", reason="waits for the courier")
    said = await says(world, ANA, f"timeline {case['code']}")
    for part in ("reminded", "escalated", "snoozed · Ana · until", "waits for the courier"):
        assert part in said, part


async def test_what_was_not_asked_and_what_did_not_arrive_is_told_with_the_reason(world):
    await world.ticket_closed(internal=True)
    world.web.script([Refused("message too old")], SAM)
    await world.ticket_closed()
    said = await says(world, ANA, "timeline Sam")
    assert "not asked: It was reported (today 10:00) as an internal matter" in said
    assert "could not be sent (message too old)" in said
    world.web.script([HoldUntilInbound("window closed", world.now + 1_000_000)], MEI)
    await world.ticket_closed(MEI)
    assert "held until they write (window closed)" in await says(world, ANA, "timeline 林美")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("timeline 林美", ["Delivery: late", "answered 1/5", "case opened"]),
        ("经过 林美", ["配送：", "回答 1/5", "服务单已建立", "已发送"]),
        ("時間軸 林美", ["配送：", "回答 1/5", "案件已建立", "已傳送"]),
    ],
)
async def test_the_story_is_told_in_the_language_it_is_asked_in(world, text, parts):
    await world.happens("delivery", "late", MEI)
    await world.writes(MEI, "1")
    await world.acts(ADA, kind="text", text=text)
    for part in parts:
        assert part in world.last(ADA).text, part


async def test_the_newest_thirty_are_shown_and_the_rest_by_pages(world, monkeypatch):
    monkeypatch.setattr(timeline, "SHOWN", 3)
    await closed_loop(world)
    newest = await says(world, ANA, "timeline Sam")
    assert "earlier: “timeline Sam page 2”" in newest
    lines = newest.splitlines()
    assert len(lines) == 5
    before = await says(world, ANA, "timeline Sam page 2")
    assert not set(lines[2:]) & set(before.splitlines()[2:])
    shown = [newest, before]
    page = 2
    while "earlier" in shown[-1]:
        page += 1
        shown.append(await says(world, ANA, f"timeline Sam {f'第{page}页' if page % 2 else f'page {page}'}"))
        assert page < 20
    assert "Ticket: closed" in shown[-1]
    assert "not so many pages" in await says(world, ANA, "timeline Sam page 99")


async def test_in_a_teams_channel_the_one_who_asks_reads_it_alone(world):
    await world.unhappy()
    await world.writes(ANA, "timeline Sam", place=SUPPORT)
    assert world.last(SUPPORT).only_for == ANA
    await world.writes(ANA, "timeline Sam", place=ANA)
    assert world.last(ANA).only_for == ""


async def test_of_another_teams_matter_no_more_is_shown_than_that_there_is_one(world):
    await world.happens("delivery", "late", agent="Kim")
    await world.writes(SAM, "1")
    await world.writes(SAM, "the parcel was wet")
    case = await world.the("cases")
    hidden = await says(world, ANA, "timeline Sam")
    assert "a case of Delivery" in hidden
    assert "a matter of Delivery" in hidden
    for part in ("wet", case["code"], "Kim", "1/5", "late", "asked", "told"):
        assert part not in hidden.replace(SAM, ""), part
    assert await says(world, ANA, f"timeline {case['code']}") == (
        f"{case['code']} is a case of Delivery. What happened in it is theirs to see."
    )
    for who in (WEI, ADA):
        assert "the parcel was wet" in await says(world, who, "timeline Sam")
    why = await says(world, ANA, "why Sam")
    assert "a matter of Delivery" in why
    assert "after_delivery" not in why
    assert "after_delivery" in await says(world, ADA, "why Sam")


async def test_a_case_that_was_escalated_to_a_team_is_shown_to_it(world):
    case = await world.unhappy(words="nobody called")
    assert "nobody called" not in await says(world, WEI, "timeline Sam")
    await world.later(hours=5)
    assert (await world.reload(case))["escalations"] > 0
    assert "nobody called" in await says(world, WEI, "timeline Sam")


async def test_nothing_is_told_of_an_anonymous_survey(world):
    await world.happens("work", who=BEN)
    await world.writes(BEN, "2", place=BEN)
    await world.writes(BEN, "the shifts", place=BEN)
    said = await says(world, ADA, "timeline Ben")
    for part in ("enps", "shifts", "2/10", "answered", "told"):
        assert part not in said, part


async def test_it_is_said_who_is_not_known_or_not_clear_and_that_nothing_happened(world):
    assert "I know nobody" in await says(world, ANA, "timeline Zed")
    assert "needs a name, or the number of a case" in await says(world, ANA, "timeline")
    assert "Nothing has happened" in await says(world, ADA, "timeline 小伟")
    assert "I know nobody" in await says(world, ANA, "timeline page 2")
