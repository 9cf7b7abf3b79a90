"""Teams, leads and admins in Slack: the alert, its thread, forms, commands, and what Slack itself reports."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from fake_slack import BOT, buttons, visible
from slack_program import ADA, ANA, BEN, DELIVERY, LOBBY, MEI, SAM, SHARED, SUPPORT, WEI, arguments, workspace


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        yield opened


async def opened(the, who, part, where=SUPPORT):
    """Somebody presses what opens a form; the form."""
    before = len(the.slack.views)
    await the.slack.click(who, where, part)
    return await the.slack.until(lambda: len(the.slack.views) > before and the.slack.views[-1])


async def test_the_alert_says_how_grave_it_is_in_words_and_shows_each_reader_their_own_time(the):
    case = await the.unhappy()
    (card,) = the.cards()
    assert visible(card).startswith("🟡 Medium · Sam · 2/5")
    assert f"<!date^{case['promised_at'] // 1000}^{{date_short_pretty}} {{time}} ({{ago}})|14:00 (in 4 h)>" in visible(
        card
    )
    assert "Contact by: 14:00 (in 4 h)" in card["text"]
    assert list(buttons(card)) == ["Claim", "Reply", "Snooze", "Hand over", "Resolve", "Dismiss"]


async def test_two_press_claim_at_the_same_moment_and_the_other_is_told_who_has_it(the):
    await the.unhappy()
    first, second = await asyncio.gather(
        the.slack.click(ANA, SUPPORT, "c:claim"), the.slack.click(BEN, SUPPORT, "c:claim")
    )
    assert (first.status, second.status) == (200, 200)
    notices = await the.slack.until(lambda: len(the.slack.ephemerals) == 2 and the.slack.ephemerals)
    assert sorted("already has this case" in each["text"] for each in notices) == [False, True]
    await the.rest()
    assert len(await the.rows("events", kind="claimed")) == 1
    assert len(the.cards()) == 1


async def test_reminders_and_escalations_stand_in_the_thread_and_call_only_who_should_act(the):
    await the.unhappy()
    await the.later(minutes=31)
    (card,) = the.cards()
    (reminder,) = the.thread(card)
    assert visible(reminder).startswith("<@UANA> case")
    assert "<@UBEN>" not in visible(reminder)
    await the.slack.click(BEN, SUPPORT, "c:claim")
    await the.rest()
    before = len(the.thread(card))
    await the.later(hours=3, minutes=20)
    said = [visible(message) for message in the.thread(card)[before:]]
    assert said
    assert all("<@UBEN>" in words and "<@UANA>" not in words for words in said)


async def test_nobody_is_called_by_what_they_have_just_done_themselves(the):
    await the.unhappy()
    await the.slack.click(ANA, SUPPORT, "c:claim")
    view = await opened(the, ANA, "c:reply")
    await the.slack.submit(ANA, view, words="We are on it")
    await the.rest()
    (card,) = the.cards()
    (line,) = the.thread(card)
    assert visible(line) == "Ana to the customer: “We are on it” · delivered 10:00"
    assert the.slack.texts(SAM)[-1] == "We are on it\n— Ana, Support"


async def test_handing_over_calls_the_new_owner_and_a_team_gets_an_alert_of_its_own(the):
    await the.unhappy()
    ben = next(row["id"] for row in await the.rows("people") if row["name"] == "Ben")
    view = await opened(the, ANA, "c:hand_over")
    await the.slack.submit(ANA, view, owner=ben)
    await the.rest()
    (card,) = the.cards()
    assert visible(the.thread(card)[-1]).startswith("<@UBEN> case")
    view = await opened(the, BEN, "c:hand_over")
    await the.slack.submit(BEN, view, owner="team:delivery")
    await the.rest()
    (other,) = the.cards(DELIVERY)
    assert "林" not in visible(other)
    assert visible(the.thread(other)[0]).startswith("<@UWEI>")
    assert (await the.slack.click(WEI, DELIVERY, "c:claim")).status == 200
    await the.rest()
    assert (await the.rows("cases"))[0]["team_id"] == "delivery"


async def test_a_form_with_a_mistake_keeps_what_was_typed_and_says_it_beside_the_field(the):
    await the.unhappy()
    view = await opened(the, ANA, "c:snooze")
    assert [block["block_id"] for block in view["blocks"]] == ["until", "reason"]
    wrong = await the.slack.submit(ANA, view, until="1h", reason="x" * 2_500)
    assert wrong.body == {"response_action": "errors", "errors": {"reason": "At most 2000 characters, please."}}
    assert (await the.slack.submit(ANA, view, until="1h", reason="waiting for the courier")).body is None
    await the.rest()
    assert "waiting for the courier" in visible(the.cards()[0])


async def test_a_form_that_cannot_be_opened_in_time_is_said_to_who_pressed(the):
    await the.unhappy()
    the.slack.script("views.open", {"ok": False, "error": "expired_trigger_id"})
    await the.slack.click(ANA, SUPPORT, "c:resolve")
    (told,) = await the.slack.until(lambda: the.slack.ephemerals)
    assert "press once more" in told["text"]


async def test_who_is_not_of_the_team_is_told_privately_who_can(the):
    await the.unhappy()
    await the.slack.click(MEI, SUPPORT, "c:claim")
    (told,) = await the.slack.until(lambda: the.slack.ephemerals)
    assert "Only the team can do that. Ask Ana" in told["text"]
    assert the.slack.messages[SUPPORT][-1] == the.cards()[0]


# Commands --------------------------------------------------------------------------------------------------------


async def test_a_command_is_answered_where_it_was_given_and_for_the_one_who_gave_it(the):
    await the.unhappy()
    said = len(the.slack.messages[SUPPORT])
    for channel in (SUPPORT, LOBBY):
        assert (await the.slack.command(ANA, channel, "open")).status == 200
        await the.rest()
        answer = the.slack.ephemerals[-1]
        assert (answer["channel"], answer["user"]) == (channel, ANA)
        assert "Sam" in visible(answer)
    assert len(the.slack.messages[SUPPORT]) == said


async def test_where_the_answer_to_a_command_cannot_be_shown_it_comes_as_a_direct_message(the):
    the.app.channels["slack"]._asides.keep = lambda *_: None
    await the.slack.command(ADA, LOBBY, "status")
    await the.rest()
    assert "All is well" in the.slack.texts(ADA)[-1]


@pytest.mark.parametrize(
    ("words", "shown"), [("status", "All is well"), ("状态", "一切正常"), ("", "What you can do here")]
)
async def test_an_admin_gives_commands_in_english_and_in_chinese(the, words, shown):
    await the.slack.command(ADA, the.slack.dm(ADA), words)
    await the.rest()
    assert shown in the.slack.texts(ADA)[-1]


async def test_the_same_words_work_in_a_direct_message_and_after_a_mention(the):
    await the.slack.writes(ADA, "surveys")
    await the.rest()
    assert "csat" in the.slack.texts(ADA)[-1]
    await the.slack.writes(ANA, f"<@{BOT}> open", channel=SUPPORT, kind="app_mention")
    await the.slack.writes(ANA, f"<@{BOT}> open", channel=SUPPORT)  # the same line also comes as a message
    await the.rest()
    assert [visible(m) for m in the.slack.messages[SUPPORT] if m["user"] == BOT] == ["No cases to act on."]
    await the.slack.writes(ADA, f"<@{BOT}> status", channel=SHARED, kind="app_mention")
    await the.rest()
    assert "All is well" in visible(the.slack.ephemerals[-1])
    assert [m for m in the.slack.messages[SHARED] if m["user"] == BOT] == []


async def test_a_plain_line_in_a_teams_channel_is_a_command_and_talk_is_theirs(the):
    await the.slack.writes(ANA, "status", channel=SUPPORT)
    await the.slack.writes(ANA, "lunch at one?", channel=SUPPORT)
    await the.slack.writes(ANA, "status", channel=SHARED)
    await the.rest()
    bot = [m for m in the.slack.messages[SUPPORT] if m["user"] == BOT]
    assert len(bot) == 1
    assert [m for m in the.slack.messages[SHARED] if m["user"] == BOT] == []


async def test_who_may_not_give_commands_is_told_who_can(the):
    await the.slack.command(SAM, LOBBY, "status")
    (told,) = await the.slack.until(lambda: the.slack.ephemerals)
    assert "you may not do that. Ada can." in told["text"]
    assert await the.rows("outbox") == []


async def test_a_command_that_comes_twice_is_carried_out_once(the):
    await the.slack.command(ADA, the.slack.dm(ADA), "status")
    await the.slack.again()
    await the.rest()
    assert len(the.slack.texts(ADA)) == 1


# Files -----------------------------------------------------------------------------------------------------------


async def test_a_chart_and_an_export_are_posted_as_files(the):
    await the.unhappy()
    await the.slack.writes(ADA, "chart csat")
    await the.slack.writes(ADA, "export responses")
    await the.rest()
    chart, table = the.slack.uploads
    assert chart["body"].startswith(b"\x89PNG")
    assert chart["alt_txt"].startswith("CSAT 2025-11-17: 0 (n=1)")
    assert chart["channel"] == the.slack.dm(ADA)
    assert "by week" in chart["words"]
    (row,) = csv.DictReader(io.StringIO(table["body"].decode("utf-8-sig")))
    assert row["score"] == "2"


async def test_without_the_scope_for_files_the_words_still_arrive(the):
    await the.unhappy()
    the.slack.scopes.discard("files:write")
    await the.slack.writes(ADA, "chart csat")
    await the.rest()
    assert "by week" in the.slack.texts(ADA)[-1]


# What Slack itself reports -----------------------------------------------------------------------------------------


async def test_ask_for_feedback_on_a_message_asks_whoever_wrote_it_once(the):
    await the.slack.writes(SAM, "The printer is broken", channel=SHARED)
    request = the.slack.messages[SHARED][0]
    await the.slack.shortcut(ANA, SHARED, request)
    view = await the.slack.until(lambda: the.slack.views and the.slack.views[-1])
    await the.slack.submit(ANA, view, occasion="ticket/closed")
    await the.rest()
    (interaction,) = await the.rows("interactions")
    assert (interaction["reference"], interaction["agent"]) == ("“The printer is broken”", "Ana")
    assert "The printer is broken" in the.slack.texts(SAM)[-1]
    await the.slack.shortcut(BEN, SHARED, request)
    await the.slack.submit(BEN, the.slack.views[-1], occasion="ticket/closed")
    await the.rest()
    assert len(await the.rows("interactions")) == 1


async def test_nobody_is_asked_about_what_a_bot_wrote_or_by_who_may_not(the):
    await the.slack.shortcut(ANA, SHARED, {"ts": "1.1", "bot_id": "B9", "text": "build failed"})
    (told,) = await the.slack.until(lambda: the.slack.ephemerals)
    assert "nobody to ask" in told["text"]
    await the.slack.shortcut(MEI, SHARED, {"ts": "1.2", "user": SAM, "text": "help"})
    await the.slack.until(lambda: len(the.slack.ephemerals) == 2)
    assert "Ada can" in the.slack.ephemerals[-1]["text"]
    assert await the.rows("interactions") == []


async def test_a_reaction_that_means_done_asks_whoever_began_the_thread(store_url):
    async with workspace(store_url, CXBOT_CHANNELS__SLACK__DONE_REACTION="white_check_mark") as the:
        await the.slack.writes(SAM, "Please reset my password", channel=SHARED)
        request = the.slack.messages[SHARED][0]
        await the.slack.writes(ANA, "done", channel=SHARED, thread=request["ts"])
        reply = the.slack.messages[SHARED][1]
        await the.slack.react(MEI, SHARED, reply, "white_check_mark")  # not a member
        await the.slack.react(ANA, SHARED, reply, "eyes")
        assert await the.rows("interactions") == []
        await the.slack.react(ANA, SHARED, reply, "white_check_mark")
        await the.slack.react(BEN, SHARED, request, "white_check_mark")
        await the.rest()
        (interaction,) = await the.rows("interactions")
        assert (interaction["touchpoint"], interaction["outcome"]) == ("ticket", "closed")
        assert "Please reset my password" in the.slack.texts(SAM)[-1]


async def test_no_reaction_means_anything_unless_the_settings_say_so(the):
    await the.slack.writes(SAM, "Please reset my password", channel=SHARED)
    await the.slack.react(ANA, SHARED, the.slack.messages[SHARED][0], "white_check_mark")
    assert await the.rows("interactions") == []


def step(**inputs):
    return {
        "type": "function_executed", "function": {"id": "Fn1", "callback_id": "ask_for_feedback"}, "inputs": inputs,
        "function_execution_id": "Fx1", "workflow_execution_id": "Wx1", "bot_access_token": "xoxb-loopback",
    }  # fmt: skip


async def test_a_step_of_a_workflow_asks_the_person_it_names_and_tells_the_workflow(the):
    assert (await the.slack.event(step(user=SAM, reference="#77"))).status == 200
    await the.rest()
    assert "#77" in the.slack.texts(SAM)[0]
    (told,) = await the.slack.until(lambda: the.slack.workflows)
    assert told[0] == "functions.completeSuccess"
    assert "sked" in str(told[1]["outputs"])


async def test_a_step_that_names_nobody_fails_in_the_workflow(the):
    await the.slack.event(step(user="#general"))
    (told,) = await the.slack.until(lambda: the.slack.workflows)
    assert told[0] == "functions.completeError"
    assert await the.rows("interactions") == []


async def test_a_workflows_web_request_is_an_interaction_like_any_other(the):
    answer = await the.report(SAM, reference="WF-1")
    assert answer["state"] == "asked"
    assert "WF-1" in the.slack.texts(SAM)[0]
    assert arguments((await the.rows("outbox"))[-1])
