"""cadences, cadence …: surveys by the calendar and follow-ups: draft, forecast, start, watch, pause, stop."""

from __future__ import annotations

import difflib
from typing import Any

from cxbot.clock import next_time
from cxbot.domain.cadence_words import Unread, read
from cxbot.ports import Receipt, Row
from cxbot.transactions import cadences, follow_ups, forecast_lines, forecasts, settings, surveys
from handlers import cadence_held, cadence_starting
from handlers import cadences as said
from handlers.admin.survey_show import unknown as unknown_survey
from handlers.grammar import Argument, Call, Command
from handlers.naming import CONFIRM

AGAIN = "again"
"""The argument that makes another on purpose; nobody types it."""


def every(call: Call) -> Receipt:
    """Lists all cadences."""
    rows = cadences.all_of_them(call.tx)
    if not rows:
        return call.say("command.cadences.none")
    return call.say("command.cadences.list", n=len(rows), lines=[said.line(row) for row in rows])


def show(call: Call) -> Receipt:
    """One cadence: what it is, how far it has come, when it comes round next; without a name all of them."""
    if not call.arguments.get("cadence"):
        return every(call)
    row = cadences.named(call.tx, call.arguments["cadence"])
    if row is None:
        return unknown(call)
    found = call.heavy(cadences.progress, row["id"])
    lines: list[dict[str, Any]] = [] if found is None else said.progress(row, found)
    if row["touchpoint"] and found is not None:
        counts = follow_ups.counts(call.tx, row["id"])
        following = counts.pop("following", 0)
        lines.append({"key": "command.cadence.following", "args": {"n": following, "ended": sum(counts.values())}})
    lines += cadence_held.page_lines(call, row)
    if row["state"] == "running" and row["next_at"]:
        lines.append({"key": "command.cadence.next", "args": {"at": row["next_at"]}})
    if row["state"] in ("draft", "stopped"):
        lines.append({"key": "command.cadence.to_start", "args": {"name": row["name"]}})
    return call.say("command.cadence.page", line=said.line(row), lines=lines)


def new(call: Call) -> Receipt:
    """Writes down a draft; nothing is asked before it is started."""
    live = surveys.live(call.tx, call.arguments["survey"].casefold())
    if live is None:
        return unknown_survey(call)
    words = call.arguments.get("when", "")
    understood = read(words, settings.company(call.tx).time_zone, call.now)
    survey = live.survey.key
    if isinstance(understood, Unread):
        return call.say("command.cadence.unread", problem=said.problem(understood), survey=survey)
    if understood.plan.after and live.survey.anonymous:
        return call.say("command.cadence.anonymous", survey=survey)
    there = cadences.named(call.tx, survey)
    if not understood.name and there is not None and there["state"] == "draft" and not call.arguments.get(AGAIN):
        another = {"key": "command.cadence.another", "args": {"survey": survey}}
        options = [(another, {**call.arguments, AGAIN: "yes"})]
        return call.ask("command.cadence.draft_there", options, line=said.line(there), name=there["name"])
    row = cadences.create(call.tx, survey, understood.plan, understood.name, call.sender["id"], call.now)
    if row is None:
        return call.say("command.cadence.taken", name=understood.name)
    return call.say("command.cadence.drafted", line=said.line(row), name=row["name"])


def forecast(call: Call) -> Receipt:
    """What would happen if it were started now."""
    row = cadences.named(call.tx, call.arguments["cadence"])
    if row is None:
        return unknown(call)
    found = call.heavy(forecasts.forecast, row, call.now, next_time)
    if found is None:
        return call.say("command.cadence.no_survey", survey=row["survey"], name=row["name"])
    return call.say("command.cadence.forecast", name=row["name"], lines=forecast_lines.forecast(row, found))


def start(call: Call) -> Receipt:
    """Starts it, with its forecast; a large send is confirmed first, with the number."""
    row = cadences.named(call.tx, call.arguments["cadence"])
    if row is None:
        return unknown(call)
    return cadence_starting.begin(call, row, confirmed=call.arguments.get("confirm", "").casefold() in CONFIRM)


def pause(call: Call) -> Receipt:
    """Nothing further leaves until it is resumed."""
    return _change(call, "paused")


def resume(call: Call) -> Receipt:
    """It goes on where it was."""
    return _change(call, "resumed")


def stop(call: Call) -> Receipt:
    """It ends; what has not left is taken back."""
    return _change(call, "stopped")


def _change(call: Call, done: str) -> Receipt:
    row = cadences.named(call.tx, call.arguments["cadence"])
    if row is None:
        return unknown(call)
    who = (row["id"], call.sender["id"], call.now)
    if done == "resumed":
        if (waits := cadence_held.resume(call, row)) is not None:
            return waits
        outcome = cadences.resume(call.tx, *who, next_time)
    else:
        outcome = (cadences.pause if done == "paused" else cadences.stop)(call.tx, *who)
    return _said(call, cadences.named(call.tx, row["name"]) or row, outcome, done)


def _said(call: Call, row: Row, outcome: cadences.Changed, done: str) -> Receipt:
    key, args = said.changed(row, outcome, done)
    if outcome == "done" and done != "started" and (found := cadences.progress(call.tx, row["id"])):
        args |= {"asked": found.asked, "total": found.total}
    return call.say(key, **args)


def unknown(call: Call) -> Receipt:
    """Says that there is no such cadence, and which there are."""
    name = call.arguments["cadence"]
    known = [row["name"] for row in cadences.all_of_them(call.tx)]
    nearest = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.4)
    return call.say("command.cadence.unknown", name=name, did_you_mean=nearest, known=known)


def _command(
    name: str, run: Any, en: tuple[str, ...], cn: tuple[str, ...], tw: tuple[str, ...], **more: Any
) -> Command:
    examples = more.pop("examples", None) or {
        "en": (f"{en[0]} nps",),
        "zh-CN": (f"{cn[0]} nps",),
        "zh-TW": (f"{tw[0]} nps",),
    }
    more.setdefault("arguments", (Argument("cadence"),))
    words = {"en": en, "zh-CN": cn, "zh-TW": tw}
    return Command(
        name=name, words=words, permission="edit_survey", topic="cadences", run=run, examples=examples, **more
    )


COMMANDS = [
    _command(
        "cadences",
        every,
        ("cadences",),
        ("周期列表", "所有周期"),
        ("週期列表", "所有週期"),
        arguments=(),
        examples={"en": ("cadences",), "zh-CN": ("周期列表",), "zh-TW": ("週期列表",)},
    ),
    _command("cadence", show, ("cadence",), ("周期",), ("週期",), arguments=(Argument("cadence", required=False),)),
    _command(
        "cadence new",
        new,
        ("cadence new", "new cadence"),
        ("周期 新建", "新建周期"),
        ("週期 新增", "新增週期"),
        arguments=(Argument("survey"), Argument("when", rest=True)),
        examples={
            "en": (
                "cadence new nps every quarter segment gold from 1 dec 10:00",
                "cadence new after_delivery after delivery in 1w 3w then every 2w until reply",
            ),
            "zh-CN": (
                "周期 新建 nps 每季度 客群 gold 从 12月1日 10:00",
                "周期 新建 after_delivery delivery 后 1周 3周 之后每2周 直到回复",
            ),
            "zh-TW": (
                "週期 新增 nps 每季度 客群 gold 從 12月1日 10:00",
                "週期 新增 after_delivery delivery 後 1週 3週 之後每2週 直到回覆",
            ),
        },
    ),
    _command("cadence forecast", forecast, ("cadence forecast", "forecast cadence"), ("周期 预测",), ("週期 預測",)),
    _command(
        "cadence start",
        start,
        ("cadence start", "start cadence"),
        ("周期 启动", "启动周期"),
        ("週期 啟動", "啟動週期"),
        arguments=(Argument("cadence"), Argument("confirm", required=False)),
    ),
    _command(
        "cadence pause",
        pause,
        ("cadence pause", "pause cadence"),
        ("周期 暂停", "暂停周期"),
        ("週期 暫停", "暫停週期"),
    ),
    _command(
        "cadence resume",
        resume,
        ("cadence resume", "resume cadence"),
        ("周期 恢复", "恢复周期"),
        ("週期 恢復", "恢復週期"),
    ),
    _command(
        "cadence stop",
        stop,
        ("cadence stop", "stop cadence"),
        ("周期 停止", "停止周期"),
        ("週期 停止", "停止週期"),
    ),
]
