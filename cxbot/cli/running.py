"""The commands that run the bot, or look at what it would run on."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from cxbot import logs
from cxbot.check import Checked, check_config, notices
from cxbot.cli.access import owner_code_said
from cxbot.cli.invocation import CONFIG, FAILED, checked_of, complete, opened, refuse, settings_of, usable
from cxbot.config import ConfigMistakes
from cxbot.settings import Config
from cxbot.signals import until_signalled

T = TypeVar("T")

DEMO_PORTS = 10
"""So many ports are tried one after the other where none is asked for."""


@click.command()
@CONFIG
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of server.port; 0 takes a free one.")
def run(config_path: Path | None, port: int | None) -> None:
    """Run the bot until it is asked to stop (Ctrl+C or SIGTERM)."""
    config = usable(checked_of(config_path))
    from cxbot.app import App  # noqa: PLC0415 -- the other commands need not load every part
    from cxbot.transactions import pairing  # noqa: PLC0415 -- see above
    from handlers.pairing import make_first_owner  # noqa: PLC0415 -- see above

    logs.configure(config.log.level, config.log.format)
    for notice in notices(config):
        click.echo(f"Worth a look: {notice}", err=True)

    async def serve() -> None:
        app = await App.start(config, port=port)
        click.echo(f"Listening on {app.url}")
        code = pairing.new_code()
        if isinstance(await app.store.run(make_first_owner, code, app.clock.now()), dict):
            click.echo(f"There is no owner yet. {owner_code_said(code)}")
        await app.serve()

    complete(until_signalled(serve()), config)


@click.command()
@click.option("--fresh", is_flag=True, help="Start over; the store so far is kept beside the new one.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen; the first free one from 8080 by default.")
@click.option("--host", help="Listen on another address than 127.0.0.1, as a container needs. Anybody there can play.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def demo(fresh: bool, port: int | None, host: str | None, no_browser: bool) -> None:
    """Try everything out in a browser: a customer's phone, a team's channel and an admin's chat, side by side."""
    from cxbot import demo as demos  # noqa: PLC0415 -- see run

    try:
        config, customers = demos.read_cast(os.environ)
    except ConfigMistakes as error:
        refuse([str(mistake) for mistake in error.mistakes])
    if host:
        config = config.model_copy(update={"server": config.server.model_copy(update={"host": host})})
    usable(check_config(config))
    logs.configure("warning", config.log.format)
    if fresh and config.store_url().startswith("sqlite:///"):
        database = Path(config.store_url().removeprefix("sqlite:///"))
        if kept := demos.move_aside(database, datetime.now(UTC)):
            click.echo(f"Starting over. What was there is kept in {kept}.")
    elif fresh:
        refuse(["--fresh works with SQLite only; point CXBOT_STORE__URL at an empty database instead"])
    from cxbot.app import App  # noqa: PLC0415 -- see run

    async def serve() -> None:
        tried = range(config.server.port, config.server.port + DEMO_PORTS) if port is None else (port,)
        app = await _first_free(
            lambda number: App.start(config, port=number, demo=demos.Demo(demos.DemoClock(), customers)), tried
        )
        address = f"{app.url}/try"
        click.echo(f"\n  Try it out: {address}\n\n  Ctrl+C stops it; what happened is kept for the next time.\n")
        if not no_browser and _has_desktop():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        await app.serve()

    complete(until_signalled(serve()), config)


@click.command("check")
@CONFIG
@click.option(
    "--store",
    "with_store",
    is_flag=True,
    help="Also say what a start would change in the store. Opening it brings its schema up to date.",
)
@click.option(
    "--online",
    is_flag=True,
    help="Also ask each platform what is missing: permissions, channels, events. Sends nothing to anybody.",
)
def check_command(config_path: Path | None, with_store: bool, online: bool) -> None:
    """List every mistake in the settings, the surveys and the playbooks at once. Starts nothing."""
    checked = checked_of(config_path)
    config = usable(checked)
    for notice in notices(config):
        click.echo(f"Worth a look: {notice}")
    for line in complete(_rehearsed(config, checked), config) if with_store else ():
        click.echo(f"In the store: {line}")
    names = ", ".join(file.survey.key for file in checked.surveys) or "none"
    missing = complete(_missing_online(config), config) if online else []
    for line in missing:
        click.echo(line)
    if missing:
        sys.exit(FAILED)
    click.echo(f"All is well. Surveys: {names}.")


@click.command()
@CONFIG
def migrate(config_path: Path | None) -> None:
    """Bring the store's schema up to date. `run` does so by itself; this is for doing it beforehand."""
    config = settings_of(config_path)
    from cxbot.store import migrate as bring_up_to_date  # noqa: PLC0415 -- see run

    async def bring() -> list[str]:
        return await asyncio.to_thread(bring_up_to_date, config.store_url())

    applied = complete(bring(), config)
    click.echo("\n".join(f"Applied {name}." for name in applied) or "The schema is up to date.")


async def _rehearsed(config: Config, checked: Checked) -> tuple[str, ...]:
    from cxbot.app import Rehearsed, rehearse  # noqa: PLC0415 -- see run

    async with opened(config) as (store, clock):
        try:
            await store.run(rehearse, config, checked.surveys, clock.now(), checked.playbooks)
        except Rehearsed as end:
            return end.lines
    return ()


async def _missing_online(config: Config) -> list[str]:
    from cxbot.app import surroundings_of  # noqa: PLC0415 -- see run
    from cxbot.discovery import channel_specs  # noqa: PLC0415 -- see run

    teams = [(team.channel, team.place) for team in config.seed.teams.values()]
    fallback = config.company.fallback.partition(":")
    places = dict.fromkeys([*teams, (fallback[0], fallback[2])])
    found: list[str] = []
    async with opened(config) as (store, clock):
        for name, chosen in config.channels.items():
            examine = channel_specs()[name].examine
            if examine is not None:
                around = surroundings_of(config, name, store, clock, secret="", public_url=config.server.public_url)
                there = [place for channel, place in places if channel == name and place]
                found += [f"{name}: {line}" for line in await examine(chosen, around, there)]
    return found


async def _first_free(start: Callable[[int], Coroutine[Any, Any, T]], ports: range | tuple[int, ...]) -> T:
    for number in ports[:-1]:
        try:
            return await start(number)
        except OSError as error:
            if error.errno not in {48, 98, 10048}:
                raise
    return await start(ports[-1])


def _has_desktop() -> bool:
    if os.environ.get("SSH_CONNECTION") or os.environ.get("CI"):
        return False
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
