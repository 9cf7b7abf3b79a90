"""Cases opened, joined and raised; the alert in the team's channel; what is written to the row of a case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxbot.domain import cases as workflow
from cxbot.domain import detection
from cxbot.domain.calendar import Hours
from cxbot.domain.policy import TeamPolicy
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import outbox, people, settings, teams

DAY_MS = 24 * 60 * 60 * 1000
REPEAT_DAYS = 30
"""Cases of the same person in these days make a new one graver."""
_CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that an answer led to, and what the customer reads about it at once."""

    case: Row
    new: bool
    notice: Mapping[str, Any]


def detect(tx: Tx, person: Row, invitation: Row, survey: Survey, response: Row, now: int) -> Opened | None:
    """Opens, joins or raises the case that a response so far asks for."""
    answers, words = said(tx, response["id"])
    current = _held(tx, of_response(tx, response["id"]))
    earlier = tx.one(
        "cases.earlier",
        person_id=person["id"],
        except_id=current["id"] if current else "",
        since=now - REPEAT_DAYS * DAY_MS,
    )
    assert earlier is not None
    finding = detection.find(survey, answers, words, vip=bool(person["vip"]), earlier=earlier["n"], days=REPEAT_DAYS)
    if current is not None and current["state"] in workflow.ACTIVE:
        return _update(tx, person, current, finding, response, now)
    if current is not None:
        # Dismissed, merged or closed meanwhile: its card shows what else was said, and nothing opens by itself.
        redraw(tx, current, now)
        return None
    if finding is None:
        return None
    interaction = tx.one("interactions.get", id=response["interaction_id"]) or {}
    scored = survey.scored
    scale = f"{scored.low}-{scored.high}" if scored and scored.kind == "scale" else ""
    return open_case(
        tx,
        person,
        now,
        cause=response["touchpoint"] or survey.key,
        team_id=_route(tx, survey, interaction, answers) or response["team_id"],
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
) -> Opened:
    """Opens a case with its alert, or joins the one this person has for the same cause, which it may raise."""
    existing = _held(tx, tx.one("cases.active_of_cause", person_id=person["id"], cause=cause))
    if existing is not None:
        return _join(tx, person, existing, severity, reasons, response_id, score, scale, now)
    team = _team(tx, team_id)
    terms = _terms(tx, team)
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
    case = get(tx, case_id)
    record(tx, case_id, person["id"], "opened", {"severity": severity, "cause": cause}, now)
    card_id = alert(tx, case, now)
    case = write(tx, case, {"card_id": card_id}, now)
    if response_id:
        tx.run("remarks.give_to_case", case_id=case_id, response_id=response_id)
    return Opened(case, True, notice(tx, person, case, "customer.case_opened", sorry=sorry))


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
        take_back(tx, case)
        stop_asking(tx, case, now)
        case = write(tx, case, {**change.columns, "undo": "", "undo_until": 0}, now)
        team_says(tx, case, "case.reopened", {"who": owner_name(tx, case)}, now)
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
    case = write(tx, case, columns, now)
    record(tx, case["id"], person["id"], "joined", {"severity": columns["severity"]}, now)
    team_says(tx, case, "case.raised", {"reasons": list(reasons)}, now)
    redraw(tx, case, now)
    return Opened(case, True, notice(tx, person, case, "customer.case_joined"))


def call_back(tx: Tx, person: Row, case_id: str, now: int) -> Row:
    """Somebody asks for a human about a case: a new promise begins, and work thought done is taken up again."""
    case = lock(tx, case_id)
    assert case is not None
    columns: dict[str, Any] = {}
    if case["state"] == "resolved":
        change = workflow.reopen(case, person["id"], now, by_customer=False)
        assert isinstance(change, workflow.Change)
        take_back(tx, case)
        stop_asking(tx, case, now)
        columns = {**change.columns, "undo": "", "undo_until": 0}
    columns |= {
        "promised_at": workflow.promise(workflow.Terms.load(case["policy"]), case["severity"], now),
        "contacted_at": 0,
        "reminders": 0,
        "escalations": 0,
        "snoozed_until": 0,
        "reasons": _reasons(case, [{"key": "reason.asked_agent", "args": {}}]),
    }
    case = write(tx, case, columns, now)
    record(tx, case_id, person["id"], "asked_agent", {}, now)
    args = {"name": person["name"], "who": owner_name(tx, case), "promised_at": case["promised_at"]}
    team_says(tx, case, "case.asked_for_agent", args, now)
    redraw(tx, case, now)
    return case


def _update(
    tx: Tx, person: Row, case: Row, finding: detection.Finding | None, response: Row, now: int
) -> Opened | None:
    """More answers of the same response: the alert shows them, the severity may rise, and with it the promise."""
    columns: dict[str, Any] = {"score": response["score"]}
    if finding is None:
        # The customer changed the answer to a good one: the team decides, the case does not vanish.
        columns["reasons"] = _reasons(case, [{"key": "reason.changed", "args": {"score": response["score"]}}])
        redraw(tx, write(tx, case, columns, now), now)
        return None
    columns["severity"] = workflow.worse(case["severity"], finding.severity)
    columns["reasons"] = json.dumps(list(finding.reasons), ensure_ascii=False)
    promised = workflow.promise(workflow.Terms.load(case["policy"]), columns["severity"], now)
    sooner = columns["severity"] != case["severity"] and promised < case["promised_at"] and not case["contacted_at"]
    if sooner:
        columns["promised_at"] = promised
    after = write(tx, case, columns, now)
    if columns["severity"] != case["severity"]:
        record(tx, case["id"], "", "raised", {"severity": columns["severity"]}, now)
    redraw(tx, after, now)
    return Opened(after, True, notice(tx, person, after, "customer.promise_sooner")) if sooner else None


def _keep_words(tx: Tx, person: Row, case: Row, now: int) -> None:
    """The words of the response a case began with stay with the case when another response takes its place."""
    known = {row["words"] for row in tx.all("remarks.of_case", case_id=case["id"])}
    for words in said(tx, case["response_id"])[1] if case["response_id"] else []:
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


def get(tx: Tx, case_id: str) -> Row:
    """A case that is known to exist."""
    row = tx.one("cases.get", id=case_id)
    assert row is not None
    return row


def lock(tx: Tx, case_id: str) -> Row | None:
    """A case, locked for the rest of the transaction; None where there is none."""
    if not case_id or tx.run("cases.lock", id=case_id) == 0:
        return None
    return get(tx, case_id)


def _held(tx: Tx, case: Row | None) -> Row | None:
    """A case that was looked up, as it stands once it is held: a colleague may have acted on another replica."""
    held = lock(tx, case["id"]) if case is not None else None
    return held if held is not None and held["state"] in workflow.ACTIVE else None


def take_back(tx: Tx, case: Row) -> None:
    """What an action still waits to tell the customer leaves no more: the case is open again."""
    for row_id in json.loads(case["undo"])["cancel"] if case["undo"] else ():
        outbox.cancel(tx, row_id, "reopened")


def of_response(tx: Tx, response_id: str) -> Row | None:
    """The newest case that came of a response, in whatever state it is."""
    return tx.one("cases.of_response", response_id=response_id)


WRITTEN = [
    "state",
    "severity",
    "reasons",
    "score",
    "scale",
    "team_id",
    "interaction_id",
    "response_id",
    "owner_id",
    "card_id",
    "opened_at",
    "promised_at",
    "reminders",
    "escalations",
    "snoozed_until",
    "snooze_reason",
    "claimed_at",
    "contacted_at",
    "resolved_at",
    "closed_at",
    "root_cause",
    "done_words",
    "told_words",
    "confirm",
    "confirm_asked_at",
    "ending",
    "merged_into",
    "reopened",
    "undo",
    "undo_until",
]


def write(tx: Tx, case: Row, columns: Mapping[str, Any], now: int) -> Row:
    """Sets columns of a case and works out anew when to look at it next; returns the row as it is now."""
    after = {**case, **columns}
    step = workflow.next_step(after)
    after["due_at"] = step.at if step.kind != "none" else 0
    tx.run("cases.write", id=case["id"], due_at=after["due_at"], **{name: after[name] for name in WRITTEN})
    return after


def record(tx: Tx, case_id: str, actor_id: str, kind: str, args: Mapping[str, Any], now: int) -> None:
    """Adds a line to the history of a case."""
    text = json.dumps(args, ensure_ascii=False)
    tx.run("cases.event", id=tx.new_id(), subject_id=case_id, actor_id=actor_id, kind=kind, args=text, happened_at=now)


def alert(tx: Tx, case: Row, now: int, *, replaces: str = "", due_at: int = 0) -> str:
    """The card in the team's channel, drawn from the case when it is sent; recorded where no team can be told."""
    team = _team(tx, case["team_id"])
    if team is None or not team["place"]:
        record(tx, case["id"], "", "no_team_channel", {"team": case["team_id"]}, now)
        return ""
    return outbox.say(
        tx,
        now,
        channel=team["channel"],
        address=team["place"],
        language=team["language"],
        kind="card",
        order_key=case["id"],
        case_id=case["id"],
        replaces=replaces,
        due_at=due_at,
    )


def redraw(tx: Tx, case: Row, now: int) -> None:
    """Brings the alert up to date, and once more when its undo has lapsed."""
    if not case["card_id"]:
        return
    alert(tx, case, now, replaces=case["card_id"])
    if case["undo_until"] > now:
        alert_later(tx, case, now)


def alert_later(tx: Tx, case: Row, now: int) -> None:
    """One more drawing of the alert at the moment the undo lapses, beside the one that leaves now."""
    team = _team(tx, case["team_id"])
    if team is None:
        return
    outbox.say(
        tx,
        now,
        channel=team["channel"],
        address=team["place"],
        language=team["language"],
        kind="card",
        order_key=f"{case['id']}:later",
        case_id=case["id"],
        replaces=case["card_id"],
        due_at=case["undo_until"],
    )


def team_says(
    tx: Tx, case: Row, key: str, args: Mapping[str, Any], now: int, *, team: Row | None = None, kind: Any = "message"
) -> str:
    """A line under the alert, in the language and the time zone of the team; '' where the team has no channel."""
    team = team or _team(tx, case["team_id"])
    if team is None or not team["place"]:
        return ""
    home = team["id"] == case["team_id"]
    return outbox.say(
        tx,
        now,
        channel=team["channel"],
        address=team["place"],
        language=team["language"],
        key=key,
        args={"code": case["code"], "zone": team["time_zone"], **args},
        kind=kind,
        order_key=case["id"] if home else "",
        case_id=case["id"],
        thread_of=case["card_id"] if home else "",
    )


def tell_customer(
    tx: Tx,
    case: Row,
    key: str,
    args: Mapping[str, Any],
    now: int,
    *,
    due_at: int = 0,
    expires_at: int = 0,
    replaces: str = "",
) -> str:
    """A message about the case to the customer; recorded, not sent, where they want no messages at all."""
    person = people.get(tx, case["person_id"])
    if person is None or person["opted_out"] == "all" or not case["address"]:
        reason = "opted_out" if person and person["opted_out"] == "all" else "no_address"
        record(tx, case["id"], "", "not_told", {"message": key, "reason": reason}, now)
        return ""
    return outbox.say(
        tx,
        now,
        channel=case["channel"],
        address=case["address"],
        language=case["language"],
        key=key,
        args={"code": case["code"], "zone": people.zone(person, _zone(tx, case)), **args},
        person_id=person["id"],
        case_id=case["id"],
        due_at=due_at,
        expires_at=expires_at,
        replaces=replaces,
    )


def notice(tx: Tx, person: Row, case: Row, key: str, *, sorry: str = "generic") -> dict[str, Any]:
    """What the customer reads at once: sorry for what, the case's number, which team, and by when in their time."""
    team = _team(tx, case["team_id"])
    args = {
        "sorry": {"key": f"sorry.{sorry}", "args": {}},
        "code": case["code"],
        "team": team["name"] if team else settings.company(tx).name_in(case["language"]),
        "promised_at": case["promised_at"],
        "zone": people.zone(person, _zone(tx, case)),
    }
    return {"key": key, "args": args}


def stop_asking(tx: Tx, case: Row, now: int, *, answered: bool = False) -> None:
    """Ends "is it fixed?" where it was asked of this case: no answer is expected, and the question is closed."""
    expected = people.expected(tx, case["channel"], case["address"], now)
    if expected is None or expected.get("case") != case["id"]:
        return
    people.expect(tx, case["channel"], case["address"], None, 0)
    if not answered:
        tell_customer(tx, case, "question.closed", {}, now, replaces=expected["row"])


def owner_name(tx: Tx, case: Row) -> str:
    """Who should act: the owner, else the team's leads, by name."""
    if case["owner_id"]:
        owner = people.get(tx, case["owner_id"])
        return owner["name"] if owner else ""
    return ", ".join(lead_names(tx, case["team_id"]))


def lead_names(tx: Tx, team_id: str) -> list[str]:
    """The names of a team's leads; of all its members where it has none."""
    members = teams.members(tx, team_id)
    leads = [member["name"] for member in members if member["role"] in ("lead", "admin", "owner")]
    return leads or [member["name"] for member in members]


def said(tx: Tx, response_id: str) -> tuple[dict[str, Any], list[str]]:
    """The answers of a response by question id, and everything written in it, oldest first."""
    answers: dict[str, Any] = {}
    words: list[str] = []
    for row in tx.all("responses.answers", response_id=response_id):
        value = json.loads(row["value"])
        answers[row["question"]] = value
        if row["kind"] == "text" and value:
            words.append(str(value))
        if row["words"]:
            words.append(row["words"])
    words.extend(row["words"] for row in tx.all("remarks.of_response", response_id=response_id) if row["words"])
    return answers, words


def _reasons(case: Row, more: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(workflow.reasons_line(json.loads(case["reasons"]), more), ensure_ascii=False)


def _route(tx: Tx, survey: Survey, interaction: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    attributes = json.loads(interaction.get("attributes") or "{}")
    for route in survey.routes:
        if route.touchpoints and interaction.get("touchpoint") not in route.touchpoints:
            continue
        if any(str(attributes.get(name, "")) != value for name, value in route.attributes.items()):
            continue
        if not all(_chosen(survey, question, when, answers) for question, when in route.answers.items()):
            continue
        if teams.get(tx, route.team) is not None:
            return route.team
    return ""


def _chosen(survey: Survey, question_id: str, when: str, answers: Mapping[str, Any]) -> bool:
    question = survey.question(question_id)
    return question is not None and survey.matches(question, when, answers.get(question_id))


def _team(tx: Tx, team_id: str) -> Row | None:
    team = teams.get(tx, team_id) if team_id else None
    if team is None:
        everyone = teams.all(tx)
        team = everyone[0] if everyone else None
    return team


def _terms(tx: Tx, team: Row | None) -> workflow.Terms:
    if team is None:
        return workflow.Terms(TeamPolicy(), Hours(), settings.company(tx).time_zone)
    return workflow.Terms(
        TeamPolicy.model_validate_json(team["policy"] or "{}"), Hours.load(team["hours"] or "{}"), team["time_zone"]
    )


def _zone(tx: Tx, case: Row) -> str:
    return workflow.Terms.load(case["policy"]).zone


def _code(tx: Tx, case_id: str) -> str:
    """A short number that people can say and type; taken from the random end of the id."""
    seed = int.from_bytes(case_id[-10:].encode(), "big")
    while True:
        digits = seed
        code = ""
        for _ in range(6):
            digits, rest = divmod(digits, len(_CODE_ALPHABET))
            code += _CODE_ALPHABET[rest]
        code = code.upper()
        if tx.one("cases.by_code", code=code) is None:
            return code
        seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407
