"""What a cadence would do: whom it would ask, whom not and why, and until when. Long reads; nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from cxbot.domain import cadence, contact
from cxbot.domain.cadence import NextTime, Plan
from cxbot.ports import Row, Tx
from cxbot.transactions import cadences, gates, settings, surveys

AT_ONCE_READ = 500
LATELY_MS = 28 * cadence.DAY_MS
"""What follows after something is forecast from what happened in four weeks."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen: of `audience` people `asked` would be asked, the others not, by reason.

    `begins`, `ends`: the first and the last turn; `days`: working days; `weekly`: people a week, by follow-ups.
    `pace`: how many an hour, within the limit on all sends.
    `rest_days`: so long nobody is asked again, which is longer than the follow-ups are apart; 0 where it is not.
    """

    audience: int
    asked: int
    held: Mapping[str, int]
    begins: int = 0
    ends: int = 0
    days: int = 0
    weekly: float = 0.0
    rest_days: int = 0
    pace: int = 0


def forecast(tx: Tx, row: Row, now: int, next_time: NextTime, *, at: int = 0) -> Forecast | None:
    """Goes through the whole audience with the gate, as it stands now, at the time of the first turn. A long read.

    `at` is that time where it is known, as it is of an occasion that has come.
    `row` is a cadence as it is, or as it would be if it were changed; None where its survey does not exist.
    """
    live = surveys.live(tx, row["survey"])
    if live is None:
        return None
    plan, zone, cadence_id = cadences.plan_of(row), settings.company(tx).time_zone, row["id"]
    at = at or max(cadences.first_at(tx, row, now, next_time), now)
    run = tx.one("runs.latest", cadence_id=cadence_id)
    turn = str(run["number"] + 1 if run else 1)
    audience, held = 0, Counter[str]()
    for person in _audience(tx, plan, live, now):
        if not cadence.drawn(cadence_id, cadence_id if plan.after else turn, person["id"], plan.audience.sample):
            continue
        audience += 1
        refused = gates.would_refuse(tx, live, person, cadences.interaction_of(live, person["id"], at), at)
        if refused:
            held[refused] += 1
    asked = audience - held.total()
    if plan.after:
        weekly = asked * 7 * cadence.DAY_MS / LATELY_MS
        return Forecast(audience, asked, dict(held), weekly=weekly, rest_days=_rest_days(tx, plan, live))
    sending = settings.sending(tx)
    pace, hours = cadence.pace_of(plan, sending), cadence.hours_of(plan, sending)
    begins, ends = (cadence.slot(place, pace, zone, at, hours) if asked else 0 for place in (0, max(asked - 1, 0)))
    days = cadence.working_days(asked, pace, zone, at, hours)
    return Forecast(audience, asked, dict(held), begins, ends, days, pace=pace)


def _rest_days(tx: Tx, plan: Plan, live: surveys.LiveSurvey) -> int:
    policy = settings.contact_policy(tx)
    days = policy.relationship_days if live.survey.kind == "relationship" else policy.transactional_days
    times = [cadence.follow_up_at(plan, 0, at, "UTC") for at in range(min(plan.most, len(plan.offsets) + 2))]
    known = [moment for moment in times if moment]
    apart = min((b - a for a, b in pairwise(known)), default=0)
    return days if apart and apart < days * contact.DAY_MS else 0


def _audience(tx: Tx, plan: Plan, live: surveys.LiveSurvey, now: int) -> Iterator[Row]:
    after = ""
    while page := cadences.page(tx, plan, live, after, AT_ONCE_READ, since=now - LATELY_MS):
        yield from page
        after = page[-1]["id"]
