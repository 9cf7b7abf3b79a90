"""timeline <person or case>: everything that happened, on all channels, oldest first, a page at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cxbot.domain import goodwill
from cxbot.ports import Receipt
from cxbot.transactions import settings, teams, timeline
from cxbot.transactions.timeline import Entry
from handlers import naming
from handlers.admin import why
from handlers.grammar import Argument, Call, Command

_PAGE = re.compile(r"\s*(?:\bpage\s*(\d{1,4})|[第页頁]\s*(\d{1,4})\s*[页頁]?)$", re.IGNORECASE)


def show(call: Call) -> Receipt:
    """Tells the story of a person or of one case, to the one who asks alone where the channel can."""
    wanted, page = _read(call.arguments["subject"])
    found = call.heavy(timeline.read, wanted, call.sender["id"], page)
    unclear = naming.unclear(call, wanted, found.found)
    if unclear is not None:
        return unclear
    say = call.aside or call.say
    name = found.found[0]["name"] or wanted
    if found.team:
        return say("command.timeline.elsewhere", code=found.case["code"], team=found.team)
    if not found.entries:
        return say("command.timeline.no_page" if page > 1 else "command.timeline.nothing", name=name)
    more: Any = ""
    if found.older:
        args = {"n": found.older, "wanted": wanted, "page": page + 1}
        more = {"key": "command.timeline.more", "args": args}
    lines = [_line(each, bool(found.case)) for each in found.entries]
    code = found.case["code"] if found.case else ""
    return say("command.timeline.list", name=name, code=code, more=more, lines=lines, zone=_zone(call))


def _read(words: str) -> tuple[str, int]:
    """Who or what is meant, and which page."""
    at = _PAGE.search(words)
    if at is None or not words[: at.start()].strip():
        return words.strip(), 1
    return words[: at.start()].strip(), max(1, int(at[1] or at[2]))


def _zone(call: Call) -> str:
    """The time zone of the team in whose channel it is asked, else of one's own team, else of the company."""
    team = call.team
    for team_id in sorted(teams.roles_of(call.tx, call.sender["id"])):
        team = team or teams.get(call.tx, team_id)
    return str(team["time_zone"]) if team else settings.company(call.tx).time_zone


def _line(entry: Entry, of_case: bool) -> dict[str, Any]:
    if entry.team:
        if entry.what == "case":
            return _said("case_elsewhere", entry, {"team": entry.team})
        return why.of_another_team(entry.at, entry.team)
    return _said(entry.what, entry, _WORDED[entry.what](entry.row, of_case))


def _said(what: str, entry: Entry, args: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": f"command.timeline.{what}", "args": {"at": entry.at, **args}}


def _interaction(row: Mapping[str, Any], _: bool) -> dict[str, Any]:
    return {
        "touchpoint": {"key": f"touchpoint.{row['touchpoint']}", "args": {}},
        "outcome": {"key": f"outcome.{row['outcome']}", "args": {}} if row["outcome"] else "",
        "reference": row["reference"],
        "agent": row["agent"],
    }


def _decision(row: Mapping[str, Any], _: bool) -> dict[str, Any]:
    what = {"key": f"decision.{row['what']}", "args": {}}
    return {"survey": row["survey"], "what": what, "reason": why.reason_of({"detail": "{}", **row})}


def _answer(row: Mapping[str, Any], _: bool) -> dict[str, Any]:
    return {"survey": row["survey"], "score": row["score"], "said": row["said"]}


def _event(row: Mapping[str, Any], of_case: bool) -> dict[str, Any]:
    code = "" if of_case else row.get("code", "")
    detail = row["cause"] or _detail(row["kind"], row["args"])
    return {"code": code, "what": row["kind"], "who": row["actor"], "via": via_of(row["args"]), "detail": detail}


def via_of(args: Mapping[str, Any]) -> Any:
    """From where something was done: a channel's name, or the API and whose token it was."""
    api, colon, system = str(args.get("via", "")).partition(":")
    return {"key": "command.timeline.via_api", "args": {"system": system}} if colon else api


def _detail(kind: str, args: Mapping[str, Any]) -> Any:
    """What is worth telling of an event besides what it was and who did it."""
    match kind:
        case "opened" | "raised" | "joined":
            return {"key": f"severity.{args['severity']}", "args": {}}
        case "snoozed" | "alert_queued" | "away":
            return {"key": "command.timeline.until", "args": {"until": args["until"], "reason": args.get("reason", "")}}
        case "dismissed":
            return {"key": f"ending.{args['ending']}", "args": {}}
        case "handed_over" | "moved" | "assigned":
            return {"key": "command.timeline.to", "args": {"to": args["to"]}}
        case "merged":
            return args.get("into") or args.get("from", "")
        case "not_told":
            return _why_not_told(args["reason"])
        case "step_done" | "step_undone" | "steps_added":
            return args.get("label") or args["title"]
        case "goodwill_asked" | "goodwill_granted" | "goodwill_refused" | "goodwill_withdrawn" | "goodwill_expired":
            shown = goodwill.shown(args["amount"], args["currency"])
            return {"key": "command.timeline.goodwill", "args": {"money": shown, "reason": args["for"]}}
        case "undone" if args.get("what"):
            return {"key": f"event.{args['what']}", "args": {}}
        case "opted_out":
            return {"key": f"command.person.refuses_{args['scope']}", "args": {}}
    return ""


def _why_not_told(reason: str) -> dict[str, Any]:
    if reason.startswith("refuse."):
        return {"key": reason, "args": {}}  # what was to be said of goodwill came too late
    return {"key": "command.person.refuses_all" if reason == "opted_out" else "not_asked.no_address", "args": {}}


def _message(row: Mapping[str, Any], _: bool) -> dict[str, Any]:
    reason = row["reason"] if row["state"] in ("held", "dead", "dropped", "cancelled") else ""
    return {"channel": row["channel"], "state": row["state"], "reason": reason, "words": row["first_words"]}


def _remark(row: Mapping[str, Any], _: bool) -> dict[str, Any]:
    media = json.loads(row["media"]) if row["media"] else {}
    kind = {"key": f"media.{media['kind']}", "args": {}} if media else ""
    return {"words": row["words"], "media": kind}


_WORDED = {
    "interaction": _interaction,
    "invitation": _decision,
    "decision": _decision,
    "answer": _answer,
    "event": _event,
    "message": _message,
    "remark": _remark,
}

COMMANDS = [
    Command(
        name="timeline",
        words={"en": ("timeline",), "zh-CN": ("时间线", "经过"), "zh-TW": ("時間軸", "經過")},
        permission="see_person",
        run=show,
        arguments=(Argument("subject", rest=True),),
        examples={
            "en": ("timeline Sam", "timeline K7M2Q9 page 2"),
            "zh-CN": ("时间线 林美", "时间线 K7M2Q9 第2页"),
            "zh-TW": ("時間軸 陳怡婷", "時間軸 K7M2Q9 第2頁"),
        },
    )
]
