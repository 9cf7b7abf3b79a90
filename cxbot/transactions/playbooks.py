"""Playbooks in the store: every version is kept, for cases keep the one they began with. Files seed and retire them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from cxbot.domain import playbook as playbook_model
from cxbot.domain.playbook import Playbook
from cxbot.ports import Tx


def all_live(tx: Tx) -> list[tuple[Playbook, int]]:
    """Every playbook that a new case may take, with its version, by key."""
    return [(_parsed(row["body"]), int(row["version"])) for row in tx.all("playbooks.all_live")]


def at(tx: Tx, key: str, version: int) -> Playbook:
    """A version of a playbook. Raises LookupError where there never was one."""
    row = tx.once("playbooks.at", playbook=key, version=version)
    if row is None:
        raise LookupError(f"playbook {key!r} has no version {version}")
    return _parsed(row["body"])


def seed(tx: Tx, files: Sequence[tuple[Playbook, str]], now: int) -> list[str]:
    """Takes over the playbooks of all files, each with the hash of its file; returns what changed.

    One whose file is gone is retired: no new case takes it.
    """
    lines: list[str] = []
    for playbook, seed_hash in files:
        if changed := _seed(tx, playbook, seed_hash, now):
            lines.append(f"playbook {playbook.key}: {changed}")
    kept = {playbook.key for playbook, _ in files}
    for live, _ in all_live(tx):
        if live.key not in kept and tx.run("playbooks.retire", playbook=live.key):
            _record(tx, live.key, "playbook.retired", 0, now)
            lines.append(f"playbook {live.key}: its file is gone; new cases do without it")
    return lines


def _seed(tx: Tx, playbook: Playbook, seed_hash: str, now: int) -> str:
    # Two replicas start at once: the second waits here for the first, then sees what it did.
    tx.run("playbooks.reserve", playbook=playbook.key)
    row = tx.one("playbooks.hold", playbook=playbook.key)
    assert row is not None
    if row["live"] and row["seed"] == seed_hash:
        return ""
    version = int(row["version"])
    if version == 0 or at(tx, playbook.key, version) != playbook:
        version += 1
        body = playbook_model.to_json(playbook)
        tx.run("playbooks.add_version", playbook=playbook.key, version=version, body=body, created_at=now)
    tx.run("playbooks.set_live", playbook=playbook.key, version=version, seed=seed_hash)
    _record(tx, playbook.key, "playbook.published", version, now)
    return "updated" if row["version"] else "new"


def _record(tx: Tx, key: str, kind: str, version: int, now: int) -> None:
    args = json.dumps({"version": version} if version else {})
    tx.run("playbooks.record", id=tx.new_id(), subject_id=key, kind=kind, args=args, happened_at=now)


@lru_cache(maxsize=256)
def _parsed(body: str) -> Playbook:
    return playbook_model.from_json(body)
