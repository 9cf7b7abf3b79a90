"""Telling those who had complained that something was changed: once each, a few at a time, and nobody who wants none.

It is a message nobody asked for: whoever opted out of anything is left alone, and so is whoever has an open case about
it. Everybody who is not told is recorded with the reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxbot.domain import contact
from cxbot.domain.cases import UNDO_MS, Refusal
from cxbot.ports import Row, Tx
from cxbot.transactions import (
    cases,
    causes,
    improvement_card,
    improvements,
    invitations,
    outbox,
    people,
    settings,
    teams,
)

KEY = "customer.improved"
AGAIN = "complained_again"
REASONS = ("opted_out", "open_case", AGAIN, "colleague", "no_address", "unreachable", "stopped")
"""Why somebody is not told, in the order in which they win."""
AT_ONCE = 20
"""People told in one transaction."""
PAUSE_MS = 5_000
"""Between two such: there is time to see how it goes, and to stop it."""
KEEP_MS = 14 * contact.DAY_MS
"""How long it waits for a channel that cannot be written to now; later it would be no news."""
LOOK_BACK_MS = 365 * contact.DAY_MS
"""Complaints older than this, before it was done, are not gathered."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who had complained: where and in which language they would be told, or why they would not be."""

    person_id: str
    case_id: str
    complained_at: int
    channel: str = ""
    address: str = ""
    language: str = ""
    zone: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Those who would be told in one language: how many, and when one of them complained, in their zone."""

    language: str
    n: int
    complained_at: int
    zone: str


def groups(readers: Sequence[Reader]) -> tuple[Group, ...]:
    """Who would be told, by language, the most frequent first."""
    told = [reader for reader in readers if not reader.why_not]
    first = {reader.language: reader for reader in reversed(told)}
    return tuple(
        Group(language, n, first[language].complained_at, first[language].zone)
        for language, n in Counter(reader.language for reader in told).most_common()
    )


def left_out(readers: Sequence[Reader]) -> dict[str, int]:
    """Who would not be told: how many, by reason."""
    return dict(Counter(reader.why_not for reader in readers if reader.why_not))


def how_many(told: Sequence[Group], why: Mapping[str, int]) -> tuple[str, dict[str, Any]]:
    """How many would be told in which language and how many would not, as a message key with its arguments."""
    counted = [
        {
            "key": "improvement.telling.language",
            "args": {"language": {"key": f"language.{each.language}", "args": {}}, "n": each.n},
        }
        for each in told
    ]
    args = {"n": sum(each.n for each in told), "languages": counted, "left": sum(why.values())}
    return "form.improvement.tell_intro", {**args, "reasons": improvement_card.reasons(why)}


def audience(tx: Tx, improvement_id: str, now: int) -> tuple[Reader, ...]:
    """Everybody who had complained of its cause before it was done, as of now. A read; told ones are left out."""
    improvement = tx.one("improvements.get", id=improvement_id)
    if improvement is None or improvement["state"] != "done":
        return ()
    done_at = improvement["done_at"]
    last: dict[str, causes.Complaint] = {}
    again: set[str] = set()
    scope = {"team_id": improvement["team_id"], "touchpoint": improvement["touchpoint"]}
    for each in causes.complaints(tx, done_at - LOOK_BACK_MS, now, **scope):
        if each.cause != improvement["cause"] or not each.person_id:
            continue
        if each.at > done_at:
            again.add(each.person_id)
        known = last.get(each.person_id)
        if each.first_at <= done_at and (known is None or (each.case_id and not known.case_id)):
            last[each.person_id] = each
    told = {
        row["person_id"]
        for row in tx.all("improvement_telling.known", improvement_id=improvement_id)
        if row["state"] == "told"
    }
    return tuple(
        reader_of(tx, improvement, each.person_id, each.case_id, each.first_at, AGAIN if person in again else "")
        for person, each in last.items()
        if person not in told
    )


def begin(
    tx: Tx,
    improvement_id: str,
    actor_id: str,
    now: int,
    *,
    told: Mapping[str, str],
    readers: Sequence[Reader],
    via: str = "",
) -> Row | Refusal:
    """Begins to tell them, not before it can no longer be undone; `told` is what they read besides, by language."""
    improvement = improvements.lock(tx, improvement_id)
    if improvement is None:
        return Refusal("refuse.stale")
    if refused := why_not(tx, improvement, actor_id):
        return refused
    if not readers:
        return Refusal("improvement.refuse.nobody", {"code": improvement["code"]})
    for reader in sorted(readers, key=lambda each: each.person_id):
        tx.run(
            "improvement_telling.add",
            improvement_id=improvement_id,
            person_id=reader.person_id,
            reason=reader.why_not if reader.why_not == AGAIN else "",
            case_id=reader.case_id,
            complained_at=reader.complained_at,
            due_at=now + UNDO_MS,
        )
    columns = {
        "told": json.dumps(dict(told), ensure_ascii=False),
        "tell_state": "going",
        "tell_by": actor_id,
        "tell_from": now + UNDO_MS,
        "tell_at": now + UNDO_MS,
    }
    after = improvements.write(tx, improvement, columns)
    args = {"n": len([each for each in readers if not each.why_not]), "told": dict(told)}
    args |= cases.came_by(via)
    cases.record(tx, improvement_id, actor_id, "improvement_telling", args, now)
    improvement_card.redraw(tx, after, now)
    return after


def undo(tx: Tx, improvement_id: str, actor_id: str, now: int, *, via: str = "") -> Row | Refusal:
    """Takes telling back before anything has left."""
    improvement = improvements.held(tx, improvement_id, actor_id)
    if isinstance(improvement, Refusal):
        return improvement
    if improvement["tell_state"] != "going" or improvement["tell_from"] <= now:
        return Refusal("refuse.nothing_to_undo")
    tx.run("improvement_telling.forget_waiting", improvement_id=improvement_id)
    told_some = bool(tx.all("improvement_telling.known", improvement_id=improvement_id))
    columns = {"tell_state": "over" if told_some else "", "tell_from": 0, "tell_at": 0}
    after = improvements.write(tx, improvement, columns)
    cases.record(tx, improvement_id, actor_id, "improvement_telling_undone", cases.came_by(via), now)
    improvement_card.redraw(tx, after, now)
    return after


def stop(tx: Tx, improvement_id: str, actor_id: str, now: int, *, via: str = "") -> Row | Refusal:
    """Tells nobody else; what has not left yet does not leave."""
    improvement = improvements.held(tx, improvement_id, actor_id)
    if isinstance(improvement, Refusal):
        return improvement
    if improvement["tell_state"] != "going":
        return Refusal("improvement.refuse.nothing_to_stop", {"code": improvement["code"]})
    if improvement["tell_from"] > now:
        return undo(tx, improvement_id, actor_id, now, via=via)
    for row in tx.all("improvement_telling.unsent", improvement_id=improvement_id, most=10_000):
        if outbox.cancel(tx, row["row_id"], "stopped"):
            not_told(tx, improvement, row, "stopped", now)
    after = improvements.write(tx, improvement, {"tell_state": "stopping", "tell_at": now})
    cases.record(tx, improvement_id, actor_id, "improvement_telling_stopped", cases.came_by(via), now)
    improvement_card.redraw(tx, after, now)
    return after


def work(tx: Tx, improvement: Row, now: int) -> str:
    """Tells the next few people, or writes down that they are not told; the improvement is held."""
    stopping = improvement["tell_state"] == "stopping"
    until = now if not stopping else now + LOOK_BACK_MS
    rows = tx.all("improvement_telling.waiting", improvement_id=improvement["id"], now=until, most=AT_ONCE)
    for row in sorted(rows, key=lambda each: str(each["person_id"])):
        _tell(tx, improvement, row, now, stopping=stopping)
    following = tx.one("improvement_telling.next", improvement_id=improvement["id"])
    if following is not None and following["due_at"]:
        at = now if stopping else max(int(following["due_at"]), now + PAUSE_MS)
        after = improvements.write(tx, improvement, {"tell_at": at})
        improvement_card.redraw(tx, after, now)
        return "telling"
    after = improvements.write(tx, improvement, {"tell_state": "stopped" if stopping else "over", "tell_at": 0})
    improvement_card.redraw(tx, after, now)
    known = tx.all("improvement_telling.known", improvement_id=improvement["id"])
    told = len([row for row in known if row["state"] == "told"])
    args = {"n": told, "left": len(known) - told, "by": people.name_of(tx, improvement["tell_by"])}
    improvement_card.says(tx, after, f"improvement.told.{after['tell_state']}", args, now)
    cases.record(tx, improvement["id"], "", "improvement_told", {"n": told, "left": len(known) - told}, now)
    return "told"


def take_back(tx: Tx, person_id: str, reason: str, now: int) -> None:
    """What this person was to be told and has not left yet does not leave: they opted out, or complain again."""
    for row in tx.all("improvement_telling.unsent_to", person_id=person_id):
        improvement = tx.one("improvements.get", id=row["improvement_id"])
        if improvement is not None and outbox.cancel(tx, row["row_id"], reason):
            not_told(tx, improvement, row, reason, now)


def reads(told: Mapping[str, str], reader: Reader | Group) -> dict[str, Any]:
    """The arguments of what one of them reads; what a preview shows."""
    return {"told": told.get(reader.language, ""), "at": reader.complained_at, "zone": reader.zone}


def _tell(tx: Tx, improvement: Row, row: Row, now: int, *, stopping: bool) -> None:
    held = people.lock(tx, row["person_id"])
    person_id = held["id"] if held else row["person_id"]
    reader = reader_of(
        tx, improvement, person_id, row["case_id"], row["complained_at"], "stopped" if stopping else row["reason"]
    )
    if reader.why_not:
        not_told(tx, improvement, row, reader.why_not, now)
        return
    assert held is not None
    night = contact.night_wait(reader.zone, now, held["acted_at"], settings.contact_policy(tx))
    if night is not None:
        _decide(tx, improvement, row, "waiting", night.reason, now, due_at=night.until)
        _record(tx, improvement, row, "waits", night.reason, now)
        return
    say_to(tx, improvement, row, reader, now)


def say_to(tx: Tx, improvement: Row, row: Row, reader: Reader, now: int) -> None:
    """Says it to one of them where they can be reached, and writes that down; they are held by the caller."""
    row_id = outbox.say(
        tx,
        now,
        channel=reader.channel,
        address=reader.address,
        language=reader.language,
        key=KEY,
        args=reads(json.loads(improvement["told"]), reader),
        person_id=reader.person_id,
        case_id=row["case_id"],
        expires_at=now + KEEP_MS,
    )
    _decide(tx, improvement, row, "told", "", now, row_id=row_id)
    people.record(
        tx, reader.person_id, improvement["tell_by"], "told_of_improvement", {"code": improvement["code"]}, now
    )


def not_told(tx: Tx, improvement: Row, row: Row, reason: str, now: int) -> None:
    """Writes down that one of them is not told, and why."""
    _decide(tx, improvement, row, "not_told", reason, now)
    _record(tx, improvement, row, "not_told", reason, now)


def _record(tx: Tx, improvement: Row, row: Row, what: str, reason: str, now: int) -> None:
    case = tx.one("cases.get", id=row["case_id"]) if row["case_id"] else None
    invitations.decide(
        tx,
        row["person_id"],
        what,
        reason,
        now,
        detail={"code": improvement["code"], "message": KEY},
        interaction_id=case["interaction_id"] if case else "",
    )


def _decide(
    tx: Tx, improvement: Row, row: Row, state: str, reason: str, now: int, *, row_id: str = "", due_at: int = 0
) -> None:
    of = {"improvement_id": improvement["id"], "person_id": row["person_id"]}
    tx.run("improvement_telling.decide", state=state, reason=reason, row_id=row_id, due_at=due_at, now=now, **of)


def reader_of(tx: Tx, improvement: Row, person_id: str, case_id: str, at: int, why: str) -> Reader:
    """Where somebody would be told now, or why they would not be."""
    person = people.get(tx, person_id)
    case = tx.one("cases.get", id=case_id) if case_id else None
    known = people.addresses(tx, person_id)
    there = [each for each in known if not each["unreachable"]]
    of_case = [
        each for each in there if case and (each["channel"], each["address"]) == (case["channel"], case["address"])
    ]
    to = next(iter([*of_case, *there]), None)
    scope = {"team_id": improvement["team_id"], "touchpoint": improvement["touchpoint"]}
    about_it = {"person_id": person_id, **scope}
    standing = {
        "opted_out": person is not None and bool(person["opted_out"]),
        "open_case": tx.one("improvement_telling.open_about_it", **about_it) is not None,
        AGAIN: why == AGAIN,
        "colleague": bool(teams.roles_of(tx, person_id)),
        "no_address": person is None or not known,
        "unreachable": to is None,
        "stopped": why == "stopped",
    }
    zone = improvement_card.zone_of(tx, improvement)
    language = (case["language"] if case else "") or (person["language"] if person else "")
    return Reader(
        person_id,
        case_id,
        at,
        channel=to["channel"] if to else "",
        address=to["address"] if to else "",
        language=language or settings.company(tx).language,
        zone=people.zone(person, zone) if person else zone,
        why_not="stopped" if why == "stopped" else next((name for name in REASONS if standing[name]), ""),
    )


def why_not(tx: Tx, improvement: Row, actor_id: str) -> Refusal | None:
    """Why somebody cannot tell the customers of it as it is now; None where they can."""
    if found := improvements.refused(tx, improvement, actor_id):
        return found
    if improvement["state"] != "done":
        return Refusal("improvement.refuse.not_done", {"code": improvement["code"]})
    if improvement["tell_state"] in ("going", "stopping"):
        return Refusal("improvement.refuse.telling", {"code": improvement["code"]})
    return None
