from __future__ import annotations

import csv
import json

import pytest

from cxbot import transfer
from cxbot.store.session import StoreError
from cxbot.transactions import interactions, people
from cxbot.transactions.reading import Filters, Place, page
from cxbot.transfer import TransferMistake, csv_cell, export_rows, import_interactions

HEADER = "id,touchpoint,outcome,name,address,vip,value,attributes.city,person.attributes.tier,happened_at\n"
ROW = "T-{n},ticket,closed,Sam {n},web:customer:{n},true,12.6,Oslo,gold,2025-11-20T09:00:00Z\n"


def write(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


async def load(store, clock, path, **more):
    return await import_interactions(store, clock.clock, path, **more)


async def by_source(store, source_id, source="import"):
    return await store.read(lambda tx: tx.one("interactions.by_source", source=source, source_id=source_id))


async def test_rows_of_a_csv_become_interactions_with_their_people(store, clock, tmp_path):
    path = write(tmp_path, "a.csv", HEADER + ROW.format(n=1) + ROW.format(n=2))
    report = await load(store, clock, path)
    assert (report.taken, report.repeated, report.bad) == (2, 0, 0)
    assert report.outcomes == {"no_survey": 2}
    row = await by_source(store, "T-1")
    person = await store.read(people.by_address, "web", "customer:1")
    assert row["person_id"] == person["id"]
    assert json.loads(row["attributes"]) == {"city": "Oslo"}
    assert (person["name"], person["vip"], person["value"]) == ("Sam 1", 1, 13)
    assert json.loads(person["attributes"]) == {"tier": "gold"}


async def test_an_import_run_again_or_broken_off_takes_nothing_twice(store, clock, tmp_path):
    path = write(tmp_path, "a.csv", HEADER + "".join(ROW.format(n=n) for n in range(250)))

    class Stop(Exception):
        pass

    def break_off(_):
        raise Stop

    with pytest.raises(Stop):
        await load(store, clock, path, progress=break_off)
    report = await load(store, clock, path)
    assert (report.taken, report.repeated) == (50, 200)
    report = await load(store, clock, path)
    assert (report.taken, report.repeated, report.bad) == (0, 250, 0)


async def test_a_row_without_an_id_is_known_by_its_content(store, clock, tmp_path):
    text = "touchpoint,address,happened_at\nticket,web:a,2025-11-20T09:00:00Z\nticket,web:b,2025-11-20T09:00:00Z\n"
    assert (await load(store, clock, write(tmp_path, "a.csv", text))).taken == 2
    more = "touchpoint,address,happened_at\nticket,web:c,2025-11-20T09:00:00Z\n" + text.partition("\n")[2]
    report = await load(store, clock, write(tmp_path, "a.csv", more))
    assert (report.taken, report.repeated) == (1, 2)


async def test_bad_rows_are_named_by_line_and_do_not_stop_the_rest(store, clock, tmp_path):
    rows = [
        "T-1,,closed,Sam,web:a,,,,,",
        ROW.format(n=2).strip(),
        'T-3,ticket,"clo\nsed",Sam,web:a,perhaps,,,,yesterday',
        "",
        "T-4,ticket,closed,Sam,fax:1,,,,,",
        ROW.format(n=2).strip().replace("Oslo", "Bergen"),
        "T-5,ticket,closed,Sam,web:a,,,,,,,,,",
        ROW.format(n=6).strip(),
    ]
    path = write(tmp_path, "a.csv", HEADER + "\n".join(rows))
    report = await load(store, clock, path, channels=("web",))
    assert (report.taken, report.bad) == (2, 5)
    found = {bad.line: str(bad) for bad in report.bad_rows}
    assert sorted(found) == [2, 4, 7, 8, 9]
    assert found[2].startswith("line 2: touchpoint: This is missing.")
    assert "line 4: person/vip:" in found[4]
    assert "line 4: happened_at:" in found[4]
    assert "No channel of this name" in found[7]
    assert "line 8: attributes/city: This id came before" in found[8]
    assert "14 cells under 10 columns" in found[9]


async def test_lines_of_json_are_taken_and_the_broken_ones_named(store, clock, tmp_path):
    good = {"id": 7, "touchpoint": "ticket", "person": {"addresses": [{"channel": "web", "address": "a"}]}}
    lines = [
        json.dumps(good),
        "{",
        "[1]",
        "",
        json.dumps({**good, "id": "", "agent": "Ben"}),
        "x" * 300_000,
        json.dumps({**good, "id": 8}),
    ]
    report = await load(store, clock, write(tmp_path, "a.jsonl", "\n".join(lines)))
    assert (report.taken, report.bad) == (3, 3)
    assert [bad.line for bad in report.bad_rows] == [2, 3, 6]
    assert (await by_source(store, "7"))["source"] == "import"


async def test_separators_and_encodings_of_spreadsheets_are_read(store, clock, tmp_path):
    text = "touchpoint;person id;Name;address.web\nticket;1;林美;lin\n"
    for n, encoding in enumerate(("utf-8-sig", "utf-8", "gb18030")):
        path = write(tmp_path, f"{n}.csv", text, encoding)
        options = {"encoding": "gb18030"} if encoding == "gb18030" else {}
        assert (await load(store, clock, path, **options)).taken == 1
    person = await store.read(people.by_address, "web", "lin")
    assert person["name"] == "林美"
    tabs = write(tmp_path, "t.csv", "touchpoint\taddress\nticket\tweb:a|slack:U1\n")
    assert (await load(store, clock, tabs)).taken == 1
    assert await store.read(people.by_address, "slack", "U1") == await store.read(people.by_address, "web", "a")


async def test_a_line_in_another_encoding_is_named_and_the_rest_read(store, clock, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"touchpoint,name\nticket,Ann\n" + "ticket,林美\n".encode("gb18030") + b"ticket,Bob\n")
    report = await load(store, clock, path)
    assert (report.taken, [bad.line for bad in report.bad_rows]) == (2, [3])
    assert "gb18030" in str(report.bad_rows[0])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"", "end it in .csv or .jsonl"),
        ("a.csv", b"", "touchpoint"),
        ("a.csv", b"touchpoint,shoe size\n", "attributes.shoe size"),
        ("a.csv", b"touchpoint,langauge\n", 'did you mean "language"'),
        ("a.csv", "touchpoint\n".encode("utf-16"), "UTF-16"),
    ],
)
async def test_a_file_that_cannot_be_used_says_what_to_do(store, clock, tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TransferMistake, match=words):
        await load(store, clock, path)
    with pytest.raises(TransferMistake, match="gb18030"):
        await load(store, clock, write(tmp_path, "b.csv", HEADER), encoding="klingon")


async def test_progress_adds_up_to_the_size_of_the_file(store, clock, tmp_path):
    path = write(tmp_path, "a.csv", HEADER + "".join(ROW.format(n=n) for n in range(450)))
    seen = []
    await load(store, clock, path, progress=seen.append)
    assert sum(seen) == path.stat().st_size
    assert len(seen) == 3


async def test_nobody_is_asked_where_the_import_says_so(store, clock, tmp_path):
    await load(store, clock, write(tmp_path, "a.csv", HEADER + ROW.format(n=1)), survey=False)
    assert json.loads((await by_source(store, "T-1"))["body"])["survey"] is False


async def test_a_store_that_takes_nothing_ends_the_import(store, clock, tmp_path):
    path = write(tmp_path, "a.csv", HEADER + ROW.format(n=1))
    await store.close()
    with pytest.raises(StoreError):
        await load(store, clock, path)


def respond(tx, now):
    for n in range(205):
        tx.run(
            "responses.insert", id=f"R{n:03}", invitation_id="", interaction_id="", person_id="p", survey="csat",
            survey_version=1, metric="csat", touchpoint="ticket", team_id="=cmd", channel="web", language="en",
            score=-5, band="low", state="complete", via="chat", late=0, started_at=now, variant="", completed_at=0,
        )  # fmt: skip
    for question, value, words in (("score", -5, "+1 好"), ("why", "=1+1", ""), ("which", ["@a", "b"], "")):
        tx.run("responses.answer", response_id="R000", question=question, kind="scale",
               value=json.dumps(value), words=words, answered_at=now)  # fmt: skip


async def test_an_export_has_every_row_and_no_formula(store, clock, tmp_path):
    await store.run(respond, clock.now)
    path, seen = tmp_path / "out.csv", []
    assert await export_rows(store, "responses", path, progress=seen.append) == 205
    assert seen == [200, 5]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f"R{n:03}" for n in range(205)]
    first = rows[0]
    assert (first["team"], first["score"], first["answer.score"]) == ("'=cmd", "-5", "-5")
    assert (first["words.score"], first["answer.why"], first["answer.which"]) == ("'+1 好", "'=1+1", '["@a", "b"]')
    assert rows[1]["answer.why"] == ""
    assert list(tmp_path.glob("out*")) == [path]


async def test_an_export_in_lines_of_json_keeps_everything_as_it_is(store, clock, tmp_path):
    await store.run(respond, clock.now)
    path = tmp_path / "out.jsonl"
    await export_rows(store, "responses", path, filters=Filters(until=clock.now + 1))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(rows) == 205
    assert {one["question"]: one["value"] for one in rows[0]["answers"]} == {
        "score": -5,
        "why": "=1+1",
        "which": ["@a", "b"],
    }


@pytest.mark.parametrize("kind", ["invitations", "cases"])
async def test_an_export_of_nothing_is_a_table_without_rows(store, tmp_path, kind):
    assert await export_rows(store, kind, tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text("utf-8-sig").startswith("id,")


async def test_an_export_that_fails_leaves_no_half_file(store, clock, tmp_path):
    await store.run(respond, clock.now)

    def fail(_):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await export_rows(store, "responses", tmp_path / "out.csv", progress=fail)
    assert list(tmp_path.glob("out*")) == []


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1+1", "'-1+1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("＝1", "'＝1"), ("-5", "-5"), ("-5.25", "-5.25"), (-5, -5), (1.5, 1.5), (True, "True"), (None, ""),
        ("a=b", "a=b"), (["=a"], '["=a"]'),
    ],
)  # fmt: skip
def test_a_cell_is_never_a_formula_and_a_number_stays_one(value, cell):
    assert csv_cell(value) == cell


def test_the_most_bad_rows_are_kept_but_all_are_counted():
    report = transfer.ImportReport()
    for n in range(transfer.MOST_BAD_ROWS + 5):
        report.skip(transfer.BadRow(n, ()))
    assert (report.bad, len(report.bad_rows)) == (transfer.MOST_BAD_ROWS + 5, transfer.MOST_BAD_ROWS)


async def test_rows_are_read_back_as_the_api_reads_them(store, clock, tmp_path):
    await load(store, clock, write(tmp_path, "a.csv", HEADER + ROW.format(n=1)), source="crm")
    assert (await by_source(store, "T-1", "crm"))["outcome"] == "closed"
    assert (await store.read(page, "invitations", Filters(), Place(), 9)).rows == ()
    assert interactions.Taken("a", "b", "c", "d").detail == {}
