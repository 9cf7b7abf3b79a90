"""goodwill approve, refuse, withdraw: a second person's answer to goodwill that waits, typed with the case's code."""

from __future__ import annotations

from collections.abc import Callable

from cxbot.domain import goodwill as money
from cxbot.domain.cases import Refusal
from cxbot.ports import Receipt, Row
from cxbot.transactions import case_access, grants, people, teams
from handlers import goodwill
from handlers.admin import case_actions
from handlers.grammar import Argument, Call, Command

GRANT = "grant"
"""The argument with the id of the one that was chosen, where several waited."""


def _deciding(action: str) -> Callable[[Call], Receipt]:
    def run(call: Call) -> Receipt:
        code = call.arguments["case"].lstrip("#").upper()
        case = call.tx.one("cases.by_code", code=code)
        if case is None or not _may_know(call, case):
            return call.say("refuse.no_such_case", code=code)
        waiting = call.tx.all("grants.waiting", case_id=case["id"])
        own = [row for row in waiting if row["asked_by"] == call.sender["id"]]
        if waiting and action == "withdraw" and not own:
            who = [people.name_of(call.tx, row["asked_by"]) for row in waiting]
            return call.say("refuse.goodwill_not_asked", code=code, who=list(dict.fromkeys(who)))
        found = own if action == "withdraw" else waiting
        found = [row for row in found if call.arguments.get(GRANT, row["id"]) == row["id"]]
        if not found:
            return call.say("refuse.goodwill_none_waits", code=code)
        if len(found) > 1:
            options = [(_named(call, row), {"case": code, GRANT: row["id"]}) for row in found]
            return call.ask("command.goodwill.which", options, code=code)
        approved = action == "approve"
        decided = grants.decide(call.tx, found[0]["id"], approved, call.sender["id"], call.now, via=call.channel)
        if isinstance(decided, Refusal):
            return call.say(decided.key, **goodwill.said(decided))
        key, args = goodwill.done(decided)
        return call.say(key, **args)

    return run


def _may_know(call: Call, case: Row) -> bool:
    """Whether somebody works on the case, or may decide on goodwill of its team: what waits is told to nobody else."""
    team = teams.get(call.tx, case["team_id"])
    decides = team is not None and grants.may_decide(call.tx, team, call.sender["id"])
    return decides or case_access.allowed(call.tx, case, call.sender["id"])


def _named(call: Call, grant: Row) -> str:
    """One of several: how much, what for, and who asked."""
    amount = money.shown(grant["amount"], grant["currency"])
    return " · ".join(filter(None, (amount, grant["reason"], people.name_of(call.tx, grant["asked_by"]))))


def _command(action: str, cn: tuple[str, ...], tw: tuple[str, ...]) -> Command:
    words = {"en": (f"goodwill {action}", f"{action} goodwill"), "zh-CN": cn, "zh-TW": tw}
    return Command(
        name=f"goodwill {action}",
        words=words,
        permission="work_case",
        run=_deciding(action),
        arguments=(Argument("case", like=case_actions.CODE),),
        examples={language: (f"{phrases[0]} K7M2Q9",) for language, phrases in words.items()},
    )


COMMANDS = [
    _command("approve", ("批准补偿", "补偿 批准"), ("核准補償", "補償 核准")),
    _command("refuse", ("拒绝补偿", "补偿 拒绝"), ("拒絕補償", "補償 拒絕")),
    _command("withdraw", ("撤回补偿", "补偿 撤回"), ("撤回補償", "補償 撤回")),
]
