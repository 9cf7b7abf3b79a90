"""What a developer would write in an afternoon: wechatpy and Flask, a row in SQLite, an encrypted answer."""

from __future__ import annotations

import sqlite3
import threading
import time

from flask import Flask, Response, abort, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, openid TEXT NOT NULL, msg_id TEXT NOT NULL UNIQUE, words TEXT NOT NULL, answered_at REAL
)
"""
NEXT = "谢谢您的评价！能说说原因吗？"


def make(path: str, token: str, aes_key: str, app_id: str) -> Flask:
    """The bot, with its address at /wechat/callback."""
    app = Flask(__name__)
    crypto = WeChatCrypto(token, aes_key, app_id)
    local = threading.local()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, timeout=30, isolation_level=None)
            local.connection.execute("PRAGMA journal_mode=WAL").fetchall()
            local.connection.execute("PRAGMA synchronous=FULL").fetchall()
            local.connection.execute(SCHEMA)
        connection: sqlite3.Connection = local.connection
        return connection

    @app.post("/wechat/callback")
    def receive() -> Response:
        given = request.args
        stamp, nonce = given.get("timestamp", ""), given.get("nonce", "")
        try:
            xml = crypto.decrypt_message(request.data, given.get("msg_signature", ""), stamp, nonce)
        except (InvalidSignatureException, InvalidAppIdException):
            abort(403)
        message = parse_message(xml)
        if message.type != "text":
            return Response("success")
        row = (message.source, str(message.id), message.content, time.time())
        database().execute(
            "INSERT OR IGNORE INTO answers (openid, msg_id, words, answered_at) VALUES (?, ?, ?, ?)", row
        )
        reply = TextReply(content=NEXT, message=message).render()
        return Response(crypto.encrypt_message(reply, nonce, stamp), mimetype="application/xml")

    return app
