"""The delivery loop's own transactions: taking rows with all their wording needs, and settling what came of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxbot.domain.roles import RANK
from cxbot.domain.survey import Survey
from cxbot.ports import (
    HoldUntilInbound,
    Learned,
    Limits,
    Misconfigured,
    Outcome,
    Refused,
    Row,
    Sent,
    TryLater,
    Tx,
    Unknown,
    Unreachable,
)
from cxbot.transactions import (
    allowances,
    case_card,
    case_copies,
    channel_stops,
    delivered,
    incidents,
    invitations,
    learning,
    outbox,
    people,
    survey_previews,
    surveys,
    teams,
    undelivered,
)

BACK_OFF_MS = (2_000, 10_000, 30_000, 120_000, 600_000, 1_800_000)
"""Milliseconds before each further attempt; the last one repeats."""
MOST_ATTEMPTS = 60
ONLY_IN_PLACE = ("question.", case_copies.COPY, case_copies.SHOWN_AGAIN)
"""How the keys begin of what is worth saying only in the place of what was said before."""
HOLD_MS = 14 * 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Taken:
    """A row in flight with what wording needs: arguments, the survey of a question, the platform ids it refers to."""

    row: Row
    args: dict[str, Any]
    survey: Survey | None
    replaces: str
    thread: str
    mentions: tuple[str, ...] = ()
    """Addresses, on the row's channel, of those it calls; empty where not all of them have one."""
    maybe_sent: bool = False
    also: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the `Outgoing` that channels of this kind need to know."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of one row: the channel's outcome, and the words that were sent."""

    row: Row
    outcome: Outcome
    words: str


def look(tx: Tx, channel: str, now: int, machine: int) -> bool:
    """Whether anything may leave on a channel; a read, so that an idle loop commits nothing."""
    return tx.one("outbox.waiting", channel=channel, now=now, machine=machine) is not None


def next_try(tx: Tx, channel: str, now: int, machine: int) -> int:
    """When what is paced or to be tried again may leave next, machine time; 0 where nothing is. A read."""
    row = tx.one("outbox.next_try", channel=channel, now=now, machine=machine)
    return int(row["at"] or 0) if row else 0


def said_as(tx: Tx, channel: str, address: str, platform_id: str) -> str:
    """The words of a message that was sent there as this, with what could be pressed in words; '' for none. A read."""
    row = tx.one("deliveries.said_as", channel=channel, address=address, platform_id=platform_id)
    if row is None or not row["words"]:
        return ""
    said = json.loads(row["words"])
    return str(said.get("in_words") or said.get("text") or "")


def untidy(tx: Tx, now: int, machine: int) -> bool:
    """Whether `tidy` has anything to do; a read."""
    return tx.one("outbox.stale", now=now, machine=machine) is not None


def tidy(tx: Tx, now: int, machine: int) -> None:
    """Gives back what a dead worker had in flight, and drops, with the reason, what was not said in time."""
    tx.run("outbox.lapsed", machine=machine)
    tx.run("outbox.hold_lapsed", now=now)
    for row in [*tx.all("outbox.expired_queued", now=now), *tx.all("outbox.expired_held", now=now)]:
        undelivered.expired(tx, row, now)


def take(
    tx: Tx, channel: str, limits: Limits, worker: str, now: int, machine: int, lease: int, most: int
) -> list[Taken]:
    """Claims what may leave on a channel now and reads what its words are made of."""
    taken: list[Taken] = []
    while not taken and (rows := outbox.claim(tx, channel, limits, worker, now, machine, lease, most)):
        for row in rows:
            if row["replaces"] and not limits.edits and row["key"].startswith(ONLY_IN_PLACE):
                # Where nothing can be replaced, a line about an old question or card would only be noise.
                _mark(tx, row, worker, "superseded", "no_edits", "", 0)
                continue
            try:
                taken.append(_read(tx, row, limits, now, machine))
            except (AssertionError, LookupError, TypeError, ValueError) as error:
                # One broken row must not keep back every other.
                reason = f"not read: {type(error).__name__}: {error}"
                _mark(tx, row, worker, "dead", reason, "", 0)
                invitations.decide(tx, row["person_id"], "dead", reason, now, detail={"message": row["key"]})
    return taken


def read(tx: Tx, row: Row, now: int, machine: int) -> Taken:
    """A message with all that its words are made of, for whoever shows it elsewhere than where it goes. A read."""
    return _read(tx, row, Limits(), now, machine)


def _read(tx: Tx, row: Row, limits: Limits, now: int, machine: int) -> Taken:
    args = case_card.facts(tx, row["case_id"], now) if row["kind"] == "card" else outbox.arguments(row)
    if row["key"] == incidents.KEY:
        args = incidents.facts(tx, args["incident"], now)
    survey = surveys.asked(tx, args) if "survey_version" in args else None
    if "preview" in args:
        survey = survey_previews.survey_of(tx, args["preview"])
    maybe_sent = row["attempts"] > 1 and row["reason"].startswith(outbox.UNKNOWN)
    replaces, thread = _platform_id(tx, row["replaces"]), _platform_id(tx, row["thread_of"])
    also = _standing(tx, row, machine) if limits.allowances else {}
    if limits.members:
        also["members"] = _members(tx, row)
    return Taken(row, args, survey, replaces, thread, _mentions(tx, row, args), maybe_sent, also)


def _standing(tx: Tx, row: Row, machine: int) -> dict[str, Any]:
    """What may be sent to a customer where the platform counts, and what kind of message this is."""
    human = row["key"] in undelivered.OF_A_COLLEAGUE
    active = row["key"] == "survey.thanks" and tx.one("cases.active_of_person", person_id=row["person_id"])
    return {
        "human": human,
        "held": row["reason"].startswith(outbox.HELD),
        "awaits": bool(active),
        "allowances": allowances.left(tx, row["channel"], row["address"], machine, human=human),
    }


def _members(tx: Tx, row: Row) -> tuple[str, ...]:
    """The addresses, on the row's channel, of those who work in the team whose place it is for and can be reached."""
    team = teams.by_place(tx, row["channel"], row["address"])
    found = []
    for member in teams.members(tx, team["id"]) if team else ():
        if RANK[member["role"]] >= RANK["member"]:
            there = [each["address"] for each in _on_channel(tx, row, member["person_id"]) if not each["unreachable"]]
            found += there[:1]
    return tuple(dict.fromkeys(found))


def _mentions(tx: Tx, row: Row, args: dict[str, Any]) -> tuple[str, ...]:
    found = []
    for person_id in args.get("mention", ()):
        there = _on_channel(tx, row, person_id)
        if not there:
            return ()
        found.append(there[0]["address"])
    return tuple(found)


def _on_channel(tx: Tx, row: Row, person_id: str) -> list[Row]:
    """Somebody's addresses on the channel a message is for."""
    return [each for each in people.addresses(tx, person_id) if each["channel"] == row["channel"]]


def settle(tx: Tx, handed: Sequence[Handed], worker: str, now: int, machine: int) -> list[str]:
    """Writes down what came of rows in flight; returns the channels that are misconfigured."""
    stopped: list[str] = []
    for each in handed:
        row, outcome = each.row, each.outcome
        match outcome:
            case Sent():
                _sent(tx, each, outcome, worker, now, machine)
            case TryLater() | Unknown() if row["attempts"] < MOST_ATTEMPTS:
                _again(tx, each, outcome, worker, machine)
            case Learned() as told:
                stands = learning.learn(tx, row, told, now)
                _mark(tx, row, worker, "queued" if stands else "cancelled", "learned", each.words, 0)
            case HoldUntilInbound(reason, expires, closed, then_again):
                allowances.close(tx, row["channel"], row["address"], closed)
                kept = f"{outbox.HELD if then_again else ''}{reason}"
                tx.run("outbox.hold", id=row["id"], worker=worker, reason=kept, expires_at=expires or now + HOLD_MS)
                undelivered.held(tx, row, reason, now)
            case Misconfigured(what_to_do, partly):
                reason = f"{channel_stops.REASON}{what_to_do}"
                _mark(tx, row, worker, "queued", reason, each.words, machine + BACK_OFF_MS[3])
                channel_stops.stop(tx, row["channel"], what_to_do, now)
                if not partly:
                    stopped.append(row["channel"])
            case Unreachable(reason):
                _mark(tx, row, worker, "dead", reason, each.words, 0)
                undelivered.unreachable(tx, row, reason, now)
            case Refused(reason) | TryLater(reason) | Unknown(reason):
                _mark(tx, row, worker, "dead", reason, each.words, 0)
                undelivered.dead(tx, row, reason, now)
    for channel in sorted({each.row["channel"] for each in handed if isinstance(each.outcome, Sent)} - {*stopped}):
        channel_stops.sent(tx, channel, now)
    return stopped


def _sent(tx: Tx, handed: Handed, outcome: Sent, worker: str, now: int, machine: int) -> None:
    row = handed.row
    if outcome.refused:
        undelivered.refused_some(tx, row, outcome.refused, now)
    for kind in outcome.spent:
        allowances.spend(tx, row["channel"], row["address"], kind)
    tx.run(
        "outbox.mark_sent",
        id=row["id"],
        worker=worker,
        platform_id=outcome.platform_id,
        words=handed.words,
        sent_at=machine,
        shown_at=now,
        reason="refused: " + ", ".join(outcome.refused) if outcome.refused else "",
    )
    if row["key"] == "customer.reply" and row["case_id"]:
        delivered.note(tx, row, now)
    if row["kind"] == "question" and outbox.arguments(row).get("intro"):
        # Only what has arrived counts: the next first contact says again who asks and how to stop.
        people.introduced(tx, row["person_id"], now)


def _again(tx: Tx, handed: Handed, outcome: TryLater | Unknown, worker: str, machine: int) -> None:
    """Back to the queue for a while; that an attempt may have arrived stays known until one surely has."""
    row = handed.row
    if isinstance(outcome, Unknown):
        reason = f"{outbox.UNKNOWN}{outcome.reason}"
        _mark(tx, row, worker, "queued", reason, handed.words, machine + BACK_OFF_MS[1])
        return
    wait = outcome.after or BACK_OFF_MS[min(row["attempts"] - 1, len(BACK_OFF_MS) - 1)]
    before = outbox.UNKNOWN if row["reason"].startswith(outbox.UNKNOWN) else ""
    _mark(tx, row, worker, "queued", before + outcome.reason, handed.words, machine + wait)
    if outcome.after:
        # The platform's own word on how long counts for whatever else is said there.
        until = machine + outcome.after
        tx.run("outbox.rest", channel=row["channel"], address=row["address"], until=until, machine=machine)


def settle_and_take(
    tx: Tx,
    handed: Sequence[Handed],
    channel: str,
    limits: Limits,
    worker: str,
    now: int,
    machine: int,
    lease: int,
    most: int,
) -> tuple[list[str], list[Taken]]:
    """`settle`, then `take` of up to `most` rows, in one commit."""
    stopped = settle(tx, handed, worker, now, machine)
    return stopped, take(tx, channel, limits, worker, now, machine, lease, most) if most > 0 else []


def _mark(tx: Tx, row: Row, worker: str, state: str, reason: str, words: str, retry_at: int) -> None:
    tx.run("outbox.mark", id=row["id"], worker=worker, state=state, retry_at=retry_at, reason=reason[:500], words=words)


def _platform_id(tx: Tx, row_id: str) -> str:
    """The platform's id of a message; of what stands in its place where it was refused itself."""
    row = tx.one("deliveries.original", id=row_id) if row_id else None
    if row is None or row["platform_id"]:
        return str(row["platform_id"]) if row else ""
    found = None
    if row["case_id"]:
        found = tx.one("deliveries.replacement_of_case", case_id=row["case_id"], id=row_id)
    elif row["invitation_id"]:
        found = tx.one("deliveries.replacement_of_invitation", invitation_id=row["invitation_id"], id=row_id)
    return str(found["platform_id"]) if found else ""
