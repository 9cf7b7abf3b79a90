from __future__ import annotations

import pytest
from world import ANA, BEN, DELIVERY, MEI, SAM, SUPPORT, WEI

from cxbot.transactions import case_messages


def field(form, name):
    return next(each for each in form.fields if each.name == name)


async def test_resolve_asks_for_the_cause_what_was_done_and_what_the_customer_is_told(world):
    case = await world.unhappy(MEI)
    form = (await world.presses(ANA, f"c:resolve:{case['id']}")).form
    assert form.key == f"c:resolve:{case['id']}"
    assert [each.name for each in form.fields] == ["root_cause", "done", "told"]
    assert ("waiting", "Waited too long") in field(form, "root_cause").options
    assert "林美" in field(form, "told").value  # filled in, in the customer's language
    assert not field(form, "told").required
    assert (await world.reload(case))["state"] == "open"


async def test_a_form_with_mistakes_comes_back_with_what_was_typed(world):
    case = await world.unhappy()
    key = f"c:resolve:{case['id']}"
    form = (await world.fills_in(ANA, key, root_cause="aliens", done="  ", told="We are sorry.")).form
    assert field(form, "root_cause").error
    assert field(form, "done").error
    assert field(form, "told").value == "We are sorry."
    assert field(form, "told").error == ""
    long = (await world.fills_in(ANA, key, root_cause="waiting", done="x" * 3_000)).form
    assert field(long, "done").error
    assert (await world.reload(case))["state"] == "open"


async def test_a_form_sent_after_somebody_else_was_faster_changes_nothing(world):
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:resolve:{case['id']}")
    await world.fills_in(BEN, f"c:dismiss:{case['id']}", ending="spam")
    late = await world.resolves(ANA, case)
    assert "already over" in late.notice
    assert (await world.reload(case))["state"] == "dismissed"


async def test_hand_over_offers_everybody_who_could_take_it_but_the_owner(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    form = (await world.presses(ANA, f"c:hand_over:{case['id']}")).form
    assert [label for _, label in field(form, "owner").options] == ["Ben · 0 open", "Ada · 0 open", "Team Delivery"]
    ben = await world.person("Ben")
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner=ben["id"])
    assert (await world.reload(case))["owner_id"] == ben["id"]
    stranger = await world.person("Sam Rivera")
    refused = await world.fills_in(BEN, f"c:hand_over:{case['id']}", owner=stranger["id"])
    assert field(refused.form, "owner").error


async def test_dismiss_says_why_and_that_nothing_is_sent(world):
    case = await world.unhappy()
    form = (await world.presses(ANA, f"c:dismiss:{case['id']}")).form
    assert len(field(form, "ending").options) == 4
    assert form.intro


async def test_snooze_needs_a_time_on_offer_and_a_reason(world):
    case = await world.unhappy()
    key = f"c:snooze:{case['id']}"
    assert field((await world.fills_in(ANA, key, until="9y", reason="later")).form, "until").error
    assert field((await world.fills_in(ANA, key, until="1h", reason=" ")).form, "reason").error
    done = await world.fills_in(ANA, key, until="7d", reason="customer is away")
    assert "snoozed" in done.notice


async def test_merge_offers_the_other_cases_of_the_same_person(world):
    first = await world.unhappy(words="slow")
    await world.later(days=2)
    await world.happens("account")
    await world.writes(SAM, "3")
    second = (await world.all("cases"))[-1]
    form = (await world.presses(ANA, f"c:merge:{second['id']}")).form
    assert field(form, "into").options == ((first["id"], first["code"]),)
    await world.fills_in(ANA, f"c:merge:{second['id']}", into=first["id"])
    assert (await world.reload(second))["state"] == "merged"


@pytest.mark.parametrize("choice", ["c:", "c::", "c:claim", "c:claim:", "c:claim:x:y:z", "c:resolve:gone", "c:💥:1"])
async def test_a_broken_button_is_answered_and_changes_nothing(world, choice):
    case = await world.unhappy()
    before = await world.reload(case)
    for who in (ANA, SAM):
        assert (await world.presses(who, choice, place=SUPPORT)).notice
    assert await world.reload(case) == before


async def test_a_notice_is_said_in_the_language_of_the_one_who_pressed(world):
    await world.happens("delivery", "late")
    await world.writes(SAM, "agent")
    case = await world.the("cases")
    assert case["team_id"] == "delivery"
    receipt = await world.presses(WEI, f"c:claim:{case['id']}")
    assert case["code"] in receipt.notice
    assert not receipt.notice.startswith("Case")


async def test_talk_of_somebody_who_is_no_member_is_only_answered_to_them(world):
    receipt = await world.writes("stranger", "hello all", place=SUPPORT)
    assert "Ask Ana" in receipt.notice
    assert world.texts(SUPPORT) == []


async def test_a_picture_in_a_teams_channel_is_theirs(world):
    receipt = await world.sends(ANA, "image")
    assert (receipt.notice, receipt.outbox_ids) == ("", ())
    assert await world.all("remarks") == []


async def test_the_same_press_from_two_channels_of_one_person_is_still_one_claim(world):
    case = await world.unhappy()
    first = await world.presses(ANA, f"c:claim:{case['id']}")
    second = await world.presses(ANA, f"c:claim:{case['id']}", place=ANA)
    assert "is yours" in first.notice
    assert "already yours" in second.notice


async def test_leads_are_named_and_where_nobody_leads_the_members(world):
    assert await world.store.read(case_messages.lead_names, "support") == ["Ana"]
    assert await world.store.read(case_messages.lead_names, "delivery") == ["小伟"]
    assert await world.store.read(case_messages.lead_names, "nowhere") == []
    assert world.texts(DELIVERY) == []


async def test_talk_among_colleagues_is_theirs_and_a_mistyped_command_is_not(world):
    for talk in ("open question: who calls Sam back?", "lunch at one?", "超时了怎么办，谁去处理一下"):
        await world.writes(ANA, talk)
    assert world.texts(SUPPORT) == []
    await world.writes(ANA, "overdu")
    assert "overdue" in world.last(SUPPORT).text


async def test_a_preview_shows_exactly_what_the_customer_would_read_and_sends_nothing(world):
    case = await world.unhappy(MEI)
    before = len(world.texts(MEI))
    shown = (await world.fills_in(ANA, f"preview:c:reply:{case['id']}", words="马上为您处理")).form
    assert shown.submit == ""
    assert len(world.texts(MEI)) == before
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="马上为您处理")
    assert world.texts(MEI)[-1] == shown.intro == "马上为您处理\n—— Ana，Support"


async def test_a_preview_of_a_resolution_without_words_says_that_nothing_is_sent(world):
    case = await world.unhappy()
    shown = (await world.fills_in(ANA, f"preview:c:resolve:{case['id']}", root_cause="", done="", told="")).form
    assert shown.intro == "The customer is told nothing."


async def test_who_is_not_of_the_team_is_shown_no_preview(world):
    case = await world.unhappy()
    refused = await world.fills_in(SAM, f"preview:c:reply:{case['id']}", words="hello")
    assert refused.form is None
    assert "Only the team" in refused.notice
