"""A person's own words and what they sent: kept whether or not the bot could make an answer of them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from cxbot.ports import Media, Row, Tx
from cxbot.transactions import case_messages, outbox, places, settings, teams


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
        called = case_messages.who_acts(tx, case, now) if case["owner_id"] else []
        case_messages.team_says(tx, case, key, _heard(person, words, media), now, mention=called)
        case_messages.redraw(tx, case, now)
        return
    team = teams.get(tx, team_id) if team_id else None
    if team is not None and not team["place"]:
        return
    # Of nobody's matter in particular: whoever stands in for teams that cannot be told.
    to = places.of_team(tx, team) if team is not None else places.stand_in(tx)
    if to is None:
        return
    outbox.say(
        tx,
        now,
        channel=to[0],
        address=to[1],
        language=team["language"] if team is not None else settings.company(tx).language,
        key="team.media" if media else "team.remark",
        args=_heard(person, words, media),
    )


def _heard(person: Row, words: str, media: Media | None) -> dict[str, Any]:
    args = {"name": person["name"], "words": words, "kind": media.kind if media else ""}
    return {**args, "media": dataclasses.asdict(media)} if media and (media.url or media.kept) else args
