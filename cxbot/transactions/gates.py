"""Whether a person may be asked now: what is known of them and of what happened, held against the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain import contact
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import people, settings, surveys, talks, teams

GRACE_MS = 12 * 60 * 60 * 1000
"""A cadence comes round to the day, not to the second: the last half day is not waited for."""
RETRY_OPEN_MS = 60 * 60 * 1000
"""How long an invitation waits for another question to the same person to be answered."""


def gate(
    tx: Tx,
    survey: Survey,
    paused: bool,
    person: Row,
    interaction: Row,
    flags: Mapping[str, Any],
    invitation_id: str,
    run_id: str,
    now: int,
) -> contact.NotAsked | contact.Wait | None:
    """None where the person may be asked now about an interaction, else the one reason that wins.

    `invitation_id` is the one that is being looked at, which does not count as having asked them; `flags` are those
    of `invitations.invite`.
    """
    policy = settings.contact_policy(tx)
    history = tx.one(
        "invitations.contact_history", person_id=person["id"], metric=survey.metric, except_id=invitation_id
    )
    assert history is not None
    address = people.address_of(tx, person["id"])
    trigger = survey.trigger
    facts = contact.Facts(
        now=now,
        zone=zone_of(tx, survey, person, interaction),
        opted_out=person["opted_out"],
        acted_at=person["acted_at"],
        open_survey=bool(history["open_survey"]),
        last_asked_any=history["last_any"],
        last_asked_metric_relationship=max(0, history["last_relationship"] - (GRACE_MS if run_id else 0)),
        last_asked_transactional=history["last_transactional"],
        has_address=address is not None or bool(people.addresses(tx, person["id"])),
        unreachable=address is None,
        internal=bool(flags.get("internal")),
        spam=bool(flags.get("spam")),
        self_solved=bool(flags.get("self_solved")),
        unanswered=bool(flags.get("unanswered")),
        survey_off=flags.get("survey") is False,
        auto_closed=bool(flags.get("auto_closed")) and trigger.skip_auto_closed,
        closed_by=str(flags.get("closed_by", "")) in trigger.skip_closed_by,
        too_old=not run_id and now - interaction["happened_at"] > survey.expires_ms,
        talked_at=talks.last_at(tx, person["id"]),
        quiet_ok=survey.quiet_ok,
        # A cadence has drawn its own sample.
        sampled_out=not run_id
        and not contact.sampled(survey.key, person["id"], interaction["id"], trigger.sample_percent),
        paused=paused,
    )
    return contact.gate(survey.kind, facts, policy)


def would_refuse(tx: Tx, live: surveys.LiveSurvey, person: Row, interaction: Row, at: int) -> str:
    """Why a cadence would not ask somebody at that moment, as far as is known now; '' where it would."""
    verdict = gate(tx, live.survey, live.paused, person, interaction, {}, "", "forecast", at)
    return verdict.reason if isinstance(verdict, contact.NotAsked) else ""


def before_nudge(tx: Tx, survey: Survey, person: Row, interaction: Mapping[str, Any], now: int) -> contact.Wait | None:
    """A wait where a reminder would disturb: a colleague is talking with them, or it is night."""
    policy = settings.contact_policy(tx)
    talk = contact.talk_wait(talks.last_at(tx, person["id"]), now, policy)
    if talk is not None or survey.quiet_ok:
        return talk
    return contact.night_wait(zone_of(tx, survey, person, interaction), now, person["acted_at"], policy)


def answer_awaited(tx: Tx, person_id: str, now: int) -> bool:
    """Whether another question, which is no survey's, waits for this person's answer."""
    return any(
        people.expected(tx, row["channel"], row["address"], now) is not None for row in people.addresses(tx, person_id)
    )


def language_of(tx: Tx, person: Row) -> str:
    """The person's language, else the company's."""
    return person["language"] or settings.company(tx).language


def zone_of(tx: Tx, survey: Survey, person: Row, interaction: Mapping[str, Any]) -> str:
    """The person's time zone, else the survey's, else the team's."""
    if survey.time_zone:
        return people.zone(person, survey.time_zone)
    team = teams.get(tx, interaction["team_id"]) if interaction.get("team_id") else None
    if team is None and interaction.get("touchpoint"):
        team = teams.for_touchpoint(tx, interaction["touchpoint"])
    return people.zone(person, team["time_zone"] if team else settings.company(tx).time_zone)
