"""Who calls the API: bearer tokens, compared by their hashes in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from aiohttp import web

from cxbot.api.errors import Problem
from cxbot.ports import Clock, Store
from cxbot.transactions import tokens

KEPT_MS = 1_000
"""How long the hashes are kept in memory: a token revoked elsewhere opens nothing after that."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LONGEST = 512


def new_token() -> tuple[str, str]:
    """A fresh token, to be shown once, and the hash that is kept of it."""
    token = f"cxb_{secrets.token_urlsafe(32)}"
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """SHA-256 in hex. A token has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def is_name(name: str) -> bool:
    """Whether this may name a token: up to 64 letters, digits, dots, dashes; it also names a source."""
    return NAME.fullmatch(name) is not None


class Gate:
    """Knows the active tokens; asks the store again after a second."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._hashes: list[tuple[str, str]] = []
        self._good_until = -1

    async def caller(self, request: web.Request) -> str:
        """The name of the token the request carries; Problem 401 where it carries none that is active."""
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _refused("No bearer token was sent.", "")
        name = await self._name_of(hash_token(token)) if len(token) <= LONGEST else ""
        if not name:
            raise _refused("This token is unknown or was revoked.", ', error="invalid_token"')
        return name

    async def _name_of(self, presented: str) -> str:
        now = self._clock.machine()
        if now >= self._good_until:
            self._hashes = [(row["name"], row["hash"]) for row in await self._store.read(tokens.active)]
            self._good_until = now + KEPT_MS
        found = ""
        for name, kept in self._hashes:  # every one is compared, so that time tells nothing
            if hmac.compare_digest(kept, presented):
                found = name
        return found


def _refused(message: str, challenge: str) -> Problem:
    return Problem(
        401,
        "unauthorized",
        message,
        "Send the header 'Authorization: Bearer <token>' with a token an admin has made for you.",
        headers={"WWW-Authenticate": f'Bearer realm="cxbot"{challenge}'},
    )
