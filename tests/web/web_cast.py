"""A small cast, and what the bot said to it, for the tests of the web channel."""

from __future__ import annotations

import json
from pathlib import Path

from cxbot.domain.survey import read_survey
from cxbot.transactions import outbox, people, settings, surveys, teams

SECRET = "a secret of the tests"
HOME = Path(__file__).parents[2]


def seed_cast(tx, now: int) -> None:
    settings.put(tx, settings.COMPANY, {"name": {"en": "Harbour & Co"}, "privacy_url": "https://example.com/privacy"})
    for slug, name, language in (("sam", "Sam Rivera", "en"), ("mei", "林美", "zh-CN")):
        people.upsert(tx, now, addresses=[("web", f"customer:{slug}")], name=name, language=language)
    members = [{"address": "web:member:ana", "name": "Ana", "role": "lead"}]
    team = {"name": "Support", "channel": "web", "place": "team:support", "touchpoints": ["ticket"], "members": members}
    teams.seed(tx, {"support": team}, now)
    teams.seed_owners(tx, [{"channel": "web", "address": "admin:ada", "name": "Ada", "language": ""}], now)
    surveys.seed(tx, read_survey((HOME / "surveys" / "csat.toml").read_text(), "csat.toml"), "1", now)


def say(tx, now: int, address: str, text: str, **more) -> str:
    """A message of the bot as delivery leaves it: worded and sent."""
    columns = {name: more.pop(name) for name in ("replaces", "only_for", "thread_of", "kind") if name in more}
    row = outbox.say(tx, now, channel="web", address=address, language="en", key="test", **columns)
    words = {"row_id": row, "channel": "web", "address": address, "text": text, "language": "en", **more}
    taken = outbox_row(tx, row)
    assert taken is not None
    tx.run("outbox.claim", channel="web", worker="w", lease_until=now + 1, now=now, machine=now, most=100)
    tx.run(
        "outbox.mark_sent",
        id=row,
        worker="w",
        platform_id=row,
        words=json.dumps(words),
        sent_at=now,
        shown_at=now,
        reason="",
    )
    return row


def outbox_row(tx, row: str):
    return tx.one("outbox.get", id=row)
