"""The commands of `python bot.py`: each reads what it is given, calls the program, and says plainly what went wrong."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from cxbot import logs
from cxbot.check import Checked, check, check_config, notices
from cxbot.config import ConfigMistakes, read_config
from cxbot.settings import HOME, Config

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cxbot.ports import Clock, Row, Store
    from cxbot.transactions.reading import Kind
    from cxbot.transactions.rota_calendar import Imported

T = TypeVar("T")

MISTAKES = 2
"""Exit code where the settings, the surveys or the command line have to be put right first."""
FAILED = 1
_DRIVERS = frozenset({"sqlite3", "psycopg"})
"""Whose errors mean that the database cannot be used as it is; told by name, for only the store may import them."""
OPERATOR = "operator"
"""Who did what was done from the command line, in the log of changes."""
DEMO_PORTS = 10
"""So many ports are tried one after the other where none is asked for."""

_CONFIG = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CXBOT_CONFIG",
    help="The settings; config.toml beside bot.py where there is one, else the defaults.",
)
_DEMO = click.option(
    "--demo", "of_demo", is_flag=True, help="In the demo's store instead; --config does not count then."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def main() -> None:
    """Asks customers how it was, hears what they say, alerts the team that can help, and closes the loop.

    New here? `python bot.py demo` needs no account and no settings.
    """
    for stream in (sys.stdout, sys.stderr):
        if callable(reconfigure := getattr(stream, "reconfigure", None)):
            reconfigure(errors="replace")  # a terminal without Chinese must not stop anything


@main.command()
@_CONFIG
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of server.port; 0 takes a free one.")
def run(config_path: Path | None, port: int | None) -> None:
    """Run the bot until it is asked to stop (Ctrl+C or SIGTERM)."""
    config = _usable(_check(config_path))
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
            click.echo(f"There is no owner yet. {_owner_code(code)}")
        await app.run_until_stopped()

    _complete(serve(), config)


@main.command()
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
        _refuse([str(mistake) for mistake in error.mistakes])
    if host:
        config = config.model_copy(update={"server": config.server.model_copy(update={"host": host})})
    _usable(check_config(config))
    logs.configure("warning", config.log.format)
    if fresh and config.store_url().startswith("sqlite:///"):
        database = Path(config.store_url().removeprefix("sqlite:///"))
        if kept := demos.move_aside(database, datetime.now(UTC)):
            click.echo(f"Starting over. What was there is kept in {kept}.")
    elif fresh:
        _refuse(["--fresh works with SQLite only; point CXBOT_STORE__URL at an empty database instead"])
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
        await app.run_until_stopped()

    _complete(serve(), config)


@main.command("check")
@_CONFIG
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
    checked = _check(config_path)
    config = _usable(checked)
    for notice in notices(config):
        click.echo(f"Worth a look: {notice}")
    for line in _complete(_rehearsed(config, checked), config) if with_store else ():
        click.echo(f"In the store: {line}")
    names = ", ".join(file.survey.key for file in checked.surveys) or "none"
    missing = _complete(_missing_online(config), config) if online else []
    for line in missing:
        click.echo(line)
    if missing:
        sys.exit(FAILED)
    click.echo(f"All is well. Surveys: {names}.")


@main.command()
@_CONFIG
def migrate(config_path: Path | None) -> None:
    """Bring the store's schema up to date. `run` does so by itself; this is for doing it beforehand."""
    config = _settings(config_path)
    from cxbot.store import migrate as bring_up_to_date  # noqa: PLC0415 -- see run

    async def bring() -> list[str]:
        return await asyncio.to_thread(bring_up_to_date, config.store_url())

    applied = _complete(bring(), config)
    click.echo("\n".join(f"Applied {name}." for name in applied) or "The schema is up to date.")


@main.group("import")
def import_group() -> None:
    """Take something in from a file."""


@import_group.command("interactions")
@_CONFIG
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="import", show_default=True, help="The system they come from; ids count per source.")
@click.option("--encoding", default="utf-8-sig", show_default=True, help="Such as gb18030 or big5.")
@click.option("--no-survey", is_flag=True, help="Only keep what happened; ask nobody about it.")
def import_interactions(config_path: Path | None, file: Path, source: str, encoding: str, no_survey: bool) -> None:
    """Take interactions from a CSV or JSONL file. Bad rows are listed and skipped; run again, nothing comes twice."""
    config = _settings(config_path)
    from cxbot import transfer  # noqa: PLC0415 -- see run

    size = file.stat().st_size

    async def take() -> transfer.ImportReport:
        async with _open(config) as (store, clock):
            with click.progressbar(length=size, label=file.name, file=sys.stderr) as bar:
                return await transfer.import_interactions(
                    store,
                    clock,
                    file,
                    source=source,
                    channels=tuple(config.channels),
                    survey=not no_survey,
                    encoding=encoding,
                    progress=bar.update,
                )

    report = _complete(take(), config)
    for row in report.bad_rows:
        click.echo(str(row), err=True)
    if report.bad > len(report.bad_rows):
        click.echo(f"… and {report.bad - len(report.bad_rows)} more bad rows", err=True)
    click.echo(f"Taken: {report.taken}. Known already: {report.repeated}. Skipped as bad: {report.bad}.")
    for outcome, count in report.outcomes.most_common():
        click.echo(f"  {outcome}: {count}")
    if report.bad:
        sys.exit(FAILED)


@main.command()
@_CONFIG
@click.argument("what", type=click.Choice(["responses", "cases", "invitations"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(config_path: Path | None, what: Kind, file: Path) -> None:
    """Write responses, cases or invitations to a file that ends in .csv or .jsonl."""
    config = _settings(config_path)
    from cxbot import transfer  # noqa: PLC0415 -- see run

    async def write() -> int:
        async with _open(config) as (store, _):
            return await transfer.export_rows(store, what, file)

    click.echo(f"{_complete(write(), config)} {what} written to {file}.")


@main.command()
@_CONFIG
@click.option("--team", "team_id", default="", help="The team in which a role holds; everywhere where none is named.")
@click.argument("who", metavar="ROLE|PERSON")
def pair(config_path: Path | None, team_id: str, who: str) -> None:
    """Make a one-time code with which a colleague is known on a channel that cannot tell who writes.

    For somebody with a role already, name them; for somebody new, name the role: owner, admin, lead, member, viewer.
    """
    config = _settings(config_path)
    from cxbot.transactions import pairing  # noqa: PLC0415 -- see run
    from handlers.pairing import make  # noqa: PLC0415 -- see run

    code = pairing.new_code()

    async def keep() -> Row | str:
        async with _open(config) as (store, clock):
            return await store.run(make, code, who, team_id, clock.now())

    made = _complete(keep(), config)
    if isinstance(made, str):
        _refuse([made])
    minutes = pairing.VALID_MS // 60_000
    click.echo(
        f"For {made['name']}, once and within {minutes} minutes. They write to the bot in private:\n\npair {code}\n"
    )


@main.command("owner-code")
@_CONFIG
def owner_code(config_path: Path | None) -> None:
    """Make a one-time code for the first owner, where there is none yet: whoever sends it to the bot is the owner."""
    config = _settings(config_path)
    from cxbot.transactions import pairing  # noqa: PLC0415 -- see run
    from handlers.pairing import make_first_owner  # noqa: PLC0415 -- see run

    code = pairing.new_code()

    async def keep() -> Row | str:
        async with _open(config) as (store, clock):
            return await store.run(make_first_owner, code, clock.now())

    made = _complete(keep(), config)
    if isinstance(made, str):
        _refuse([made])
    click.echo(_owner_code(code))


@main.command("export-person")
@_CONFIG
@click.argument("person")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_person(config_path: Path | None, person: str, file: Path) -> None:
    """Write everything that is held about PERSON (an address, an id, a name) to FILE, as JSON."""
    config = _settings(config_path)
    from cxbot import attachments  # noqa: PLC0415 -- see run
    from cxbot.transactions import holdings, people  # noqa: PLC0415 -- see run

    async def held() -> bytes | str:
        async with _open(config) as (store, clock):
            found = await store.read(people.find, person)
            if len(found) != 1:
                names = ", ".join(f"{row['name']} ({row['id']})" for row in found)
                return f"several fit {person}: {names}" if found else f"nobody is called {person}"
            await store.run(holdings.exported, found[0]["id"], OPERATOR, clock.now())
            return (await store.read(attachments.make, {"kind": "person", "person": found[0]["id"]})).body

    body = _complete(held(), config)
    if isinstance(body, str):
        _refuse([body])
    file.write_bytes(body)
    click.echo(f"Everything held about {person} is written to {file}. It is personal: hand it to them only.")


@main.command()
@_CONFIG
@click.option("--touchpoint", required=True, help="What is visited: store-12. Letters, digits and _ - . : , up to 64.")
@click.option("--channel", default="", help="Which channel it opens; the only one that can where none is named.")
@click.option("--label", default=None, help="The small line under the code; the touchpoint where none is given.")
@click.option("--language", type=click.Choice(["en", "zh-CN", "zh-TW"]), help="Instead of the company's.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="The folder for the files."
)
def qr(
    config_path: Path | None, touchpoint: str, channel: str, label: str | None, language: str | None, out: Path
) -> None:
    """Make a QR code to print, as PNG and SVG: who scans it is asked how it was there."""
    config = _usable(_check(config_path))
    from cxbot import printing  # noqa: PLC0415 -- see run

    wanted = printing.Wanted(touchpoint, channel, touchpoint if label is None else label, language or "", out)
    try:
        made = _complete(printing.make(config, wanted), config)
    except printing.CannotPrint as mistake:
        _refuse([str(mistake)])
    for line in made.worth_a_look:
        click.echo(f"Worth a look: {line}", err=True)
    for path in made.files:
        click.echo(path)


@main.group()
def rota() -> None:
    """Who is on call in a team."""


@rota.command("import")
@_CONFIG
@click.argument("team")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_rota(config_path: Path | None, team: str, file: Path) -> None:
    """Take shifts ("On call: Ben") and absences ("Ana out") of TEAM from an .ics FILE, in place of its last one."""
    config = _settings(config_path)
    from cxbot import calendars  # noqa: PLC0415 -- see run

    async def take() -> Imported | None:
        async with _open(config) as (store, clock):
            text = await asyncio.to_thread(file.read_text, encoding="utf-8-sig")
            return await calendars.take(store, team, text, OPERATOR, clock.now())

    try:
        imported = _complete(take(), config)
    except calendars.CalendarMistake as mistake:
        _refuse([str(mistake)])
    except UnicodeDecodeError:
        _refuse([f"{file} is not in UTF-8; export the calendar as iCalendar (.ics) again"])
    if imported is None:
        _refuse([f'there is no team "{team}"; `check --store` names those of the settings'])
    for each in imported.skipped:
        click.echo(f'line {each.line}: "{each.title}": {calendars.WHY[each.why]}', err=True)
    click.echo(f"Shifts: {imported.shifts}. Absences: {imported.absences}. Changed: {imported.changed}.")


@main.group()
def token() -> None:
    """Make and revoke the tokens with which other systems call the API."""


@token.command("new")
@_CONFIG
@_DEMO
@click.argument("name")
def new_token(config_path: Path | None, of_demo: bool, name: str) -> None:
    """Make a token and show it once; only its hash is kept. NAME is the system that will use it."""
    config = _settings(config_path, of_demo=of_demo)
    from cxbot.api import auth  # noqa: PLC0415 -- see run
    from cxbot.transactions import tokens  # noqa: PLC0415 -- see run

    if not auth.is_name(name):
        _refuse([f'"{name}" is no name for a token: write up to 64 letters, digits, dots and dashes, such as crm'])
    secret, kept = auth.new_token()

    async def make() -> str:
        async with _open(config) as (store, clock):
            return await store.run(tokens.create, name, kept, clock.now())

    if not _complete(make(), config):
        _refuse([f'there is or was a token named "{name}"; choose another name, such as {name}-2'])
    click.echo(f"Keep it safe, it is shown only now:\n\n{secret}\n\nUse it as: Authorization: Bearer {secret[:8]}…")


@token.command("list")
@_CONFIG
@_DEMO
def list_tokens(config_path: Path | None, of_demo: bool) -> None:
    """List the tokens by name, active and revoked. The tokens themselves are not kept."""
    config = _settings(config_path, of_demo=of_demo)
    from cxbot.transactions import tokens  # noqa: PLC0415 -- see run

    async def read() -> list[dict[str, Any]]:
        async with _open(config) as (store, _):
            return await store.read(tokens.all_tokens)

    for row in _complete(read(), config):
        state = f"revoked {_day(row['revoked_at'])}" if row["revoked_at"] else "active"
        click.echo(f"{row['name']}\tmade {_day(row['created_at'])}\t{state}")


@token.command("revoke")
@_CONFIG
@_DEMO
@click.argument("name")
def revoke_token(config_path: Path | None, of_demo: bool, name: str) -> None:
    """Make a token useless, within a second, wherever it is."""
    config = _settings(config_path, of_demo=of_demo)
    from cxbot.transactions import tokens  # noqa: PLC0415 -- see run

    async def revoke() -> bool:
        async with _open(config) as (store, clock):
            return await store.run(tokens.revoke, name, clock.now())

    if not _complete(revoke(), config):
        _refuse([f'there is no active token named "{name}"; `token list` shows what there is'])
    click.echo(f"{name} is revoked.")


def _owner_code(code: str) -> str:
    return (
        f"Whoever writes this to the bot in private, once and within 15 minutes, becomes the owner:\n\npair {code}\n\n"
        "`bot.py owner-code` makes another."
    )


async def _rehearsed(config: Config, checked: Checked) -> tuple[str, ...]:
    from cxbot.app import Rehearsed, rehearse  # noqa: PLC0415 -- see run

    async with _open(config) as (store, clock):
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
    async with _open(config) as (store, clock):
        for name, chosen in config.channels.items():
            examine = channel_specs()[name].examine
            if examine is not None:
                around = surroundings_of(config, name, store, clock, secret="", public_url=config.server.public_url)
                there = [place for channel, place in places if channel == name and place]
                found += [f"{name}: {line}" for line in await examine(chosen, around, there)]
    return found


def _check(config_path: Path | None) -> Checked:
    return check(_file(config_path), os.environ, HOME / "surveys")


def _file(config_path: Path | None) -> Path | None:
    default = HOME / "config.toml"
    return config_path or (default if default.exists() else None)


def _settings(config_path: Path | None, *, of_demo: bool = False) -> Config:
    """The settings alone: who only works on the store need not wait for the surveys to be right."""
    try:
        if not of_demo:
            return read_config(_file(config_path), os.environ)
        from cxbot.demo import read_cast  # noqa: PLC0415 -- see run

        return read_cast(os.environ)[0]
    except ConfigMistakes as error:
        _refuse([str(mistake) for mistake in error.mistakes])


def _usable(checked: Checked) -> Config:
    if checked.config is None or checked.mistakes:
        _refuse(checked.mistakes)
    return checked.config


def _refuse(mistakes: list[str] | tuple[str, ...]) -> NoReturn:
    for mistake in mistakes:
        click.echo(mistake, err=True)
    if len(mistakes) > 1:
        click.echo(f"{len(mistakes)} mistakes; nothing was started.", err=True)
    sys.exit(MISTAKES)


def _complete(work: Coroutine[Any, Any, T], config: Config) -> T:
    """Runs a command's work; what can be expected to go wrong outside of the program is said in one line."""
    from cxbot.store import StoreError  # noqa: PLC0415 -- see run
    from cxbot.transfer import TransferMistake  # noqa: PLC0415 -- see run

    try:
        return asyncio.run(work)
    except ConfigMistakes as error:
        _refuse([str(mistake) for mistake in error.mistakes])
    except TransferMistake as error:
        _refuse([str(error)])
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


def _open(config: Config) -> AbstractAsyncContextManager[tuple[Store, Clock]]:
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


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"
