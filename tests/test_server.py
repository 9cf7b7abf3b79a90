from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from cxbot import logs
from cxbot.metrics import Metrics
from cxbot.ports import Sent, TryLater
from cxbot.server import LATE_MS, Doors, make_application
from cxbot.settings import ServerSettings
from cxbot.testing import FakeClock
from cxbot.transactions import audit, health, outbox

LIMIT = 2_000


@pytest.fixture
def world(store, clock: FakeClock) -> SimpleNamespace:
    return SimpleNamespace(store=store, clock=clock, metrics=Metrics(), stopped={}, ready=True)


@pytest.fixture
async def client(world: SimpleNamespace) -> AsyncIterator[TestClient]:
    doors = Doors(
        store=world.store,
        clock=world.clock.clock,
        metrics=world.metrics,
        channels=("web",),
        stopped=lambda: world.stopped,
        ready=lambda: world.ready,
    )
    application = make_application(ServerSettings(body_limit_bytes=LIMIT, public_url="https://cx.example.com"), doors)

    async def fall(_request: web.Request) -> web.Response:
        raise RuntimeError("Ana said: never again")

    async def read(request: web.Request) -> web.Response:
        posted = await request.post()
        return web.Response(text=str(len(posted)))

    async def read_text(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.text())))

    application.router.add_get("/fall", fall)
    application.router.add_post("/form", read)
    application.router.add_post("/text", read_text)
    async with TestClient(TestServer(application)) as client:
        yield client


async def say(world: SimpleNamespace, **more: object) -> str:
    now = world.clock.now
    return await world.store.run(outbox.say, now, channel="web", address="customer:sam", language="en", key="k", **more)


async def test_a_healthy_program_is_green_and_ready(client: TestClient):
    health_page, ready_page = await client.get("/healthz"), await client.get("/readyz")
    assert (health_page.status, await health_page.json()) == (200, {"status": "green", "problems": []})
    assert ready_page.status == 200


async def test_a_program_that_starts_or_stops_is_not_ready_but_alive(client: TestClient, world: SimpleNamespace):
    world.ready = False
    assert (await client.get("/readyz")).status == 503
    assert (await client.get("/healthz")).status == 200


async def test_a_stopped_channel_is_red_in_words(client: TestClient, world: SimpleNamespace):
    world.stopped = {"slack": "give the bot a new token"}
    page = await client.get("/healthz")
    assert page.status == 503
    assert (await page.json())["problems"] == ["Channel slack has stopped: give the bot a new token"]


async def test_a_message_that_waits_too_long_is_red_and_one_that_may_not_leave_yet_is_not(client, world):
    await say(world, due_at=world.clock.now + 10 * LATE_MS)
    world.clock.advance(LATE_MS + 1_000)
    assert (await client.get("/healthz")).status == 200
    await say(world, due_at=world.clock.now - LATE_MS - 1_000)
    page = await client.get("/healthz")
    assert (await page.json())["problems"] == ["2 messages wait on web, the oldest for 61 s."]


async def test_metrics_show_what_the_store_holds_and_what_was_counted(client: TestClient, world: SimpleNamespace):
    await say(world)
    world.clock.advance(5_000)
    world.metrics.sent("web", Sent("p1"))
    world.metrics.sent("web", TryLater("busy"))
    world.metrics.alerted(40)
    world.stopped = {"web": "mend it"}
    text = await (await client.get("/metrics")).text()
    for line in (
        'cxbot_queue_depth{channel="web",state="queued"} 1.0',
        'cxbot_queue_age_seconds{channel="web"} 5.0',
        'cxbot_sends_total{channel="web",outcome="sent"} 1.0',
        'cxbot_sends_total{channel="web",outcome="try_later"} 1.0',
        'cxbot_cases{state="open"} 0.0',
        "cxbot_cases_overdue 0.0",
        'cxbot_channel_stopped{channel="web"} 1.0',
        'cxbot_alert_latency_seconds_bucket{le="0.05"} 1.0',
        "cxbot_alert_latency_seconds_count 1.0",
    ):
        assert line in text.splitlines()


async def test_metrics_of_a_second_look_forget_what_is_gone(client: TestClient, world: SimpleNamespace):
    row = await say(world)
    await client.get("/metrics")
    await world.store.run(outbox.cancel, row, "test")
    assert "cxbot_queue_depth{" not in await (await client.get("/metrics")).text()


async def test_what_the_audit_found_is_red_in_words_and_counted_until_it_is_gone(client: TestClient, world):
    found = audit.Look((audit.Finding("case_forgotten", "c1", "K7M2Q9"),))
    await world.store.run(audit.settle, found, world.clock.now)
    page = await client.get("/healthz")
    assert page.status == 503
    assert (await page.json())["problems"] == ["1 case has no owner, and nothing more will happen to it: K7M2Q9."]
    text = await (await client.get("/metrics")).text()
    assert 'cxbot_audit_findings{kind="case_forgotten"} 1.0' in text
    assert 'cxbot_audit_findings{kind="case_late"} 0.0' in text
    await world.store.run(audit.settle, audit.Look(()), world.clock.now)
    assert (await client.get("/healthz")).status == 200
    assert 'cxbot_audit_findings{kind="case_forgotten"} 0.0' in await (await client.get("/metrics")).text()


async def test_what_falls_due_next_is_found(store, clock: FakeClock, world: SimpleNamespace):
    assert await store.read(health.next_due, clock.now) == 0
    await say(world, due_at=clock.now + 70)
    await say(world, due_at=clock.now + 50)
    assert await store.read(health.next_due, clock.now) == clock.now + 50
    assert await store.read(health.next_due, clock.now + 50) == clock.now + 70


async def test_a_fault_of_ours_is_told_by_a_number_that_is_in_the_log(client: TestClient):
    with structlog.testing.capture_logs() as logged:
        page = await client.get("/fall")
    text = await page.text()
    assert page.status == 500
    assert "Ana" not in text
    assert logged[0]["fault"] in text
    assert logged[0]["route"] == "/fall"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/healthz", 405), ("GET", "/%ff%00", 404), ("PUT", "/form", 405)],
)
async def test_what_is_not_there_is_refused_in_words(client: TestClient, method: str, path: str, status: int):
    page = await client.request(method, path)
    assert page.status == status
    assert (await page.text()).strip().endswith(".")


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/form", b"x" * (LIMIT + 1), "application/x-www-form-urlencoded"),
        ("/form", b"--nonsense", "multipart/form-data; boundary=b"),
        ("/form", b"no boundary", "multipart/form-data"),
        ("/form", b"a=%ff&\xff=1", "application/x-www-form-urlencoded; charset=utf-8"),
        ("/form", b"a=1", "application/x-www-form-urlencoded; charset=klingon"),
        (
            "/form",
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nunfinished',
            "multipart/form-data; boundary=b",
        ),
        ("/form", b"--b\r\nContent-Transfer-Encoding: odd\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b"),
        ("/form", b"--b\r\n" + b"h" * 9_000, "multipart/form-data; boundary=b"),
        ("/text", b"\xff\xfe", "text/plain; charset=utf-8"),
        ("/text", b"x", "text/plain; charset=klingon"),
    ],
)
async def test_a_body_that_cannot_be_read_is_the_senders_fault(client, path: str, body: bytes, content_type: str):
    page = await client.post(path, data=body, headers={"Content-Type": content_type})
    assert page.status < 500, await page.text()


async def test_every_answer_carries_the_security_headers_and_hides_the_server(client: TestClient):
    for path in ("/healthz", "/nothing"):
        headers = (await client.get(path)).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Strict-Transport-Security"]
        assert "Server" not in headers


async def test_a_hundred_requests_at_once_are_all_answered(client: TestClient):
    async def one() -> int:
        async with client.get("/healthz") as page:
            return page.status

    assert set(await asyncio.gather(*(one() for _ in range(100)))) == {200}


@pytest.fixture
def written() -> AsyncIterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure("debug", "json", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


def test_logs_hide_words_and_tokens_by_key_and_by_look(written: io.StringIO):
    log = structlog.get_logger("test")
    log.info("got", words="never again", bot_token="t-1", detail={"text": "never again", "n": 3}, channel="web")
    log.info(
        "called", header="Authorization: Bearer abc.def", path="/s/eyJ.secret?x=1", db="postgresql://bot:hush@db/cx"
    )
    logging.getLogger("vendor").warning("posted with %s", "xoxb-12-hush")
    text = written.getvalue()
    for secret in ("never again", "t-1", "abc.def", "eyJ", "hush"):
        assert secret not in text
    first, second, third = [json.loads(line) for line in text.splitlines()]
    assert (first["channel"], first["detail"]["n"], first["words"]) == ("web", 3, "[hidden]")
    assert second["path"] == "/s/[hidden]?x=1"
    assert (third["level"], third["event"]) == ("warning", "posted with xoxb-[hidden]")


def test_logs_of_a_failure_do_not_repeat_what_was_sent(written: io.StringIO):
    message = "1 validation error\n  Value error [type=x, input_value='never again', input_type=str]"
    try:
        raise ValueError(message)
    except ValueError:
        structlog.get_logger("test").exception("failed")
    line = json.loads(written.getvalue())
    assert "never again" not in written.getvalue()
    assert "test_logs_of_a_failure" in line["exception"]


async def test_the_survey_links_of_requests_are_not_logged(written: io.StringIO, client: TestClient):
    async with aiohttp.ClientSession() as session, session.get(client.make_url("/s/eyJ.secret")) as page:
        assert page.status == 404
    assert "eyJ" not in written.getvalue()
