"""rota: who of a team is on call, now and in the weeks to come; set, ended, and covered for a while."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cxbot.domain import calendar, dates
from cxbot.domain.roles import RANK, may
from cxbot.ports import Receipt, Row
from cxbot.transactions import case_messages, people, rotas, teams
from handlers import naming, team_named
from handlers.grammar import Argument, Call, Command

_SINCE = re.compile(r"\s*(?:\b(?:from|since|starting|on)\b|从|從|自)\s*(?P<since>.+?)(?:起|开始|開始)?$", re.IGNORECASE)
_WEEKS = re.compile(
    r"\s*(?:\bweekly\b|\bby the week\b|\bevery (?P<n>\d)? ?weeks?\b|每(?P<cn>[两兩二三四])?周|每(?P<tn>[兩二三四])?週)",
    re.IGNORECASE,
)
_NUMBER = {"两": 2, "兩": 2, "二": 2, "三": 3, "四": 4}
_SEPARATORS = re.compile(r"\s*(?:,|，|、|;|；|\band\b|和|→|->)\s*|\s+", re.IGNORECASE)
_UNTIL = re.compile(r"\s*(?:\b(?:until|till|to)\b|到|至)\s*(?P<until>.+)$", re.IGNORECASE)

_COVER_TALK = re.compile(
    r"(?:for )?(?:me|us|it|that|this|the|my|your|our|his|him|her|them|their|all|up|is|was)\b"
    r"|[的了吗嗎吧人费費]",
    re.IGNORECASE,
)
"""How it goes on after "cover" where one colleague asks another."""
MOST_IN_HINT = 3


def show(call: Call) -> Receipt:
    """Who is on call in a team, and who comes next."""
    team = naming.team(call, call.arguments.get("team", ""))
    if team is None:
        return naming.no_team(call)
    shown = _shown(call, team)
    if not rotas.shifts(call.tx, team, call.now) and rotas.get(call.tx, team) is None:
        return _none(call, team, shown["lines"])
    return call.say("command.rota.list", **shown)


def set_(call: Call) -> Receipt:
    """These take turns: "Ana, Ben weekly from Monday 09:00"."""
    team, words = team_named.split_at_either_end(call, call.arguments["members"])
    if team is None:
        return naming.no_team(call)
    if not _may_edit(call, team):
        return _refused(call, team, "rota set")
    weeks, since = 1, _next_monday(call, team)
    if begins := _SINCE.search(words):
        at = dates.read(begins["since"], team["time_zone"], call.now)
        if at is None:
            return call.say("refuse.no_such_day", words=begins["since"], typed=words)
        since, words = at, words[: begins.start()]
    if every := _WEEKS.search(words):
        weeks = int(every["n"] or 0) or _NUMBER.get(every["cn"] or every["tn"] or "", 1)
        words = words[: every.start()] + words[every.end() :]
    order, unknown = _members(call, team, words)
    if unknown or not order:
        return call.say("refuse.not_in_rota", names=unknown or [words], team=team["name"], known=_names(call, team))
    after = rotas.following(call.tx, team["id"], {"people": order, "since": since, "weeks": weeks}, call.now)
    done = rotas.put(call.tx, team["id"], after, call.sender["id"], call.now)
    return call.say("command.rota.set" if done else "command.rota.same", **_shown(call, team))


def end(call: Call) -> Receipt:
    """Nobody takes turns any more."""
    team = naming.team(call, call.arguments.get("team", ""))
    if team is None:
        return naming.no_team(call)
    if not _may_edit(call, team):
        return _refused(call, team, "rota off")
    if not rotas.put(call.tx, team["id"], None, call.sender["id"], call.now):
        return _none(call, team)
    return call.say("command.rota.ended", team=team["name"])


def cover(call: Call) -> Receipt:
    """Somebody is on call in place of whose turn it is: "Ben until Sunday", or "until Sunday" for oneself."""
    team, words = team_named.split_at_either_end(call, call.arguments["who"])
    if team is None:
        return naming.no_team(call)
    ends = _UNTIL.search(words)
    read = dates.read_end(ends["until"], team["time_zone"], call.now) if ends else None
    if ends is None or read is None or read[0] <= call.now:
        return call.say("refuse.no_such_day", words=ends["until"] if ends else words, typed=words)
    order, unknown = _members(call, team, words[: ends.start()])
    if unknown or len(order) > 1:
        return call.say("refuse.not_in_rota", names=unknown or [words], team=team["name"], known=_names(call, team))
    who = order[0] if order else call.sender["id"]
    if who != call.sender["id"] and not _may_edit(call, team):
        return _refused(call, team, "cover")
    until, whole_day = read
    rotas.cover(call.tx, team, who, call.now, until, call.sender["id"], call.now)
    return call.say(
        "command.rota.covers",
        name=people.name_of(call.tx, who),
        until=0 if whole_day else until,
        through=until - 1 if whole_day else 0,
        away=rotas.away_until(call.tx, who, call.now),
        zone=team["time_zone"],
    )


def _shown(call: Call, team: Row) -> dict[str, Any]:
    shifts = rotas.shifts(call.tx, team, call.now)
    lines = [
        {
            "key": "command.rota.line",
            "args": {
                "name": people.name_of(call.tx, shift.person),
                "from": 0 if shift.start <= call.now else shift.start,
                "until": shift.end,
                "instead_of": people.name_of(call.tx, shift.instead_of) if shift.instead_of else "",
            },
        }
        for shift in shifts
    ]
    lines += [
        {
            "key": "command.rota.away",
            "args": {
                "name": people.name_of(call.tx, each.person),
                "from": 0 if each.start <= call.now else each.start,
                "until": each.end,
            },
        }
        for each in dict.fromkeys(rotas.absences(call.tx, team, call.now))
    ]
    now = next((people.name_of(call.tx, shift.person) for shift in shifts if shift.start <= call.now), "")
    leads = [] if now else [each["name"] for each in rotas.acting(call.tx, team, "", call.now)]
    return {"team": team["name"], "who": now, "leads": leads, "lines": lines, "zone": team["time_zone"]}


def _members(call: Call, team: Row, words: str) -> tuple[list[str], list[str]]:
    """Those of a team who are named, in order, and what names nobody of it. Names may have blanks in them."""
    members = {people.fold_name(row["name"]): row["person_id"] for row in _working(call, team)}
    found: list[str] = []
    unknown: list[str] = []
    parts = [part for part in _SEPARATORS.split(words) if part.strip()]
    while parts:
        for length in range(len(parts), 0, -1):
            person = members.get(people.fold_name(" ".join(parts[:length])))
            if person is not None:
                found += [person] if person not in found else []
                parts = parts[length:]
                break
        else:
            unknown.append(parts.pop(0))
    return found, unknown


def _working(call: Call, team: Row) -> list[Row]:
    rows = [*teams.members(call.tx, team["id"]), *teams.members(call.tx, teams.EVERYWHERE)]
    return [row for row in rows if RANK[row["role"]] >= RANK["member"]]


def _names(call: Call, team: Row) -> list[str]:
    return list(dict.fromkeys(row["name"] for row in _working(call, team)))


def _may_edit(call: Call, team: Row) -> bool:
    return may(teams.roles_of(call.tx, call.sender["id"]), "edit_team", team["id"])


def _refused(call: Call, team: Row, command: str) -> Receipt:
    return call.say("refuse.not_allowed", command=command, who=case_messages.lead_names(call.tx, team["id"]))


def _none(call: Call, team: Row, lines: Sequence[Any] = ()) -> Receipt:
    """Says that there is no rota, who is called, and how one is set with who works in the team."""
    own = [row["name"] for row in teams.members(call.tx, team["id"]) if RANK[row["role"]] >= RANK["member"]]
    return call.say(
        "command.rota.none",
        team=team["name"],
        who=case_messages.lead_names(call.tx, team["id"]),
        members=(own or _names(call, team))[:MOST_IN_HINT],
        lines=list(lines),
        zone=team["time_zone"],
    )


def _next_monday(call: Call, team: Row) -> int:
    """Monday at nine of this week, so that the rotation has begun."""
    at = dates.read("monday 09:00", team["time_zone"], call.now)
    assert at is not None
    monday = datetime.fromtimestamp(at / 1000, ZoneInfo(team["time_zone"])).replace(tzinfo=None)
    return calendar.instant(team["time_zone"], monday - timedelta(days=7))


TEAM = Argument("team", required=False, rest=True)
COMMANDS = [
    Command(
        name="rota",
        topic="teams",
        words={"en": ("rota", "on call", "who is on call"), "zh-CN": ("值班", "值班表"), "zh-TW": ("值班", "值班表")},
        permission="read",
        run=show,
        arguments=(TEAM,),
        examples={"en": ("rota", "rota support"), "zh-CN": ("值班",), "zh-TW": ("值班",)},
    ),
    Command(
        name="rota set",
        topic="teams",
        words={"en": ("rota set", "set rota"), "zh-CN": ("值班 设置", "设置值班"), "zh-TW": ("值班 設定", "設定值班")},
        permission="work_case",
        run=set_,
        arguments=(Argument("members", rest=True),),
        examples={
            "en": ("rota set Ana, Ben weekly from monday 09:00", "rota set Ana, Ben weekly for support"),
            "zh-CN": ("值班 设置 小伟、小红 每周 从周一 09:00",),
            "zh-TW": ("值班 設定 小偉、小美 每週 從週一 09:00",),
        },
    ),
    Command(
        name="rota off",
        topic="teams",
        words={"en": ("rota off", "end rota"), "zh-CN": ("值班 取消", "取消值班"), "zh-TW": ("值班 取消", "取消值班")},
        permission="work_case",
        run=end,
        arguments=(TEAM,),
    ),
    Command(
        name="cover",
        topic="teams",
        words={"en": ("cover", "covers"), "zh-CN": ("代班",), "zh-TW": ("代班",)},
        permission="work_case",
        run=cover,
        arguments=(Argument("who", rest=True),),
        everyday=True,
        meant=lambda words, _: _COVER_TALK.match(words) is None,
        examples={"en": ("cover Ben until sunday",), "zh-CN": ("代班 小伟 到 周日",), "zh-TW": ("代班 小偉 到 週日",)},
    ),
]
