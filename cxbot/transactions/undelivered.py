"""What follows when a message does not arrive: it is recorded, and whoever waits for it hears why."""

from __future__ import annotations

from collections.abc import Sequence

from cxbot.ports import Row, Tx
from cxbot.transactions import case_messages, cases, channel_state, invitations, outbox, people, places, teams

NOT_REACHED = "the platform does not reach them"
WEEK_MS = 7 * 24 * 60 * 60 * 1000
OF_A_COLLEAGUE = ("customer.reply", "customer.resolved")
"""Messages in which somebody of the team speaks: they are told in the case's thread what became of it."""


def held(tx: Tx, row: Row, reason: str, now: int) -> None:
    """It waits until the person acts."""
    invitations.decide(tx, row["person_id"], "held", reason, now, detail={"message": row["key"]})
    _tell_the_team(tx, row, "case.message_held", reason, now)


def dead(tx: Tx, row: Row, reason: str, now: int) -> None:
    """It will never arrive."""
    invitations.decide(tx, row["person_id"], "dead", reason, now, detail={"message": row["key"]})
    _tell_the_team(tx, row, "case.message_refused", reason, now)


def expired(tx: Tx, row: Row, now: int) -> None:
    """It was not said in time, and is dropped."""
    invitations.decide(tx, row["person_id"], "dropped", "expired", now, detail={"message": row["key"]})
    _tell_the_team(tx, row, "case.message_expired", "", now)


def failed_after_all(tx: Tx, channel: str, address: str, platform_id: str, reason: str, now: int) -> None:
    """The platform took it and says afterwards that it did not arrive."""
    row = tx.one(
        "deliveries.failed_after_all", channel=channel, address=address, platform_id=platform_id, reason=reason
    )
    if row is not None:
        dead(tx, row, reason, now)


def refused_some(tx: Tx, row: Row, addresses: Sequence[str], now: int) -> None:
    """Some of those it was for were not reached: people are marked, and of a team's place the admins hear, once a week.

    The place is not lost by that: the others in it were reached.
    """
    channel = row["channel"]
    for address in addresses:
        team = teams.by_place(tx, channel, address)
        if team is not None:
            _partly_lost(tx, team, channel, address, now)
            continue
        person = people.by_address(tx, channel, address)
        if person is not None and people.mark_unreachable(tx, channel, address, NOT_REACHED):
            detail = {"channel": channel}
            invitations.decide(tx, person["id"], "unreachable", NOT_REACHED, now, detail=detail)


def _partly_lost(tx: Tx, team: Row, channel: str, place: str, now: int) -> None:
    name = f"partly_lost:{place}"
    told = channel_state.get(tx, channel, name)
    if told is None or told["at"] < now - WEEK_MS:
        channel_state.put(tx, channel, name, {"at": now})
        places.tell_admins(tx, "admin.place_partly_lost", {"team": team["name"], "place": place}, now)


def unreachable(tx: Tx, row: Row, reason: str, now: int) -> None:
    """Nothing arrives there any more: surveys open there end; what was for a team goes to who stands in for it."""
    if not row["person_id"]:
        _place_lost(tx, row, reason, now)
        return
    people.mark_unreachable(tx, row["channel"], row["address"], reason)
    invitations.decide(tx, row["person_id"], "unreachable", reason, now, detail={"channel": row["channel"]})
    asked = tx.all(
        "deliveries.note_unreachable", person_id=row["person_id"], channel=row["channel"], address=row["address"]
    )
    for invitation in asked:
        invitations.end(tx, invitation, "unreachable", reason, now)
    _tell_the_team(tx, row, "case.message_refused", reason, now)


def _tell_the_team(tx: Tx, row: Row, key: str, reason: str, now: int) -> None:
    case = cases.lock(tx, row["case_id"]) if row["key"] in OF_A_COLLEAGUE else None
    if case is not None and row["key"] == "customer.resolved" and key != "case.message_held":
        if case["state"] in ("resolved", "closed"):
            untold = "expired" if key == "case.message_expired" else "not_delivered"
            case_messages.reach_otherwise(tx, cases.write(tx, case, {"untold": untold}, now), now)
    elif case is not None:
        mention = case_messages.who_acts(tx, case, now)
        args = {"who": case_messages.acting_name(tx, case, now), "reason": reason}
        case_messages.team_says(tx, case, key, args, now, mention=mention)


def _place_lost(tx: Tx, row: Row, reason: str, now: int) -> None:
    """The admins hear once that a team's place cannot be written to; what it was to be told goes where they said."""
    team = teams.by_place(tx, row["channel"], row["address"])
    if team is not None:
        places.lose(tx, team, reason, now)
    to = places.stand_in(tx, except_for=(row["channel"], row["address"]))
    case = cases.lock(tx, row["case_id"]) if row["case_id"] else None
    if to is None or (team is None and case is None):
        return
    if row["kind"] == "card" and case is not None:
        # The alert stands there anew: what is still to come goes under that one.
        if case["card_id"] in (row["id"], row["replaces"]):
            cases.write(tx, case, {"card_id": case_messages.alert(tx, case, now)}, now)
        return
    outbox.say(
        tx,
        now,
        channel=to[0],
        address=to[1],
        language=row["language"],
        key=row["key"],
        args=outbox.arguments(row),
        kind=row["kind"],
        order_key=row["case_id"] if case is not None else "",
        case_id=row["case_id"],
        thread_of=case["card_id"] if case is not None and row["thread_of"] else "",
    )
