"""One grammar for every command on every channel: words in three languages, arguments, and what was probably meant."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cxbot.domain import replies
from cxbot.domain.roles import Action
from cxbot.ports import Receipt, Row, Tx

T = TypeVar("T")

_QUOTES = "\"'“”‘’「」『』《》"
_SPACES = re.compile(r"[\s\u3000]+")
MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command. `rest` takes everything that is left.

    `like` is what a word for it looks like: a line with another word there is talk, and not this command.
    """

    name: str
    required: bool = True
    rest: bool = False
    like: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words by language, its arguments, who may give it, examples, and what it does.

    The help line is the message `command.<name>.help`. `run` says what there is to say through the call.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    permission: Action
    run: Callable[[Call], Receipt]
    arguments: tuple[Argument, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bare: str = ""
    """What a line looks like that is nothing but its first argument: the code of a case shows the case."""
    everyday: bool = False
    """Talk may begin so ("people are waiting"): in a team's channel it counts where the bot is addressed."""

    @property
    def key(self) -> str:
        """The name as message keys have it."""
        return self.name.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Call:
    """A command somebody gave: who, where, with which arguments, and a way to answer."""

    tx: Tx
    now: int
    sender: Row
    team: Row | None
    language: str
    arguments: Mapping[str, str]
    say: Callable[..., Receipt]
    """say(key, **args) enqueues the answer and gives the receipt."""
    heavy: Callable[..., Any]
    """heavy(query, *args) gives what a long read found, without holding up the writer."""
    channel: str = ""
    address: str = ""
    """The sender's own address on the channel."""
    alone: bool = True
    """Nobody but the sender reads the answer."""
    place: str = ""
    """The address of the place where it was given."""
    typed: str = ""
    """The line as it was written, quotes, line breaks and all."""
    only_for: str = ""
    """The sender's address, where what is answered in the place is for them alone."""
    aside: Callable[..., Receipt] | None = None
    """As `say`, but read by the sender alone, where others read the place and the channel can keep it from them."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command and its arguments; `missing` names a required argument that was not given.

    `languages` are those in which the command is called what was written.
    """

    command: Command
    arguments: Mapping[str, str]
    missing: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No command; `nearest` is what was probably meant, best first."""

    nearest: tuple[str, ...]


def parse(text: str, commands: Sequence[Command]) -> Parsed | NotUnderstood:
    """Reads a line as a command: the longest phrase it begins with wins. Width, case and quotes do not matter."""
    shown = _plain(text)
    line = tidy(text)
    if len(shown) != len(line):
        shown = line
    best: tuple[int, Command, str] | None = None
    for command in commands:
        for phrase in phrases(command):
            if _begins(line, phrase) and (best is None or len(phrase) > best[0]):
                best = (len(phrase), command, shown[len(phrase) :].strip())
    if best is None:
        for command in commands:
            if command.bare and re.fullmatch(command.bare, shown, re.IGNORECASE):
                return Parsed(command, {command.arguments[0].name: shown}, "", tuple(command.words))
        return NotUnderstood(_nearest(line, commands))
    _, command, rest = best
    arguments, missing, left_over = _arguments(command, rest)
    if left_over:
        # "open question: who calls?" begins like a command and is none; neither is "claim it please".
        talk = any(argument.like for argument in command.arguments)
        return NotUnderstood(() if talk else _nearest(line[: best[0]], commands))
    return Parsed(command, arguments, missing, _languages(command, line[: best[0]]))


def tidy(text: str) -> str:
    """The line as it is compared: folded, without quotes, a leading slash or `cx`, blanks single."""
    return replies.fold(_plain(text))


def _plain(text: str) -> str:
    """The line without what does not matter, in the signs it was written with: arguments are taken from here."""
    line = unicodedata.normalize("NFKC", text)
    line = "".join(" " if sign in _QUOTES else sign for sign in line)
    line = _SPACES.sub(" ", line).strip().lstrip("/").strip()
    if line[:3].casefold() == "cx ":
        line = line[3:]
    return line.rstrip("?!。.？！").strip()


def phrases(command: Command) -> tuple[str, ...]:
    """Every phrase of a command in every language, as it is compared."""
    tidied = (tidy(phrase) for language in command.words.values() for phrase in language)
    return tuple(phrase for phrase in tidied if phrase)


def _languages(command: Command, phrase: str) -> tuple[str, ...]:
    return tuple(language for language, words in command.words.items() if phrase in {tidy(word) for word in words})


def _begins(line: str, phrase: str) -> bool:
    if not line.startswith(phrase):
        return False
    after = line[len(phrase) :]
    return not after or after[0] == " " or not (phrase[-1].isascii() and after[0].isascii())


def _arguments(command: Command, rest: str) -> tuple[dict[str, str], str, bool]:
    """The arguments, the first required one that is missing, and whether there are words that belong to none."""
    words = rest.split(" ") if rest else []
    given: dict[str, str] = {}
    for argument in command.arguments:
        if argument.rest:
            given[argument.name], words = " ".join(words), []
        elif words:
            given[argument.name] = words.pop(0)
            if argument.like and not re.fullmatch(argument.like, given[argument.name], re.IGNORECASE):
                return given, "", True
        if argument.required and not given.get(argument.name):
            return given, argument.name, False
    return given, "", bool(words)


def _nearest(line: str, commands: Sequence[Command]) -> tuple[str, ...]:
    known = {tidy(phrase): phrase for command in commands for each in command.words.values() for phrase in each}
    words = line.split(" ")
    found: list[str] = []
    for length in (2, 1):
        start = " ".join(words[:length])
        for phrase in difflib.get_close_matches(start, known, n=MOST_SUGGESTIONS, cutoff=0.65):
            if known[phrase] not in found:
                found.append(known[phrase])
    return tuple(found[:MOST_SUGGESTIONS])
