"""A second pair of eyes: where it is switched on, a new version of a survey waits for another admin's yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cxbot.domain.roles import may
from cxbot.domain.survey import Survey, from_json, to_json
from cxbot.ports import Row, Tx
from cxbot.transactions import outbox, people, settings, survey_drafts, surveys, teams

SETTING = "survey_approval"
KEY = "sv:"
"""How the keys begin of what is pressed about surveys."""
NO_DRAFT = -1
"""The step of a proposal that is no draft: going back to an older version."""

Outcome = Literal["approved", "refused", "stale", "own", "decided"]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a yes or a no: the outcome, the proposal, and the version where one went live."""

    outcome: Outcome
    proposal: Row | None = None
    version: int = 0


def is_on(tx: Tx) -> bool:
    """Whether another admin has to approve what is published."""
    return bool(settings.get(tx, SETTING))


def switch(tx: Tx, on: bool, actor: Row, now: int) -> bool:
    """Switches the rule and tells the other admins; says whether that is a change."""
    was = is_on(tx)
    if was == on:
        return False
    settings.put(tx, SETTING, on)
    surveys.record(tx, surveys.EVERY, actor["id"], "survey.approval_switched", {"from": was, "to": on}, now)
    key = "survey.approval.switched_on" if on else "survey.approval.switched_off"
    for admin in approvers(tx, actor["id"]):
        _tell(tx, admin["channel"], admin["address"], admin["language"], key, {"who": actor["name"]}, now)
    return True


def approvers(tx: Tx, proposer_id: str) -> list[Row]:
    """The others who may edit surveys and can be written to, each with channel and address."""
    found = []
    for member in teams.members(tx, ""):
        if member["person_id"] == proposer_id or not may({"": member["role"]}, "edit_survey"):
            continue
        address = people.address_of(tx, member["person_id"])
        if address is not None:
            found.append({**member, "channel": address["channel"], "address": address["address"]})
    return found


def propose(
    tx: Tx,
    survey: Survey,
    step: int,
    proposer: Row,
    why: str,
    now: int,
    *,
    channel: str,
    address: str,
    page: dict[str, Any],
) -> list[str]:
    """Asks the others in their own chats, with what would change; returns their names, none where nobody is there.

    `channel` and `address` are where the proposer hears of the answer; `page` is what is asked about, as a meaning.
    """
    asked = approvers(tx, proposer["id"])
    if not asked:
        return []
    tx.run("survey_drafts.withdraw", survey=survey.key, actor_id=proposer["id"], now=now)
    proposal = tx.new_id()
    tx.run(
        "survey_drafts.propose",
        id=proposal,
        survey=survey.key,
        body=to_json(survey),
        step=step,
        why=why,
        proposer_id=proposer["id"],
        channel=channel,
        address=address,
        now=now,
    )
    surveys.record(tx, survey.key, proposer["id"], "survey.proposed", {"why": why, "step": step}, now)
    choices = [
        {"key": f"{KEY}yes:{proposal}", "label": {"key": "survey.approval.yes", "args": {}}, "style": "primary"},
        {"key": f"{KEY}no:{proposal}", "label": {"key": "survey.approval.no", "args": {}}, "style": "danger"},
    ]
    for admin in asked:
        args = {"who": proposer["name"], "survey": survey.key, "why": why, "page": page, "choices": choices}
        _tell(tx, admin["channel"], admin["address"], admin["language"], "survey.approval.asked", args, now)
    return [admin["name"] for admin in asked]


def decide(tx: Tx, proposal_id: str, actor: Row, approves: bool, now: int) -> Decided:
    """Takes an admin's yes or no. Nobody approves their own change; what was changed since is not approved."""
    proposal = tx.one("survey_drafts.proposal", id=proposal_id)
    if proposal is None or proposal["state"] == "withdrawn":
        return Decided("stale", proposal)
    if proposal["state"] != "open":
        return Decided("decided", proposal)
    if proposal["proposer_id"] == actor["id"]:
        return Decided("own", proposal)
    state: Literal["approved", "refused"] = "approved" if approves else "refused"
    if not tx.run("survey_drafts.decide", id=proposal_id, state=state, actor_id=actor["id"], now=now):
        return Decided("stale", proposal)
    version = _go_live(tx, proposal, actor["id"], now) if approves else 0
    surveys.record(tx, proposal["survey"], actor["id"], f"survey.{state}", {"step": proposal["step"]}, now)
    args = {"who": actor["name"], "survey": proposal["survey"], "version": version}
    person = people.get(tx, proposal["proposer_id"]) or {}
    key = f"survey.approval.{state}"
    _tell(tx, proposal["channel"], proposal["address"], person.get("language", ""), key, args, now)
    return Decided(state, proposal, version)


def _go_live(tx: Tx, proposal: Row, actor_id: str, now: int) -> int:
    proposer, why = proposal["proposer_id"], proposal["why"]
    if proposal["step"] == NO_DRAFT:
        return surveys.publish(tx, from_json(proposal["body"]), proposer, now, why, actor_id)
    # A step of the draft withdraws the proposal, so what was shown is what goes live.
    return survey_drafts.publish(tx, proposal["survey"], proposer, now, why, actor_id)


def _tell(tx: Tx, channel: str, address: str, language: str, key: str, args: dict[str, Any], now: int) -> None:
    company = settings.company(tx)
    outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=language or company.language,
        key=key,
        args={"zone": company.time_zone, **args},
    )
