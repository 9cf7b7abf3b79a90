"""why <person>: what the bot did and did not do about somebody, newest first, each with its reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cxbot.ports import Receipt, Row
from cxbot.transactions import people
from cxbot.transactions.viewing import Viewer
from handlers import naming
from handlers.grammar import Argument, Call, Command

MOST = 10
OF_THE_CHANNEL = ("held", "dead", "unreachable")
"""What became of a message; the reason is in the channel's own words."""


def why(call: Call) -> Receipt:
    """Lists the latest invitations and decisions about a person."""
    wanted = call.arguments["person"]
    found = call.heavy(people.find, wanted)
    unclear = naming.unclear(call, wanted, found)
    if unclear is not None:
        return unclear
    person = found[0]
    rows = call.tx.all("why.of_person", person_id=person["id"], most=MOST)
    if not rows:
        return call.say("command.why.nothing", name=person["name"])
    viewer = Viewer(call.tx, call.sender["id"], person["id"])
    return call.say("command.why.list", name=person["name"], lines=[_line(row, viewer.hidden(row)) for row in rows])


def reason_of(row: Mapping[str, Any]) -> Any:
    """The reason of a decision as a meaning; '' where it has none."""
    if row["what"] in OF_THE_CHANNEL:
        return {"key": "text", "args": {"text": row["reason"]}}
    return {"key": f"not_asked.{row['reason']}", "args": json.loads(row["detail"])} if row["reason"] else ""


def of_another_team(at: int, team: str) -> dict[str, Any]:
    """All that is said of a matter of a team that is not the reader's."""
    return {"key": "command.why.elsewhere", "args": {"at": at, "team": team}}


def _line(row: Row, team: str) -> dict[str, Any]:
    if team:
        return of_another_team(row["at"], team)
    return {
        "key": "command.why.line" if row["reason"] else "command.why.plain_line",
        "args": {
            "at": row["at"],
            "survey": row["survey"],
            "what": {"key": f"decision.{row['what']}", "args": {}},
            "reason": reason_of(row),
        },
    }


COMMANDS = [
    Command(
        name="why",
        words={"en": ("why",), "zh-CN": ("为什么", "为何"), "zh-TW": ("為什麼", "為何")},
        permission="see_person",
        run=why,
        arguments=(Argument("person", rest=True),),
        examples={"en": ("why Sam",), "zh-CN": ("为什么 林美",), "zh-TW": ("為什麼 陳怡婷",)},
    )
]
