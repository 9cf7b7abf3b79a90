"""The commands that take something in from a file, or write one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxbot.cli.invocation import CONFIG, FAILED, OPERATOR, checked_of, complete, opened, refuse, settings_of, usable

if TYPE_CHECKING:
    from cxbot.transactions.reading import Kind
    from cxbot.transactions.rota_calendar import Imported


@click.group("import")
def import_group() -> None:
    """Take something in from a file."""


@import_group.command("interactions")
@CONFIG
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="import", show_default=True, help="The system they come from; ids count per source.")
@click.option("--encoding", default="utf-8-sig", show_default=True, help="Such as gb18030 or big5.")
@click.option("--no-survey", is_flag=True, help="Only keep what happened; ask nobody about it.")
def import_interactions(config_path: Path | None, file: Path, source: str, encoding: str, no_survey: bool) -> None:
    """Take interactions from a CSV or JSONL file. Bad rows are listed and skipped; run again, nothing comes twice."""
    config = settings_of(config_path)
    from cxbot import transfer  # noqa: PLC0415 -- see run

    size = file.stat().st_size

    async def take() -> transfer.ImportReport:
        async with opened(config) as (store, clock):
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

    report = complete(take(), config)
    for row in report.bad_rows:
        click.echo(str(row), err=True)
    if report.bad > len(report.bad_rows):
        click.echo(f"… and {report.bad - len(report.bad_rows)} more bad rows", err=True)
    click.echo(f"Taken: {report.taken}. Known already: {report.repeated}. Skipped as bad: {report.bad}.")
    for outcome, count in report.outcomes.most_common():
        click.echo(f"  {outcome}: {count}")
    if report.bad:
        sys.exit(FAILED)


@click.command()
@CONFIG
@click.argument("what", type=click.Choice(["responses", "cases", "invitations"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(config_path: Path | None, what: Kind, file: Path) -> None:
    """Write responses, cases or invitations to a file that ends in .csv or .jsonl."""
    config = settings_of(config_path)
    from cxbot import transfer  # noqa: PLC0415 -- see run

    async def write() -> int:
        async with opened(config) as (store, _):
            return await transfer.export_rows(store, what, file)

    click.echo(f"{complete(write(), config)} {what} written to {file}.")


@click.command("export-person")
@CONFIG
@click.argument("person")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_person(config_path: Path | None, person: str, file: Path) -> None:
    """Write everything that is held about PERSON (an address, an id, a name) to FILE, as JSON."""
    config = settings_of(config_path)
    from cxbot import attachments  # noqa: PLC0415 -- see run
    from cxbot.transactions import holdings, people  # noqa: PLC0415 -- see run

    async def held() -> bytes | str:
        async with opened(config) as (store, clock):
            found = await store.read(people.find, person)
            if len(found) != 1:
                names = ", ".join(f"{row['name']} ({row['id']})" for row in found)
                return f"several fit {person}: {names}" if found else f"nobody is called {person}"
            await store.run(holdings.exported, found[0]["id"], OPERATOR, clock.now())
            return (await store.read(attachments.make, {"kind": "person", "person": found[0]["id"]})).body

    body = complete(held(), config)
    if isinstance(body, str):
        refuse([body])
    file.write_bytes(body)
    click.echo(f"Everything held about {person} is written to {file}. It is personal: hand it to them only.")


@click.command()
@CONFIG
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
    config = usable(checked_of(config_path))
    from cxbot import printing  # noqa: PLC0415 -- see run

    wanted = printing.Wanted(touchpoint, channel, touchpoint if label is None else label, language or "", out)
    try:
        made = complete(printing.make(config, wanted), config)
    except printing.CannotPrint as mistake:
        refuse([str(mistake)])
    for line in made.worth_a_look:
        click.echo(f"Worth a look: {line}", err=True)
    for path in made.files:
        click.echo(path)


@click.group()
def rota() -> None:
    """Who is on call in a team."""


@rota.command("import")
@CONFIG
@click.argument("team")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_rota(config_path: Path | None, team: str, file: Path) -> None:
    """Take shifts ("On call: Ben") and absences ("Ana out") of TEAM from an .ics FILE, in place of its last one."""
    config = settings_of(config_path)
    from cxbot import calendars  # noqa: PLC0415 -- see run

    async def take() -> Imported | None:
        async with opened(config) as (store, clock):
            text = await asyncio.to_thread(file.read_text, encoding="utf-8-sig")
            return await calendars.take(store, team, text, OPERATOR, clock.now())

    try:
        imported = complete(take(), config)
    except calendars.CalendarMistake as mistake:
        refuse([str(mistake)])
    except UnicodeDecodeError:
        refuse([f"{file} is not in UTF-8; export the calendar as iCalendar (.ics) again"])
    if imported is None:
        refuse([f'there is no team "{team}"; `check --store` names those of the settings'])
    for each in imported.skipped:
        click.echo(f'line {each.line}: "{each.title}": {calendars.WHY[each.why]}', err=True)
    click.echo(f"Shifts: {imported.shifts}. Absences: {imported.absences}. Changed: {imported.changed}.")
