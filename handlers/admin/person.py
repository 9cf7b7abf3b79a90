"""person, person link: what is known of somebody, and making one person of two entries."""

from __future__ import annotations

import json
from typing import Any

from cxbot.domain.roles import covers
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import consent, people, people_merging, teams
from handlers import naming
from handlers.grammar import Argument, Call, Command

MOST_WORDS = 12
"""Words in which two people are looked for."""


def show(call: Call) -> Receipt:
    """Says who somebody is, what is open with them, and what they do not want: to the one who asks alone."""
    if not call.alone:
        return call.say("refuse.in_private")
    wanted = call.arguments["person"]
    found = call.heavy(people.find, wanted)
    return naming.unclear(call, wanted, found) or call.say("command.person.page", **_page(call.tx, found[0]))


def link(call: Call) -> Receipt:
    """Shows what would become one person; done where the line ends in "confirm"."""
    if not call.alone:
        return call.say("refuse.in_private")
    confirmed, words = naming.confirmed(call.arguments["people"].split())
    if not 2 <= len(words) <= MOST_WORDS:
        return call.say("command.person_link.two")
    first, second, one, other = call.heavy(_two, tuple(words))
    for wanted, found in ((first, one), (second, other)):
        unclear = naming.unclear(call, wanted, found)
        if unclear is not None:
            return unclear
    kept, given_up = one[0], other[0]
    if kept["id"] == given_up["id"]:
        return call.say("command.person_link.same", name=naming.told_apart(call.tx, kept))
    mine = teams.roles_of(call.tx, call.sender["id"])
    for person in (kept, given_up):
        if not covers(mine, teams.roles_of(call.tx, person["id"])):
            return call.say("refuse.higher_role", name=person["name"])
    if not confirmed:
        return _preview(call, kept, given_up, " ".join(words))
    after = people_merging.merge(call.tx, kept["id"], given_up["id"], call.now, actor_id=call.sender["id"])
    return call.say("command.person_link.done", page={"key": "command.person.page", "args": _page(call.tx, after)})


def _two(tx: Tx, words: tuple[str, ...]) -> tuple[str, str, list[Row], list[Row]]:
    """The two people that are named one after the other, cut where each half names one person; else in the middle."""
    cuts = sorted(range(1, len(words)), key=lambda at: abs(2 * at - len(words)))
    halves = [(" ".join(words[:at]), " ".join(words[at:])) for at in cuts]
    looked = [(first, second, people.find(tx, first), people.find(tx, second)) for first, second in halves]
    clear = [each for each in looked if len(each[2]) == len(each[3]) == 1]
    return (clear or sorted(looked, key=lambda each: not (each[2] and each[3])))[0]


def _preview(call: Call, kept: Row, given_up: Row, words: str) -> Receipt:
    scope = consent.stricter(kept, given_up)
    return call.say(
        "command.person_link.preview",
        lines=[_extent(call.tx, person) for person in (kept, given_up)],
        consent=_consent(scope) if scope else "",
        words=words,
    )


def _extent(tx: Tx, person: Row) -> dict[str, Any]:
    extent = people_merging.extent(tx, person["id"])
    args = {"name": person["name"], "addresses": _addresses(tx, person), **extent}
    return {"key": "command.person_link.line", "args": args}


def _page(tx: Tx, person: Row) -> dict[str, Any]:
    cases = tx.all("cases.active_of_person", person_id=person["id"])
    asked_at = people_merging.extent(tx, person["id"])["asked_at"]
    attributes = json.loads(person["attributes"])
    return {
        "name": person["name"],
        "addresses": _addresses(tx, person),
        "language": person["language"],
        "person_zone": person["time_zone"],
        "segment": person["segment"],
        "value": person["value"] or "",
        "vip": {"key": "command.person.vip", "args": {}} if person["vip"] else "",
        "attributes": [f"{name} = {value}" for name, value in sorted(attributes.items())],
        "cases": [
            {"key": "command.person.case", "args": {"code": case["code"], "state": case["state"]}} for case in cases
        ],
        "asked_at": asked_at or "",
        "consent": _consent(person["opted_out"]),
    }


def _addresses(tx: Tx, person: Row) -> list[Any]:
    found: list[Any] = []
    for row in people.addresses(tx, person["id"]):
        address = f"{row['channel']}:{row['address']}"
        args = {"address": address, "reason": row["unreachable"]}
        found.append({"key": "command.person.unreachable", "args": args} if row["unreachable"] else address)
    return found + [f"{system}:{given}" for system, given in people.known_as(tx, person["id"])]


def _consent(scope: str) -> dict[str, Any]:
    return {"key": f"command.person.refuses_{scope or 'nothing'}", "args": {}}


COMMANDS = [
    Command(
        name="person",
        words={"en": ("person",), "zh-CN": ("用户",), "zh-TW": ("用戶",)},
        permission="see_profile",
        run=show,
        arguments=(Argument("person", rest=True),),
        examples={"en": ("person Sam",), "zh-CN": ("用户 林美",), "zh-TW": ("用戶 陳怡婷",)},
    ),
    Command(
        name="person link",
        words={
            "en": ("person link", "link person"),
            "zh-CN": ("用户 合并", "合并用户", "用户合并"),
            "zh-TW": ("用戶 合併", "合併用戶", "用戶合併"),
        },
        permission="edit_person",
        run=link,
        arguments=(Argument("people", rest=True),),
        examples={
            "en": ("person link web:customer:sam slack:U0SAM",),
            "zh-CN": ("用户 合并 web:customer:mei slack:U0MEI",),
            "zh-TW": ("用戶 合併 web:customer:yiting slack:U0YITING",),
        },
    ),
]
