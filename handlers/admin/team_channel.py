"""team channel, team archive, team restore: where a team is told things, and whether it works at all."""

from __future__ import annotations

import json

from cxbot.ports import Receipt
from cxbot.transactions import approvals, people, teams
from handlers import naming, team_named
from handlers.grammar import Argument, Call, Command


def channel(call: Call) -> Receipt:
    """Makes the place where it is written, or a named address, the team's channel, once it is confirmed."""
    confirmed, words = naming.confirmed(call.arguments.get("about", "").split())
    named = next((word for word in words if ":" in word), "")
    edited = team_named.edited(call, " ".join(word for word in words if word != named), "team channel")
    if isinstance(edited, Receipt):
        return edited
    team, rest = edited
    if rest:
        return team_named.unknown(call, rest)
    where, _, place = named.partition(":") if named else (call.channel, "", call.place)
    stands = f"{team['channel']}:{team['place']}" if team["place"] else ""
    if not named and call.place == call.address:
        return call.say("command.team_channel.show", team=team["name"], place=stands)
    if place and (refused := naming.not_connected(call, where)) is not None:
        return refused
    if not place or call.tx.one("teams.knows_channel", channel=where) is None:
        return call.say("command.team_channel.no_such", place=named)
    if people.by_address(call.tx, where, place) is not None:
        return call.say("command.team_channel.somebodys", place=f"{where}:{place}")
    other = teams.by_place(call.tx, where, place)
    if other is not None and other["id"] != team["id"]:
        return call.say("command.team_channel.taken", place=f"{where}:{place}", team=other["name"])
    said = {"team": team["name"], "place": f"{where}:{place}", "before": stands, "id": team["id"], "named": named}
    if stands == said["place"]:
        return call.say("command.team_channel.show", team=team["name"], place=stands)
    if not confirmed:
        return call.say("command.team_channel.preview", **said)
    teams.move(call.tx, team["id"], where, place, call.sender["id"], call.now)
    return call.say("command.team_channel.done", **said)


def archive(call: Call) -> Receipt:
    """Asks a second admin to take a team out of work; not while it has cases to work on."""
    confirmed, words = naming.confirmed(call.arguments["team"].split())
    team = team_named.named(call.tx, " ".join(words))
    if team is None:
        return team_named.unknown(call, " ".join(words))
    busy = call.tx.one("teams.active_cases", team_id=team["id"])
    if busy and busy["n"]:
        return call.say("team.not_archived", team=team["name"], n=busy["n"])
    others = [row["name"] for row in teams.all(call.tx) if teams.policy(row).escalate_to == team["id"]]
    if others:
        return call.say("team.escalated_to", team=team["name"], others=others)
    touchpoints = json.loads(team["touchpoints"])
    if not confirmed:
        return call.say("command.team_archive.preview", team=team["name"], id=team["id"], touchpoints=touchpoints)
    meaning = {"key": "approval.archive_team", "args": {"team": team["name"]}}
    to = (call.channel, call.address)
    asked = approvals.ask(call.tx, "archive_team", {"team": team["id"]}, meaning, call.sender, call.now, to)
    if asked is None:
        return call.say("approval.nobody", what=meaning)
    return call.say("approval.sent", what=meaning, code=asked["code"], who=asked["names"])


def restore(call: Call) -> Receipt:
    """Brings an archived team back to work."""
    wanted = call.arguments["team"].strip().casefold()
    found = [row for row in teams.archived(call.tx) if wanted in (row["id"], row["name"].casefold())]
    if not found:
        known = [row["id"] for row in teams.archived(call.tx)]
        return call.say("command.team_restore.not_archived", team=wanted, known=known)
    namesake = team_named.named(call.tx, found[0]["name"])
    if namesake is not None:
        return call.say("command.team_restore.namesake", team=found[0]["name"], id=namesake["id"])
    teams.archive(call.tx, found[0]["id"], False, call.sender["id"], call.now)
    return call.say("command.team_restore.done", team=found[0]["name"])


COMMANDS = [
    Command(
        name="team channel",
        words={
            "en": ("team channel", "team place"),
            "zh-CN": ("团队 频道", "团队频道", "团队 群"),
            "zh-TW": ("團隊 頻道", "團隊頻道", "團隊 群組"),
        },
        permission="edit_team",
        run=channel,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("team channel support", "team channel support slack:C012AB3CD"),
            "zh-CN": ("团队 频道 support", "团队 频道 support slack:C012AB3CD"),
            "zh-TW": ("團隊 頻道 support", "團隊 頻道 support slack:C012AB3CD"),
        },
    ),
    Command(
        name="team archive",
        topic="teams",
        words={
            "en": ("team archive", "archive team"),
            "zh-CN": ("团队 归档", "归档团队"),
            "zh-TW": ("團隊 封存", "封存團隊"),
        },
        permission="edit_teams",
        run=archive,
        arguments=(Argument("team", rest=True),),
        examples={"en": ("team archive returns",), "zh-CN": ("归档团队 returns",), "zh-TW": ("封存團隊 returns",)},
    ),
    Command(
        name="team restore",
        topic="teams",
        words={
            "en": ("team restore", "restore team"),
            "zh-CN": ("团队 恢复", "恢复团队"),
            "zh-TW": ("團隊 恢復", "恢復團隊"),
        },
        permission="edit_teams",
        run=restore,
        arguments=(Argument("team", rest=True),),
        examples={"en": ("team restore returns",), "zh-CN": ("恢复团队 returns",), "zh-TW": ("恢復團隊 returns",)},
    ),
]
