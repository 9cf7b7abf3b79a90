"""survey versions, survey diff, survey roll back: what a survey was, what differs, and going back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from cxbot.domain.survey import Survey, differences
from cxbot.ports import Receipt, Row
from cxbot.transactions import people, survey_approval, survey_drafts, surveys
from handlers import survey_desk
from handlers.admin.survey_publish import ask_another
from handlers.admin.survey_show import unknown
from handlers.grammar import Argument, Call, Command

MOST = 20
_NUMBER = re.compile(r"\d{1,6}")


def versions(call: Call) -> Receipt:
    """Lists the versions, newest first: when, who, why, and which is live."""
    key = survey_desk.key_of(call)
    rows = surveys.versions(call.tx, key)
    draft = survey_drafts.get(call.tx, key)
    if not rows and draft is None:
        return unknown(replace(call, arguments={"survey": key}))
    live = surveys.live(call.tx, key)
    whys = _whys(call, key)
    lines = [_line(call, row, whys.get(row["version"], {}), live.version if live else 0) for row in rows[:MOST]]
    if draft is not None:
        who = (people.get(call.tx, draft.changed_by) or {}).get("name", "")
        args = {"who": who, "at": draft.changed_at, "version": draft.based_on or ""}
        lines.insert(0, {"key": "survey.versions.draft", "args": args})
    return call.say("survey.versions.list", survey=key, n=len(rows), lines=lines)


def _whys(call: Call, key: str) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for event in surveys.history(call.tx, key):
        if event["kind"] == "survey.published":
            args = json.loads(event["args"])
            found.setdefault(args["version"], args)
    return found


def _line(call: Call, row: Row, published: dict[str, Any], live: int) -> dict[str, Any]:
    who = (people.get(call.tx, row["created_by"]) or {}).get("name", "") if row["created_by"] else ""
    approved = published.get("approved_by", "")
    args = {
        "version": row["version"],
        "at": row["created_at"],
        "who": who or {"key": "survey.versions.file", "args": {}},
        "approved_by": (people.get(call.tx, approved) or {}).get("name", "") if approved else "",
        "why": published.get("why", ""),
        "live": {"key": "survey.state.live", "args": {}} if row["version"] == live else "",
    }
    return {"key": "survey.versions.line", "args": args}


def diff(call: Call) -> Receipt:
    """What differs: between two versions, between one and the live one, or between the live one and the draft."""
    key = survey_desk.key_of(call)
    numbers = [int(each) for each in _NUMBER.findall(call.arguments.get("versions", ""))][:2]
    live = surveys.live(call.tx, key)
    draft = survey_drafts.get(call.tx, key)
    if live is None and draft is None:
        return unknown(replace(call, arguments={"survey": key}))
    known = [row["version"] for row in surveys.versions(call.tx, key)]
    if any(number not in known for number in numbers):
        return call.say("survey.versions.none", survey=key, known=sorted(known))
    if not numbers:
        if draft is None:
            return call.say("survey.publish.no_draft", survey=key)
        return _said(call, live.survey if live else None, draft.survey, live.version if live else "", "draft")
    before = surveys.at(call.tx, key, numbers[0])
    last = numbers[1] if len(numbers) > 1 else live.version if live else numbers[0]
    return _said(call, before, surveys.at(call.tx, key, last), numbers[0], last)


def _said(call: Call, before: Survey | None, after: Survey, first: Any, last: Any) -> Receipt:
    changed = differences(before, after)
    if last == "draft":
        last = {"key": "survey.versions.the_draft", "args": {}}
    same = "survey.diff.itself" if first == last else "survey.diff.same"
    key = "survey.diff.page" if changed else same
    return call.say(
        key, survey=after.key, first=first or "–", last=last, n=len(changed), lines=survey_desk.lines(changed)
    )


def roll_back(call: Call) -> Receipt:
    """A new version that is equal to an old one; who is being asked finishes what they began."""
    key = survey_desk.key_of(call)
    live = surveys.live(call.tx, key)
    if live is None:
        return unknown(replace(call, arguments={"survey": key}))
    words = call.arguments["version"].split()
    number = _NUMBER.search(words[0])
    known = [row["version"] for row in surveys.versions(call.tx, key)]
    if number is None or int(number[0]) not in known:
        return call.say("survey.versions.none", survey=key, known=sorted(known))
    wanted = int(number[0])
    before = surveys.at(call.tx, key, wanted)
    changed = differences(live.survey, before)
    if wanted == live.version:
        return call.say("survey.versions.live_already", survey=key, version=wanted)
    if not changed:
        return call.say("survey.diff.same", survey=key, first=wanted, last=live.version, n=0, lines=[])
    why = " ".join(words[1:])
    if survey_approval.is_on(call.tx):
        return go_back(call, before, why)
    version = surveys.publish(call.tx, before, call.sender["id"], call.now, why)
    lines = survey_desk.lines(changed)
    return call.say("survey.rolled_back", survey=key, version=version, wanted=wanted, lines=lines)


def go_back(call: Call, wanted: Survey, why: str) -> Receipt:
    """Asks another admin to let a survey be as it was, or as it is to be without a draft."""
    live = surveys.live(call.tx, wanted.key)
    changed = differences(live.survey if live else None, wanted)
    return ask_another(call, wanted, survey_approval.NO_DRAFT, changed, why)


COMMANDS = [
    Command(
        name="survey versions",
        topic="surveys",
        words={
            "en": ("survey versions", "survey history"),
            "zh-CN": ("问卷 版本", "问卷版本"),
            "zh-TW": ("問卷 版本", "問卷版本"),
        },
        permission="see_state",
        run=versions,
        arguments=(Argument("survey"),),
        examples={"en": ("survey versions csat",), "zh-CN": ("问卷 版本 csat",), "zh-TW": ("問卷 版本 csat",)},
    ),
    Command(
        name="survey diff",
        topic="surveys",
        words={"en": ("survey diff",), "zh-CN": ("问卷 对比", "问卷对比"), "zh-TW": ("問卷 比對", "問卷比對")},
        permission="see_state",
        run=diff,
        arguments=(Argument("survey"), Argument("versions", required=False, rest=True)),
        examples={
            "en": ("survey diff csat", "survey diff csat 3 4"),
            "zh-CN": ("问卷 对比 csat", "问卷 对比 csat 3 4"),
            "zh-TW": ("問卷 比對 csat", "問卷 比對 csat 3 4"),
        },
    ),
    Command(
        name="survey roll back",
        words={
            "en": ("survey roll back", "survey rollback", "roll back survey"),
            "zh-CN": ("问卷 回滚", "回滚问卷", "问卷 恢复版本"),
            "zh-TW": ("問卷 還原", "還原問卷", "問卷 回復版本"),
        },
        permission="edit_survey",
        run=roll_back,
        arguments=(Argument("survey"), Argument("version", rest=True)),
        examples={
            "en": ("survey roll back csat 3",),
            "zh-CN": ("问卷 回滚 csat 3",),
            "zh-TW": ("問卷 還原 csat 3",),
        },
    ),
]
