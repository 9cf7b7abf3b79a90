"""cadence skip: leaves out the occasion for which a cadence waits, because it has outgrown what was approved."""

from __future__ import annotations

from cxbot.ports import Receipt
from cxbot.transactions import cadences
from handlers import cadence_held
from handlers.admin.cadences import unknown
from handlers.grammar import Argument, Call, Command


def skip(call: Call) -> Receipt:
    """It goes on with the next occasion."""
    row = cadences.named(call.tx, call.arguments["cadence"])
    return unknown(call) if row is None else cadence_held.skip(call, row)


COMMANDS = [
    Command(
        name="cadence skip",
        words={
            "en": ("cadence skip", "skip cadence"),
            "zh-CN": ("周期 跳过", "跳过周期"),
            "zh-TW": ("週期 略過", "略過週期"),
        },
        permission="edit_survey",
        topic="cadences",
        run=skip,
        arguments=(Argument("cadence"),),
        examples={"en": ("cadence skip nps",), "zh-CN": ("周期 跳过 nps",), "zh-TW": ("週期 略過 nps",)},
    )
]
