"""One-time codes with which a colleague is known at a new address, where no directory says who writes there."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Literal

from cxbot.domain.pairing import ALPHABET, LENGTH, is_code
from cxbot.domain.roles import covers
from cxbot.ports import Row, Tx
from cxbot.transactions import people, people_merging, teams

VALID_MS = 15 * 60 * 1000
"""How long a code can be used, in business time."""
REMEMBERED_MS = 7 * 24 * 60 * 60 * 1000
"""How long a code that was used or has expired is told from a wrong one."""
MOST_TRIES = 5
TRIES_MS = 60 * 60 * 1000
CONCEALED = "•" * LENGTH

Reason = Literal["wrong", "expired", "used", "not_covered", "too_many"]


@dataclass(frozen=True, slots=True)
class Paired:
    """The address belongs to this person now; `before` is where they were written to until then (None: nowhere)."""

    person: Row
    code: Row
    before: Row | None


@dataclass(frozen=True, slots=True)
class NotPaired:
    """Why a code does nothing here, how many more tries this address has, and when it may try again."""

    reason: Reason
    left: int
    until: int


def new_code() -> str:
    """A fresh code, to be shown once."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if is_code(code):
            return code


def make(
    tx: Tx,
    code: str,
    now: int,
    *,
    person_id: str = "",
    team_id: str = "",
    role: str = "",
    maker_id: str = "",
    channel: str = "",
    address: str = "",
) -> Row:
    """Keeps a code, as a hash, for a person, or for whoever is to have a role in a team ('': everywhere).

    The maker is told at `channel` and `address` when it is used. Returns its id and `expires_at`.
    """
    for row in tx.all("pairing.lapsed", now=now):
        _conceal(tx, row["id"], row["said_id"])
    code_id, salt = tx.new_id(), tx.random_id()
    expires_at = now + VALID_MS
    tx.run(
        "pairing.insert",
        id=code_id,
        salt=salt,
        hash=_hash(salt, code),
        person_id=person_id,
        team_id=team_id,
        role=role,
        maker_id=maker_id,
        channel=channel,
        address=address,
        made_at=now,
        expires_at=expires_at,
    )
    about = {"code": code_id, **({"role": role, "team": team_id} if role else {})}
    people.record(tx, person_id or code_id, maker_id, "pairing_code_made", about, now)
    return {"id": code_id, "expires_at": expires_at}


def said(tx: Tx, code_id: str, row_id: str) -> None:
    """Notes in which message a code was told, which is rid of it when it is used or has expired."""
    tx.run("pairing.said", id=code_id, said_id=row_id)


def redeem(
    tx: Tx, code: str, channel: str, address: str, now: int, *, name: str = "", language: str = ""
) -> Paired | NotPaired:
    """Makes the address that of the person a code was made for; whoever was known by it is that person.

    Each address has five tries an hour. `name` and `language` are for somebody who was not known at all.
    """
    tried = tx.one("pairing.try", channel=channel, address=address, now=now, since=now - TRIES_MS)
    assert tried is not None
    left = max(MOST_TRIES - tried["tries"], 0)
    until = tried["since"] + TRIES_MS
    if tried["tries"] > MOST_TRIES:
        return _refused(tx, channel, address, "too_many", left, until, now)
    row = _matching(tx, code, now)
    if row is None:
        return _refused(tx, channel, address, "wrong", left, until, now)
    if row["used_at"] or row["expires_at"] <= now:
        return _refused(tx, channel, address, "used" if row["used_at"] else "expired", left, until, now)
    if not _covered(tx, row, channel, address):
        return _refused(tx, channel, address, "not_covered", left, until, now)
    if not tx.run("pairing.spend", id=row["id"], now=now):
        return _refused(tx, channel, address, "used", left, until, now)
    tx.run("pairing.forget_tries", channel=channel, address=address)
    _conceal(tx, row["id"], row["said_id"])
    return _pair(tx, row, channel, address, name, language, now)


def _pair(tx: Tx, code: Row, channel: str, address: str, name: str, language: str, now: int) -> Paired:
    before = people.address_of(tx, code["person_id"]) if code["person_id"] else None
    person_id = code["person_id"] or people.upsert(
        tx, now, addresses=[(channel, address)], name=name, language=language
    )
    linked = tx.one("people.link", channel=channel, address=address, person_id=person_id, language="", created_at=now)
    owner_id = str(linked["person_id"]) if linked else ""
    if owner_id not in ("", person_id):
        person_id = people_merging.merge(tx, person_id, owner_id, now, actor_id=code["maker_id"])["id"]
    if code["role"]:
        teams.give_role(tx, code["team_id"], person_id, code["role"], now)
    people.record(tx, person_id, code["maker_id"], "paired", {"channel": channel, "code": code["id"]}, now)
    person = people.get(tx, person_id)
    assert person is not None
    return Paired(person, code, before)


def _covered(tx: Tx, code: Row, channel: str, address: str) -> bool:
    """Whether the maker may still hand on the roles that come together here; the operator may hand on any."""
    if not code["maker_id"]:
        return True
    newcomer = people.by_address(tx, channel, address)
    handed = [code["person_id"], *([newcomer["id"]] if newcomer else [])]
    makers = teams.roles_of(tx, code["maker_id"])
    return all(covers(makers, teams.roles_of(tx, person_id)) for person_id in handed)


def _matching(tx: Tx, code: str, now: int) -> Row | None:
    """The code's row. Every row is compared, each in constant time, so that the time taken tells nothing."""
    found: Row | None = None
    for row in tx.all("pairing.remembered", since=now - REMEMBERED_MS):
        if hmac.compare_digest(_hash(row["salt"], code), row["hash"]):
            found = row
    return found


def _refused(tx: Tx, channel: str, address: str, reason: Reason, left: int, until: int, now: int) -> NotPaired:
    person = people.by_address(tx, channel, address)
    if person is not None:
        people.record(tx, person["id"], person["id"], "pairing_refused", {"channel": channel, "reason": reason}, now)
    return NotPaired(reason, left, until)


def _conceal(tx: Tx, code_id: str, row_id: str) -> None:
    """The message with which a code was told keeps it no longer."""
    row = tx.one("pairing.told", id=row_id) if row_id else None
    if row is not None:
        code = json.loads(row["args"]).get("code", "")
        args, words = (row[name].replace(code, CONCEALED) if code else row[name] for name in ("args", "words"))
        tx.run("pairing.conceal", id=row_id, args=args, words=words)
    tx.run("pairing.said", id=code_id, said_id="")


def _hash(salt: str, code: str) -> str:
    return hashlib.sha256(f"{salt}:{code}".encode("utf-8", "surrogateescape")).hexdigest()
