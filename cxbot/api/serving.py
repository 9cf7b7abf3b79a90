"""What every endpoint is made of: its row in the table, the body and the query it reads, the answer it gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel

from cxbot import wording
from cxbot.api import checks
from cxbot.api.bodies import clean
from cxbot.api.errors import Problem, too_large

Q = TypeVar("Q", bound=BaseModel)

PREFIX = "/api/v1"
BODY_BYTES = 128 * 1024
CALLER = web.RequestKey("caller", str)
REPLAYED = "Idempotency-Replayed"
UNREADABLE = (
    web.RequestPayloadError,
    ClientPayloadError,
    HttpProcessingError,
    AssertionError,
    LookupError,
    RuntimeError,
    ValueError,
)
"""What aiohttp raises for a body that is broken off, or not compressed as it says."""


Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, as it is served and as it is described."""

    method: str
    path: str
    name: str
    summary: str
    status: int
    answer: type[BaseModel]
    handler: Handler
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    takes: str = ""
    """The media type of a body that is no JSON."""

    @property
    def repeatable(self) -> bool:
        """Whether the same request again is answered as before, and does nothing twice."""
        return self.method == "POST" and not self.takes


def camel(name: str) -> str:
    """A name with hyphens as one word: "hand-over-case" is handOverCase."""
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


async def read_body(request: web.Request, most: int) -> bytes:
    """The body of a request, of at most so many bytes."""
    if request.content_length is not None and request.content_length > most:
        raise too_large(most)
    raw = bytearray()
    try:
        async for chunk in request.content.iter_any():
            raw += chunk
            if len(raw) > most:
                raise too_large(most)
    except UNREADABLE:
        raise Problem(400, "bad_body", "The body could not be read.", "Send plain UTF-8 JSON, or sound gzip.") from None
    return bytes(raw)


def query(model: type[Q], request: web.Request) -> Q:
    """The query of a request, checked; Problem 422 names every mistake."""
    asked = checks.read_model(model, {key: clean(value) for key, value in request.query.items()}, at="?")
    if isinstance(asked, list):
        raise checks.invalid(asked)
    return asked


def json_answer(answer: BaseModel, status: int) -> web.Response:
    """An answer as JSON."""
    return web.Response(body=answer.model_dump_json().encode(), status=status, content_type="application/json")


def language(request: web.Request) -> str:
    """The language the caller wants words in, of those there are."""
    return wording.negotiate(request.headers.get("Accept-Language", "en").split(",")[0].split(";")[0])


def missing(what: str) -> Problem:
    """The refusal of an id that names nothing."""
    return Problem(404, "not_found", f"There is no such {what}.", "Check the id; yours count within their source only.")
