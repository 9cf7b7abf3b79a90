"""numbers: NPS, CSAT, CES and FCR with n and interval, response rate, and the cases; an honest "too few"."""

from __future__ import annotations

from typing import Any

from cxbot.domain.scoring import Score
from cxbot.ports import Receipt
from cxbot.transactions import reports
from handlers.grammar import Argument, Call, Command

DAYS = {"today": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
PERIODS = {
    **{name: name for name in DAYS},
    "今天": "today",
    "本周": "week",
    "本週": "week",
    "一周": "week",
    "一週": "week",
    "本月": "month",
    "月": "month",
    "季度": "quarter",
    "本季": "quarter",
    "今年": "year",
    "年": "year",
}


def show(call: Call) -> Receipt:
    """The figures of a period, and of one touchpoint or team where one is named."""
    period, scope = "month", ""
    for word in call.arguments.get("about", "").casefold().split():
        if word in PERIODS:
            period = PERIODS[word]
        else:
            scope = word
    found = call.heavy(reports.numbers, call.now, DAYS[period], scope)
    if found is None:
        return call.say("refuse.no_such_scope", scope=scope)
    lines: list[dict[str, Any]] = [line(score) for score in found.scores]
    lines += [{"key": "command.numbers.hidden", "args": {"metric": name}} for name in found.hidden]
    if not lines:
        lines = [{"key": "command.numbers.none", "args": {}}]
    rate = found.rate
    lines.append(
        {
            "key": "command.numbers.rate" if rate.n else "command.numbers.nobody_asked",
            "args": {
                "complete": rate.complete,
                "n": rate.n,
                "rate": rate.value,
                "low": rate.low,
                "high": rate.high,
                "not_sampled": rate.not_sampled,
            },
        }
    )
    lines.append({"key": "command.numbers.cases", "args": dict(found.cases)})
    head = {"key": f"period.{period}", "args": {}}
    return call.say("command.numbers.list", period=head, scope=scope, lines=lines)


def line(score: Score) -> dict[str, Any]:
    """A figure with n and its interval, or an honest "too few"."""
    args = {
        "metric": {"key": f"metric.{score.metric}", "args": {}},
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "n": score.n,
        "promoters": score.promoters,
        "passives": score.passives,
        "detractors": score.detractors,
    }
    kind = "net" if score.metric in ("nps", "enps") else "share"
    return {"key": f"command.numbers.{kind if score.enough else 'too_few'}", "args": args}


COMMANDS = [
    Command(
        name="numbers",
        words={"en": ("numbers", "report"), "zh-CN": ("数据", "报表"), "zh-TW": ("數據", "報表")},
        permission="see_state",
        run=show,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("numbers week", "numbers month delivery"),
            "zh-CN": ("数据 本周", "数据 本月 delivery"),
            "zh-TW": ("數據 本週", "數據 本月 delivery"),
        },
    )
]
