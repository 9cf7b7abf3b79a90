"""transcript <code>: all that was said with the customer of a case, on all channels, and what did not arrive."""

from __future__ import annotations

import re
from typing import Any

from cxbot.ports import Receipt
from cxbot.transactions import case_access, case_messages, conversations
from cxbot.transactions.conversations import Line
from handlers import case_named
from handlers.admin import case_actions
from handlers.grammar import Argument, Call, Command

_PAGE = re.compile(r"(?:page\s*|第)?(\d{1,4})\s*[页頁]?$", re.IGNORECASE)


def transcript(call: Call) -> Receipt:
    """Tells who said what to whom, to the one who asks alone; the newest page first."""
    case = case_actions.case_of(call)
    if isinstance(case, Receipt):
        return case
    say = call.aside or call.say
    if not case_access.allowed(call.tx, case, call.sender["id"]):
        return say("refuse.not_member", who=case_messages.lead_names(call.tx, case["team_id"]))
    page = _PAGE.fullmatch(call.arguments.get("page", "").strip())
    at = max(1, int(page[1])) if page else 1
    said = call.heavy(conversations.read, case["id"], call.sender["id"], at)
    code = case["code"]
    if not said.lines:
        return say("command.transcript.nothing", code=code)
    more: Any = ""
    if said.older:
        more = {"key": "command.transcript.more", "args": {"n": said.older, "code": code, "page": at + 1}}
    lines = [_line(each, said.name) for each in said.lines]
    zone = case_messages.zone_of(case)
    return say("command.transcript.list", code=code, name=said.name, more=more, lines=lines, zone=zone)


def _line(line: Line, customer: str) -> dict[str, Any]:
    args = {
        "at": line.at,
        "channel": line.channel,
        "name": customer,
        "by": line.by,
        "words": line.words,
        "media": {"key": f"media.{line.media}", "args": {}} if line.media else "",
        "state": {"key": f"message.{line.state}", "args": {}} if line.state else "",
        "reason": line.reason,
    }
    who = "customer" if line.from_customer else "colleague" if line.by else "bot"
    return {"key": f"command.transcript.{who}", "args": args}


COMMANDS = [
    Command(
        name="transcript",
        words={
            "en": ("transcript", "conversation"),
            "zh-CN": ("对话记录", "聊天记录", "对话"),
            "zh-TW": ("對話紀錄", "對話記錄", "對話"),
        },
        permission="work_case",
        run=transcript,
        arguments=(
            Argument("code", like=case_actions.CODE, offered=case_named.offered),
            Argument("page", required=False, rest=True),
        ),
        examples={
            "en": ("transcript K7M2Q9", "transcript K7M2Q9 page 2"),
            "zh-CN": ("对话记录 K7M2Q9", "对话记录 K7M2Q9 第2页"),
            "zh-TW": ("對話紀錄 K7M2Q9", "對話紀錄 K7M2Q9 第2頁"),
        },
    )
]
