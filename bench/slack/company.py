"""The company in Slack: its settings, people with an open survey, and what Slack would send when they answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from cxbot.app import App
from cxbot.config import parse_config
from cxbot.ports import Inbound, Tx
from cxbot.settings import Config
from cxbot.transactions import channel_state, interactions

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAMS = 80
"""So many channels that each is alerted less than once a second at the rate that is measured."""
WORDS = "The lady on the phone knew at once what was wrong, and the new lid was here the next day."
KINDS = ("press", "form", "typed")
SETTINGS = """
[server]
port = 0
[store]
url = "{url}"
[company]
name = {{ en = "Harbour & Co" }}
privacy_url = "https://example.com/privacy"
[contact]
relationship_days = 0
transactional_days = 0
floor_hours = 0
night_from = "00:00"
night_to = "00:00"
[log]
level = "error"
[channels.slack]
api_url = "{api}/api/"
bot_token = "xoxb-bench"
signing_secret = "{secret}"
{teams}
"""
TEAM = """
[seed.teams.team{n}]
name = "Team {n}"
channel = "slack"
place = "CTEAM{n:04}"
touchpoints = ["{touchpoint}"]
policy = {{ storm_cases = 0 }}
"""


def config(url: str, api: str) -> Config:
    """The settings."""
    teams = "".join(TEAM.format(n=n, touchpoint="ticket" if n == 0 else f"touchpoint{n}") for n in range(TEAMS))
    return parse_config(SETTINGS.format(url=url, api=api, secret=SECRET, teams=teams), "bench", {})


def user(n: int) -> str:
    """A user of Slack."""
    return f"U{n:08}"


async def asked(app: App, first: int, count: int, *, scored: bool) -> dict[int, str]:
    """So many people with an open survey, asked for a score or, after one, for words; gives their invitations."""
    found: dict[int, str] = {}
    for n in range(first, first + count):
        body = {
            "id": f"T-{n}",
            "touchpoint": "ticket",
            "outcome": "closed",
            "team": f"team{n % TEAMS}",
            "reference": f"T-{n}",
            "agent": "Ana Lee",
            "happened_at": app.clock.now() - 60_000,
            "person": {
                "addresses": [{"channel": "slack", "address": user(n)}],
                "name": f"Person {n:08}",
                "language": "en",
                "time_zone": "Europe/Berlin",
            },
        }
        taken = await app.store.run(interactions.take, body, "crm", app.clock.now())
        assert isinstance(taken, interactions.Taken)
        assert taken.state == "asked", taken
        found[n] = taken.invitation_id
        if scored:
            press = f"s:{taken.invitation_id}:score:5"
            await app.deliver(Inbound(f"p-{n}", "slack", user(n), user(n), "choice", choice=press))
    await app.store.run(_met, first, count, app.clock.machine())
    return found


def _met(tx: Tx, first: int, count: int, machine: int) -> None:
    """Everybody's conversation is known, as after the first message; and what was asked has arrived."""
    for n in range(first, first + count):
        channel_state.put(tx, "slack", f"who:{user(n)}", {"dm": f"D{n:08}", "at": machine, "locale": "en-US"})


def request(url: str, kind: str, n: int, invitation: str, *, score: int = 5) -> bytes:
    """The bytes Slack would send when somebody answers: presses a score, sends the form for words, or types them."""
    made = {"press": _press, "form": _form, "typed": _typed}[kind](n, invitation, score)
    body = json.dumps(made).encode() if kind == "typed" else urlencode({"payload": json.dumps(made)}).encode()
    at = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Host": urlsplit(url).netloc,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept-Encoding": "gzip,deflate",
        "Accept": "application/json,*/*",
        "X-Slack-Signature": f"v0={signature}",
        "X-Slack-Request-Timestamp": at,
        "Content-Length": str(len(body)),
        "Content-Type": "application/json" if kind == "typed" else "application/x-www-form-urlencoded",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /slack/events HTTP/1.1\r\n{head}\r\n".encode() + body


def _press(n: int, invitation: str, score: int) -> dict[str, Any]:
    message = {
        "user": "UBOT", "type": "message", "ts": f"1700000000.{n:06}", "bot_id": "B1", "app_id": "A1", "team": "T1",
        "text": "How satisfied are you with how we handled your ticket?",
        "blocks": [
            {"type": "section", "block_id": "q", "text": {"type": "mrkdwn", "text": "How satisfied are you? " * 6}},
            {"type": "actions", "block_id": f"cx|{'0' * 26}|{user(n)}|0", "elements": [
                {"type": "button", "action_id": f"cx|s:{invitation}:score:{each}",
                 "text": {"type": "plain_text", "text": f"{each} 🙂", "emoji": True}} for each in range(1, 6)]},
        ],
    }  # fmt: skip
    action = {
        "action_id": f"cx|s:{invitation}:score:{score}", "block_id": f"cx|{'0' * 26}|{user(n)}|0", "type": "button",
        "text": {"type": "plain_text", "text": str(score), "emoji": True}, "action_ts": f"1700000001.{n:06}",
    }  # fmt: skip
    return {**_who(n), "type": "block_actions", "container": {"type": "message", "message_ts": message["ts"],
            "channel_id": f"D{n:08}", "is_ephemeral": False}, "channel": {"id": f"D{n:08}", "name": "directmessage"},
            "message": message, "state": {"values": {}}, "actions": [action]}  # fmt: skip


def _form(n: int, invitation: str, _score: int) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": 3000}
    view = {
        "id": f"V{n:08}", "team_id": "T1", "type": "modal", "callback_id": f"cx|w:{invitation}:praise",
        "private_metadata": json.dumps({"place": user(n), "about": "0" * 26}), "hash": "1700000000.abc",
        "title": {"type": "plain_text", "text": "Your answer", "emoji": True},
        "submit": {"type": "plain_text", "text": "Send", "emoji": True},
        "blocks": [{"type": "input", "block_id": "words", "element": element,
                    "label": {"type": "plain_text", "text": "What was good?", "emoji": True}}],
        "state": {"values": {"words": {"value": {"type": "plain_text_input", "value": WORDS}}}},
    }  # fmt: skip
    return {**_who(n), "type": "view_submission", "view": view, "response_urls": []}


def _typed(n: int, _invitation: str, _score: int) -> dict[str, Any]:
    event = {
        "client_msg_id": f"c-{n}", "type": "message", "text": WORDS, "user": user(n), "ts": f"1700000002.{n:06}",
        "team": "T1", "channel": f"D{n:08}", "channel_type": "im", "event_ts": f"1700000002.{n:06}",
        "blocks": [{"type": "rich_text", "block_id": "x", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": WORDS}]}]}],
    }  # fmt: skip
    return {
        "token": "t", "team_id": "T1", "api_app_id": "A1", "type": "event_callback", "event_id": f"Ev{n:08}",
        "event_time": 1700000002, "event": event, "is_ext_shared_channel": False,
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
    }  # fmt: skip


def _who(n: int) -> dict[str, Any]:
    return {
        "user": {"id": user(n), "username": f"u{n}", "name": f"u{n}", "team_id": "T1"}, "api_app_id": "A1",
        "trigger_id": f"{n}.{n}.abc", "team": {"id": "T1", "domain": "bench"}, "token": "t",
    }  # fmt: skip
