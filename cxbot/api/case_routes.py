"""Working on a case from another system: each button of the alert as a request, its history and its conversation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from cxbot import wording
from cxbot.api import answers, case_bodies, checks, serving
from cxbot.api.answers import time_text
from cxbot.api.bodies import clean
from cxbot.api.case_bodies import CaseActionAnswer, CaseActionBody, PageQuery
from cxbot.api.errors import Problem
from cxbot.api.serving import BODY_BYTES, CALLER, REPLAYED, Endpoint, json_answer, language, missing, read_body
from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.ports import Clock, Limits, Row, Store, Tx
from cxbot.transactions import case_requests, conversations, reading, timeline
from cxbot.transactions.case_requests import Acted, Asked, Conflict, Missing
from cxbot.transactions.viewing import Everyone
from cxbot.wording.voice import Voice

ACTIONS: Mapping[str, tuple[type[CaseActionBody], str]] = {
    "claim": (CaseActionBody, "Take a case"),
    "release": (CaseActionBody, "Give a case back to its team"),
    "contacted": (CaseActionBody, "Note that the customer has been spoken to"),
    "reply": (case_bodies.ReplyBody, "Write to the customer"),
    "snooze": (case_bodies.SnoozeBody, "No reminders until a time, for a reason"),
    "hand-over": (case_bodies.HandOverBody, "Give a case to a colleague or another team"),
    "resolve": (case_bodies.ResolveBody, "State the cause, what was done, and what the customer is told"),
    "dismiss": (case_bodies.DismissBody, "No case after all"),
    "merge": (case_bodies.MergeBody, "Let the work go on in another case of the same customer"),
    "reopen": (CaseActionBody, "Work on a case again"),
    "undo": (CaseActionBody, "Take back what was done in the last 30 seconds"),
}
STATUS = {
    "not_member": 403,
    "no_such_person": 422,
    "no_such_team": 422,
    "no_such_cause": 422,
    "no_such_case": 422,
    "snooze_range": 422,
    "not_in_team": 422,
    "other_customer": 422,
}
"""The status of a refusal by its code; any other is 409: the case does not allow it as it is now."""
WHAT_TO_DO = {
    403: "Name a colleague who works in the team of the case.",
    409: "Read the case: it has changed, or this was done before.",
    422: "Correct it and send it again; a refused id may be used once more.",
}


class CaseRoutes:
    """The endpoints of single cases, over a store."""

    def __init__(self, store: Store, clock: Clock, channels: Collection[str]) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Each action of a case, and what can be read of it besides its row."""
        actions = (
            Endpoint(
                "POST",
                f"/cases/{{id}}:{name}",
                f"{name.partition('-')[0]}{name.partition('-')[2].capitalize()}Case",
                summary,
                200,
                CaseActionAnswer,
                self._acting(name.replace("-", "_"), body),
                body=body,
                refusals=(400, 403, 404, 409, 413, 422),
            )
            for name, (body, summary) in ACTIONS.items()
        )
        read: tuple[tuple[str, str, type[BaseModel], Callable[[Tx, Row, PageQuery, str], BaseModel]], ...] = (
            ("timeline", "Read what happened to a case", case_bodies.TimelinePage, _timeline),
            ("transcript", "Read what was said with its customer", case_bodies.TranscriptPage, _transcript),
        )
        readings = (
            Endpoint(
                "GET",
                f"/cases/{{id}}/{name}",
                f"getCase{name.capitalize()}",
                summary,
                200,
                page,
                self._reading(of),
                query=PageQuery,
                refusals=(404, 422),
            )
            for name, summary, page, of in read
        )
        return (*actions, *readings)

    def _acting(
        self, action: str, model: type[CaseActionBody]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            data = checks.read_json(await read_body(request, BODY_BYTES))
            now = self._clock.now()
            body = checks.read_model(model, data, context={"now": now, "channels": self._channels})
            if isinstance(body, list):
                raise checks.invalid(body)
            case = clean(request.match_info["id"])
            asked = Asked(
                caller=request[CALLER],
                id=body.id,
                body=_digest(action, case, body),
                case=case,
                actor=body.actor.model_dump(),
                action=action,
                arguments=body.arguments(),
                preview=bool(getattr(body, "preview", False)),
            )
            done = await self._store.run(case_requests.act, asked, now)
            return _answered(done, language(request), now)

        return handle

    def _reading(
        self, of: Callable[[Tx, Row, PageQuery, str], BaseModel]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        def read(tx: Tx, case_id: str, asked: PageQuery, spoken: str) -> BaseModel | None:
            case = reading.one(tx, "cases", case_id)
            return of(tx, case, asked, spoken) if case is not None else None

        async def handle(request: web.Request) -> web.StreamResponse:
            asked = serving.query(PageQuery, request)
            found = await self._store.read(read, clean(request.match_info["id"]), asked, language(request))
            if found is None:
                raise missing("case")
            return json_answer(found, 200)

        return handle


def _digest(action: str, case: str, body: CaseActionBody) -> str:
    whole = [action, case, body.model_dump(exclude_defaults=True)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _answered(done: Acted | Refusal | Conflict | Missing, spoken: str, now: int) -> web.Response:
    if isinstance(done, Missing):
        raise missing("case")
    if isinstance(done, Conflict):
        raise Problem(
            409, "conflict", "This id came before with another body.", "Send a new id, or the same body to repeat."
        )
    if isinstance(done, Refusal):
        raise _refused(done, spoken, now)
    zone = workflow.Terms.load(done.case["policy"]).zone
    told = {"zone": zone, "now": now}
    message = ""
    if done.event:
        args = {"code": done.case["code"], "seconds": workflow.UNDO_MS // 1000, "reach": done.reach.once_sent}
        message = wording.text(f"case.done.{done.event}", spoken, **args, **told)
    answer = CaseActionAnswer(
        event=done.event,
        message=message,
        case=answers.case(done.case),
        reads=_read_by_customer(done, now),
        delivery=case_bodies.Delivery(
            state=done.reach.state,
            until=time_text(done.reach.until),
            left=done.reach.left,
            message=wording.text("form.reachable", spoken, reach=done.reach.meaning, **told),
        ),
    )
    response = json_answer(answer, 200)
    if done.repeated:
        response.headers[REPLAYED] = "true"
    return response


def _refused(refusal: Refusal, spoken: str, now: int) -> Problem:
    code = refusal.key.removeprefix("refuse.")
    status = STATUS.get(code, 409)
    args: dict[str, Any] = {**refusal.args, "now": now}
    if "state" in args:
        args["state"] = {"key": f"state.{args['state']}", "args": {}}
    return Problem(status, code, wording.text(refusal.key, spoken, **args), WHAT_TO_DO[status])


def _read_by_customer(done: Acted, now: int) -> str:
    """What the customer reads, in their language."""
    if done.reads is None:
        return ""
    key, args = done.reads
    case = done.case
    meaning = wording.Meaning("", "", "", "message", key, {"code": case["code"], **args}, language=case["language"])
    return wording.render(meaning, Limits(), now).text


def _timeline(tx: Tx, case: Row, asked: PageQuery, spoken: str) -> BaseModel:
    entries, older = timeline.of_case(tx, case, Everyone(tx, case["person_id"]), asked.page, asked.limit)
    voice = Voice(spoken)
    items = [_happening(each, voice) for each in entries]
    return case_bodies.TimelinePage(items=items, older=older)


def _happening(entry: timeline.Entry, voice: Voice) -> case_bodies.Happening:
    row = entry.row
    args = dict(row["args"]) if entry.what == "event" else {}
    via = str(args.pop("via", ""))
    words = row.get("first_words") or row.get("words") or ""
    if entry.what == "answer":
        words = " · ".join(voice.parts([row["score"], *row["said"]]))
    return case_bodies.Happening(
        at=time_text(entry.at),
        what=entry.what,
        kind=str(row.get("kind") if entry.what == "event" else row.get("what") or row.get("key") or ""),
        by=str(row.get("actor") or ""),
        via=via or str(row.get("channel") or ""),
        state=str(row.get("state") or ""),
        reason=str(row.get("reason") or ""),
        words=words,
        detail=args,
    )


def _transcript(tx: Tx, case: Row, asked: PageQuery, spoken: str) -> BaseModel:
    found = conversations.of(tx, case, Everyone(tx, case["person_id"]), asked.page, asked.limit)
    voice = Voice(spoken)
    items = [
        case_bodies.Utterance(
            at=time_text(line.at),
            said_by="customer" if line.from_customer else "colleague" if line.by else "bot",
            name=found.name if line.from_customer else line.by,
            channel=line.channel,
            state=line.state,
            reason=line.reason,
            words=" · ".join(voice.parts(line.words)),
            media=line.media,
        )
        for line in found.lines
    ]
    return case_bodies.TranscriptPage(items=items, older=found.older)
