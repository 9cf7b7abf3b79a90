"""The company in WeChat: its settings, people with an open survey, and what WeChat would post when they answer."""

from __future__ import annotations

import secrets
import time
from functools import cache
from urllib.parse import urlsplit

from wechatpy.crypto import PrpCrypto, WeChatCrypto, _get_signature

from cxbot.app import App
from cxbot.config import parse_config
from cxbot.ports import Inbound, Tx
from cxbot.settings import Config
from cxbot.transactions import interactions

APP_ID, TOKEN, ACCOUNT = "wx0123456789abcdef", "callback-token", "gh_0123456789ab"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
KINDS = ("good", "bad", "words")
WORDS = "客服马上就知道哪里出了问题，第二天就寄来了新的杯盖。"
TWO_DAYS_MS = 48 * 60 * 60 * 1000
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
[seed.teams.support]
name = "Support"
channel = "web"
place = "team:support"
policy = {{ storm_cases = 0 }}
touchpoints = ["ticket"]
[channels.wechat]
api_url = "{api}"
app_id = "{app_id}"
app_secret = "bench-secret"
token = "{token}"
aes_key = "{aes_key}"
"""


def config(url: str, api: str) -> Config:
    """The settings."""
    text = SETTINGS.format(url=url, api=api, app_id=APP_ID, token=TOKEN, aes_key=AES_KEY)
    return parse_config(text, "bench", {})


def openid(n: int) -> str:
    """A follower."""
    return f"oBENCH{n:08}"


async def asked(app: App, first: int, count: int, *, scored: bool) -> list[int]:
    """So many followers with an open survey, asked for a score or, after one, for words; gives their numbers."""
    await app.store.run(_reachable, first, count, app.clock.machine())
    for n in range(first, first + count):
        person = {"addresses": [{"channel": "wechat", "address": openid(n)}], "name": f"Person {n:08}"}
        body = {"id": f"T-{n}", "touchpoint": "ticket", "outcome": "closed", "reference": f"T-{n}",
                "happened_at": app.clock.now() - 60_000, "person": {**person, "language": "zh-CN"}}  # fmt: skip
        taken = await app.store.run(interactions.take, body, "crm", app.clock.now())
        assert isinstance(taken, interactions.Taken)
        assert taken.state == "asked", taken
        if scored:
            choice = f"s:{taken.invitation_id}:score:5"
            await app.deliver(Inbound(f"p-{n}", "wechat", openid(n), openid(n), "choice", choice=choice))
    return list(range(first, first + count))


def _reachable(tx: Tx, first: int, count: int, machine: int) -> None:
    for n in range(first, first + count):
        tx.run("allowances.open", channel="wechat", address=openid(n), kind="reply", count=5,
               until_at=machine + TWO_DAYS_MS)  # fmt: skip


@cache
def crypto() -> WeChatCrypto:
    """What encrypts and decrypts, on both sides."""
    return WeChatCrypto(TOKEN, AES_KEY, APP_ID)


def request(url: str, kind: str, n: int) -> bytes:
    """The bytes WeChat would send when somebody writes."""
    words = {"good": "5", "bad": "1", "words": WORDS}[kind]
    at, nonce = str(int(time.time())), secrets.token_hex(5)
    number = KINDS.index(kind) * 1_000_000_000 + n + 23_000_000_000
    plain = (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{openid(n)}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>"
        f"<MsgId>{number}</MsgId></xml>"
    )
    sealed = PrpCrypto(crypto().key).encrypt(plain, APP_ID).decode()
    body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    signature = _get_signature(TOKEN, at, nonce, sealed)
    query = f"timestamp={at}&nonce={nonce}&openid={openid(n)}&encrypt_type=aes&msg_signature={signature}"
    headers = {
        "Host": urlsplit(url).netloc,
        "User-Agent": "Mozilla/4.0",
        "Accept": "*/*",
        "Content-Type": "text/xml",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /wechat/callback?{query} HTTP/1.1\r\n{head}\r\n".encode() + body
