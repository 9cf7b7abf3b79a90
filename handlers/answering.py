"""What answers a command that asked back: a number for "which one?", what was missing, yes or no, "cancel"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cxbot import wording
from cxbot.domain import replies
from cxbot.ports import Inbound, Limits, Receipt, Row, Tx
from cxbot.transactions import command_turns, people, settings, teams
from cxbot.transactions.command_turns import Seat, Turn
from handlers import commands
from handlers.grammar import NotUnderstood, Parsed, fill, parse
from handlers.quoting import own_words
from handlers.speaking import KEY

CANCEL = frozenset({"cancel", "never mind", "nevermind", "取消", "算了"})
"""Words that drop what was asked, as `replies.fold` gives them."""
LONGEST_IN_TALK = 60
"""Signs of a line in a team's channel that may be what was missing; a longer one is talk among colleagues."""


def answer(
    tx: Tx,
    place: Row | None,
    sender: Row | None,
    inbound: Inbound,
    now: int,
    found: list[Any] | None = None,
    can: Limits | None = None,
) -> Receipt | Inbound | None:
    """What came of an answer to a command that asked back; None where the message is no such answer.

    Where it is the number of what an answer offered to press, that press.
    """
    by_button = inbound.kind == "choice" and inbound.choice.startswith(KEY)
    if not by_button and inbound.kind != "text":
        return None
    asked = _asked(tx, sender, inbound, now)
    if sender is None or asked is None:
        return _stale(tx, sender) if by_button else None
    chosen = _pressed(asked, inbound.choice) if by_button else _said(tx, asked, sender, place, inbound)
    if chosen is None:
        return _stale(tx, sender) if by_button else None
    if isinstance(chosen, int) and chosen != CANCELLED and (key := asked.body["options"][chosen - 1].get("press")):
        command_turns.end(tx, Seat.of(inbound), "asked")
        return replace(inbound, kind="choice", text="", choice=str(key))
    return _go_on(tx, asked, chosen, place, sender, inbound, now, found, can)


def pressed(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> None:
    """What an answer offered was pressed: its number means nothing any more."""
    asked = _asked(tx, sender, inbound, now)
    if asked is not None and inbound.choice in [each.get("press") for each in asked.body.get("options", ())]:
        command_turns.end(tx, Seat.of(inbound), "asked")


def awaits(tx: Tx, inbound: Inbound, now: int) -> bool:
    """Whether a text answers a command that asked back in the sender's own conversation."""
    sender = people.by_address(tx, inbound.channel, inbound.sender)
    asked = _asked(tx, sender, inbound, now)
    return sender is not None and asked is not None and _said(tx, asked, sender, None, inbound) is not None


def _asked(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Turn | None:
    """What a command asked the sender there; nobody without a role is asked, nor answers by it."""
    asked = command_turns.look(tx, Seat.of(inbound), "asked", now) if sender is not None else None
    if asked is None or sender is None or not teams.roles_of(tx, sender["id"]):
        return None
    return asked


def _pressed(asked: Turn, choice: str) -> int | None:
    """The number of the option; None where it belongs to what was asked before."""
    _, turn_id, number, *_ = [*choice.split(":"), "", ""]
    there = len(asked.body.get("options", ()))
    if turn_id != asked.id or not (number.isascii() and number.isdecimal()) or not 1 <= int(number) <= there:
        return None
    return int(number)


CANCELLED: Final = 0
MOST_DIGITS: Final = 4
"""Digits of the number of an option."""


def _said(tx: Tx, asked: Turn, sender: Row, place: Row | None, inbound: Inbound) -> int | str | None:
    """The number of an option, `CANCELLED`, the words for what was missing; None where it answers nothing of this."""
    words = own_words(inbound.text).lstrip("/ ")  # a slash command is all that some places let be written
    if not words or _meant_for_a_survey(tx, asked, sender, place, inbound):
        return None
    if replies.fold(words) in CANCEL:
        return CANCELLED
    chosen = _number(asked.body["options"], words, place) if "options" in asked.body else None
    if chosen is not None or "missing" not in asked.body:
        return chosen
    return words if _may_be_missing(asked, words, place) else None


def _meant_for_a_survey(tx: Tx, asked: Turn, sender: Row, place: Row | None, inbound: Inbound) -> bool:
    """Whether somebody of the company, asked by a survey themselves, answers that: what was asked last counts."""
    if place is not None:
        return False
    expected = people.expected(tx, inbound.channel, inbound.place, asked.asked_at)
    row = tx.one("outbox.get", id=expected["row"]) if expected and expected.get("row") else None
    if row is not None and row["created_at"] > asked.asked_at:
        return True
    return command_turns.asked_since(tx, sender["id"], inbound.channel, inbound.place, asked.asked_at)


def _number(options: Sequence[Mapping[str, Any]], words: str, place: Row | None) -> int | None:
    if words.isdecimal():
        return int(words) if len(words) <= MOST_DIGITS and 1 <= int(words) <= len(options) else None
    if commands.plainly_meant(words) or (place is not None and len(words) > commands.LONGEST_TYPO):
        return None
    if len(options) == 1 and (yes := replies.read_yes_no(words)) is not None:
        return 1 if yes else CANCELLED
    labels = [(str(n), (_label(each["label"]),)) for n, each in enumerate(options, 1)]
    chosen = replies.read_choice(words, [(n, label) for n, label in labels])
    return int(chosen) if chosen else None


def _label(label: Any) -> str:
    return label if isinstance(label, str) else ""


def _may_be_missing(asked: Turn, words: str, place: Row | None) -> bool:
    """Whether words may be what was missing: no command of their own, no word that stops messages, no talk."""
    if like := _like(asked):
        first, *more = words.split()
        if re.fullmatch(like, first, re.IGNORECASE):
            return True
        if more or not first.isascii():
            return False
    if place is not None and len(words) > LONGEST_IN_TALK:
        return False
    if replies.read_intent(words) in ("stop", "stop_all", "start"):
        return False
    parsed = parse(words, commands.known())
    return isinstance(parsed, NotUnderstood) or parsed.short


def _like(asked: Turn) -> str:
    """What the word that was missing looks like, where that is known."""
    command = next((each for each in commands.known() if each.name == asked.body["command"]), None)
    wanted = asked.body["missing"]
    return next((each.like for each in command.arguments if each.name == wanted), "") if command else ""


def _go_on(
    tx: Tx,
    asked: Turn,
    chosen: int | str,
    place: Row | None,
    sender: Row,
    inbound: Inbound,
    now: int,
    found: list[Any] | None,
    can: Limits | None,
) -> Receipt:
    """Does what was chosen, as if it had been written, in the language and as privately as it was asked."""
    body = asked.body
    private = bool(body["private"]) and inbound.place != inbound.sender
    inbound = replace(inbound, private=inbound.private or private)
    speaker = commands.speaker_to(tx, inbound, now, body["language"], place, can)
    if refused := commands.too_many(speaker, sender):
        return refused
    command_turns.end(tx, speaker.seat, "asked")
    if chosen == CANCELLED:
        return speaker.say("command.cancelled")
    option = body if isinstance(chosen, str) else body["options"][chosen - 1]
    line = option.get("line", "")
    parsed = parse(line, commands.known(), body["language"]) if line else _resumed(option, chosen)
    if isinstance(parsed, NotUnderstood):
        return speaker.say("refuse.unknown_command", words=line)
    return commands.carry_out(speaker, sender, parsed, place, found)


def _resumed(option: Mapping[str, Any], chosen: int | str) -> Parsed | NotUnderstood:
    command = next((each for each in commands.known() if each.name == option["command"]), None)
    if command is None:
        return NotUnderstood(())
    if isinstance(chosen, str):
        return fill(command, option["arguments"], option["missing"], chosen)
    return Parsed(command, option["arguments"], "", ())


def _stale(tx: Tx, sender: Row | None) -> Receipt:
    language = (sender or {}).get("language") or settings.company(tx).language
    return Receipt(notice=wording.text("refuse.stale", language))
