"""The company that is measured: its settings, its teams, and the time in which it lives."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import cxbot.app
from cxbot.config import parse_config
from cxbot.ports import Clock, Store, Tx
from cxbot.settings import Config
from cxbot.store import open_store
from cxbot.transactions import health

START = int(datetime(2035, 1, 2, 10, tzinfo=UTC).timestamp() * 1000)
"""When the stores were left, in business time (epoch ms): nothing in them falls due in a run by the wall clock."""
TOUCHPOINTS = 8
TEAMS = 12
SETTINGS = """
[server]
port = 0
[store]
url = "{url}"
[company]
name = {{ en = "Harbour & Co", zh-CN = "海港商店", zh-TW = "海港商店" }}
privacy_url = "https://example.com/privacy"
[log]
level = "warning"
[seed]
surveys = "surveys"
owners = [{{ address = "web:admin:ada", name = "Ada", role = "owner", language = "en" }}]
{teams}
"""
TEAM = """
[seed.teams.{id}]
name = "Team {id}"
channel = "web"
place = "team:{id}"
policy = {{ storm_cases = 0 }}
touchpoints = ["{touchpoint}"]
members = [
    {{ address = "web:member:lead-{id}", name = "Lead of {id}", role = "lead", language = "en" }},
    {{ address = "web:member:one-{id}", name = "Somebody of {id}", role = "member", language = "en" }},
]
"""


def team(number: int) -> str:
    """The id of a team."""
    return f"team{number:04}"


def settings(url: str, teams: int) -> str:
    """The settings of the company, with so many teams, as a TOML text."""
    tables = [
        TEAM.format(id=team(number), touchpoint="ticket" if number == 0 else f"touchpoint{number}")
        for number in range(teams)
    ]
    return SETTINGS.format(url=url, teams="".join(tables))


def config(url: str, teams: int = TEAMS) -> Config:
    """The same, read."""
    return parse_config(settings(url, teams), "bench", {})


def write_settings(path: Path, url: str, teams: int = TEAMS) -> Path:
    """The same, as a file for `bot.py run`."""
    path.write_text(settings(url, teams), encoding="utf-8")
    return path


class CompanyClock:
    """Business time that goes on from where the stores were left, as the machine's does; it can be wound."""

    def __init__(self) -> None:
        self.offset = START + 60_000 - machine()

    @property
    def clock(self) -> Clock:
        """What the program is built with."""
        return Clock(now=lambda: machine() + self.offset, machine=machine)


async def settled(store: Store, clock: Clock) -> None:
    """Returns once nothing is left that may be done at the present business time."""
    while await store.read(_busy, clock.now()):  # noqa: ASYNC110 -- another loop does the work, and tells nobody
        await asyncio.sleep(0.01)


def _busy(tx: Tx, now: int) -> bool:
    return health.due_since(tx, now) > 0 or any(row.state != "held" and row.oldest for row in health.queue(tx, now))


def machine() -> int:
    """The machine's time, epoch ms."""
    return time.time_ns() // 1_000_000


def open_stores_with(**options: Any) -> None:
    """Lets the program of this process open its store with options of `open_store` that it has no setting for."""
    vars(cxbot.app)["open_store"] = partial(open_store, **options)
