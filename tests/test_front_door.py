from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from cxbot import demo as demos
from cxbot.app import App
from cxbot.config import ConfigMistakes, parse_config
from cxbot.settings import HOME, Config
from cxbot.testing import FakeClock
from cxbot.transactions import outbox, people, settings, surveys, teams

HOUR = 3_600_000
WAIT = 30


def settings_for(url: str, more: str = "") -> Config:
    privacy = '[company]\nprivacy_url = "https://example.com/privacy"\n'
    return parse_config(f'{privacy}[store]\nurl = "{url}"\n{more}', "config.toml", {})


@contextlib.asynccontextmanager
async def running(config: Config, **more) -> AsyncIterator[App]:
    app = await App.start(config, port=0, **more)
    try:
        yield app
    finally:
        await app.stop()


@pytest.fixture
def demo_config(store_url: str) -> tuple[Config, tuple]:
    return demos.read_cast({"CXBOT_STORE__URL": store_url})


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as page:
        return page.status, await page.text()


async def test_the_program_starts_answers_and_stops_on_either_engine(store_url: str, clock: FakeClock):
    async with running(settings_for(store_url), clock=clock.clock) as app:
        assert (await get(f"{app.url}/readyz"))[0] == 200
        assert (await get(f"{app.url}/api/v1/openapi.json"))[0] == 200
        url = app.url
    with pytest.raises(aiohttp.ClientConnectionError):
        await get(f"{url}/readyz")
    await app.stop()


async def test_the_try_out_page_is_in_the_demo_only(store_url: str, clock: FakeClock, demo_config):
    async with running(settings_for(store_url), clock=clock.clock) as app:
        assert (await get(f"{app.url}/try"))[0] == 404
    config, customers = demo_config
    async with running(config, demo=demos.Demo(demos.DemoClock(), customers)) as app:
        status, page = await get(f"{app.url}/try")
        assert status == 200
        assert "Harbour" in page


async def test_surveys_teams_owners_and_company_are_seeded_and_a_second_start_changes_nothing(demo_config, clock):
    config, customers = demo_config
    async with running(config, clock=clock.clock, demo=demos.Demo(demos.DemoClock(), customers)) as app:
        store = app.store
        assert {live.survey.key for live in await store.read(surveys.all_live)} >= {"nps", "csat", "enps"}
        assert (await store.read(teams.for_touchpoint, "delivery"))["id"] == "delivery"
        assert (await store.read(settings.company)).name_in("zh-TW") == "海港商店"
        ada = await store.read(people.by_address, "web", "admin:ada")
        assert await store.read(teams.roles_of, ada["id"]) == {"": "owner"}
        mei = await store.read(people.by_address, "web", "customer:mei")
        assert (mei["vip"], mei["language"]) == (1, "zh-CN")
    async with running(config, clock=clock.clock, demo=demos.Demo(demos.DemoClock(), customers)) as app:
        assert (await app.store.read(surveys.live, "nps")).version == 1
        assert (await app.store.read(people.by_address, "web", "admin:ada"))["id"] == ada["id"]


async def test_the_secret_is_made_once_and_kept(store_url: str, clock: FakeClock):
    async def secret() -> str:
        async with running(settings_for(store_url), clock=clock.clock) as app:
            row = await app.store.read(lambda tx: tx.one("channel_state.get", channel="app", name="secret"))
            return str(row["value"])

    first = await secret()
    assert len(first) > 40
    assert await secret() == first


async def test_a_message_leaves_when_it_is_due_and_settle_waits_for_it(store_url: str, clock: FakeClock):
    async with running(settings_for(store_url), clock=clock.clock) as app:
        now, to = clock.now, {"channel": "web", "address": "customer:sam", "language": "en", "kind": "verbatim"}
        rows = [
            await app.store.run(outbox.say, now, args={"text": "Hello"}, due_at=now + wait, **to) for wait in (0, HOUR)
        ]

        async def states() -> list[str]:
            return [
                (await app.store.read(lambda tx, row_id: tx.one("outbox.get", id=row_id), row))["state"] for row in rows
            ]

        await app.settle()
        assert await states() == ["sent", "queued"]
        clock.wind(HOUR)
        await app.settle()
        assert await states() == ["sent", "sent"]
        metrics = (await get(f"{app.url}/metrics"))[1]
        assert 'cxbot_sends_total{channel="web",outcome="sent"} 2.0' in metrics


async def test_mistakes_in_the_surveys_keep_the_program_from_starting(store_url: str, tmp_path: Path):
    (tmp_path / "bad.toml").write_text("[nonsense]\n", encoding="utf-8")
    with pytest.raises(ConfigMistakes, match="nonsense"):
        await App.start(settings_for(store_url, f'[seed]\nsurveys = "{tmp_path}"'), port=0)


async def test_a_port_in_use_is_told_before_the_store_is_touched(tmp_path: Path, store_url: str, clock: FakeClock):
    async with running(settings_for(store_url), clock=clock.clock) as app:
        other = settings_for(f"sqlite:///{tmp_path}/other.db")
        with pytest.raises(OSError, match="in use"):
            await App.start(other, port=int(app.url.rpartition(":")[2]))
        assert not (tmp_path / "other.db").exists()


async def test_winding_goes_from_due_row_to_due_row_and_is_kept_for_the_next_start(demo_config):
    config, customers = demo_config
    machine = FakeClock()

    def fresh() -> demos.Demo:
        return demos.Demo(demos.DemoClock(lambda: machine.machine), customers)

    async with running(config, demo=fresh()) as app:
        now = app.clock.now()
        rows = [
            await app.store.run(
                outbox.say, now, channel="web", address="customer:sam", language="en", kind="verbatim",
                args={"text": f"{hours}"}, order_key=f"o{hours}", due_at=now + hours * HOUR,
            )
            for hours in (2, 1, 5)
        ]  # fmt: skip
        assert await app.wind(3 * HOUR) == now + 3 * HOUR
        sent = [await app.store.read(lambda tx, row_id: tx.one("outbox.get", id=row_id), row) for row in rows]
        assert [row["state"] for row in sent] == ["sent", "sent", "queued"]
        assert [row["shown_at"] for row in sent[:2]] == [now + 2 * HOUR, now + HOUR]
    async with running(config, demo=fresh()) as app:
        assert app.clock.now() == now + 3 * HOUR


async def test_the_next_morning_is_a_working_day_later(demo_config):
    config, customers = demo_config
    friday = int(datetime(2025, 11, 21, 3, tzinfo=UTC).timestamp() * 1000)  # 11:00 in Shanghai
    clock = demos.DemoClock(lambda: friday)
    async with running(config, demo=demos.Demo(clock, customers)) as app:
        monday = datetime.fromtimestamp((friday + await app.until_morning()) / 1000, UTC)
        assert monday == datetime(2025, 11, 24, 1, tzinfo=UTC)  # 09:00 in Shanghai
        with pytest.raises(ValueError, match="forward"):
            await app.wind(-1)


def test_starting_over_keeps_what_was_there(tmp_path: Path):
    database = tmp_path / "demo.db"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    (tmp_path / "demo.db-wal").write_bytes(b"wal")
    kept = demos.move_aside(database, datetime(2025, 11, 20, 10, 0, tzinfo=UTC))
    assert kept == tmp_path / "demo-20251120-100000.db"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "demo-20251120-100000.db",
        "demo-20251120-100000.db-wal",
    ]
    assert demos.move_aside(database, datetime(2025, 11, 20, 10, 1, tzinfo=UTC)) is None


@contextlib.asynccontextmanager
async def process(
    tmp_path: Path, *arguments: str, until: str = r"http://\S+", stream: str = "stdout"
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The program, once it has said what `until` matches, and what matched."""
    env = {
        **os.environ,
        "CXBOT_COMPANY__PRIVACY_URL": "https://example.com/privacy",
        "CXBOT_STORE__URL": f"sqlite:///{tmp_path}/cx.db",
        "CI": "1",
        "PYTHONUNBUFFERED": "1",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(HOME / "bot.py"), *arguments, cwd=tmp_path, env=env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        said = ""
        async with asyncio.timeout(WAIT):
            while not (found := re.search(until, said)):
                line = await getattr(child, stream).readline()
                assert line, said + (await child.stderr.read()).decode()
                said += line.decode()
        yield child, found[0]
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_program_cleanly(tmp_path: Path, number: signal.Signals):
    async with process(tmp_path, "run", "--port", "0") as (child, url):
        assert (await get(f"{url}/healthz"))[0] == 200
        child.send_signal(number)
        _, errors = await asyncio.wait_for(child.communicate(), WAIT)
        assert child.returncode == 0, errors.decode()
        assert b"Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_while_it_starts_stops_the_program_cleanly(tmp_path: Path, number: signal.Signals):
    async with process(tmp_path, "run", "--port", "0", until="seeded", stream="stderr") as (child, _):
        child.send_signal(number)
        _, errors = await asyncio.wait_for(child.communicate(), WAIT)
        assert child.returncode == 0, errors.decode()
        assert b"Traceback" not in errors


async def test_the_demo_prints_its_address_and_goes_on_where_it_was(tmp_path: Path):
    for _ in range(2):
        async with process(tmp_path, "demo", "--port", "0", "--no-browser") as (child, url):
            assert url.endswith("/try")
            assert (await get(url))[0] == 200
            child.send_signal(signal.SIGTERM)
            await asyncio.wait_for(child.communicate(), WAIT)
            assert child.returncode == 0
    async with process(tmp_path, "demo", "--port", "0", "--no-browser", "--fresh") as (child, url):
        assert (await get(url))[0] == 200
    assert len(list(tmp_path.glob("cx-*.db"))) == 1


def test_what_make_demo_installs_is_pinned_and_hashed_and_what_is_tested():
    def pins(name: str) -> dict[str, str]:
        text = (HOME / "requirements" / name).read_text(encoding="utf-8")
        found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        assert all("--hash=sha256:" in rest for _, _, rest in found)
        return {package: version for package, version, _ in found}

    run, test = pins("run.txt"), pins("test.txt")
    assert run
    assert run.items() <= test.items()


def test_every_target_of_the_makefile_that_the_docs_name_is_there():
    text = (HOME / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "check", "fix", "bench", "lock"):
        assert re.search(rf"^{target}:.*## \w", text, re.MULTILINE), target


def test_the_minimum_python_is_the_same_everywhere():
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["requires-python"] == ">=3.11"
    assert "(3, 11)" in (HOME / "Makefile").read_text(encoding="utf-8")
