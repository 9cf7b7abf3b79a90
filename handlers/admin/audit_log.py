"""audit: who changed what about teams, people, roles, surveys and settings, when, from what to what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain.roles import may
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import cadence_changes, change_log, people, reports, surveys, teams
from cxbot.wording.catalogue import messages
from handlers import cadences, team_named
from handlers.admin import numbers, team_policy
from handlers.grammar import Argument, Call, Command

SHOWN = 15
MOST_WORDS = 8
"""Words among which a team's name is looked for."""
LONGEST = 120
MOST_PARTS = 4
STANDARD = "week"
_SKIPPED = frozenset({"last", "this", "past", "by", "of", "过去", "過去", "最近"})


def show(call: Call) -> Receipt:
    """Lists changes, newest first: all of them to admins, those of their own teams to leads."""
    words, page = _page(call.arguments.get("about", "").split())
    period, left = numbers.read(call, " ".join(words), STANDARD)
    team, rest = None, []
    for at, word in enumerate(left.split()):
        if team is None and at < MOST_WORDS and (named := team_named.named(call.tx, word)) is not None:
            team = named
        elif word.casefold() not in _SKIPPED:
            rest.append(word)
    who = " ".join(rest)
    since, until = reports.span(call.tx, period)
    found = call.heavy(_found, who, since, min(until - 1, call.now))
    if found is None:
        return call.say("refuse.no_such_person", person=who)
    rows = [row for row in found if _seen(call, row) and (team is None or change_log.team_of(row) == team["id"])]
    shown = rows[(page - 1) * SHOWN : page * SHOWN]
    head = {"period": numbers.head(period), "who": who, "team": team["name"] if team else ""}
    if not shown:
        return call.say("command.audit.none", **head)
    more: Any = ""
    if len(rows) > page * SHOWN:
        more = {"key": "command.audit.more", "args": {"n": len(rows) - page * SHOWN, "page": page + 1}}
    say = call.aside or call.say
    return say("command.audit.list", lines=[line(call.tx, row) for row in shown], more=more, **head)


def line(tx: Tx, row: Row) -> dict[str, Any]:
    """One change with who made it and when."""
    return {
        "key": "command.audit.line",
        "args": {"at": row["happened_at"], "who": row["actor"], "change": said(tx, row)},
    }


def said(tx: Tx, row: Row) -> dict[str, Any]:
    """What a change was: of what, and from what to what."""
    args = json.loads(row["args"])
    if row["kind"] == change_log.UNDONE:
        change = tx.one("change_log.one", id=args.get("event", ""))
        return {"key": "change.change.undone", "args": {"what": said(tx, change) if change else ""}}
    if row["kind"] == "survey.scheduled" and not args.get("to"):
        return {
            "key": "change.in_words",
            "args": {"subject": _subject(row), "what": {"key": "survey.unscheduled", "args": {}}},
        }
    kind = row["kind"] if f"change.{row['kind']}" in messages("en") else "other"
    if kind == "other" and row["kind"] in messages("en"):
        what = {"key": row["kind"], "args": {name: args[name] for name in ("variant",) if name in args}}
        return {"key": "change.in_words", "args": {"subject": _subject(row), "what": what}}
    team = teams.get(tx, args["team"]) if args.get("team") else None
    before, after = _sides(tx, row, args)
    detail = {
        "subject": _subject(row),
        "team": team["name"] if team else "",
        "before": before,
        "after": after,
        "what": _what(row, args),
        "kind": row["kind"],
        "code": args.get("code", ""),
        "version": args.get("version", ""),
        "reason": args.get("reason", ""),
    }
    return {"key": f"change.{kind}", "args": detail}


def differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two structures only what is not the same in both, in words; of anything else the two as they are."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return _flat(before), _flat(after)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)][:MOST_PARTS]
    parts: tuple[list[str], list[str]] = ([], [])
    for name in names:
        inner = differing(before.get(name), after.get(name))
        for side, value in zip(parts, inner, strict=True):
            side.append(f"{name.replace('_', ' ')} {value or '–'}")
    return "; ".join(parts[0])[:LONGEST], "; ".join(parts[1])[:LONGEST]


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("id", "")) or "; ".join(f"{name} {_flat(each)}" for name, each in value.items())[:LONGEST]
    if isinstance(value, list | tuple):
        return ", ".join(_flat(each) for each in value)[:LONGEST]
    return "" if value is None else str(value)[:LONGEST]


def _subject(row: Row) -> Any:
    """The team, the person or the cadence that was changed, by name; who was forgotten has none."""
    if name := row["team"] or row["subject"] or row["cadence"]:
        return name
    of_people = row["kind"].startswith(("person.", "role.", "change.", "opted", "merged", "pair"))
    named = row["subject_id"].removeprefix(surveys.SUBJECT)
    return {"key": "card.somebody", "args": {}} if of_people else named if named != surveys.EVERY else ""


def _sides(tx: Tx, row: Row, args: Mapping[str, Any]) -> tuple[Any, Any]:
    """From what and to what, in words; '' where a change has no sides."""
    if "from" not in args or "to" not in args:
        return _flat(args.get("from")), _flat(args.get("to"))
    before, after = args["from"], args["to"]
    if row["kind"].endswith(".policy_changed"):
        return _settings(tx, before, after), _settings(tx, after, before)
    if row["kind"].endswith(".causes_changed"):
        return _labels(before, after), _labels(after, before)
    if row["kind"] == cadence_changes.CHANGED:
        return cadences.sides(before, after)
    if row["kind"] == "role.changed":
        return _role(before), _role(after)
    one, other = differing(before, after)
    return _fact(args, one) or "–", _fact(args, other) or "–"


def _labels(causes: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What the causes are called that others have not, or have otherwise."""
    return [each["label"] for each in causes if each not in others]


def _role(role: str) -> dict[str, Any]:
    return {"key": f"role.{role or 'none'}", "args": {}}


def _fact(args: Mapping[str, Any], value: str) -> Any:
    match args.get("what"), value:
        case "vip", "0" | "1":
            return {"key": "word.yes" if value == "1" else "word.no", "args": {}}
        case "language", str() if value:
            return {"key": f"language.{value}", "args": {}}
    return value


def _settings(tx: Tx, policy: Mapping[str, Any], other: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The settings of a policy that another has otherwise; of times by severity only those."""
    found = []
    for name, value in policy.items():
        if value == other.get(name):
            continue
        by_severity = isinstance(value, Mapping) and isinstance(other.get(name), Mapping)
        differ = {each: n for each, n in value.items() if n != other[name].get(each)} if by_severity else value
        found.append(team_policy.shown(tx, name, differ))
    return found[:MOST_PARTS]


def _what(row: Row, args: Mapping[str, Any]) -> Any:
    what = args.get("what", "")
    if row["kind"] == "person.changed":
        return {"key": f"fact.{what}", "args": {}}
    if row["kind"].startswith("approval."):
        return {"key": f"approval.kind.{what}", "args": {}}
    return what


def _seen(call: Call, row: Row) -> bool:
    mine = teams.roles_of(call.tx, call.sender["id"])
    if may({"": mine.get("", "viewer")}, "edit_teams"):
        return True
    team_id = change_log.team_of(row)
    return bool(team_id) and may(mine, "see_changes", team_id)


def _found(tx: Tx, who: str, since: int, until: int) -> list[Row] | None:
    """The changes of a time, of one person where one is named; None where nobody is called so."""
    rows = change_log.changes(tx, since, until)
    if not who:
        return rows
    ids = {row["id"] for row in people.find(tx, who)}
    return [row for row in rows if row["actor_id"] in ids] if ids else None


def _page(words: list[str]) -> tuple[list[str], int]:
    for at, word in enumerate(words):
        number = word.casefold().removeprefix("page").strip("第页頁")
        if word.casefold() == "page" and at + 1 < len(words) and words[at + 1].isdecimal():
            return words[:at] + words[at + 2 :], max(1, int(words[at + 1][:4]))
        if number.isdecimal() and number != word:
            return words[:at] + words[at + 1 :], max(1, int(number[:4]))
    return words, 1


COMMANDS = [
    Command(
        name="audit",
        topic="state",
        words={"en": ("audit", "changes"), "zh-CN": ("审计", "变更记录"), "zh-TW": ("稽核", "變更紀錄")},
        permission="see_changes",
        run=show,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("audit", "audit Ada last month support", "audit page 2"),
            "zh-CN": ("审计", "审计 Ada 本月 support", "审计 第2页"),
            "zh-TW": ("稽核", "稽核 Ada 本月 support", "稽核 第2頁"),
        },
    )
]
