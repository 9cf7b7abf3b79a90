"""What happened to somebody, as another system reports it: taken once per id of its source, reopened, ended again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cxbot.ports import Row, Tx
from cxbot.transactions import follow_ups, invitations, people, people_merging

FLAGS = ("internal", "spam", "self_solved", "unanswered", "auto_closed", "closed_by")


@dataclass(frozen=True, slots=True)
class Taken:
    """The interaction is kept: its invitation and that one's state, or the reason nobody is asked.

    `repeated`: the same body came before and is answered as it was then. `unknown_team`: the team named does not exist,
    so the touchpoint decides.
    """

    interaction_id: str
    invitation_id: str
    state: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    repeated: bool = False
    unknown_team: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The source's id is known with another body; `keys` are JSON pointers to what differs."""

    interaction_id: str
    keys: tuple[str, ...]


def take(tx: Tx, body: Mapping[str, Any], source: str, now: int) -> Taken | Conflict:
    """Keeps an interaction and asks, once per (source, id): the person, the interaction and the invitation together.

    `body` is a checked interaction body without its absent keys, times in epoch ms. With `reopened` it takes back an
    unanswered survey; the next body without it is the next resolution and may be asked about anew.
    """
    row = tx.one("interactions.by_source", source=source, source_id=body["id"])
    if row is None:
        taken = _take_new(tx, body, source, now)
        if taken is not None:
            return taken
        row = tx.one("interactions.by_source", source=source, source_id=body["id"])  # another replica was first
        assert row is not None
    return _replay(tx, row["id"], body) or _change(tx, row, body, now)


def reopen(tx: Tx, source: str, given_id: str, now: int) -> Taken | None:
    """Reopens an interaction, by our id or the source's; None where there is none. Once more: the same answer."""
    row = tx.one("interactions.by_source", source=source, source_id=given_id) or tx.one("interactions.get", id=given_id)
    if row is None:
        return None
    return _reopen(tx, _hold(tx, row), "", now)


def get(tx: Tx, interaction_id: str) -> Row | None:
    """One interaction, or None."""
    return tx.one("interactions.get", id=interaction_id)


def fingerprint(body: Mapping[str, Any]) -> str:
    """The same for two bodies that say the same, in whatever order."""
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def differing(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """JSON pointers to the keys in which two bodies differ; inside of `person` and `attributes` the very key."""
    for key in sorted({*old, *new}):
        pointer = f"{prefix}/{key.replace('~', '~0').replace('/', '~1')}"
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from differing(before, after, pointer)
        elif key not in old or key not in new or before != after or isinstance(before, bool) != isinstance(after, bool):
            yield pointer


def _take_new(tx: Tx, body: Mapping[str, Any], source: str, now: int) -> Taken | None:
    row = {
        "id": tx.new_id(),
        "source": source,
        "source_id": body["id"],
        "reopened_at": now if body.get("reopened") else 0,
        "created_at": now,
        **_columns(tx, body, source, now),
    }
    if not tx.run("interactions.insert", **row):
        return None
    if body.get("reopened"):
        invitations.decide(tx, row["person_id"], "not_asked", "reopened", now, interaction_id=row["id"])
        taken = Taken(row["id"], "", "not_asked", "reopened", unknown_team=_unknown_team(row, body))
        return _kept(tx, taken, "reopened", fingerprint(body), now)
    if body.get("survey", True) and not body.get("internal"):
        follow_ups.begin(tx, row, now)
    return _invite(tx, {**row, "version": 0}, body, now)


def _change(tx: Tx, row: Row, body: Mapping[str, Any], now: int) -> Taken | Conflict:
    row = _hold(tx, row)
    replayed = _replay(tx, row["id"], body)  # a twin of this request may have been first
    if replayed is not None:
        return replayed
    if body.get("reopened"):
        return _reopen(tx, row, fingerprint(body), now)
    if not row["reopened_at"]:
        return Conflict(row["id"], tuple(differing(json.loads(row["body"]), body)))
    columns = _columns(tx, body, row["source"], now)
    tx.run("interactions.resolved_again", id=row["id"], **columns)
    return _invite(tx, {**row, **columns, "reopened_at": 0}, body, now)


def _reopen(tx: Tx, row: Row, body_print: str, now: int) -> Taken:
    if row["reopened_at"]:
        kept = next(
            kept for kept in tx.all("interactions.answered", interaction_id=row["id"]) if kept["kind"] == "reopened"
        )
        return _answer(row["id"], json.loads(kept["args"]))
    tx.run("interactions.reopened", id=row["id"], now=now)
    invitations.retract(tx, row["id"], now)
    latest = tx.one("interactions.latest_invitation", interaction_id=row["id"])
    if latest is None:
        taken = Taken(row["id"], "", "not_asked", "reopened")
    else:
        taken = Taken(row["id"], latest["id"], latest["state"], latest["reason"])
    return _kept(tx, taken, "reopened", body_print, now)


def _invite(tx: Tx, row: Row, body: Mapping[str, Any], now: int) -> Taken:
    flags = {"survey": body.get("survey", True), **{flag: body[flag] for flag in FLAGS if flag in body}}
    invited = invitations.invite(tx, row, flags, now)
    taken = Taken(
        interaction_id=row["id"],
        invitation_id=invited.invitation_id,
        state=invited.state,
        reason=invited.reason,
        detail=dict(invited.detail),
        unknown_team=_unknown_team(row, body),
    )
    return _kept(tx, taken, "taken", fingerprint(body), now)


def _columns(tx: Tx, body: Mapping[str, Any], source: str, now: int) -> Row:
    team = tx.one("interactions.team", team=body["team"]) if body.get("team") else None
    return {
        "body": _canonical(body),
        "person_id": _person(tx, body["person"], source, now),
        "touchpoint": body["touchpoint"],
        "stage": body.get("stage", ""),
        "outcome": body.get("outcome", ""),
        "team_id": team["id"] if team else "",
        "agent": body.get("agent", ""),
        "reference": body.get("reference", ""),
        "attributes": json.dumps(body.get("attributes", {}), ensure_ascii=False, sort_keys=True),
        "happened_at": body.get("happened_at", now),
    }


def _person(tx: Tx, person: Mapping[str, Any], source: str, now: int) -> str:
    facts = {key: value for key, value in person.items() if key not in ("id", "addresses")}
    return people.upsert(
        tx,
        now,
        addresses=[(one["channel"], one["address"]) for one in person.get("addresses", ())],
        known_as=(source, person["id"]) if person.get("id") else None,
        unite=people_merging.found_to_be_one,
        **facts,
    )


def _hold(tx: Tx, row: Row) -> Row:
    people.lock(tx, row["person_id"])
    held = tx.one("interactions.lock", id=row["id"])
    assert held is not None
    return held


def _replay(tx: Tx, interaction_id: str, body: Mapping[str, Any]) -> Taken | None:
    """The answer this very body got before. Without a time of its own a body repeats only the newest one."""
    body_print = fingerprint(body)
    for place, kept in enumerate(tx.all("interactions.answered", interaction_id=interaction_id)):
        args = json.loads(kept["args"])
        if args["body"] == body_print and (place == 0 or "happened_at" in body):
            return _answer(interaction_id, args)
    return None


def _kept(tx: Tx, taken: Taken, kind: str, body_print: str, now: int) -> Taken:
    args = {
        "body": body_print,
        "invitation": taken.invitation_id,
        "state": taken.state,
        "reason": taken.reason,
        "detail": taken.detail,
        "unknown_team": taken.unknown_team,
    }
    tx.run(
        "interactions.record",
        id=tx.new_id(),
        subject_id=taken.interaction_id,
        kind=kind,
        args=json.dumps(args, ensure_ascii=False),
        happened_at=now,
    )
    return taken


def _answer(interaction_id: str, args: Mapping[str, Any]) -> Taken:
    return Taken(
        interaction_id=interaction_id,
        invitation_id=args["invitation"],
        state=args["state"],
        reason=args["reason"],
        detail=args["detail"],
        repeated=True,
        unknown_team=args["unknown_team"],
    )


def _unknown_team(row: Row, body: Mapping[str, Any]) -> str:
    return "" if row["team_id"] else str(body.get("team", ""))


def _canonical(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
