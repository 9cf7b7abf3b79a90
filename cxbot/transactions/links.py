"""Survey links: what a link's page shows, and spending a link once."""

from __future__ import annotations

from dataclasses import dataclass

from cxbot.ports import Row, Tx


@dataclass(frozen=True, slots=True)
class Linked:
    """The invitation a link is about, and whether the link was spent."""

    invitation: Row
    spent: bool


def look(tx: Tx, invitation_id: str, token_hash: str) -> Linked | None:
    """What a link's page needs, read only; None where the invitation does not exist."""
    invitation = tx.one("links.invitation", id=invitation_id)
    if invitation is None:
        return None
    return Linked(invitation, tx.one("links.spent", token_hash=token_hash) is not None)


def spend(tx: Tx, token_hash: str, response_id: str, now: int) -> bool:
    """Spends a link for a response; False where it was spent before. Two at once: the later one waits and loses."""
    return tx.run("links.spend", token_hash=token_hash, response_id=response_id, spent_at=now) == 1


def led_to(tx: Tx, token_hash: str, response_id: str) -> None:
    """Notes the response of what was spent before its response had an id; the first one stays."""
    tx.run("links.led_to", token_hash=token_hash, response_id=response_id)


def spent_for(tx: Tx, token_hash: str) -> str:
    """The response a link was spent for; '' where there is none."""
    row = tx.one("links.spent", token_hash=token_hash)
    return str(row["response_id"]) if row else ""


def give_back(tx: Tx, token_hash: str) -> None:
    """Makes good again what this transaction spent: the form came back with mistakes."""
    tx.run("links.give_back", token_hash=token_hash)
