"""kill -9 right after Slack was answered: nothing acknowledged is lost, and the alert stands in the channel once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from fake_slack import BOT_TOKEN, SECRET, FakeSlack, buttons, visible
from slack_program import ANA, SETTINGS, SUPPORT, add_people

from cxbot.api import auth
from cxbot.settings import HOME
from cxbot.store import open_store
from cxbot.transactions import tokens

pytestmark = [pytest.mark.kill, pytest.mark.timeout(240)]
CUSTOMERS = ("UK1", "UK2", "UK3")
PAUSES = (0.06, 0.01, 0.0)
"""Seconds after each acknowledgement: the kill meets one before, one within and one after what it leads to."""


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextlib.asynccontextmanager
async def life(folder: Path, slack: FakeSlack, url: str, port: int) -> AsyncIterator[None]:
    """The program as an operator starts it, until it is killed."""
    config = folder / "config.toml"
    config.write_text(f'[server]\nport = {port}\n[store]\nurl = "{url}"\n{SETTINGS}')
    env = {**os.environ, "CXBOT_CHANNELS__SLACK__API_URL": slack.url, "CXBOT_CHANNELS__SLACK__MODE": "http",
           "CXBOT_CONTACT__NIGHT_FROM": "00:00", "CXBOT_CONTACT__NIGHT_TO": "00:00",
           "CXBOT_SEED__TEAMS__SUPPORT__POLICY__QUEUE_ALERTS": "false",
           "CXBOT_CHANNELS__SLACK__BOT_TOKEN": BOT_TOKEN, "CXBOT_CHANNELS__SLACK__SIGNING_SECRET": SECRET}  # fmt: skip
    command = [sys.executable, "bot.py", "run", "--config", str(config)]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, cwd=HOME, env=env, stdout=quiet, stderr=quiet)
    try:
        async with asyncio.timeout(30):
            while not await ready(slack, port):
                assert process.returncode is None, "it ended by itself"
                await asyncio.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def ready(slack: FakeSlack, port: int) -> bool:
    try:
        async with slack.session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_kill_minus_nine_after_an_answer_loses_nothing_and_says_nothing_twice(engine, store_url, tmp_path):
    if engine != "sqlite":
        pytest.skip("the kill test of both engines is tests/program/test_kill.py")
    port = free_port()
    token, kept = auth.new_token()
    store = await open_store(store_url)
    await store.run(tokens.create, "crm", kept, 1)
    await store.close()
    async with FakeSlack.open() as slack:
        add_people(slack)
        slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        for user in CUSTOMERS:
            slack.add_user(user, user.title())
        async with life(tmp_path, slack, store_url, port):
            for user in CUSTOMERS:
                body = {"id": f"T-{user}", "touchpoint": "ticket", "outcome": "closed",
                        "person": {"addresses": [{"channel": "slack", "address": user}]}}  # fmt: skip
                headers = {"Authorization": f"Bearer {token}"}
                url = f"http://127.0.0.1:{port}/api/v1/interactions"
                async with slack.session.post(url, json=body, headers=headers) as answer:
                    assert answer.status == 202
                await slack.until(lambda who=user: [m for m in slack.said(who) if buttons(m)], seconds=15)
            for user, pause in zip(CUSTOMERS, PAUSES, strict=True):
                assert (await slack.click(user, user, ":1")).status == 200
                await asyncio.sleep(pause)
        async with life(tmp_path, slack, store_url, port):
            # What was in flight comes back when its lease lapses, and is looked for before it is sent again.
            await slack.until(lambda: len(alerts(slack)) >= len(CUSTOMERS), seconds=90)
            for user in CUSTOMERS:
                await slack.until(lambda who=user: follow_ups(slack, who), seconds=90)
            assert len(alerts(slack)) == len(CUSTOMERS), [visible(each)[:80] for each in alerts(slack)]
            assert [len(follow_ups(slack, user)) for user in CUSTOMERS] == [1, 1, 1]
            assert (await slack.click(ANA, SUPPORT, "c:claim", at=0)).status == 200


def follow_ups(slack: FakeSlack, user: str) -> list[dict[str, object]]:
    return [message for message in slack.said(user) if "own words" in visible(message)]


def alerts(slack: FakeSlack) -> list[dict[str, object]]:
    return [m for m in slack.said(SUPPORT) if any(b["type"] == "header" for b in m.get("blocks") or [])]
