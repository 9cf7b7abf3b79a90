"""help: what this person may do here, with examples."""

from __future__ import annotations

from cxbot.domain.roles import may
from cxbot.ports import Receipt
from cxbot.transactions import teams
from handlers import commands
from handlers.grammar import Call, Command


def show(call: Call) -> Receipt:
    """Lists the commands this person may give, each with its words and what it does."""
    roles = teams.roles_of(call.tx, call.sender["id"])
    team_id = call.team["id"] if call.team else ""
    lines = [
        {
            "key": "command.help.line",
            "args": {
                "example": (command.examples.get(call.language) or command.words[call.language])[0],
                "does": {"key": f"command.{command.key}.help", "args": {}},
            },
        }
        for command in commands.known()
        if may(roles, command.permission, team_id)
    ]
    return call.say("command.help.list", lines=lines)


COMMANDS = [
    Command(
        name="help",
        words={"en": ("help", "commands"), "zh-CN": ("帮助", "命令"), "zh-TW": ("幫助", "說明", "指令")},
        permission="read",
        run=show,
    )
]
