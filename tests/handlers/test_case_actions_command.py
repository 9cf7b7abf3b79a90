from __future__ import annotations

import dataclasses

import pytest
from world import ADA, ANA, BEN, HOUR, MEI, SAM, SUPPORT, WEI, arguments

from cxbot import wording
from cxbot.ports import Limits
from handlers import commands
from handlers.dialogue import handling
from handlers.grammar import Parsed, parse


async def types(world, who, text, **more):
    return await world.writes(who, text, **more)


ACTIONS = (
    "claim", "contacted", "dismiss", "hand_over", "merge", "reached", "release", "reopen", "reply", "resolve", "snooze",
    "undo", "call_off",
)  # fmt: skip


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_stands_on_a_button_is_a_command_with_the_code_of_the_case(action, language):
    label = wording.text(f"card.action.{action}", language)
    parsed = parse(f"{label} K7M2Q9", commands.known())
    assert isinstance(parsed, Parsed)
    assert parsed.arguments["code"] == "K7M2Q9"
    named = {"call_off": "not a promise"}.get(action, action.replace("_", " "))
    assert parsed.command.name == named


@pytest.mark.parametrize(
    "talk", ["claim it please", "resolve this one first", "reply to him", "release the parcel", "merge conflicts again"]
)
async def test_talk_that_begins_like_a_command_stays_talk(world, talk):
    before = world.texts(SUPPORT)
    await types(world, ANA, talk)
    assert world.texts(SUPPORT) == before


async def test_a_code_alone_shows_the_case_with_its_buttons(world):
    case = await world.unhappy(words="slow")
    await types(world, BEN, case["code"].lower())
    shown = world.cards()[-1]
    assert "slow" in shown.text
    assert shown.choices[0].key == f"c:claim:{case['id']}"


async def test_claim_and_undo_by_message_with_where_it_came_from(world):
    case = await world.unhappy()
    receipt = await types(world, ANA, f"claim {case['code']}")
    assert receipt.notice == f"Case {case['code']} is yours."
    assert arguments((await world.all("events", subject_id=case["id"]))[-1]) == {"via": "web"}
    receipt = await types(world, ANA, "undo")
    assert "Taken back" in receipt.notice
    assert (await world.reload(case))["state"] == "open"
    assert (await types(world, ANA, "undo")).outbox_ids
    assert "nothing" in world.last(SUPPORT).text.lower()


async def test_undo_takes_back_ones_own_only(world):
    case = await world.unhappy()
    await types(world, ANA, f"claim {case['code']}")
    await types(world, BEN, "undo")
    assert (await world.reload(case))["state"] == "claimed"


async def test_in_chinese(world):
    case = await world.unhappy()
    await world.fills_in(ANA, f"c:hand_over:{case['id']}", owner="team:delivery")
    receipt = await types(world, WEI, f"认领{case['code']}")
    assert case["code"] in receipt.notice
    receipt = await types(world, WEI, f"稍后处理 {case['code']} 3小时 等待配件")
    after = await world.reload(case)
    assert (after["snoozed_until"], after["snooze_reason"]) == (world.now + 3 * HOUR, "等待配件")
    receipt = await types(world, WEI, f"回复 {case['code']} 我们正在处理。")
    assert receipt.form.fields[0].value == "我们正在处理。"


async def test_a_reply_is_never_sent_unseen(world):
    case = await world.unhappy()
    before = world.texts(SAM)
    receipt = await types(world, ANA, f"reply {case['code']} We are looking into it.")
    assert receipt.form.fields[0].value == "We are looking into it."
    assert receipt.form.preview
    assert world.texts(SAM) == before


async def test_what_is_missing_is_asked_in_the_form_with_what_was_typed(world):
    case = await world.unhappy()
    form = (await types(world, ANA, f"snooze {case['code']} 3h")).form
    assert [field.name for field in form.fields] == ["until", "reason"]
    form = (await types(world, ANA, f"resolve {case['code']} waited too long: called them | We are sorry.")).form
    assert [field.value for field in form.fields] == ["waiting", "called them", "We are sorry."]
    form = (await types(world, ANA, f"hand over {case['code']} to nobody")).form
    assert form.fields[0].name == "owner"


async def test_hand_over_snooze_dismiss_and_merge_are_done_where_nothing_is_missing(world):
    case = await world.unhappy()
    assert "handed over" in (await types(world, ANA, f"hand over {case['code']} to Ben")).notice
    assert (await world.reload(case))["owner_id"] == (await world.person("Ben"))["id"]
    await types(world, ANA, f"snooze {case['code']} tomorrow waiting for parts")
    assert (await world.reload(case))["snooze_reason"] == "waiting for parts"
    await types(world, BEN, f"dismiss {case['code']} spam")
    assert (await world.reload(case))["ending"] == "spam"
    await types(world, BEN, f"reopen {case['code']}")
    assert (await world.reload(case))["state"] == "claimed"


@pytest.mark.parametrize("line", ["dismiss {} 2 customers wrote this", "hand over {} 1 of us should"])
async def test_a_sentence_that_begins_with_a_number_is_no_place_in_the_menu(world, line):
    case = await world.unhappy()
    before = await world.the("cases")
    await types(world, ANA, line.format(case["code"]))
    after = await world.the("cases")
    assert (after["state"], after["owner_id"]) == (before["state"], before["owner_id"])


async def test_the_refusals_are_those_of_the_buttons(world):
    case = await world.unhappy()
    await types(world, ANA, f"claim {case['code']}")
    assert "Ana" in (await types(world, BEN, f"claim {case['code']}")).notice
    await types(world, WEI, f"claim {case['code']}")
    assert "没有服务单" in world.last("team:delivery").text
    await types(world, ANA, "claim ZZZZZ2")
    assert world.last(SUPPORT).text == "There is no case ZZZZZ2 here."


async def test_a_code_with_one_wrong_sign_is_asked_about(world):
    case = await world.unhappy()
    wrong = case["code"][:-1] + ("2" if case["code"][-1] != "2" else "3")
    await types(world, ANA, f"claim {wrong}")
    assert f"Did you mean {case['code']}?" in world.last(SUPPORT).text


async def test_a_redelivered_command_is_not_done_twice(world):
    case = await world.unhappy()
    await types(world, ANA, f"claim {case['code']}", id="m-1")
    await types(world, ANA, "undo", id="m-2")
    await types(world, ANA, f"claim {case['code']}", id="m-1")
    assert (await world.reload(case))["state"] == "open"


async def test_an_admin_works_a_case_from_their_own_chat(world):
    case = await world.unhappy()
    receipt = await types(world, ADA, f"claim {case['code']}")
    assert receipt.notice == f"Case {case['code']} is yours."


async def test_a_customer_who_types_a_command_gives_none(world):
    case = await world.unhappy(MEI)
    await types(world, MEI, f"claim {case['code']}")
    assert (await world.reload(case))["state"] == "open"


async def test_where_words_open_no_form_a_button_does_with_what_was_typed(world):
    case = await world.unhappy()
    receipt = await types(world, ANA, f"reply {case['code']} We are looking into it.", no_form=True)
    assert receipt.form is None
    offered = world.last(ANA)
    assert offered.choices[0].label == "Open the form"
    opened = await world.presses(ANA, offered.choices[0].key)
    assert opened.form.key == f"c:reply:{case['id']}"
    assert opened.form.fields[0].value == "We are looking into it."
    await world.later(minutes=31)
    assert (await world.presses(ANA, offered.choices[0].key)).form is None


async def test_where_there_are_no_forms_what_was_typed_is_not_asked_again(world):
    from cxbot.inbound import receive

    limits = dataclasses.replace(Limits(per_second=0), forms=False, buttons=False)
    world.deliver = receive(world.store, world.clock.clock, handling({"web": limits}))
    case = await world.unhappy()
    await types(world, ANA, f"reply {case['code']} We are looking into it.", place=ANA)
    assert "We are looking into it." in world.last(ANA).text
    await types(world, ANA, "1", place=ANA)
    assert world.texts(SAM)[-1].startswith("We are looking into it.")


@pytest.mark.parametrize(
    ("typed", "done", "told"),
    [
        (
            "resolve {} too slow: restarted it | It works again: sorry.",
            "too slow: restarted it",
            "It works again: sorry.",
        ),
        ("解決 {} 等太久: 已致電道歉 | 我們已加派人手。", "等太久: 已致電道歉", "我們已加派人手。"),
        ("resolve {} restarted it ｜ All is well：sorry", "restarted it", "All is well：sorry"),
    ],
)
async def test_what_the_customer_is_told_stays_as_typed_where_the_cause_is_not_known(world, typed, done, told):
    case = await world.unhappy()
    await types(world, ANA, f"claim {case['code']}")
    receipt = await types(world, ANA, typed.format(case["code"]))
    values = {field.name: field.value for field in receipt.form.fields}
    assert (values["done"], values["told"]) == (done, told)
    assert not values["root_cause"]
