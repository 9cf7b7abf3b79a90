"""Who somebody is: people, the addresses they are written to at, what they want and do not want."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cxbot.ports import Row, Tx

Scope = Literal["", "surveys", "all"]

SEARCH_LIMIT = 20


def get(tx: Tx, person_id: str) -> Row | None:
    """One person, or None."""
    return tx.one("people.get", id=person_id)


def name_of(tx: Tx, person_id: str) -> str:
    """Somebody's name; '' where there is nobody."""
    person = get(tx, person_id) if person_id else None
    return str(person["name"]) if person else ""


def by_address(tx: Tx, channel: str, address: str) -> Row | None:
    """The person whose address this is, or None."""
    return tx.one("people.by_address", channel=channel, address=address)


def lock(tx: Tx, person_id: str) -> Row | None:
    """Holds the person until the commit; returns the row as it stands once it is held: of who they have become."""
    row = tx.one("people.lock", id=person_id)
    return lock(tx, row["merged_into"]) if row and row["merged_into"] else row


def upsert(
    tx: Tx,
    now: int,
    *,
    addresses: Sequence[tuple[str, str]] = (),
    known_as: tuple[str, str] | None = None,
    name: str = "",
    language: str = "",
    time_zone: str = "",
    segment: str = "",
    value: int | None = None,
    vip: bool | None = None,
    attributes: Mapping[str, Any] | None = None,
    unite: Callable[[Tx, str, str, int], bool] | None = None,
) -> str:
    """Returns the id of the person who has one of the addresses, or of a new one; links the addresses nobody has.

    `known_as` is (system, id there): a person is found again by it, never written to. Absent facts erase nothing. An
    address that belongs to somebody else stays with them, unless `unite(tx, person, somebody else, now)` makes one of
    the two: it is asked where another system names an id, or addresses on several channels, that several people have.
    A system that may unite gives nobody with a role another address, for with it would go what the role allows.
    """
    links = list(dict.fromkeys([*_reference(known_as), *addresses]))
    person_id, is_new = _resolve(tx, links, language, now, unite)
    facts = {
        "name": name,
        "language": language,
        "time_zone": time_zone,
        "segment": segment,
        "value": value,
        "vip": None if vip is None else int(vip),
    }
    if is_new:
        empty: Row = {
            "name": "",
            "language": "",
            "time_zone": "",
            "segment": "",
            "value": 0,
            "vip": 0,
            "attributes": "{}",
        }
        tx.run("people.insert", id=person_id, created_at=now, **_laid_over(empty, facts, attributes or {}))
        return person_id
    row = get(tx, person_id)
    if row is not None and _differs(row, _laid_over(row, facts, attributes or {})):
        row = lock(tx, person_id) or row
        tx.run("people.update", id=person_id, **_laid_over(row, facts, attributes or {}))
    return person_id


def lay_under(tx: Tx, person: Row, other: Row) -> None:
    """What `other` is known for and the person, who is held, is not: they are one."""
    facts = {
        name: other[name] for name in ("name", "language", "time_zone", "segment", "value", "vip") if not person[name]
    }
    attributes = {**json.loads(other["attributes"]), **json.loads(person["attributes"])}
    tx.run("people.update", id=person["id"], **_laid_over(person, {**_facts(person), **facts}, attributes))


def addresses(tx: Tx, person_id: str) -> list[Row]:
    """Where the person can be written to, the one used last first, each with `used_at`."""
    return tx.all("people.addresses", person_id=person_id)


def address_of(tx: Tx, person_id: str) -> Row | None:
    """The reachable address used last, else the reachable one known longest; None where there is none."""
    return next((row for row in addresses(tx, person_id) if not row["unreachable"]), None)


def opt_out(tx: Tx, person_id: str, scope: Scope, now: int, *, actor_id: str = "", **more: str) -> bool:
    """Notes what the person does not want ('' brings them back); says whether that is a change.

    `actor_id` is who noted it for them, with what `more` says of it. What they say themselves is in their history
    also where a colleague had noted the same: it is their own word from then on.
    """
    if not tx.run("people.opt_out", id=person_id, scope=scope):
        last = None if actor_id else tx.one("people.last_consent", id=person_id)
        if last is None or last["actor_id"] == person_id:
            return False
        more = {**more, "from": scope}
    kind = "opted_out" if scope else "opted_in"
    record(tx, person_id, actor_id or person_id, kind, {"scope": scope, **more}, now)
    return True


def record(tx: Tx, person_id: str, actor_id: str, kind: str, args: Mapping[str, Any], now: int) -> None:
    """Adds a line to the history of a person; `args` name nobody but by id."""
    text = json.dumps(args, ensure_ascii=False)
    tx.run(
        "people.record",
        id=tx.new_id(),
        subject_id=person_id,
        actor_id=actor_id,
        kind=kind,
        args=text,
        happened_at=now,
    )


def acted(tx: Tx, person_id: str, now: int) -> Row | None:
    """Notes that the person has just done something, and holds them until the commit; gives the row as it is then."""
    row = tx.one("people.acted", id=person_id, now=now)
    return acted(tx, row["merged_into"], now) if row and row["merged_into"] else row


def introduced(tx: Tx, person_id: str, now: int) -> bool:
    """Notes that the person was told who asks, why and how to stop; True the first time."""
    return tx.run("people.introduced", id=person_id, now=now) > 0


def search(tx: Tx, words: str) -> list[Row]:
    """At most 20 people by a part of the name, an address (`web:customer:sam` or without the channel), or an id."""
    exact = words.strip()
    folded = fold_name(exact)
    for sign in "!%_":
        folded = folded.replace(sign, f"!{sign}")
    return tx.all("people.search", part=f"%{folded}%" if folded else "", exact=exact, most=SEARCH_LIMIT)


def find(tx: Tx, words: str) -> list[Row]:
    """As `search`, but whom the words name exactly, by an address, an id or the whole name, wins over any others.

    Another system's id is named alone or with the system, as in `crm:C-1024`.
    """
    exact = tx.all("people.exactly", exact=words.strip(), most=SEARCH_LIMIT)
    if exact or not words.strip():
        return exact
    found = search(tx, words)
    return [row for row in found if row["name_folded"] == fold_name(words)] or found


def known_as(tx: Tx, person_id: str) -> list[tuple[str, str]]:
    """The ids other systems have for a person, each with its system."""
    rows = tx.all("people.known_as", person_id=person_id)
    return [(str(row["channel"]).removeprefix("id:"), str(row["address"])) for row in rows]


def expect(tx: Tx, channel: str, address: str, expects: Mapping[str, Any] | None, until: int) -> None:
    """Notes what was asked last at an address and until when an answer counts (0: always); None expects nothing."""
    words = "" if expects is None else json.dumps(expects, ensure_ascii=False)
    tx.run("people.expect", channel=channel, address=address, expects=words, expects_until=until, created_at=0)


def expected(tx: Tx, channel: str, address: str, now: int) -> dict[str, Any] | None:
    """What the address was asked last and may still answer, or None."""
    row = tx.one("people.expected", channel=channel, address=address, now=now)
    return None if row is None else dict(json.loads(row["expects"]))


def mark_unreachable(tx: Tx, channel: str, address: str, reason: str) -> bool:
    """Notes why an address cannot be written to ('': it can again); says whether that is a change."""
    return tx.run("people.mark_unreachable", channel=channel, address=address, reason=reason) > 0


def zone(person: Row, fallback: str) -> str:
    """The person's IANA time zone, or the fallback where none is known or it is no zone."""
    return person["time_zone"] if is_zone(person["time_zone"]) else fallback


def is_zone(name: str) -> bool:
    """Whether this is the name of an IANA time zone, such as Asia/Shanghai."""
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (KeyError, OSError, ValueError):  # unknown, a folder's name, no name at all: zoneinfo raises all three
        return False


def fold_name(name: str) -> str:
    """A name as it is searched by: width and case folded, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _facts(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "language", "time_zone", "segment", "value", "vip")}


def _reference(known_as: tuple[str, str] | None) -> Iterable[tuple[str, str]]:
    return [(f"id:{known_as[0]}", known_as[1])] if known_as and known_as[1] else []


def _resolve(
    tx: Tx,
    links: Sequence[tuple[str, str]],
    language: str,
    now: int,
    unite: Callable[[Tx, str, str, int], bool] | None,
) -> tuple[str, bool]:
    known: dict[tuple[str, str], str] = {}
    for channel, address in links:
        row = by_address(tx, channel, address)
        if row is not None:
            known[channel, address] = row["id"]
    found = next(iter(known.values()), "")
    if unite is not None and len(set(known.values())) > 1:
        named_by = next(channel for channel, _ in known)
        others = {owner for (channel, _), owner in known.items() if owner != found and channel != named_by}
        for owner in sorted(others):
            unite(tx, found, owner, now)
    new = sorted(link for link in links if link not in known)
    if unite is not None and found and new and tx.one("people.has_role", id=found):
        new = [link for link in new if link[0].startswith("id:")]
    target = found or tx.new_id()
    for channel, address in new:  # one order everywhere: no deadlock
        row = tx.one(
            "people.link", channel=channel, address=address, person_id=target, language=language, created_at=now
        )
        owner = row["person_id"] if row else ""
        if owner and owner != target and not found:  # somebody else linked it a moment ago
            tx.run("people.relink", old=target, new=owner)
            found = target = owner
    return target, not found


def _laid_over(row: Row, facts: Mapping[str, Any], attributes: Mapping[str, Any]) -> Row:
    merged = {key: row[key] if new in ("", None) else new for key, new in facts.items()}
    old = json.loads(row["attributes"])
    merged["attributes"] = (
        json.dumps({**old, **attributes}, ensure_ascii=False, sort_keys=True) if attributes else row["attributes"]
    )
    merged["name_folded"] = fold_name(merged["name"])
    return merged


def _differs(row: Row, merged: Row) -> bool:
    return any(row[key] != value for key, value in merged.items())
