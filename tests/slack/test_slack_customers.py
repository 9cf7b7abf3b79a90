"""Customers in Slack: in direct messages, in shared channels, with words, menus, files and the Home tab."""

from __future__ import annotations

import pytest
from fake_slack import buttons, visible
from slack_program import ADA, ANA, MEI, SAM, SHARED, SUPPORT, YITING, workspace


@pytest.fixture
async def the(store_url):
    async with workspace(store_url) as opened:
        yield opened


async def test_somebody_known_by_e_mail_is_asked_by_their_user_id_and_known_by_it_from_then_on(the):
    await the.report("sam@example.com")
    (question,) = the.slack.said(SAM)
    assert "HC-1" in visible(question)
    await the.slack.click(SAM, SAM, ":5")
    await the.rest()
    (person,) = [row for row in await the.rows("people") if row["name"] == "Sam"]
    assert (await the.rows("responses"))[0]["person_id"] == person["id"]
    await the.report("sam@example.com")
    assert len([call for call in the.slack.calls if call[0] == "users.lookupByEmail"]) == 1


@pytest.mark.parametrize(("who", "words"), [(SAM, "How satisfied"), (MEI, "您对"), (YITING, "您對")])
async def test_the_language_is_that_of_the_profile(the, who, words):
    await the.report(who)
    (question,) = the.slack.said(who)
    assert words in visible(question)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"deleted": True}, "the account is deactivated"), ({"is_bot": True}, "this is a bot")],
)
async def test_who_cannot_be_asked_is_recorded_with_the_reason(the, facts, reason):
    the.slack.add_user("UGONE", "Gone", **facts)
    await the.report("UGONE")
    assert the.slack.said("UGONE") == []
    assert reason in await the.reasons()
    assert (await the.rows("invitations"))[0]["state"] == "unreachable"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("user_disabled", "the account is deactivated"),
        ("account_inactive", "the account is deactivated"),
        ("cannot_dm_bot", "this is a bot"),
        ("user_not_visible", "the app may not see this user"),
    ],
)
async def test_who_slack_does_not_let_be_written_to_is_unreachable_with_slacks_reason(the, code, reason):
    the.slack.no_dm[SAM] = code
    await the.report(SAM)
    assert reason in await the.reasons()


async def test_an_e_mail_nobody_in_slack_has_is_unreachable(the):
    await the.report("nobody@example.com")
    assert "nobody in Slack has this e-mail address" in await the.reasons()


@pytest.mark.parametrize(
    ("facts", "account"),
    [({"is_restricted": True}, "guest"), ({"is_stranger": True}, "external"), ({}, "member")],
)
async def test_what_kind_of_account_somebody_has_is_kept(the, facts, account):
    the.slack.add_user("UNEW", "New", **facts)
    await the.report("UNEW")
    (person,) = [row for row in await the.rows("people") if row["name"] == "New"]
    assert f'"account": "{account}"' in person["attributes"]


async def test_a_scale_of_eleven_stands_in_rows_that_fit_a_phone_with_what_its_ends_mean(the):
    await the.report(SAM, "account", "anniversary")
    (question,) = the.slack.said(SAM)
    rows = [[e["text"]["text"] for e in b["elements"]] for b in question["blocks"] if b["type"] == "actions"]
    assert rows[:3] == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9", "10"]]
    (ends,) = [b for b in question["blocks"] if b["type"] == "context"]
    assert ends["elements"][0]["text"].startswith("0 = ")


async def test_a_question_is_replaced_by_the_answer_without_a_counted_call_and_can_be_changed(the):
    await the.report(SAM)
    await the.slack.click(SAM, SAM, ":2")
    await the.rest()
    assert "✓ 2" in visible(the.slack.said(SAM)[0])
    assert "chat.update" not in [call[0] for call in the.slack.calls if call[1].get("channel") == the.slack.dm(SAM)]
    await the.slack.click(SAM, SAM, "Change", at=0)
    await the.rest()
    await the.slack.click(SAM, SAM, ":4")
    await the.rest()
    assert (await the.rows("responses"))[0]["score"] == 4


async def test_a_question_for_words_is_answered_by_typing_or_in_a_field(the):
    await the.report(SAM)
    await the.slack.click(SAM, SAM, ":2")
    await the.rest()
    await the.slack.click(SAM, SAM, "Write an answer…")
    view = await the.slack.until(lambda: the.slack.views and the.slack.views[-1])
    wrong = await the.slack.submit(SAM, view, words="   ")
    assert wrong.body["response_action"] == "errors"
    assert list(wrong.body["errors"]) == ["words"]
    assert (await the.slack.submit(SAM, view, words="Nobody called me back")).body is None
    await the.rest()
    assert "Nobody called me back" in visible(the.cards()[0])
    assert (await the.rows("responses"))[0]["state"] == "complete"


@pytest.mark.parametrize(
    ("typed", "score"),
    [(":star::star:", 2), ("2, still &lt;nothing&gt;", 2), (":two:", 2), ("five", 5), ("<https://x.y|5>", 5)],
)
async def test_what_is_typed_is_read_as_it_was_seen(the, typed, score):
    await the.report(SAM)
    await the.slack.writes(SAM, typed)
    await the.rest()
    assert [row["score"] for row in await the.rows("responses")] == [score]


async def test_pictures_are_fetched_and_shown_under_the_alert(the):
    await the.unhappy()
    the.slack.files["box.png"] = b"\x89PNG\r\n\x1a\n" + b"x" * 500
    file = {"id": "F1", "name": "box.png", "mimetype": "image/png", "size": 508}
    await the.slack.writes(SAM, "look", files=[{**file, "url_private_download": f"{the.slack.root}/files/box.png"}])
    await the.rest()
    (card,) = the.cards()
    (upload,) = the.slack.uploads
    assert upload["body"] == the.slack.files["box.png"]
    assert (upload["channel"], upload["thread"]) == (SUPPORT, card["ts"])
    assert "Sam" in upload["words"]
    assert "picture box.png" in visible(card)
    assert "look" in visible(card)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda slack: slack.scopes.discard("files:read"), "files:read"),
        (lambda slack: slack.files.update({"box.png": b"x" * 5_000}), "larger than"),
        (lambda slack: slack.scopes.discard("files:write"), "sent a picture"),
    ],
)
async def test_a_file_that_cannot_be_shown_is_said_to_the_team_with_the_reason(store_url, spoil, words):
    async with workspace(store_url, CXBOT_CHANNELS__SLACK__FILE_BYTES="2000") as the:
        await the.unhappy()
        the.slack.files["box.png"] = b"\x89PNG" + b"x" * 500
        spoil(the.slack)
        file = {"name": "box.png", "mimetype": "image/png", "size": 504}
        await the.slack.writes(SAM, "", files=[{**file, "url_private_download": f"{the.slack.root}/files/box.png"}])
        await the.rest()
        assert words in "".join(visible(message) for message in the.thread(the.cards()[0]))


async def test_a_file_that_is_too_large_is_refused_to_the_customer_in_words(the):
    await the.unhappy()
    await the.slack.writes(SAM, "", files=[{"name": "film.mp4", "mimetype": "video/mp4", "size": 99_000_000}])
    await the.rest()
    assert "too large" in the.slack.texts(SAM)[-1]


async def test_who_cannot_be_written_to_is_asked_in_the_thread_where_they_asked_and_only_they_can_answer(the):
    the.slack.no_dm[SAM] = "invalid_user_combination"
    await the.slack.writes(SAM, "My invoice is wrong", channel=SHARED)
    request = the.slack.messages[SHARED][0]
    await the.slack.shortcut(ANA, SHARED, request)
    view = await the.slack.until(lambda: the.slack.views and the.slack.views[-1])
    await the.slack.submit(ANA, view, occasion="ticket/closed")
    await the.rest()
    asked = the.slack.messages[SHARED][-1]
    assert asked["thread_ts"] == request["ts"]
    assert "<@USAM>" in visible(asked)
    await the.slack.click(MEI, SHARED, ":2")
    told = await the.slack.until(lambda: [e for e in the.slack.ephemerals if e["user"] == MEI])
    assert "meant for somebody else" in told[0]["text"]
    assert await the.rows("responses") == []
    await the.slack.click(SAM, SHARED, ":2")
    await the.rest()
    assert (await the.rows("responses"))[0]["score"] == 2
    everybody = "".join(visible(message) for message in the.slack.messages[SHARED])
    assert "✓ 2" not in everybody
    assert "✓ Answered" in everybody
    case = (await the.rows("cases"))[0]
    assert "2/5" in visible(the.cards()[0])
    await the.slack.writes(SAM, "Still wrong", channel=SHARED, thread=request["ts"])
    await the.rest()
    assert "Still wrong" in visible(the.cards()[0])
    thanks = [e for e in the.slack.ephemerals if e["user"] == SAM]
    assert thanks
    assert case["address"] == f"{SHARED}/{SAM}"


async def test_an_address_in_a_shared_channel_is_asked_there_in_a_thread_of_its_own(the):
    await the.report(f"{SHARED}/{MEI}")
    (asked,) = the.slack.messages[SHARED]
    assert "<@UMEI>" in visible(asked)
    await the.slack.click(MEI, SHARED, ":1")
    await the.rest()
    follows = the.slack.messages[SHARED][-1]
    assert follows["thread_ts"] == asked["ts"]


async def test_the_home_tab_shows_a_customer_their_answers_and_stops_when_asked(the):
    await the.unhappy()
    await the.slack.opens_home(SAM)
    home = await the.slack.until(lambda: the.slack.homes.get(SAM))
    assert "Your answers" in visible(home)
    assert "Stop asking me" in buttons(home)
    await the.slack.click(SAM, SAM, "Stop asking me", view=home)
    await the.slack.until(lambda: "Ask me again" in buttons(the.slack.homes[SAM]))
    await the.rest()
    assert [row["opted_out"] for row in await the.rows("people") if row["name"] == "Sam"] == ["surveys"]
    assert "Teams" not in visible(home)


async def test_the_home_tab_of_a_stranger_speaks_their_language_and_keeps_nothing(the):
    await the.slack.opens_home(YITING)
    home = await the.slack.until(lambda: the.slack.homes.get(YITING))
    assert "沒有關於您的紀錄" in visible(home)
    assert "陳怡婷" not in [row["name"] for row in await the.rows("people")]


async def test_the_home_tab_shows_a_lead_their_cases_and_an_admin_the_state_of_everything(the):
    case = await the.unhappy()
    await the.slack.opens_home(ANA)
    home = await the.slack.until(lambda: the.slack.homes.get(ANA))
    assert case["code"] in visible(home)
    await the.slack.click(ANA, ANA, "c:claim", view=home)
    await the.slack.until(lambda: "Your open cases: 1" in visible(the.slack.homes[ANA]))
    await the.slack.opens_home(ADA)
    admin = await the.slack.until(lambda: the.slack.homes.get(ADA))
    for words in ("Today", "What is stuck", "Surveys", "Teams", "Support: Ana and Ben"):
        assert words in visible(admin)
