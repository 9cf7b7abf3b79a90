"""What a platform tells of an address before anything is sent: who it is, in which language, what it is called."""

from __future__ import annotations

from cxbot.ports import Learned, Row, Tx
from cxbot.transactions import invitations, people, people_merging

MOVED = "moved"
"""Why an address is written to no more that the platform knows by another name."""


def learn(tx: Tx, row: Row, told: Learned, now: int) -> bool:
    """Keeps what was told about the address of a message in flight; says whether the message itself still stands.

    A first question does not: the rules are asked again with what is known now (night, fatigue, consent), and it is put
    anew where and as it belongs. Anything else goes out again to the right address, in the right language.
    """
    channel, address = row["channel"], row["address"]
    person = people.by_address(tx, channel, address)
    if person is None:
        return True
    person = people.lock(tx, person["id"]) or person
    first = _unasked(tx, person["id"], channel, address)
    if told.address != address:
        person = _move(tx, person, channel, address, told.address, now)
    language = "" if person["language"] else told.language
    people.upsert(
        tx,
        now,
        addresses=[(channel, told.address)],
        name="" if person["name"] else told.name,
        language=language,
        time_zone="" if person["time_zone"] else told.time_zone,
        attributes=told.attributes,
    )
    tx.run("learning.unsent", channel=channel, old=address, new=told.address, language=language)
    for invitation in first:
        invitations.step(tx, invitation["id"], now)
    return row["invitation_id"] not in {invitation["id"] for invitation in first}


def _unasked(tx: Tx, person_id: str, channel: str, address: str) -> list[Row]:
    """Takes back what was asked there and has not arrived: it waits again to be asked."""
    rows = tx.all("learning.unasked", person_id=person_id, channel=channel, address=address)
    for row in rows:
        tx.run("learning.back_to_waiting", id=row["id"])
        tx.run("outbox.cancel_of_invitation", invitation_id=row["id"], reason="learned")
    return rows


def _move(tx: Tx, person: Row, channel: str, old: str, new: str, now: int) -> Row:
    """The address has another name: that one is written to from now on. Whoever has it already is the same person."""
    linked = tx.one("people.link", channel=channel, address=new, person_id=person["id"], language="", created_at=now)
    owner_id = str(linked["person_id"]) if linked else ""
    people.mark_unreachable(tx, channel, old, MOVED)
    tx.run("learning.expects", channel=channel, old=old, new=new)
    for table in ("cases", "invitations"):
        tx.run(f"learning.move_{table}", channel=channel, old=old, new=new)
    if not owner_id or owner_id == person["id"]:
        return person
    return people_merging.merge(tx, owner_id, person["id"], now)
