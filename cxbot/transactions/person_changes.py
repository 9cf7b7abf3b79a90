"""What a colleague changes about somebody: facts, addresses, and consent that was given or withdrawn elsewhere."""

from __future__ import annotations

from typing import Any, Literal

from cxbot.ports import Row, Tx
from cxbot.transactions import consent, people

FACTS = ("name", "language", "time_zone", "segment", "value", "vip")
"""What can be set."""

Linked = Literal["done", "same", "elsewhere"]


def set_fact(tx: Tx, person_id: str, what: str, value: Any, actor_id: str, now: int) -> bool:
    """Sets one of FACTS as it stands in the row; says whether that is a change."""
    person = people.lock(tx, person_id)
    if person is None or person[what] == value:
        return False
    columns = {name: person[name] for name in (*FACTS, "attributes")} | {what: value}
    tx.run("people.update", id=person["id"], name_folded=people.fold_name(str(columns["name"])), **columns)
    args = {"what": what, "from": person[what], "to": value}
    people.record(tx, person["id"], actor_id, "person.changed", args, now)
    return True


def add_address(tx: Tx, person_id: str, channel: str, address: str, actor_id: str, now: int) -> Linked:
    """Gives a person an address that nobody has; one of somebody else stays with them."""
    person = people.lock(tx, person_id)
    assert person is not None
    owner = people.by_address(tx, channel, address)
    if owner is not None:
        return "same" if owner["id"] == person["id"] else "elsewhere"
    linked = tx.one("people.link", channel=channel, address=address, person_id=person["id"], language="",
                    created_at=now)  # fmt: skip
    if linked is None or linked["person_id"] != person["id"]:
        return "elsewhere"
    args = {"to": f"{channel}:{address}"}
    people.record(tx, person["id"], actor_id, "person.address_added", args, now)
    return "done"


def remove_address(tx: Tx, person_id: str, channel: str, address: str, actor_id: str, now: int) -> bool:
    """Takes an address away; what was to be said to the person there is not said. Says whether they had it."""
    person = people.lock(tx, person_id)
    if person is None or not tx.run("people.unlink", person_id=person["id"], channel=channel, address=address):
        return False
    tx.run(
        "outbox.cancel_of_person", person_id=person["id"], channel=channel, address=address, reason="address_removed"
    )
    args = {"from": f"{channel}:{address}"}
    people.record(tx, person["id"], actor_id, "person.address_removed", args, now)
    return True


def set_consent(tx: Tx, person: Row, scope: people.Scope, reason: str, actor_id: str, now: int) -> bool:
    """Notes what a person does not want ('' brings them back), and in whose words that was heard."""
    held = people.lock(tx, person["id"])
    if held is None or held["opted_out"] == scope:
        return False
    consent.change(tx, held["id"], scope, now, actor_id=actor_id, **{"from": held["opted_out"], "reason": reason})
    return True
