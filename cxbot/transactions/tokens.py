"""Bearer tokens of the systems that report interactions: named, revocable, kept as SHA-256 hashes only."""

from __future__ import annotations

from cxbot.ports import Row, Tx


def create(tx: Tx, name: str, token_hash: str, now: int) -> str:
    """Keeps a new token by its hash and returns its id, or '' where the name is taken, also by a revoked one."""
    token_id = tx.new_id()
    return token_id if tx.run("tokens.insert", id=token_id, name=name, hash=token_hash, created_at=now) else ""


def revoke(tx: Tx, name: str, now: int) -> bool:
    """Makes a token useless; False where there is no active one of this name."""
    return tx.run("tokens.revoke", name=name, now=now) > 0


def active(tx: Tx) -> list[Row]:
    """Name and hash of every token that has not been revoked."""
    return tx.all("tokens.active")


def all_tokens(tx: Tx) -> list[Row]:
    """Id, name, created_at and revoked_at (0: active) of every token; never a hash."""
    return tx.all("tokens.all")
