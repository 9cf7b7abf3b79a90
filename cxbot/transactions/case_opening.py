"""Cases opened, joined, raised and called back: what an unhappy answer, or a call for a human, leads to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cxbot.domain import cases as workflow
from cxbot.domain import codes, detection, routing
from cxbot.domain.calendar import Hours
from cxbot.domain.policy import TeamPolicy
from cxbot.domain.roles import may
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, case_steps, cases, improvement_telling, incidents, people, settings, teams

DAY_MS = 24 * 60 * 60 * 1000
WORDS_MS = DAY_MS
"""Words of the last day that answered nothing belong to a case that opens now."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that an answer led to, and what the customer reads about it at once."""

    case: Row
    new: bool
    notice: Mapping[str, Any]


def detect(tx: Tx, person: Row, invitation: Row, survey: Survey, response: Row, now: int) -> Opened | None:
    """Opens, joins or raises the case that a response so far asks for."""
    answers, words = cases.said(tx, response["id"])
    current = _held(tx, cases.of_response(tx, response["id"]))
    case_id, since = current["id"] if current else "", invitation["asked_at"]
    before = tx.all("remarks.before_answers", person_id=person["id"], since=since, case_id=case_id)
    words = [*(row["words"] for row in before), *words]
    about = _about(tx, survey, person, response, now)
    finding = detection.find(survey, answers, words, about)
    if finding and (earlier := _earlier(tx, survey, person, current, now)):
        finding = detection.find(survey, answers, words, replace(about, earlier=earlier))
    if current is not None and current["state"] in workflow.ACTIVE:
        return _update(tx, person, current, finding, response, now)
    if current is not None:
        # Dismissed, merged or closed meanwhile: its card shows what else was said, and nothing opens by itself.
        case_messages.redraw(tx, current, now)
        return None
    if finding is None:
        return None
    interaction = tx.once("interactions.get", id=response["interaction_id"]) or {}
    scored = survey.scored
    scale = f"{scored.low}-{scored.high}" if scored and scored.kind == "scale" else ""
    team_id, owner_id = _route(tx, survey, person, invitation, interaction, answers, words)
    return open_case(
        tx,
        person,
        now,
        cause=response["touchpoint"] or survey.key,
        team_id=team_id or response["team_id"],
        owner_id=owner_id,
        severity=finding.severity,
        reasons=finding.reasons,
        sorry=finding.sorry,
        channel=invitation["channel"],
        address=invitation["address"],
        language=invitation["language"],
        interaction=interaction,
        response_id=response["id"],
        score=response["score"],
        scale=scale,
    )


def _earlier(tx: Tx, survey: Survey, person: Row, current: Row | None, now: int) -> int:
    """How many other cases this person had lately."""
    except_id, since = current["id"] if current else "", now - survey.detect.repeat_ms
    row = tx.one("cases.earlier", person_id=person["id"], except_id=except_id, since=since)
    return int(row["n"]) if row and survey.detect.repeat_ms else 0


def _about(tx: Tx, survey: Survey, person: Row, response: Row, now: int) -> detection.About:
    """What is known of a person, as far as the survey's rules ask for it."""
    rules = survey.detect.rules
    last = None
    if any(rule.drop for rule in rules):
        last = tx.one("responses.last_score", person_id=person["id"], metric=survey.metric, except_id=response["id"])
    contacts: list[Row] = []
    if any(rule.contacts for rule in rules):
        since = now - max(rule.within_ms for rule in rules)
        contacts = tx.all("interactions.lately", person_id=person["id"], since=since)
    unkept = tx.one("cases.unkept", person_id=person["id"], now=now) if any(rule.unkept for rule in rules) else None
    return detection.About(
        vip=bool(person["vip"]),
        value=person["value"],
        last_score=last["score"] if last else None,
        contacts=[now - row["happened_at"] for row in contacts],
        unkept=int(unkept["promised_at"] or 0) if unkept else 0,
    )


def open_case(
    tx: Tx,
    person: Row,
    now: int,
    *,
    cause: str,
    team_id: str,
    severity: str,
    reasons: Sequence[Mapping[str, Any]],
    channel: str,
    address: str,
    language: str,
    interaction: Mapping[str, Any] | None = None,
    response_id: str = "",
    score: int | None = None,
    scale: str = "",
    sorry: str = "generic",
    owner_id: str = "",
) -> Opened:
    """Opens a case with its alert, or joins the one this person has for the same cause, which it may raise.

    With `owner_id` it is somebody's from the start.
    """
    improvement_telling.take_back(tx, person["id"], "open_case", now)
    existing = _held(tx, tx.one("cases.active_of_cause", person_id=person["id"], cause=cause))
    if existing is not None:
        return _join(tx, person, existing, severity, reasons, response_id, score, scale, now)
    team = case_messages.team_of(tx, team_id)
    terms = terms_of(tx, team)
    case_id = tx.new_id()
    interaction = interaction or {}
    tx.run(
        "cases.insert",
        id=case_id,
        code=_code(tx, case_id),
        person_id=person["id"],
        team_id=team["id"] if team else "",
        interaction_id=interaction.get("id", ""),
        response_id=response_id,
        cause=cause,
        severity=severity,
        reasons=json.dumps(list(reasons), ensure_ascii=False),
        score=score,
        scale=scale,
        touchpoint=interaction.get("touchpoint", ""),
        channel=channel,
        address=address,
        language=language,
        policy=terms.dump(),
        opened_at=now,
        promised_at=workflow.promise(terms, severity, now),
    )
    case = cases.get(tx, case_id)
    cases.record(tx, case_id, person["id"], "opened", {"severity": severity, "cause": cause}, now)
    if owner_id:
        case = cases.write(tx, case, {"state": "claimed", "owner_id": owner_id, "claimed_at": now}, now)
        cases.record(tx, case_id, "", "assigned", {"to": owner_id}, now)
    case_steps.follow(tx, case, now)
    if incidents.join(tx, case, now) is not None:
        case = cases.write(tx, cases.get(tx, case_id), {}, now)
    elif shown_at := _shown_at(case, terms, now):
        case = cases.write(tx, case, {"alert_at": shown_at}, now)
        cases.record(tx, case_id, "", "alert_queued", {"until": shown_at}, now)
    else:
        case = case_messages.show(tx, case, now)
    tx.run("remarks.give_to_case", case_id=case_id, person_id=person["id"], since=now - WORDS_MS)
    return Opened(case, True, case_messages.notice(tx, person, case, "customer.case_opened", now, sorry=sorry))


def _shown_at(case: Row, terms: workflow.Terms, now: int) -> int:
    """When the alert is shown: at the team's next opening where it is not critical; 0 where it is shown at once."""
    if case["severity"] == "critical" or not terms.policy.queue_alerts:
        return 0
    opens_at = terms.open_at(now)
    return opens_at if opens_at > now else 0


def _shown_if_critical(tx: Tx, case: Row, now: int) -> Row:
    """An alert that waits for the morning waits no longer once its case is critical."""
    return case_messages.show(tx, case, now) if case["alert_at"] and case["severity"] == "critical" else case


def _say_if_critical(tx: Tx, before: Row, case: Row, now: int) -> None:
    """A case that becomes critical after its alert is said aloud: an alert that is changed rings nowhere.

    In a WeCom group it cannot be changed at all. What is new of a storm stands on its one card.
    """
    if case["severity"] != "critical" or before["alert_at"] or case["incident_id"]:
        return
    args = {"reasons": json.loads(case["reasons"]), "promised_at": 0 if case["contacted_at"] else case["promised_at"]}
    acting = case_messages.who_acts(tx, case, now)
    case_messages.team_says(tx, case, "case.critical", args, now, mention=acting)


def _join(
    tx: Tx,
    person: Row,
    case: Row,
    severity: str,
    reasons: Sequence[Mapping[str, Any]],
    response_id: str,
    score: int | None,
    scale: str,
    now: int,
) -> Opened:
    """A second complaint about the same thing joins the case and may raise it; a resolved one is reopened."""
    if case["state"] == "resolved":
        change = workflow.reopen(case, person["id"], now, by_customer=True)
        assert isinstance(change, workflow.Change)
        cases.take_back(tx, case)
        case_messages.stop_asking(tx, case, now)
        case = cases.write(tx, case, {**change.columns, "undo": "", "undo_until": 0}, now)
        case_steps.carry_out(tx, case, "reopened", {}, person["id"], now)
        args = {"who": case_messages.acting_name(tx, case, now)}
        case_messages.team_says(tx, case, "case.reopened", args, now, mention=case_messages.who_acts(tx, case, now))
    if response_id and response_id != case["response_id"]:
        _keep_words(tx, person, case, now)
    columns: dict[str, Any] = {
        "severity": workflow.worse(case["severity"], severity),
        "reasons": _reasons(case, reasons),
        "score": score if score is not None else case["score"],
        "scale": scale or case["scale"],
        "response_id": response_id or case["response_id"],
    }
    if columns["severity"] != case["severity"]:
        promised = workflow.promise(workflow.Terms.load(case["policy"]), columns["severity"], now)
        columns["promised_at"] = min(case["promised_at"], promised)
    case = cases.write(tx, case, columns, now)
    case_steps.follow(tx, case, now)
    case = _shown_if_critical(tx, case, now)
    cases.record(tx, case["id"], person["id"], "joined", {"severity": columns["severity"]}, now)
    case_messages.team_says(tx, case, "case.raised", {"reasons": list(reasons)}, now)
    case_messages.redraw(tx, case, now)
    return Opened(case, True, case_messages.notice(tx, person, case, "customer.case_joined", now))


def call_back(tx: Tx, person: Row, case_id: str, now: int) -> Row:
    """Somebody asks for a human about a case: a new promise begins, and work thought done is taken up again.

    Where nobody has come back to them since the last promise, that one stands, and with it who was reminded of it.
    """
    case = cases.lock(tx, case_id)
    assert case is not None
    improvement_telling.take_back(tx, person["id"], "open_case", now)
    columns: dict[str, Any] = {}
    if case["state"] == "resolved":
        change = workflow.reopen(case, person["id"], now, by_customer=False)
        assert isinstance(change, workflow.Change)
        cases.take_back(tx, case)
        case_messages.stop_asking(tx, case, now)
        columns = {**change.columns, "undo": "", "undo_until": 0}
    promised_at = workflow.promise(workflow.Terms.load(case["policy"]), case["severity"], now)
    if case["state"] == "resolved" or case["contacted_at"]:
        columns |= {"promised_at": promised_at, "contacted_at": 0, "reminders": 0, "escalations": 0}
    else:
        columns["promised_at"] = min(case["promised_at"], promised_at)
    columns |= {
        "snoozed_until": 0,
        "reasons": _reasons(case, [{"key": "reason.asked_agent", "args": {}}]),
    }
    if columns.get("state"):
        case_steps.carry_out(tx, case, "reopened", {}, person["id"], now)
    case = cases.write(tx, case, columns, now)
    cases.record(tx, case_id, person["id"], "asked_agent", {}, now)
    args = {"name": person["name"], "who": case_messages.acting_name(tx, case, now), "promised_at": case["promised_at"]}
    case_messages.team_says(tx, case, "case.asked_for_agent", args, now, mention=case_messages.who_acts(tx, case, now))
    case_messages.redraw(tx, case, now)
    return case


def _update(
    tx: Tx, person: Row, case: Row, finding: detection.Finding | None, response: Row, now: int
) -> Opened | None:
    """More answers of the same response: the alert shows them, the severity may rise, and with it the promise."""
    columns: dict[str, Any] = {"score": response["score"]}
    if finding is None:
        # The customer changed the answer to a good one: the team decides, the case does not vanish.
        columns["reasons"] = _reasons(case, [{"key": "reason.changed", "args": {"score": response["score"]}}])
        case_messages.redraw(tx, cases.write(tx, case, columns, now), now)
        return None
    columns["severity"] = workflow.worse(case["severity"], finding.severity)
    columns["reasons"] = json.dumps(list(finding.reasons), ensure_ascii=False)
    promised = workflow.promise(workflow.Terms.load(case["policy"]), columns["severity"], now)
    sooner = columns["severity"] != case["severity"] and promised < case["promised_at"] and not case["contacted_at"]
    if sooner:
        columns["promised_at"] = promised
    after = cases.write(tx, case, columns, now)
    case_steps.follow(tx, after, now, anew=columns["severity"] == case["severity"])
    after = _shown_if_critical(tx, after, now)
    if columns["severity"] != case["severity"]:
        cases.record(tx, case["id"], "", "raised", {"severity": columns["severity"]}, now)
        _say_if_critical(tx, case, after, now)
    case_messages.redraw(tx, after, now)
    return (
        Opened(after, True, case_messages.notice(tx, person, after, "customer.promise_sooner", now)) if sooner else None
    )


def _keep_words(tx: Tx, person: Row, case: Row, now: int) -> None:
    """The words of the response a case began with stay with the case when another response takes its place."""
    known = {row["words"] for row in tx.all("remarks.of_case", case_id=case["id"])}
    for words in cases.said(tx, case["response_id"])[1] if case["response_id"] else []:
        if words not in known:
            tx.run(
                "remarks.add",
                id=tx.new_id(),
                person_id=person["id"],
                response_id="",
                case_id=case["id"],
                words=words,
                media="",
                said_at=case["opened_at"],
            )


def _held(tx: Tx, case: Row | None) -> Row | None:
    """A case that was looked up, as it stands once it is held: a colleague may have acted on another replica."""
    held = cases.lock(tx, case["id"]) if case is not None else None
    return held if held is not None and held["state"] in workflow.ACTIVE else None


def _reasons(case: Row, more: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(workflow.reasons_line(json.loads(case["reasons"]), more), ensure_ascii=False)


def _route(
    tx: Tx,
    survey: Survey,
    person: Row,
    invitation: Row,
    interaction: Mapping[str, Any],
    answers: Mapping[str, Any],
    words: Sequence[str],
) -> tuple[str, str]:
    """The team and the owner that the first suitable route names; '' where it is left to the interaction."""
    attributes = {**json.loads(person["attributes"] or "{}"), **json.loads(interaction.get("attributes") or "{}")}
    attributes.setdefault("segment", person["segment"])
    situation = routing.Situation(
        touchpoint=interaction.get("touchpoint", ""),
        stage=interaction.get("stage", ""),
        language=invitation["language"],
        attributes=attributes,
        answers=answers,
        words=words,
    )
    for route in routing.matching(survey, situation):
        if teams.get(tx, route.team) is None:
            continue
        owner = _account_owner(tx, route.team, str(attributes.get(route.owner, ""))) if route.owner else ""
        if owner or not route.owner:
            return route.team, owner
    return "", ""


def _account_owner(tx: Tx, team_id: str, named: str) -> str:
    """The member whose account it is, by "channel:address" or by name; '' where that is nobody who may work it."""
    channel, _, address = named.partition(":")
    person = people.by_address(tx, channel, address) if address else None
    if person is None:
        members = [*teams.members(tx, team_id), *teams.members(tx, teams.EVERYWHERE)]
        found = {member["person_id"] for member in members if member["name"] == named}
        person = people.get(tx, found.pop()) if len(found) == 1 else None
    return str(person["id"]) if person and may(teams.roles_of(tx, person["id"]), "work_case", team_id) else ""


def terms_of(tx: Tx, team: Row | None) -> workflow.Terms:
    """What a case is opened under: the team's policy, hours and time zone as they are now."""
    if team is None:
        return workflow.Terms(TeamPolicy(), Hours(), settings.company(tx).time_zone)
    return workflow.Terms(
        TeamPolicy.model_validate_json(team["policy"] or "{}"), Hours.load(team["hours"] or "{}"), team["time_zone"]
    )


def _code(tx: Tx, case_id: str) -> str:
    """A short number that people can say and type; taken from the random end of the id."""
    seed = int.from_bytes(case_id[-10:].encode(), "big")
    while True:
        digits = seed
        code = ""
        for _ in range(codes.LENGTH):
            digits, rest = divmod(digits, len(codes.ALPHABET))
            code += codes.ALPHABET[rest]
        if tx.one("cases.by_code", code=code) is None:
            return code
        seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407
