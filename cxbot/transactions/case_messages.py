"""What is said about a case: the alert and the lines under it in the team's channel, and what the customer is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain import calendar
from cxbot.domain import cases as workflow
from cxbot.ports import Row, Tx
from cxbot.transactions import case_access, case_copies, cases, outbox, people, places, rotas, settings, teams


def alert(tx: Tx, case: Row, now: int, *, replaces: str = "", due_at: int = 0) -> str:
    """The card in the team's channel, drawn from the case when it is sent; recorded where no team can be told."""
    team = team_of(tx, case["team_id"])
    if team is None or not team["place"]:
        cases.record(tx, case["id"], "", "no_team_channel", {"team": case["team_id"]}, now)
        return ""
    channel, address = places.of_team(tx, team)
    return outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=team["language"],
        kind="card",
        order_key=case["id"],
        case_id=case["id"],
        replaces=replaces,
        due_at=due_at,
        supersedes=not due_at,
    )


def show(tx: Tx, case: Row, now: int) -> Row:
    """Shows the alert, under which all else is said; returns the case with it."""
    team = team_of(tx, case["team_id"])
    if team is not None and rotas.get(tx, team) and rotas.current(tx, team, now) is None:
        cases.record(tx, case["id"], "", "nobody_on_call", {}, now)
    return cases.write(tx, case, {"alert_at": 0, "card_id": alert(tx, case, now)}, now)


def redraw(tx: Tx, case: Row, now: int) -> None:
    """Brings the alert up to date, and once more when its undo has lapsed; likewise what was asked for beside it."""
    case_copies.redraw(tx, case, now)
    if not case["card_id"]:
        return
    alert(tx, case, now, replaces=case["card_id"])
    if case["undo_until"] > now:
        alert(tx, case, now, replaces=case["card_id"], due_at=case["undo_until"])


def team_says(
    tx: Tx,
    case: Row,
    key: str,
    args: Mapping[str, Any],
    now: int,
    *,
    team: Row | None = None,
    mention: Sequence[str] = (),
) -> str:
    """A line under the alert, in the language and the time zone of the team; '' where the team has no channel.

    `mention` are the ids of those who should act on it.
    """
    team = team or team_of(tx, case["team_id"])
    if team is None or not team["place"] or case["alert_at"]:
        # Before the alert itself nothing is said about a case: the alert will show it.
        return ""
    home = team["id"] == case["team_id"]
    channel, address = places.of_team(tx, team)
    called = {"mention": list(mention)} if mention else {}
    return outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=team["language"],
        key=key,
        args={"code": case["code"], **team_times(tx, team, case, now), **called, **args},
        order_key=case["id"] if home else "",
        case_id=case["id"],
        thread_of=(case["card_id"] or _card_of_storm(tx, case)) if home else "",
    )


def _card_of_storm(tx: Tx, case: Row) -> str:
    incident = tx.one("incidents.get", id=case["incident_id"]) if case["incident_id"] else None
    return str(incident["card_id"]) if incident else ""


def tell_customer(
    tx: Tx,
    case: Row,
    key: str,
    args: Mapping[str, Any],
    now: int,
    *,
    due_at: int = 0,
    expires_at: int = 0,
    replaces: str = "",
) -> str:
    """A message about the case to the customer; recorded, not sent, where they want no messages at all."""
    person = people.get(tx, case["person_id"])
    reason = why_not_told(tx, case)
    if person is None or reason:
        cases.record(tx, case["id"], "", "not_told", {"message": key, "reason": reason}, now)
        return ""
    return outbox.say(
        tx,
        now,
        channel=case["channel"],
        address=case["address"],
        language=case["language"],
        key=key,
        args={"code": case["code"], **times(tx, person, case, now), **args},
        person_id=person["id"],
        case_id=case["id"],
        due_at=due_at,
        expires_at=expires_at,
        replaces=replaces,
    )


def why_not_told(tx: Tx, case: Row) -> str:
    """Why nothing can be sent to the customer of a case: "opted_out" (of all messages), "no_address", or ''."""
    person = people.get(tx, case["person_id"])
    if person is not None and person["opted_out"] == "all":
        return "opted_out"
    return "" if person is not None and case["address"] else "no_address"


def reach_otherwise(tx: Tx, case: Row, now: int) -> None:
    """A task for who acts: the customer does not know what was done, and has to be told another way."""
    reached = {"key": f"c:reached:{case['id']}", "label": {"key": "card.action.reached", "args": {}}, "style": ""}
    reason = {"key": f"untold.{case['untold']}", "args": {}}
    args = {"who": acting_name(tx, case, now), "reason": reason, "choices": [reached]}
    team_says(tx, case, "case.untold", args, now, mention=who_acts(tx, case, now))


def notice(tx: Tx, person: Row, case: Row, key: str, now: int, *, sorry: str = "generic") -> dict[str, Any]:
    """What the customer reads at once: sorry for what, the case's number, which team, and by when in their time."""
    team = team_of(tx, case["team_id"])
    args = {
        "sorry": {"key": f"sorry.{sorry}", "args": {}},
        "code": case["code"],
        "team": team["name"] if team else settings.company(tx).name_in(case["language"]),
        "promised_at": case["promised_at"],
        **times(tx, person, case, now),
    }
    return {"key": key, "args": args}


def times(tx: Tx, person: Row, case: Row, now: int) -> dict[str, Any]:
    """How a customer is told times: in which zone, and whether with its offset, for they may be meant otherwise."""
    zone = people.zone(person, zone_of(case))
    if people.is_zone(person["time_zone"]):
        return {"zone": zone, "offset": not calendar.same_clock(zone, zone_of(case), now)}
    elsewhere = [team for team in teams.all(tx) if not calendar.same_clock(zone, team["time_zone"], now)]
    return {"zone": zone, "offset": bool(elsewhere)}


def team_times(tx: Tx, team: Row, case: Row, now: int) -> dict[str, Any]:
    """How a team is told times: in its own zone, with the offset where the customer's clock shows another time."""
    person = people.get(tx, case["person_id"])
    zone = people.zone(person, zone_of(case)) if person else zone_of(case)
    return {"zone": team["time_zone"], "offset": not calendar.same_clock(zone, team["time_zone"], now)}


def stop_asking(tx: Tx, case: Row, now: int, *, answered: bool = False) -> None:
    """Ends "is it fixed?" where it was asked of this case: no answer is expected, and the question is closed."""
    expected = people.expected(tx, case["channel"], case["address"], now)
    if expected is None or expected.get("case") != case["id"]:
        return
    people.expect(tx, case["channel"], case["address"], None, 0)
    if not answered:
        tell_customer(tx, case, "question.closed", {}, now, replaces=expected["row"])


def who_fixed(tx: Tx, case: Row) -> str:
    """The name of who resolved a case, which need not be its owner."""
    row = tx.one("cases.last_event", subject_id=case["id"], kind="resolved")
    return str(row["actor_name"]) if row and row["actor_name"] else owner_name(tx, case)


def who_acts(tx: Tx, case: Row, now: int) -> list[str]:
    """The ids of those who should act: the owner, else who is on call, else the team's leads.

    Nobody who is away, nor an owner who may not work the case any more.
    """
    return [row["person_id"] for row in _acting(tx, case, now)]


def acting_name(tx: Tx, case: Row, now: int) -> str:
    """Those who should act, by name."""
    return ", ".join(row["name"] for row in _acting(tx, case, now))


def _acting(tx: Tx, case: Row, now: int) -> list[Row]:
    return rotas.acting(tx, team_of(tx, case["team_id"]), case_access.owner(tx, case), now)


def owner_name(tx: Tx, case: Row) -> str:
    """Whose the case is: the owner's name, else those of the team's leads."""
    if case["owner_id"]:
        owner = people.get(tx, case["owner_id"])
        return owner["name"] if owner else ""
    return ", ".join(lead_names(tx, case["team_id"]))


def lead_names(tx: Tx, team_id: str) -> list[str]:
    """The names of a team's leads; of all its members where it has none."""
    return [member["name"] for member in leads(tx, team_id)]


def leads(tx: Tx, team_id: str) -> list[Row]:
    """A team's leads; all its members where it has none."""
    members = teams.members(tx, team_id)
    return [member for member in members if member["role"] in ("lead", "admin", "owner")] or members


def team_of(tx: Tx, team_id: str) -> Row | None:
    """The team a case is shown to: its own, else the first there is; None where there is none at all."""
    team = teams.get(tx, team_id) if team_id else None
    if team is None:
        everyone = teams.all(tx)
        team = everyone[0] if everyone else None
    return team


def zone_of(case: Row) -> str:
    """The time zone of the team, as it was when the case was opened."""
    return workflow.Terms.load(case["policy"]).zone
