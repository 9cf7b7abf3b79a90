"""team member add/remove, role: who works in a team and what they may do there, or everywhere."""

from __future__ import annotations

from typing import Any

from cxbot.domain.roles import RANK, may
from cxbot.ports import Receipt, Row
from cxbot.transactions import approvals, membership, people, teams
from handlers import naming, team_named
from handlers.grammar import Argument, Call, Command

ROLE_WORDS = {
    **{role: role for role in RANK},
    "viewers": "viewer", "所有者": "owner", "拥有者": "owner", "擁有者": "owner", "管理员": "admin", "管理員": "admin",
    "组长": "lead", "負責人": "lead", "负责人": "lead", "組長": "lead", "成员": "member", "成員": "member",
    "只读": "viewer", "檢視者": "viewer", "主管": "lead", "查看者": "viewer", "只读成员": "viewer", "唯讀": "viewer",
}  # fmt: skip
NO_ROLE = frozenset({"none", "no", "无", "無", "没有", "沒有", "移除"})
EVERYWHERE = frozenset({"everywhere", "all", "全部", "所有团队", "所有團隊"})
LINKING = frozenset({"in", "to", "from", "as", "of", "到", "从", "從", "在"})


def add(call: Call) -> Receipt:
    """Takes somebody into a team, as a member where no role is named."""
    read = _read(call, call.arguments["member"], needs_role=False)
    words, role, team, _ = read
    if team is None:
        return call.say("refuse.which_team", known=[row["id"] for row in teams.all(call.tx)])
    person = _person(call, words)
    return person if isinstance(person, Receipt) else give(call, person, team, role or "member")


def remove(call: Call) -> Receipt:
    """Takes somebody out of a team."""
    read = _read(call, call.arguments["member"], needs_role=False)
    words, _, team, _ = read
    if team is None:
        return call.say("refuse.which_team", known=[row["id"] for row in teams.all(call.tx)])
    wanted = " ".join(words)
    members = {row["person_id"] for row in teams.members(call.tx, team["id"])}
    found = call.heavy(people.find, wanted)
    inside = [row for row in found if row["id"] in members]
    unclear = naming.unclear(call, wanted, inside or found)
    if unclear is not None:
        return unclear
    if not inside:
        return call.say("command.team_member.not_in", name=naming.told_apart(call.tx, found[0]), team=team["name"])
    return give(call, inside[0], team, "")


def role(call: Call) -> Receipt:
    """Says what somebody may do, or gives them another role, in a team or everywhere."""
    read = _read(call, call.arguments["member"], needs_role=True)
    words, wanted, team, everywhere = read
    person = _person(call, words)
    if isinstance(person, Receipt):
        return person
    if wanted is None:
        return call.say("command.role.show", name=person["name"], lines=_roles(call, person))
    if team is None and not everywhere and wanted not in ("owner", "admin"):
        has = list(teams.roles_of(call.tx, person["id"]))
        team = teams.get(call.tx, has[0]) if len(has) == 1 else None
        if team is None and has != [teams.EVERYWHERE]:
            return call.say("refuse.which_team", known=[row["id"] for row in teams.all(call.tx)])
    return give(call, person, team, wanted)


def give(call: Call, person: Row, team: Row | None, wanted: str) -> Receipt:
    """Gives a role in a team, or everywhere where the team is None; an owner of everything is made by two."""
    team_id = team["id"] if team else teams.EVERYWHERE
    mine = teams.roles_of(call.tx, call.sender["id"])
    named = {"name": person["name"] or naming.told_apart(call.tx, person), "team": team["name"] if team else "",
             "role": {"key": f"role.{wanted or 'none'}", "args": {}}}  # fmt: skip
    if not may(mine, "give_role", team_id or "everywhere"):
        return call.say("refuse.not_allowed", command="role", who=[])
    if wanted == "owner" and not team_id:
        return _ask_for_owner(call, person, named)
    outcome = membership.set_role(call.tx, team_id, person["id"], wanted, call.sender["id"], call.now)
    if outcome == "higher":
        return call.say("role.higher", **named)
    if outcome == "done" and wanted:
        for row in people.addresses(call.tx, person["id"]):
            call.tx.run("teams.mark_admin_address", channel=row["channel"], address=row["address"])
    return call.say(f"role.{outcome}", **named)


def _ask_for_owner(call: Call, person: Row, named: dict[str, Any]) -> Receipt:
    if teams.roles_of(call.tx, call.sender["id"]).get("") != "owner":
        return call.say("role.higher", **named)
    if teams.roles_of(call.tx, person["id"]).get("") == "owner":
        return call.say("role.same", **named)
    meaning = {"key": "approval.owner", "args": {"name": naming.told_apart(call.tx, person)}}
    args = {"person": person["id"], "team": teams.EVERYWHERE}
    asked = approvals.ask(call.tx, "owner", args, meaning, call.sender, call.now, (call.channel, call.address))
    if asked is None:
        return call.say("approval.nobody", what=meaning)
    return call.say("approval.sent", what=meaning, code=asked["code"], who=asked["names"])


def _roles(call: Call, person: Row) -> list[dict[str, Any]]:
    found = []
    for team_id, has in teams.roles_of(call.tx, person["id"]).items():
        team = teams.get(call.tx, team_id) if team_id else None
        args = {"role": {"key": f"role.{has}", "args": {}}, "team": team["name"] if team else ""}
        found.append({"key": "command.role.line", "args": args})
    return found


def _read(call: Call, line: str, *, needs_role: bool) -> tuple[list[str], str | None, Row | None, bool]:
    """Who, the role (None: not named; '': none), the team, and whether everywhere is meant; read from the end."""
    words, team, wanted, everywhere = line.split(), None, None, False
    while len(words) > 1:
        last = words[-1].casefold()
        if wanted is None and (last in ROLE_WORDS or last in NO_ROLE):
            wanted = ROLE_WORDS.get(last, "")
        elif team is None and last in EVERYWHERE:
            everywhere = True
        elif team is None and not everywhere and (row := team_named.named(call.tx, last)) is not None:
            team = row
        elif last not in LINKING:
            break
        words.pop()
    if team is None and not everywhere:
        lone = [each for each in teams.roles_of(call.tx, call.sender["id"]) if each]
        team = call.team or (teams.get(call.tx, lone[0]) if len(lone) == 1 and not needs_role else None)
    return words, wanted, team, everywhere


def _person(call: Call, words: list[str]) -> Row | Receipt:
    """The person who is meant; somebody new where an address that nobody has is given with a name."""
    channel, _, address = words[0].partition(":")
    name = " ".join(words[1:])
    if address and (refused := naming.not_connected(call, channel)) is not None:
        return refused
    if address and call.tx.one("teams.knows_channel", channel=channel) is not None:
        known = people.by_address(call.tx, channel, address)
        if known is None and name:
            person_id = people.upsert(call.tx, call.now, addresses=[(channel, address)], name=name)
            known = people.get(call.tx, person_id)
        if known is not None:
            return known
        return call.say("command.team_member.name_too", address=words[0])
    wanted = " ".join(words)
    found = call.heavy(people.find, wanted)
    return naming.unclear(call, wanted, found) or found[0]


_MEMBER = (Argument("member", rest=True),)

COMMANDS = [
    Command(
        name="team member add",
        topic="teams",
        words={
            "en": ("team member add", "team add", "add member"),
            "zh-CN": ("团队 添加成员", "添加成员"),
            "zh-TW": ("團隊 新增成員", "新增成員"),
        },
        permission="give_role",
        run=add,
        arguments=_MEMBER,
        examples={
            "en": ("team member add Ben lead support", "team member add slack:U012AB3CD Zoe Lin support"),
            "zh-CN": ("添加成员 小伟 负责人 support",),
            "zh-TW": ("新增成員 小偉 主管 support",),
        },
    ),
    Command(
        name="team member remove",
        topic="teams",
        words={
            "en": ("team member remove", "team remove", "remove member"),
            "zh-CN": ("团队 移除成员", "移除成员"),
            "zh-TW": ("團隊 移除成員", "移除成員"),
        },
        permission="give_role",
        run=remove,
        arguments=_MEMBER,
        examples={
            "en": ("team member remove Ben support",),
            "zh-CN": ("移除成员 小伟 support",),
            "zh-TW": ("移除成員 小偉 support",),
        },
    ),
    Command(
        name="role",
        topic="teams",
        words={"en": ("role", "roles"), "zh-CN": ("角色",), "zh-TW": ("角色",)},
        permission="give_role",
        run=role,
        arguments=_MEMBER,
        examples={
            "en": ("role Ben", "role Ben lead support"),
            "zh-CN": ("角色 小伟", "角色 小伟 负责人 support"),
            "zh-TW": ("角色 小偉", "角色 小偉 主管 support"),
        },
    ),
]
