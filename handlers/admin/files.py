"""export, chart: rows as a table, figures as a picture; in words where a channel takes no files."""

from __future__ import annotations

from datetime import timedelta

from cxbot.ports import Receipt
from cxbot.transactions import people, reports
from handlers.admin import numbers
from handlers.grammar import Argument, Call, Command

KINDS = {
    "responses": "responses",
    "answers": "responses",
    "回答": "responses",
    "cases": "cases",
    "服务单": "cases",
    "案件": "cases",
    "invitations": "invitations",
    "邀请": "invitations",
    "邀請": "invitations",
}
METRICS = ("nps", "enps", "csat", "ces", "fcr")


def export(call: Call) -> Receipt:
    """Hands over responses, cases or invitations of a period as a CSV file."""
    words = call.arguments["what"].casefold().split()
    kinds = [KINDS[word] for word in words if word in KINDS]
    if not kinds:
        return call.say("refuse.no_such_export", what=call.arguments["what"])
    period = numbers.read(call, call.arguments["what"], "month")[0]
    since, until = reports.span(call.tx, period)
    file = {"kind": "export", "what": kinds[0], "since": since, "until": min(until, call.now + 1)}
    if call.takes_files:
        made = {"what": kinds[0], "since": since}
        people.record(call.tx, call.sender["id"], call.sender["id"], "export.made", made, call.now)
    what = {"key": f"export.{kinds[0]}", "args": {}}
    return call.say("command.export.ready", what=what, period=numbers.head(period), file=file)


def chart(call: Call) -> Receipt:
    """Draws a metric by week."""
    words = call.arguments.get("about", "").casefold().split()
    metric = next((word for word in words if word in METRICS), "nps")
    period = numbers.read(call, call.arguments.get("about", ""), "quarter")[0]
    since, until = period.since, period.until + timedelta(days=1)
    weeks = call.heavy(reports.weeks, metric, since, until)
    name = {"key": f"metric.{metric}", "args": {}}
    if not weeks:
        return call.say("command.chart.nothing", metric=name)
    lines = [
        {
            "key": "command.chart.line",
            "args": {"week": week.monday.isoformat(), "value": week.score.value, "n": week.score.n},
        }
        for week in weeks
    ]
    file = {"kind": "chart", "metric": metric, "since": since.isoformat(), "until": until.isoformat()}
    return call.say("command.chart.drawn", metric=name, lines=lines, file=file)


COMMANDS = [
    Command(
        name="export",
        words={"en": ("export",), "zh-CN": ("导出",), "zh-TW": ("匯出",)},
        permission="export",
        run=export,
        arguments=(Argument("what", rest=True),),
        examples={"en": ("export responses month",), "zh-CN": ("导出 回答 本月",), "zh-TW": ("匯出 回答 本月",)},
    ),
    Command(
        name="chart",
        words={"en": ("chart", "graph"), "zh-CN": ("图表",), "zh-TW": ("圖表",)},
        permission="see_state",
        run=chart,
        topic="figures",
        arguments=(Argument("about", required=False, rest=True),),
        examples={"en": ("chart nps quarter",), "zh-CN": ("图表 nps 本季",), "zh-TW": ("圖表 nps 本季",)},
    ),
]
