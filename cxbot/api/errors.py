"""The one form in which the API says no: {error: {code, message, what_to_do, details}}, a detail for every mistake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

MOST_DETAILS = 100
DESCRIPTION = "/api/v1/openapi.json"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Detail:
    """One mistake: a JSON pointer into the body (or `?/name`, a query parameter), what is wrong, what to write."""

    pointer: str
    message: str
    what_to_do: str


class Problem(Exception):
    """A refusal with its HTTP status; the middleware turns it into the error form."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        what_to_do: str,
        details: Sequence[Detail] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.what_to_do = what_to_do
        self.details = tuple(details)
        self.headers = dict(headers or {})


def problem_body(problem: Problem) -> dict[str, object]:
    """The error as JSON-ready data, with at most 100 details."""
    details = [asdict(detail) for detail in problem.details[:MOST_DETAILS]]
    if len(problem.details) > MOST_DETAILS:
        left_out = len(problem.details) - MOST_DETAILS
        details.append({"pointer": "", "message": f"and {left_out} more", "what_to_do": "Correct these first."})
    return {
        "error": {
            "code": problem.code,
            "message": problem.message,
            "what_to_do": problem.what_to_do,
            "details": details,
        }
    }


def problem_response(problem: Problem) -> web.Response:
    """The error as an HTTP response; where the body was not read to its end, the connection closes after it."""
    response = web.json_response(problem_body(problem), status=problem.status, headers=problem.headers)
    if problem.code in {"bad_body", "too_large"}:
        response.force_close()
    return response


@web.middleware
async def json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers every refusal and every fault in the error form; a fault is logged and told without its insides."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem_response(problem)
    except web.HTTPException as refused:
        if refused.status < 400:
            raise
        return problem_response(_of_http(refused))
    except Exception:
        log.exception("api_failed", method=request.method, path=request.path)
        return problem_response(
            Problem(
                500,
                "internal",
                "Something went wrong on our side.",
                "Send the same request again: what was kept is not kept twice.",
            )
        )


def _of_http(refused: web.HTTPException) -> Problem:
    headers = {"Allow": refused.headers["Allow"]} if "Allow" in refused.headers else {}
    match refused.status:
        case 404:
            return Problem(
                404, "not_found", "There is nothing at this address.", f"See {DESCRIPTION} for what there is."
            )
        case 405:
            allowed = headers.get("Allow", "")
            return Problem(
                405, "wrong_method", "This address takes another method.", f"Use {allowed}.", headers=headers
            )
        case 413:
            return too_large(0)
        case status:
            return Problem(status, "refused", refused.reason, f"See {DESCRIPTION}.", headers=headers)


def too_large(most: int) -> Problem:
    """The refusal of a body of more than `most` bytes."""
    size = f" than {most} bytes" if most else ""
    return Problem(413, "too_large", f"The body is larger{size}.", "Send less in one request; a batch takes up to 500.")
