"""A person's own words and what they sent: kept whether or not the bot could make an answer of them."""

from __future__ import annotations

import dataclasses
import json

from cxbot.ports import Media, Row, Tx
from cxbot.transactions import case_messages, outbox, teams


def add(
    tx: Tx,
    person_id: str,
    now: int,
    *,
    words: str = "",
    media: Media | None = None,
    response_id: str = "",
    case_id: str = "",
) -> str:
    """Keeps words or media of a person, tied to the response and the case they belong to; returns the id."""
    remark_id = tx.new_id()
    tx.run(
        "remarks.add",
        id=remark_id,
        person_id=person_id,
        response_id=response_id,
        case_id=case_id,
        words=words,
        media=json.dumps(dataclasses.asdict(media), ensure_ascii=False) if media else "",
        said_at=now,
    )
    return remark_id


def hear(
    tx: Tx,
    person: Row,
    now: int,
    *,
    words: str = "",
    media: Media | None = None,
    response: Row | None = None,
    case: Row | None = None,
    team_id: str = "",
) -> None:
    """Keeps what a person said and shows it to the team: under the case where there is one, else by itself."""
    response_id = response["id"] if response else ""
    add(tx, person["id"], now, words=words, media=media, response_id=response_id, case_id=case["id"] if case else "")
    if case is not None:
        key = "case.media" if media else "case.customer_said"
        case_messages.team_says(
            tx, case, key, {"name": person["name"], "words": words, "kind": media.kind if media else ""}, now
        )
        case_messages.redraw(tx, case, now)
        return
    team = teams.get(tx, team_id) if team_id else None
    if team is None or not team["place"]:
        return
    outbox.say(
        tx,
        now,
        channel=team["channel"],
        address=team["place"],
        language=team["language"],
        key="team.media" if media else "team.remark",
        args={"name": person["name"], "words": words, "kind": media.kind if media else ""},
    )
