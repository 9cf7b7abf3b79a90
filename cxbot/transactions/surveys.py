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

SUBJECT = "survey:"
"""How the subject of a survey's events begins; its key follows."""
EVERY = "*"
"""Stands for the key where a change is of all surveys."""


@dataclass(frozen=True, slots=True)
class LiveSurvey:
    """The version of a survey that new invitations take. An archived survey counts as paused."""

    survey: Survey
    version: int
    paused: bool
    archived: bool = False
    starts_at: int = 0

    def asks(self, now: int) -> bool:
        """Whether it is meant for what happens now: begun, and not archived."""
        return not self.archived and self.starts_at <= now


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


def publish(tx: Tx, survey: Survey, actor_id: str, now: int, why: str = "", approved_by: str = "") -> int:
    """Makes a version written in chat the live one; returns its number. Invitations already made keep theirs."""
    row = _held(tx, survey.key)
    version = int(row["version"]) + 1
    # A yes to what was shown beside the version before would undo this one.
    tx.run("survey_drafts.withdraw", survey=survey.key, actor_id=actor_id, now=now)
    _add_version(tx, survey, version, actor_id, now)
    tx.run("surveys.set_live", survey=survey.key, version=version, seed=row["seed"], edited_at=now)
    args = {"version": version, "from": int(row["version"]), "to": version, "why": why, "approved_by": approved_by}
    record(tx, survey.key, actor_id, "survey.published", args, now)
    return version


def pick(tx: Tx, key: str, variant: str, actor_id: str, now: int) -> Picked | None:
    """Makes one of the wordings the survey's only one, as a new version; None where there is no such wording.

    The version before keeps its wordings: who was asked goes on in theirs, and publishing it again takes this back.
    """
    row = _held(tx, key)
    if not row["version"]:
        return None
    before = at(tx, key, row["version"])
    chosen = with_one_wording(before, variant)
    if chosen is None:
        return None
    name, after = chosen
    version = publish(tx, after, actor_id, now)
    record(tx, key, actor_id, "survey.picked", {"variant": name, "version": version, "before": row["version"]}, now)
    return Picked(name, version, row["version"])


def with_one_wording(survey: Survey, variant: str) -> tuple[str, Survey] | None:
    """The name of a wording and the survey with that one only; None where there is no such wording."""
    named = {each.name.casefold(): each.name for each in survey.variants}
    if survey.variants:
        named[OWN.casefold()] = OWN
    name = named.get(variant.casefold(), "")
    return (name, survey.worded(name).model_copy(update={"variants": ()})) if name else None


def pause(tx: Tx, key: str, actor_id: str, now: int) -> Switched:
    """No new invitations of this survey; those already asked may still be answered."""
    return _switch(tx, key, 1, actor_id, now)


def resume(tx: Tx, key: str, actor_id: str, now: int) -> Switched:
    """The survey invites again."""
    return _switch(tx, key, 0, actor_id, now)


def archive(tx: Tx, key: str, actor_id: str, now: int) -> Switched:
    """The survey asks nobody any more and is only listed; those already asked may still answer."""
    return _put_away(tx, key, now, actor_id, now)


def bring_back(tx: Tx, key: str, actor_id: str, now: int) -> Switched:
    """An archived survey is as it was before."""
    return _put_away(tx, key, 0, actor_id, now)


def schedule(tx: Tx, key: str, starts_at: int, actor_id: str, now: int) -> int:
    """From when on the survey asks (0: at once); returns what stood there before."""
    before = tx.one("surveys.state", survey=key)
    was = int(before["starts_at"]) if before else 0
    tx.run("surveys.set_start", survey=key, starts_at=starts_at)
    record(tx, key, actor_id, "survey.scheduled", {"from": was, "to": starts_at}, now)
    return was


def starts_at(tx: Tx, key: str) -> int:
    """From when on a survey asks, published or not (0: at once)."""
    state = tx.one("surveys.state", survey=key)
    return int(state["starts_at"]) if state else 0


def asked_before_start(tx: Tx, key: str) -> bool:
    """Whether a survey was published before it was given the start that lies ahead, however often that was moved."""
    first = 0
    for event in history(tx, key):
        if event["kind"] == "survey.scheduled":
            first = int(event["happened_at"])
            if json.loads(event["args"])["from"] <= first:
                break
    published = versions(tx, key)
    return bool(published) and published[-1]["created_at"] <= first


def history(tx: Tx, key: str, most: int = 500) -> list[Row]:
    """What was done to a survey, newest first: id, kind, args (JSON), actor_id, actor, happened_at."""
    return tx.all("surveys.history", subject_id=f"{SUBJECT}{key}", most=most)


def record(tx: Tx, key: str, actor_id: str, kind: str, args: Mapping[str, Any], now: int) -> None:
    """A line in the history of a survey."""
    tx.run(
        "surveys.record",
        id=tx.new_id(),
        subject_id=f"{SUBJECT}{key}",
        actor_id=actor_id,
        kind=kind,
        args=json.dumps(args, ensure_ascii=False),
        happened_at=now,
    )


def _put_away(tx: Tx, key: str, archived_at: int, actor_id: str, now: int) -> Switched:
    held = live(tx, key)
    if held is None:
        return "unknown"
    if held.archived == bool(archived_at):
        return "already"
    tx.run("surveys.set_archived", survey=key, archived_at=archived_at)
    kind = "survey.archived" if archived_at else "survey.brought_back"
    record(tx, key, actor_id, kind, {"from": held.archived, "to": not held.archived}, now)
    return "done"


def _switch(tx: Tx, key: str, paused: int, actor_id: str, now: int) -> Switched:
    if tx.run("surveys.set_paused", survey=key, paused=paused):
        kind = "survey.paused" if paused else "survey.resumed"
        record(tx, key, actor_id, kind, {"from": not paused, "to": bool(paused)}, now)
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


def _live(row: Row) -> LiveSurvey:
    archived = bool(row["archived_at"])
    return LiveSurvey(
        _parsed(row["body"]), row["version"], bool(row["paused"]) or archived, archived, int(row["starts_at"])
    )


@lru_cache(maxsize=256)
def _parsed(body: str) -> Survey:
    # By its text, not by key and version: one process may have several stores open, each with a version 1.
    return from_json(body)


@lru_cache(maxsize=256)
def _worded(body: str, variant: str) -> Survey:
    return _parsed(body).worded(variant)
