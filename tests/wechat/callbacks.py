"""Callbacks as WeChat and WeCom make them: their XML, their signatures and their encryption, written anew from the
published protocol, so that they check the program's own and share nothing with it."""

from __future__ import annotations

import base64
import hashlib
import io
import secrets
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "callback-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_0123456789ab"
CORP_ID, AGENT_ID = "ww0123456789abcdef", 1_000_002
THURSDAY_TEN = 1_763_604_000
"""Thursday 20 November 2025, 10:00 in Shanghai, in seconds."""

# XML --------------------------------------------------------------------------------------------------------------


def document(fields: Mapping[str, Any]) -> bytes:
    """An XML document as the platforms write it: texts in CDATA, numbers bare, lists and mappings as elements."""
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, list):  # of (name, value)
        return "".join(_elements({name: each}) for name, each in value)
    if isinstance(value, int):
        return str(value)
    return f"<![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _head(sender: str, kind: str, create_time: int, to_user: str) -> dict[str, Any]:
    return {"ToUserName": to_user, "FromUserName": sender, "CreateTime": create_time, "MsgType": kind}


def text(openid: str, content: str, msg_id: int, *, menu_id: str = "", create_time: int = THURSDAY_TEN,
         to_user: str = ACCOUNT) -> bytes:  # fmt: skip
    """Somebody writes; with `menu_id` it is a tap on an item of a msgmenu."""
    menu = {"bizmsgmenuid": int(menu_id) if menu_id.isdecimal() else menu_id} if menu_id else {}
    return document(_head(openid, "text", create_time, to_user) | {"Content": content, "MsgId": msg_id} | menu)


def event(openid: str, event: str, key: str = "", ticket: str = "", create_time: int = THURSDAY_TEN,
          to_user: str = ACCOUNT, **more: Any) -> bytes:  # fmt: skip
    """subscribe (key "qrscene_…" with a scene), SCAN, CLICK, VIEW, unsubscribe, subscribe_msg_popup_event, …"""
    fields = _head(openid, "event", create_time, to_user) | {"Event": event, "EventKey": key}
    if ticket:
        fields["Ticket"] = ticket
    return document(fields | more)


def accepted(openid: str, *answers: tuple[str, bool], name: str = "subscribe_msg_popup_event",
             create_time: int = THURSDAY_TEN) -> bytes:  # fmt: skip
    """Somebody answers the question for subscription notices: (template, accepted) each."""
    found = [("List", {"TemplateId": template, "SubscribeStatusString": "accept" if yes else "reject",
                       "PopupScene": "2"}) for template, yes in answers]  # fmt: skip
    element = "".join(part.title() for part in name.split("_"))
    return document(_head(openid, "event", create_time, ACCOUNT) | {"Event": name, element: found})


def image(openid: str, media_id: str, msg_id: int, *, create_time: int = THURSDAY_TEN,
          to_user: str = ACCOUNT) -> bytes:  # fmt: skip
    more = {"PicUrl": f"http://mmbiz.qpic.cn/{media_id}/0", "MediaId": media_id, "MsgId": msg_id}
    return document(_head(openid, "image", create_time, to_user) | more)


def voice(openid: str, media_id: str, msg_id: int, *, recognition: str = "", create_time: int = THURSDAY_TEN,
          to_user: str = ACCOUNT) -> bytes:  # fmt: skip
    more = {"MediaId": media_id, "Format": "amr", "MsgId": msg_id}
    more |= {"Recognition": recognition} if recognition else {}
    return document(_head(openid, "voice", create_time, to_user) | more)


def app_text(userid: str, content: str, msg_id: int, *, agent_id: int = AGENT_ID, create_time: int = THURSDAY_TEN,
             corp_id: str = CORP_ID) -> bytes:  # fmt: skip
    """A member writes to the WeCom app."""
    more = {"Content": content, "MsgId": msg_id, "AgentID": agent_id}
    return document(_head(userid, "text", create_time, corp_id) | more)


def enter_agent(userid: str, *, agent_id: int = AGENT_ID, create_time: int = THURSDAY_TEN,
                corp_id: str = CORP_ID) -> bytes:  # fmt: skip
    """A member opens the WeCom app."""
    more = {"Event": "enter_agent", "EventKey": "", "AgentID": agent_id}
    return document(_head(userid, "event", create_time, corp_id) | more)


def card_click(fields: Mapping[str, Any], *, corp_id: str = CORP_ID) -> bytes:
    """A member presses a button of a card; the fields are those of `FakeWeCom.press`."""
    return document({"ToUserName": corp_id, "MsgType": "event", **fields})


def kf_event(token: str, open_kfid: str, *, create_time: int = THURSDAY_TEN, corp_id: str = CORP_ID) -> bytes:
    """Something happened in 微信客服; what it was is for sync_msg to say. It has no FromUserName."""
    return document({"ToUserName": corp_id, "CreateTime": create_time, "MsgType": "event", "Event": "kf_msg_or_event",
                     "Token": token, "OpenKfId": open_kfid})  # fmt: skip


def _bomb(depth: int = 12) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, depth))
    return f'<!DOCTYPE xml [<!ENTITY e0 "lol">{entities}]><xml><Content>&e{depth - 1};</Content></xml>'.encode()


_FILE = b'<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'
_PERSON = {"ToUserName": ACCOUNT, "FromUserName": "oHOSTILE", "CreateTime": THURSDAY_TEN}
HOSTILE: dict[str, bytes] = {
    "entity bomb": _bomb(),
    "external entity": _FILE,
    "control characters": text("oHOSTILE", "a\x00\x01\x08\x0b\x0c\x0e\x1fb", 901),
    "only control characters": text("oHOSTILE", "\x01\x02", 902),
    "lone surrogate": b"<xml><Content><![CDATA[\xed\xa0\x80]]></Content></xml>",
    "not UTF-8": b"<xml><Content><![CDATA[\xc4\xe3\xba\xc3]]></Content></xml>",
    "deep nesting": b"<xml>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</xml>",
    "not XML": b'{"MsgType": "text"}',
    "empty": b"",
    "only space": b" \r\n ",
    "cut off": text("oHOSTILE", "half of it", 903)[:-30],
    "another root": b"<html><body>hello</body></html>",
    "empty root": b"<xml></xml>",
    "root of text": b"<xml>hello</xml>",
    "no sender": document({"ToUserName": ACCOUNT, "CreateTime": THURSDAY_TEN, "MsgType": "text", "Content": "1"}),
    "no type": document({**_PERSON, "Content": "1", "MsgId": 904}),
    "no content": document({**_PERSON, "MsgType": "text", "MsgId": 905}),
    "no id": document({**_PERSON, "MsgType": "text", "Content": "1"}),
    "no event": document({**_PERSON, "MsgType": "event"}),
    "unknown type": document({**_PERSON, "MsgType": "hologram", "MsgId": 906}),
    "unknown event": document({**_PERSON, "MsgType": "event", "Event": "something_new"}),
    "id of words": document({**_PERSON, "MsgType": "text", "Content": "1", "MsgId": "first"}),
    "time of words": document({**_PERSON, "CreateTime": "yesterday", "MsgType": "text", "Content": "1", "MsgId": 907}),
    "list of contents": document({**_PERSON, "MsgType": "text", "MsgId": 908})
    .replace(b"</xml>", b"<Content>1</Content><Content>2</Content></xml>"),
    "list of senders": document({**_PERSON, "MsgType": "text", "Content": "1", "MsgId": 909})
    .replace(b"</xml>", b"<FromUserName>oOTHER</FromUserName></xml>"),
    "element for text": document({**_PERSON, "MsgType": "text", "Content": {"b": {"i": "1"}}, "MsgId": 910}),
    "attributes": b'<xml a="1"><MsgType b="2">text</MsgType><FromUserName c="3"/></xml>',
    "huge": text("oHOSTILE", "长" * 1_000_000, 911),
}  # fmt: skip
"""What may come in by an open door. A program answers every one of them quickly, and never with a status of 500."""

# Signatures and encryption ----------------------------------------------------------------------------------------


class BrokenReplyError(AssertionError):
    """The program's reply is not what the platform would take."""


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Crypto:
    """AES-CBC as the platforms have it: 16 random bytes, the length, the text, the id of its receiver; PKCS7 to 32."""

    def __init__(self, aes_key: str, receiver: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        self._receiver = receiver.encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def encrypt(self, plain: bytes) -> str:
        whole = secrets.token_bytes(16) + struct.pack("!I", len(plain)) + plain + self._receiver
        padding = 32 - len(whole) % 32
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(whole + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted: str) -> bytes:
        decryptor = self._cipher().decryptor()
        whole = decryptor.update(base64.b64decode(encrypted, validate=True)) + decryptor.finalize()
        padding = whole[-1]
        if not 1 <= padding <= 32 or whole[-padding:] != bytes([padding]) * padding:
            raise BrokenReplyError(f"padding {padding}")
        content = whole[16:-padding]
        (length,) = struct.unpack("!I", content[:4])
        plain, receiver = content[4 : 4 + length], content[4 + length :]
        if receiver != self._receiver:
            raise BrokenReplyError(f"made for {receiver!r}")
        return plain


def passive(reply: str) -> dict[str, Any]:
    """A reply's XML as a dict; elements within elements are dicts, and of the same name a list."""
    root = ET.fromstring(reply)
    if root.tag != "xml":
        raise BrokenReplyError(f"the root is {root.tag}")
    return dict(_read(root))


def _read(element: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        value = _read(child) if len(child) else child.text or ""
        if child.tag in found:
            had = found[child.tag]
            found[child.tag] = [*had, value] if isinstance(had, list) else [had, value]
        else:
            found[child.tag] = value
    return found


class Caller:
    """The platform's side of a callback URL. `url` may be put right later; `now` is its clock, in seconds.

    To forge: `timestamp` and `nonce` are signed as given; `signature` stands for every signature of the request,
    `msg_signature` for that one alone; `receiver` is whom the encrypted text says it is for.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, *, token: str = TOKEN, aes_key: str = AES_KEY,
                 app_id: str, to_user: str = ACCOUNT, wecom: bool = False,
                 now: Callable[[], float] = time.time) -> None:  # fmt: skip
        self.url = url
        self.token = token
        self.app_id = app_id
        self.to_user = to_user
        self.wecom = wecom
        self.now = now
        self.crypto = Crypto(aes_key, app_id)
        self._aes_key = aes_key
        self._session = session

    async def plain(self, xml: bytes, *, timestamp: int | str | None = None, nonce: str = "",
                    signature: str = "") -> tuple[int, str]:  # fmt: skip
        """The body as it is; the reply must be so too."""
        query = self._query(timestamp, nonce, signature)
        status, answer = await self._post(xml, query)
        if "<Encrypt>" in answer:
            raise BrokenReplyError("an encrypted reply to a plain message")
        return status, answer

    async def compatible(self, xml: bytes, *, timestamp: int | str | None = None, nonce: str = "",
                         signature: str = "", msg_signature: str = "", receiver: str = "",
                         ) -> tuple[int, str]:  # fmt: skip
        """The body both plain and encrypted; so may the reply be."""
        encrypted = self._crypto(receiver).encrypt(xml)
        query = self._aes_query(encrypted, timestamp, nonce, signature, msg_signature)
        before, end, after = xml.rpartition(b"</xml>")
        both = before + f"<Encrypt><![CDATA[{encrypted}]]></Encrypt>".encode() + end + after
        status, answer = await self._post(both, query)
        return status, self._opened(answer) if "<Encrypt>" in answer else answer

    async def aes(self, xml: bytes, *, timestamp: int | str | None = None, nonce: str = "", signature: str = "",
                  msg_signature: str = "", receiver: str = "", encrypted: str = "") -> tuple[int, str]:  # fmt: skip
        """The body encrypted; a reply other than "success" must be so too. `encrypted` is sent in its place."""
        encrypted = encrypted or self._crypto(receiver).encrypt(xml)
        query = self._aes_query(encrypted, timestamp, nonce, signature, msg_signature)
        fields = {"ToUserName": self.to_user, "Encrypt": encrypted} | ({"AgentID": ""} if self.wecom else {})
        status, answer = await self._post(document(fields), query)
        if status != 200 or answer in {"", "success"}:
            return status, answer
        return status, self._opened(answer)

    async def verify(self, echostr: str, *, timestamp: int | str | None = None, nonce: str = "",
                     signature: str = "") -> tuple[int, str]:  # fmt: skip
        """The check of the URL: the answer must be the echostr and nothing else; WeCom sends it encrypted."""
        if self.wecom:
            sealed = self.crypto.encrypt(echostr.encode())
            query = self._aes_query(sealed, timestamp, nonce, signature, "")
        else:
            sealed = echostr
            query = self._query(timestamp, nonce, signature)
        async with self._session.get(self.url, params={**query, "echostr": sealed}) as answer:
            return answer.status, await answer.text()

    def _crypto(self, receiver: str) -> Crypto:
        return Crypto(self._aes_key, receiver) if receiver else self.crypto

    def _query(self, timestamp: int | str | None, nonce: str, signature: str) -> dict[str, str]:
        stamp = str(int(self.now()) if timestamp is None else timestamp)
        nonce = nonce or secrets.token_hex(5)
        return {"signature": signature or sign(self.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}

    def _aes_query(self, encrypted: str, timestamp: int | str | None, nonce: str, signature: str,
                   msg_signature: str) -> dict[str, str]:  # fmt: skip
        query = self._query(timestamp, nonce, signature)
        right = sign(self.token, query["timestamp"], query["nonce"], encrypted)
        query["msg_signature"] = msg_signature or signature or right
        if self.wecom:
            del query["signature"]
        else:
            query["encrypt_type"] = "aes"
        return query

    async def _post(self, body: bytes, query: dict[str, str]) -> tuple[int, str]:
        headers = {"Content-Type": "text/xml"}
        async with self._session.post(self.url, params=query, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.text()

    def _opened(self, answer: str) -> str:
        """The text of an encrypted reply, its signature checked."""
        try:
            sealed = passive(answer)
            right = sign(self.token, sealed["TimeStamp"], sealed["Nonce"], sealed["Encrypt"])
        except (ET.ParseError, KeyError) as error:
            raise BrokenReplyError(f"no encrypted reply: {answer[:200]!r}") from error
        if sealed["MsgSignature"] != right:
            raise BrokenReplyError("the reply's MsgSignature is wrong")
        return self.crypto.decrypt(sealed["Encrypt"]).decode()
