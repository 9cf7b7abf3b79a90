"""Storms: many cases of one cause in a short time, read and worked all at once as on their card."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field

from cxbot import wording
from cxbot.api import acting, case_answers, case_bodies, serving
from cxbot.api.answers import Time, time_text
from cxbot.api.bodies import Body, Word
from cxbot.api.case_bodies import CaseActionBody
from cxbot.api.serving import Endpoint, Handler, json_answer, language
from cxbot.ports import Clock, Row, Store, Tx
from cxbot.transactions import incident_requests, incidents
from cxbot.transactions.incident_requests import Worked

_BY_LANGUAGE = "The words for those who read such a language; all others read the ones above."
_WORDS = {"zh-CN": "我们正在处理。"}


class WriteBody(case_bodies.ReplyBody):
    """What every customer of a storm is written."""

    by_language: case_bodies.Told = Field({}, description=_BY_LANGUAGE, examples=[_WORDS])


class ResolveAllBody(case_bodies.ResolveBody):
    """Why it happened, what was done, and what every customer of a storm is told."""

    by_language: case_bodies.Told = Field({}, description=_BY_LANGUAGE, examples=[_WORDS])


ACTIONS: Mapping[str, tuple[type[CaseActionBody], str]] = {
    "claim": (CaseActionBody, "Take every case of a storm that nobody has"),
    "reply": (WriteBody, "Write to every customer of a storm"),
    "resolve": (ResolveAllBody, "Resolve every case of a storm"),
    "undo": (CaseActionBody, "Take back what has not begun yet"),
}


class Incident(BaseModel):
    """A storm: cases of one cause that came in a short time."""

    id: str
    code: str
    state: str = Field(description="open while cases come, then ended.")
    team: str
    cause: str
    severity: str
    cases: int
    open: int
    claimed: int
    late: int = Field(description="How many are past the promised first contact.")
    opened_at: Time
    last_at: Time
    promised_at: Time = Field(description="The first contact that is due next.")
    doing: str = Field(description="What is being done to all: claim, reply or resolve; else ''.")
    doing_by: str
    can_undo: bool


class IncidentList(BaseModel):
    """The storms that go on, the newest first."""

    items: list[Incident]


class IncidentAnswer(BaseModel):
    """What is going to be done to all; it begins after 30 seconds, in which it can be undone."""

    event: str = Field(description="What the history has of it; '' in a preview.")
    message: str
    incident: Incident
    reads: str = Field(description="What one of the customers reads; '' where that is nothing.")
    reads_by_language: list[case_bodies.Reading] = Field(
        description="What is read in each language, and by how many; [] where that is nothing."
    )


class IncidentQuery(Body):
    """Of which team."""

    team: Word = Field("", description="Only of the team with this id.", examples=["support"])


class IncidentRoutes:
    """The endpoints of storms, over a store."""

    def __init__(self, store: Store, clock: Clock, channels: Collection[str]) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels

    def endpoints(self) -> tuple[Endpoint, ...]:
        """The storms that go on, one of them, and each action on all of its cases."""
        actions = acting.endpoints("incident", ACTIONS, lambda _: IncidentAnswer, self._acting)
        read_all = Endpoint(
            "GET", "/incidents", "listIncidents", "Read the storms that go on", 200, IncidentList, self._list,
            query=IncidentQuery, refusals=(422,),
        )  # fmt: skip
        read_one = Endpoint(
            "GET", "/incidents/{id}", "getIncident", "Read one storm", 200, Incident, self._one, refusals=(404,)
        )
        return (read_all, read_one, *actions)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        asked = serving.query(IncidentQuery, request)

        def read(tx: Tx, now: int) -> IncidentList:
            rows = tx.all("incidents.all_open", team_id=asked.team)
            return IncidentList(items=[_shown(incidents.facts(tx, row["id"], now)) for row in rows])

        return json_answer(await self._store.read(read, self._clock.now()), 200)

    async def _one(self, request: web.Request) -> web.StreamResponse:
        now = self._clock.now()

        def of(tx: Tx, incident: Row) -> Incident:
            return _shown(incidents.facts(tx, incident["id"], now))

        return await acting.shown(self._store, request, "incident", incident_requests.find, of)

    def _acting(self, name: str, model: type[CaseActionBody]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            now, spoken = self._clock.now(), language(request)
            asked = await acting.read_asked(request, name, model, now, self._channels)
            done = acting.done(await self._store.run(incident_requests.act, asked, now), "incident", spoken, now)
            return acting.answered(_answer(done, spoken, now), repeated=done.repeated)

        return handle


def _answer(done: Worked, spoken: str, now: int) -> IncidentAnswer:
    key, args = done.says
    readings = [
        case_bodies.Reading(
            language=each.case["language"], n=each.n, words=case_answers.read_by_customer(each.says, each.case, now)
        )
        for each in done.readings
    ]
    return IncidentAnswer(
        event=done.event,
        message=wording.text(key, spoken, **args, now=now),
        incident=_shown(done.facts),
        reads=readings[0].words if readings else "",
        reads_by_language=readings,
    )


def _shown(facts: Mapping[str, Any]) -> Incident:
    return Incident(
        id=facts["incident"],
        code=facts["code"],
        state=facts["state"],
        team=facts["team_id"],
        cause=facts["cause"],
        severity=facts["severity"],
        cases=facts["n"],
        open=facts["open"],
        claimed=facts["claimed"],
        late=facts["late"],
        opened_at=time_text(facts["opened_at"]),
        last_at=time_text(facts["last_at"]),
        promised_at=time_text(facts["promised_at"]),
        doing=facts["work"],
        doing_by=facts["work_by"],
        can_undo=facts["undo"],
    )
