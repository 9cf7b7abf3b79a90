"""teams, team, team new/rename/zone/language/touchpoints/causes: which teams there are, and what they are."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from cxbot.domain.policy import DEFAULT_CAUSES, LANGUAGES, Cause
from cxbot.ports import Receipt, Row
from cxbot.transactions import openings, people, settings, teams
from handlers import team_named
from handlers.grammar import Argument, Call, Command

STANDARD = ("standard", "default", "标准", "默认", "標準", "預設")
NONE = ("none", "-", "无", "無", "没有", "沒有")
LONGEST_NAME = 60
MOST_CAUSES = 20
LANGUAGE_WORDS = {
    **{each.casefold(): each for each in LANGUAGES},
    "english": "en", "英文": "en", "英语": "en", "英語": "en",
    "simplified": "zh-CN", "zh": "zh-CN", "简体": "zh-CN", "简体中文": "zh-CN", "簡體": "zh-CN", "簡體中文": "zh-CN",
    "中文": "zh-CN",
    "traditional": "zh-TW", "繁体": "zh-TW", "繁体中文": "zh-TW", "繁體": "zh-TW", "繁體中文": "zh-TW",
}  # fmt: skip
"""What a language is called."""


def show_all(call: Call) -> Receipt:
    """Every team on a line."""
    rows = teams.all(call.tx)
    if not rows:
        return call.say("command.teams.none")
    archived = [row["id"] for row in teams.archived(call.tx)]
    return call.say("command.teams.list", lines=[_line(call, row) for row in rows], archived=archived)


def show(call: Call) -> Receipt:
    """One team: where it is told things, what it is responsible for, when it works and who is in it."""
    words = call.arguments.get("team", "")
    team, rest = team_named.split(call, words)
    if team is None or rest:
        return team_named.unknown(call, words)
    return call.say("command.team.page", **page(call, team))


def page(call: Call, team: Row) -> dict[str, Any]:
    """Everything of a team but its policy, as arguments."""
    hours = teams.hours(team)
    members = [
        {
            "key": "command.team.member",
            "args": {"name": row["name"], "role": {"key": f"role.{row['role']}", "args": {}}},
        }
        for row in teams.members(call.tx, team["id"])
    ]
    n = call.tx.one("teams.active_cases", team_id=team["id"])
    return {
        "team": team["name"],
        "id": team["id"],
        "place": f"{team['channel']}:{team['place']}" if team["place"] else "",
        "language": {"key": f"language.{team['language']}", "args": {}},
        "team_zone": team["time_zone"],
        "touchpoints": json.loads(team["touchpoints"]),
        "days": sum(1 for each in hours.days.values() if each),
        "causes": [cause.label for cause in teams.causes(team)],
        "members": members,
        "cases": n["n"] if n else 0,
    }


AGAIN = "again"
"""The argument that makes another on purpose; nobody types it."""


def new(call: Call) -> Receipt:
    """Makes a team; where it is told things and who is in it is said next."""
    name = " ".join(call.arguments["name"].split())
    if len(name) > LONGEST_NAME:
        return call.say("refuse.name_too_long", most=LONGEST_NAME)
    if team_named.named(call.tx, name) is not None:
        return call.say("command.team_new.there", team=name)
    archived = next(
        (row for row in teams.archived(call.tx) if people.fold_name(row["name"]) == people.fold_name(name)), None
    )
    if archived is not None and not call.arguments.get(AGAIN):
        options = [({"key": "command.team_new.another", "args": {"team": name}}, {**call.arguments, AGAIN: "yes"})]
        return call.ask("command.team_new.archived", options, team=name, id=archived["id"])
    team_id = _id_for(call, name)
    company = settings.company(call.tx)
    language = call.language if call.language in LANGUAGES else company.language
    teams.create(call.tx, team_id, name, language, company.time_zone, call.sender["id"], call.now)
    openings.schedule(call.tx, call.now)
    by_name = " " not in name and not name.isascii()
    return call.say("command.team_new.done", team=name, id=team_id, called=name if by_name else team_id)


def _id_for(call: Call, name: str) -> str:
    """An id that is free: the name in plain letters; of one that has none, "team" with a number."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    wanted = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24]
    if not re.search(r"[a-z]", wanted):
        wanted = "team"
    number, team_id = 1, wanted if wanted != "team" else "team-1"
    while teams.get(call.tx, team_id) is not None:
        number += 1
        team_id = f"{wanted}-{number}"
    return team_id


def _setting(column: str, command: str, read: Any) -> Any:
    """A command that shows one column of a team, or sets it to what `read(call, team, words)` makes of the words."""

    def run(call: Call) -> Receipt:
        edited = team_named.edited(call, call.arguments.get("about", ""), command)
        if isinstance(edited, Receipt):
            return edited
        team, words = edited
        if not words:
            return call.say(f"command.{command.replace(' ', '_')}.show", **_shown(team, column))
        value = read(call, team, words)
        if isinstance(value, Receipt):
            return value
        done = teams.edit(call.tx, team["id"], column, value, call.sender["id"], call.now)
        after = teams.get(call.tx, team["id"]) or team
        key = "done" if done else "same"
        others = _others_with(call, after) if column == "touchpoints" else []
        return call.say(f"command.{command.replace(' ', '_')}.{key}", others=others, **_shown(after, column))

    return run


def _shown(team: Row, column: str) -> dict[str, Any]:
    value: Any = team[column]
    if column == "language":
        value = {"key": f"language.{value}", "args": {}}
    elif column == "touchpoints":
        value = json.loads(value)
    elif column == "causes":
        value = [cause.label for cause in teams.causes(team)]
    return {"team": team["name"], "value": value}


def _others_with(call: Call, team: Row) -> list[str]:
    """Other teams that are responsible for one of the same touchpoints."""
    mine = set(json.loads(team["touchpoints"]))
    return [
        row["name"]
        for row in teams.all(call.tx)
        if row["id"] != team["id"] and mine & set(json.loads(row["touchpoints"]))
    ]


def _name(call: Call, team: Row, words: str) -> str | Receipt:
    if len(words) > LONGEST_NAME:
        return call.say("refuse.name_too_long", most=LONGEST_NAME)
    other = team_named.named(call.tx, words)
    return call.say("command.team_new.there", team=words) if other is not None and other["id"] != team["id"] else words


def _zone(call: Call, team: Row, words: str) -> str | Receipt:
    zone = words.replace(" ", "_")
    return zone if people.is_zone(zone) else call.say("refuse.no_such_zone", zone=words)


def _language(call: Call, team: Row, words: str) -> str | Receipt:
    return LANGUAGE_WORDS.get(words.casefold()) or call.say("refuse.no_such_language", language=words)


def _touchpoints(call: Call, team: Row, words: str) -> str:
    wanted = [] if words.casefold() in NONE else [each for each in re.split(r"[\s,，、;]+", words.casefold()) if each]
    return json.dumps(list(dict.fromkeys(wanted)), ensure_ascii=False)


def _causes(call: Call, team: Row, words: str) -> str | Receipt:
    if words.casefold() in STANDARD:
        wanted = list(DEFAULT_CAUSES)
    else:
        known = {cause.id: cause for cause in (*DEFAULT_CAUSES, *teams.causes(team))}
        labels = {label.casefold(): cause for cause in known.values() for label in cause.label.values()}
        names = [" ".join(each.split()) for each in re.split(r"[,，、;\n]+", words) if each.strip()]
        if len(names) > MOST_CAUSES or any(len(name) > LONGEST_NAME for name in names):
            return call.say("refuse.too_many_causes", most=MOST_CAUSES, longest=LONGEST_NAME)
        wanted = []
        for name in dict.fromkeys(names):
            found = known.get(name.casefold()) or labels.get(name.casefold())
            wanted.append(found or Cause(id=_cause_id(known), label=dict.fromkeys(LANGUAGES, name)))
            known[wanted[-1].id] = wanted[-1]
    return json.dumps([cause.model_dump() for cause in wanted], ensure_ascii=False)


def _cause_id(known: dict[str, Cause]) -> str:
    number = 1
    while f"own_{number}" in known:
        number += 1
    return f"own_{number}"


def _line(call: Call, row: Row) -> dict[str, Any]:
    n = call.tx.one("teams.active_cases", team_id=row["id"])
    args = {
        "team": row["name"],
        "id": row["id"],
        "place": f"{row['channel']}:{row['place']}" if row["place"] else "",
        "touchpoints": json.loads(row["touchpoints"]),
        "members": len(teams.members(call.tx, row["id"])),
        "cases": n["n"] if n else 0,
    }
    return {"key": "command.teams.line", "args": args}


_ABOUT = (Argument("about", required=False, rest=True),)

COMMANDS = [
    Command(
        name="teams",
        topic="teams",
        words={
            "en": ("teams", "team list", "list teams"),
            "zh-CN": ("团队列表", "所有团队"),
            "zh-TW": ("團隊列表", "所有團隊"),
        },
        permission="read",
        run=show_all,
    ),
    Command(
        name="team",
        topic="teams",
        words={"en": ("team", "team show"), "zh-CN": ("团队", "查看团队"), "zh-TW": ("團隊", "查看團隊")},
        permission="read",
        run=show,
        arguments=(Argument("team", required=False),),
        examples={"en": ("team support",), "zh-CN": ("团队 support",), "zh-TW": ("團隊 support",)},
        everyday=True,
    ),
    Command(
        name="team new",
        topic="teams",
        words={"en": ("team new", "new team"), "zh-CN": ("团队 新建", "新建团队"), "zh-TW": ("團隊 新增", "新增團隊")},
        permission="edit_teams",
        run=new,
        arguments=(Argument("name", rest=True),),
        examples={"en": ("team new Returns",), "zh-CN": ("新建团队 退货",), "zh-TW": ("新增團隊 退貨",)},
    ),
    Command(
        name="team rename",
        words={
            "en": ("team rename", "rename team"),
            "zh-CN": ("团队 改名", "团队改名"),
            "zh-TW": ("團隊 改名", "團隊改名"),
        },
        permission="edit_team",
        run=_setting("name", "team rename", _name),
        arguments=_ABOUT,
        examples={
            "en": ("team rename support Customer care",),
            "zh-CN": ("团队 改名 support 客户服务",),
            "zh-TW": ("團隊 改名 support 客戶服務",),
        },
    ),
    Command(
        name="team zone",
        words={
            "en": ("team zone", "team time zone"),
            "zh-CN": ("团队 时区", "团队时区"),
            "zh-TW": ("團隊 時區", "團隊時區"),
        },
        permission="edit_team",
        run=_setting("time_zone", "team zone", _zone),
        arguments=_ABOUT,
        examples={
            "en": ("team zone support Europe/Berlin",),
            "zh-CN": ("团队 时区 support Asia/Shanghai",),
            "zh-TW": ("團隊 時區 support Asia/Taipei",),
        },
    ),
    Command(
        name="team language",
        words={"en": ("team language",), "zh-CN": ("团队 语言", "团队语言"), "zh-TW": ("團隊 語言", "團隊語言")},
        permission="edit_team",
        run=_setting("language", "team language", _language),
        arguments=_ABOUT,
        examples={
            "en": ("team language support en",),
            "zh-CN": ("团队 语言 support 简体中文",),
            "zh-TW": ("團隊 語言 support 繁體中文",),
        },
    ),
    Command(
        name="team touchpoints",
        words={
            "en": ("team touchpoints",),
            "zh-CN": ("团队 触点", "团队触点"),
            "zh-TW": ("團隊 接觸點", "團隊接觸點"),
        },
        permission="edit_team",
        run=_setting("touchpoints", "team touchpoints", _touchpoints),
        arguments=_ABOUT,
        examples={
            "en": ("team touchpoints support ticket, account",),
            "zh-CN": ("团队 触点 support ticket, account",),
            "zh-TW": ("團隊 接觸點 support ticket, account",),
        },
    ),
    Command(
        name="team causes",
        words={"en": ("team causes",), "zh-CN": ("团队 原因", "团队原因"), "zh-TW": ("團隊 原因", "團隊原因")},
        permission="edit_team",
        run=_setting("causes", "team causes", _causes),
        arguments=_ABOUT,
        examples={
            "en": ("team causes support billing, delivery, Wrong size",),
            "zh-CN": ("团队 原因 support billing, 尺码不对",),
            "zh-TW": ("團隊 原因 support billing, 尺寸不合",),
        },
    ),
]
