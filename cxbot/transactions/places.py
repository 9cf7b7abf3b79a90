"""Where a team is told things: its own place, or, while that cannot be written to, the place that stands in for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cxbot.ports import Row, Tx
from cxbot.transactions import outbox, people, settings, teams

TOLD = frozenset({"owner", "admin"})
"""The roles that hear of what needs to be put right."""


def of_team(tx: Tx, team: Row) -> tuple[str, str]:
    """(channel, address) where the team reads now; the address is '' where it has no place at all."""
    channel, place = team["channel"], team["place"]
    if not place or not lost(tx, channel, place):
        return channel, place
    return stand_in(tx, except_for=(channel, place)) or (channel, place)


def lost(tx: Tx, channel: str, place: str) -> str:
    """Why a place cannot be written to; '' where it can."""
    row = tx.once("places.state", channel=channel, address=place)
    return str(row["unreachable"]) if row else ""


def all_lost(tx: Tx) -> list[Row]:
    """Every team whose place cannot be written to: team, channel, place, reason."""
    return tx.all("places.lost")


def stand_in(tx: Tx, *, except_for: tuple[str, str] = ("", "")) -> tuple[str, str] | None:
    """The place named in the settings, else the first owner or admin who can be written to, else None."""
    channel, _, place = settings.company(tx).fallback.partition(":")
    if place and (channel, place) != except_for and not lost(tx, channel, place):
        return channel, place
    for member in teams.members(tx, teams.EVERYWHERE):
        address = people.address_of(tx, member["person_id"])
        if address is not None and (address["channel"], address["address"]) != except_for:
            return address["channel"], address["address"]
    return None


def lose(tx: Tx, team: Row, reason: str, now: int) -> None:
    """Notes that a team's place cannot be written to, and tells the admins the first time."""
    channel, place = team["channel"], team["place"]
    if people.mark_unreachable(tx, channel, place, reason):
        to = stand_in(tx, except_for=(channel, place))
        args = {"team": team["name"], "channel": channel, "reason": reason, "to": f"{to[0]}:{to[1]}" if to else ""}
        tell_admins(tx, "admin.place_lost", args, now)


def found(tx: Tx, team: Row, now: int) -> None:
    """Somebody acts in a team's place, or the platform says it is open again: it is written to again."""
    if people.mark_unreachable(tx, team["channel"], team["place"], ""):
        tell_admins(tx, "admin.place_found", {"team": team["name"], "channel": team["channel"]}, now)


def found_at(tx: Tx, channel: str, place: str, now: int) -> None:
    """The platform says that a place is open again."""
    team = teams.by_place(tx, channel, place)
    if team is not None:
        found(tx, team, now)


def lost_of_member(tx: Tx, channel: str, address: str) -> list[Row]:
    """The teams of somebody's, by an address of theirs, whose place on the channel cannot be written to."""
    return tx.all("places.lost_of_member", channel=channel, address=address)


def found_by_member(tx: Tx, channel: str, address: str, now: int) -> None:
    """Somebody acts who is a place of their team's, where each member is written to by themselves."""
    for team in lost_of_member(tx, channel, address):
        found(tx, team, now)


def is_place(tx: Tx, channel: str, place: str) -> bool:
    """Whether a team is told things there."""
    return teams.by_place(tx, channel, place) is not None


def tell_admins(tx: Tx, key: str, args: Mapping[str, Any], now: int, *, closed: Collection[str] = ()) -> None:
    """Says something to every owner and admin where they wrote last, on no channel that is `closed`."""
    for member in teams.members(tx, teams.EVERYWHERE):
        if member["role"] not in TOLD:
            continue
        known = people.addresses(tx, member["person_id"])
        reachable = (row for row in known if row["channel"] not in closed and not row["unreachable"])
        if (to := next(reachable, None)) is not None:
            outbox.say(
                tx,
                now,
                channel=to["channel"],
                address=to["address"],
                language=member["language"] or settings.company(tx).language,
                key=key,
                args=args,
                person_id=member["person_id"],
            )
