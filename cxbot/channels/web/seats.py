"""The three seats of the try-out page: who is played in each, and what each shows, as HTML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from cxbot import links
from cxbot.channels.web import pages
from cxbot.ports import Row, Surroundings, Tx
from cxbot.transactions import transcripts
from cxbot.transactions.transcripts import Entry, Transcript
from cxbot.wording.voice import FACES

SeatName: TypeAlias = Literal["customer", "team", "admin"]
SEATS: tuple[SeatName, ...] = ("customer", "team", "admin")
OWN: Mapping[str, tuple[str, ...]] = {"customer": ("customer:",), "team": ("team:",), "admin": ("admin:", "member:")}
"""How the addresses begin of those who have a conversation of their own in a seat; a colleague's is private."""
CHANNEL = "web"
SHOWN = 80
NARROW_LABEL = 4
"""Characters that fit onto one step of a scale on a phone."""
_ASIDE = (":skip", ":done")
_OF_MEDIA = ("image", "voice", "video", "file", "sticker", "location")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who can be played, and who is: the address of each seat's place and of the one who acts in it."""

    customers: Sequence[Row]
    teams: Sequence[Row]
    members: Sequence[Row]
    admins: Sequence[Row]
    customer: str
    team: str
    member: str
    admin: str
    erased: bool = False
    """The customer shown has been forgotten; nobody is played in their place."""

    def pickers(self, text: Callable[..., str]) -> dict[str, list[dict[str, str]]]:
        """Who can be chosen in the seats whose people change while the page is open."""
        changing = {"customer": self.customers, "admin": self.admins}
        return {seat: [_option(row, text) for row in rows] for seat, rows in changing.items()}

    def place(self, seat: SeatName) -> str:
        """The address of the conversation in a seat; '' where nobody is there to play."""
        return {"customer": self.customer, "team": self.team, "admin": self.admin}[seat]

    def sender(self, seat: SeatName) -> str:
        """The address of the one who acts in a seat."""
        return self.member if seat == "team" else self.place(seat)

    def zone(self, seat: SeatName) -> str:
        """The time zone in which a seat's times are shown: the customer's own, else the team's."""
        team = _first(self.teams, "place", self.team)
        own = _first(self.customers, "address", self.customer) if seat == "customer" else None
        return str((own or {}).get("time_zone") or (team or {}).get("time_zone") or "UTC")

    def shown_touchpoints(self) -> list[str]:
        """What the team shown is responsible for."""
        team = _first(self.teams, "place", self.team)
        return list(json.loads(team["touchpoints"])) if team else []

    def acting_members(self) -> list[Row]:
        """Everybody who can act in the team's seat, each once: those of the team shown first, each with `here`."""
        team = _first(self.teams, "place", self.team)
        here = [row for row in self.members if team and row["team_id"] == team["id"]]
        known = {row["address"] for row in here}
        others = {row["address"]: row for row in self.members if row["address"] not in known}
        return [{**row, "here": True} for row in here] + [{**row, "here": False} for row in others.values()]


def read_cast(tx: Tx, wanted: Mapping[str, str], language: str) -> Cast:
    """Who is played: those asked for where they exist, else somebody who fits the page's language."""
    customer_wanted, admin_wanted = pages.clean(wanted.get("customer", "")), pages.clean(wanted.get("admin", ""))
    found = transcripts.cast(tx, CHANNEL, customer=customer_wanted, admin=admin_wanted)
    customers, teams, members, admins = (found[each] for each in ("customers", "teams", "members", "admins"))
    same_language = [row for row in customers if row["language"] == language]
    customer = _first(customers, "address", customer_wanted) or next(iter([*same_language, *customers]), None)
    team_language = [row for row in teams if row["language"] == language]
    team = _first(teams, "place", wanted.get("team")) or next(iter([*team_language, *teams]), None)
    of_team = [row for row in members if team and row["team_id"] == team["id"]]
    member = _first(members, "address", wanted.get("member")) or next(iter([*of_team, *members]), None)
    admin = _first(admins, "address", admin_wanted) or next(iter(admins), None)
    return Cast(
        customers,
        teams,
        members,
        admins,
        customer=customer["address"] if customer else "",
        team=team["place"] if team else "",
        member=member["address"] if member else "",
        admin=admin["address"] if admin else "",
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """What the three seats show at one moment."""

    cast: Cast
    transcripts: Mapping[SeatName, Transcript]
    open_survey: Row | None = None
    """The survey the customer has open, which can be answered on its page as well."""

    def link(self, around: Surroundings) -> str:
        """The path of the page on which the open survey can be answered; '' where none is open."""
        found = self.open_survey
        if found is None:
            return ""
        return links.page_of(around.secret, "", found)

    def steps(self) -> list[bool]:
        """How far a newcomer has come: something happened, the customer answered, the team took the alert."""
        customer = self.transcripts["customer"].entries
        team = self.transcripts["team"].entries
        cards = [entry for entry in team if entry.kind == "card"]
        return [
            any(entry.outgoing is not None for entry in customer),
            any(entry.sender for entry in customer) and any(entry.kind == "question" for entry in customer),
            any(not _offers(entry, "claim") for entry in cards),
        ]


def _offers(entry: Entry, action: str) -> bool:
    choices = (entry.outgoing or {}).get("choices") or ()
    return any(choice["key"].startswith(f"c:{action}:") for choice in choices)


def read_again(tx: Tx, wanted: Mapping[str, str], language: str) -> Scene:
    """What an open page shows now: as `read_page`, but nobody takes the place of a customer who is gone."""
    cast = read_cast(tx, wanted, language)
    customer = pages.clean(wanted.get("customer", ""))
    if customer and customer != cast.customer:
        cast = replace(cast, customer="", erased=True)
    return read_scene(tx, cast)


def _option(row: Row, text: Callable[..., str]) -> dict[str, str]:
    """Somebody as they stand in a list to choose from; a colleague's chat says that it is theirs alone."""
    more = text("page.private") if row["address"].startswith("member:") else "VIP" if row["vip"] else ""
    label = " · ".join(filter(None, (str(row["name"] or row["address"]), more)))
    return {"value": row["address"], "label": label, "vip": "1" if row["vip"] else ""}


def read_page(tx: Tx, wanted: Mapping[str, str], language: str) -> Scene:
    """Reads the cast and what each seat shows, at one moment."""
    return read_scene(tx, read_cast(tx, wanted, language))


def read_scene(tx: Tx, cast: Cast) -> Scene:
    """Reads what each seat of a cast shows, at one moment."""
    shown: dict[SeatName, Transcript] = {}
    for seat in SEATS:
        place = cast.place(seat)
        viewer = cast.sender(seat)
        shown[seat] = transcripts.of_place(tx, CHANNEL, place, viewer=viewer, most=SHOWN) if place else Transcript(())
    customer = _first(cast.customers, "address", cast.customer)
    return Scene(cast, shown, transcripts.open_survey(tx, customer["id"]) if customer else None)


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a seat as HTML; `print` changes when what it shows does."""

    id: str
    html: str
    print: str


def items(scene: Scene, seat: SeatName, page: pages.Pages, language: str) -> list[Item]:
    """The messages of a seat, oldest first, those of a thread inside the message they belong to."""
    entries = scene.transcripts[seat].entries
    zone = scene.cast.zone(seat)
    roots = {entry.id for entry in entries}
    threads: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        if entry.thread_of in roots:
            threads.setdefault(entry.thread_of, []).append(_view(entry, seat, zone, scene.cast))
    found: list[Item] = []
    last_day = ""
    for entry in entries:
        if entry.thread_of in roots:
            continue
        today = pages.day(entry.shown_at, zone, language)
        values: dict[str, Any] = {
            "seat": seat,
            "message": _view(entry, seat, zone, scene.cast),
            "thread": threads.get(entry.id, []),
            "day": today if today != last_day else "",
        }
        last_day = today
        known = json.dumps([values, language], ensure_ascii=False, default=str)
        digest = hashlib.sha256(known.encode()).hexdigest()[:16]
        found.append(Item(_dom_id(entry), page.render("message.html", language, print=digest, **values), digest))
    return found


def _view(entry: Entry, seat: SeatName, zone: str, cast: Cast) -> dict[str, Any]:
    when = pages.local(entry.shown_at, zone)
    outgoing = entry.outgoing
    media, _, file_name = entry.words.partition(":")
    known = media if media in _OF_MEDIA else "file"
    return {
        "dom_id": _dom_id(entry),
        "id": entry.id,
        "kind": entry.kind,
        "mine": bool(entry.sender) and entry.sender == cast.sender(seat),
        "sender": entry.sender,
        "name": entry.name or entry.sender.partition(":")[2],
        "words": entry.words,
        "media": known if entry.kind == "media" else "",
        "file_name": file_name if media in _OF_MEDIA else "",
        "time": f"{when:%H:%M}",
        "stamp": when.isoformat(timespec="minutes"),
        "lang": (outgoing or {}).get("language", ""),
        "title": (outgoing or {}).get("title", ""),
        "text": (outgoing or {}).get("text", ""),
        "tone": (outgoing or {}).get("tone", ""),
        "facts": (outgoing or {}).get("facts") or (),
        **_choices(outgoing or {}),
        "private": bool((outgoing or {}).get("only_for")),
    }


def _choices(outgoing: Mapping[str, Any]) -> dict[str, Any]:
    """The choices as they are laid out: a scale whose values have names is a list, with the names of its ends in it."""
    choices = [_with_face(choice) for choice in outgoing.get("choices") or ()]
    values = [choice for choice in choices if not choice["key"].endswith(_ASIDE)]
    asides = [choice for choice in choices if choice["key"].endswith(_ASIDE)]
    layout = outgoing.get("layout") or "buttons"
    ends = {"low_label": outgoing.get("low_label", ""), "high_label": outgoing.get("high_label", "")}
    if layout == "scale" and values and max(len(choice["label"]) for choice in values) > NARROW_LABEL:
        layout = "menu"
        values[0] = {**values[0], "label": f"{values[0]['label']} {ends['low_label']}".strip()}
        values[-1] = {**values[-1], "label": f"{values[-1]['label']} {ends['high_label']}".strip()}
        ends = {"low_label": "", "high_label": ""}
    return {"layout": layout, "choices": values, "asides": asides, **ends}


def _with_face(choice: Mapping[str, Any]) -> dict[str, Any]:
    """A choice whose face is drawn, and not written: a machine may have no sign for it. 1 is the unhappiest, 0 none."""
    label = str(choice["label"])
    number = next((number for number, sign in enumerate(FACES, 1) if sign in label), 0)
    plain = " ".join(label.replace(FACES[number - 1], "").split()) if number else label
    return {**choice, "face": number, "label": plain}


def _dom_id(entry: Entry) -> str:
    return f"{'i' if entry.sender else 'm'}-{hashlib.sha256(entry.id.encode()).hexdigest()[:16]}"


def _first(rows: Sequence[Row], column: str, value: str | None) -> Row | None:
    return next((row for row in rows if value and row[column] == value), None)
