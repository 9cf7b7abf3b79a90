"""Files that go with a message, made when it leaves: an export as a table, a chart as a picture."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from cxbot import charts, transfer
from cxbot.domain.survey import to_toml
from cxbot.ports import File, Tx
from cxbot.transactions import files, holdings, reading, reports, survey_drafts

MOST_ROWS = 50_000
PAGE = 1_000


def make(tx: Tx, wanted: Mapping[str, Any]) -> File:
    """The file a row's arguments ask for; a read. Raises LookupError or ValueError where there is none."""
    if "kept" in wanted:
        return _kept(tx, wanted["kept"])
    if wanted["kind"] == "survey":
        return _survey(tx, wanted["survey"])
    if wanted["kind"] == "chart":
        weeks = reports.weeks(
            tx, wanted["metric"], date.fromisoformat(wanted["since"]), date.fromisoformat(wanted["until"])
        )
        said = "; ".join(f"{week.monday:%Y-%m-%d}: {week.score.value:.0f} (n={week.score.n})" for week in weeks)
        name = f"{wanted['metric']}-{wanted['until']}.png"
        return File(
            name, "image/png", charts.by_week(wanted["metric"], weeks), f"{wanted['metric'].upper()} {said}"[:900]
        )
    if wanted["kind"] == "person":
        return _person(tx, wanted["person"])
    return _table(tx, wanted["what"], wanted["since"], wanted["until"])


def _kept(tx: Tx, key: str) -> File:
    """A file that a customer sent. Raises LookupError where it is not there yet, or will never be."""
    file = files.get(tx, key)
    if file is None:
        raise LookupError(f"no file is kept as {key}")
    return File(file.name, file.mime, file.body, file.name)


def _person(tx: Tx, person_id: str) -> File:
    """Everything that is held about a person, as JSON."""
    held = holdings.all_of(tx, person_id)
    body = json.dumps({"person": person_id, **held}, ensure_ascii=False, indent=1)
    rows = sum(len(each) for each in held.values())
    return File(f"person-{person_id}.json", "application/json", body.encode(), f"person: {rows}")


def _survey(tx: Tx, key: str) -> File:
    """A survey as its file would be: the draft where there is one, else the live version."""
    found = survey_drafts.current(tx, key)
    if found is None:
        raise LookupError(f"there is no survey {key!r}")
    return File(f"{key}.toml", "application/toml", to_toml(found[0]).encode(), key)


def _table(tx: Tx, kind: reading.Kind, since: int, until: int) -> File:
    """Rows of a kind that began in a time (epoch ms), as CSV that spreadsheets open."""
    text = io.StringIO(newline="")
    write = transfer.csv_writer(text, kind, reading.questions(tx) if kind == "responses" else [])
    place: reading.Place | None = reading.Place()
    rows = 0
    while place is not None and rows < MOST_ROWS:
        page = reading.page(tx, kind, reading.Filters(since=since, until=until), place, PAGE)
        for row in page.rows:
            write(transfer.shown(kind, row))
        rows += len(page.rows)
        place = page.next
    if place is not None:
        csv.writer(text).writerow([f"more than {MOST_ROWS} rows; use bot.py export"])
    return File(f"{kind}.csv", "text/csv", ("\ufeff" + text.getvalue()).encode(), f"{kind}: {rows}")
