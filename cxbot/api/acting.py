"""What working on a case, a storm and an improvement by API have in common: the request, its answer, its refusals."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from cxbot.api import case_answers, checks
from cxbot.api.bodies import clean
from cxbot.api.case_bodies import CaseActionBody
from cxbot.api.serving import (
    BODY_BYTES,
    CALLER,
    REPLAYED,
    Endpoint,
    Handler,
    camel,
    json_answer,
    missing,
    read_body,
)
from cxbot.domain.cases import Refusal
from cxbot.ports import Row, Store, Tx
from cxbot.transactions.api_requests import Asked, Conflict, Missing

REFUSALS = (400, 403, 404, 409, 413, 422)
T = TypeVar("T")


def endpoints(
    subject: str,
    actions: Mapping[str, tuple[type[CaseActionBody], str]],
    answer: Callable[[str], type[BaseModel]],
    handler: Callable[[str, type[CaseActionBody]], Handler],
) -> tuple[Endpoint, ...]:
    """An endpoint for each action on a `subject` ("case"): its body and what it does, its answer, and its handler."""
    return tuple(
        Endpoint(
            "POST",
            f"/{subject}s/{{id}}:{name}",
            camel(f"{name}-{subject}"),
            summary,
            200,
            answer(name),
            handler(name, body),
            body=body,
            refusals=REFUSALS,
        )
        for name, (body, summary) in actions.items()
    )


async def read_asked(
    request: web.Request, action: str, model: type[CaseActionBody], now: int, channels: Collection[str]
) -> Asked:
    """What a request asks for, checked whole; Problem 400, 413 or 422 says what is wrong with it."""
    data = checks.read_json(await read_body(request, BODY_BYTES))
    body = checks.read_model(model, data, context={"now": now, "channels": channels})
    if isinstance(body, list):
        raise checks.invalid(body)
    subject = clean(request.match_info.get("id", ""))
    return Asked(
        caller=request[CALLER],
        id=body.id,
        body=_digest(action, subject, body),
        subject=subject,
        actor=body.actor.model_dump(),
        action=action,
        arguments=body.arguments(),
        preview=bool(getattr(body, "preview", False)),
    )


def _digest(action: str, subject: str, body: CaseActionBody) -> str:
    whole = [action, subject, body.model_dump(exclude_defaults=True)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def done(came: T | Refusal | Conflict | Missing, subject: str, spoken: str, now: int) -> T:
    """What came of a request that was carried out; raises the Problem where it was not."""
    if isinstance(came, Missing):
        raise missing(subject)
    if isinstance(came, Conflict):
        raise case_answers.conflict()
    if isinstance(came, Refusal):
        raise case_answers.refused(came, spoken, now)
    return came


def answered(said: BaseModel, *, repeated: bool) -> web.Response:
    """What was done, marked where it is only said again."""
    response = json_answer(said, 200)
    if repeated:
        response.headers[REPLAYED] = "true"
    return response


async def shown(
    store: Store,
    request: web.Request,
    subject: str,
    find: Callable[[Tx, str], Row | None],
    of: Callable[[Tx, Row], BaseModel],
) -> web.Response:
    """What is read of the one that the address names; raises Problem 404 where there is none."""

    def read(tx: Tx, named: str) -> BaseModel | None:
        row = find(tx, named)
        return of(tx, row) if row is not None else None

    found = await store.read(read, clean(request.match_info["id"]))
    if found is None:
        raise missing(subject)
    return json_answer(found, 200)
