"""Signed, expiring links to a survey's page. They name an invitation and a person; nobody can read more off them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias

from itsdangerous import BadData, URLSafeSerializer

from cxbot.ports import Row

PATH = "/s/"
LONGEST_TOKEN = 400
_SALT = "cxbot.survey-link.1"


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


def fingerprint(*parts: str) -> str:
    """What is kept of a spent token: a hash that gives nothing away."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )
