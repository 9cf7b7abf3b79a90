"""Improvements: a root cause becomes something to change, with an owner, a date and a state; nobody forgets it.

What is said of one goes to its team's channel, under its card.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cxbot.domain import improvements as rules
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    case_messages,
    cases,
    causes,
    improvement_card,
    improvement_numbers,
    people,
    teams,
)

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LETTER = "I"
"""How the number of an improvement begins; no case's has this letter."""
_WRITTEN = (
    "touchpoint", "title", "state", "reason", "owner_id", "done_by", "told", "card_id", "started_at", "done_at",
    "reminders", "remind_at", "compare_at", "tell_state", "tell_by", "tell_from", "tell_at",
)  # fmt: skip


def propose(
    tx: Tx,
    team_id: str,
    cause: str,
    actor_id: str,
    now: int,
    *,
    title: str,
    owner_id: str,
    done_by: int,
    touchpoint: str = "",
    told: Mapping[str, str] | None = None,
    via: str = "",
) -> Row | Refusal:
    """Makes an improvement of a cause and shows it to the team. `told`: by language, what customers will read.

    `via` is where it came from, for the record, here and wherever an improvement is changed.
    """
    team = teams.get(tx, team_id)
    if team is None or cause not in causes.known(tx):
        return Refusal("refuse.stale")
    if refused := _refused(tx, team_id, actor_id, owner_id):
        return refused
    improvement_id = tx.new_id()
    tx.run(
        "improvements.insert",
        id=improvement_id,
        code=_code(tx, improvement_id),
        team_id=team_id,
        cause=cause,
        touchpoint=touchpoint,
        title=title,
        owner_id=owner_id,
        done_by=done_by,
        told=json.dumps(dict(told or {}), ensure_ascii=False),
        created_at=now,
    )
    improvement = _held(tx, improvement_id)
    improvement = _dated(tx, improvement, team, now)
    args = {"cause": cause, "owner_id": owner_id, **cases.came_by(via)}
    cases.record(tx, improvement_id, actor_id, "improvement_proposed", args, now)
    improvement = write(tx, improvement, {"card_id": improvement_card.say_card(tx, improvement, now)})
    if owner_id != actor_id:
        improvement_card.call_owner(tx, improvement, "improvement.yours", {"by": people.name_of(tx, actor_id)}, now)
    return improvement


def edit(
    tx: Tx,
    improvement_id: str,
    actor_id: str,
    now: int,
    *,
    title: str,
    owner_id: str,
    done_by: int,
    touchpoint: str,
    told: Mapping[str, str],
    via: str = "",
) -> Row | Refusal:
    """Changes what an improvement is, whose, and until when; a new date is reminded of anew."""
    improvement = lock(tx, improvement_id)
    team = teams.get(tx, improvement["team_id"]) if improvement else None
    if improvement is None or team is None:
        return Refusal("refuse.stale")
    if refused := _refused(tx, team["id"], actor_id, owner_id):
        return refused
    new = {
        "title": title,
        "owner_id": owner_id,
        "done_by": done_by,
        "touchpoint": touchpoint,
        "told": json.dumps(dict(told), ensure_ascii=False),
    }
    changed = {name: value for name, value in new.items() if value != improvement[name]}
    if not changed:
        return improvement
    after = write(tx, improvement, changed)
    if "done_by" in changed:
        after = _dated(tx, after, team, now)
    cases.record(tx, improvement_id, actor_id, "improvement_changed", {**changed, **cases.came_by(via)}, now)
    if "owner_id" in changed and owner_id != actor_id:
        improvement_card.call_owner(tx, after, "improvement.yours", {"by": people.name_of(tx, actor_id)}, now)
    improvement_card.redraw(tx, after, now)
    return after


def move(
    tx: Tx, improvement_id: str, to: str, actor_id: str, now: int, reason: str = "", *, via: str = ""
) -> Row | Refusal:
    """Takes an improvement to another state; done shows the figures, and offers to tell those who had complained."""
    improvement = lock(tx, improvement_id)
    team = teams.get(tx, improvement["team_id"]) if improvement else None
    if improvement is None or team is None or to not in rules.STATES:
        return Refusal("refuse.stale")
    if refused := _refused(tx, team["id"], actor_id):
        return refused
    if improvement["tell_state"] in ("going", "stopping"):
        return Refusal("improvement.refuse.telling", {"code": improvement["code"]})
    decided = rules.move(improvement, to, now, reason)
    if isinstance(decided, Refusal):
        return decided
    after = write(tx, improvement, decided.columns)
    after = write(tx, after, {"remind_at": rules.remind_at(after, teams.hours(team), team["time_zone"], now)})
    came = {**decided.args, **cases.came_by(via)}
    cases.record(tx, improvement_id, actor_id, f"improvement_{decided.event}", came, now)
    improvement_card.redraw(tx, after, now)
    args = {"by": people.name_of(tx, actor_id), "reason": after["reason"]}
    if to == "done":
        args |= {
            "lines": improvement_numbers.lines(tx, after, now),
            "choices": improvement_card.choices(after, now, ("tell",)),
        }
    improvement_card.says(tx, after, f"improvement.moved.{to}", args, now)
    return after


def lock(tx: Tx, improvement_id: str) -> Row | None:
    """An improvement, held until the commit; None where there is none."""
    return tx.one("improvements.lock", id=improvement_id)


def held(tx: Tx, improvement_id: str, actor_id: str) -> Row | Refusal:
    """The same, or why somebody may not work on it."""
    improvement = lock(tx, improvement_id)
    if improvement is None:
        return Refusal("refuse.stale")
    return refused(tx, improvement, actor_id) or improvement


def write(tx: Tx, improvement: Row, columns: Mapping[str, Any]) -> Row:
    """Sets columns and works out anew when to look at it next; returns the row as it is now."""
    after = {**improvement, **columns}
    after["due_at"] = rules.due_at(after)
    tx.run("improvements.write", id=after["id"], due_at=after["due_at"], **{name: after[name] for name in _WRITTEN})
    return after


def refused(tx: Tx, improvement: Row, actor_id: str) -> Refusal | None:
    """Why somebody may not work on it; None where they may."""
    return _refused(tx, improvement["team_id"], actor_id)


def may_work(tx: Tx, team_id: str, actor: Row | None) -> Refusal | None:
    """Why somebody may not work on a team's improvements; None where they may."""
    return _refused(tx, team_id, actor["id"] if actor else "")


def _refused(tx: Tx, team_id: str, actor_id: str, owner_id: str = "") -> Refusal | None:
    if not may(teams.roles_of(tx, actor_id), "work_case", team_id):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, team_id)})
    if owner_id and not may(teams.roles_of(tx, owner_id), "work_case", team_id):
        return Refusal("refuse.not_in_team", {"owner": people.name_of(tx, owner_id)})
    return None


def _dated(tx: Tx, improvement: Row, team: Row, now: int) -> Row:
    """The reminders of a date that is new."""
    dated = {**improvement, "reminders": rules.first_reminder(improvement, now)}
    dated["remind_at"] = rules.remind_at(dated, teams.hours(team), team["time_zone"], now)
    return write(tx, improvement, {name: dated[name] for name in ("reminders", "remind_at")})


def _held(tx: Tx, improvement_id: str) -> Row:
    row = lock(tx, improvement_id)
    assert row is not None
    return row


def _code(tx: Tx, improvement_id: str) -> str:
    """A short number that people can say and type, made from the id; a longer one where short ones are taken."""
    for attempt in range(10_000):
        drawn = int.from_bytes(hashlib.blake2b(f"{improvement_id}:{attempt}".encode(), digest_size=8).digest(), "big")
        code = LETTER
        for _ in range(3 + attempt // 20):
            drawn, rest = divmod(drawn, len(_ALPHABET))
            code += _ALPHABET[rest]
        if tx.one("improvements.by_code", code=code) is None:
            return code
    raise AssertionError("no number is left")
