"""How every command reads its settings, opens the store, and says plainly what went wrong."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from cxbot import logs
from cxbot.check import Checked, check
from cxbot.config import ConfigMistakes, read_config
from cxbot.settings import HOME, Config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cxbot.ports import Clock, Store


T = TypeVar("T")

MISTAKES = 2
"""Exit code where the settings, the surveys or the command line have to be put right first."""
FAILED = 1
_DRIVERS = frozenset({"sqlite3", "psycopg"})
"""Whose errors mean that the database cannot be used as it is; told by name, for only the store may import them."""
OPERATOR = "operator"
"""Who did what was done from the command line, in the log of changes."""

CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CXBOT_CONFIG",
    help="The settings; config.toml beside bot.py where there is one, else the defaults.",
)
DEMO = click.option(
    "--demo", "of_demo", is_flag=True, help="In the demo's store instead; --config does not count then."
)


def checked_of(config_path: Path | None) -> Checked:
    """The settings, the surveys and the playbooks, with every mistake in them."""
    return check(_file(config_path), os.environ, HOME / "surveys")


def _file(config_path: Path | None) -> Path | None:
    default = HOME / "config.toml"
    return config_path or (default if default.exists() else None)


def settings_of(config_path: Path | None, *, of_demo: bool = False) -> Config:
    """The settings alone: who only works on the store need not wait for the surveys to be right."""
    try:
        if not of_demo:
            return read_config(_file(config_path), os.environ)
        from cxbot.demo import read_cast  # noqa: PLC0415 -- see run

        return read_cast(os.environ)[0]
    except ConfigMistakes as error:
        refuse([str(mistake) for mistake in error.mistakes])


def usable(checked: Checked) -> Config:
    """The settings, where nothing is wrong with them or the surveys; else says what is and ends."""
    if checked.config is None or checked.mistakes:
        refuse(checked.mistakes)
    return checked.config


def refuse(mistakes: list[str] | tuple[str, ...]) -> NoReturn:
    """Says every mistake and ends."""
    for mistake in mistakes:
        click.echo(mistake, err=True)
    if len(mistakes) > 1:
        click.echo(f"{len(mistakes)} mistakes; nothing was started.", err=True)
    sys.exit(MISTAKES)


def complete(work: Coroutine[Any, Any, T], config: Config) -> T:
    """Runs a command's work; what can be expected to go wrong outside of the program is said in one line."""
    from cxbot.store import StoreError  # noqa: PLC0415 -- see run
    from cxbot.transfer import TransferMistake  # noqa: PLC0415 -- see run

    try:
        return asyncio.run(work)
    except ConfigMistakes as error:
        refuse([str(mistake) for mistake in error.mistakes])
    except TransferMistake as error:
        refuse([str(error)])
    except Exception as error:
        if not isinstance(error, StoreError | OSError) and type(error).__module__.partition(".")[0] not in _DRIVERS:
            raise
        said = logs.masked(str(error)).strip().splitlines() or [type(error).__name__]
        click.echo(f"{said[0]}\n{_advice(error, config)}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def _advice(error: Exception, config: Config) -> str:
    if isinstance(error, OSError) and error.errno in {48, 98, 10048}:
        return "Another program listens there. Stop it, or choose another port with --port or server.port."
    if config.store_url().startswith("postgresql://"):
        return "Look whether PostgreSQL runs and store.url (or CXBOT_STORE__URL) is right."
    return "Look whether the folder of store.url can be written to."


def opened(config: Config) -> AbstractAsyncContextManager[tuple[Store, Clock]]:
    """The store and the clock, for as long as a command needs them."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Store, Clock]]:
        from cxbot.app import machine_clock  # noqa: PLC0415 -- see run
        from cxbot.store import open_store  # noqa: PLC0415 -- see run

        store = await open_store(config.store_url())
        try:
            yield store, machine_clock()
        finally:
            await store.close()

    return opened()
