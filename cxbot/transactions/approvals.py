"""The two-person rule: what is dangerous is asked for by one admin and done once a second has approved it.

What happens then stands in `dangerous`; here is only who asked for what, until when, and what was decided.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain.pairing import ALPHABET
from cxbot.domain.roles import may
from cxbot.ports import Row, Tx
from cxbot.transactions import outbox, people, settings, teams

VALID_MS = 24 * 60 * 60 * 1000
"""How long somebody may take to approve, in business time."""
KEY = "ap:"
"""How the key of a button begins: `ap:yes:CODE` or `ap:no:CODE`."""
LENGTH = 6


def approvers(tx: Tx, asker_id: str) -> list[Row]:
    """Every other owner or admin of everything who can be written to: their address with `person_id` and `language`."""
    found: list[Row] = []
    for member in teams.members(tx, teams.EVERYWHERE):
        if member["person_id"] == asker_id or not may({"": member["role"]}, "approve"):
            continue
        if (address := people.address_of(tx, member["person_id"])) is not None:
            found.append({**address, "language": member["language"], "name": member["name"]})
    return found


def ask(
    tx: Tx,
    what: str,
    args: Mapping[str, Any],
    meaning: Mapping[str, Any],
    asker: Row,
    now: int,
    to: tuple[str, str],
    *,
    key: str = "approval.asked",
    lines: Sequence[Mapping[str, Any]] = (),
    refusal: str = "no",
) -> Row | None:
    """Asks the other admins to approve; None where there is none. Asked for already, it gives that one again.

    `meaning` says what it is, `to` is the (channel, address) where the asker hears of it, ('', '') where they
    cannot be written to. `lines` are what the others have to know to decide. Gives `code` and `names`.
    """
    others = approvers(tx, asker["id"])
    if not others:
        return None
    tx.run("approvals.expire", now=now)
    names = [each["name"] for each in others]
    text = json.dumps(args, ensure_ascii=False, sort_keys=True)
    if (same := tx.one("approvals.same", what=what, args=text, now=now)) is not None:
        return {"code": same["code"], "names": names}
    code = new_code(tx)
    approval_id, until = tx.new_id(), now + VALID_MS
    channel, address = to
    tx.run(
        "approvals.ask", id=approval_id, code=code, what=what, args=text, asked_by=asker["id"], channel=channel,
        address=address, asked_at=now, expires_at=until,
    )  # fmt: skip
    company = settings.company(tx)
    said = {"what": meaning, "who": asker["name"], "code": code, "until": until, "zone": company.time_zone,
            "lines": list(lines)}  # fmt: skip
    for each in others:
        language = each["language"] or company.language
        choices = [choice("yes", code, "primary"), choice("no", code, "danger", refusal)]
        _say(tx, now, each["channel"], each["address"], language, key, {**said, "choices": choices})
    if channel:
        lapse_id = _say(tx, now, channel, address, asker["language"], "approval.lapsed", {"code": code}, due_at=until)
        tx.run("approvals.lapses", id=approval_id, lapse_id=lapse_id)
    people.record(tx, asker["id"], asker["id"], "approval.asked", {"what": what, "code": code}, now)
    return {"code": code, "names": names}


def new_code(tx: Tx) -> str:
    """A short code that is easily read and typed."""
    number, signs = int(tx.random_id(), 16), ""
    while len(signs) < LENGTH:
        number, at = divmod(number, len(ALPHABET))
        signs += ALPHABET[at]
    return signs


def waiting(tx: Tx, now: int) -> list[Row]:
    """What waits to be approved, oldest first, each with its `asker`."""
    return tx.all("approvals.waiting", now=now)


def by_code(tx: Tx, code: str) -> Row | None:
    """One request with its `asker` and its `decider`, whatever became of it."""
    return tx.one("approvals.by_code", code=code.strip().upper())


def settle(tx: Tx, row: Row, state: str, decider: Row, now: int) -> bool:
    """Notes that a request was approved or refused; False where somebody was first, or it has expired."""
    if not tx.run("approvals.decide", id=row["id"], state=state, decided_by=decider["id"], now=now):
        return False
    if row["lapse_id"]:
        outbox.cancel(tx, row["lapse_id"], "decided")
    args = {"what": row["what"], "code": row["code"], "asked_by": row["asked_by"]}
    people.record(tx, decider["id"], decider["id"], f"approval.{state}", args, now)
    return True


def tell_asker(tx: Tx, row: Row, key: str, args: Mapping[str, Any], now: int) -> None:
    """Says to who asked what became of it, where they asked."""
    if not row["channel"]:
        return
    asker = people.get(tx, row["asked_by"])
    language = (asker or {}).get("language") or settings.company(tx).language
    _say(tx, now, row["channel"], row["address"], str(language), key, args)


def choice(answer: str, code: str, style: str, label: str = "") -> dict[str, Any]:
    """A button that approves ("yes") or refuses ("no"), under another word where that says better what follows."""
    return {"key": f"{KEY}{answer}:{code}", "label": {"key": f"approval.{label or answer}", "args": {}}, "style": style}


def _say(
    tx: Tx, now: int, channel: str, address: str, language: str, key: str, args: Mapping[str, Any], *, due_at: int = 0
) -> str:
    language = language or settings.company(tx).language
    return outbox.say(tx, now, channel=channel, address=address, language=language, key=key, args=args, due_at=due_at)
