"""Forgetting a person: what identifies them is erased everywhere; the anonymous numbers and a receipt stay."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cxbot.ports import Row, Tx
from cxbot.transactions import approvals, case_messages, cases, channel_state, invitations, people, teams

FORGOTTEN = "forgotten"
OWN = ("answers", "remarks", "files", "follow_ups", "grants", "decisions", "invitations", "cases", "interactions",
       "absences", "covers", "approvals", "survey_proposals", "pairing_codes", "addresses", "people")  # fmt: skip
"""Tables whose rows are found by the person's id, in the order in which they are erased."""
AT_ADDRESS = ("inbox", "outbox", "dialogues", "allowances", "pairing_tries", "command_turns", "command_counts",
              "survey_previews")  # fmt: skip
"""Tables whose rows are found by each of their addresses."""
KEPT: Mapping[str, frozenset[str]] = {
    "interactions": frozenset({"agent"}),
    "invitations": frozenset({"language"}),
    "responses": frozenset({"language", "score", "band"}),
    "cases": frozenset({"language", "score", "confirm", "policy"}),
    "outbox": frozenset({"language"}),
    "grants": frozenset({"amount"}),
    "approvals": frozenset({"args"}),
    "survey_proposals": frozenset({"why"}),
}
"""What says something of an answer or of a colleague, and not who the person is; ids of rows stay as well."""
STRUCTURE = frozenset({"severity", "ending", "root_cause", "to", "into", "team", "cause", "message", "code", "state"})
"""Names of what stays of the history of a case, besides numbers: no words of anybody."""
CONSENT = frozenset({"scope", "what", "code", "team"})
"""The same of the history of a person."""
SHORTEST = 3
"""A name or an id of fewer signs is not looked for in what others said; of Chinese signs two are enough."""
QUOTED = 40
"""So many signs of what the person wrote are looked for in what was said to others."""
MOST_QUOTES = 20
UNSENT = ("queued", "held", "sending")


@dataclass(frozen=True, slots=True)
class Mentions:
    """Where a person is named in rows that are not theirs, and by what."""

    exact: tuple[str, ...] = ()
    """Addresses and ids: nobody else has them."""
    names: tuple[str, ...] = ()
    """Names and words: others may have the same, so only what colleagues said and read is looked through."""
    own: tuple[str, ...] = ()
    """Messages to them, wherever they went."""
    sent: tuple[tuple[str, str, bool], ...] = ()
    """What came from them elsewhere than in their own conversation, and whether it is called by their address."""
    outbox: tuple[str, ...] = ()
    inbox: tuple[tuple[str, str], ...] = ()
    events: tuple[str, ...] = ()
    states: tuple[tuple[str, str], ...] = ()
    dialogues: tuple[tuple[str, str], ...] = ()
    turns: tuple[tuple[str, str, str, str], ...] = ()
    """What a colleague may say next to a command of theirs: channel, place, sender and kind."""


@dataclass(slots=True)
class _Found:
    outbox: set[str] = field(default_factory=set)
    inbox: set[tuple[str, str]] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    states: set[tuple[str, str]] = field(default_factory=set)
    dialogues: set[tuple[str, str]] = field(default_factory=set)
    turns: set[tuple[str, str, str, str]] = field(default_factory=set)


def look(tx: Tx, args: Mapping[str, Any]) -> Mentions:
    """Looks through everything for mentions of args["person"]; a long read."""
    entries = tx.all("holdings.people", id=args["person"])
    reached = [row["address"] for row in tx.all("holdings.addresses", id=args["person"])]
    exact = tuple(sorted({each for each in reached if _long_enough(each)}))
    whole = {row["name"] for row in entries if _long_enough(row["name"])}
    parts = {part for name in whole for part in name.split() if _long_enough(part)}
    names = tuple(sorted(whole | set(_quotes(tx, args["person"]))))
    colleagues = {row["person_id"] for row in tx.all("forgetting.colleagues")} | {""}
    found = _Found()
    for term in exact:
        _gather(tx, term, found, lambda _: True)
        found.events |= {row["id"] for row in tx.all("forgetting.events_naming", part=_part(term))}
        for row in tx.all("forgetting.states_naming", part=_part(term)):
            found.states.add((row["channel"], row["name"]))
    for term in names:
        _gather(tx, term, found, lambda row: row["person_id"] in colleagues and not row.get("case_id"))
    for term in parts:
        # A colleague may have written only the first name: the command goes, whoever else is called the same.
        for row in tx.all("forgetting.inbox_naming", part=_part(term)):
            if row["person_id"] in colleagues - {""} and _says(row["words"], term):
                found.inbox.add((row["channel"], row["id"]))
    return Mentions(
        exact=exact,
        names=tuple(sorted(whole)),
        own=tuple(row["id"] for row in tx.all("forgetting.outbox_own", id=args["person"])),
        sent=tuple(_sent(tx, args["person"])),
        outbox=tuple(sorted(found.outbox)),
        inbox=tuple(sorted(found.inbox)),
        events=tuple(sorted(found.events)),
        states=tuple(sorted(found.states)),
        dialogues=tuple(sorted(found.dialogues)),
        turns=tuple(sorted(found.turns)),
    )


def forget(tx: Tx, person_id: str, found: Mentions, asked_by: str, approved_by: str, now: int) -> Row | str:
    """Erases a person and gives the receipt; a message key where it cannot be: they work here, or are not there."""
    person = people.lock(tx, person_id)
    if person is None:
        return "forget.nobody"
    person_id = person["id"]
    if teams.roles_of(tx, person_id):
        return "forget.has_role"
    counts: Counter[str] = Counter()
    _end_what_is_open(tx, person_id, now)
    closed = _close_cases(tx, person_id, now)
    every_case = tx.all("forgetting.all_cases", id=person_id)
    for case in every_case:
        counts["outbox"] += tx.run("forgetting.outbox_of_case", case_id=case["id"])
        counts["events"] += _scrub_events(tx, case["id"], STRUCTURE)
    counts["events"] += _scrub_events(tx, person_id, CONSENT)
    for row in tx.all("holdings.addresses", id=person_id):
        _erase_address(tx, row["channel"], row["address"], counts)
    _erase_own(tx, found, counts)
    for table in OWN:
        counts[table] += tx.run(f"forgetting.{table}", id=person_id)
    _erase_mentions(tx, found, counts)
    for case in every_case:
        after = cases.get(tx, case["id"])
        if case["id"] in closed:
            case_messages.team_says(tx, after, "case.forgotten", {}, now)
        case_messages.redraw(tx, after, now)
    return _receipt(tx, person_id, counts, asked_by, approved_by, now)


def receipt(tx: Tx, code: str) -> Row | None:
    """A receipt by its code: `counts` by table, `asker`, `approver`, `forgotten_at`."""
    row = tx.one("forgetting.receipt", code=code.strip().upper())
    return None if row is None else {**row, "counts": json.loads(row["counts"])}


def _receipt(tx: Tx, person_id: str, counts: Counter[str], asked_by: str, approved_by: str, now: int) -> Row:
    code = f"F{approvals.new_code(tx)}"
    done = {table: n for table, n in sorted(counts.items()) if n}
    tx.run(
        "forgetting.receive", code=code, counts=json.dumps(done), asked_by=asked_by, approved_by=approved_by,
        forgotten_at=now,
    )  # fmt: skip
    people.record(tx, person_id, asked_by, "person.forgotten", {"code": code}, now)
    return {"code": code, "counts": done}


def _end_what_is_open(tx: Tx, person_id: str, now: int) -> None:
    open_survey = tx.one("invitations.open_of_person", person_id=person_id)
    waiting = tx.all("invitations.waiting_of_person", person_id=person_id)
    for invitation in [*([open_survey] if open_survey else []), *waiting]:
        state = "declined" if invitation["state"] == "asked" else "not_asked"
        invitations.end(tx, invitation, state, FORGOTTEN, now)
        invitations.decide(tx, person_id, "not_asked", FORGOTTEN, now, invitation=invitation)


def _close_cases(tx: Tx, person_id: str, now: int) -> set[str]:
    """Closes what is being worked for the person; gives the ids."""
    closed: set[str] = set()
    for active in tx.all("cases.active_of_person", person_id=person_id):
        case = cases.lock(tx, active["id"]) or active
        case_messages.stop_asking(tx, case, now, answered=True)
        columns = {"state": "closed", "ending": FORGOTTEN, "closed_at": now, "snoozed_until": 0, "undo": "",
                   "undo_until": 0}  # fmt: skip
        cases.write(tx, case, columns, now)
        cases.record(tx, case["id"], "", FORGOTTEN, {}, now)
        closed.add(case["id"])
    return closed


def _erase_address(tx: Tx, channel: str, address: str, counts: Counter[str]) -> None:
    if channel.startswith("id:"):
        return
    where = {"channel": channel, "address": address}
    for table in AT_ADDRESS:
        counts[table] += tx.run(f"forgetting.{table}", **where)
    counts["sequences"] += tx.run("forgetting.sequences", order_key=f"{channel}:{address}")


def _erase_own(tx: Tx, found: Mentions, counts: Counter[str]) -> None:
    for row_id in found.own:
        counts["outbox"] += tx.run("forgetting.outbox_of_person", id=row_id)
    for channel, inbound_id, named in found.sent:
        statement = "forgetting.inbox_by_id" if named else "forgetting.inbox_sent"
        counts["inbox"] += tx.run(statement, channel=channel, id=inbound_id)


def _scrub_events(tx: Tx, subject_id: str, kept: frozenset[str]) -> int:
    changed = 0
    for row in tx.all("forgetting.events_of", id=subject_id):
        args = json.loads(row["args"])
        after = {name: _bare(value, name in kept) for name, value in args.items()}
        if after != args:
            changed += tx.run("forgetting.event", id=row["id"], args=json.dumps(after))
    return changed


def _bare(value: Any, kept: bool) -> Any:
    return value if (kept and isinstance(value, str)) or isinstance(value, int | float | bool) else ""


def _erase_mentions(tx: Tx, found: Mentions, counts: Counter[str]) -> None:
    terms = (*found.exact, *found.names)
    for row_id in found.outbox:
        row = tx.one("forgetting.message", id=row_id)
        if row is not None and row["args"] != "{}":
            # What has still to be said to somebody else is said, without the name.
            args = _without(json.loads(row["args"]), terms) if row["state"] in UNSENT else {}
            text = json.dumps(args, ensure_ascii=False)
            counts["outbox"] += tx.run("forgetting.message_words", id=row_id, args=text)
    for channel, inbound_id in found.inbox:
        counts["inbox"] += tx.run("forgetting.inbox_words", channel=channel, id=inbound_id)
    for event_id in found.events:
        counts["events"] += tx.run("forgetting.event", id=event_id, args="{}")
    for channel, name in found.states:
        if any(term in name for term in found.exact):
            counts["channel_state"] += tx.run("forgetting.state", channel=channel, name=name)
        else:
            channel_state.put(tx, channel, name, _without(channel_state.get(tx, channel, name), found.exact))
            counts["channel_state"] += 1
    for channel, address in found.dialogues:
        counts["dialogues"] += tx.run("forgetting.dialogues", channel=channel, address=address)
    for channel, place, sender, kind in found.turns:
        where = {"channel": channel, "place": place, "sender": sender, "kind": kind}
        counts["command_turns"] += tx.run("command_turns.end", **where)


def _without(value: Any, terms: Iterable[str]) -> Any:
    """A structure without any of the terms: keys and members that are one go, within words they are blanked."""
    terms = tuple(terms)
    if isinstance(value, dict):
        return {key: _without(each, terms) for key, each in value.items() if key not in terms}
    if isinstance(value, list):
        return [_without(each, terms) for each in value if each not in terms]
    if isinstance(value, str):
        for term in terms:
            value = re.sub(re.escape(term), "…", value, flags=re.IGNORECASE)
    return value


def _sent(tx: Tx, person_id: str) -> Iterable[tuple[str, str, bool]]:
    for row in tx.all("holdings.addresses", id=person_id):
        where = {"channel": row["channel"], "address": row["address"], "part": _part(row["address"])}
        for message in tx.all("forgetting.inbox_elsewhere", **where):
            if message["named"] or not message["at_home"]:
                yield row["channel"], message["id"], bool(message["named"])


def _gather(tx: Tx, term: str, found: _Found, concerns: Callable[[Row], bool]) -> None:
    part = _part(term)
    for row in tx.all("forgetting.outbox_naming", part=part):
        if concerns(row) and (_says(row["args"], term) or _says(row["words"], term)):
            found.outbox.add(row["id"])
    for row in tx.all("forgetting.inbox_naming", part=part):
        if concerns(row) and (_says(row["words"], term) or _says(row["receipt"], term)):
            found.inbox.add((row["channel"], row["id"]))
    for row in tx.all("forgetting.dialogues_naming", part=part):
        if _says(row["form"], term) or _says(row["given"], term):
            found.dialogues.add((row["channel"], row["address"]))
    for row in tx.all("forgetting.turns_naming", part=part):
        if _says(row["body"], term):
            found.turns.add((row["channel"], row["place"], row["sender"], row["kind"]))


def _quotes(tx: Tx, person_id: str) -> list[str]:
    """How the longest things begin that the person wrote, as they would be quoted."""
    said = [row["words"] for row in tx.all("holdings.remarks", id=person_id)]
    said += [row["words"] for row in tx.all("holdings.answers", id=person_id)]
    said += [json.loads(row["value"]) for row in tx.all("holdings.answers", id=person_id) if row["kind"] == "text"]
    lines = {" ".join(each.split())[:QUOTED] for each in said if isinstance(each, str)}
    return sorted((line for line in lines if len(line) >= 2 * SHORTEST), key=len)[-MOST_QUOTES:]


def _long_enough(term: str) -> bool:
    return len(term) >= (SHORTEST if term.isascii() else 2)


def _part(term: str) -> str:
    for sign in "!%_":
        term = term.replace(sign, f"!{sign}")
    return f"%{term}%"


def _says(text: str, term: str) -> bool:
    """Whether a text has the term as a word of its own; Chinese is not divided by blanks."""
    edges = r"(?<![a-z0-9])", r"(?![a-z0-9])"
    before, after = (
        edge if sign.isascii() and sign.isalnum() else "" for edge, sign in zip(edges, term[0] + term[-1], strict=True)
    )
    return re.search(before + re.escape(term) + after, text, re.IGNORECASE) is not None
