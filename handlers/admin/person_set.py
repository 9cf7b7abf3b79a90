"""person set, add/remove address, opt-out, opt-in: what a colleague changes about somebody."""

from __future__ import annotations

from typing import Any

from cxbot.domain.replies import fold
from cxbot.ports import Receipt, Row
from cxbot.transactions import people, person_changes
from handlers import naming
from handlers.admin.teams import LANGUAGE_WORDS
from handlers.grammar import Argument, Call, Command

WHAT = {
    "name": "name", "姓名": "name", "名字": "name",
    "language": "language", "语言": "language", "語言": "language",
    "zone": "time_zone", "timezone": "time_zone", "时区": "time_zone", "時區": "time_zone",
    "segment": "segment", "分组": "segment", "分群": "segment", "分組": "segment", "客群": "segment",
    "分众": "segment", "分眾": "segment", "客层": "segment", "客層": "segment",
    "value": "value", "价值": "value", "價值": "value",
    "vip": "vip", "贵宾": "vip", "貴賓": "vip",
}  # fmt: skip
_YES = frozenset({"yes", "on", "true", "1", "是"})
_NO = frozenset({"no", "off", "false", "0", "否", "不是"})
_CLEAR = frozenset({"-", "none", "无", "無"})
_ALL = frozenset({"all", "everything", "全部", "所有"})
_SURVEYS = frozenset({"surveys", "survey", "问卷", "問卷"})
LONGEST = 200
MOST_VALUE = 1_000_000_000_000


def set_fact(call: Call) -> Receipt:
    """Sets one fact about somebody: language, segment, value, VIP, time zone or name."""
    words = call.arguments["person"].split()
    at = next((n for n, word in enumerate(words) if n and word.casefold() in WHAT), 0)
    if not at:
        return call.say("command.person_set.what", words=" ".join(words))
    person = _person(call, words[:at])
    if isinstance(person, Receipt):
        return person
    what, given = WHAT[words[at].casefold()], " ".join(words[at + 1 :])
    name = {"key": f"fact.{what}", "args": {}}
    value = _value(what, given) if len(given) <= LONGEST else None
    if value is None:
        return call.say(f"command.person_set.not_{what}", value=given[:LONGEST])
    done = person_changes.set_fact(call.tx, person["id"], what, value, call.sender["id"], call.now)
    said = {"name": naming.told_apart(call.tx, person), "what": name, "before": _said(what, person[what])}
    return call.say(f"command.person_set.{'done' if done else 'same'}", value=_said(what, value), **said)


def _value(what: str, given: str) -> Any:
    """The value as the row has it; None where it is none."""
    word = given.casefold()
    if what == "language":
        return LANGUAGE_WORDS.get(word)
    if what == "vip":
        return 1 if word in _YES else 0 if word in _NO else None
    if what == "value":
        digits = given.replace(",", "")
        return int(digits) if digits.isdecimal() and int(digits) <= MOST_VALUE else None
    if what == "time_zone":
        zone = given.replace(" ", "_")
        return zone if people.is_zone(zone) else None
    if what == "segment" and word in _CLEAR:
        return ""
    return given or None


def _said(what: str, value: Any) -> Any:
    if what == "vip":
        return {"key": "word.yes" if value else "word.no", "args": {}}
    if what == "language" and value:
        return {"key": f"language.{value}", "args": {}}
    return str(value) if value else ""


def add_address(call: Call) -> Receipt:
    """Gives somebody another address that nobody has yet."""
    read = _with_address(call)
    if isinstance(read, Receipt):
        return read
    person, channel, address = read
    if (refused := naming.not_connected(call, channel)) is not None:
        return refused
    if call.tx.one("teams.knows_channel", channel=channel) is None:
        return call.say("command.person_address.no_channel", channel=channel)
    done = person_changes.add_address(call.tx, person["id"], channel, address, call.sender["id"], call.now)
    said = {"name": naming.told_apart(call.tx, person), "address": f"{channel}:{address}"}
    if done == "elsewhere":
        owner = people.by_address(call.tx, channel, address)
        name = naming.told_apart(call.tx, owner) if owner else ""
        return call.say("command.person_address.elsewhere", owner=name, **said)
    return call.say(f"command.person_address.{'added' if done == 'done' else 'there'}", **said)


def remove_address(call: Call) -> Receipt:
    """Takes an address from somebody: who writes from it next is somebody new."""
    read = _with_address(call)
    if isinstance(read, Receipt):
        return read
    person, channel, address = read
    done = person_changes.remove_address(call.tx, person["id"], channel, address, call.sender["id"], call.now)
    said = {"name": person["name"], "address": f"{channel}:{address}"}
    return call.say(f"command.person_address.{'removed' if done else 'not_there'}", **said)


def opt_out(call: Call) -> Receipt:
    """Notes for somebody that they want no surveys, or no messages at all."""
    words = call.arguments["person"].split()
    last = words[-1].casefold()
    scope: people.Scope = "all" if last in _ALL else "surveys"
    person = _person(call, words[:-1] if len(words) > 1 and last in _ALL | _SURVEYS else words)
    if isinstance(person, Receipt):
        return person
    done = person_changes.set_consent(call.tx, person, scope, "", call.sender["id"], call.now)
    return _consent(call, person, scope, done)


def opt_in(call: Call) -> Receipt:
    """Notes that somebody wants to be asked again: their own wish only, so how it was heard is kept."""
    if not call.alone:
        return call.say("refuse.in_private")
    named, found, rest = call.heavy(naming.first, tuple(call.arguments["person"].split()))
    person = naming.unclear(call, named, found) or found[0]
    if isinstance(person, Receipt):
        return person
    if (too_high := naming.too_high(call, person)) is not None:
        return too_high
    reason = " ".join(rest).strip(" :：,，")
    if not reason:
        return call.say("command.person_opt_in.reason", name=named)
    done = person_changes.set_consent(call.tx, person, "", reason[:LONGEST], call.sender["id"], call.now)
    return _consent(call, person, "", done)


def _consent(call: Call, person: Row, scope: str, done: bool) -> Receipt:
    consent = {"key": f"command.person.refuses_{scope or 'nothing'}", "args": {}}
    key = "command.person_consent.done" if done else "command.person_consent.same"
    return call.say(key, name=naming.told_apart(call.tx, person), consent=consent)


def _person(call: Call, words: list[str]) -> Row | Receipt:
    """The one person who is meant, of whom the sender may change something; in private only."""
    if not call.alone:
        return call.say("refuse.in_private")
    wanted = " ".join(words)
    found = call.heavy(people.find, wanted)
    return naming.unclear(call, wanted, found) or naming.too_high(call, found[0]) or found[0]


def _with_address(call: Call) -> tuple[Row, str, str] | Receipt:
    words = call.arguments["person"].split()
    channel, _, address = words[-1].partition(":")
    if len(words) < 2 or not address or fold(channel) == "id":
        return call.say("command.person_address.how")
    person = _person(call, words[:-1])
    return person if isinstance(person, Receipt) else (person, channel, address)


_PERSON = (Argument("person", rest=True),)

COMMANDS = [
    Command(
        name="person set",
        words={"en": ("person set",), "zh-CN": ("用户 设置", "设置用户"), "zh-TW": ("用戶 設定", "設定用戶")},
        permission="edit_person",
        run=set_fact,
        arguments=_PERSON,
        examples={
            "en": ("person set Sam language zh-CN", "person set Sam vip yes"),
            "zh-CN": ("用户 设置 林美 语言 英文", "用户 设置 林美 VIP 是"),
            "zh-TW": ("用戶 設定 陳怡婷 語言 英文", "用戶 設定 陳怡婷 VIP 是"),
        },
    ),
    Command(
        name="person add address",
        words={
            "en": ("person add address", "person address add"),
            "zh-CN": ("用户 添加地址", "添加地址"),
            "zh-TW": ("用戶 新增地址", "新增地址"),
        },
        permission="edit_person",
        run=add_address,
        arguments=_PERSON,
        examples={
            "en": ("person add address Sam slack:U0SAM",),
            "zh-CN": ("添加地址 林美 slack:U0MEI",),
            "zh-TW": ("新增地址 陳怡婷 slack:U0YITING",),
        },
    ),
    Command(
        name="person remove address",
        words={
            "en": ("person remove address", "person address remove"),
            "zh-CN": ("用户 移除地址", "移除地址"),
            "zh-TW": ("用戶 移除地址", "移除地址"),
        },
        permission="edit_person",
        run=remove_address,
        arguments=_PERSON,
        examples={
            "en": ("person remove address Sam slack:U0SAM",),
            "zh-CN": ("移除地址 林美 slack:U0MEI",),
            "zh-TW": ("移除地址 陳怡婷 slack:U0YITING",),
        },
    ),
    Command(
        name="person opt-out",
        words={
            "en": ("person opt-out", "person opt out"),
            "zh-CN": ("用户 退订", "退订用户"),
            "zh-TW": ("用戶 退訂", "退訂用戶"),
        },
        permission="edit_person",
        run=opt_out,
        arguments=_PERSON,
        examples={
            "en": ("person opt-out Sam surveys", "person opt-out Sam all"),
            "zh-CN": ("用户 退订 林美 全部",),
            "zh-TW": ("用戶 退訂 陳怡婷 全部",),
        },
    ),
    Command(
        name="person opt-in",
        words={
            "en": ("person opt-in", "person opt in"),
            "zh-CN": ("用户 恢复订阅", "用户恢复订阅"),
            "zh-TW": ("用戶 恢復訂閱", "用戶恢復訂閱"),
        },
        permission="edit_person",
        run=opt_in,
        arguments=_PERSON,
        examples={
            "en": ("person opt-in Sam: asked for it on the phone, 3 May",),
            "zh-CN": ("用户 恢复订阅 林美 5月3日来电要求",),
            "zh-TW": ("用戶 恢復訂閱 陳怡婷 5月3日來電要求",),
        },
    ),
]
