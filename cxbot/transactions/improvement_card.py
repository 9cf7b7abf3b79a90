"""What the team reads of an improvement: its card with what can be pressed, and the lines under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain import improvements as rules
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, cases, causes, outbox, people, places, settings, teams

KEY = "improvement.card"
_LABELS = {("done", "to_doing"): "reopen"}


def card(tx: Tx, improvement: Row, now: int) -> dict[str, Any]:
    """The arguments of its card: what, of which cause, whose, until when, how far, and what can be pressed."""
    late = rules.is_late(improvement, now)
    date = {
        "done": {"key": "improvement.date.done", "args": {"at": improvement["done_at"]}},
        "dropped": {"key": "improvement.date.dropped", "args": {"reason": improvement["reason"]}},
    }.get(improvement["state"])
    by = {"key": f"improvement.date.{'late' if late else 'by'}", "args": {"at": improvement["done_by"]}}
    lines: list[Any] = [
        {
            "key": "improvement.line.what",
            "args": {
                "cause": causes.label(tx, improvement["cause"]),
                "touchpoint": touchpoint(improvement["touchpoint"]),
            },
        },
        {
            "key": "improvement.line.state",
            "args": {
                "state": improvement["state"],
                "owner": people.name_of(tx, improvement["owner_id"]),
                "date": date or by,
            },
        },
        *_telling(tx, improvement, now),
    ]
    return {
        "code": improvement["code"],
        "title": improvement["title"],
        "lines": lines,
        "choices": choices(improvement, now),
        "typed": {"key": "improvement.typed", "args": {"code": improvement["code"]}},
    }


def touchpoint(code: str) -> Any:
    """A touchpoint as people read it; '' for all of them."""
    return {"key": f"touchpoint.{code}", "args": {}} if code else ""


def choices(improvement: Row, now: int, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What can be pressed: the states that may follow, telling, its undo and stop, and changing it."""
    if improvement["tell_state"] == "going":
        actions = ["undo" if improvement["tell_from"] > now else "stop"]
    elif improvement["tell_state"] == "stopping":
        actions = []
    else:
        moves = [f"to_{state}" for state in rules.MOVES[improvement["state"]]]
        actions = [*(["tell"] if improvement["state"] == "done" else []), *moves, "edit"]
    primary = ("tell", "to_done", "to_planned")
    return [
        {
            "key": f"v:{action}:{improvement['id']}",
            "label": {"key": f"improvement.action.{_LABELS.get((improvement['state'], action), action)}", "args": {}},
            "style": "primary" if action in primary else "",
        }
        for action in actions
        if not only or action in only
    ]


def say_card(tx: Tx, improvement: Row, now: int, *, replaces: str = "") -> str:
    """Shows the improvement in its team's channel; '' where the team has none."""
    return says(tx, improvement, KEY, card(tx, improvement, now), now, replaces=replaces)


def redraw(tx: Tx, improvement: Row, now: int) -> None:
    """Brings its card up to date."""
    if improvement["card_id"]:
        say_card(tx, improvement, now, replaces=improvement["card_id"])


def says(
    tx: Tx,
    improvement: Row,
    key: str,
    args: Mapping[str, Any],
    now: int,
    *,
    mention: Sequence[str] = (),
    replaces: str = "",
) -> str:
    """A line about it in its team's channel, under its card; recorded where no team can be told."""
    team = teams.get(tx, improvement["team_id"])
    if team is None or not team["place"]:
        cases.record(tx, improvement["id"], "", "no_team_channel", {"team": improvement["team_id"]}, now)
        return ""
    channel, address = places.of_team(tx, team)
    called = {"mention": list(mention)} if mention else {}
    return outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=team["language"],
        key=key,
        args={
            "code": improvement["code"],
            "title": improvement["title"],
            "zone": team["time_zone"],
            "typed": {"key": "improvement.typed", "args": {"code": improvement["code"]}},
            **called,
            **args,
        },
        order_key=improvement["id"],
        replaces=replaces,
        thread_of="" if key == KEY else improvement["card_id"],
    )


def call_owner(tx: Tx, improvement: Row, key: str, args: Mapping[str, Any], now: int) -> None:
    """Says something to the owner, in the team's channel; to the leads where the owner has left the team."""
    owner = improvement["owner_id"]
    called = [owner] if may(teams.roles_of(tx, owner), "work_case", improvement["team_id"]) else []
    called = called or [lead["person_id"] for lead in case_messages.leads(tx, improvement["team_id"])]
    who = ", ".join(filter(None, (people.name_of(tx, person_id) for person_id in called)))
    says(tx, improvement, key, {"who": who, **args}, now, mention=called)


def line(improvement: Row, now: int) -> dict[str, Any]:
    """An improvement on one line; the row comes with `owner_name`."""
    late = rules.is_late(improvement, now)
    return {
        "key": f"command.improvements.{'late' if late else 'line'}",
        "args": {
            "code": improvement["code"],
            "title": improvement["title"],
            "state": improvement["state"],
            "owner": improvement["owner_name"],
            "at": improvement["done_at"] or improvement["done_by"],
        },
    }


def zone_of(tx: Tx, improvement: Row) -> str:
    """The time zone its days are counted in."""
    team = teams.get(tx, improvement["team_id"])
    return str(team["time_zone"]) if team else settings.company(tx).time_zone


def _telling(tx: Tx, improvement: Row, now: int) -> list[dict[str, Any]]:
    """How far telling the customers has come, and why some are not told."""
    if not improvement["tell_state"]:
        return []
    counts, why = told_so_far(tx, improvement["id"])
    args = {
        "by": people.name_of(tx, improvement["tell_by"]),
        "told": counts.get("told", 0),
        "waiting": counts.get("waiting", 0),
        "held": counts.get("held", 0),
        "not_told": counts.get("not_told", 0),
        "n": sum(counts.values()),
        "to_tell": sum(counts.values()) - counts.get("not_told", 0),
        "seconds": max(0, -((now - improvement["tell_from"]) // 1000)),
    }
    begins = improvement["tell_state"] == "going" and improvement["tell_from"] > now
    lines = [{"key": f"improvement.telling.{'begins' if begins else improvement['tell_state']}", "args": args}]
    if why:
        lines.append({"key": "improvement.telling.not_told", "args": {"reasons": reasons(why)}})
    return lines


def told_so_far(tx: Tx, improvement_id: str) -> tuple[dict[str, int], dict[str, int]]:
    """How many were told, wait, are held by their channel or are not told; and of these how many, by reason."""
    counts: dict[str, int] = {}
    why: dict[str, int] = {}
    for row in tx.all("improvement_telling.counts", improvement_id=improvement_id):
        counts[row["state"]] = counts.get(row["state"], 0) + int(row["n"])
        if row["state"] == "not_told":
            why[row["reason"]] = why.get(row["reason"], 0) + int(row["n"])
    return counts, why


def reasons(why: Mapping[str, int]) -> list[dict[str, Any]]:
    """Why people are not told, each with how many."""
    return [
        {"key": "improvement.telling.reason", "args": {"reason": reason, "n": n}}
        for reason, n in sorted(why.items(), key=lambda each: (-each[1], each[0]))
    ]
