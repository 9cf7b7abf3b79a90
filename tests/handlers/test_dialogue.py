"""Forms and notices where a channel has neither: asked field by field, and said as messages."""

from __future__ import annotations

import re

import pytest
from world import ANA, BEN, DELIVERY, MEI, SAM, SUPPORT, TEAMS, WEI

from cxbot.domain import replies
from cxbot.inbound import receive
from cxbot.ports import Form, Inbound, Limits, Receipt
from cxbot.testing import FakeChannel
from cxbot.transactions import dialogues, teams
from cxbot.wording import LANGUAGES, text
from handlers import dialogue, dispatch

PLAIN = Limits(per_second=0, buttons=False, forms=False, notices=False)
BUTTONS = Limits(per_second=0, forms=False, notices=False)


def restart(world, limits):
    """A process that begins anew on the same store: nothing is remembered but what stands there."""
    world.web = FakeChannel("web", limits)
    world.delivery.channels = {"web": world.web, "slack": world.slack}
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling({"web": limits}))


@pytest.fixture
def chat(world):
    """The company on a channel of nothing but words."""
    restart(world, PLAIN)
    return world


@pytest.fixture
def pressed(world):
    """The company on a channel with buttons, but without forms and notices."""
    restart(world, BUTTONS)
    return world


async def answers(world, who, *said):
    """Somebody writes in their own conversation with the bot; gives the newest message there."""
    for each in said:
        await world.writes(who, each, place=who)
    return world.last(who)


async def opens(world, who, action, case):
    """Somebody presses a button of an alert in their team's channel; gives what they are asked."""
    receipt = await world.presses(who, f"c:{action}:{case['id']}")
    assert (receipt.form, receipt.notice) == (None, "")
    return world.last(who).text


# A form, field by field -----------------------------------------------------------------------------------------------


async def test_a_case_is_resolved_word_by_word(chat):
    case = await chat.unhappy(SAM)
    before = chat.texts(SUPPORT)
    asked = await opens(chat, ANA, "resolve", case)
    assert asked.startswith(f"Resolve case {case['code']} (1 of 3)\n\nRoot cause\nWrite “cancel” to stop.\n1. ")
    done = await answers(chat, ANA, "waited too long")
    assert done.text == f"Resolve case {case['code']} (2 of 3)\n\nWhat was done"
    told = (await answers(chat, ANA, "Called them")).text
    assert "(3 of 3)\n\nWhat the customer is told\nSent as you write it, in English." in told
    assert "Filled in: Hello Sam Rivera, thank you" in told
    assert told.endswith("Write “ok” to keep it.\nWrite “skip” to leave it empty.")
    shown = await answers(chat, ANA, "We have refunded you.")
    assert "We have refunded you." in shown.text
    assert shown.text.startswith("The customer reads\n\n")
    assert shown.text.endswith("1. Send\n2. Change\n3. Cancel\nReply 1, 2 or 3.")
    assert chat.texts(SUPPORT) == before  # nobody else reads along
    assert (await chat.reload(case))["state"] == "open"
    assert "is resolved" in (await answers(chat, ANA, "1")).text
    case = await chat.reload(case)
    assert (case["state"], case["root_cause"]) == ("resolved", "waiting")
    assert (case["done_words"], case["told_words"]) == ("Called them", "We have refunded you.")


async def test_a_case_is_resolved_in_chinese_with_what_was_filled_in(chat):
    await chat.happens("delivery", "late", MEI)
    await chat.writes(MEI, "人工")
    case = await chat.the("cases")
    asked = await opens(chat, WEI, "resolve", case)
    assert "（1/3）\n\n根本原因\n发“取消”可放弃填写。\n1. " in asked
    told = (await answers(chat, WEI, "1", "已经打电话道歉")).text
    assert "已填：林美，您好！" in told
    shown = (await answers(chat, WEI, "好")).text
    assert shown.startswith("客户将看到\n\n")
    assert "林美，您好！" in shown
    assert "1. 发送\n2. 修改\n3. 取消" in shown
    assert "已解决" in (await answers(chat, WEI, "發送")).text
    assert "林美，您好！" in (await chat.reload(case))["told_words"]


async def test_what_may_be_left_empty_is_skipped(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    shown = await answers(chat, ANA, "1", "Called them", "跳過")
    assert "The customer is told nothing." in shown.text
    await answers(chat, ANA, "send")
    assert (await chat.reload(case))["told_words"] == ""


async def test_a_snooze_is_chosen_by_pressing(pressed):
    case = await pressed.unhappy()
    asked = await opens(pressed, ANA, "snooze", case)
    assert "Filled in: in 3 hours" in asked
    choices = pressed.last(ANA).choices
    assert [choice.label for choice in choices][:2] == ["in 1 hour", "in 3 hours"]
    assert all(len(choice.key) <= 64 and choice.key.isascii() for choice in choices)
    await pressed.presses(ANA, choices[4].key, place=ANA)
    assert "(2 of 2)\n\nWhy" in pressed.last(ANA).text
    assert "snoozed" in (await answers(pressed, ANA, "customer is away")).text
    case = await pressed.reload(case)
    assert case["snoozed_until"] == pressed.now + 7 * 24 * 60 * 60 * 1000
    assert case["snooze_reason"] == "customer is away"


@pytest.mark.parametrize("said", ["2", "in 3 hours", "ok", "3h"])
async def test_an_option_is_named_by_number_by_label_or_kept(chat, said):
    case = await chat.unhappy()
    await opens(chat, ANA, "snooze", case)
    await answers(chat, ANA, said, "customer is away")
    assert (await chat.reload(case))["snoozed_until"] == chat.now + 3 * 60 * 60 * 1000


async def test_a_case_is_handed_over_by_name(chat):
    case = await chat.unhappy()
    await chat.presses(ANA, f"c:claim:{case['id']}")
    asked = await opens(chat, ANA, "hand_over", case)
    assert "of 1" not in asked
    assert "1. Ben · 0 open\n2. Ada · 0 open\n3. Team Delivery" in asked
    assert "handed over" in (await answers(chat, ANA, "ben")).text
    assert (await chat.reload(case))["owner_id"] == (await chat.person("Ben"))["id"]


async def test_a_wrong_value_is_told_and_the_same_field_asked_again(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    wrong = (await answers(chat, ANA, "aliens")).text
    assert wrong.startswith("Please choose one of the options.\n\nResolve")
    assert "(1 of 3)" in wrong
    missing = (await answers(chat, ANA, "1", "-")).text
    assert missing.startswith("Please fill this in.")
    assert "(2 of 3)" in missing
    assert (await answers(chat, ANA, "x" * 2_001)).text.startswith("At most")
    assert "(3 of 3)" in (await answers(chat, ANA, "Called them")).text
    again = (await answers(chat, ANA, "skip", "perhaps")).text
    assert again.startswith("Please choose one of the options.\n\nThe customer reads")


async def test_a_form_that_comes_back_with_mistakes_asks_for_those_alone(chat):
    case = await chat.unhappy()
    await chat.presses(ANA, f"c:claim:{case['id']}")
    await opens(chat, ANA, "snooze", case)
    await answers(chat, ANA, "1")
    await chat.store.run(_offer_less)
    again = (await answers(chat, ANA, "customer is away")).text
    assert "Please choose one of the options." in again
    assert "(1 of 2)\n\nUntil" in again
    assert "Filled in" not in again
    assert "snoozed" in (await answers(chat, ANA, "1")).text
    assert (await chat.reload(case))["snooze_reason"] == "customer is away"


def _offer_less(tx):
    """What was chosen is no longer on offer when the form is sent."""
    held = dialogues.hold(tx, "web", ANA)
    dialogues.begin(tx, "web", ANA, held.form, {"until": "9y"}, held.lapses_at - dialogues.LAPSE_MS)


async def test_change_goes_through_the_fields_again_with_what_was_given(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    changed = (await answers(chat, ANA, "1", "Called them", "We are sory.", "change")).text
    assert "(1 of 3)" in changed
    assert "Filled in: Waited too long" in changed
    shown = (await answers(chat, ANA, "ok", "ok", "We are sorry.")).text
    assert "We are sorry." in shown
    await answers(chat, ANA, "Send")
    case = await chat.reload(case)
    assert (case["done_words"], case["told_words"]) == ("Called them", "We are sorry.")


async def test_the_preview_is_exactly_what_the_customer_reads(pressed):
    case = await pressed.unhappy(MEI, words="慢")
    await opens(pressed, ANA, "reply", case)
    shown = await answers(pressed, ANA, "马上为您处理")
    before = len(pressed.texts(MEI))
    await pressed.presses(ANA, shown.choices[0].key, place=ANA)
    assert pressed.texts(MEI)[before:] == ["马上为您处理\n—— Ana，Support"]
    assert shown.text == "The customer reads\n\n马上为您处理\n—— Ana，Support\n\nCan be delivered now."


async def test_a_form_without_anything_to_send_is_shown(chat):
    case = await chat.unhappy()
    await chat.fills_in(ANA, f"preview:c:reply:{case['id']}", words="We are on it.")
    assert chat.last(ANA).text == "The customer reads\n\nWe are on it.\n— Ana, Support\n\nCan be delivered now."
    assert await _held(chat, ANA) is None


# Leaving it, and coming back to it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["cancel", "Cancel", "取消"])
async def test_a_form_is_left_by_a_word(chat, word):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    left = await answers(chat, ANA, "1", word)
    assert left.text == f"Resolve case {case['code']}: cancelled. Nothing was changed."
    assert (await chat.person("Ana"))["opted_out"] == ""
    assert await _held(chat, ANA) is None
    await opens(chat, ANA, "resolve", case)
    assert "cancelled" in (await answers(chat, ANA, "1", "Called them", "ok", "3")).text
    assert (await chat.reload(case))["state"] == "open"


async def test_a_form_that_is_not_answered_lapses(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "snooze", case)
    await chat.later(minutes=29)
    await answers(chat, ANA, "1")
    await chat.later(minutes=29)
    assert "Please fill this in." in (await answers(chat, ANA, "-")).text  # each answer gives it half an hour more
    await chat.later(minutes=1)
    before = len(chat.texts(ANA))
    await answers(chat, ANA, "customer is away")
    lapsed, handled = chat.texts(ANA)[before:]
    assert "cancelled after 30 minutes" in lapsed
    assert "I don't know “customer is away”" in handled
    assert (await chat.reload(case))["snoozed_until"] == 0
    assert "I don't know" in (await answers(chat, ANA, "customer is away")).text
    assert len([words for words in chat.texts(ANA) if "cancelled after" in words]) == 1


async def test_a_form_survives_a_restart(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    await answers(chat, ANA, "1")
    restart(chat, PLAIN)
    await answers(chat, ANA, "Called them", "ok")
    restart(chat, PLAIN)
    await answers(chat, ANA, "1")
    assert (await chat.reload(case))["done_words"] == "Called them"


async def test_another_form_takes_the_place_of_the_one_before(pressed):
    case = await pressed.unhappy()
    await opens(pressed, ANA, "resolve", case)
    old = pressed.last(ANA).choices[0].key
    await opens(pressed, ANA, "dismiss", case)
    await pressed.presses(ANA, old, place=ANA)
    assert "no longer applies" in pressed.last(ANA).text
    assert "dismissed" in (await answers(pressed, ANA, "4")).text


@pytest.mark.parametrize(
    "broken", ["d:", "d:::", "d:x:root_cause:1", "{id}:done:1", "{id}:root_cause:99", "{id}:root_cause:x"]
)
async def test_a_broken_or_older_option_answers_nothing(pressed, broken):
    case = await pressed.unhappy()
    await pressed.presses(ANA, broken, place=ANA)
    assert "no longer applies" in pressed.last(ANA).text
    await opens(pressed, ANA, "resolve", case)
    held = await _held(pressed, ANA)
    await pressed.presses(ANA, broken.replace("{id}", f"d:{held.id}"), place=ANA)
    assert "no longer applies" in pressed.last(ANA).text
    assert (await _held(pressed, ANA)).given == {}


async def test_a_case_that_is_over_by_then_ends_the_form(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    await answers(chat, ANA, "1", "Called them")
    await chat.fills_in(BEN, f"c:dismiss:{case['id']}", ending="spam")
    assert "already over" in (await answers(chat, ANA, "ok")).text
    assert await _held(chat, ANA) is None
    assert (await chat.reload(case))["state"] == "dismissed"


# What is said in between ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["mine", "/mine", "我的服务单"])
async def test_a_command_in_between_is_carried_out_and_the_form_goes_on(chat, command):
    case = await chat.unhappy()
    await opens(chat, ANA, "resolve", case)
    await answers(chat, ANA, "1")
    listed = await answers(chat, ANA, command)
    assert "(2 of 3)" not in listed.text
    await chat.writes(ANA, "numbers", place=ANA, command=True)
    assert "(3 of 3)" in (await answers(chat, ANA, "Called them")).text
    assert (await _held(chat, ANA)).given["done"] == "Called them"


async def test_a_button_in_between_is_pressed_and_the_form_goes_on(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "snooze", case)
    await chat.presses(ANA, f"c:claim:{case['id']}")
    assert "is yours" in chat.last(ANA).text
    assert "(2 of 2)" in (await answers(chat, ANA, "1")).text


async def test_a_word_that_stops_messages_comes_first(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "snooze", case)
    await answers(chat, ANA, "1", "unsubscribe")
    assert (await chat.person("Ana"))["opted_out"] == "surveys"
    assert (await chat.reload(case))["snoozed_until"] == 0


async def test_talk_in_a_shared_place_answers_nothing(chat):
    case = await chat.unhappy()
    await opens(chat, ANA, "snooze", case)
    before = len(chat.texts(ANA))
    await chat.writes(ANA, "1")
    await answers(chat, BEN, "1")
    assert chat.texts(ANA)[before:] == []
    assert (await _held(chat, ANA)).given == {}


async def test_a_repeat_answers_once(chat):
    case = await chat.unhappy()
    first = await chat.presses(ANA, f"c:snooze:{case['id']}", id="press")
    again = await chat.presses(ANA, f"c:snooze:{case['id']}", id="press")
    assert (again.outbox_ids, again.repeated) == (first.outbox_ids, True)
    for _ in range(3):
        await chat.writes(ANA, "1", place=ANA, id="answer")
    assert len([words for words in chat.texts(ANA) if "(2 of 2)" in words]) == 1
    assert (await _held(chat, ANA)).given == {"until": "1h"}


# Notices --------------------------------------------------------------------------------------------------------------


async def test_a_notice_is_said_as_a_message_to_the_one_who_acted(chat):
    case = await chat.unhappy()
    await chat.presses(ANA, f"c:claim:{case['id']}")
    receipt = await chat.presses(BEN, f"c:claim:{case['id']}")
    row = await chat.the("outbox", id=receipt.outbox_ids[-1])
    assert (receipt.notice, row["kind"], row["address"], row["order_key"]) == ("", "verbatim", BEN, f"web:{BEN}")
    assert "Ana already has this case" in chat.last(BEN).text
    assert not any("already has" in words for words in chat.texts(SUPPORT))


async def test_a_channel_with_notices_and_no_forms_shows_them(world):
    restart(world, Limits(per_second=0, forms=False))
    case = await world.unhappy()
    assert "is yours" in (await world.presses(ANA, f"c:claim:{case['id']}")).notice
    await opens(world, ANA, "dismiss", case)
    assert "dismissed" in (await world.writes(ANA, "1", place=ANA)).notice


async def test_a_channel_with_forms_and_no_notices_opens_them(world):
    restart(world, Limits(per_second=0, notices=False))
    case = await world.unhappy()
    assert (await world.presses(ANA, f"c:resolve:{case['id']}")).form is not None
    assert (await world.presses(ANA, f"c:claim:{case['id']}")).notice == ""
    assert "is yours" in world.last(ANA).text


async def test_a_notice_to_somebody_unknown_is_said_in_the_companys_language(chat):
    case = await chat.unhappy()
    await chat.presses("stranger", f"c:claim:{case['id']}", place=SUPPORT)
    assert "Only the team can do that" in chat.last("stranger").text


async def test_who_has_no_language_is_asked_in_their_teams(chat):
    lin = {"address": "web:member:lin", "name": "Lin", "role": "member"}
    members = [*TEAMS["delivery"]["members"], lin]
    await chat.store.run(teams.seed, {"delivery": {**TEAMS["delivery"], "members": members}}, chat.now)
    await chat.happens("delivery", "late")
    await chat.writes(SAM, "agent")
    case = await chat.the("cases", team_id="delivery")
    assert (await chat.person("Lin"))["language"] == ""
    await chat.presses("member:lin", f"c:snooze:{case['id']}", place=DELIVERY)
    assert "发“好”可保留。" in chat.last("member:lin").text


async def test_a_report_asks_what_it_was_about_and_is_taken_once(chat):
    await chat.ticket_closed(SAM)
    report = {"kind": "interaction", "subject": SAM, "place": SUPPORT, "id": "m-7"}
    await chat.acts(ANA, **report)
    asked = chat.last(ANA).text
    assert "The person who wrote this is asked in chat" in asked
    assert "(1 of 2)" in asked
    await answers(chat, ANA, "1")
    assert "(2 of 2)" in chat.last(ANA).text
    before = len(await chat.all("interactions"))
    await answers(chat, ANA, "-")
    assert len(await chat.all("interactions")) == before + 1


# Everything else ------------------------------------------------------------------------------------------------------


async def test_a_channel_with_forms_is_left_alone(world):
    case = await world.unhappy()
    before = len(await world.all("outbox"))
    receipt = await world.presses(ANA, f"c:resolve:{case['id']}")
    assert receipt.form is not None
    assert receipt.outbox_ids == ()
    assert len(await world.all("outbox")) == before
    assert await _held(world, ANA) is None


def test_a_channel_with_forms_costs_no_statement(monkeypatch):
    receipt = Receipt(form=Form("c:resolve:1", "Resolve", (), "Resolve"), notice="Case 1 is yours.")
    monkeypatch.setattr(dispatch, "handle", lambda *_: receipt)
    text = Inbound(id="1", channel="web", place=ANA, sender=ANA, kind="text", text="1")
    assert dialogue.handling({"web": Limits()})(None, text, 0, None) is receipt  # there is not even a transaction


def test_the_words_of_a_form_asked_in_chat_are_understood():
    understood = {"cancel_hint": dialogue.CANCEL, "skip_hint": dialogue.SKIP, "keep_hint": dialogue.KEEP}
    for language in LANGUAGES:
        for hint, words in understood.items():
            (told,) = re.findall(r"[“「]([^”」]+)[”」]", text(f"form.asked.{hint}", language))
            assert replies.fold(told) in words, (language, hint)


async def _held(world, who):
    return await world.store.run(dialogues.hold, "web", who)
