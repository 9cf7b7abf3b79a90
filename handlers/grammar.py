"""One grammar for every command on every channel: words in three languages, arguments, and what was probably meant.

A line is read forgivingly: width, case, script, quotes and courtesy do not matter, languages may be mixed ("问卷 show
nps"), and a word may be cut short where only one command begins so ("num week").
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product, takewhile
from typing import Any, TypeVar

from cxbot.domain import replies
from cxbot.domain.roles import Action
from cxbot.ports import Receipt, Row, Tx

T = TypeVar("T")

_QUOTES = "\"'“”‘’「」『』《》"
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" *\n\s*")
_PIECE = re.compile(
    r"\"([^\"]*)\"(?=[\s”]|$)|[“”]([^“”]*)[“”]|「([^」]*)」|『([^』]*)』|《([^》]*)》"
    r"|[‘’]([^‘’]*)[‘’](?=\s|$)|'([^']*)'(?=\s|$)|([^\s「『《“”]+|\S)"
)
_COURTESY = re.compile(
    r"(?:(?:hi|hey|hello|ok|okay|please|pls|plz|kindly|show me|give me|tell me|list me)\b[ ,]*(?:the\b[ ]*)?"
    r"|(?:你好|您好|请问(?!卷)|请|麻烦您|麻烦你|麻烦|拜托|帮我|帮忙|给我|我想|我要"
    r"|看一下|看看|看下|查一下|查看|显示)[ ,]*)"
)
"""How a wish may begin, as `replies.fold` gives it."""
_THANKS = re.compile(
    r"[\s,，]+(?:please|pls|plz|thanks|thank you|thx)$|[\s,，]*(?:谢谢|謝謝|多谢|多謝|麻烦了|麻煩了)$", re.IGNORECASE
)
LONGEST_COURTEOUS = 100
"""Characters of a line up to which a last "please" is courtesy; in a longer one it may belong to a text."""
SHORTEST = 3
"""Letters a word may be cut down to."""
WORDS_OF_THEIR_OWN = frozenset(
    "act all any are art ask but can car day did end few for get had has her him his how its let lot man may men new "
    "not now off old one our out over own per put ran rep run sat saw say see set she sit sur tea the tim too top two "
    "use var via was way who why win yes yet you".split()
)
"""What begins like a word of a command and is said every day."""
MOST_SUGGESTIONS = 3
MOST_SPREAD = 6
"""Words into which a Chinese phrase is cut at most."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command. `rest` takes everything that is left, `as_written` with its quotation marks.

    `like` is what a word for it looks like: a line with another word there is talk, and not this command. `offered`
    gives what there is to choose from where nothing was said for it: (how it is called, the word for it).
    """

    name: str
    required: bool = True
    rest: bool = False
    as_written: bool = False
    like: str = ""
    offered: Callable[[Call], Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Command:
    """One command: its words by language, its arguments, who may give it, examples, and what it does.

    The help line is the message `command.<name>.help`. `run` says what there is to say through the call. `topic` is the
    heading under which `help` lists it, where that does not follow from the permission.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]
    permission: Action
    run: Callable[[Call], Receipt]
    arguments: tuple[Argument, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topic: str = ""
    bare: str = ""
    """What a line looks like that is nothing but its first argument: the code of a case shows the case."""
    everyday: bool = False
    """Talk may begin so ("people are waiting"): in a team's channel it counts where the bot is addressed."""
    meant: Callable[[str, int], bool] | None = None
    """Whether what follows an everyday word is what the command takes, at that time: then it counts all the same."""

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
    aside: Callable[..., Receipt] | None = None
    """As `say`, but read by the sender alone, where others read the place and the channel can keep it from them."""
    ask: Callable[..., Receipt] = lambda *_, **__: Receipt()
    """ask(key, options, **args) lists (label, arguments) by number; the command is done again with what is chosen."""
    place: str = ""
    """The address of the conversation, which with the sender's is where an answer to `ask` comes from."""
    typed: str = ""
    """The line as it was written, quotes, line breaks and all."""
    takes_files: bool = False
    """Whether a file that goes with the answer reaches the sender."""
    only_for: str = ""
    """The sender's address, where what is answered in the place is for them alone."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command and its arguments; `missing` names a required argument that was not given.

    `languages` are those in which the command is called what was written. `short`: a word of it was cut short.
    """

    command: Command
    arguments: Mapping[str, str]
    missing: str
    languages: tuple[str, ...]
    short: bool = False


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No command; `nearest` is what was probably meant, best first, and `lines` the same with the rest of the line.

    Where it begins like a command that takes no more words, `understood` is that command and `left_over` the words.
    `lacking` is the command it may be all the same, where only a word that looks like its first argument is not there.
    """

    nearest: tuple[str, ...]
    lines: tuple[str, ...] = ()
    understood: str = ""
    left_over: str = ""
    lacking: Parsed | None = None


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One way to begin a command, as it is compared; `words` is how it is written, by language."""

    folded: str
    command: Command
    words: Mapping[str, str]


def parse(text: str, commands: Sequence[Command], language: str = "") -> Parsed | NotUnderstood:
    """Reads a line as a command: the longest phrase it begins with wins. `language` is the one suggestions are made in.

    Courtesy around it is passed over where the line as it stands is no command.
    """
    book = _book(tuple(commands))
    line = _without_thanks(_plain(text))
    first = _read(line, book, language)
    for _ in range(4):
        if isinstance(first, Parsed):
            return first
        begun = _COURTESY.match(replies.fold(line))
        shorter = _after(line, begun[0].strip(" ,")).lstrip(" ,，") if begun and begun[0].strip(" ,") else ""
        if not shorter:
            return first
        line = shorter
        again = _read(line, book, language)
        first = again if isinstance(again, Parsed) or again.nearest or again.understood or again.lacking else first
    return first


def fill(command: Command, given: Mapping[str, str], missing: str, text: str) -> Parsed:
    """The command with what was said for the argument that was missing, and for those after it."""
    names = [argument.name for argument in command.arguments]
    later = command.arguments[names.index(missing) :]
    more, still, _ = _arguments(later, _without_thanks(_plain(text)))
    return Parsed(command, {**given, **more}, still, ())


def tidy(text: str) -> str:
    """The line as it is compared: folded, without quotes, a leading slash or `cx`, blanks single."""
    return " ".join(replies.fold(_bare(_plain(text))).split())


def phrases(command: Command) -> tuple[str, ...]:
    """Every phrase of a command in every language, as it is compared."""
    tidied = (tidy(phrase) for language in command.words.values() for phrase in language)
    return tuple(phrase for phrase in tidied if phrase)


def _plain(text: str) -> str:
    """The line without what does not matter, in the signs it was written with: arguments are taken from here."""
    line = unicodedata.normalize("NFKC", text)
    line = _LINE_ENDS.sub("\n", _SPACES.sub(" ", line)).strip().lstrip("/").strip()
    if line[:3].casefold() == "cx ":
        line = line[3:]
    return line.rstrip("?!。.？！").strip()


def _without_thanks(line: str) -> str:
    return (_THANKS.sub("", line) or line) if len(line) <= LONGEST_COURTEOUS else line


def _bare(line: str) -> str:
    """The line with blanks for its quotes, as long as before; an apostrophe within a word is none."""
    around = f" {line} "
    return "".join(
        " " if sign in _QUOTES and not (sign in "'’" and around[n].isalnum() and around[n + 2].isalnum()) else sign
        for n, sign in enumerate(line)
    )


def _read(line: str, book: tuple[_Phrase, ...], language: str) -> Parsed | NotUnderstood:
    """Reads a line that has nothing around it."""
    folded = tidy(line)
    found = next((each for each in book if _begins(folded, each.folded)), None)
    whole_words = _run_together_words(folded)
    spread = next((each for each in book if each.folded in whole_words), None) if whole_words else None
    if spread and (found is None or len(spread.folded) > len(found.folded)):
        found = spread
    whole = _parsed(line, found, found.folded, language, tuple(found.words), short=False) if found else None
    if isinstance(whole, Parsed):
        return whole
    for command in dict.fromkeys(each.command for each in book):
        if command.bare and re.fullmatch(command.bare, line, re.IGNORECASE):
            return Parsed(command, {command.arguments[0].name: line}, "", tuple(command.words))
    begun, candidates = _cut_short(folded, book)
    if whole is not None and found is not None:
        # "team ho support" begins like "team", which takes less, and like "team hours".
        one = len(begun) > len(found.folded) and len({id(each.command) for each in candidates}) == 1
        longer = _parsed(line, candidates[0], begun, language, (), short=True) if one else whole
        return longer if isinstance(longer, Parsed) else whole
    if len({id(each.command) for each in candidates}) == 1:
        return _parsed(line, candidates[0], begun, language, (), short=True)
    if candidates:
        return _several(_after(line, begun), candidates, language)
    return _nearest(line, folded, book, language)


def _parsed(
    line: str, phrase: _Phrase, begun: str, language: str, languages: tuple[str, ...], *, short: bool
) -> Parsed | NotUnderstood:
    rest = _after(line, begun)
    arguments, missing, left_over = _arguments(phrase.command.arguments, rest)
    if left_over:
        # "open question: who calls?" begins like a command and is none; neither is "claim it please".
        if any(argument.like for argument in phrase.command.arguments):
            return NotUnderstood((), lacking=_lacking(phrase.command, rest, languages))
        return NotUnderstood((_shown(phrase, language),), (_shown(phrase, language),), begun, left_over)
    return Parsed(phrase.command, arguments, missing, languages, short)


def _lacking(command: Command, rest: str, languages: tuple[str, ...]) -> Parsed | None:
    """The command with everything but its first argument, where that can be chosen from what there is."""
    first, *others = command.arguments
    if first.offered is None or not others:
        return None
    return Parsed(command, _arguments(others, rest)[0], first.name, languages)


def _begins(line: str, phrase: str) -> bool:
    if not line.startswith(phrase):
        return False
    after = line[len(phrase) :]
    return not after or after[0] in " \n" or not (phrase[-1].isascii() and after[0].isascii())


def _run_together_words(line: str) -> frozenset[str]:
    """The first words of a line written as one, where they make up Chinese signs alone: "团队 列表" is 团队列表."""
    words = list(takewhile(lambda word: not word.isascii(), line.split()))[:MOST_SPREAD]
    return frozenset("".join(words[:n]) for n in range(2, len(words) + 1))


def _after(line: str, begun: str) -> str:
    """What follows the words a line begins with, which are as they are compared, in the signs it was written with."""
    bare = _bare(line)
    wanted = begun.replace(" ", "")
    for at in range(1, len(line) + 1):
        if replies.fold(bare[:at]).replace(" ", "").replace("\n", "") == wanted:
            return line[at:].strip()
    return ""


def _arguments(wanted: Sequence[Argument], rest: str) -> tuple[dict[str, str], str, str]:
    """The arguments, the first required one that is missing, and the words that belong to none."""
    pieces = [piece for piece in _PIECE.finditer(rest) if _word(piece)]
    given: dict[str, str] = {}
    for argument in wanted:
        if argument.rest:
            given[argument.name], pieces = _joined(rest, pieces, argument.as_written), []
        elif pieces:
            given[argument.name] = _word(pieces.pop(0))
            if argument.like and not re.fullmatch(argument.like, given[argument.name], re.IGNORECASE):
                return given, "", given[argument.name]
        if argument.required and not given.get(argument.name):
            return given, argument.name, ""
    return given, "", " ".join(map(_word, pieces))


def _word(piece: re.Match[str]) -> str:
    """One word, or the words that quotes keep together."""
    quoted = next((group for group in piece.groups()[:-1] if group is not None), None)
    return (quoted if quoted is not None else piece[0].strip(_QUOTES)).strip()


def _joined(rest: str, pieces: Sequence[re.Match[str]], as_written: bool = False) -> str:
    if not pieces:
        return ""
    if "\n" in rest:
        return rest[pieces[0].start() :] if len(pieces) > 1 else _word(pieces[0])
    return " ".join(_quoted(each) if as_written else _word(each) for each in pieces)


def _quoted(piece: re.Match[str]) -> str:
    """One word, or the words that quotes keep together, in their quotes; a quote without its other half is none."""
    return piece[0] if any(group is not None for group in piece.groups()[:-1]) else _word(piece)


@lru_cache(maxsize=16)
def _book(commands: tuple[Command, ...]) -> tuple[_Phrase, ...]:
    """Every way to begin a command, the longest first: as declared, run together, and with its languages mixed."""
    found: dict[str, _Phrase] = {}
    mixed: list[_Phrase] = []
    for command in commands:
        for language, words in command.words.items():
            for phrase in words:
                folded = tidy(phrase)
                known = found.get(folded)
                if folded and (known is None or known.command is command):
                    of_language = {**(known.words if known else {}), language: phrase}
                    found[folded] = _Phrase(folded, command, of_language)
        mixed += _mixed(command)
    for each in [*found.values(), *mixed]:
        for form in (each.folded, _run_together(each.folded)):
            found.setdefault(form, _Phrase(form, each.command, each.words))
    return tuple(sorted(found.values(), key=lambda each: -len(each.folded)))


def _mixed(command: Command) -> list[_Phrase]:
    """The first phrase of each language, word by word in any of them: "问卷 show", "survey 查看"."""
    first = [tidy(words[0]).split(" ") for words in command.words.values() if words]
    if not first or len(first[0]) < 2 or any(len(words) != len(first[0]) for words in first):
        return []
    shown = {language: words[0] for language, words in command.words.items()}
    return [
        _Phrase(" ".join(words), command, shown) for words in product(*map(dict.fromkeys, zip(*first, strict=True)))
    ]


def _run_together(phrase: str) -> str:
    """A phrase without the blanks beside Chinese signs, which are often left out."""
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", phrase)


def _cut_short(line: str, book: tuple[_Phrase, ...]) -> tuple[str, list[_Phrase]]:
    """The commands whose English words begin with those of the line, and those words; the most words win."""
    words = line.split()[:3]
    for length in range(len(words), 0, -1):
        begun = words[:length]
        if len(begun[0]) < SHORTEST or (length == 1 and begun[0] in WORDS_OF_THEIR_OWN):
            continue
        found = [
            each
            for each in book
            if "en" in each.words
            and each.folded.isascii()
            and len(parts := each.folded.split(" ")) == length
            and all(part.startswith(word) for part, word in zip(parts, begun, strict=True))
        ]
        if found:
            return " ".join(begun), sorted(found, key=lambda each: each.folded)
    return "", []


def _several(rest: str, candidates: Sequence[_Phrase], language: str) -> NotUnderstood:
    by_command = {id(each.command): each for each in reversed(candidates)}
    shown = [_shown(each, language) for each in by_command.values()][::-1][:MOST_SUGGESTIONS]
    return NotUnderstood(tuple(shown), tuple(f"{each} {rest}".strip() for each in shown))


def _nearest(line: str, folded: str, book: tuple[_Phrase, ...], language: str) -> NotUnderstood:
    known = {each.folded: each for each in book}
    words = folded.split(" ")
    found: dict[str, str] = {}
    for length in (2, 1):
        start = " ".join(words[:length])
        if words[0] in WORDS_OF_THEIR_OWN:
            continue
        for phrase in difflib.get_close_matches(
            start, known, n=MOST_SUGGESTIONS, cutoff=0.65 if start.isascii() else 0.5
        ):
            if start.isascii() and phrase.count(" ") < start.count(" "):
                continue  # the second word is what the command is about
            shown = _shown(known[phrase], language)
            whole = f"{shown} {_after(line, start)}".strip()
            found.setdefault(shown, whole if _fits(whole, known[phrase]) else shown)
    return NotUnderstood(tuple(found)[:MOST_SUGGESTIONS], tuple(found.values())[:MOST_SUGGESTIONS])


def _fits(line: str, phrase: _Phrase) -> bool:
    """Whether the command takes the rest of the line."""
    return not _arguments(phrase.command.arguments, _after(line, phrase.folded))[2]


def _shown(phrase: _Phrase, language: str) -> str:
    """How the phrase is written, in the reader's own script where there are two."""
    if phrase.folded.isascii() and "en" in phrase.words and tidy(phrase.words["en"]) == phrase.folded:
        return phrase.words["en"]
    return phrase.words.get(language) or next(iter(phrase.words.values()))
