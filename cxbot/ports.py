"""The seams of the house: what a room may ask of the one beside it, and nothing else.

Everything here is plain data or a protocol of a few methods. Times are epoch milliseconds unless a name says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from aiohttp import web

P = ParamSpec("P")
T = TypeVar("T")

Row: TypeAlias = dict[str, Any]
RollupKey: TypeAlias = tuple[str, str, str, int, str, str, str, int]
"""(day "YYYY-MM-DD", touchpoint, survey, version, metric, team id, band, score)."""


class Tx(Protocol):
    """One open transaction. Statements are named `file.statement`, from the `.sql` beside each transaction."""

    def one(self, statement: str, /, **parameters: Any) -> Row | None:
        """The first row the statement gives, or None."""

    def once(self, statement: str, /, **parameters: Any) -> Row | None:
        """As `one`, but read once a transaction: for what the transaction does not change. The row is not altered."""

    def all(self, statement: str, /, **parameters: Any) -> list[Row]:
        """Every row the statement gives."""

    def run(self, statement: str, /, **parameters: Any) -> int:
        """Runs the statement; returns how many rows it touched."""

    def new_id(self) -> str:
        """A new text id of 26 characters, time-ordered within one process."""

    def random_id(self) -> str:
        """A new text id of 26 characters that tells neither when nor after what it was made."""

    def bump(self, key: RollupKey, n: int) -> None:
        """Adds n to a rollup when the transaction commits; dropped if it does not."""

    def says(self, channel: str, address: str = "") -> None:
        """Something may leave on a channel once the transaction is committed: its delivery is woken then.

        With the address it is for, where it may leave at once.
        """

    def said_to(self, channel: str, address: str) -> bool:
        """Whether something may leave there as soon as the transaction is committed."""


class ReadFirst(Exception):
    """A handler needs a long read first: `query(tx, *args)` is run on a reader, then the handler again with it."""

    def __init__(self, query: Callable[..., Any], args: tuple[Any, ...]) -> None:
        super().__init__("read first")
        self.query = query
        self.arguments = args


class Store(Protocol):
    """Runs transactions and reads. Every `run` is one atomic change; several may share one commit."""

    async def run(self, transaction: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a transaction in the writer; returns once it is committed. An exception means it was rolled back."""

    async def read(self, query: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a read-only function on a reader of its own, beside the writer."""

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Calls the listener on the event loop after each commit of this process."""

    def on_said(self, listener: Callable[[Collection[str]], None]) -> None:
        """Calls the listener on the event loop after each commit with which something may leave, with the channels."""

    def busy(self) -> bool:
        """Whether somebody in this process waits for a commit."""

    async def close(self) -> None:
        """Finishes what was submitted, then closes."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Two clocks: `now` is business time (due, expiry, promises), `machine` is the machine's (leases, pacing)."""

    now: Callable[[], int]
    machine: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many messages the platform lets be sent to an address, until a moment (machine time, epoch ms; 0: no end)."""

    kind: str
    """One word of the channel's own; what somebody does opens an allowance anew, in place of the one of its kind."""
    count: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can do, as data. Sizes in characters unless named otherwise."""

    text: int = 40_000
    text_bytes: int = 0
    """Bytes of one message, where the platform counts those; 0 where it does not."""
    choices: int = 25
    choice_label: int = 75
    buttons: bool = True
    forms: bool = True
    edits: bool = True
    customers: bool = True
    teams: bool = True
    per_second: float = 1.0
    """Messages a second to one address; 0 means not paced."""
    concurrency: int = 16
    """Sends under way at once, from one replica."""
    comment_form: bool = False
    """A question for words comes with a button that opens a field, besides what can be typed."""
    files: bool = False
    """A message may come with a file."""
    mentions: bool = False
    """People can be called by their address, so that a text need not name them."""
    allowances: bool = False
    """The platform lets so many messages be sent after what somebody does: a ledger is kept, see `Allowance`."""
    in_words: bool = False
    """What can be pressed comes in words as well (`Outgoing.in_words`), for when the platform takes no buttons."""
    members: bool = False
    """A team's place shows no buttons: what is said there comes with the members, who are written to one by one."""
    local_times: bool = False
    """A moment is shown to each reader in their own time: texts carry it marked (see `Moment`)."""
    notices: bool = True
    """Words for the one who acted only can be shown at once; else they are said as a message."""


@dataclass(frozen=True, slots=True)
class Media:
    """Something that is not text. `kind`: image, voice, video, file, sticker, location, other; `size` in bytes."""

    kind: str
    name: str = ""
    mime: str = ""
    size: int = 0
    url: str = ""
    kept: str = ""
    """Its key among the kept files, where the channel fetches it: the channel, a slash, the platform's id."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One thing somebody did in a channel: wrote, pressed, sent a form or a file."""

    id: str
    """The channel's own id of this action; the same id again is a repeat."""
    channel: str
    place: str
    """The address of the conversation: the customer's own, or the team's channel."""
    sender: str
    """The address of the one who acted; the same as `place` in a conversation of two."""
    kind: Literal["text", "choice", "form", "media", "page", "interaction", "opened"]
    """`page`: somebody opened the bot's own page. `interaction`: somebody reports what happened to `subject`.

    `opened`: somebody did something that says nothing, after which they may be written to.
    """
    text: str = ""
    choice: str = ""
    """The key of the choice pressed, or of the form sent."""
    about: str = ""
    """The outbox id of the message acted upon, where the channel knows it."""
    fields: Mapping[str, str] = field(default_factory=dict)
    media: Media | None = None
    subject: str = ""
    """The address of the person an interaction is about."""
    command: bool = False
    """The bot itself was addressed (a slash command, a mention), so this answers no question."""
    private: bool = False
    """What is answered is for the sender alone, though others may read the place."""
    language: str = ""
    """The language of the sender's profile, where the channel knows it."""
    name: str = ""
    overheard: bool = False
    """It was said where people of the company answer too: it is for the bot where it answers what the bot asked."""
    elsewhere: bool = False
    """It was done on a page of ours: the channel is as open for messages as it was before."""
    opens: tuple[Allowance, ...] = ()
    """What the platform lets be sent because of it."""
    no_form: bool = False
    """No form can be opened in answer: the platform opens one only after a press."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `kind`: text, long_text, choice, date_time. `options`: (value, label)."""

    name: str
    label: str
    kind: Literal["text", "long_text", "choice", "date_time"] = "text"
    options: tuple[tuple[str, str], ...] = ()
    required: bool = True
    value: str = ""
    hint: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A modal, or field by field where a channel has none. `key` comes back as `Inbound.choice` with kind "form"."""

    key: str
    title: str
    fields: tuple[Field, ...]
    submit: str
    """What the button that sends it says; "" where there is nothing to send."""
    cancel: str = ""
    intro: str = ""
    preview: str = ""
    """What the button says that shows what would be said; it sends the fields with `PREVIEW` before the key."""
    note: str = ""
    """What is to be known beside it, such as whether what is written can be delivered."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Values that were typed before it was opened: where it is asked field by field, these are not asked again."""


PREVIEW = "preview:"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: a heading, some text, and what can be pressed."""

    title: str = ""
    text: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The bot's own page for one person, where a channel has such a place."""

    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an inbound led to. `form` and `notice` change nothing, may be lost and asked for again."""

    outbox_ids: tuple[str, ...] = ()
    form: Form | None = None
    notice: str = ""
    """Words for the one who acted only: "already claimed by Ana"."""
    page: Page | None = None
    repeated: bool = False
    answered: bool = False
    """Something may leave for the conversation at once; it is not told of a repeat."""


Deliver: TypeAlias = Callable[[Inbound], Awaitable[Receipt]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press. `key` is opaque ASCII of at most 64 bytes and comes back as `Inbound.choice`."""

    key: str
    label: str
    style: Literal["", "primary", "danger", "chosen"] = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file to be handed over with a message. `about` says in words what is to be seen, for who cannot see it."""

    name: str
    mime: str
    body: bytes = field(repr=False)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message in words, ready for any channel; never a vendor's blocks. `text` alone reads well."""

    row_id: str
    channel: str
    address: str
    text: str
    title: str = ""
    tone: Literal["", "low", "medium", "high", "critical", "good"] = ""
    """The severity as data; the words of it are already in title or text."""
    facts: tuple[tuple[str, str], ...] = ()
    """(label, value) pairs of a card."""
    choices: tuple[Choice, ...] = ()
    layout: Literal["buttons", "scale", "menu"] = "buttons"
    low_label: str = ""
    high_label: str = ""
    replaces: str = ""
    """The platform id of the message this one takes the place of."""
    thread: str = ""
    """The platform id of the message under which this one belongs."""
    only_for: str = ""
    """The address of the one person who may see it, in a shared place."""
    confidential: bool = False
    """It repeats what somebody answered: not to be shown where others read along."""
    mentions: tuple[str, ...] = ()
    """The addresses of those who should act, to be called by name where the channel can."""
    file: File | None = None
    media: Media | None = None
    """Something a customer sent, to be shown with the text; the `url` of what is kept is the page that shows it."""
    maybe_sent: bool = False
    """An earlier attempt ended in nobody knows what: look whether it is there before it is sent again."""
    language: str = "en"
    in_words: str = ""
    """The text with what could be pressed in words, where the channel asked for it."""
    human: bool = False
    """A colleague speaks, or says what was done: not the bot by itself."""
    awaits: bool = False
    """It promises that the person will hear more."""
    allowances: Mapping[str, int] = field(default_factory=dict)
    """How many messages may still be sent there, by kind of allowance."""
    held: bool = False
    """It was kept for the person to act, and they did not in time."""
    link: str = ""
    """Where a page shows it, and takes what can be pressed."""
    members: tuple[str, ...] = ()
    """The addresses of a team's members, where the channel asked for them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment within a text: epoch ms, how it is meant ("when", or "act_by" with how far off it is), and its words."""

    at: int
    kind: str
    words: str


# Noncharacters of Unicode: nobody types them, and nothing shows them.
_MARK = re.compile("\ufdd0([0-9]{1,15})\\|(when|act_by)\\|([^\ufdd0\ufdd1]*)\ufdd1")
_STRAY = re.compile("\ufdd0(?:[0-9]{1,15}\\|[a-z_]*\\|?)?|\ufdd1")


def marked(at: int, kind: Literal["when", "act_by"], words: str) -> str:
    """The words of a moment with the moment itself, for channels that show it to each reader in their own time."""
    return f"\ufdd0{at}|{kind}|{words}\ufdd1"


def pieces(text: str) -> list[str | Moment]:
    """A text in its parts: words, and the moments marked in it. A mark that was cut in two is only its words."""
    found: list[str | Moment] = []
    end = 0
    for match in _MARK.finditer(text):
        found += [_STRAY.sub("", text[end : match.start()]), Moment(int(match[1]), match[2], match[3])]
        end = match.end()
    found.append(_STRAY.sub("", text[end:]))
    return [piece for piece in found if piece]


def without_marks(text: str) -> str:
    """The text as it reads, with the words of each moment alone."""
    return text if "\ufdd0" not in text else "".join(p if isinstance(p, str) else p.words for p in pieces(text))


@dataclass(frozen=True, slots=True)
class Sent:
    """Delivered to the platform. `refused`: addresses of several that were not reached."""

    platform_id: str
    refused: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()
    """The kinds of allowance it was sent by, each as often as it was used."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """A passing fault. `after`: milliseconds to wait as the platform asked; 0 leaves it to the back-off."""

    reason: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class HoldUntilInbound:
    """The window is closed: kept until the person acts, at the latest until `expires` (epoch ms, 0: the row's own)."""

    reason: str
    expires: int = 0
    closed: tuple[str, ...] = ()
    """The kinds of allowance of which the platform says that nothing is left."""
    then_again: bool = False
    """Where the person does not act in time it is handed over once more, as `Outgoing.held`; else it is dropped."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """This address cannot be written to; the address is marked with the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Our mistake: a dead letter with the reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Learned:
    """Not sent yet: the platform told first who this is. Kept where nothing better is known, and worded again.

    `address` is what the platform calls the address where that differs: a user's id in place of an e-mail.
    """

    address: str
    language: str = ""
    time_zone: str = ""
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """The channel cannot send at all: it is stopped, its queue kept, the admins told what to do.

    `partly`: only messages such as this one, which waits; the others go on.
    """

    what_to_do: str
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent or not, nobody knows: tried again after a while as `maybe_sent`; a channel that cannot look sends twice."""

    reason: str


Outcome: TypeAlias = Sent | TryLater | HoldUntilInbound | Unreachable | Refused | Learned | Misconfigured | Unknown


class ChannelState(Protocol):
    """Small JSON a vendor makes a channel remember, kept in the store."""

    async def get(self, key: str) -> Any:
        """The value, or None."""

    async def put(self, key: str, value: Any) -> None:
        """Keeps the value; None forgets what stood there."""

    async def swap(self, key: str, old: Any, new: Any) -> bool:
        """Keeps `new` only where `old` still stands; says whether it did."""

    async def forget(self, prefix: str, before: str) -> None:
        """Forgets what stands under the names that begin so and sort before another."""


class Channel(Protocol):
    """A way to reach people. Everything of a vendor stays behind this seam."""

    name: str
    limits: Limits

    def mount(self, app: web.Application) -> None:
        """Adds the channel's routes, if it has any."""

    async def run(self, deliver: Deliver) -> None:
        """Serves until cancelled; `deliver` is also what its routes call."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hands one message to the platform."""

    async def close(self) -> None:
        """Frees what it holds."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a channel is built with, besides its own settings."""

    store: Store
    clock: Clock
    state: ChannelState
    secret: str
    """Signs links; never shown."""
    public_url: str
    company: Mapping[str, str]
    """The company's name by language."""
    demo: bool = False
    refused: Callable[[str], None] = lambda _: None
    """Counts a request that was refused at the channel's door, by the reason: unsigned, stale, forged, replayed."""


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """What a module in `cxbot.channels` declares as `CHANNEL`: name, settings (a pydantic model), how it is built."""

    name: str
    settings: type[Any]
    build: Callable[[Any, Surroundings], Channel]
    limits: Limits | None = None
    """What surveys are measured against before anything starts; None where only the built channel knows."""
    examine: Callable[[Any, Surroundings, Sequence[str]], Awaitable[list[str]]] | None = None
    """Asks the platform, for `check --online`, what is missing; the places are those of the teams. One line each."""
    scan: Callable[[Any, Surroundings, str], Awaitable[str]] | None = None
    """Gives the address a QR code leads to by which somebody opens the conversation about a touchpoint."""
