"""The doors that WeChat and WeCom post to: who may, what they bring, and how it is answered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError

import structlog
import xmltodict
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.replies import TextReply
from wechatpy.work.crypto import WeChatCrypto as WorkCrypto

log = structlog.get_logger(__name__)

LONGEST = 64 * 1024
FRESH_MS = 5 * 60 * 1000
MOST_TAGS = 4_000
SUCCESS = "success"
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Opened:
    """What came in, as names and texts; elements within elements are mappings. `sealed`: it came encrypted."""

    fields: Mapping[str, Any]
    sealed: bool = False

    def get(self, name: str) -> str:
        """A text by its name; '' where there is none, or something else than a text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


class Refused(Exception):
    """The request is not the platform's: `why` is a word for the metric."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Odd(Exception):
    """The platform's, but nothing that can be read; it is answered like any other, or it would come again."""


@dataclass(slots=True)
class Door:
    """Checks, opens and answers callbacks. `receiver` is the AppID or CorpID that encrypted texts are made for."""

    token: str
    aes_key: str
    receiver: str
    machine: Callable[[], int]
    work: bool = False
    _crypto: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.aes_key:
            self._crypto = (WorkCrypto if self.work else WeChatCrypto)(self.token, self.aes_key, self.receiver)

    def verify(self, query: Mapping[str, str]) -> str:
        """The text by which the platform checks the address. Raises Refused."""
        echo = query.get("echostr", "")
        if self.work:
            self._check(query, "msg_signature", echo)
            return self._decrypt(echo, query)
        self._check(query, "signature")
        return echo

    async def open(self, request: web.Request) -> Opened:
        """What a callback brings. Raises Refused where it is not the platform's, Odd where it cannot be read."""
        if (request.content_length or 0) > LONGEST:
            self._check_without_body(request.query)
            raise Odd("too large")
        body = _CONTROL.sub(b"", await request.content.read(LONGEST + 1))
        if len(body) > LONGEST:
            self._check_without_body(request.query)
            raise Odd("too large")
        if self._crypto is None:
            self._check(request.query, "signature")
            return Opened(_parse(body))
        try:
            encrypted = _parse(body).get("Encrypt")
        except Odd:
            raise Refused("unsigned") from None
        if not isinstance(encrypted, str):
            raise Refused("unsigned")
        self._check(request.query, "msg_signature", encrypted)
        plain = self._decrypt(encrypted, request.query)
        return Opened(_parse(_CONTROL.sub(b"", plain.encode())), sealed=True)

    def reply(self, opened: Opened, words: str) -> str:
        """The passive answer with a text, for who sent what was opened; encrypted where that was."""
        # A text that holds the end of a CDATA section would go on as markup.
        content = _without_control(words).replace("]]>", "]]]]><![CDATA[>")
        reply = TextReply(
            content=str(content),
            source=opened.get("ToUserName"),
            target=opened.get("FromUserName"),
            time=self.machine() // 1000,
        ).render()
        if not opened.sealed:
            return str(reply)
        return str(self._crypto.encrypt_message(reply, secrets.token_hex(8), str(self.machine() // 1000)))

    def _check_without_body(self, query: Mapping[str, str]) -> None:
        """Of a body too large to read only what is signed apart from it can be checked."""
        if self.work:
            raise Refused("too_large")
        self._check(query, "signature")

    def _check(self, query: Mapping[str, str], name: str, *more: str) -> None:
        given, stamp, nonce = query.get(name, ""), query.get("timestamp", ""), query.get("nonce", "")
        if not given:
            raise Refused("unsigned")
        made = _sha1(self.token, stamp, nonce, *more)
        if not hmac.compare_digest(made.encode(), given.encode("utf-8", "replace")):
            raise Refused("forged")
        if not stamp.isdecimal() or len(stamp) > 12 or abs(self.machine() - int(stamp) * 1000) > FRESH_MS:
            raise Refused("stale")

    def _decrypt(self, encrypted: str, query: Mapping[str, str]) -> str:
        try:
            base64.b64decode(encrypted, validate=True)
            # The signature has been compared in constant time above; wechatpy makes it again for itself.
            given = (query.get("msg_signature", ""), query.get("timestamp", ""), query.get("nonce", ""))
            if self.work:
                return str(self._crypto.check_signature(*given, encrypted))
            return str(self._crypto.decrypt_message({"Encrypt": encrypted}, *given))
        except UnicodeDecodeError as error:
            raise Odd("not UTF-8") from error  # it is the platform's, by its signature
        except (WeChatException, ValueError, IndexError, ArithmeticError, TypeError, LookupError) as error:
            raise Refused("not_for_us") from error
        except struct.error as error:  # a text too short to hold its length
            raise Refused("not_for_us") from error


def _parse(body: bytes) -> dict[str, Any]:
    if body.count(b"<") > MOST_TAGS:
        raise Odd("too many elements")
    try:
        read = xmltodict.parse(body)  # entities are refused: that is how small bodies become large ones
    except (ExpatError, ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise Odd(type(error).__name__) from error
    root = read.get("xml") if isinstance(read, dict) else None
    if not isinstance(root, dict):
        raise Odd("no message")
    return root


def _sha1(*parts: str) -> str:
    """The platforms' own signature; it is theirs to choose the hash."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _without_control(words: str) -> str:
    return "".join(letter for letter in words if letter >= " " or letter in "\n\t")
