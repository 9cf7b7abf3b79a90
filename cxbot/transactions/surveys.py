"""Surveys in the store: every version is kept, one is live. Files seed them; what chat has changed, chat keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from cxbot.domain.survey import Survey, from_json, to_json
from cxbot.ports import Row, Tx

Seeded = Literal["new", "same", "updated", "kept"]
Switched = Literal["done", "already", "unknown"]


@dataclass(frozen=True, slots=True)
class LiveSurvey:
    """The version of a survey that new invitations take."""

    survey: Survey
    version: int
    paused: bool


def live(tx: Tx, key: str) -> LiveSurvey | None:
    """The live version of a survey, or None where there is no such survey."""
    row = tx.one("surveys.live", survey=key)
    return None if row is None else _live(row)


def all_live(tx: Tx) -> list[LiveSurvey]:
    """The live version of every survey, paused ones too, by key."""
    return [_live(row) for row in tx.all("surveys.all_live")]


def at(tx: Tx, key: str, version: int) -> Survey:
    """A version of a survey. Raises LookupError where there never was one."""
    row = tx.once("surveys.at", survey=key, version=version)
    if row is None:
        raise LookupError(f"survey {key!r} has no version {version}")
    return _parsed(row["body"])


def versions(tx: Tx, key: str) -> list[Row]:
    """The history of a survey, newest first: version, created_by, created_at."""
    return tx.all("surveys.versions", survey=key)


def seed(tx: Tx, survey: Survey, seed_hash: str, now: int) -> Seeded:
    """Takes over a survey from its file, whose hash tells whether it was changed since it was last taken over.

    "kept": the file was changed, but so was the survey in chat; chat wins until the file says the same.
    """
    row = _held(tx, survey.key)
    if row["version"] and row["seed"] == seed_hash:
        return "same"
    if row["edited_at"]:
        if at(tx, survey.key, row["version"]) != survey:
            return "kept"
        tx.run("surveys.set_live", survey=survey.key, version=row["version"], seed=seed_hash, edited_at=0)
        return "same"
    _add_version(tx, survey, row["version"] + 1, "", now)
    tx.run("surveys.set_live", survey=survey.key, version=row["version"] + 1, seed=seed_hash, edited_at=0)
    return "updated" if row["version"] else "new"


def publish(tx: Tx, survey: Survey, actor_id: str, now: int) -> int:
    """Makes a version written in chat the live one; returns its number. Invitations already made keep theirs."""
    row = _held(tx, survey.key)
    version = int(row["version"]) + 1
    _add_version(tx, survey, version, actor_id, now)
    tx.run("surveys.set_live", survey=survey.key, version=version, seed=row["seed"], edited_at=now)
    _record(tx, survey.key, actor_id, "survey.published", {"version": version}, now)
    return version


def pause(tx: Tx, key: str, actor_id: str, now: int) -> Switched:
    """No new invitations of this survey; those already asked may still be answered."""
    return _switch(tx, key, 1, actor_id, now)


def resume(tx: Tx, key: str, actor_id: str, now: int) -> Switched:
    """The survey invites again."""
    return _switch(tx, key, 0, actor_id, now)


def _switch(tx: Tx, key: str, paused: int, actor_id: str, now: int) -> Switched:
    if tx.run("surveys.set_paused", survey=key, paused=paused):
        _record(tx, key, actor_id, "survey.paused" if paused else "survey.resumed", {}, now)
        return "done"
    return "already" if tx.one("surveys.live", survey=key) else "unknown"


def _held(tx: Tx, key: str) -> Row:
    # Two replicas start at once: the second waits here for the first, then sees what it did.
    tx.run("surveys.reserve", survey=key)
    row = tx.one("surveys.hold", survey=key)
    assert row is not None
    return row


def _add_version(tx: Tx, survey: Survey, version: int, actor_id: str, now: int) -> None:
    tx.run(
        "surveys.add_version",
        survey=survey.key,
        version=version,
        body=to_json(survey),
        created_by=actor_id,
        created_at=now,
    )


def _record(tx: Tx, key: str, actor_id: str, kind: str, args: Mapping[str, Any], now: int) -> None:
    tx.run(
        "surveys.record",
        id=tx.new_id(),
        subject_id=key,
        actor_id=actor_id,
        kind=kind,
        args=json.dumps(args, ensure_ascii=False),
        happened_at=now,
    )


def _live(row: Row) -> LiveSurvey:
    return LiveSurvey(_parsed(row["body"]), row["version"], bool(row["paused"]))


@lru_cache(maxsize=256)
def _parsed(body: str) -> Survey:
    # By its text, not by key and version: one process may have several stores open, each with a version 1.
    return from_json(body)
