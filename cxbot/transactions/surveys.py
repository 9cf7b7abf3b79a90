"""Surveys in the store: every version is kept, one is live. Files seed them; what chat has changed, chat keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from cxbot.domain.survey import Survey, from_json, to_json
from cxbot.domain.variants import OWN
from cxbot.ports import Row, Tx

Seeded = Literal["new", "same", "updated", "kept"]
Switched = Literal["done", "already", "unknown"]


@dataclass(frozen=True, slots=True)
class LiveSurvey:
    """The version of a survey that new invitations take."""

    survey: Survey
    version: int
    paused: bool


@dataclass(frozen=True, slots=True)
class Picked:
    """A wording that has become the survey's own: its name, the new version and the one before."""

    variant: str
    version: int
    before: int


def live(tx: Tx, key: str) -> LiveSurvey | None:
    """The live version of a survey, or None where there is no such survey."""
    row = tx.one("surveys.live", survey=key)
    return None if row is None else _live(row)


def all_live(tx: Tx) -> list[LiveSurvey]:
    """The live version of every survey, paused ones too, by key."""
    return [_live(row) for row in tx.all("surveys.all_live")]


def asked(tx: Tx, invitation: Mapping[str, Any]) -> Survey:
    """The survey in the version and the wording an invitation, a response or a row of the outbox has."""
    return at(tx, invitation["survey"], invitation["survey_version"], invitation.get("variant", ""))


def at(tx: Tx, key: str, version: int, variant: str = "") -> Survey:
    """A version of a survey, in the words of a variant. Raises LookupError where there never was such a version."""
    row = tx.once("surveys.at", survey=key, version=version)
    if row is None:
        raise LookupError(f"survey {key!r} has no version {version}")
    return _worded(row["body"], variant) if variant else _parsed(row["body"])


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


def pick(tx: Tx, key: str, variant: str, actor_id: str, now: int) -> Picked | None:
    """Makes one of the wordings the survey's only one, as a new version; None where there is no such wording.

    The version before keeps its wordings: who was asked goes on in theirs, and publishing it again takes this back.
    """
    row = _held(tx, key)
    if not row["version"]:
        return None
    before = at(tx, key, row["version"])
    named = {each.name.casefold(): each.name for each in before.variants}
    if before.variants:
        named[OWN.casefold()] = OWN
    name = named.get(variant.casefold(), "")
    if not name:
        return None
    after = before.worded(name).model_copy(update={"variants": ()})
    version = publish(tx, after, actor_id, now)
    _record(tx, key, actor_id, "survey.picked", {"variant": name, "version": version, "before": row["version"]}, now)
    return Picked(name, version, row["version"])


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


@lru_cache(maxsize=256)
def _worded(body: str, variant: str) -> Survey:
    return _parsed(body).worded(variant)
