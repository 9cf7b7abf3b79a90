"""improvement … owner Ben by 12 Dec: whose an improvement is and until when, changed by typed words."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from cxbot.domain import improvements as rules
from cxbot.domain.cases import Refusal
from cxbot.ports import Receipt, Row
from cxbot.transactions import improvements, people
from handlers import improvements as pressed
from handlers.grammar import Call

_EDIT = re.compile(r"(?:edit|change|set|修改|设置|設定)\s+(?=\S)", re.IGNORECASE)
_IS = r"(?:\s*(?:改[为為成]|[为為是]))?"
_FIELD = re.compile(
    rf"(?P<owner>(?<![a-z])(?:owner(?: is)?|owned by|assign(?:ed)?(?: to)?|give to|hand over to)(?![a-z])"
    rf"|[负負][责責]人{_IS}|(?:交|[转轉]|指派)[给給])"
    rf"|(?P<due>(?<![a-z])(?:(?:due|finish|done) by|due on|due|by|until|deadline|date)(?![a-z])"
    rf"|(?:期限|截止(?:日期|到)?|完成日期|到期日?|日期){_IS})",
    re.IGNORECASE,
)
_BETWEEN = " \n,，、;；:：=→"
_AND = re.compile(r"\s+(?:and|和|并|並)$", re.IGNORECASE)
ONESELF = ("me", "myself", "我", "我自己", "自己")


def read(typed: str) -> dict[str, str]:
    """What is to be changed, as it was typed: "owner Ben by 12 Dec"; {} where the line begins with nothing of it."""
    words = _EDIT.sub("", typed.strip(), count=1) if _EDIT.match(typed.strip()) else typed.strip()
    found = list(_FIELD.finditer(words))
    if not found or found[0].start():
        return {}
    ends = [each.start() for each in found[1:]] + [len(words)]
    return {
        str(each.lastgroup): _AND.sub("", words[each.end() : end].strip(_BETWEEN)).strip(_BETWEEN)
        for each, end in zip(found, ends, strict=True)
    }


def change(call: Call, improvement: Row, team: Row, typed: Mapping[str, str]) -> Receipt:
    """Changes it, and says whose it is and until when; opens the form where a value was left out."""
    if not all(typed.values()):
        return Receipt(form=pressed.edit_form(call.tx, improvement, team, call.language))
    owner_id, done_by = improvement["owner_id"], improvement["done_by"]
    if "owner" in typed:
        members = dict(pressed.members(call.tx, team))
        found = call.sender["id"] if typed["owner"].casefold() in ONESELF else _member(members, typed["owner"])
        if not found:
            return _nobody(call, team, members, typed["owner"])
        owner_id = found
    if "due" in typed:
        read_day = rules.read_day(typed["due"], team["time_zone"], call.now)
        if read_day is None:
            return call.say("form.improvement.no_day")
        done_by = read_day
    changed = improvements.edit(
        call.tx,
        improvement["id"],
        call.sender["id"],
        call.now,
        title=improvement["title"],
        owner_id=owner_id,
        done_by=done_by,
        touchpoint=improvement["touchpoint"],
        told=json.loads(improvement["told"]),
        via=call.channel,
    )
    if isinstance(changed, Refusal):
        return call.say(changed.key, **changed.args)
    args: dict[str, Any] = {"code": changed["code"], "title": changed["title"], "at": changed["done_by"]}
    owner = people.name_of(call.tx, changed["owner_id"])
    return call.say("command.improvement.changed", **args, owner=owner, zone=team["time_zone"])


def _member(members: Mapping[str, str], words: str) -> str:
    """The id of the one who is named, in full or by one of their names; '' for nobody, or more than one."""
    wanted = people.fold_name(words)
    folded = {person_id: people.fold_name(name) for person_id, name in members.items()}
    whole = [person_id for person_id, name in folded.items() if name == wanted or person_id == words]
    some = whole or [person_id for person_id, name in folded.items() if wanted in name.split()]
    return some[0] if len(some) == 1 else ""


def _nobody(call: Call, team: Row, members: Mapping[str, str], words: str) -> Receipt:
    """That nobody of the team is called so, who may be meant, and who there is."""
    names = {people.fold_name(name): name for name in members.values()}
    near = [names[each] for each in difflib.get_close_matches(people.fold_name(words), names, n=2)]
    args = {"owner": words, "team": team["name"], "did_you_mean": near, "known": sorted(members.values())}
    return call.say("command.improvement.nobody", **args)


def unclear(call: Call, improvement: Row, rest: str, actions: Mapping[str, str]) -> Receipt:
    """That a word is nothing that can be done to it, and what may be meant, to be chosen by number."""
    word, _, more = rest.partition(" ")
    code = improvement["code"]
    near = difflib.get_close_matches(word.casefold(), [*actions, "owner", "by", "负责人", "期限"], n=2, cutoff=0.7)
    if not near:
        return call.say("command.improvement.what", word=word, code=code)
    takes = "improvement" if "improvement" in call.arguments else "about"
    lines = [" ".join(filter(None, (code, each, more))) for each in near]
    options = [(line, {takes: line}) for line in lines]
    return call.ask("command.improvement.what", options, word=word, code=code, did_you_mean=lines)


def named_after(call: Call, words: str) -> str:
    """The line with the number of the improvement first, where it was written second: "edit I7K2 owner Ben"."""
    first, _, rest = words.partition(" ")
    second, _, more = rest.partition(" ")
    if not second or call.tx.one("improvements.by_code", code=first.upper()) is not None:
        return words
    found = call.tx.one("improvements.by_code", code=second.upper())
    return " ".join(filter(None, (second, first, more))) if found is not None else words
