"""cadence set: changes one thing of a cadence ("cadence set nps pace 30"), or everything by a form."""

from __future__ import annotations

from dataclasses import replace

from cxbot.domain.cadence_editing import WORDS, field_called
from cxbot.domain.cadence_words import Unread
from cxbot.ports import Receipt
from cxbot.transactions import cadences
from handlers import cadence_changing
from handlers import cadences as said
from handlers.admin.cadences import unknown
from handlers.grammar import Argument, Call, Command


def change(call: Call) -> Receipt:
    """Changes a draft, or a cadence under way where that is sound; its new forecast is shown."""
    row = cadences.named(call.tx, call.arguments["cadence"])
    if row is None:
        return unknown(call)
    name, word = row["name"], call.arguments.get("field", "")
    fields = [{"key": f"form.cadence.{each}", "args": {}} for each in WORDS]
    if not word:
        form = cadence_changing.form(call, row)
        label = {"key": "survey.form.open", "args": {}}
        choices = [{"key": form.key, "label": label, "style": "primary", "form": True}]
        shown = call.say("command.cadence_set.open", line=said.line(row), name=name, fields=fields, choices=choices)
        return replace(shown, form=form)
    what, value = field_called(word), call.arguments.get("value", "")
    if not what or not value:
        key = "command.cadence_set.no_value" if what else "command.cadence_set.no_field"
        return call.say(key, name=name, field=word, fields=fields)
    wanted = cadence_changing.with_field(call, cadence_changing.wanted_now(row), what, value)
    if isinstance(wanted, Unread):
        return call.say("command.cadence_set.unread", problem=said.problem(wanted), name=name)
    return cadence_changing.change(call, row, wanted)


COMMANDS = [
    Command(
        name="cadence set",
        words={
            "en": ("cadence set", "cadence change", "change cadence", "cadence edit"),
            "zh-CN": ("周期 修改", "修改周期", "周期 设置"),
            "zh-TW": ("週期 修改", "修改週期", "週期 設定"),
        },
        permission="edit_survey",
        topic="cadences",
        run=change,
        arguments=(
            Argument("cadence"),
            Argument("field", required=False),
            Argument("value", required=False, rest=True),
        ),
        examples={
            "en": ("cadence set nps pace 30", "cadence set nps when every month on the 1st 10:00"),
            "zh-CN": ("周期 修改 nps 速度 30", "周期 修改 nps 时间 每月1日 10:00"),
            "zh-TW": ("週期 修改 nps 速度 30", "週期 修改 nps 時間 每月1日 10:00"),
        },
    )
]
