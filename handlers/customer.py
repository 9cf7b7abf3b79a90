"""What a customer writes or presses: answers, stop words, questions about their case, and their own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cxbot import wording
from cxbot.domain import case_timing, conversation, fixed, replies
from cxbot.ports import Field, Form, Inbound, Receipt, Row, Tx
from cxbot.transactions import (
    case_clock,
    case_messages,
    case_opening,
    case_work,
    cases,
    consent,
    improvement_missed,
    inbox,
    invitations,
    outbox,
    people,
    remarks,
    responses,
    settings,
    surveys,
    talks,
    teams,
)

RECENT_MS = 14 * 24 * 60 * 60 * 1000
"""Words after a survey belong to it this long."""
ASK = "o:ask:"
"""How the key begins of what stands for words anybody may say: help, progress, agent."""
MEDIA_BYTES = 10_000_000
FIXED_WORDS = {
    "yes": ("fixed", "solved", "all good", "解决了", "好了", "解決了"),
    "no": ("not fixed", "still broken", "没解决", "没有解决", "沒解決", "沒有解決"),
    "not_yet": ("not yet", "still waiting", "can't tell", "还没", "还没有", "未", "還沒", "還沒有", "尚未", "不知道"),
}
"""What people type for the buttons of "is it fixed?", besides what stands on them."""


def handle(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    """Handles one message of a customer."""
    person = people.acted(tx, person["id"], now) or person
    receipt = _said(tx, person, inbound, now)
    if inbound.place == inbound.sender:
        # After what they say, which may be that it is no better.
        improvement_missed.tell(tx, person["id"], inbound.channel, inbound.sender, now)
    return receipt


def _said(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    if inbound.kind in ("choice", "form"):
        return _pressed(tx, person, inbound, now)
    if inbound.kind == "media":
        return _sent_media(tx, person, inbound, now)
    return _wrote(tx, person, inbound, now)


def may_be_answer(tx: Tx, person: Row, inbound: Inbound, now: int) -> bool:
    """Whether a text of somebody with a role is meant for what they were asked themselves, or stops it."""
    if replies.read_intent(inbound.text) in ("stop", "stop_all", "start"):
        return True
    return is_asked(tx, person, inbound, now)


def is_asked(tx: Tx, person: Row, inbound: Inbound, now: int) -> bool:
    """Whether somebody is asked something there as a customer is."""
    if people.expected(tx, inbound.channel, inbound.place, now) is not None:
        return True
    invitation = tx.one("invitations.open_of_person", person_id=person["id"])
    return invitation is not None and invitation["address"] == inbound.place


def is_for_us(tx: Tx, person: Row, inbound: Inbound, now: int) -> bool:
    """Whether what was said among people is an answer, or about a case that is being worked on."""
    if inbound.kind in ("choice", "form") or may_be_answer(tx, person, inbound, now):
        return True
    return bool(tx.all("cases.active_of_person", person_id=person["id"]))


def _wrote(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    intent = replies.read_intent(inbound.text)
    if intent in ("stop", "stop_all", "start"):
        return _consent(tx, person, inbound, intent, now)
    if intent == "agent":
        return _agent(tx, person, inbound, now)
    if intent == "progress":
        return _progress(tx, person, inbound, now)
    if intent == "help":
        return _say(tx, person, inbound, "customer.help", {}, now)
    expected = people.expected(tx, inbound.channel, inbound.place, now)
    invitation = tx.one("invitations.open_of_person", person_id=person["id"])
    if (case_id := _waits_for_a_word(tx, person, inbound, expected, invitation)) and (
        answer := _fixed_answer(inbound.text)
    ):
        return _fixed(tx, person, inbound, case_id, answer, now)
    answers_survey = expected is None or expected.get("kind") == "anonymous"
    if invitation is not None and answers_survey:
        said = conversation.Said(text=inbound.text)
        if responses.reply(tx, person, invitation, said, inbound, now):
            return Receipt()
    if expected is not None and expected.get("kind") == "anonymous":
        return _not_kept(tx, person, inbound, now)
    return _own_words(tx, person, inbound, now)


def _waits_for_a_word(
    tx: Tx, person: Row, inbound: Inbound, expected: Mapping[str, Any] | None, invitation: Row | None
) -> str:
    """The case that a typed yes or no is about; '' for none.

    A promise may keep it waiting when its question no longer stands last: words count then as a press does, unless
    something else was asked. A bare yes may answer the colleague who has written since.
    """
    if expected is not None:
        return str(expected["case"]) if expected.get("kind") == "fixed" else ""
    if invitation is not None:
        return ""
    case = tx.one("cases.awaiting_word", person_id=person["id"], channel=inbound.channel, address=inbound.place)
    if case is None:
        return ""
    written = talks.last_written_at(tx, person["id"]) >= case["confirm_asked_at"]
    return "" if written and replies.read_yes_no(inbound.text) is not None else str(case["id"])


def _not_kept(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    """What is said beside an anonymous survey is kept nowhere, for it would name who said it."""
    inbox.forget_words(tx, inbound)
    return _say(tx, person, inbound, "survey.anonymous_not_kept", {}, now)


def _fixed_answer(text: str) -> str:
    options = [
        (answer, [*(wording.text(f"customer.fixed.{answer}", language) for language in wording.LANGUAGES), *more])
        for answer, more in FIXED_WORDS.items()
    ]
    # The labels first: "not yet" begins with a no and is none.
    return replies.read_choice(text, options) or fixed.read_fixed(text)


def _pressed(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    parts = inbound.choice.split(":", 3)
    if parts[0] == "s" and len(parts) == 4:
        return _answered(tx, person, inbound, parts[1], parts[2], parts[3], now)
    if parts[:2] == ["o", "fixed"] and len(parts) == 4:
        return _fixed(tx, person, inbound, parts[2], parts[3], now)
    if parts[:2] == ["o", "consent"] and parts[2:3] in (["stop"], ["start"]):
        return _consent(tx, person, inbound, parts[2], now)
    if inbound.choice.startswith(ASK):
        return _asks(tx, person, inbound, inbound.choice.removeprefix(ASK), now)
    if parts[0] == "w" and len(parts) == 3:
        return _comment(tx, person, inbound, parts[1], parts[2], now)
    if parts[:2] == ["o", "change"] and len(parts) == 4:
        return _answered(tx, person, inbound, parts[2], parts[3], "change", now)
    return _notice(tx, person, "refuse.stale", {})


def _asks(tx: Tx, person: Row, inbound: Inbound, what: str, now: int) -> Receipt:
    """A button, or an entry of the account's own menu, in place of the words for it."""
    if what == "agent":
        return _agent(tx, person, inbound, now)
    if what == "progress":
        return _progress(tx, person, inbound, now)
    return greet(tx, person, inbound, now)


def greet(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    """Who this is, and what can be written here."""
    return _say(tx, person, inbound, "customer.help", {}, now)


def _answered(
    tx: Tx, person: Row, inbound: Inbound, invitation_id: str, question: str, value: str, now: int
) -> Receipt:
    invitation = tx.one("invitations.get", id=invitation_id)
    if invitation is None or invitation["person_id"] != person["id"]:
        return _notice(tx, person, "refuse.not_yours" if invitation else "refuse.stale", {})
    if invitation["state"] != "asked":
        return _notice(tx, person, "customer.expired" if invitation["state"] == "expired" else "question.closed", {})
    said = conversation.Said(value=value, question=question)
    if not responses.reply(tx, person, invitation, said, inbound, now):
        return _notice(tx, person, "refuse.stale", {})
    return Receipt()


def _comment(tx: Tx, person: Row, inbound: Inbound, invitation_id: str, question: str, now: int) -> Receipt:
    """A question for words, answered in a field instead of in the chat."""
    invitation = tx.one("invitations.get", id=invitation_id)
    if invitation is None or invitation["person_id"] != person["id"]:
        return _notice(tx, person, "refuse.not_yours" if invitation else "refuse.stale", {})
    survey = surveys.asked(tx, invitation)
    asked = survey.question(question)
    open_now = (
        invitation["state"] == "asked" and conversation.Progress.load(invitation["progress"]).question == question
    )
    if asked is None or not open_now:
        return _notice(tx, person, "question.closed", {})
    language = invitation["language"]
    words = inbound.fields.get("words", "").strip()
    form = Form(
        key=inbound.choice,
        title=wording.text("form.comment.title", language),
        fields=(Field("words", invitations.question_text(tx, invitation, asked), "long_text"),),
        submit=wording.text("form.comment.submit", language),
        cancel=wording.text("form.cancel", language),
    )
    if inbound.kind != "form":
        return Receipt(form=form)
    if not words:
        mistake = wording.text("form.mistake.required", language)
        return Receipt(form=replace(form, fields=(replace(form.fields[0], error=mistake),)))
    responses.reply(tx, person, invitation, conversation.Said(text=words), inbound, now)
    return Receipt()


def _fixed(tx: Tx, person: Row, inbound: Inbound, case_id: str, answer: str, now: int) -> Receipt:
    expected = people.expected(tx, inbound.channel, inbound.place, now)
    said = case_work.confirm(tx, case_id, person, answer, now)
    if not said:
        return _notice(tx, person, "question.closed", {})
    row = inbound.about or (expected or {}).get("row", "")
    if row:
        case_clock.close_confirm(tx, cases.get(tx, case_id), row, answer, now)
    return Receipt()


def _consent(tx: Tx, person: Row, inbound: Inbound, intent: str, now: int) -> Receipt:
    scope = {"stop": "surveys", "stop_all": "all", "start": ""}[intent]
    if intent == "stop" and person["opted_out"] == "all":
        # Who wants no messages at all does not ask for some by saying stop again.
        scope = "all"
    consent.change(tx, person["id"], scope, now)  # type: ignore[arg-type]  # one of the three scopes
    key = {"": "customer.started", "surveys": "customer.stopped_surveys", "all": "customer.stopped_all"}[scope]
    return _say(tx, person, inbound, key, {}, now)


def _agent(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    """Somebody wants a human: a case with a time by which they are called, whatever else is going on."""
    invitation = tx.one("invitations.latest_of_person", person_id=person["id"])
    interaction = tx.one("interactions.get", id=invitation["interaction_id"]) if invitation else None
    active = tx.all("cases.active_of_person", person_id=person["id"])
    if active:
        case = case_opening.call_back(tx, person, active[0]["id"], now)
    else:
        case = case_opening.open_case(
            tx,
            person,
            now,
            cause="agent",
            team_id=responses.team_of(tx, interaction or {}),
            severity="medium",
            reasons=[{"key": "reason.asked_agent", "args": {}}],
            channel=inbound.channel,
            address=inbound.place,
            language=_language(tx, person, inbound),
            interaction=interaction,
        ).case
    notice = case_messages.notice(tx, person, case, "customer.agent_called", now)
    # A time that has passed is not promised anew, nor named as one to come.
    promised = {"promised_at": 0} if case_timing.overdue(case, now) else {}
    return _say(tx, person, inbound, notice["key"], {**notice["args"], **promised}, now)


def _progress(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    active = tx.all("cases.active_of_person", person_id=person["id"])
    if not active:
        people.record(tx, person["id"], person["id"], "asked_progress", {}, now)
        return _say(tx, person, inbound, "customer.progress_none", {}, now)
    case = active[0]
    cases.record(tx, case["id"], person["id"], "asked_progress", {}, now)
    state = case["state"]
    args = {
        **case_messages.notice(tx, person, case, "", now)["args"],
        "owner": case_messages.owner_name(tx, case),
        "told": case["told_words"],
    }
    key = {"open": "customer.progress_open", "claimed": "customer.progress_claimed"}.get(
        state, "customer.progress_resolved"
    )
    at, kind = case_timing.due_by(case)
    args["promised_at"] = at if kind in ("first_contact", "callback", "broken") else 0
    if case_timing.overdue(case, now):
        key = "customer.progress_late"
    return _say(tx, person, inbound, key, args, now)


def _own_words(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    """Words that answer nothing: kept, shown to the team, and acknowledged, but not to who wants no messages.

    In a talk with a colleague that is said once for each time the colleague wrote: more would talk over them.
    """
    response, case, team_id = _belongs_to(tx, person, now)
    remarks.hear(tx, person, now, words=inbound.text, response=response, case=case, team_id=team_id)
    if person["opted_out"] == "all":
        invitations.decide(tx, person["id"], "not_said", "opted_out", now, detail={"message": "customer.noted"})
        return Receipt()
    noted = talks.acknowledged(tx, person["id"], inbound.channel, inbound.place)
    args = {"code": case["code"] if case else ""}
    receipt = Receipt() if noted else _say(tx, person, inbound, "customer.noted", args, now)
    case_clock.ask_again(tx, people.expected(tx, inbound.channel, inbound.place, now), now)
    return receipt


def _sent_media(tx: Tx, person: Row, inbound: Inbound, now: int) -> Receipt:
    """A picture, voice, file, sticker or place never breaks a survey: kept with the case, or acknowledged in words."""
    media = inbound.media
    if media is None:
        return Receipt()
    if media.size > MEDIA_BYTES:
        args = {"kind": {"key": f"media.{media.kind}", "args": {}}, "megabytes": MEDIA_BYTES // 1_000_000}
        return _say(tx, person, inbound, "customer.media_too_large", args, now)
    if _answers_anonymously(tx, person, inbound, now):
        return _not_kept(tx, person, inbound, now)
    response, case, team_id = _belongs_to(tx, person, now)
    if media.kind == "sticker" and case is None:
        return _say(tx, person, inbound, "customer.media_acknowledged", {}, now)
    remarks.hear(tx, person, now, media=media, words=inbound.text, response=response, case=case, team_id=team_id)
    key = "customer.media_kept" if case is not None else "customer.media_acknowledged"
    args = {"kind": {"key": f"media.{media.kind}", "args": {}}, "code": case["code"] if case else ""}
    return _say(tx, person, inbound, key, args, now)


def _answers_anonymously(tx: Tx, person: Row, inbound: Inbound, now: int) -> bool:
    """Whether an anonymous survey is open here, or has just ended."""
    expected = people.expected(tx, inbound.channel, inbound.place, now)
    if expected is not None and expected.get("kind") == "anonymous":
        return True
    invitation = tx.one("invitations.open_of_person", person_id=person["id"])
    return invitation is not None and surveys.asked(tx, invitation).anonymous


def _belongs_to(tx: Tx, person: Row, now: int) -> tuple[Row | None, Row | None, str]:
    """The response, the case and the team that words of this person belong to now."""
    active = tx.all("cases.active_of_person", person_id=person["id"])
    invitation = tx.one("invitations.latest_of_person", person_id=person["id"])
    response = None
    team_id = ""
    if invitation is not None and now - invitation["asked_at"] < RECENT_MS:
        if invitation["response_id"]:
            response = tx.one("responses.get", id=invitation["response_id"])
        interaction = tx.one("interactions.get", id=invitation["interaction_id"])
        team_id = responses.team_of(tx, interaction or {})
    case = active[0] if active else None
    if case is not None:
        team_id = case["team_id"]
    if not team_id:
        newest = tx.one("interactions.newest", person_id=person["id"])
        everyone = teams.all(tx)
        team_id = responses.team_of(tx, newest or {}) or (everyone[0]["id"] if len(everyone) == 1 else "")
    return response, case, team_id


def _say(tx: Tx, person: Row, inbound: Inbound, key: str, args: Mapping[str, Any], now: int) -> Receipt:
    row = outbox.say(
        tx,
        now,
        channel=inbound.channel,
        address=inbound.place,
        language=_language(tx, person, inbound),
        key=key,
        args={"zone": people.zone(person, settings.company(tx).time_zone), **args},
        person_id=person["id"],
        only_for=inbound.sender if inbound.private else "",
    )
    return Receipt(outbox_ids=(row,))


def _notice(tx: Tx, person: Row, key: str, args: Mapping[str, Any]) -> Receipt:
    return Receipt(notice=wording.text(key, person["language"] or settings.company(tx).language, **args))


def _language(tx: Tx, person: Row, inbound: Inbound) -> str:
    if person["language"]:
        return str(person["language"])
    return wording.negotiate(inbound.language) if inbound.language else settings.company(tx).language
