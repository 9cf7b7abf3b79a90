"""Asking: from an interaction to the first question, its nudges and its end. What was not asked leaves its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cxbot.domain import contact, conversation, variants
from cxbot.domain.survey import Question, Survey, fill
from cxbot.ports import Row, Tx
from cxbot.transactions import evidence, gates, outbox, people, runs, settings, surveys

ANONYMOUS_AFTER_MS = 60 * 60 * 1000
"""How long after an anonymous survey words are taken to belong to it, and so not kept."""
TALKING = "talking"
"""Why a survey is left where it is: a colleague and the person write to each other."""
REPLIED = "replied"
"""Why such a survey asked no further: the colleague's words came between."""
PAUSED_MS = 24 * 60 * 60 * 1000
"""How long a reminder waits for a paused survey to be resumed."""


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of an interaction: the invitation and its state, or the reason nobody is asked."""

    invitation_id: str
    state: str
    reason: str
    detail: Mapping[str, Any]


def invite(
    tx: Tx,
    interaction: Row,
    flags: Mapping[str, Any],
    now: int,
    *,
    live: surveys.LiveSurvey | None = None,
    run_id: str = "",
    due_at: int = 0,
) -> Invited:
    """Chooses the survey for an interaction and asks, waits or refuses, as the gates say.

    `flags`: internal, spam, self_solved, unanswered, survey (False: the caller wants none), auto_closed, closed_by. A
    cadence brings its own survey, the run it is in, and when the person's turn is.
    """
    live = live or _matching(tx, interaction, now)
    if live is None:
        coming = _coming(tx, interaction, now)
        if coming is not None:
            detail = {"survey": coming.survey.key, "start": coming.starts_at}
            return _not_asked(tx, interaction, None, "not_begun", detail, now)
        return _not_asked(tx, interaction, None, "no_survey", {}, now)
    survey = live.survey
    person = people.get(tx, interaction["person_id"])
    assert person is not None
    verdict = gates.gate(tx, survey, live.paused, person, interaction, flags, "", run_id, due_at or now)
    if isinstance(verdict, contact.NotAsked):
        return _not_asked(tx, interaction, live, verdict.reason, verdict.detail, now, run_id=run_id)
    due_at = due_at or now + survey.trigger.delay_ms
    shares = [(each.name, each.share) for each in survey.variants]
    invitation_id = tx.new_id()
    tx.run(
        "invitations.insert",
        id=invitation_id,
        interaction_id=interaction["id"],
        person_id=person["id"],
        survey=survey.key,
        survey_version=live.version,
        metric=survey.metric,
        kind=survey.kind,
        state="waiting",
        reason="" if due_at <= now else "turn" if run_id else "delay",
        language=gates.language_of(tx, person),
        due_at=due_at,
        ended_at=0,
        created_at=now,
        variant=variants.assigned(shares, survey.key, person["id"], interaction["id"]),
        run_id=run_id,
    )
    if due_at <= now:
        step(tx, invitation_id, now)
    row = tx.one("invitations.get", id=invitation_id)
    assert row is not None
    return Invited(invitation_id, row["state"], row["reason"], {"due_at": row["due_at"]} if row["due_at"] else {})


def step(tx: Tx, invitation_id: str, now: int) -> str:
    """Does what is due on an invitation: ask, nudge, or let it expire. Returns the state it is in afterwards."""
    invitation = tx.one("invitations.get", id=invitation_id)
    if invitation is None or invitation["state"] not in ("waiting", "asked") or invitation["due_at"] > now:
        return invitation["state"] if invitation else ""
    people.lock(tx, invitation["person_id"])
    invitation = tx.one("invitations.get", id=invitation_id)
    assert invitation is not None
    if invitation["state"] == "waiting" and invitation["due_at"] <= now:
        _ask(tx, invitation, now)
    elif invitation["state"] == "asked" and invitation["expires_at"] <= now:
        end(tx, invitation, "expired", "", now)
    elif invitation["state"] == "asked" and invitation["due_at"] <= now:
        _nudge(tx, invitation, now)
    row = tx.one("invitations.get", id=invitation_id)
    assert row is not None
    return str(row["state"])


def retract(tx: Tx, interaction_id: str, now: int) -> int:
    """Takes back the unanswered surveys about an interaction that was reopened; returns how many."""
    rows = tx.all("invitations.unanswered_of_interaction", interaction_id=interaction_id)
    for row in rows:
        end(tx, row, "retracted", "reopened", now)
        decide(tx, row["person_id"], "retracted", "reopened", now, invitation=row)
    return len(rows)


def give_way(tx: Tx, person_id: str, now: int) -> None:
    """A colleague has begun to talk with this person: a survey they are in the middle of asks no further.

    What they answered is kept, and said with why it ended. One they have not begun stays open, and is not reminded of
    while the talk goes on.
    """
    invitation = tx.one("invitations.open_of_person", person_id=person_id)
    if invitation is None or not invitation["response_id"]:
        return
    end(tx, invitation, "expired", TALKING, now)
    decide(tx, person_id, "expired", REPLIED, now, detail=evidence.answered(tx, invitation), invitation=invitation)


def end(tx: Tx, invitation: Row, state: str, reason: str, now: int) -> None:
    """Ends an invitation: nothing more of it leaves, and an open question on the person's screen is closed."""
    tx.run("invitations.end", id=invitation["id"], state=state, reason=reason, ended_at=now)
    if invitation["state"] == "asked" and state != "done":
        question = tx.one("outbox.last_question", invitation_id=invitation["id"])
        tx.run("outbox.cancel_of_invitation", invitation_id=invitation["id"], reason=state)
        if question is not None and question["state"] in ("sent", "sending"):
            close_question(tx, invitation, question, now)
    survey = surveys.asked(tx, invitation)
    if survey.anonymous:
        if invitation["state"] == "asked":
            until = now + ANONYMOUS_AFTER_MS
            people.expect(tx, invitation["channel"], invitation["address"], {"kind": "anonymous"}, until)
        tx.run("invitations.forget_person", id=invitation["id"])


def say(tx: Tx, invitation: Row, now: int, **row: Any) -> str:
    """Enqueues something for the person an invitation is with, where the conversation is; `row` as in `outbox.say`."""
    return outbox.say(
        tx,
        now,
        channel=invitation["channel"],
        address=invitation["address"],
        language=invitation["language"],
        person_id=invitation["person_id"],
        invitation_id=invitation["id"],
        **row,
    )


def close_question(tx: Tx, invitation: Row, question: Row, now: int, *, key: str = "question.closed") -> None:
    """Replaces a question that can no longer be answered by a line that says so."""
    say(tx, invitation, now, key=key, replaces=question["id"])


def decide(
    tx: Tx,
    person_id: str,
    what: str,
    reason: str,
    now: int,
    *,
    detail: Mapping[str, Any] | None = None,
    interaction_id: str = "",
    invitation: Row | None = None,
    survey: str = "",
) -> None:
    """Records what the bot did not do (`what`: not_asked, waits, retracted, dropped …) with its reason and evidence."""
    interaction_id = interaction_id or (invitation or {}).get("interaction_id", "")
    survey = survey or (invitation or {}).get("survey", "")
    known = evidence.of(tx, reason, person_id, survey, interaction_id) if what in ("not_asked", "waits") else {}
    tx.run(
        "invitations.decide",
        id=tx.new_id(),
        person_id=person_id,
        interaction_id=interaction_id,
        invitation_id=(invitation or {}).get("id", ""),
        survey=survey,
        what=what,
        reason=reason,
        detail=json.dumps({**known, **(detail or {})}, ensure_ascii=False),
        decided_at=now,
    )


def ask_question(tx: Tx, invitation: Row, survey: Survey, question: str, now: int, **more: Any) -> str:
    """Enqueues one question of the survey; `more` are further arguments of the row (note, intro, picked, replaces)."""
    replaces = more.pop("replaces", "")
    args: dict[str, Any] = {
        "invitation": invitation["id"],
        "question": question,
        "survey": survey.key,
        "survey_version": invitation["survey_version"],
        "variant": invitation["variant"],
        "variables": variables(tx, invitation),
        **more,
    }
    expires_at = invitation["expires_at"]
    return say(tx, invitation, now, kind="question", args=args, expires_at=expires_at, replaces=replaces)


def question_text(tx: Tx, invitation: Row, question: Question) -> str:
    """A question in the words in which it was asked."""
    text = question.text.get(invitation["language"]) or question.text["en"]
    return fill(text, variables(tx, invitation))


def with_variables(tx: Tx, invitation: Row) -> Row:
    """The invitation with its variables, read once for all that is said in a transaction."""
    return {**invitation, "variables": variables(tx, invitation)}


def variables(tx: Tx, invitation: Row) -> dict[str, str]:
    """What a survey's texts may name: the person, the agent, the reference, the company and its privacy page.

    An invitation that carries them already (`with_variables`) gives those.
    """
    if "variables" in invitation:
        return dict(invitation["variables"])
    company = settings.company(tx)
    interaction = tx.once("interactions.get", id=invitation["interaction_id"]) or {}
    person = people.get(tx, invitation["person_id"]) or {}
    return {
        "name": person.get("name", ""),
        "agent": interaction.get("agent", ""),
        "reference": interaction.get("reference", ""),
        "touchpoint": interaction.get("touchpoint", ""),
        "company": company.name_in(invitation["language"]),
        "privacy_url": company.privacy_url,
    }


def _matching(tx: Tx, interaction: Row, now: int) -> surveys.LiveSurvey | None:
    for live in surveys.all_live(tx):
        if live.asks(now) and suits(live.survey, interaction):
            return live
    return None


def _coming(tx: Tx, interaction: Row, now: int) -> surveys.LiveSurvey | None:
    """The survey meant for such an interaction that begins to ask first of those that have not begun."""
    found = [each for each in surveys.all_live(tx) if not each.archived and each.starts_at > now]
    return min(
        (each for each in found if suits(each.survey, interaction)), key=lambda each: each.starts_at, default=None
    )


def suits(survey: Survey, interaction: Row) -> bool:
    """Whether a survey is meant for such an interaction."""
    trigger = survey.trigger
    return bool(
        interaction["touchpoint"] in trigger.touchpoints
        and (not trigger.stages or interaction["stage"] in trigger.stages)
        and (not trigger.outcomes or interaction["outcome"] in trigger.outcomes)
    )


def _not_asked(
    tx: Tx,
    interaction: Row,
    live: surveys.LiveSurvey | None,
    reason: str,
    detail: Mapping[str, Any],
    now: int,
    *,
    run_id: str = "",
) -> Invited:
    person_id = interaction["person_id"]
    survey = live.survey.key if live else ""
    decide(tx, person_id, "not_asked", reason, now, detail=detail, interaction_id=interaction["id"], survey=survey)
    if live is None:
        return Invited("", "not_asked", reason, detail)
    invitation_id = tx.new_id()
    tx.run(
        "invitations.insert",
        id=invitation_id,
        interaction_id=interaction["id"],
        person_id=person_id,
        survey=survey,
        survey_version=live.version,
        metric=live.survey.metric,
        kind=live.survey.kind,
        state="not_asked",
        reason=reason,
        language="en",
        due_at=0,
        ended_at=now,
        created_at=now,
        variant="",
        run_id=run_id,
    )
    return Invited(invitation_id, "not_asked", reason, detail)


def _ask(tx: Tx, invitation: Row, now: int) -> None:
    if runs.keeps_back(tx, invitation, now):
        return
    survey = surveys.asked(tx, invitation)
    live = surveys.live(tx, invitation["survey"])
    person = people.get(tx, invitation["person_id"])
    interaction = tx.once("interactions.get", id=invitation["interaction_id"])
    assert person is not None
    assert interaction is not None
    paused = live is None or live.paused
    verdict = gates.gate(tx, survey, paused, person, interaction, {}, invitation["id"], invitation["run_id"], now)
    if verdict is None and gates.answer_awaited(tx, person["id"], now):
        verdict = contact.Wait("open_question", now + gates.RETRY_OPEN_MS)
    verdict = verdict or runs.room(tx, invitation, person, now)
    if isinstance(verdict, contact.NotAsked):
        tx.run("invitations.end", id=invitation["id"], state="not_asked", reason=verdict.reason, ended_at=now)
        decide(tx, person["id"], "not_asked", verdict.reason, now, detail=verdict.detail, invitation=invitation)
        return
    if isinstance(verdict, contact.Wait):
        tx.run("invitations.wait", id=invitation["id"], due_at=max(verdict.until, now + 1), reason=verdict.reason)
        detail = {"until": verdict.until}
        decide(tx, person["id"], "waits", verdict.reason, now, detail=detail, invitation=invitation)
        return
    address = people.address_of(tx, person["id"])
    assert address is not None
    begun = conversation.begin(survey)
    expires_at = now + survey.expires_ms
    # What was set for the person is newer than what their address was first seen with.
    language = person["language"] or address["language"] or gates.language_of(tx, person)
    asked = {
        **invitation,
        "channel": address["channel"],
        "address": address["address"],
        "language": language,
        "expires_at": expires_at,
    }
    tx.run(
        "invitations.asked",
        id=invitation["id"],
        channel=address["channel"],
        address=address["address"],
        language=language,
        progress=begun.progress.dump(),
        asked_at=now,
        expires_at=expires_at,
        due_at=next_look(survey, 0, now, expires_at),
    )
    intro = survey.anonymous or not person["introduced_at"]
    ask_question(tx, asked, survey, begun.ask, now, intro=intro)


def next_look(survey: Survey, nudges: int, asked_at: int, expires_at: int) -> int:
    """When to look at an open invitation next: its next nudge, or its expiry."""
    if nudges < len(survey.nudges_ms):
        return min(asked_at + survey.nudges_ms[nudges], expires_at)
    return expires_at


def _look_again(tx: Tx, invitation: Row, wait: contact.Wait, now: int) -> None:
    """Puts a reminder off, to the survey's end at most."""
    due_at = min(wait.until, invitation["expires_at"])
    tx.run("invitations.wait", id=invitation["id"], due_at=due_at, reason=wait.reason)
    decide(tx, invitation["person_id"], "waits", wait.reason, now, detail={"until": wait.until}, invitation=invitation)


def _nudge(tx: Tx, invitation: Row, now: int) -> None:
    survey = surveys.asked(tx, invitation)
    person = people.get(tx, invitation["person_id"])
    assert person is not None
    cadence = runs.state(tx, invitation)
    if invitation["response_id"] or invitation["nudges"] >= len(survey.nudges_ms) or cadence == "stopped":
        # Somebody who has begun to answer is not pressed for the rest.
        tx.run("invitations.wait", id=invitation["id"], due_at=invitation["expires_at"], reason="")
        return
    live = surveys.live(tx, invitation["survey"])
    if live is None or live.paused or cadence == "paused":
        wait = contact.Wait(runs.PAUSED if cadence == "paused" else "paused", now + PAUSED_MS)
        _look_again(tx, invitation, wait, now)
        return
    interaction = tx.once("interactions.get", id=invitation["interaction_id"]) or {}
    disturbing = gates.before_nudge(tx, survey, person, interaction, now)
    disturbing = disturbing or runs.closed(tx, invitation, person, now)
    if disturbing is not None:
        _look_again(tx, invitation, disturbing, now)
        return
    due_at = next_look(survey, invitation["nudges"] + 1, invitation["asked_at"], invitation["expires_at"])
    tx.run("invitations.nudged", id=invitation["id"], due_at=max(due_at, now + 1))
    question = tx.one("outbox.last_question", invitation_id=invitation["id"])
    if question is not None:
        close_question(tx, invitation, question, now, key="question.asked_again")
    progress = conversation.Progress.load(invitation["progress"])
    ask_question(tx, invitation, survey, progress.question, now, note="customer.nudge")
