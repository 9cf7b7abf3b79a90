"""Goodwill: granted at once within the team's budget, by a second person beyond it; each grant on the case's record.

The budget is that of the team's present policy, not the case's: a month's money is one for all its cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cxbot.domain import calendar, goodwill
from cxbot.domain.cases import DAY, Refusal
from cxbot.domain.roles import RANK, may
from cxbot.ports import Row, Tx
from cxbot.transactions import case_access, case_messages, case_work, cases, outbox, people, settings, teams

KEY = "g:"
"""How the key begins of what is pressed to decide: `g:<approve or refuse>:<grant>`."""
GIVEN_IN = ("open", "claimed", "resolved")
NOT_ANY_MORE = ("dismissed", "merged")
MOST_LISTED = 10


@dataclass(frozen=True, slots=True)
class Granted:
    """What was given or asked for: the row of the grant, its case, who can approve it, and which budgets it exceeds."""

    grant: Row
    case: Row
    approvers: tuple[str, ...] = ()
    beyond: tuple[goodwill.Limit, ...] = ()

    @property
    def money(self) -> str:
        """The amount as it is written."""
        return goodwill.shown(self.grant["amount"], self.grant["currency"])

    @property
    def state(self) -> str:
        """What became of it: asked, granted, refused, withdrawn or expired."""
        return _shown_state(self.grant)


def named(beyond: Iterable[str]) -> list[dict[str, Any]]:
    """What the budgets are called that something goes beyond."""
    return [{"key": f"goodwill.beyond.{each}", "args": {}} for each in beyond]


def budget(tx: Tx, team_id: str) -> goodwill.Budget | None:
    """What the team may give without asking; None where it gives nothing."""
    team = teams.get(tx, team_id) if team_id else None
    found = teams.policy(team).goodwill if team else goodwill.Budget("")
    return found if found.currency else None


def ask(
    tx: Tx, case_id: str, actor_id: str, now: int, *, amount: int, reason: str, told: str = "", via: str = ""
) -> Granted | Refusal:
    """Grants an amount to the customer of a case, or asks a second person where it goes beyond the budget.

    `amount` is in the smallest unit; `told` is what the customer reads once it is granted, '' for nothing; `via` is
    where it came from, for the record.
    """
    known = tx.one("cases.get", id=case_id)
    person = people.lock(tx, known["person_id"]) if known else None
    case = cases.lock(tx, case_id)
    if case is None or person is None:
        return Refusal("refuse.stale")
    # Two grants at once: the second waits here for the first, then counts it.
    team = tx.one("teams.hold", id=case["team_id"])
    if (refusal := why_not(tx, case, actor_id)) is not None:
        return refusal
    assert team is not None
    limits = teams.policy(team).goodwill
    of_person, of_team = _given(tx, case["person_id"], team, limits.currency, now)
    beyond = goodwill.beyond(limits, amount, of_person=of_person, of_team=of_team)
    approvers = _approvers(tx, team, actor_id) if beyond else []
    if beyond and not approvers:
        refused = {"money": goodwill.shown(amount, limits.currency), "beyond": named(beyond)}
        return Refusal("refuse.goodwill_nobody", refused)
    grant = _insert(tx, case, team, now, amount=amount, reason=reason, told=told, actor_id=actor_id, waits=bool(beyond))
    # What came before it can no longer be taken back by itself, and this cannot.
    case = cases.write(tx, case, {"undo": "", "undo_until": 0}, now)
    args = {"amount": amount, "currency": limits.currency, "for": reason, "beyond": list(beyond)}
    cases.record(tx, case_id, actor_id, f"goodwill_{grant['state']}", {**args, **cases.came_by(via)}, now)
    if beyond:
        has = {"had": of_person, "most": limits.person}
        has_shown = {name: goodwill.shown(each, limits.currency) for name, each in has.items()}
        _ask_for_approval(tx, case, team, grant, list(beyond), approvers, has_shown, now)
    else:
        _say(tx, case, grant, "goodwill.granted", {"by": people.name_of(tx, actor_id)}, now)
        _tell(tx, case, grant, via, now)
    case_messages.redraw(tx, cases.get(tx, case_id), now)
    names = tuple(people.name_of(tx, each) for each in approvers)
    return Granted(grant, case, names, beyond)


def why_not(tx: Tx, case: Row, actor_id: str) -> Refusal | None:
    """Why somebody can give nothing in a case as it is now; None where they can, or can ask to."""
    if not case_access.allowed(tx, case, actor_id):
        return Refusal("refuse.not_member", {"who": case_messages.lead_names(tx, case["team_id"])})
    if case["state"] not in GIVEN_IN:
        return Refusal("refuse.closed", {"state": case["state"]})
    if budget(tx, case["team_id"]) is None:
        team = teams.get(tx, case["team_id"])
        return Refusal("refuse.goodwill_off", {"team": team["name"] if team else ""})
    return None


def decide(tx: Tx, grant_id: str, approved: bool, actor_id: str, now: int, *, via: str = "") -> Granted | Refusal:
    """A second person approves or refuses, once; the one who asked can only withdraw it, which is their refusal."""
    case, grant = _held(tx, grant_id)
    if grant is None or case is None:
        return Refusal("refuse.stale")
    if grant["state"] != "asked":
        args = {"state": _shown_state(grant), "by": people.name_of(tx, grant["decided_by"])}
        return Refusal("refuse.goodwill_decided", args)
    team = teams.get(tx, grant["team_id"])
    own = actor_id == grant["asked_by"]
    if team is None or not (may_decide(tx, team, actor_id) or (own and not approved)):
        names = [people.name_of(tx, each) for each in _approvers(tx, team, grant["asked_by"])] if team else []
        return Refusal("refuse.goodwill_not_yours", {"who": names})
    if own and approved:
        names = [people.name_of(tx, each) for each in _approvers(tx, team, actor_id)]
        return Refusal("refuse.goodwill_own", {"who": names})
    if approved and case["state"] in NOT_ANY_MORE:
        return Refusal("refuse.closed", {"state": case["state"]})
    if grant["due_at"] <= now:
        _lapse(tx, case, grant, now)
        return Refusal("refuse.goodwill_decided", {"state": "expired", "by": ""})
    grant = _decided(tx, case, grant, "granted" if approved else "refused", actor_id, via, now)
    if approved:
        _tell(tx, case, grant, via, now)
    case_messages.redraw(tx, cases.get(tx, case["id"]), now)
    return Granted(grant, case)


def step(tx: Tx, grant_id: str, now: int) -> str:
    """What time does to a grant: nobody decided, so it lapses, and the one who asked is told."""
    case, grant = _held(tx, grant_id)
    if grant is None or case is None or grant["state"] != "asked" or grant["due_at"] > now:
        return "none"
    _lapse(tx, case, grant, now)
    return "expired"


def _held(tx: Tx, grant_id: str) -> tuple[Row | None, Row | None]:
    """A grant with its case, both held, and the team with them: what is granted now counts for the next grant."""
    known = tx.one("grants.get", id=grant_id)
    if known is None:
        return None, None
    case = cases.lock(tx, known["case_id"])
    tx.one("teams.hold", id=known["team_id"])
    return case, tx.one("grants.hold", id=grant_id)


def may_decide(tx: Tx, team: Row, actor_id: str) -> bool:
    """Whether somebody may approve goodwill of a team: its leads, whoever it escalates to, those with a role above."""
    roles = teams.roles_of(tx, actor_id) if actor_id else {}
    to = teams.policy(team).escalate_to
    return (
        may(roles, "approve_goodwill", team["id"])
        or (bool(to) and actor_id == to)
        or may(roles, "approve_goodwill", to or "none")
    )


def approvers(tx: Tx, grant: Row) -> list[str]:
    """The ids of those who are asked to decide on a grant."""
    team = teams.get(tx, grant["team_id"])
    return _approvers(tx, team, grant["asked_by"]) if team else []


def _approvers(tx: Tx, team: Row, except_id: str) -> list[str]:
    """The ids of those who may decide, but for the one who asked: the team's leads, else who stands above them."""
    to = teams.policy(team).escalate_to
    escalated = [to] if to and people.get(tx, to) else _leads(tx, to) if to else []
    for found in (_leads(tx, team["id"]), escalated, _leads(tx, teams.EVERYWHERE)):
        others = [person_id for person_id in found if person_id != except_id]
        if others:
            return others
    return []


def _leads(tx: Tx, team_id: str) -> list[str]:
    return [row["person_id"] for row in teams.members(tx, team_id) if RANK[row["role"]] >= RANK["lead"]]


def _insert(
    tx: Tx, case: Row, team: Row, now: int, *, amount: int, reason: str, told: str, actor_id: str, waits: bool
) -> Row:
    policy = teams.policy(team)
    minutes = policy.goodwill_wait_hours * 60
    grant_id = tx.new_id()
    tx.run(
        "grants.insert",
        id=grant_id,
        case_id=case["id"],
        person_id=case["person_id"],
        team_id=team["id"],
        amount=amount,
        currency=policy.goodwill_currency,
        reason=reason,
        told=told,
        state="asked" if waits else "granted",
        asked_by=actor_id,
        asked_at=now,
        decided_by="" if waits else actor_id,
        decided_at=0 if waits else now,
        due_at=calendar.add_business(teams.hours(team), team["time_zone"], now, minutes) if waits else 0,
    )
    grant = tx.one("grants.get", id=grant_id)
    assert grant is not None
    return grant


def _decided(tx: Tx, case: Row, grant: Row, state: str, actor_id: str, via: str, now: int) -> Row:
    """Writes down what became of it, closes the question, and tells the one who asked."""
    tx.run("grants.decide", id=grant["id"], state=state, decided_by=actor_id, decided_at=now)
    after = tx.one("grants.get", id=grant["id"])
    assert after is not None
    state = _shown_state(after)
    args = {"amount": grant["amount"], "currency": grant["currency"], "for": grant["reason"]}
    cases.record(tx, case["id"], actor_id, f"goodwill_{state}", {**args, **cases.came_by(via)}, now)
    by = people.name_of(tx, actor_id)
    for row_id in json.loads(grant["row_ids"]):
        _close(tx, row_id, {**_facts(tx, case, grant), "state": _state(state), "by": by}, now)
    args = {"by": by, "who": people.name_of(tx, grant["asked_by"])}
    called = [grant["asked_by"]] if actor_id != grant["asked_by"] else []
    _say(tx, case, grant, f"goodwill.{'approved' if state == 'granted' else state}", args, now, called)
    return after


def _shown_state(grant: Row) -> str:
    """A refusal by the one who asked is a withdrawal."""
    withdrawn = grant["state"] == "refused" and grant["decided_by"] == grant["asked_by"]
    return "withdrawn" if withdrawn else str(grant["state"])


def _lapse(tx: Tx, case: Row, grant: Row, now: int) -> None:
    _decided(tx, case, grant, "expired", "", "", now)
    case_messages.redraw(tx, case, now)


def _tell(tx: Tx, case: Row, grant: Row, via: str, now: int) -> None:
    """What the customer reads of it goes the way of every reply, in the name of who asked; recorded where it cannot."""
    if not grant["told"]:
        return
    told = case_work.act(tx, case["id"], "reply", grant["asked_by"], now, via=via, words=grant["told"])
    if isinstance(told, Refusal):
        args = {"message": "customer.reply", "reason": told.key}
        cases.record(tx, case["id"], "", "not_told", args, now)
        _say(tx, case, grant, "goodwill.not_told", {"who": people.name_of(tx, grant["asked_by"])}, now)


# What the team reads --------------------------------------------------------------------------------------------------


def _facts(tx: Tx, case: Row, grant: Row) -> dict[str, Any]:
    return {
        "money": goodwill.shown(grant["amount"], grant["currency"]),
        "name": people.name_of(tx, case["person_id"]),
        "reason": grant["reason"],
        "code": case["code"],
    }


def _state(state: str) -> dict[str, Any]:
    return {"key": f"goodwill.state.{state}", "args": {}}


def _say(
    tx: Tx, case: Row, grant: Row, key: str, args: dict[str, Any], now: int, mention: list[str] | None = None
) -> None:
    case_messages.team_says(tx, case, key, {**_facts(tx, case, grant), **args}, now, mention=mention or ())


def _ask_for_approval(
    tx: Tx, case: Row, team: Row, grant: Row, beyond: list[str], approvers: list[str], has: dict[str, str], now: int
) -> None:
    """Asks in the team's channel; who may decide and does not read that one is asked where they are, too."""
    args = {
        **_facts(tx, case, grant),
        **has,
        "by": people.name_of(tx, grant["asked_by"]),
        "beyond": named(beyond),
        "who": [people.name_of(tx, each) for each in approvers],
        "until": grant["due_at"],
        "typed": {"key": "goodwill.typed", "args": {"code": case["code"]}},
        "choices": [
            {"key": f"{KEY}{action}:{grant['id']}", "label": {"key": f"goodwill.{action}", "args": {}}, "style": style}
            for action, style in (("approve", "primary"), ("refuse", "danger"))
        ],
    }
    rows = [case_messages.team_says(tx, case, "goodwill.asked", args, now, mention=approvers)]
    here = {row["person_id"] for row in teams.members(tx, team["id"])}
    if not here & set(approvers):
        rows.append(_ask_elsewhere(tx, case, team, approvers, args, now))
    tx.run("grants.asked_where", id=grant["id"], row_ids=json.dumps([row for row in rows if row]))


def _ask_elsewhere(tx: Tx, case: Row, team: Row, approvers: list[str], args: dict[str, Any], now: int) -> str:
    to = teams.policy(team).escalate_to
    other = teams.get(tx, to) if to else None
    if other is not None and other["id"] != team["id"]:
        return case_messages.team_says(tx, case, "goodwill.asked", args, now, team=other, mention=approvers)
    person = people.get(tx, approvers[0])
    address = people.address_of(tx, approvers[0])
    if person is None or address is None:
        return ""
    language = person["language"] or settings.company(tx).language
    zone = people.zone(person, team["time_zone"])
    where = {"channel": address["channel"], "address": address["address"], "language": language}
    return outbox.say(tx, now, key="goodwill.asked", args={**args, "zone": zone}, case_id=case["id"], **where)


def _close(tx: Tx, row_id: str, args: dict[str, Any], now: int) -> None:
    """The question without its buttons."""
    row = tx.one("outbox.get", id=row_id)
    if row is None:
        return
    where = {name: row[name] for name in ("channel", "address", "language", "order_key", "case_id", "thread_of")}
    zone = outbox.arguments(row).get("zone", "")
    outbox.say(tx, now, key="goodwill.decided", args={"zone": zone, **args}, replaces=row_id, **where)


# Figures --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """What a team gave in a time: sums and numbers by state and currency, what is left, and the newest grants."""

    counts: tuple[Row, ...]
    listed: tuple[Row, ...]
    budget: goodwill.Budget | None
    left: int
    """Of the team's budget of the present month."""


def figures(tx: Tx, team_id: str, since: int, until: int, now: int) -> Figures:
    """The goodwill of a team between two moments. Reads only."""
    of = {"team_id": team_id, "since": since, "until": until}
    team = teams.get(tx, team_id)
    assert team is not None
    limits = budget(tx, team_id)
    left = 0
    if limits is not None:
        start, end = goodwill.month(now, team["time_zone"])
        given = _sum(tx, "of_team", team_id=team_id, since=start, until=end, currency=limits.currency)
        left = max(0, limits.team - given)
    listed = tx.all("grants.listed", most=MOST_LISTED, **of)
    return Figures(tuple(tx.all("grants.counts", **of)), tuple(listed), limits, left)


def of_case(tx: Tx, case_id: str) -> list[dict[str, str]]:
    """What was given and asked for in a case, as plain data for its card."""
    return [
        {"money": goodwill.shown(row["amount"], row["currency"]), "state": row["state"]}
        for row in tx.all("grants.of_case", case_id=case_id)
    ]


@dataclass(frozen=True, slots=True)
class Left:
    """A team's budget, and what is left of it for one customer and this month."""

    budget: goodwill.Budget
    person: int
    team: int

    @property
    def without_asking(self) -> int:
        """The most that may be given now without asking a second person."""
        return min(self.budget.each, self.person, self.team)


def left(tx: Tx, case: Row, now: int) -> Left | None:
    """What may still be given in a case; None where its team gives nothing. Reads only."""
    limits, team = budget(tx, case["team_id"]), teams.get(tx, case["team_id"])
    if limits is None or team is None:
        return None
    of_person, of_team = _given(tx, case["person_id"], team, limits.currency, now)
    return Left(limits, max(0, limits.person - of_person), max(0, limits.team - of_team))


def unreadable(why: goodwill.Unreadable, currency: str) -> tuple[str, dict[str, Any]]:
    """Why an amount cannot be used: the message key and its arguments."""
    example = goodwill.shown(20 * 10 ** goodwill.decimals(currency), currency).partition(" ")[2]
    args = {"currency": currency, "n": goodwill.decimals(currency), "example": example}
    return f"form.mistake.amount_{why}", args


def _given(tx: Tx, person_id: str, team: Row, currency: str, now: int) -> tuple[int, int]:
    """What counts already: of the person in 90 days, of the team in its month."""
    since, until = goodwill.month(now, team["time_zone"])
    before = now - goodwill.PERSON_DAYS * DAY
    return (
        _sum(tx, "of_person", person_id=person_id, since=before, currency=currency),
        _sum(tx, "of_team", team_id=team["id"], since=since, until=until, currency=currency),
    )


def _sum(tx: Tx, statement: str, **of: Any) -> int:
    row = tx.one(f"grants.{statement}", **of)
    return int(row["amount"]) if row else 0
