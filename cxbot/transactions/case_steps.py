"""The steps of a case: taken from the playbook that suits it, kept from then on, ticked by hand or by what is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxbot.domain import playbook as playbooks_of
from cxbot.domain.cases import Change, Refusal
from cxbot.domain.playbook import Step
from cxbot.ports import Row, Tx
from cxbot.transactions import cases, people, playbooks, settings, surveys

TICKS = {"replied": "reply", "contacted": "contacted", "resolved": "resolve"}
"""Which events of a case tick steps, by what a playbook calls the action."""
WORKED = ("open", "claimed", "resolved", "closed")
"""States in which steps can be ticked: to follow up comes after the resolution."""
TICKED = ("step_done", "step_undone")


@dataclass(frozen=True, slots=True)
class CaseStep:
    """A step of a case as it stands; `by` is the name of who ticked it, `at` when (epoch ms)."""

    step: Step
    done: bool
    by: str = ""
    at: int = 0
    playbook: str = ""


def of_case(tx: Tx, case_id: str) -> list[CaseStep]:
    """The steps of a case, in order."""
    return [
        CaseStep(step, row["state"] == "done", row["actor_name"], row["at"], row["playbook"])
        for row in tx.all("case_steps.of_case", case_id=case_id)
        if (step := _step(tx, row)) is not None
    ]


def still_open(tx: Tx, case_id: str) -> list[Mapping[str, str]]:
    """The labels of the steps that are not done, in every language."""
    return [each.step.label for each in of_case(tx, case_id) if not each.done]


def follow(tx: Tx, case: Row, now: int, *, anew: bool = False) -> None:
    """Gives a case the steps of the playbook that suits it as it is now, those it lacks; none is taken away.

    `anew`: as long as nobody has touched a step, those of a playbook that suits it better take their place.
    """
    live = playbooks.all_live(tx)
    if not live:
        return
    chosen = playbooks_of.choose([each for each, _ in live], _causes(tx, case), case["severity"])
    if chosen is None:
        return
    version = next(version for each, version in live if each.key == chosen.key)
    rows = tx.all("case_steps.of_case", case_id=case["id"])
    kept = next((row["version"] for row in rows if row["playbook"] == chosen.key), 0)
    if kept:
        chosen, version = playbooks.at(tx, chosen.key, kept), kept
    elif anew and not any(row["at"] for row in rows):
        tx.run("case_steps.clear", case_id=case["id"])
        rows = []
    wanted = [step.id for step in chosen.steps_for(case["severity"])]
    has = [str(row["step"]) for row in rows]
    added = [step for step in wanted if step not in has]
    if not added:
        return
    for number, step in enumerate([*wanted, *(step for step in has if step not in wanted)]):
        if step in has:
            tx.run("case_steps.put", case_id=case["id"], step=step, number=number)
        else:
            of = {"playbook": chosen.key, "version": version}
            tx.run("case_steps.add", case_id=case["id"], step=step, number=number, **of)
    args = {"playbook": chosen.key, "version": version, "steps": added, "title": dict(chosen.title)}
    cases.record(tx, case["id"], "", "steps_added", args, now)


def decide(tx: Tx, case: Row, wanted: str, *, toggle: bool = False, reopen: bool = False) -> Change | Refusal:
    """What ticking a step means: the next open one, one by its id, or one by its number.

    `toggle`: one that is done is opened again; `reopen`: that is all that is wanted.
    """
    if case["state"] not in WORKED:
        return Refusal("refuse.closed", {"state": case["state"]})
    steps = of_case(tx, case["id"])
    if not steps:
        return Refusal("refuse.no_steps", {"code": case["code"]})
    if not wanted:
        found = next((each for each in steps if not each.done), None)
        if found is None:
            return Refusal("refuse.steps_done", {"code": case["code"]})
    else:
        found = _named(steps, wanted, number_first=toggle)
        if found is None:
            return Refusal("refuse.no_such_step", {"code": case["code"], "step": wanted, "n": len(steps)})
        if found.done and not (toggle or reopen):
            return Refusal("refuse.step_done", {"step": dict(found.step.label), "by": found.by})
        if reopen and not found.done:
            return Refusal("refuse.step_open", {"step": dict(found.step.label)})
    event = "step_undone" if found.done else "step_done"
    return Change(event, {}, {"step": found.step.id, "label": dict(found.step.label)})


def _named(steps: Sequence[CaseStep], wanted: str, *, number_first: bool) -> CaseStep | None:
    """The step of that id or number; an id may be a number, too."""
    by_number = {str(number): each for number, each in enumerate(steps, 1)}.get(wanted)
    by_id = next((each for each in steps if each.step.id == wanted), None)
    return (by_number or by_id) if number_first else (by_id or by_number)


def carry_out(tx: Tx, case: Row, event: str, args: Mapping[str, Any], actor_id: str, now: int) -> dict[str, str]:
    """Ticks what an action on the case ticks; returns the steps it changed, each with the state it was in.

    A case that is reopened is not fixed: what its resolution ticked is to be done again.
    """
    if event in TICKED:
        wanted, state = [str(args["step"])], "done" if event == "step_done" else "open"
    elif event == "reopened":
        wanted, state = [each.step.id for each in of_case(tx, case["id"]) if each.step.ticked_by == "resolve"], "open"
    elif event in TICKS:
        by = TICKS[event]
        wanted, state = [each.step.id for each in of_case(tx, case["id"]) if each.step.ticked_by == by], "done"
    else:
        return {}
    before = "open" if state == "done" else "done"
    return {step: before for step in wanted if _set(tx, case, step, state, actor_id, now)}


def put_back(tx: Tx, case: Row, steps: Mapping[str, str], actor_id: str, now: int) -> None:
    """The steps as they were before an action that is taken back."""
    for step, state in steps.items():
        _set(tx, case, step, state, actor_id, now)


def apology(tx: Tx, case: Row) -> str:
    """What the customer can be written first, in their language; '' where a step with words is done, or there is none.

    Only its own variables are filled in: who they are, who we are, who served them, the number they know.
    """
    found = next((each for each in of_case(tx, case["id"]) if each.step.say), None)
    if found is None or found.done:
        return ""
    interaction = tx.once("interactions.get", id=case["interaction_id"]) or {}
    variables = {
        "name": people.name_of(tx, case["person_id"]),
        "company": settings.company(tx).name_in(case["language"]),
        "agent": str(interaction.get("agent", "")),
        "reference": str(interaction.get("reference", "")),
    }
    return playbooks_of.words(found.step, case["language"], variables)


def shown(steps: Sequence[CaseStep]) -> list[dict[str, Any]]:
    """The steps as plain data, for the card."""
    return [{"id": each.step.id, "label": dict(each.step.label), "done": each.done} for each in steps]


def _set(tx: Tx, case: Row, step: str, state: str, actor_id: str, now: int) -> bool:
    set_to = {"state": state, "actor_id": actor_id if state == "done" else "", "at": now}
    return tx.run("case_steps.set", case_id=case["id"], step=step, **set_to) > 0


def _step(tx: Tx, row: Row) -> Step | None:
    return playbooks.at(tx, row["playbook"], row["version"]).step(row["step"])


def _causes(tx: Tx, case: Row) -> list[str]:
    """What a case is about, what says most first: the options that were chosen, its cause, its touchpoint."""
    found: list[str] = []
    response = tx.one("responses.get", id=case["response_id"]) if case["response_id"] else None
    if response is not None:
        survey = surveys.at(tx, response["survey"], response["survey_version"])
        answers, _ = cases.said(tx, response["id"])
        for question in survey.questions:
            value = answers.get(question.id)
            chosen = value if isinstance(value, list) else [value]
            found += [option.cause for option in question.options if option.id in chosen and option.cause]
    return [*found, case["cause"], case["touchpoint"]]
