"""A team's rota by API: the calendar of who is on call and who is away."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from cxbot import calendars
from cxbot.api.bodies import clean
from cxbot.api.errors import Problem
from cxbot.api.serving import CALLER, Endpoint, json_answer, missing, read_body
from cxbot.ports import Clock, Store

CALENDAR = "text/calendar"
CALENDAR_BYTES = 2 * 1024 * 1024


class SkippedEvent(BaseModel):
    """An event that was not taken over, and why."""

    line: int
    title: str
    reason: Literal["nobody_known", "not_said", "no_end", "not_readable"]


class RotaAnswer(BaseModel):
    """What there is by the calendar now, how much of it changed, and what was skipped."""

    shifts: int
    absences: int
    changed: int
    skipped: list[SkippedEvent]


class RotaRoutes:
    """The endpoint of a team's calendar, over a store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Its rows in the table of endpoints."""
        return (
            Endpoint(
                "POST",
                "/teams/{id}/rota",
                "takeRota",
                "Take over a calendar of who is on call and who is away, in the place of the team's last one",
                200,
                RotaAnswer,
                self.take,
                refusals=(400, 404, 413, 415, 422),
                takes=CALENDAR,
            ),
        )

    async def take(self, request: web.Request) -> web.Response:
        """POST /teams/{id}/rota, with an .ics text."""
        if request.content_type != CALENDAR:
            raise Problem(415, "media_type", "This is no calendar.", f"Send an .ics text as {CALENDAR}.")
        raw = await read_body(request, CALENDAR_BYTES)
        team_id = clean(request.match_info["id"])
        try:
            text = raw.decode("utf-8-sig")
            imported = await calendars.take(self._store, team_id, text, request[CALLER], self._clock.now())
        except UnicodeDecodeError:
            raise Problem(400, "bad_body", "The body could not be read.", "Send the calendar in UTF-8.") from None
        except calendars.CalendarMistake as mistake:
            raise Problem(422, "invalid", str(mistake), "Send a calendar in the iCalendar format (.ics).") from None
        if imported is None:
            raise missing("team")
        skipped = [SkippedEvent(line=each.line, title=each.title, reason=each.why) for each in imported.skipped]
        answer = RotaAnswer(
            shifts=imported.shifts, absences=imported.absences, changed=imported.changed, skipped=skipped
        )
        return json_answer(answer, 200)
