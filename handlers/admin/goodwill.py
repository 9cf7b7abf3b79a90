"""goodwill: what a team gave, what waits and what is left; or, with a case and an amount, something given in it."""

from __future__ import annotations

import re
from typing import Any

from cxbot.domain import goodwill as money
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import may
from cxbot.ports import Receipt, Row
from cxbot.transactions import grants, teams
from handlers import goodwill
from handlers.admin import steps
from handlers.grammar import Argument, Call, Command

_THIS = re.compile(r"\s*(this month|本月|这个月|這個月)$", re.IGNORECASE)
_LAST = re.compile(r"\s*(last month|上个?月|上個?月)$", re.IGNORECASE)
_UNIT = re.compile(r"(?<=\d)\s*(yuan|rmb|元|块|塊)(?![A-Za-z])", re.IGNORECASE)
_MONTH = re.compile(r"\s*\b(\d{4})-(\d{1,2})$")


def run(call: Call) -> Receipt:
    """Gives where a case is named, else shows a team's goodwill of a month."""
    subject, details = call.arguments.get("subject", ""), call.arguments.get("details", "")
    code = subject.upper().lstrip("#")
    if code and call.tx.one("cases.by_code", code=code) is not None:
        return _give(call, code, details)
    if re.match(r"\D{0,3}\d", details) and not _MONTH.fullmatch(details):
        return call.say("refuse.no_such_case", code=subject)
    return _show(call, f"{subject} {details}".strip())


def _give(call: Call, code: str, details: str) -> Receipt:
    case = steps.find(call, code)
    if isinstance(case, Receipt):
        return case
    budget = grants.budget(call.tx, case["team_id"])
    if budget is None:
        team = teams.get(call.tx, case["team_id"]) or {"name": ""}
        return call.say("refuse.goodwill_off", team=team["name"])
    written, reason = _split(details.strip(), budget.currency)
    if not written:
        example = money.shown(20 * 10 ** money.decimals(budget.currency), budget.currency).partition(" ")[2]
        given = [
            {"key": "card.goodwill", "args": {"money": each["money"], "state": _named_state(each["state"])}}
            for each in grants.of_case(call.tx, case["id"])
        ]
        return call.say("command.goodwill.which_amount", code=code, example=example, given=given)
    amount = money.read(written, budget.currency)
    if isinstance(amount, str):
        key, args = grants.unreadable(amount, budget.currency)
        return call.say("command.goodwill.no_amount", mistake={"key": key, "args": args}, code=code)
    if not reason or len(reason) > goodwill.LONGEST_REASON:
        return call.say("command.goodwill.no_reason", code=code, amount=written, most=goodwill.LONGEST_REASON)
    waiting = call.tx.all("grants.waiting", case_id=case["id"])
    if any(each["amount"] == amount for each in waiting):
        return call.say("command.goodwill.waits_already", code=code, money=money.shown(amount, budget.currency))
    asked = grants.ask(call.tx, case["id"], call.sender["id"], call.now, amount=amount, reason=reason, via=call.channel)
    if isinstance(asked, Refusal):
        return call.say(asked.key, **goodwill.said(asked))
    key, args = goodwill.done(asked)
    return call.say(key, **args)


def _named_state(state: str) -> dict[str, Any]:
    return {"key": f"goodwill.state.{state}", "args": {}}


def _split(details: str, currency: str) -> tuple[str, str]:
    """The amount and the reason; a unit that stands apart belongs to the amount."""
    unit = " CNY " if currency == "CNY" else r" \1 "
    details = _UNIT.sub(unit, details, count=1)
    first, _, rest = details.partition(" ")
    rest = rest.lstrip()
    second, _, after = rest.partition(" ")
    of_money = money.is_currency(second) or bool(re.fullmatch(r"[A-Z]{3}|(?i:yuan|rmb)|元|块|塊", second))
    if of_money and any(sign.isdigit() for sign in first):
        return f"{first} {second}", _reason(after)
    if re.fullmatch(r"[A-Za-z]{3}", first):
        return f"{first} {second}", _reason(after)
    return first, _reason(rest)


def _reason(words: str) -> str:
    """What it is given for, without the word that leads to it."""
    return re.sub(r"^(?:for|because(?: of)?|因为|因為)\b\s*", "", words.strip(" ,，:："), flags=re.IGNORECASE)


def _show(call: Call, about: str) -> Receipt:
    name, before, given = _read(about)
    team = _team(call, name)
    if team is None:
        return call.say("refuse.no_such_team", team=name, known=[row["id"] for row in teams.all(call.tx)])
    if not may(teams.roles_of(call.tx, call.sender["id"]), "report", team["id"]):
        return call.say("refuse.not_member", who=[row["name"] for row in teams.members(call.tx, team["id"])][:3])
    zone = team["time_zone"]
    since, until = money.month_of(*given, zone) if given else money.month(call.now, zone, before)
    found = grants.figures(call.tx, team["id"], since, until, call.now)
    lines: list[Any] = [
        {"key": f"command.goodwill.{row['state']}", "args": {"n": row["n"], "money": _money(row)}}
        for row in found.counts
    ]
    if found.budget is None:
        lines.append({"key": "refuse.goodwill_off", "args": {"team": team["name"]}})
    elif since <= call.now < until:
        lines.append({"key": "command.goodwill.left", "args": _left(found, found.budget)})
    lines += [
        {"key": "command.goodwill.line", "args": {
            "at": row["asked_at"], "code": row["code"], "name": row["person_name"], "money": _money(row),
            "state": {"key": f"goodwill.state.{row['state']}", "args": {}}, "reason": row["reason"],
            "asked": row["asked_name"],
            "decided": row["decided_name"] if row["decided_name"] != row["asked_name"] else ""}}
        for row in found.listed
    ]  # fmt: skip
    key = "command.goodwill.list" if found.counts else "command.goodwill.none"
    return call.say(key, team=team["name"], since=since, until=until - 1, lines=lines, zone=zone)


def _money(row: Row) -> str:
    return money.shown(int(row["amount"]), row["currency"])


def _left(found: grants.Figures, budget: money.Budget) -> dict[str, str]:
    amounts = {"left": found.left, "team": budget.team, "person": budget.person, "each": budget.each}
    return {name: money.shown(amount, budget.currency) for name, amount in amounts.items()}


def _read(about: str) -> tuple[str, int, tuple[int, int] | None]:
    """The team, how many months before this one, or the month itself where it is written."""
    if found := _MONTH.search(about):
        year, number = int(found[1]), int(found[2])
        if 1 <= number <= 12 and 2000 <= year < 9999:
            return about[: found.start()].strip(), 0, (year, number)
    if found := _LAST.search(about):
        return about[: found.start()].strip(), 1, None
    found = _THIS.search(about)
    return (about[: found.start()] if found else about).strip(), 0, None


def _team(call: Call, name: str) -> Row | None:
    """The team that is named, else the one in whose channel it is asked, else one's own."""
    if name:
        wanted = name.casefold()
        return next((row for row in teams.all(call.tx) if wanted in (row["id"], row["name"].casefold())), None)
    if call.team is not None:
        return call.team
    own = [team_id for team_id in teams.roles_of(call.tx, call.sender["id"]) if team_id]
    rows = [row for row in teams.all(call.tx) if row["id"] in own] or teams.all(call.tx)
    return rows[0] if len(rows) == 1 else None


COMMANDS = [
    Command(
        name="goodwill",
        words={"en": ("goodwill",), "zh-CN": ("补偿",), "zh-TW": ("補償",)},
        permission="work_case",
        run=run,
        arguments=(Argument("subject", required=False), Argument("details", required=False, rest=True)),
        examples={
            "en": ("goodwill support last month", "goodwill K7M2Q9 20 late delivery"),
            "zh-CN": ("补偿 上月", "补偿 K7M2Q9 20 配送迟到"),
            "zh-TW": ("補償 上個月", "補償 K7M2Q9 20 配送遲到"),
        },
    )
]
