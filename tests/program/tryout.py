"""The whole program as somebody in a browser meets it: posts what they do, reads back what the page shows."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser
from typing import Any

import aiohttp

from cxbot import demo as demos
from cxbot.api import auth
from cxbot.app import App
from cxbot.store import EngineStore, open_store, statements
from cxbot.testing import FakeClock
from cxbot.transactions import tokens

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
THURSDAY_TEN = 1_763_604_000_000
"""Thursday 20 November 2025, 10:00 in Shanghai."""

SAM, MEI, YITING = "customer:sam", "customer:mei", "customer:yiting"
ANA, BEN, WEI, JOY, ADA = "member:ana", "member:ben", "member:wei", "member:joy", "admin:ada"
SUPPORT, DELIVERY, STORES = "team:support", "team:delivery", "team:stores"
PLACES = {ANA: SUPPORT, BEN: SUPPORT, WEI: DELIVERY, JOY: STORES}

TABLES = ("answers", "cases", "decisions", "events", "inbox", "interactions", "invitations", "outbox", "people",
          "remarks", "responses")  # fmt: skip


@functools.cache
def every() -> Mapping[str, statements.Statement]:
    """The program's own statements and, besides, one that reads the whole of each table."""
    order = {"answers": "answered_at, question", "inbox": "arrived_at, id", "events": "happened_at, id"}
    text = "".join(
        f"-- name: {table}\n-- Everything in it.\nSELECT * FROM {table} ORDER BY {order.get(table, 'id')}\n\n"
        for table in TABLES
    )
    return {**statements.load(), **statements.parse(text, "every")}


@contextlib.asynccontextmanager
async def looking_into(url: str) -> AsyncIterator[EngineStore]:
    """The store beside the program, with `every.*`."""
    opened = await open_store(url, statements=every())
    try:
        yield opened
    finally:
        await opened.close()


async def rows(store: EngineStore, table: str, **wanted: Any) -> list[dict[str, Any]]:
    """The rows of a table in which the wanted columns say so, oldest first."""
    found = await store.read(lambda tx: tx.all(f"every.{table}"))
    return [row for row in found if all(row[column] == value for column, value in wanted.items())]


@dataclasses.dataclass
class Message:
    """One bubble of the page. `who`: bot, mine or theirs."""

    seat: str
    who: str
    thread: bool
    card: bool
    private: bool
    title: str = ""
    words: str = ""
    facts: dict[str, str] = dataclasses.field(default_factory=dict)
    choices: dict[str, str] = dataclasses.field(default_factory=dict)
    """Label to key."""
    about: str = ""

    @property
    def all_words(self) -> str:
        return "\n".join([self.title, self.words, *(f"{label}: {value}" for label, value in self.facts.items())])

    def key(self, part: str) -> str:
        """The key of the one choice in whose key or label this stands."""
        found = [key for label, key in self.choices.items() if key.startswith(part) or label == part]
        assert len(found) == 1, (part, self.choices)
        return found[0]


class PageReader(HTMLParser):
    """Takes the messages out of the try-out page, and the fields out of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.fields: dict[str, dict[str, str]] = {}
        self.form_key = ""
        self._seat = self._field = self._choice = self._label = self._name = ""
        self._thread = 0
        self._depth = 0
        self._kept: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        kinds = given.get("class", "").split()
        if tag == "div":
            self._depth += 1
            self._begin_part(kinds, given)
        elif tag == "ol":
            self._seat = given.get("id", "").removeprefix("transcript-")
        elif tag in ("p", "dt", "dd"):
            self._field = next((each for each in ("title", "words") if each in kinds), tag if tag != "p" else "")
            self._kept = [] if self._field else None
        elif tag == "button" and "data-choice" in given:
            self._field, self._kept, self._choice = "choice", [], given["data-choice"]
        else:
            self._begin_field(tag, given)

    def _begin_part(self, kinds: list[str], given: dict[str, str]) -> None:
        if "thread" in kinds:
            self._thread = self._depth
        elif "said" in kinds:
            who = next(each for each in ("mine", "theirs", "bot") if each in kinds)
            self.messages.append(Message(self._seat, who, bool(self._thread), "card" in kinds, "private" in kinds))
        elif "choices" in kinds and self.messages:
            self.messages[-1].about = given.get("data-about", "")

    def _begin_field(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form":
            self.form_key = given.get("data-key", "")
        elif tag in ("textarea", "select", "input") and given.get("name", "").startswith("field."):
            self._name = given["name"]
            self.fields[self._name] = {"kind": tag, "value": given.get("value", "")}
            if tag == "textarea":
                self._field, self._kept = "textarea", []
        elif tag == "option" and self._name and given.get("value"):
            self.fields[self._name][f"option {given['value']}"] = given["value"]
            if "selected" in given:
                self.fields[self._name]["value"] = given["value"]

    def handle_data(self, data: str) -> None:
        if self._kept is not None:
            self._kept.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._depth -= 1
            if self._thread > self._depth:
                self._thread = 0
        if tag == "ol":
            self._seat = ""
        if self._kept is None or tag not in ("p", "dt", "dd", "button", "textarea"):
            return
        text, self._kept = "".join(self._kept).strip(), None
        match self._field:
            case "title" | "words" as field if self.messages:
                setattr(self.messages[-1], field, text)
            case "dt":
                self._label = text
            case "dd":
                self.messages[-1].facts[self._label] = text
            case "choice":
                self.messages[-1].choices[text] = self._choice
            case "textarea":
                self.fields[self._name]["value"] = text


@dataclasses.dataclass
class Answer:
    """What a post was answered."""

    status: int
    notice: str = ""
    form: str = ""
    repeated: bool = False
    outcome: str = ""
    tone: str = ""
    error: str = ""

    def read(self) -> PageReader:
        """The form, taken apart."""
        reader = PageReader()
        reader.feed(self.form)
        return reader


class Tryout:
    """A browser on the try-out page of a running program, and the shop's own system beside it."""

    def __init__(self, app: App, clock: FakeClock, session: aiohttp.ClientSession, token: str) -> None:
        self.app = app
        self.clock = clock
        self.session = session
        self.token = token
        self.taps = 0
        self.characters = 0
        self._numbers = itertools.count(1)
        self._run = secrets.token_hex(4)

    async def report(self, touchpoint: str, outcome: str, who: str, **more: Any) -> dict[str, Any]:
        """The shop's system reports an interaction over the API; gives the answer's body."""
        person = {"addresses": [{"channel": "web", "address": who}]}
        body = {"id": f"X-{self._run}-{next(self._numbers)}", "touchpoint": touchpoint, "outcome": outcome,
                "person": person, **more}  # fmt: skip
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.post(f"{self.app.url}/api/v1/interactions", json=body, headers=headers) as response:
            answer = await response.json()
            assert response.status == 202, answer
        await self.app.settle()
        return dict(answer)

    async def writes(self, who: str, text: str, **more: str) -> Answer:
        """Somebody types a message in their seat."""
        self.characters += len(text)
        return await self.act(who, kind="text", text=text, **more)

    async def presses(self, who: str, choice: str, about: str = "", **more: str) -> Answer:
        """Somebody taps a button."""
        self.taps += 1
        return await self.act(who, kind="choice", choice=choice, about=about, **more)

    async def fills_in(self, who: str, form: Answer, **fields: str) -> Answer:
        """Somebody fills in the form that a button opened and sends it: a tap a choice, and one to send."""
        reader = form.read()
        sent: dict[str, str] = {}
        for name, field in reader.fields.items():
            given = fields.pop(name.removeprefix("field."), field["value"])
            if field["kind"] == "select" and given != field["value"]:
                assert f"option {given}" in field, (given, field)
                self.taps += 1
            sent[name] = given
        assert not fields, fields
        self.taps += 1
        return await self.act(who, kind="form", choice=reader.form_key, **sent)

    async def act(self, who: str, *, settle: bool = True, **fields: str) -> Answer:
        """Posts one action of somebody; all it led to is delivered unless `settle` is off."""
        self.clock.machine += 10  # so that the page has an order to show
        seat = {"customer": "customer", "member": "team", "admin": "admin"}[who.partition(":")[0]]
        fields = {"seat": seat, "sender": who, "place": fields.pop("place", PLACES.get(who, who)), **fields}
        fields.setdefault("id", f"act-{self._run}-{next(self._numbers)}")
        answer = await post(self.session, f"{self.app.url}/try/act", fields)
        assert answer.status == 200, answer
        if settle:
            await self.app.settle()
        return answer

    async def look(self, **wanted: str) -> list[Message]:
        """What the page shows now: customer=, team=, member=, lang=."""
        async with self.session.get(f"{self.app.url}/try", params=wanted) as response:
            assert response.status == 200
            reader = PageReader()
            reader.feed(await response.text())
        return reader.messages

    async def phone(self, who: str, *, mine: bool = False) -> list[Message]:
        """What a customer sees of the bot (and, if `mine`, of themselves), oldest first."""
        shown = await self.look(customer=who)
        return [each for each in shown if each.seat == "customer" and (mine or each.who == "bot")]

    async def desk(self, team: str, member: str) -> list[Message]:
        """What a team's channel shows."""
        return [each for each in await self.look(team=team, member=member) if each.seat == "team"]

    async def card(self, team: str, member: str) -> Message:
        """The newest alert in a team's channel."""
        return [each for each in await self.desk(team, member) if each.card][-1]

    async def later(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Time goes on, and what fell due is done."""
        self.clock.advance(int(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND))
        await self.app.settle()


def multipart(fields: Mapping[str, str]) -> aiohttp.MultipartWriter:
    """A form as the page posts it."""
    writer = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        part = writer.append(value)
        part.set_content_disposition("form-data", name=name)
    return writer


async def post(session: aiohttp.ClientSession, url: str, fields: Mapping[str, str]) -> Answer:
    """Posts a form from the program's own page."""
    origin = url.partition("/try")[0]
    async with session.post(url, data=multipart(fields), headers={"Origin": origin}) as response:
        body = await response.json()
        return Answer(response.status, **body)


@contextlib.asynccontextmanager
async def program(url: str, clock: FakeClock, **env: str) -> AsyncIterator[App]:
    """The program with the demo's cast on a store, on a fake clock; `env` overrides settings."""
    config, customers = demos.read_cast({"CXBOT_STORE__URL": url, **env})
    app = await App.start(config, clock=clock.clock, port=0, demo=demos.Demo(demos.DemoClock(), customers))
    try:
        yield app
    finally:
        await app.stop()


@contextlib.asynccontextmanager
async def tryout(url: str, clock: FakeClock, **env: str) -> AsyncIterator[Tryout]:
    """The program, a browser and a system with a token of its own."""
    async with program(url, clock, **env) as app, aiohttp.ClientSession() as session:
        token, kept = auth.new_token()
        await app.store.run(tokens.create, f"crm-{secrets.token_hex(4)}", kept, clock.now)
        yield Tryout(app, clock, session, token)
