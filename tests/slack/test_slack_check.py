"""`bot.py check --online`: what Slack says is missing, each with what to do."""

from __future__ import annotations

import asyncio
import re

import pytest
from click.testing import CliRunner
from fake_slack import BOT_TOKEN, FakeSlack
from slack_program import ADA, SETTINGS, SUPPORT, add_people, config_of, workspace

from cxbot.app import machine_clock, surroundings_of
from cxbot.channels.slack import CHANNEL
from cxbot.cli import main
from cxbot.config import ConfigMistakes, parse_config
from cxbot.store import open_store

PLACES = [SUPPORT, "CDELIVERY", "CFALLBACK"]


@pytest.fixture
async def slack():
    async with FakeSlack.open() as opened:
        add_people(opened)
        yield opened


@pytest.fixture
async def examined(slack, store_url):
    """Asks Slack as the command does."""
    opened = await open_store(store_url)

    async def ask(mode="http", **env):
        config = config_of(slack, store_url, mode, **env)
        around = surroundings_of(config, "slack", opened, machine_clock(), secret="", public_url="")
        return await CHANNEL.examine(config.channels["slack"], around, PLACES)

    yield ask
    await opened.close()


def without_events(lines):
    return [line for line in lines if not line.startswith("No event")]


async def test_where_all_is_well_only_events_that_have_not_come_yet_are_named(examined):
    lines = await examined()
    assert without_events(lines) == []
    assert [line.split()[2] for line in lines] == ["message.im", "app_home_opened"]


async def test_an_event_that_has_arrived_is_not_named_again(store_url):
    async with workspace(store_url) as the:
        await the.slack.writes(ADA, "status")
        await the.slack.opens_home(ADA)
        await the.slack.until(lambda: the.slack.homes)
        config = config_of(the.slack, store_url)
        around = surroundings_of(config, "slack", the.app.store, the.clock.clock, secret="", public_url="")
        await the.app.channels["slack"]._intake.close()
        assert await CHANNEL.examine(config.channels["slack"], around, PLACES) == []


async def test_each_missing_scope_is_named_with_what_it_is_for(slack, examined):
    slack.scopes -= {"files:write", "users:read.email"}
    lines = without_events(await examined())
    assert len(lines) == 2
    assert "files:write" in lines[0]
    assert "posts charts and exports" in lines[0]
    assert "install again" in lines[1]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda slack: slack.channels[SUPPORT].update(is_archived=True), "is archived"),
        (lambda slack: slack.channels[SUPPORT].update(is_member=False), "/invite"),
        (lambda slack: slack.channels.pop(SUPPORT), "does not exist"),
    ],
)
async def test_a_teams_channel_that_cannot_be_written_to_is_named(slack, examined, spoil, words):
    spoil(slack)
    (line,) = without_events(await examined())
    assert words in line
    assert SUPPORT in line


async def test_a_token_slack_does_not_know_is_all_that_is_said(examined):
    lines = await examined(CXBOT_CHANNELS__SLACK__BOT_TOKEN="xoxb-wrong")
    assert len(lines) == 1
    assert "bot_token" in lines[0]
    assert "xoxb-wrong" not in lines[0]


async def test_an_app_token_that_opens_no_socket_is_said(examined):
    (line,) = without_events(await examined("socket", CXBOT_CHANNELS__SLACK__APP_TOKEN="xapp-wrong"))
    assert "Socket Mode" in line
    assert without_events(await examined("socket")) == []


async def test_where_slack_cannot_be_reached_it_says_so(examined):
    (line,) = await examined(CXBOT_CHANNELS__SLACK__API_URL="http://127.0.0.1:9/api/")
    assert "cannot be reached" in line


async def test_the_command_lists_what_is_missing_and_ends_with_a_failure(slack, store_url, tmp_path, monkeypatch):
    slack.channels[SUPPORT]["is_archived"] = True
    for name, value in {
        "CXBOT_STORE__URL": store_url,
        "CXBOT_CHANNELS__SLACK__API_URL": slack.url,
        "CXBOT_CHANNELS__SLACK__BOT_TOKEN": BOT_TOKEN,
        "CXBOT_CHANNELS__SLACK__SIGNING_SECRET": "s" * 32,
    }.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "config.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    result = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--online", "--config", str(file)])
    assert result.exit_code == 1
    assert re.search(r"slack: The channel #csupport \(CSUPPORT\) of a team is archived", result.output)
    assert [call[0] for call in slack.calls if call[0].startswith("chat.")] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "bot_token"),
        ('bot_token = "xoxb-1"', "signing_secret"),
        ('bot_token = "xoxb-1"\nmode = "socket"', "app_token"),
        ('bot_token = "xoxb-1"\nmode = "carrier pigeon"', "http"),
        ('bot_token = "xoxb-1"\nsigning_secret = "x"\napi_url = "slack.com"', "web address"),
        ('bot_token = "xoxb-1"\nsigning_secret = "x"\nsignin_secret = "x"', "signing_secret"),
    ],
)
def test_settings_that_cannot_work_are_told_with_what_to_write(text, words):
    with pytest.raises(ConfigMistakes) as raised:
        parse_config(f"[channels.slack]\n{text}\n", "config.toml", {})
    assert words in str(raised.value)


def test_every_setting_can_come_from_the_environment():
    env = {
        "CXBOT_CHANNELS__SLACK__MODE": "socket",
        "CXBOT_CHANNELS__SLACK__BOT_TOKEN": "xoxb-1",
        "CXBOT_CHANNELS__SLACK__APP_TOKEN": "xapp-1",
        "CXBOT_CHANNELS__SLACK__SIGNING_SECRET": "s",
        "CXBOT_CHANNELS__SLACK__API_URL": "https://slack.example.com/api",
        "CXBOT_CHANNELS__SLACK__FILE_BYTES": "2000",
        "CXBOT_CHANNELS__SLACK__DONE_REACTION": "eyes",
        "CXBOT_CHANNELS__SLACK__DONE_TOUCHPOINT": "store",
        "CXBOT_CHANNELS__SLACK__DONE_OUTCOME": "visited",
    }
    settings = parse_config("", "config.toml", env).channels["slack"]
    assert settings.api_url == "https://slack.example.com/api/"
    assert settings.bot_token.get_secret_value() == "xoxb-1"
    assert "xoxb-1" not in repr(settings)
    assert set(type(settings).model_fields) == {name.rsplit("__", 1)[1].lower() for name in env}
