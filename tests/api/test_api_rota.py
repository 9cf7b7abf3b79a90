from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from cxbot.transactions import teams

URL = "/api/v1/teams/support/rota"
OUT = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:1\nSUMMARY:{title}\n"
    "DTSTART;VALUE=DATE:{day}\nEND:VEVENT\nEND:VCALENDAR\n"
)


async def seed(store, now):
    member = {"address": "web:member:ben", "name": "Ben", "role": "lead"}
    team = {"name": "Support", "channel": "web", "place": "team:support", "members": [member]}
    await store.run(teams.seed, {"support": team}, now)


def calendar(clock, title):
    day = datetime.fromtimestamp(clock.now / 1000, UTC) + timedelta(days=2)
    return OUT.format(title=title, day=f"{day:%Y%m%d}").encode()


async def test_a_calendar_is_taken_over_once_and_what_names_nobody_is_told(client, store, clock):
    await seed(store, clock.now)
    headers = {"Content-Type": "text/calendar"}
    first = await client.post(URL, data=calendar(clock, "Ben out"), headers=headers)
    assert (first.status, await first.json()) == (200, {"shifts": 0, "absences": 1, "changed": 1, "skipped": []})
    again = await (await client.post(URL, data=calendar(clock, "Ben out"), headers=headers)).json()
    assert again["changed"] == 0
    other = await (await client.post(URL, data=calendar(clock, "Zoe out"), headers=headers)).json()
    assert other["skipped"] == [{"line": 4, "title": "Zoe out", "reason": "nobody_known"}]
    assert (other["absences"], other["changed"]) == (0, 1)


async def test_what_is_no_calendar_and_no_team_is_refused(client, store, clock):
    await seed(store, clock.now)
    headers = {"Content-Type": "text/calendar; charset=utf-8"}

    async def status(data, url=URL, **more):
        return (await client.post(url, data=data, headers={**headers, **more})).status

    assert await status(b"hello") == 422
    assert await status(b"\xff\xfe") == 400
    assert await status(io.BytesIO(b"x" * 3_000_000)) == 413
    assert await status(calendar(clock, "Ben out"), "/api/v1/teams/nowhere/rota") == 404
    assert await status(calendar(clock, "Ben out"), **{"Content-Type": "application/json"}) == 415
    assert await status(b"", Authorization="Bearer no") == 401


async def test_what_cannot_be_read_in_an_event_is_told_and_no_error_of_ours(client, store, clock):
    await seed(store, clock.now)
    text = calendar(clock, "Ben out").replace(b"END:VEVENT", b"RECURRENCE-ID:x\nEND:VEVENT")
    answer = await client.post(URL, data=text, headers={"Content-Type": "text/calendar"})
    assert answer.status == 200
    assert (await answer.json())["skipped"] == [{"line": 4, "title": "Ben out", "reason": "not_readable"}]
