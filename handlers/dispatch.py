"""Who is to handle a message: a team's channel, somebody with a role, or a customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cxbot import wording
from cxbot.ports import PREVIEW, Inbound, Limits, Receipt, Row, Tx
from cxbot.transactions import people, places, settings, teams
from handlers import (
    answering,
    approving,
    cadence_buttons,
    commands,
    customer,
    improvements,
    incidents,
    page,
    pairing,
    reported,
    survey_buttons,
    team,
)
from handlers.admin import away

READING_BUTTONS: tuple[tuple[str, Callable[[Tx, Row | None, Inbound, int, list[Any] | None], Receipt]], ...] = (
    (approving.KEY, approving.act),
    (cadence_buttons.KEY, cadence_buttons.act),
    (improvements.KEY, improvements.act),
)
"""Those for which something may have to be read beside the writer first."""
BUTTONS: tuple[tuple[str, Callable[[Tx, Row | None, Inbound, int], Receipt]], ...] = (
    (incidents.KEY, incidents.act),
    (away.KEY, away.give),
    *((key, team.act) for key in team.KEYS),
)
"""Whose a button or a form of colleagues is, by how its key begins."""


def handle(tx: Tx, inbound: Inbound, now: int, found: list[Any] | None = None, can: Limits | None = None) -> Receipt:
    """Handles one message inside the transaction that marks it as seen; `can` is what its channel can do.

    A text is, in this order: a pairing code; an answer to a command that asked back, or the
    number of what it offered; a stop or start word; a command,
    if the sender may give one; an answer to what was asked last; the person's own words.
    """
    place = teams.by_place(tx, inbound.channel, inbound.place)
    sender = people.by_address(tx, inbound.channel, inbound.sender)
    _can_be_written_to(tx, place, sender, inbound, now)
    if inbound.kind == "opened":
        return Receipt()  # what was held for the person is let go, and what they may be sent is noted
    if code := pairing.code_in(inbound):
        return pairing.take(tx, sender or newcomer(tx, inbound, now), code, inbound, now)
    if inbound.kind == "page":
        return page.show(tx, sender, inbound, now, found)
    if inbound.kind == "interaction" or inbound.choice.startswith(reported.KEY):
        return reported.take(tx, sender, inbound, now)
    if (done := _of_a_colleague(tx, sender, inbound, now, found)) is not None:
        return done
    if (handled := _for_colleagues(tx, place, sender, inbound, now, found, can)) is not None:
        return handled
    staff = sender is not None and inbound.kind == "text" and bool(teams.roles_of(tx, sender["id"]))
    if staff and (tried := survey_buttons.typed(tx, sender, inbound, now)) is not None:
        return tried
    if inbound.command and not staff and inbound.text.startswith("/"):
        language = (sender or {}).get("language") or wording.negotiate(
            inbound.language or settings.company(tx).language
        )
        return commands.not_allowed(tx, inbound, language)
    if sender is None and inbound.kind in ("choice", "form") and not inbound.choice.startswith(customer.ASK):
        return Receipt(notice=wording.text("refuse.not_yours", settings.company(tx).language))
    if (
        sender is not None
        and staff
        and (
            inbound.command
            or commands.plainly_meant(inbound.text)
            or (commands.drops(inbound.text) and not customer.is_asked(tx, sender, inbound, now))
            or not customer.may_be_answer(tx, sender, inbound, now)
        )
    ):
        return commands.run(tx, sender, inbound, now, found=found, can=can)
    if inbound.overheard and not (sender and customer.is_for_us(tx, sender, inbound, now)):
        return Receipt()
    return customer.handle(tx, sender or newcomer(tx, inbound, now), inbound, now)


def _of_a_colleague(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None) -> Receipt | None:
    """What colleagues press or fill in; None where the message is something else."""
    key = inbound.choice.removeprefix(PREVIEW)
    if inbound.kind == "choice" and not key.startswith(customer.ASK):
        answering.pressed(tx, sender, inbound, now)
    for prefix, read_and_act in READING_BUTTONS:
        if key.startswith(prefix):
            return read_and_act(tx, sender, inbound, now, found)
    for prefix, act in BUTTONS:
        if key.startswith(prefix):
            return act(tx, sender, inbound, now)
    return survey_buttons.take(tx, sender, inbound, now, found)


def _for_colleagues(
    tx: Tx,
    place: Row | None,
    sender: Row | None,
    inbound: Inbound,
    now: int,
    found: list[Any] | None,
    can: Limits | None,
) -> Receipt | None:
    """What answers a command that asked back, and whatever else is said in a team's place; None for all others."""
    answered = answering.answer(tx, place, sender, inbound, now, found, can)
    if isinstance(answered, Inbound):
        return handle(tx, answered, now, found, can)
    if answered is None and place is not None:
        return team.write(tx, place, sender, inbound, now, found, can)
    return answered


def _can_be_written_to(tx: Tx, place: Row | None, sender: Row | None, inbound: Inbound, now: int) -> None:
    """Whoever writes can be written to again, and so can a place where something is said."""
    if place is not None:
        places.found(tx, place, now)
    if sender is not None and sender["unreachable"]:
        people.mark_unreachable(tx, inbound.channel, inbound.sender, "")


def newcomer(tx: Tx, inbound: Inbound, now: int) -> Row:
    """Somebody who writes for the first time."""
    person_id = people.upsert(
        tx,
        now,
        addresses=[(inbound.channel, inbound.sender)],
        name=inbound.name,
        language=wording.negotiate(inbound.language) if inbound.language else "",
    )
    person = people.get(tx, person_id)
    assert person is not None
    return person
