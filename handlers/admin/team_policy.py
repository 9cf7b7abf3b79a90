"""team policy: what a team promises and what happens when it does not keep it; one setting at a time can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot.domain.policy import SEVERITIES, TeamPolicy
from cxbot.domain.policy_words import Mistake, changed, setting_of
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import people, teams
from handlers import naming, team_named
from handlers.grammar import Argument, Call, Command

LEADS = frozenset({"leads", "lead", "组长", "負責人", "负责人", "組長", "-"})


def policy(call: Call) -> Receipt:
    """Shows a team's policy, or changes one setting of it; open cases keep what they began with."""
    edited = team_named.edited(call, call.arguments.get("about", ""), "team policy")
    if isinstance(edited, Receipt):
        return edited
    team, words = edited
    before = teams.policy(team)
    if not words:
        lines = [shown(call.tx, name, value) for name, value in _values(before)]
        return call.say("command.team_policy.list", team=team["name"], lines=lines)
    setting, value = setting_of(words)
    if not setting:
        return call.say("refuse.policy.unknown", words=words, known=[_name(each) for each in TeamPolicy.model_fields])
    if not value:
        line = shown(call.tx, setting, getattr(before, setting))
        return call.say("command.team_policy.list", team=team["name"], lines=[line])
    if setting == "escalate_to":
        meant = _escalates_to(call, team, value)
        if isinstance(meant, Receipt):
            return meant
        value = meant
    after = changed(before, setting, value)
    if isinstance(after, Mistake):
        return call.say(f"refuse.policy.{after.why}", setting=_name(setting), words=value, **after.args)
    if not teams.may_set_policy(call.tx, team, after, call.sender["id"]):
        who = [row["name"] for row in teams.members(call.tx, teams.EVERYWHERE)]
        return call.say("refuse.policy.more_goodwill", setting=_name(setting), who=who)
    done = teams.set_policy(call.tx, team["id"], after, call.sender["id"], call.now)
    key = "command.team_policy.done" if done else "command.team_policy.same"
    return call.say(key, team=team["name"], line=shown(call.tx, setting, getattr(after, setting)))


def shown(tx: Tx, setting: str, value: Any) -> dict[str, Any]:
    """One setting with its value in words."""
    return {
        "key": "command.team_policy.line",
        "args": {"setting": _name(setting), "value": _in_words(tx, setting, value)},
    }


def _values(of: TeamPolicy) -> list[tuple[str, Any]]:
    return [(name, getattr(of, name)) for name in TeamPolicy.model_fields]


def _name(setting: str) -> dict[str, Any]:
    return {"key": f"policy.{setting}", "args": {}}


def _in_words(tx: Tx, setting: str, value: Any) -> Any:
    if isinstance(value, bool):
        return {"key": "policy.on" if value else "policy.off", "args": {}}
    if isinstance(value, Mapping):
        return [
            {
                "key": "policy.of_severity",
                "args": {"severity": {"key": f"severity.{each}", "args": {}}, "minutes": value[each]},
            }
            for each in reversed(SEVERITIES)
            if each in value
        ]
    if isinstance(value, list | tuple):
        return [_minutes(each) for each in value] or {"key": "policy.off", "args": {}}
    if setting == "escalate_to":
        team = teams.get(tx, value) if value else None
        name = team["name"] if team else people.name_of(tx, value)
        return name or {"key": "policy.the_leads", "args": {}}
    if isinstance(value, int) and setting.endswith("_hours"):
        return _minutes(value * 60)
    if value in (0, "0", ""):
        return {"key": "policy.off", "args": {}}
    return _minutes(value) if setting.endswith("_minutes") else value


def _minutes(value: int) -> dict[str, Any]:
    return {"key": "policy.minutes", "args": {"minutes": value}}


def _escalates_to(call: Call, team: Row, words: str) -> str | Receipt:
    """The id of the team or the colleague that is meant; '' for the team's leads."""
    if words in LEADS:
        return ""
    other = team_named.named(call.tx, words)
    if other is not None:
        return str(other["id"]) if other["id"] != team["id"] else ""
    found = call.heavy(people.find, words)
    with_roles = [row for row in found if teams.roles_of(call.tx, row["id"])]
    unclear = naming.unclear(call, words, with_roles or found)
    if unclear is not None:
        return unclear
    if not with_roles:
        return call.say("command.pair.no_role", name=naming.told_apart(call.tx, found[0]))
    return str(with_roles[0]["id"])


COMMANDS = [
    Command(
        name="team policy",
        words={
            "en": ("team policy",),
            "zh-CN": ("团队 规则", "团队规则", "处理规则"),
            "zh-TW": ("團隊 規則", "團隊規則", "處理規則"),
        },
        permission="edit_team",
        run=policy,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("team policy support", "team policy support first contact high 30 min"),
            "zh-CN": ("团队 规则 support", "团队 规则 support 首次联系 严重 30 分钟"),
            "zh-TW": ("團隊 規則 support", "團隊 規則 support 首次聯繫 嚴重 30 分鐘"),
        },
    )
]
