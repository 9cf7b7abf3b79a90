from __future__ import annotations

import json
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from world import ANA, HOUR, MEI, SAM, SUPPORT, arguments

from cxbot.domain.survey import Survey
from cxbot.transactions import reports, survey_pages, surveys


async def press(world, question, value, who=SAM):
    invitation = (await world.all("invitations", state="asked"))[-1]
    return await world.presses(who, f"s:{invitation['id']}:{question}:{value}")


async def scores(world):
    return {(row["survey"], row["band"], row["score"]): row["n"] for row in await world.all("rollups") if row["n"]}


async def test_each_answer_is_kept_when_it_comes(world):
    await world.ticket_closed()
    await world.writes(SAM, "4")
    response = await world.the("responses")
    assert (response["score"], response["band"], response["state"]) == (4, "satisfied", "partial")
    assert (response["touchpoint"], response["team_id"], response["via"]) == ("ticket", "support", "chat")
    await world.writes(SAM, "quick and kind")
    response = await world.the("responses")
    assert (response["state"], response["completed_at"]) == ("complete", world.now)
    assert [(row["question"], json.loads(row["value"])) for row in await world.all("answers")] == [
        ("praise", "quick and kind"),
        ("score", 4),
    ]
    assert (await world.the("invitations"))["state"] == "done"


async def test_one_tap_is_a_first_answer_and_nps_with_why_takes_three_messages(world):
    await world.happens("account")
    await press(world, "score", 10)
    await world.writes(SAM, "the people")
    new = [message for message in world.web.sent if message.address == SAM and not message.replaces]
    assert len(new) == 3


async def test_the_answered_question_is_replaced_and_can_be_changed(world):
    await world.ticket_closed()
    await press(world, "score", 2)
    answered = next(message for message in world.web.sent if message.replaces)
    assert answered.text.endswith("✓ 2")
    assert [choice.label for choice in answered.choices] == ["Change"]
    await world.presses(SAM, answered.choices[0].key)
    assert "How satisfied" in world.last(SAM).text


async def test_changing_an_answer_moves_the_count_and_never_counts_twice(world):
    await world.ticket_closed()
    await press(world, "score", 2)
    assert await scores(world) == {("csat", "dissatisfied", 2): 1}
    await press(world, "score", 5)
    assert await scores(world) == {("csat", "satisfied", 5): 1}
    await press(world, "score", 5)
    await press(world, "score", 1)
    assert await scores(world) == {("csat", "very_dissatisfied", 1): 1}
    assert sum(row["n"] for row in await world.all("rollups")) == 1
    assert len(await world.all("responses")) == 1


async def test_an_answer_that_a_change_leads_past_no_longer_counts(world):
    await world.ticket_closed()
    await press(world, "score", 2)
    await press(world, "score", 4)
    await world.writes(SAM, "fine after all")
    assert {row["question"] for row in await world.all("answers")} == {"score", "praise"}


async def test_a_happy_change_of_mind_leaves_the_case_to_the_team_and_says_so(world):
    await world.ticket_closed()
    await press(world, "score", 1)
    await press(world, "score", 5)
    case = await world.the("cases")
    assert (case["state"], case["score"]) == ("open", 5)
    assert {"key": "reason.changed", "args": {"score": 5}} in json.loads(case["reasons"])
    assert "5/5" in world.cards()[-1].title


@pytest.mark.parametrize("words", ["-5", "2 of my orders", "still not here", "where is #48213", "还没收到", "🤷"])
async def test_words_that_are_no_answer_are_kept_and_shown_to_the_team(world, words):
    await world.ticket_closed()
    await world.writes(SAM, words)
    assert await world.all("answers") == []
    assert [row["words"] for row in await world.all("remarks")] == [words]
    assert any(words in text for text in world.texts(SUPPORT))
    assert "How satisfied" in world.last(SAM).text
    # Asked again once, then only acknowledged, and the question still stands.
    await world.writes(SAM, words)
    assert "How satisfied" not in world.last(SAM).text
    await world.writes(SAM, "4")
    assert (await world.the("responses"))["score"] == 4


async def test_words_beside_a_rating_are_kept_with_it_and_not_asked_for_again(world):
    await world.ticket_closed()
    await world.writes(SAM, "2, nobody called me back")
    answer = await world.the("answers")
    assert (json.loads(answer["value"]), answer["words"]) == (2, "nobody called me back")
    assert (await world.the("invitations"))["state"] == "done"
    assert "nobody called me back" in world.cards()[-1].text


async def test_a_score_that_contradicts_its_words_is_asked_back_once(world):
    await world.ticket_closed()
    await world.writes(SAM, "1, best service ever, thank you!")
    assert await world.all("answers") == []
    assert await world.all("cases") == []
    await world.writes(SAM, "5")
    assert (await world.the("responses"))["score"] == 5
    assert await world.all("cases") == []


async def test_an_answer_after_a_day_counts_with_a_note(world):
    await world.ticket_closed()
    await world.later(days=1, hours=5)
    await world.writes(SAM, "4")
    assert (await world.the("responses"))["late"] == 1
    assert "still counts" in "\n".join(world.texts(SAM))


async def test_after_its_expiry_a_survey_takes_no_rating_and_says_so(world):
    taken = await world.ticket_closed()
    await world.later(days=7)
    receipt = await world.presses(SAM, f"s:{taken.invitation_id}:score:1")
    assert receipt.notice.startswith("This survey has ended")
    assert await world.all("responses") == []


async def test_a_press_on_a_survey_of_somebody_else_is_refused(world):
    taken = await world.ticket_closed()
    receipt = await world.presses(MEI, f"s:{taken.invitation_id}:score:1")
    assert receipt.notice
    assert await world.all("responses") == []


@pytest.mark.parametrize(
    "choice", ["s:gone:score:1", "s:1", "o:fixed:x:yes", "o:change:x", "o:what:x:y", "zzz", "s:::"]
)
async def test_a_press_on_nothing_known_says_that_it_no_longer_applies(world, choice):
    receipt = await world.presses(SAM, choice)
    assert receipt.notice
    assert world.texts(SAM) == []


@pytest.mark.parametrize("value", ["0", "6", "x", "", "done", "-1", "٣"])
async def test_a_press_of_a_value_that_was_not_on_offer_answers_nothing(world, value):
    await world.ticket_closed()
    assert (await press(world, "score", value)).notice
    assert await world.all("responses") == []


async def test_skipping_a_needed_question_asks_for_it_and_skipping_an_optional_one_ends(world):
    await world.ticket_closed()
    await world.writes(SAM, "skip")
    assert await world.all("responses") == []
    await world.writes(SAM, "3")
    await world.writes(SAM, "skip")
    assert (await world.the("responses"))["state"] == "complete"


def visit():
    """A survey of which several answers can be picked, and none of them is a score."""
    text = {"en": "What was bad?", "zh-CN": "哪里不好？", "zh-TW": "哪裡不好？"}
    options = [{"id": each, "label": {"en": each, "zh-CN": each, "zh-TW": each}} for each in ("wait", "price", "noise")]
    return Survey.model_validate(
        {
            "key": "visit",
            "metric": "none",
            "kind": "transactional",
            "intro": text,
            "trigger": {"touchpoints": ["visit"]},
            "questions": [{"id": "bad", "kind": "several_of", "text": text, "options": options}],
        }
    )


async def test_several_can_be_picked_and_nothing_is_kept_before_they_are_done(world):
    await world.store.run(surveys.publish, visit(), "", world.now)
    await world.happens("visit")
    for option in ("wait", "noise", "wait"):
        await press(world, "bad", option)
    assert [choice.label for choice in world.last(SAM).choices if choice.style == "chosen"] == ["✓ noise"]
    assert await world.all("answers") == []
    await press(world, "bad", "done")
    assert json.loads((await world.the("answers"))["value"]) == ["noise"]
    assert await world.all("rollups") == []


async def test_several_can_be_typed_at_once(world):
    await world.store.run(surveys.publish, visit(), "", world.now)
    await world.happens("visit")
    await world.writes(SAM, "1 and 3")
    assert json.loads((await world.the("answers"))["value"]) == ["wait", "noise"]


async def test_an_anonymous_survey_keeps_no_person_no_case_and_no_words_of_its_own_in_the_inbox(world):
    await world.happens("work", who=ANA)
    await world.writes(ANA, "0", place=ANA)
    await world.writes(ANA, "my manager shouts, I will call a lawyer", place=ANA)
    response = await world.the("responses")
    assert (response["score"], response["state"]) == (0, "complete")
    hidden = ("person_id", "invitation_id", "interaction_id", "team_id", "channel", "language")
    assert {response[column] for column in hidden} == {""}
    midnight = {response["started_at"], *(row["answered_at"] for row in await world.all("answers"))}
    assert {datetime.fromtimestamp(at / 1000, ZoneInfo("Asia/Shanghai")).time() for at in midnight} == {time()}
    assert await world.all("cases") == []
    assert await world.all("remarks") == []
    assert {row["words"] for row in await world.all("inbox")} == {""}
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["person_id"], invitation["response_id"]) == ("done", "", "")
    assert world.texts(SUPPORT) == []
    # Nowhere beside an answer stands what would tell whose it is.
    said = json.dumps([await world.all("outbox"), await world.all("decisions"), await world.all("events")])
    assert "lawyer" not in said
    assert response["id"] not in said


async def test_words_that_answer_nothing_in_an_anonymous_survey_are_kept_nowhere(world):
    await world.happens("work", who=ANA)
    await world.writes(ANA, "why do you ask me that", place=ANA)
    assert await world.all("remarks") == []
    assert {row["words"] for row in await world.all("inbox")} == {""}
    assert world.texts(SUPPORT) == []


async def test_anonymous_answers_show_nothing_below_five(world):
    for n in range(5):
        await world.happens("work", who=f"customer:{n}")
        await world.writes(f"customer:{n}", "9")
        found = await world.store.read(reports.numbers, world.now, 7, "")
        assert bool(found.scores) == (n == 4)
        assert found.hidden == (() if n == 4 else ("enps",))


LINK = {"score": "2", "why": "slow and rude"}


async def submit(world, answers, token="t1", language=""):
    invitation = (await world.all("invitations"))[-1]
    result = await world.store.run(survey_pages.submit, invitation["id"], answers, token, language, world.now)
    await world.settle()
    return result


async def test_a_page_of_answers_is_a_response_a_case_and_an_alert_in_one(world):
    await world.ticket_closed()
    result = await submit(world, LINK)
    assert (result.state, result.thanks["args"]["band"]) == ("taken", "dissatisfied")
    response = await world.the("responses")
    assert (response["via"], response["state"], response["score"]) == ("link", "complete", 2)
    assert "slow and rude" in world.cards()[-1].text
    assert (await world.the("invitations"))["state"] == "done"
    assert world.last(SAM).replaces
    assert world.last(SAM).choices == ()


async def test_a_forwarded_link_is_kept_apart_not_counted_and_shown_as_such(world):
    await world.ticket_closed()
    await submit(world, LINK)
    again = await submit(world, {"score": "5"})
    assert again.state == "again"
    assert [row["via"] for row in await world.all("responses")] == ["link", "again"]
    assert await scores(world) == {("csat", "dissatisfied", 2): 1}


async def test_what_a_link_says_again_opens_nothing_and_a_link_that_goes_round_is_closed(world):
    await world.ticket_closed()
    await submit(world, {"score": "5"})
    for n in range(5):
        again = await submit(world, {"score": "1", "why": f"stranger {n}, I was injured"})
        assert again.state == ("again" if n < 3 else "expired")
    assert await world.all("cases") == []
    assert len(await world.all("responses", via="again")) == 3
    assert sum("stranger" in text for text in world.texts(SUPPORT)) == 3


async def test_an_anonymous_page_ties_the_link_to_nobody(world):
    await world.happens("work", who=ANA)
    result = await submit(world, {"score": "3", "why": "meetings"})
    assert result.state == "taken"
    assert {row["response_id"] for row in await world.all("spent_links")} == {survey_pages.NOBODY}
    assert result.thanks["args"]["band"] == "default"


async def test_what_is_sent_beside_an_anonymous_survey_or_just_after_it_is_kept_nowhere(world):
    await world.happens("work", who=ANA)
    await world.sends(ANA, "voice", place=ANA)
    await world.writes(ANA, "3", place=ANA)
    await world.writes(ANA, "meetings", place=ANA)
    await world.writes(ANA, "and I mean Peter, he shouts", place=ANA)
    assert await world.all("remarks") == []
    assert "eter" not in json.dumps([await world.all("inbox"), await world.all("outbox")])
    assert world.texts(SUPPORT) == []


async def test_an_anonymous_survey_that_was_begun_is_tied_to_nobody_within_the_hour(world):
    await world.happens("work", who=ANA)
    await world.writes(ANA, "3", place=ANA)
    await world.later(hours=1)
    invitation = await world.the("invitations")
    assert (invitation["state"], invitation["person_id"], invitation["progress"]) == ("expired", "", "")
    assert (await world.the("responses"))["score"] == 3


async def test_a_page_with_mistakes_stores_nothing_and_names_the_question(world):
    await world.ticket_closed()
    for answers, mistake in (({}, "link.mistake.required"), ({"score": "9"}, "link.mistake.choose")):
        result = await submit(world, answers)
        assert (result.state, result.mistakes) == ("invalid", {"score": mistake})
    assert await world.all("responses") == []
    assert (await submit(world, LINK)).state == "taken"


async def test_an_expired_or_unknown_link_takes_nothing(world):
    await world.ticket_closed()
    await world.later(days=8)
    assert (await submit(world, LINK)).state == "expired"
    unknown = await world.store.run(survey_pages.submit, "gone", LINK, "t", "", world.now)
    assert unknown.state == "invalid"
    assert await world.all("responses") == []


async def test_a_page_after_an_answer_in_the_chat_is_kept_apart(world):
    await world.ticket_closed()
    await world.writes(SAM, "4")
    assert (await submit(world, LINK)).state == "again"
    assert await scores(world) == {("csat", "satisfied", 4): 1}


async def test_the_day_of_a_count_is_the_companys_own(world):
    await world.later(hours=10, minutes=30)
    await world.ticket_closed()
    await world.writes(SAM, "5")
    assert (await world.the("rollups"))["day"] == "2025-11-20"
    await world.later(hours=4)
    await world.writes(MEI, "hello")
    await world.ticket_closed(MEI)
    await world.writes(MEI, "5")
    assert {row["day"] for row in await world.all("rollups")} == {"2025-11-20", "2025-11-21"}


async def test_the_alert_of_a_good_answer_with_grave_words_is_opened_by_the_words(world):
    await world.ticket_closed()
    await world.writes(SAM, "5")
    assert await world.all("cases") == []
    await world.writes(SAM, "though my son was injured by the lamp")
    case = await world.the("cases")
    assert case["severity"] == "critical"
    assert case["promised_at"] == world.now + HOUR // 2
    assert arguments((await world.all("events", kind="opened"))[0])["severity"] == "critical"
