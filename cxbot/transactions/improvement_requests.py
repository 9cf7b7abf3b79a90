"""What another system does to an improvement in the name of a colleague: once an id, as the buttons and forms do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cxbot.domain import improvements as rules
from cxbot.domain.cases import UNDO_MS, Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import api_requests, causes, improvement_card, improvement_telling, improvements, teams
from cxbot.transactions.api_requests import Asked, Conflict, Missing, Said
from cxbot.transactions.improvement_telling import Group, Reader

PROPOSE, TELL = "propose", "tell"


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told, by language, and the words for each; who is not, by reason."""

    told: Mapping[str, str]
    groups: tuple[Group, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Improved:
    """What came of it: the improvement as it is now, the event, and what the caller is told.

    `made` is the id of what was proposed, or whom customers were told to, as it was counted then.
    """

    improvement: Row
    event: str
    says: Said | None = None
    repeated: bool = False
    made: str = ""
    telling: Telling | None = field(default=None)


def act(tx: Tx, asked: Asked, now: int, readers: Sequence[Reader] = ()) -> Improved | Refusal | Conflict | Missing:
    """Carries a request out once. `readers`, of who are to be told, were looked for beforehand, beside the writer."""
    if asked.action == PROPOSE:
        return api_requests.once(
            tx, asked, "", now, lambda: _propose(tx, asked, now), lambda kept: _again(tx, asked, kept, kept["made"])
        )
    improvement = find(tx, asked.subject)
    if improvement is None:
        return Missing()
    return api_requests.once(
        tx,
        asked,
        improvement["id"],
        now,
        lambda: _act(tx, asked, improvement, readers, now),
        lambda kept: _again(tx, asked, kept, improvement["id"]),
    )


def find(tx: Tx, named: str) -> Row | None:
    """An improvement by its id or its number."""
    return tx.one("improvements.get", id=named) or tx.one("improvements.by_code", code=named.upper().lstrip("#"))


def audience(tx: Tx, named: str, now: int) -> tuple[Reader, ...]:
    """Who would be told of an improvement; a long read."""
    improvement = find(tx, named)
    return improvement_telling.audience(tx, improvement["id"], now) if improvement else ()


def _propose(tx: Tx, asked: Asked, now: int) -> Improved | Refusal:
    given = asked.arguments
    team = next((row for row in teams.all(tx) if given["team"] in (row["id"], row["name"])), None)
    if team is None:
        return Refusal("refuse.no_such_team", {"team": given["team"], "known": [row["id"] for row in teams.all(tx)]})
    if given["cause"] not in (known := causes.known(tx)):
        return Refusal("refuse.no_such_cause", {"cause": given["cause"], "known": list(known)})
    actor = api_requests.person_of(tx, asked.actor)
    if (refused := improvements.may_work(tx, team["id"], actor)) is not None:
        return refused
    assert actor is not None
    fields = _fields(tx, team, {**given, "owner": given["owner"] or {"id": actor["id"]}}, "", now)
    if isinstance(fields, Refusal):
        return fields
    via = f"api:{asked.caller}"
    made = improvements.propose(tx, team["id"], given["cause"], actor["id"], now, via=via, **fields)
    if isinstance(made, Refusal):
        return made
    return _improved(made, "improvement_proposed", made["id"])


def _act(tx: Tx, asked: Asked, improvement: Row, readers: Sequence[Reader], now: int) -> Improved | Refusal:
    actor = api_requests.person_of(tx, asked.actor)
    if (refused := improvements.may_work(tx, improvement["team_id"], actor)) is not None:
        return refused
    assert actor is not None
    improvement_id, by, given, via = improvement["id"], actor["id"], asked.arguments, f"api:{asked.caller}"
    match asked.action:
        case "edit":
            return _edit(tx, improvement, by, given, via, now)
        case "move":
            done = improvements.move(tx, improvement_id, given["to"], by, now, given["reason"], via=via)
            event = f"improvement_{given['to']}"
        case "undo":
            done = improvement_telling.undo(tx, improvement_id, by, now, via=via)
            event = "improvement_telling_undone"
        case "stop":
            done = improvement_telling.stop(tx, improvement_id, by, now, via=via)
            event = "improvement_telling_stopped"
        case _:
            return _tell(tx, asked, improvement, by, readers, now)
    return done if isinstance(done, Refusal) else _improved(done, event)


def _edit(tx: Tx, improvement: Row, by: str, given: Mapping[str, Any], via: str, now: int) -> Improved | Refusal:
    """Changes what is given; the rest, and a date that has passed, stays as it is."""
    team = teams.get(tx, improvement["team_id"])
    assert team is not None
    fields = _fields(tx, team, given, improvement["touchpoint"], now)
    if isinstance(fields, Refusal):
        return fields
    as_it_is = {name: improvement[name] for name in ("title", "owner_id", "done_by", "touchpoint")}
    as_it_is["told"] = json.loads(improvement["told"])
    done = improvements.edit(tx, improvement["id"], by, now, via=via, **{**as_it_is, **fields})
    if isinstance(done, Refusal):
        return done
    changed = any(done[name] != improvement[name] for name in ("title", "owner_id", "done_by", "touchpoint", "told"))
    return _improved(done, "improvement_changed" if changed else "")


def _tell(tx: Tx, asked: Asked, improvement: Row, by: str, readers: Sequence[Reader], now: int) -> Improved | Refusal:
    if (refused := improvement_telling.why_not(tx, improvement, by)) is not None:
        return refused
    groups, why = improvement_telling.groups(readers), improvement_telling.left_out(readers)
    if not groups:
        args = {"code": improvement["code"], "reasons": improvement_card.reasons(why)}
        return Refusal("improvement.refuse.nobody", args)
    telling = Telling(_told(asked, improvement), groups, why)
    if asked.preview:
        return Improved(improvement, "", improvement_telling.how_many(groups, why), telling=telling)
    via = f"api:{asked.caller}"
    begun = improvement_telling.begin(tx, improvement["id"], by, now, told=telling.told, readers=readers, via=via)
    if isinstance(begun, Refusal):
        return begun
    return _improved(begun, "improvement_telling", _kept(telling), telling)


def _told(asked: Asked, improvement: Row) -> dict[str, str]:
    """What they read, by language: what is given; what was said in other languages stays as it was."""
    told = {**json.loads(improvement["told"]), **(asked.arguments["told"] or {})}
    return {language: words for language, words in told.items() if words}


def _kept(telling: Telling) -> str:
    """How many are told and are not, for a repeat; the words are kept with the improvement."""
    return json.dumps({"groups": [asdict(each) for each in telling.groups], "left_out": dict(telling.left_out)})


def _fields(tx: Tx, team: Row, given: Mapping[str, Any], before: str, now: int) -> dict[str, Any] | Refusal:
    """What is given of title, owner, day, touchpoint and words, with our own ids; `before`: the touchpoint it has."""
    fields: dict[str, Any] = {}
    if given["title"]:
        fields["title"] = given["title"]
    if given["owner"]:
        owner = api_requests.colleague(tx, given["owner"])
        if isinstance(owner, Refusal):
            return owner
        fields["owner_id"] = owner["id"]
    if given["due"]:
        fields["done_by"] = rules.read_day(given["due"], team["time_zone"], now)
        if fields["done_by"] is None:
            return Refusal("form.improvement.no_day")
    if given["touchpoint"] is not None:
        known = [each for each in json.loads(team["touchpoints"]) if each != teams.ANY_TOUCHPOINT]
        if given["touchpoint"] not in ("", before, *known):
            return Refusal("refuse.no_such_touchpoint", {"touchpoint": given["touchpoint"], "known": known})
        fields["touchpoint"] = given["touchpoint"]
    if given["told"] is not None:
        fields["told"] = {language: words for language, words in given["told"].items() if words}
    return fields


def _again(tx: Tx, asked: Asked, kept: Row, improvement_id: str) -> Improved:
    improvement = tx.one("improvements.get", id=improvement_id)
    assert improvement is not None
    telling = None
    if asked.action == TELL:
        then = json.loads(kept["made"])
        telling = Telling(_told(asked, improvement), tuple(Group(**each) for each in then["groups"]), then["left_out"])
    return _improved(improvement, kept["event"], kept["made"], telling, repeated=True)


def _improved(
    improvement: Row, event: str, made: str = "", telling: Telling | None = None, *, repeated: bool = False
) -> Improved:
    said = {"improvement_telling_undone": "undone", "improvement_telling_stopped": "stopped"}
    name = said.get(event, event.removeprefix("improvement_") or "changed")
    args = {"code": improvement["code"], "title": improvement["title"], "seconds": UNDO_MS // 1000}
    n = sum(each.n for each in telling.groups) if telling else 0
    return Improved(improvement, event, (f"improvement.notice.{name}", {**args, "n": n}), repeated, made, telling)
