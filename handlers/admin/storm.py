"""storm: the storms that go on; with a number the card of one, and what its buttons do: claim, write, resolve, undo.

What customers are to read is asked in the form that the button opens, filled in with what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from cxbot.domain.roles import may
from cxbot.ports import Form, Receipt, Row
from cxbot.transactions import incidents, outbox, teams
from handlers import incidents as pressed
from handlers.admin import case_actions
from handlers.grammar import Argument, Call, Command

CODE = r"#?S[2-9A-HJ-NP-Z]{6}"
"""What a storm's number looks like, in any case: that of its first case with an S before it."""
ACTIONS = {
    "claim": "claim", "claim all": "claim", "take": "claim", "take all": "claim",
    "认领": "claim", "全部认领": "claim", "認領": "claim", "全部認領": "claim",
    "write": "reply", "write to all": "reply", "write to them": "reply", "reply": "reply", "reply to all": "reply",
    "回复": "reply", "回复全部": "reply", "回复客户": "reply",
    "回覆": "reply", "回覆全部": "reply", "回覆客戶": "reply",
    "apologise": "reply", "apologize": "reply", "apologise to all": "reply", "apologize to all": "reply",
    "道歉": "reply", "致歉": "reply", "全部道歉": "reply", "全部致歉": "reply",
    "resolve": "resolve", "resolve all": "resolve",
    "解决": "resolve", "全部解决": "resolve", "解決": "resolve", "全部解決": "resolve",
    "undo": "undo", "撤销": "undo", "復原": "undo", "复原": "undo",
}  # fmt: skip
"""What can be done to all, by the words on the buttons and those of single cases."""


def run(call: Call) -> Receipt:
    """Lists the storms, shows the card of one, or does to all of its cases what is written after its number."""
    if not call.arguments.get("storm"):
        return _list(call)
    code = call.arguments["storm"].lstrip("#").upper()
    incident = call.tx.one("incidents.by_code", code=code)
    if incident is None or not may(teams.roles_of(call.tx, call.sender["id"]), "read", incident["team_id"] or "none"):
        return call.say("refuse.no_such_storm", code=code)
    typed = _after_number(call)
    if not typed:
        return _card(call, incident)
    action, rest = _action(typed)
    if not action:
        return call.say("command.storm.what", word=typed.split()[0], code=code)

    def given(form: Form) -> Mapping[str, str]:
        read = {"words": rest} if action == "reply" else case_actions.resolution(rest, form)
        return {name: value for name, value in read.items() if value}

    return pressed.perform(call.tx, call.sender, incident, action, given, call.language, call.now, via=call.channel)


def _list(call: Call) -> Receipt:
    """The storms that go on: of the team in whose place it is asked, else of all that the sender may see."""
    roles = teams.roles_of(call.tx, call.sender["id"])
    rows = call.tx.all("incidents.all_open", team_id=call.team["id"] if call.team else "")
    found = [incidents.facts(call.tx, row["id"], call.now) for row in rows if may(roles, "read", row["team_id"])]
    if not found:
        return call.say("command.storm.none")
    lines = [
        {
            "key": "command.storm.line",
            "args": {
                "code": each["code"],
                "n": each["n"],
                "cause": {"key": f"touchpoint.{each['cause']}", "args": {}},
                "team": each["team_name"],
                "open": each["open"],
                "late": each["late"] or "",
            },
        }
        for each in found
    ]
    return call.say("command.storm.list", lines=lines, code=found[0]["code"])


def _card(call: Call, incident: Row) -> Receipt:
    """The card as it stands now, with its buttons."""
    row = outbox.say(
        call.tx,
        call.now,
        channel=call.channel,
        address=call.place,
        language=call.language,
        key=incidents.KEY,
        args={"incident": incident["id"]},
        only_for=call.only_for,
    )
    return Receipt(outbox_ids=(row,))


def _after_number(call: Call) -> str:
    """What was written after the number, sign by sign: it may be for customers."""
    at = call.typed.casefold().find(call.arguments["storm"].casefold())
    return call.typed[at + len(call.arguments["storm"]) :].strip() if at >= 0 else call.arguments.get("words", "")


def _action(typed: str) -> tuple[str, str]:
    """What is to be done, and the words after it; '' for what is nothing of the kind."""
    for phrase in sorted(ACTIONS, key=len, reverse=True):
        after = typed[len(phrase) :]
        if typed[: len(phrase)].casefold() == phrase and not (phrase.isascii() and after[:1].isalnum()):
            return ACTIONS[phrase], after.lstrip(" ,，:：")
    return "", typed


COMMANDS = [
    Command(
        name="storm",
        words={
            "en": ("storm", "storms", "show storm"),
            "zh-CN": ("集中投诉", "查看集中投诉"),
            "zh-TW": ("集中投訴", "查看集中投訴"),
        },
        permission="read",
        run=run,
        arguments=(Argument("storm", required=False, like=CODE), Argument("words", required=False, rest=True)),
        examples={
            "en": (
                "storm SK7M2Q9 claim",
                "storm SK7M2Q9 write We are on it",
                "storm SK7M2Q9 resolve waiting: restarted it | It works again",
            ),
            "zh-CN": (
                "集中投诉 SK7M2Q9 认领",
                "集中投诉 SK7M2Q9 回复 我们正在处理",
                "集中投诉 SK7M2Q9 解决 等待太久: 已重启 | 现在可以正常使用了",
            ),
            "zh-TW": (
                "集中投訴 SK7M2Q9 認領",
                "集中投訴 SK7M2Q9 回覆 我們正在處理",
                "集中投訴 SK7M2Q9 解決 等待太久: 已重新啟動 | 現在可以正常使用了",
            ),
        },
        bare=rf"(?=.*\d){CODE}",
    )
]
