"""Carries out a command: finds it, asks whether this person may, runs it, or says what is missing."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from cxbot import wording
from cxbot.domain.roles import RANK, may
from cxbot.ports import Inbound, ReadFirst, Receipt, Row, Tx
from cxbot.transactions import outbox, settings, teams
from handlers import admin
from handlers.grammar import Call, Command, NotUnderstood, parse, phrases, tidy

LONGEST_TYPO = 24
"""Columns of a line that may be a mistyped command (a Chinese sign takes two); a longer one is talk."""


@cache
def known() -> tuple[Command, ...]:
    """Every command of `handlers/admin`: a module there with COMMANDS counts."""
    found: list[Command] = []
    for module in sorted(each.name for each in pkgutil.iter_modules(admin.__path__)):
        found.extend(getattr(importlib.import_module(f"{admin.__name__}.{module}"), "COMMANDS", ()))
    return tuple(found)


def run(
    tx: Tx, sender: Row, inbound: Inbound, now: int, *, team: Row | None = None, found: list[Any] | None = None
) -> Receipt:
    """Runs the command a person with a role wrote. Raises ReadFirst where it needs a long read beside the writer."""
    parsed = parse(inbound.text, known())
    language = sender["language"] or (team["language"] if team else settings.company(tx).language)
    if not isinstance(parsed, NotUnderstood) and not {language, "en"} & set(parsed.languages):
        # Everybody writes "help"; who writes 帮助 reads Chinese.
        language = parsed.languages[0]

    def told(only_for: str, key: str, args: Mapping[str, Any]) -> Receipt:
        row = outbox.say(
            tx,
            now,
            channel=inbound.channel,
            address=inbound.place,
            language=language,
            key=key,
            args={"zone": team["time_zone"] if team else settings.company(tx).time_zone, **args},
            only_for=only_for,
        )
        return Receipt(outbox_ids=(row,))

    def say(key: str, **args: Any) -> Receipt:
        return told(inbound.sender if inbound.private else "", key, args)

    def aside(key: str, **args: Any) -> Receipt:
        return told("" if inbound.place == inbound.sender else inbound.sender, key, args)

    if isinstance(parsed, NotUnderstood):
        return say("refuse.unknown_command", words=inbound.text, did_you_mean=list(parsed.nearest))
    command = parsed.command
    if not may(teams.roles_of(tx, sender["id"]), command.permission, team["id"] if team else ""):
        return say("refuse.not_allowed", command=_phrase(command, language), who=_who_may(tx, team))
    if parsed.missing:
        return say(
            "refuse.missing_argument",
            command=_phrase(command, language),
            argument={"key": f"command.argument.{parsed.missing}", "args": {}},
            example=(command.examples.get(language) or command.examples.get("en") or ("",))[0],
        )
    alone = inbound.private or inbound.place == inbound.sender
    who = (inbound.channel, inbound.sender, alone, aside)
    return command.run(Call(tx, now, sender, team, language, parsed.arguments, say, reads(found), *who, inbound.text))


def is_talk(text: str) -> bool:
    """Whether a line in a team's channel is talk among colleagues: no command, and nothing like a mistyped one."""
    if text.lstrip().startswith("/"):
        return False
    parsed = parse(text, known())
    return isinstance(parsed, NotUnderstood) and (
        not parsed.nearest or sum(1 if sign.isascii() else 2 for sign in text) > LONGEST_TYPO
    )


def plainly_meant(text: str) -> bool:
    """Whether a line can only be a command, even while a survey is open: begun with a slash, or nothing but its words.

    "why do you ask me that" and "late shifts all the time" begin like commands and are answers.
    """
    line = tidy(text)
    return text.lstrip().startswith("/") or any(line in phrases(command) for command in known())


def reads(found: list[Any] | None) -> Callable[..., Any]:
    """What `Call.heavy` is: gives what was read beside the writer, or asks for it."""

    def heavy(query: Callable[..., Any], *args: Any) -> Any:
        if not found:
            raise ReadFirst(query, args)
        return found[0]

    return heavy


def _phrase(command: Command, language: str) -> str:
    return (command.words.get(language) or command.words["en"])[0]


def not_allowed(tx: Tx, inbound: Inbound, language: str) -> Receipt:
    """For somebody who may give no command at all: who can."""
    return Receipt(notice=wording.text("refuse.not_allowed", language, who=_who_may(tx, None)))


def _who_may(tx: Tx, team: Row | None) -> list[str]:
    rows = [*teams.members(tx, ""), *(teams.members(tx, team["id"]) if team else [])]
    names = [row["name"] for row in rows if RANK[row["role"]] >= RANK["lead"]]
    return list(dict.fromkeys(names))
