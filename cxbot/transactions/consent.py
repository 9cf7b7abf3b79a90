"""What a person does not want, and what ends with it."""

from __future__ import annotations

from cxbot.ports import Row, Tx
from cxbot.transactions import improvement_telling, invitations, people

STRICTER: tuple[people.Scope, ...] = ("", "surveys", "all")
"""Each wants less than the ones before it."""


def change(tx: Tx, person_id: str, scope: people.Scope, now: int, *, actor_id: str = "", **more: str) -> None:
    """Notes what the person does not want ('' brings them back) and ends what they were or would have been asked.

    Who wants no messages at all is sent nothing either that has not left yet. `actor_id` and `more`: see `opt_out`.
    """
    people.opt_out(tx, person_id, scope, now, actor_id=actor_id, **more)
    if scope:
        open_survey = tx.one("invitations.open_of_person", person_id=person_id)
        waiting = tx.all("invitations.waiting_of_person", person_id=person_id)
        for invitation in [*([open_survey] if open_survey else []), *waiting]:
            state = "declined" if invitation["state"] == "asked" else "not_asked"
            invitations.end(tx, invitation, state, "opted_out", now)
            invitations.decide(tx, person_id, "not_asked", "opted_out", now, invitation=invitation)
        improvement_telling.take_back(tx, person_id, "opted_out", now)
    if scope == "all":
        for row in people.addresses(tx, person_id):
            tx.run(
                "outbox.cancel_of_person",
                person_id=person_id,
                channel=row["channel"],
                address=row["address"],
                reason="opted_out",
            )


def stricter(one: Row, other: Row) -> people.Scope:
    """What two entries of one person do not want together."""
    return max(one["opted_out"], other["opted_out"], key=STRICTER.index)
