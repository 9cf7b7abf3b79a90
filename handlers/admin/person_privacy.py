"""people, person export, forget, receipt: finding somebody, giving all that is held about them, and erasing it."""

from __future__ import annotations

from typing import Any

from cxbot.ports import Receipt, Row
from cxbot.transactions import approvals, forgetting, holdings, people, teams
from handlers import naming
from handlers.grammar import Argument, Call, Command


def find(call: Call) -> Receipt:
    """Lists people by a part of a name, an address or an id."""
    if not call.alone:
        return call.say("refuse.in_private")
    wanted = call.arguments["person"]
    found = call.heavy(people.search, wanted)
    if not found:
        return call.say("refuse.no_such_person", person=wanted)
    lines = [
        {
            "key": "command.people.line",
            "args": {
                "name": naming.told_apart(call.tx, row),
                "segment": row["segment"],
                "role": _role(call, row),
            },
        }
        for row in found
    ]
    more = {"key": "command.people.more", "args": {"n": len(found)}} if len(found) == people.SEARCH_LIMIT else ""
    return call.say("command.people.list", lines=lines, more=more)


def _role(call: Call, row: Row) -> Any:
    has = list(teams.roles_of(call.tx, row["id"]).values())
    return {"key": f"role.{has[0]}", "args": {}} if has else ""


def export(call: Call) -> Receipt:
    """Hands over everything that is held about somebody, as a file."""
    person = _person(call, call.arguments["person"])
    if isinstance(person, Receipt):
        return person
    if call.takes_files:
        holdings.exported(call.tx, person["id"], call.sender["id"], call.now)
    file = {"kind": "person", "person": person["id"]}
    named = naming.told_apart(call.tx, person)
    return call.say("command.person_export.ready", name=named, person=person["id"], file=file)


def forget(call: Call) -> Receipt:
    """Shows what would be erased; confirmed, it asks a second admin to approve."""
    confirmed, words = naming.confirmed(call.arguments["person"].split())
    wanted = " ".join(words)
    if not call.alone:
        return call.say("refuse.in_private")
    found, counts = call.heavy(_found, wanted)
    unclear = naming.unclear(call, wanted, found)
    if unclear is not None:
        return unclear
    person = found[0]
    if teams.roles_of(call.tx, person["id"]):
        return call.say("forget.has_role")
    named = naming.told_apart(call.tx, person)
    lines = [
        {"key": "command.forget.line", "args": {"table": {"key": f"table.{table}", "args": {}}, "n": n}}
        for table, n in counts.items()
    ]
    if not confirmed:
        alone = not approvals.approvers(call.tx, call.sender["id"])
        key = "command.forget.preview_alone" if alone else "command.forget.preview"
        return call.say(key, name=named, lines=lines, words=wanted)
    meaning = {"key": "approval.forget", "args": {"name": named}}
    to = (call.channel, call.address)
    asked = approvals.ask(call.tx, "forget", {"person": person["id"]}, meaning, call.sender, call.now, to)
    if asked is None:
        return call.say("approval.nobody", what=meaning)
    return call.say("approval.sent", what=meaning, code=asked["code"], who=asked["names"])


def receipt(call: Call) -> Receipt:
    """Shows the receipt of somebody who was forgotten."""
    row = forgetting.receipt(call.tx, call.arguments["receipt"])
    if row is None:
        return call.say("command.receipt.unknown", code=call.arguments["receipt"])
    lines = [
        {"key": "command.forget.line", "args": {"table": {"key": f"table.{table}", "args": {}}, "n": n}}
        for table, n in row["counts"].items()
    ]
    said = {"at": row["forgotten_at"], "asker": row["asker"], "approver": row["approver"]}
    return call.say("command.receipt.shown", code=row["code"], lines=lines, **said)


def _found(tx: Any, wanted: str) -> tuple[list[Row], dict[str, int]]:
    found = people.find(tx, wanted)
    return found, holdings.counts(tx, found[0]["id"]) if len(found) == 1 else {}


def _person(call: Call, wanted: str) -> Row | Receipt:
    if not call.alone:
        return call.say("refuse.in_private")
    found = call.heavy(people.find, wanted)
    return naming.unclear(call, wanted, found) or naming.too_high(call, found[0]) or found[0]


_PERSON = (Argument("person", rest=True),)

COMMANDS = [
    Command(
        name="people",
        words={
            "en": ("people", "find person", "person find"),
            "zh-CN": ("查找用户", "用户 查找", "搜索用户"),
            "zh-TW": ("尋找用戶", "用戶 尋找", "搜尋用戶"),
        },
        permission="see_profile",
        run=find,
        arguments=_PERSON,
        examples={"en": ("people sam",), "zh-CN": ("查找用户 林",), "zh-TW": ("尋找用戶 陳",)},
        everyday=True,
    ),
    Command(
        name="person export",
        words={
            "en": ("person export", "export person"),
            "zh-CN": ("用户 导出", "导出用户"),
            "zh-TW": ("用戶 匯出", "匯出用戶"),
        },
        permission="edit_person",
        run=export,
        arguments=_PERSON,
        examples={"en": ("person export Sam",), "zh-CN": ("导出用户 林美",), "zh-TW": ("匯出用戶 陳怡婷",)},
    ),
    Command(
        name="forget",
        words={
            "en": ("forget", "person forget", "forget person"),
            "zh-CN": ("删除用户", "用户 删除", "遗忘"),
            "zh-TW": ("刪除用戶", "用戶 刪除", "遺忘"),
        },
        permission="edit_person",
        run=forget,
        arguments=_PERSON,
        examples={"en": ("forget Sam",), "zh-CN": ("删除用户 林美",), "zh-TW": ("刪除用戶 陳怡婷",)},
        everyday=True,
    ),
    Command(
        name="receipt",
        words={"en": ("receipt",), "zh-CN": ("回执", "删除回执"), "zh-TW": ("回執", "刪除回執")},
        permission="edit_person",
        run=receipt,
        arguments=(Argument("receipt"),),
        examples={"en": ("receipt F7K2M9Q",), "zh-CN": ("回执 F7K2M9Q",), "zh-TW": ("回執 F7K2M9Q",)},
    ),
]
