"""What a request about a case, a storm or an improvement is answered: in words, with what is read, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxbot import wording
from cxbot.api import answers, case_bodies
from cxbot.api.answers import time_text
from cxbot.api.errors import Problem
from cxbot.domain import cases as workflow
from cxbot.domain.cases import Refusal
from cxbot.ports import Limits, Row
from cxbot.transactions.api_requests import Said
from cxbot.transactions.case_requests import Acted

STATUS = {
    "not_member": 403,
    "goodwill_not_yours": 403,
    "goodwill_own": 403,
    **dict.fromkeys(
        (
            "no_such_person",
            "no_such_team",
            "no_such_cause",
            "no_such_case",
            "no_such_step",
            "no_such_grant",
            "snooze_range",
            "not_in_team",
            "other_customer",
            "no_such_touchpoint",
            "no_day",
            "why",
            "amount_not_understood",
            "amount_too_exact",
            "amount_too_little",
            "amount_too_much",
        ),
        422,
    ),
}
"""The status of a refusal by its code; any other is 409: what it is about does not allow it as it is now."""
WHAT_TO_DO = {
    403: "Name a colleague who works in the team it is about.",
    409: "Read the case: it has changed, or this was done before.",
    422: "Correct it and send it again; a refused id may be used once more.",
}
HOW = {
    "goodwill_not_yours": "Name as actor one of those the message names.",
    "goodwill_own": "Name as actor somebody else; who asked for it can withdraw it with :refuse-goodwill.",
    "goodwill_off": "Write in chat to set it, as an admin or a lead: team policy TEAM goodwill_currency CNY.",
    "goodwill_nobody": "Give less, or let an admin add a lead to the team.",
    "goodwill_decided": "Read the goodwill of the case; for another amount ask anew.",
    "no_steps": "Nothing: no playbook suits this case, so it has no checklist.",
    "no_such_step": "Read the steps of the case and name one by its id or its number.",
    "step_done": "Nothing; send done: false to open it again.",
    "step_open": "Nothing; send done: true to tick it.",
    "no_such_grant": "Read the goodwill of the case and name what waits there.",
    "no_day": "Write a day that is to come, at most two years ahead.",
    "is_so": "Nothing: it is in that state already.",
    "not_from": "Read the improvement, and move it by a state that may follow.",
    "not_done": "Move the improvement to done first.",
    "telling": "Send :stop, or wait until it is over.",
    "nothing_to_stop": "Nothing: nobody is being told.",
    "nobody": "Nothing: there is nobody who may be told.",
    "nothing_left": "Nothing: none of its cases is open any more.",
    "busy": "Wait half a minute and read the incident again.",
    "nothing_to_undo": "Nothing: it can be taken back for 30 seconds, by whoever did it, and not twice.",
}
"""What to do about a refusal, where that is not what its status says."""


def acted(done: Acted, spoken: str, now: int, model: type[case_bodies.CaseActionAnswer], **more: Any) -> Any:
    """What was done to a case, as the answer `model`, with what it has `more`."""
    told = {"zone": workflow.Terms.load(done.case["policy"]).zone, "now": now}
    key, args = done.says or ("", {})
    return model(
        event=done.event,
        message=wording.text(key, spoken, **args, **told) if key else "",
        case=answers.case(done.case),
        reads=read_by_customer(done.reads, done.case, now),
        delivery=case_bodies.Delivery(
            state=done.reach.state,
            until=time_text(done.reach.until),
            left=done.reach.left,
            message=wording.text("form.reachable", spoken, reach=done.reach.meaning, **told),
        ),
        **more,
    )


def read_by_customer(reads: Said | None, case: Row | None, now: int) -> str:
    """What the customer of a case reads, in their language; '' where that is nothing."""
    if reads is None or case is None:
        return ""
    key, args = reads
    meaning = wording.Meaning("", "", "", "message", key, {"code": case["code"], **args}, language=case["language"])
    return wording.render(meaning, Limits(), now).text


def conflict() -> Problem:
    """The refusal of an id that came before with another body."""
    return Problem(
        409, "conflict", "This id came before with another body.", "Send a new id, or the same body to repeat."
    )


def refused(refusal: Refusal, spoken: str, now: int) -> Problem:
    """A refusal with its code, in words, and what to do about it."""
    code = refusal.key.rpartition(".")[2]
    status = STATUS.get(code, 409)
    words = wording.text(refusal.key, spoken, **_said(refusal), now=now)
    return Problem(status, code, words, HOW.get(code, WHAT_TO_DO[status]))


def _said(refusal: Refusal) -> Mapping[str, Any]:
    """The arguments of a refusal with the words for a state."""
    if "state" not in refusal.args or refusal.key.startswith("improvement."):
        return refusal.args
    kind = "goodwill.state" if refusal.key == "refuse.goodwill_decided" else "state"
    return {**refusal.args, "state": {"key": f"{kind}.{refusal.args['state']}", "args": {}}}
