"""why <person or case>: what the bot did and did not do about somebody, or says about a case, each with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cxbot.domain import case_timing
from cxbot.domain import cases as workflow
from cxbot.ports import Receipt, Row
from cxbot.transactions import case_access, case_messages, people
from cxbot.transactions.viewing import Viewer
from handlers import cadence_held, naming
from handlers.admin import case_actions
from handlers.grammar import Argument, Call, Command

MOST = 10
OF_A_CASE = (
    "alert_queued", "alert", "no_team_channel", "nobody_on_call", "remind", "promise_soon", "callback_soon",
    "callback_late", "escalate", "overdue", "snoozed", "snooze_over", "window_ending", "window_lost", "confirm",
    "not_told", "reached",
)  # fmt: skip
"""What was said about a case, or was not."""
CHANGES = {
    "alert": "alert", "remind": "claim", "escalate": "claim", "snooze_over": "snooze", "callback_soon": "reply",
    "callback_late": "reply", "promise_soon": "reply", "overdue": "reply", "window_ending": "reply",
    "window_lost": "reply",
}  # fmt: skip
"""Which command changes what comes next."""
OF_THE_CHANNEL = ("held", "dead", "unreachable")
"""What became of a message; the reason is in the channel's own words."""
_TALK = re.compile(
    r"(?:though|not|is|isn't|are|aren't|was|were|does|doesn't|do|don't|did|didn't|would|will|won't|should|can|can't|has"
    r"|have|so|oh|then|now|again|always|the|this|that|these|those|it|its|it's|he|she|they|we|you|i|i'm|me|us|my"
    r"|your|our|on earth|bother|no|nobody|nothing|what)\b"
    r"|[不没沒会會要这這那是还還又总總都他她它我你您咱有能老呢啊]|.*[呢啊吗嗎了]$",
    re.IGNORECASE,
)
"""How it goes on after "why" where a colleague is asked."""


def why(call: Call) -> Receipt:
    """Lists the latest invitations and decisions about a person."""
    wanted = call.arguments["person"]
    if re.fullmatch(case_actions.CODE, wanted.strip(), re.IGNORECASE):
        case = call.tx.one("cases.by_code", code=wanted.strip().lstrip("#").upper())
        if case is not None and case_access.allowed(call.tx, case, call.sender["id"]):
            return _of_case(call, case)
    if (held := cadence_held.why(call, wanted.strip())) is not None:
        return held
    say = call.aside or call.say
    found = call.heavy(people.find, wanted)
    unclear = naming.unclear(call, wanted, found)
    if unclear is not None:
        return unclear
    person = found[0]
    rows = call.tx.all("why.of_person", person_id=person["id"], most=MOST)
    if not rows:
        return say("command.why.nothing", name=person["name"])
    viewer = Viewer(call.tx, call.sender["id"], person["id"])
    return say("command.why.list", name=person["name"], lines=[_line(row, viewer.hidden(row)) for row in rows])


def _of_case(call: Call, case: Row) -> Receipt:
    """What was said about a case to its team, what was not, and what comes next, each with its time."""
    events = call.tx.all("timeline.events", subject_id=case["id"], most=MOST)
    lines = [
        {"key": "command.why.case_line", "args": {"at": row["happened_at"], "what": row["kind"], **_until(row)}}
        for row in reversed(events)
        if row["kind"] in OF_A_CASE
    ]
    step = case_timing.next_step(case)
    zone = workflow.Terms.load(case["policy"]).zone
    acting = case_messages.acting_name(call.tx, case, call.now)
    if step.kind != "none":
        changes = {"key": f"command.why.changes.{CHANGES.get(step.kind, 'policy')}", "args": {"code": case["code"]}}
        args = {"what": step.kind, "at": step.at, "who": acting, "changes": changes}
        lines.append({"key": "command.why.next", "args": args})
    say = call.aside or call.say
    return say("command.why.case", code=case["code"], lines=lines, zone=zone)


def _until(row: Row) -> dict[str, Any]:
    args = json.loads(row["args"])
    return {"until": args.get("until") or "", "reason": args.get("reason") or ""} if row["kind"] != "not_told" else {}


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
        everyday=True,
        meant=lambda words, _: _TALK.match(words) is None,
        examples={"en": ("why Sam", "why K7M2Q9"), "zh-CN": ("为什么 林美",), "zh-TW": ("為什麼 陳怡婷",)},
    )
]
