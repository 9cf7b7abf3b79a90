"""Working on a case from another system: each button of the alert as a request, its history and its conversation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from cxbot.api import acting, case_answers, case_bodies, recovery_answers, recovery_bodies, serving
from cxbot.api.answers import time_text
from cxbot.api.case_bodies import CaseActionAnswer, CaseActionBody, PageQuery
from cxbot.api.serving import Endpoint, Handler, language
from cxbot.domain.cases import Refusal
from cxbot.ports import Clock, Row, Store, Tx
from cxbot.transactions import case_requests, conversations, reading, timeline
from cxbot.transactions.api_requests import Asked, Conflict, Missing
from cxbot.transactions.case_requests import Acted
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
    "reached": (CaseActionBody, "Note that the customer was told otherwise what could not be delivered"),
    "not-a-promise": (CaseActionBody, "Take back that something written to the customer was a promise"),
    "step": (recovery_bodies.StepBody, "Tick a step of the checklist, or open it again"),
    "goodwill": (recovery_bodies.GoodwillBody, "Give something for the trouble; beyond the budget, ask to"),
    "approve-goodwill": (recovery_bodies.DecisionBody, "Approve goodwill that somebody else asked for"),
    "refuse-goodwill": (recovery_bodies.DecisionBody, "Refuse goodwill, or withdraw what one asked for oneself"),
}
"""Each action with its body and what it does; `action_of` gives what it is called inside."""
ANSWERS: Mapping[str, type[CaseActionAnswer]] = {
    "step": recovery_bodies.StepAnswer,
    **dict.fromkeys(("goodwill", "approve-goodwill", "refuse-goodwill"), recovery_bodies.GoodwillAnswer),
}


def action_of(name: str) -> str:
    """What an action of the API is called on the buttons."""
    return {"not-a-promise": "call_off"}.get(name, name.replace("-", "_"))


class CaseRoutes:
    """The endpoints of single cases, over a store."""

    def __init__(self, store: Store, clock: Clock, channels: Collection[str]) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Each action of a case, and what can be read of it besides its row."""
        actions = acting.endpoints("case", ACTIONS, lambda name: ANSWERS.get(name, CaseActionAnswer), self._acting)
        read: tuple[tuple[str, str, type[BaseModel], Callable[[Tx, Row, PageQuery, str], BaseModel]], ...] = (
            ("timeline", "Read what happened to a case", case_bodies.TimelinePage, _timeline),
            ("transcript", "Read what was said with its customer", case_bodies.TranscriptPage, _transcript),
        )
        whole: tuple[tuple[str, str, type[BaseModel], Callable[[Tx, Row, int, str], BaseModel]], ...] = (
            ("steps", "Read the checklist of a case", recovery_bodies.StepList, _steps),
            ("goodwill", "Read what was given in a case, and what may be", recovery_bodies.CaseGoodwill, _goodwill),
        )
        pages = (
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
        lists = (
            Endpoint(
                "GET",
                f"/cases/{{id}}/{name}",
                f"getCase{name.capitalize()}",
                summary,
                200,
                answer,
                self._whole(of_case),
                refusals=(404,),
            )
            for name, summary, answer, of_case in whole
        )
        return (*actions, *pages, *lists)

    def _acting(self, name: str, model: type[CaseActionBody]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            now, spoken = self._clock.now(), language(request)
            asked = await acting.read_asked(request, action_of(name), model, now, self._channels)
            came, more = await self._store.run(_act, asked, now, spoken)
            done = acting.done(came, "case", spoken, now)
            answer = case_answers.acted(done, spoken, now, ANSWERS.get(name, CaseActionAnswer), **more)
            return acting.answered(answer, repeated=done.repeated)

        return handle

    def _reading(self, of: Callable[[Tx, Row, PageQuery, str], BaseModel]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            asked, spoken = serving.query(PageQuery, request), language(request)
            return await acting.shown(self._store, request, "case", _find, lambda tx, case: of(tx, case, asked, spoken))

        return handle

    def _whole(self, of: Callable[[Tx, Row, int, str], BaseModel]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            now, spoken = self._clock.now(), language(request)
            return await acting.shown(self._store, request, "case", _find, lambda tx, case: of(tx, case, now, spoken))

        return handle


def _find(tx: Tx, case_id: str) -> Row | None:
    return reading.one(tx, "cases", case_id)


def _act(tx: Tx, asked: Asked, now: int, spoken: str) -> tuple[Acted | Refusal | Conflict | Missing, dict[str, Any]]:
    """Does it, and reads in the same moment what its answer has besides."""
    done = case_requests.act(tx, asked, now)
    if isinstance(done, Acted) and asked.action == "step":
        return done, {"steps": recovery_answers.steps(tx, done.case, Voice(spoken))}
    if isinstance(done, Acted) and asked.action.endswith("goodwill"):
        found = [each for each in recovery_answers.given(tx, done.case) if each.id == done.made]
        return done, {"goodwill": found[0] if found else None}
    return done, {}


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


def _steps(tx: Tx, case: Row, now: int, spoken: str) -> BaseModel:
    return recovery_bodies.StepList(items=recovery_answers.steps(tx, case, Voice(spoken)))


def _goodwill(tx: Tx, case: Row, now: int, spoken: str) -> BaseModel:
    return recovery_answers.of_goodwill(tx, case, now)
