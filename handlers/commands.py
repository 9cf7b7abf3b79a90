"""Carries out a command: finds it, asks whether this person may, runs it, or says what is missing."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from cxbot import wording
from cxbot.domain import replies
from cxbot.domain.roles import RANK, may
from cxbot.ports import Inbound, Limits, ReadFirst, Receipt, Row, Tx
from cxbot.transactions import command_turns, people, settings, teams
from cxbot.transactions.command_turns import Seat
from handlers import admin
from handlers.grammar import (
    SHORTEST,
    WORDS_OF_THEIR_OWN,
    Call,
    Command,
    NotUnderstood,
    Parsed,
    parse,
    phrases,
    tidy,
)
from handlers.quoting import own_words
from handlers.speaking import Speaker

LONGEST_TYPO = 24
"""Columns of a line that may be a mistyped command (a Chinese sign takes two); a longer one is talk."""
MORE = "more"
CANCEL = "cancel"
GO_ON = (MORE, CANCEL)
"""Commands that follow up another; their words are everyday ones, and meant where there is something to follow."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
HELP = "command"
"""The argument of `help`."""


@cache
def known() -> tuple[Command, ...]:
    """Every command of `handlers/admin`: a module there with COMMANDS counts."""
    found: list[Command] = []
    for module in sorted(each.name for each in pkgutil.iter_modules(admin.__path__)):
        found.extend(getattr(importlib.import_module(f"{admin.__name__}.{module}"), "COMMANDS", ()))
    return tuple(found)


def run(
    tx: Tx,
    sender: Row,
    inbound: Inbound,
    now: int,
    *,
    team: Row | None = None,
    found: list[Any] | None = None,
    can: Limits | None = None,
) -> Receipt:
    """Runs the command a person with a role wrote. Raises ReadFirst where it needs a long read beside the writer."""
    own = own_words(inbound.text)
    language = sender["language"] or (team["language"] if team else teams.language_of(tx, sender))
    language = language or settings.company(tx).language
    parsed = parse(own, known(), language)
    if isinstance(parsed, Parsed) and parsed.languages and not {language, "en"} & set(parsed.languages):
        # Everybody writes "help"; who writes 帮助 reads Chinese.
        written = spoken(own, language)
        language = written if written in parsed.languages else parsed.languages[0]
    elif isinstance(parsed, NotUnderstood) and (written := spoken(own, language)) != language:
        language = written
        parsed = parse(own, known(), language)
    speaker = speaker_to(tx, inbound, now, language, team, can)
    if refused := too_many(speaker, sender):
        return refused
    command_turns.end(tx, speaker.seat, "asked")
    if not own:
        return speaker.say("refuse.quoted")
    if isinstance(parsed, NotUnderstood):
        if parsed.lacking is not None:
            return carry_out(speaker, sender, parsed.lacking, team, found)
        return _not_understood(speaker, own, parsed)
    return carry_out(speaker, sender, parsed, team, found)


def spoken(words: str, language: str) -> str:
    """The language of what was written where that shows in its signs: Chinese to who is answered in another, too."""
    signs = _CHINESE.findall(words)
    if language.startswith("zh") or not signs:
        return language
    return "zh-TW" if any(replies.fold(sign) != sign for sign in signs) else "zh-CN"


def carry_out(
    speaker: Speaker, sender: Row, parsed: Parsed, team: Row | None, found: list[Any] | None = None
) -> Receipt:
    """Does what was understood, where the sender may and nothing is missing."""
    tx, command, language, inbound = speaker.tx, parsed.command, speaker.language, speaker.inbound
    if not may(teams.roles_of(tx, sender["id"]), command.permission, team["id"] if team else ""):
        return speaker.say("refuse.not_allowed", command=_phrase(command, language), who=_who_may(tx, team))
    if command.name != MORE:
        command_turns.end(tx, speaker.seat, "page")

    def ask(key: str, options: Sequence[tuple[str, Mapping[str, str]]], **args: Any) -> Receipt:
        offered = [
            {"label": label, "command": command.name, "arguments": dict(arguments)} for label, arguments in options
        ]
        return speaker.ask(key, offered, **args)

    call = Call(
        tx=tx,
        now=speaker.now,
        sender=sender,
        team=team,
        language=language,
        arguments=parsed.arguments,
        say=speaker.say,
        heavy=reads(found),
        channel=inbound.channel,
        address=inbound.sender,
        alone=inbound.private or inbound.place == inbound.sender,
        aside=speaker.aside,
        ask=ask,
        place=inbound.place,
        typed=inbound.text,
        takes_files=speaker.can.files,
        only_for=inbound.sender if inbound.private else "",
    )
    return _lacks(call, speaker, parsed) if parsed.missing else command.run(call)


def _lacks(call: Call, speaker: Speaker, parsed: Parsed) -> Receipt:
    """Asks for the argument that is missing: by number where there is something to choose from."""
    command, missing = parsed.command, parsed.missing
    phrase = _phrase(command, call.language)
    offered = next(each.offered for each in command.arguments if each.name == missing)
    if offered is not None and (there := offered(call)):
        options = [
            {"label": label, "command": command.name, "arguments": {**parsed.arguments, missing: word}}
            for label, word in there
        ]
        lacking = {"command": command.name, "arguments": dict(parsed.arguments), "missing": missing}
        return speaker.ask("refuse.which_case", options, lacking=lacking, command=phrase)
    speaker.wait_for(command.name, parsed.arguments, missing)
    return speaker.say(
        "refuse.missing_argument",
        command=phrase,
        given=[value for value in parsed.arguments.values() if value],
        argument={"key": f"command.argument.{missing}", "args": {}},
        example=(command.examples.get(call.language) or command.examples.get("en") or ("",))[0],
    )


def speaker_to(
    tx: Tx, inbound: Inbound, now: int, language: str, team: Row | None, can: Limits | None = None
) -> Speaker:
    """Who answers a message: in the zone of the team in whose place it was written, else of the company."""
    zone = team["time_zone"] if team else settings.company(tx).time_zone
    return Speaker(tx, inbound, now, language, zone, can or Limits())


def too_many(speaker: Speaker, sender: Row) -> Receipt | None:
    """Counts a command; a polite word where there were too many in a minute, once, and silence for the rest of it."""
    tx, inbound, now = speaker.tx, speaker.inbound, speaker.now
    most = settings.commands_per_minute(tx)
    n = command_turns.count(tx, inbound.channel, inbound.sender, now)
    if n <= most:
        return None
    if n > most + 1:
        return Receipt()
    people.record(tx, sender["id"], sender["id"], "commands_limited", {"channel": inbound.channel, "most": most}, now)
    return speaker.say("refuse.too_many_commands", most=most)


def _not_understood(speaker: Speaker, own: str, parsed: NotUnderstood) -> Receipt:
    """Says what was understood of it, and offers what was probably meant."""
    if parsed.understood:
        args: dict[str, Any] = {"words": own, "understood": parsed.understood, "left_over": parsed.left_over}
        key = "refuse.left_over"
    else:
        args, key = {"words": own}, "refuse.unknown_command"
    if not parsed.lines:
        return speaker.say(key, **args)
    options = [{"label": line, "line": line} for line in parsed.lines]
    return speaker.ask(key, options, did_you_mean=list(parsed.nearest), **args)


def is_talk(text: str, now: int = 0) -> bool:
    """Whether a line in a team's channel is talk among colleagues: no command, and nothing like a mistyped one."""
    if text.lstrip().startswith("/"):
        return False
    own = own_words(text)
    short = sum(1 if sign.isascii() else 2 for sign in own) <= LONGEST_TYPO
    parsed = parse(own, known())
    if isinstance(parsed, NotUnderstood):
        return not parsed.nearest or bool(parsed.left_over) or not short
    if parsed.command.everyday and parsed.arguments:
        meant = parsed.command.meant
        if meant is None or not meant(" ".join(parsed.arguments.values()), now):
            return True
    if about := parsed.arguments.get(HELP):
        # "help me with this one, please"
        return isinstance(parse(about, known()), NotUnderstood) and not _one_word(about)
    return parsed.short and not (short and len(own.split()) <= 2)


def _one_word(words: str) -> bool:
    return words.isascii() and words.isalpha() and len(words) >= SHORTEST and words not in WORDS_OF_THEIR_OWN


def overheard(tx: Tx, inbound: Inbound, now: int) -> bool:
    """Whether a line in a team's channel is none of the bot's: talk, or "more" with nothing to follow."""
    if inbound.command:
        return False
    if is_talk(inbound.text, now):
        return True
    parsed = parse(own_words(inbound.text), known())
    if isinstance(parsed, NotUnderstood) or parsed.command.name != MORE or inbound.text.lstrip().startswith("/"):
        return False
    return command_turns.look(tx, Seat.of(inbound), "page", now) is None


def drops(text: str) -> bool:
    """Whether a line is "cancel" and nothing else: to a colleague never a word that stops surveys."""
    parsed = parse(own_words(text), known())
    return isinstance(parsed, Parsed) and parsed.command.name == CANCEL


def plainly_meant(text: str) -> bool:
    """Whether a line can only be a command, even while a survey is open: begun with a slash, or nothing but its words.

    "why do you ask me that" and "late shifts all the time" begin like commands and are answers.
    """
    line = tidy(own_words(text))
    return text.lstrip().startswith("/") or any(
        line in phrases(command) for command in known() if command.name not in GO_ON
    )


def reads(found: list[Any] | None) -> Callable[..., Any]:
    """Gives what a long read found, or asks for it first: for one read a message."""

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
