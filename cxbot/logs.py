"""What the program says about itself: structured, one line an event, and never a customer's words or a token."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Literal, TextIO

import structlog
from pydantic import SecretStr
from structlog.typing import EventDict, Processor

HIDDEN = "[hidden]"
HIDDEN_KEYS = frozenset(
    [
        "answer",
        "args",
        "authorization",
        "body",
        "choice",
        "cookie",
        "fields",
        "form",
        "hash",
        "name",
        "password",
        "payload",
        "receipt",
        "secret",
        "signature",
        "text",
        "token",
        "url",
        "value",
        "words",
    ]
)
"""Keys whose values are personal or secret, whatever they hold; also as the end of a longer key, like bot_token."""

_SECRETS = re.compile(
    r"(?P<bearer>\b[Bb]earer\s+)[^\s'\",]+"
    r"|(?P<link>/s/)[^\s'\"?#]+"
    r"|(?P<login>://[^\s:/@'\"]+:)[^\s@'\"]+(?=@)"
    r"|(?P<query>[?&](?:token|access_token|secret|corpsecret|signature|key)=)[^\s&'\"]+"
    r"|(?P<slack>\bx(?:ox[a-z]|app)-)[A-Za-z0-9-]+"
)
# Error messages of pydantic and PostgreSQL repeat what they were given.
_QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=)|(?<=DETAIL:  ).*", re.DOTALL)


def masked(text: str) -> str:
    """The text without tokens, passwords, survey links and repeated input."""
    text = _QUOTED_INPUT.sub(HIDDEN, text)
    return _SECRETS.sub(lambda match: next(part for part in match.groupdict().values() if part) + HIDDEN, text)


def mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The last processor before an event is written: hides by key and by look."""
    return {key: value if key in {"level", "timestamp"} else _hide(key, value) for key, value in event.items()}


def configure(level: str = "info", style: Literal["words", "json"] = "words", stream: TextIO | None = None) -> None:
    """Sets up structlog, and the standard library's logging to come out the same way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    out = stream or sys.stderr
    renderer: Processor
    if style == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # A vendor's debug lines repeat whole requests.
    for noisy in ("asyncio", "aiohttp.access", "apscheduler", "slack_sdk", "slack_bolt", "urllib3"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


def _hide(key: str, value: Any) -> Any:
    if value is None or value == "":
        return value
    if key != "event" and (key in HIDDEN_KEYS or key.rpartition("_")[2] in HIDDEN_KEYS):
        return HIDDEN
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(inner): _hide(str(inner), held) for inner, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hide("", item) for item in value]
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, bool | int | float):
        return value
    return masked(repr(value))
