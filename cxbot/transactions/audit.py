"""What no timer will touch: looked for every minute, told, and put right where that is safe.

A look only reads; `settle` writes down what it found. Both work on a hundred rows at a time, and those that have to be
gone through one by one (cases with a timer, answers) are continued by the next look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain import case_timing
from cxbot.domain import cases as workflow
from cxbot.ports import Row, Tx
from cxbot.transactions import cases, channel_state, people, places, surveys, timers
from cxbot.transactions.deliveries import HOLD_MS
from cxbot.transactions.timers import LATE_MS, PUT_OFF_MS

KINDS = (
    "case_late",
    "case_without_timer",
    "case_forgotten",
    "invitation_late",
    "message_stuck",
    "message_held_for_ever",
    "unhappy_without_case",
    "timer_late",
)
LONGEST_WAIT_MS = workflow.DAY
"""How long "is it fixed?" may wait for a night to end or another question to be answered."""
QUIET_MS = 5 * workflow.MINUTE
"""How long a kind must not be found before the admins hear that it is over: one that comes and goes is told once."""
MOST = 100
MOST_PAGES = 5
SHOWN = 5
AGAIN_MS = workflow.DAY
"""Answers are looked at twice: soon, and once more a day later, for a score may be given or changed after the rest."""
ACKNOWLEDGED_MS = 90 * workflow.DAY
"""How long what somebody has taken note of is not said again."""
FORGET_MS = 7 * workflow.DAY
"""An answer older than this is no longer searched for, nor said to be without a case."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what kind, which row, and how it is named to people, in words or as a meaning.

    `mend`: it can be put right. `what` has a timer, where it is none of a case's.
    """

    kind: str
    subject: str
    about: Any
    mend: bool = False
    what: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is wrong of one kind: how many, some of them by name, and since when (epoch ms)."""

    kind: str
    n: int
    about: tuple[Any, ...]
    since: int
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found, and where the next goes on; `changes` says whether there is anything to write down."""

    findings: tuple[Finding, ...]
    reached: dict[str, Any] = field(default_factory=dict)
    changes: bool = False


def look(tx: Tx, now: int, machine: int) -> Look:
    """Searches the store; a read."""
    state = _state(tx.one("audit.state"))
    reached = dict(state.get("reached", {}))
    found = [*_cases(tx, reached, now), *_rows(tx, now, machine), *_answers(tx, reached, now)]
    found += [Finding("timer_late", each.subject, each.about, each.mend, each.kind) for each in timers.late(tx, now)]
    noted = _noted(state, now)
    findings = [each for each in found if each.mend or each.subject not in noted.get(each.kind, ())]
    return Look(
        findings=tuple(findings),
        reached=reached,
        changes=bool(findings or state.get("kinds")) or reached != state.get("reached", {}),
    )


def settle(tx: Tx, found: Look, now: int) -> None:
    """Puts right what can be, notes what stands, and tells owners and admins what is new or over."""
    state = _state(tx.one("audit.hold"))
    for finding in found.findings:
        if finding.mend:
            _mend(tx, finding, now)
    noted = _noted(state, now)
    kinds: dict[str, Any] = {}
    for kind in KINDS:
        # Once more asked what was taken note of: somebody may have done so since the look.
        of_kind = [each for each in found.findings if each.kind == kind]
        of_kind = [each for each in of_kind if each.mend or each.subject not in noted.get(kind, ())]
        about = [each.about for each in of_kind]
        before = state.get("kinds", {}).get(kind)
        if about:
            kinds[kind] = {"n": len(about), "about": about[:SHOWN], "since": now, "seen_at": now}
            kinds[kind]["subjects"] = [each.subject for each in of_kind]
            if before is None:
                _tell(tx, "admin.audit_found", kind, kinds[kind], now)
            else:
                kinds[kind]["since"] = before["since"] if before["n"] else now
        elif before is not None and now - before["seen_at"] < QUIET_MS:
            kinds[kind] = {**before, "n": 0}
        elif before is not None:
            _tell(tx, "admin.audit_over", kind, before, now)
    channel_state.put(tx, "audit", "state", {"kinds": kinds, "reached": found.reached, "noted": noted})


def acknowledge(tx: Tx, kind: str, actor_id: str, now: int) -> Standing | None:
    """Takes note of what stands of one kind: recorded for each row, and those rows are not said again for a while.

    Returns what it was; None where nothing of the kind stands.
    """
    state = _state(tx.one("audit.hold"))
    found = next((each for each in _standing(state) if each.kind == kind), None)
    if found is None:
        return None
    noted = _noted(state, now)
    noted[kind] = {**noted.get(kind, {}), **dict.fromkeys(found.subjects, now)}
    kinds = {name: entry for name, entry in state["kinds"].items() if name != kind}
    channel_state.put(tx, "audit", "state", {**state, "kinds": kinds, "noted": noted})
    for subject in found.subjects:
        people.record(tx, subject, actor_id, "finding_acknowledged", {"kind": kind}, now)
    return found


def _noted(state: dict[str, Any], now: int) -> dict[str, dict[str, int]]:
    """Which rows were taken note of, by kind, with when."""
    return {
        kind: {subject: at for subject, at in rows.items() if at > now - ACKNOWLEDGED_MS}
        for kind, rows in state.get("noted", {}).items()
    }


def standing(tx: Tx) -> list[Standing]:
    """What the last look found, by kind; nothing where all is well. A read."""
    return _standing(_state(tx.one("audit.state")))


def _standing(state: dict[str, Any]) -> list[Standing]:
    kinds = state.get("kinds", {})
    return [
        Standing(
            kind,
            kinds[kind]["n"],
            tuple(kinds[kind]["about"]),
            kinds[kind]["since"],
            tuple(kinds[kind].get("subjects", ())),
        )
        for kind in KINDS
        if kind in kinds and kinds[kind]["n"]
    ]


def words(each: Standing) -> dict[str, Any]:
    """What stands, as a meaning."""
    return {"key": f"audit.{each.kind}", "args": {"n": each.n, "about": list(each.about)}}


def _state(row: Row | None) -> dict[str, Any]:
    return dict(json.loads(row["value"])) if row else {}


def _tell(tx: Tx, key: str, kind: str, entry: dict[str, Any], now: int) -> None:
    what = words(Standing(kind, entry["n"], tuple(entry["about"]), entry["since"]))
    name = {"key": f"audit.name.{kind}", "args": {}}
    places.tell_admins(tx, key, {"what": what, "name": name}, now)


# Cases ----------------------------------------------------------------------------------------------------------------


def _cases(tx: Tx, reached: dict[str, Any], now: int) -> Iterable[Finding]:
    for case in tx.all("audit.cases_without_timer", most=MOST):
        step = _next(case)
        if step is None or step.kind != "none":
            yield Finding("case_without_timer", case["id"], case["code"], mend=step is not None)
        elif not case["owner_id"]:
            yield Finding("case_forgotten", case["id"], case["code"])
    for case in tx.all("audit.cases_due", soon=now + PUT_OFF_MS, most=MOST):
        if case["due_at"] <= now - LATE_MS or _overdue(case, _next(case), now):
            yield Finding("case_late", case["id"], case["code"])
    at, last = reached.get("cases") or (0, "")
    if at <= now + PUT_OFF_MS:
        at, last = now + PUT_OFF_MS, ""
    rows = tx.all("audit.cases_later", due_at=at, id=last, most=MOST)
    for case in rows:
        if _timer_is_wrong(case, now):
            yield Finding("case_late", case["id"], case["code"], mend=_next(case) is not None)
    # Begun anew at the end: the timers of those already seen may have been moved since.
    reached["cases"] = [rows[-1]["due_at"], rows[-1]["id"]] if len(rows) == MOST else None


def _next(case: Row) -> case_timing.Step | None:
    """What is to happen next; None where the terms of the case cannot be read."""
    try:
        return case_timing.next_step(case)
    except (LookupError, TypeError, ValueError):
        return None


def _overdue(case: Row, step: case_timing.Step | None, now: int) -> bool:
    """Whether a step should have been taken; "is it fixed?" may wait for the night to end or another answer to come."""
    if step is None:
        return True
    if step.kind == "none" or step.at > now - LATE_MS:
        return False
    return step.kind != "confirm" or case["due_at"] > now + LONGEST_WAIT_MS


def _timer_is_wrong(case: Row, now: int) -> bool:
    """Whether a case waits for a moment although something should have happened to it already."""
    return case["due_at"] > now + PUT_OFF_MS and _overdue(case, _next(case), now)


def _mend(tx: Tx, finding: Finding, now: int) -> None:
    """Puts a timer right, once more asked whether that is needed: somebody may have acted since the look."""
    if finding.kind == "timer_late":
        timers.mend(tx, finding.what, finding.subject, now)
        return
    if finding.kind == "message_held_for_ever":
        row = tx.one("outbox.get", id=finding.subject)
        if row and tx.run("audit.end_hold", id=row["id"], expires_at=now + HOLD_MS):
            subject = row["case_id"] or row["person_id"] or row["id"]
            people.record(tx, subject, "", "hold_ended", {"message": row["id"], "until": now + HOLD_MS}, now)
        return
    case = cases.lock(tx, finding.subject)
    step = _next(case) if case else None
    if case is None or step is None or step.kind == "none" or case["state"] not in workflow.ACTIVE:
        return
    if case["due_at"] == 0 or _timer_is_wrong(case, now):
        after = cases.write(tx, case, {}, now)
        cases.record(tx, case["id"], "", "timer_put_right", {"from": case["due_at"], "to": after["due_at"]}, now)


# Invitations and messages ---------------------------------------------------------------------------------------------


def _rows(tx: Tx, now: int, machine: int) -> Iterable[Finding]:
    late = now - LATE_MS
    for row in tx.all("audit.invitations_late", late=late, soon=now + PUT_OFF_MS, most=MOST):
        yield Finding("invitation_late", row["id"], row["id"])
    for row in tx.all("audit.messages_stuck", late=machine - LATE_MS, most=MOST):
        yield Finding("message_stuck", row["id"], row["id"])
    for row in tx.all("audit.messages_held_for_ever", most=MOST):
        yield Finding("message_held_for_ever", row["id"], row["id"], mend=True)


# Answers --------------------------------------------------------------------------------------------------------------


def _answers(tx: Tx, reached: dict[str, Any], now: int) -> Iterable[Finding]:
    """Unhappy answers that led to no case: those that stood before, and those among the answers not looked at yet."""
    known = [row for each in reached.get("unhappy", ()) if (row := tx.one("responses.get", id=each))]
    unhappy = {row["id"]: row for row in known if row["started_at"] >= now - FORGET_MS and _without_case(tx, row)}
    for name, lag in (("answers", LATE_MS), ("answers_again", AGAIN_MS)):
        since, last = reached.get(name) or (now - lag - workflow.DAY, "")
        for _ in range(MOST_PAGES):
            if len(unhappy) >= MOST:
                break
            rows = tx.all("audit.answers_since", since=since, until=now - lag, id=last, most=MOST)
            unhappy |= {row["id"]: row for row in rows if _without_case(tx, row)}
            if rows:
                since, last = rows[-1]["started_at"], rows[-1]["id"]
                reached[name] = [since, last]
            if len(rows) < MOST:
                break
    reached["unhappy"] = list(unhappy)
    return [Finding("unhappy_without_case", row["id"], row["person_id"]) for row in unhappy.values()]


def _without_case(tx: Tx, response: Row) -> bool:
    """Whether a detractor's answer led to nothing. Anonymous ones never lead to a case, nor do those sent in again."""
    if not response["person_id"] or not response["band"] or response["via"] == "again":
        return False
    try:
        survey = surveys.asked(tx, response)
    except LookupError:
        return False
    if survey.anonymous or not _is_detractor(survey.bands, response["band"]):
        return False
    found = tx.one(
        "audit.case_or_reason",
        response_id=response["id"],
        person_id=response["person_id"],
        invitation_id=response["invitation_id"],
        cause=response["touchpoint"] or response["survey"],
        started_at=response["started_at"],
    )
    return found is None


def _is_detractor(bands: Sequence[Any], name: str) -> bool:
    return any(band.name == name and band.detractor for band in bands)
