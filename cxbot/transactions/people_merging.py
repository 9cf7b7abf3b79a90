"""Two entries that are one person: everything of one becomes the other's, and of what both have the stricter counts.

The entry that was given up stays with its name, for the history names it, and says which one goes on. There is no way
back: what was of which entry is not kept.
"""

from __future__ import annotations

from cxbot.ports import Row, Tx
from cxbot.transactions import case_merging, consent, invitations, people, teams

MERGED = "merged"
GIVEN = (
    "addresses",
    "interactions",
    "invitations",
    "responses",
    "remarks",
    "decisions",
    "files",
    "events",
    "follow_ups",
    "grants",
)
"""Tables of which every row of one entry becomes the other's as it is."""
SECOND_PERSON = ("asked", "decided", "forgotten", "proposals", "asked_grants", "decided_grants")
"""What one asked a second person for, or decided as one: with or without a role nobody approves their own."""
WORK = ("owned", "team_policies", "case_policies", "codes", "made_codes", "absences", "covers", "turns",
        "owned_improvements", "told_improvements", "steps", "storms", "cadences", "drafts", "versions")  # fmt: skip
"""What somebody with a role has besides, and did."""


def merge(tx: Tx, kept_id: str, other_id: str, now: int, *, actor_id: str = "") -> Row:
    """Makes one person of two, who goes on as `kept_id`; returns them as they are then. Once more changes nothing."""
    held = {person_id: people.lock(tx, person_id) for person_id in sorted((kept_id, other_id))}
    kept, other = held[kept_id], held[other_id]
    assert kept is not None
    assert other is not None
    if kept["id"] == other["id"]:
        return kept
    kept_id, other_id = kept["id"], other["id"]
    _leave_one_survey(tx, kept_id, other_id, now)
    for row in people.addresses(tx, other_id):
        tx.run("people_merging.give_outbox", old=other_id, new=kept_id, channel=row["channel"], address=row["address"])
    tx.run("follow_ups.end_twins", old=other_id, new=kept_id, now=now)
    for table in GIVEN:
        tx.run(f"people_merging.give_{table}", old=other_id, new=kept_id)
    for what in SECOND_PERSON:
        tx.run(f"people_merging.give_{what}", old=other_id, new=kept_id)
    _give_cases(tx, kept_id, other_id, actor_id, now)
    for what in ("untold", "improvements", "told_twice"):
        # Of two entries of one improvement the one stays that was told: nobody is told twice.
        tx.run(f"people_merging.{what}", old=other_id, new=kept_id)
    _give_roles(tx, kept_id, other, now)
    people.lay_under(tx, kept, other)
    tx.run(
        "people_merging.newest_clocks",
        id=kept_id,
        acted_at=other["acted_at"],
        introduced_at=other["introduced_at"],
    )
    if scope := consent.stricter(kept, other):
        consent.change(tx, kept_id, scope, now)
    tx.run("people_merging.give_up", old=other_id, new=kept_id)
    people.record(tx, kept_id, actor_id, MERGED, {"from": other_id}, now)
    after = people.get(tx, kept_id)
    assert after is not None
    return after


def found_to_be_one(tx: Tx, kept_id: str, other_id: str, now: int) -> bool:
    """Merges two whom another system names as one, and says whether it did.

    Not where that system has two ids for them, and never somebody with a role: an address that a system reports would
    come by it, which only an admin may give.
    """
    if tx.one("people_merging.set_apart", one=kept_id, other=other_id):
        return False
    merge(tx, kept_id, other_id, now)
    return True


def extent(tx: Tx, person_id: str) -> Row:
    """How much there is of a person: interactions, surveys (asked), responses and cases."""
    row = tx.one("people_merging.extent", person_id=person_id)
    assert row is not None
    return row


def _leave_one_survey(tx: Tx, kept_id: str, other_id: str, now: int) -> None:
    """Of two open surveys the one goes on that was begun, else the newer one."""
    found = [tx.one("invitations.open_of_person", person_id=person_id) for person_id in (kept_id, other_id)]
    both = sorted((row for row in found if row), key=lambda row: (bool(row["response_id"]), row["asked_at"]))
    if len(both) == 2:
        # Expired, not taken back: that they were asked counts for when they may be asked again.
        invitations.end(tx, both[0], "expired", MERGED, now)


def _give_cases(tx: Tx, kept_id: str, other_id: str, actor_id: str, now: int) -> None:
    """Of two cases about the same the one goes on that is being worked, else the one of the entry that is kept."""
    for case in tx.all("cases.active_of_person", person_id=other_id):
        twin = tx.one("cases.active_of_cause", person_id=kept_id, cause=case["cause"])
        if twin is None:
            continue
        ends, stays = (twin, case) if twin["state"] == "resolved" != case["state"] else (case, twin)
        case_merging.join(tx, ends, stays, actor_id, now)
    tx.run("people_merging.give_cases", old=other_id, new=kept_id)


def _give_roles(tx: Tx, kept_id: str, other: Row, now: int) -> None:
    """The higher of two roles in a team; and what somebody with a role has besides: cases, escalations, codes."""
    other_id = other["id"]
    roles = teams.roles_of(tx, other_id)
    if not roles:
        return
    for team_id, role in roles.items():
        teams.give_role(tx, team_id, kept_id, role, now)
    tx.run("people_merging.leave_teams", person_id=other_id)
    for what in WORK:
        tx.run(f"people_merging.give_{what}", old=other_id, new=kept_id)
    tx.run("people_merging.give_changes", old=other_id, new=kept_id, since=other["created_at"])
