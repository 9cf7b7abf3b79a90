"""Small values the whole program shares: who the company is, how often people may be asked, what the app remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any

from cxbot.domain import contact
from cxbot.domain.cadence import Sending
from cxbot.ports import Tx

COMPANY = "company"
CONTACT = "contact"
CADENCES = "cadences"
COMMANDS = "commands"
PER_MINUTE = 30
"""Commands of one person in a minute, where nothing else is set."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who asks. `name` is by language; `time_zone` is the one days are counted in."""

    name: Mapping[str, str] = field(default_factory=dict)
    privacy_url: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    fallback: str = ""
    """ "channel:place" where alerts go whose team's own place cannot be written to; '' for the admins themselves."""

    def name_in(self, language: str) -> str:
        """The name in a language, else in the company's own, else any."""
        return self.name.get(language) or self.name.get(self.language) or next(iter(self.name.values()), "")


def get(tx: Tx, name: str) -> Any:
    """The value kept under a name, or None."""
    row = tx.one("settings.get", name=name)
    return None if row is None else json.loads(row["value"])


def put(tx: Tx, name: str, value: Any) -> None:
    """Keeps a value that JSON can hold."""
    tx.run("settings.put", name=name, value=json.dumps(value, ensure_ascii=False, sort_keys=True))


def company(tx: Tx) -> Company:
    """Who asks; nameless defaults until the app has put it."""
    row = tx.once("settings.get", name=COMPANY)
    return _company(row["value"]) if row else Company()


def contact_policy(tx: Tx) -> contact.Policy:
    """How often and when people may be asked; the field's defaults until the app has put its own."""
    row = tx.once("settings.get", name=CONTACT)
    return _contact_policy(row["value"]) if row else contact.Policy()


def sending(tx: Tx) -> Sending:
    """When and how fast cadences ask, and from how many people on a second admin approves."""
    row = tx.once("settings.get", name=CADENCES)
    return _sending(row["value"]) if row else Sending()


def commands_per_minute(tx: Tx) -> int:
    """How many commands one person may give in a minute on one channel."""
    row = tx.once("settings.get", name=COMMANDS)
    return int(json.loads(row["value"]).get("per_minute", PER_MINUTE)) if row else PER_MINUTE


@lru_cache(maxsize=32)
def _company(text: str) -> Company:
    return Company(**_known(Company, json.loads(text)))


@lru_cache(maxsize=32)
def _contact_policy(text: str) -> contact.Policy:
    return contact.Policy(**_known(contact.Policy, json.loads(text)))


@lru_cache(maxsize=32)
def _sending(text: str) -> Sending:
    given = json.loads(text)
    return Sending(**{**_known(Sending, given), "hours": json.dumps(given.get("hours", {}))})


def _known(kind: type[Company | contact.Policy | Sending], given: Mapping[str, Any]) -> dict[str, Any]:
    # A newer or older program may have left names this one does not know.
    return {known.name: given[known.name] for known in fields(kind) if known.name in given}
