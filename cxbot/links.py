"""Signed, expiring links to pages of ours: a survey, a message, a file. They name ids, and tell nobody more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from itsdangerous import BadData, URLSafeSerializer

from cxbot.ports import Row

PATH = "/s/"
LONGEST_TOKEN = 1_000
"""A platform's id of a file, of which a token holds one, may have 256 characters."""


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """What a link says. `expires_at` is business time, epoch ms."""

    invitation_id: str
    person_id: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Expired:
    """A link that was good until `claims.expires_at`."""

    claims: LinkClaims


@dataclass(frozen=True, slots=True)
class Invalid:
    """Not one of our links, or one that was changed on its way."""


Link: TypeAlias = LinkClaims | Expired | Invalid
Kind: TypeAlias = Literal["message", "file"]
PATHS: Mapping[Kind, str] = {"message": "/m/", "file": "/f/"}
SHOWN_MS = 30 * 24 * 60 * 60 * 1000
"""How long a message or a file can be looked at by its link."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link to a message or a file names: the id of the row, or the key of the file."""

    subject: str


def make_link(secret: str, public_url: str, invitation_id: str, person_id: str, expires_at: int) -> str:
    """The address of the page on which the person can answer, good until `expires_at` (business time, epoch ms)."""
    token = _signer(secret).dumps([invitation_id, person_id, expires_at])
    return f"{public_url.rstrip('/')}{PATH}{token if isinstance(token, str) else token.decode()}"


def page_of(secret: str, public_url: str, invitation: Row) -> str:
    """The address of an invitation's page while it waits for its answer, else ''."""
    if invitation["state"] != "asked":
        return ""
    return make_link(secret, public_url, invitation["id"], invitation["person_id"], invitation["expires_at"])


def read_link(secret: str, token: str, now: int) -> Link:
    """What a token says; the signature is compared in constant time. Never raises, whatever the token."""
    if len(token) > LONGEST_TOKEN:
        return Invalid()
    try:
        invitation_id, person_id, expires_at = _signer(secret).loads(token)
        claims = LinkClaims(str(invitation_id), str(person_id), int(expires_at))
    except (BadData, ValueError, TypeError):
        return Invalid()
    return claims if now < claims.expires_at else Expired(claims)


def make_shown(secret: str, public_url: str, kind: Kind, subject: str, now: int) -> str:
    """The address of the page that shows a message or a file, good for `SHOWN_MS` from now (business time)."""
    token = _signer(secret, kind).dumps([subject, now + SHOWN_MS])
    return f"{public_url.rstrip('/')}{PATHS[kind]}{token if isinstance(token, str) else token.decode()}"


def read_shown(kind: Kind, secret: str, token: str, now: int) -> Shown | Invalid:
    """What such a link names; Invalid as well where it has expired. Never raises, whatever the token."""
    if len(token) > LONGEST_TOKEN:
        return Invalid()
    try:
        subject, expires_at = _signer(secret, kind).loads(token)
        return Shown(str(subject)) if now < int(expires_at) else Invalid()
    except (BadData, ValueError, TypeError):
        return Invalid()


def fingerprint(*parts: str) -> str:
    """What is kept of a spent token: a hash that gives nothing away."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _signer(secret: str, kind: str = "survey") -> URLSafeSerializer:
    return URLSafeSerializer(
        secret, salt=f"cxbot.{kind}-link.1", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
