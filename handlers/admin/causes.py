"""causes, cause: what customers complained of, gathered by root cause, with their words and the period before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cxbot import wording
from cxbot.domain import replies
from cxbot.domain.periods import Period
from cxbot.domain.roles import may
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import causes, teams
from cxbot.transactions.causes import Cause
from handlers.admin import numbers
from handlers.grammar import Argument, Call, Command
from handlers.improvements import KEY

MOST, MOST_WORDS, MOST_BUTTONS = 10, 8, 3
MOST_NAME = 12
"""Words of which a cause's name is made at most."""


def listed(call: Call) -> Receipt:
    """The root causes of a period: of the team in whose place it is asked, or of one team or touchpoint."""
    period, scope = numbers.read(call, call.arguments.get("about", "").casefold(), "month")
    everywhere = numbers.is_all(scope)
    team, touchpoint = (None, "") if everywhere else _scope(call, scope)
    if scope and team is None and not touchpoint and not everywhere:
        return call.say("refuse.no_such_scope", scope=scope, period=numbers.head(period))
    team = team or (None if everywhere else _own_team(call))
    if refused := not_theirs(call, team, "causes"):
        return refused
    found = call.heavy(_read, period, call.now, team["id"] if team else "", touchpoint, "", 1)
    head = {"period": numbers.head(period), "scope": _named(team, touchpoint)}
    lines: list[dict[str, Any]] = [_line(each) for each in found.causes[:MOST]]
    if len(found.causes) > MOST:
        lines.append({"key": "command.more", "args": {"n": len(found.causes) - MOST}})
    if found.unknown:
        lines.append({"key": "command.causes.unknown", "args": {"n": found.unknown}})
    if not lines:
        return call.say("command.causes.none", **head)
    buttons = _buttons(found.causes[:MOST_BUTTONS], team)
    return call.say("command.causes.list", lines=lines, choices=buttons, typed=_typed(found.causes), **head)


def one(call: Call) -> Receipt:
    """One root cause: how often, and what customers wrote about it."""
    period, wanted = numbers.read(call, call.arguments["cause"], "month")
    cause, rest = read_cause(call.tx, wanted)
    if not cause or rest:
        return unknown(call, wanted)
    team = _own_team(call)
    if refused := not_theirs(call, team, "cause"):
        return refused
    found = call.heavy(_read, period, call.now, team["id"] if team else "", "", cause, MOST_WORDS)
    head = {"period": numbers.head(period), "scope": _named(team, "")}
    if not found.causes:
        return call.say("command.cause.none", cause=causes.label(call.tx, cause), **head)
    each = found.causes[0]
    quoted = [{"key": "command.cause.words", "args": {"words": words}} for words in each.words]
    lines = [_line(replace(each, words=())), *quoted]
    buttons = _buttons([each], team)
    return call.say("command.cause.list", lines=lines, choices=buttons, typed=_typed([each]), **head)


def _read(
    tx: Tx, period: Period, now: int, team_id: str, touchpoint: str, cause: str, most_words: int
) -> causes.Gathered:
    return causes.read(tx, period, now, team_id=team_id, touchpoint=touchpoint, cause=cause, most_words=most_words)


def _scope(call: Call, scope: str) -> tuple[Row | None, str]:
    """The team that is named, else the touchpoint."""
    if not scope:
        return None, ""
    team = named_team(call.tx, scope)
    return team, scope if team is None and causes.is_touchpoint(call.tx, scope) else ""


def named_team(tx: Tx, name: str) -> Row | None:
    """A team by its id or its name."""
    folded = name.casefold()
    return next((row for row in teams.all(tx) if folded in (row["id"].casefold(), row["name"].casefold())), None)


def _own_team(call: Call) -> Row | None:
    """The team in whose place it is asked; elsewhere the sender's own, and none for who may see into all of them."""
    if call.team is not None:
        return call.team
    roles = teams.roles_of(call.tx, call.sender["id"])
    if may(roles, "see_person", "none"):
        return None
    own = next((team_id for team_id in sorted(roles) if team_id and may(roles, "see_person", team_id)), "")
    return teams.get(call.tx, own) if own else None


def not_theirs(call: Call, team: Row | None, command: str) -> Receipt | None:
    """That somebody asks about a team that is not theirs: customers' words are read by who works for them."""
    if may(teams.roles_of(call.tx, call.sender["id"]), "see_person", team["id"] if team else "none"):
        return None
    who = [row["name"] for row in teams.members(call.tx, team["id"] if team else "") if row["role"] != "viewer"]
    return call.say("refuse.not_allowed", command=command, who=who)


def _named(team: Row | None, touchpoint: str) -> list[Any]:
    return [
        *([team["name"]] if team else []),
        *([{"key": f"touchpoint.{touchpoint}", "args": {}}] if touchpoint else []),
    ]


def _line(cause: Cause) -> dict[str, Any]:
    args = {
        "cause": cause.label,
        "cases": cause.cases,
        "open": cause.open or "",
        "customers": cause.customers,
        "trend": {"key": f"command.causes.{cause.trend}", "args": {"before": cause.before}},
        "words": cause.words[0] if cause.words else "",
        "improvements": list(cause.improvements),
    }
    return {"key": f"command.causes.{'line' if cause.cases else 'said'}", "args": args}


def _buttons(found: Any, team: Row | None) -> list[dict[str, Any]]:
    """A way to make an improvement of each of the most frequent causes, where it is clear whose it would be."""
    if team is None:
        return []
    return [
        {
            "key": f"{KEY}new:{each.id}:{team['id']}",
            "label": {"key": "improvement.action.new", "args": {"cause": each.label}},
            "style": "",
        }
        for each in found
    ]


def _typed(found: Any) -> dict[str, Any]:
    return {"key": "command.causes.typed", "args": {"cause": found[0].id if found else ""}}


def read_cause(tx: Tx, words: str) -> tuple[str, str]:
    """The root cause that a line begins with, by its id or its name in any language, and the rest; '' for none."""
    names: dict[str, str] = {}
    labels = causes.labels(tx)
    for cause in causes.known(tx):
        of_team = labels.get(cause, {})
        for name in (cause, *of_team.values(), *(wording.text(f"cause.{cause}", each) for each in wording.LANGUAGES)):
            names.setdefault(replies.fold(name), cause)
    said = words.split(" ")
    for length in range(min(len(said), MOST_NAME), 0, -1):
        if found := names.get(replies.fold(" ".join(said[:length]))):
            return found, " ".join(said[length:])
    return "", words


def unknown(call: Call, wanted: str) -> Receipt:
    """That there is no such cause, and which there are."""
    named = [
        {"key": "command.cause.known", "args": {"cause": causes.label(call.tx, each), "id": each}}
        for each in causes.known(call.tx)
    ]
    return call.say("refuse.no_such_root_cause", cause=wanted, lines=named)


COMMANDS = [
    Command(
        name="causes",
        topic="figures",
        words={
            "en": ("causes", "root causes"),
            "zh-CN": ("原因", "根本原因"),
            "zh-TW": ("原因", "根本原因"),
        },
        permission="see_person",
        run=listed,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("causes", "causes delivery month"),
            "zh-CN": ("原因 本月", "原因 delivery 季度"),
            "zh-TW": ("原因 本月", "原因 delivery 季度"),
        },
    ),
    Command(
        name="cause",
        topic="figures",
        words={"en": ("cause", "root cause"), "zh-CN": ("原因详情", "详看原因"), "zh-TW": ("原因詳情", "詳看原因")},
        permission="see_person",
        run=one,
        arguments=(Argument("cause", rest=True),),
        examples={
            "en": ("cause late", "cause late quarter"),
            "zh-CN": ("原因详情 等待太久", "原因详情 late 季度"),
            "zh-TW": ("原因詳情 等待太久", "原因詳情 late 季度"),
        },
    ),
]
