"""team hours: when a team works, shown or changed ("team hours support mon-fri 09:00-18:00")."""

from __future__ import annotations

from cxbot.domain import calendar
from cxbot.domain.roles import may
from cxbot.ports import Receipt
from cxbot.transactions import teams
from handlers import naming
from handlers.grammar import Argument, Call, Command


def hours(call: Call) -> Receipt:
    """Shows the hours of a team, or sets them where hours are given and the sender may."""
    wanted = call.arguments.get("team", "") or (call.team["id"] if call.team else "")
    team = naming.team_of(call, wanted)
    if isinstance(team, Receipt):
        return team
    given = call.arguments.get("hours", "")
    if team is None and call.team is not None and wanted:
        team, given = call.team, f"{wanted} {given}".strip()
    if team is None:
        names = [row["id"] for row in teams.all(call.tx)]
        return call.say("refuse.no_such_team", team=wanted, known=names)
    before = teams.hours(team)
    if not given:
        return call.say("command.team_hours.show", **_shown(team["name"], before, team["time_zone"], call.now))
    if not may(teams.roles_of(call.tx, call.sender["id"]), "edit_team", team["id"]):
        who = [row["name"] for row in teams.members(call.tx, team["id"]) if row["role"] == "lead"]
        return call.say("refuse.not_allowed", command="team hours", who=who)
    after = calendar.read_hours(given, before)
    if after is None:
        return call.say("refuse.hours_not_understood", words=given)
    done = teams.set_hours(call.tx, team["id"], after, call.sender["id"], call.now)
    key = "command.team_hours.set" if done else "command.team_hours.same"
    return call.say(key, **_shown(team["name"], after, team["time_zone"], call.now))


def _shown(name: str, hours: calendar.Hours, zone: str, now: int) -> dict[str, object]:
    state = "open" if calendar.is_open(hours, zone, now) else "closed"
    days = [
        {
            "key": "command.team_hours.day",
            "args": {
                "day": {"key": f"time.weekday.{day + 1}", "args": {}},
                "hours": ", ".join(f"{start}–{end}" for start, end in hours.days.get(day, ())) or "–",
            },
        }
        for day in range(7)
    ]
    return {
        "team": name,
        "team_zone": zone,
        "country": hours.country,
        "lines": days,
        "state": {"key": f"team.{state}", "args": {}},
        "opens_at": 0 if state == "open" else calendar.next_open(hours, zone, now),
        "zone": zone,
    }


COMMANDS = [
    Command(
        name="team hours",
        words={
            "en": ("team hours", "hours"),
            "zh-CN": ("团队 工作时间", "工作时间"),
            "zh-TW": ("團隊 工作時間", "工作時間"),
        },
        permission="read",
        run=hours,
        topic="teams",
        arguments=(Argument("team", required=False), Argument("hours", required=False, rest=True)),
        examples={
            "en": ("team hours support", "team hours support mon-fri 09:00-18:00"),
            "zh-CN": ("工作时间 support", "工作时间 support mon-fri 09:00-18:00"),
            "zh-TW": ("工作時間 support", "工作時間 support mon-fri 09:00-18:00"),
        },
    )
]
