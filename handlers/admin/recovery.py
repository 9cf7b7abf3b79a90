"""recovery: how many unhappy customers say that it is fixed, and how long it took, open cases counted as still open."""

from __future__ import annotations

from typing import Any, cast

from cxbot.domain.recovery import Median, Recovery
from cxbot.ports import Receipt
from cxbot.transactions import recovery
from handlers.admin import numbers
from handlers.grammar import Argument, Call, Command

MOST = 12
BY = {
    "team": "team", "teams": "team", "团队": "team", "團隊": "team",
    "agent": "agent", "agents": "agent", "owner": "agent", "员工": "agent", "客服": "agent", "負責人": "agent",
    "cause": "cause", "causes": "cause", "原因": "cause",
    "severity": "severity", "严重程度": "severity", "嚴重程度": "severity", "級別": "severity", "级别": "severity",
}  # fmt: skip


def show(call: Call) -> Receipt:
    """The figures of a period, in a team's place of that team unless all are named; by group where one is named."""
    by, team = "", call.team
    period, rest = numbers.read(call, call.arguments.get("about", ""), "month")
    for word in rest.casefold().split():
        if word in BY:
            by = BY[word]
        elif numbers.is_all(word):
            team = None
        elif word not in ("by", "按"):
            return call.say("command.recovery.what", word=word)
    found = call.heavy(recovery.read, period, call.now, cast(recovery.By, by), team["id"] if team else "")
    everywhere: Any = {"key": "command.numbers.all_teams", "args": {}} if call.team else ""
    head = {"period": numbers.head(period), "scope": team["name"] if team else everywhere}
    if not found.figures.n:
        return call.say("command.recovery.none", **head)
    lines = [*_lines(found.figures)]
    for group in found.groups[:MOST]:
        credit = round(group.credit, 1) if group.credit else ""
        lines.append(
            {"key": "command.recovery.group", "args": {"name": group.name, "n": group.figures.n, "credit": credit,
             "rate": _rate(group.figures), "contact": _median(group.figures.contact)}}
        )  # fmt: skip
    if len(found.groups) > MOST:
        lines.append({"key": "command.more", "args": {"n": len(found.groups) - MOST}})
    return call.say("command.recovery.list", **head, n=found.figures.n, lines=lines)


def _lines(figures: Recovery) -> list[dict[str, Any]]:
    lines = [
        {"key": "command.recovery.rate", "args": {"rate": _rate(figures)}},
        {"key": "command.recovery.contact", "args": {"median": _median(figures.contact)}},
        {"key": "command.recovery.resolution", "args": {"median": _median(figures.resolution)}},
    ]
    if figures.reopened:
        lines.append({"key": "command.recovery.reopened", "args": {"n": figures.reopened}})
    if figures.not_told:
        lines.append({"key": "command.recovery.not_told", "args": {"n": figures.not_told}})
    return lines


def _rate(figures: Recovery) -> dict[str, Any]:
    args = {"value": figures.fixed, "low": figures.low, "high": figures.high, "n": figures.asked}
    return {"key": f"command.recovery.{'share' if figures.enough else 'too_few'}", "args": args}


def _median(found: Median) -> dict[str, Any]:
    if found.ms is None:
        return {"key": "command.recovery.not_yet", "args": {"waiting": found.waiting, "n": found.n}}
    minutes = max(round(found.ms / 60_000), 1)
    return {"key": "command.recovery.within", "args": {"minutes": minutes, "waiting": found.waiting or ""}}


COMMANDS = [
    Command(
        name="recovery",
        words={"en": ("recovery", "recovered"), "zh-CN": ("挽回", "挽回率"), "zh-TW": ("挽回", "挽回率")},
        permission="see_state",
        run=show,
        topic="figures",
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("recovery last month", "recovery quarter by agent"),
            "zh-CN": ("挽回 上个月", "挽回 季度 按 原因"),
            "zh-TW": ("挽回 上個月", "挽回 季度 按 原因"),
        },
    )
]
