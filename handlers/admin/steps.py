"""steps <case>, step <case> [number]: the checklist of a case, and ticking one of its steps or opening it again."""

from __future__ import annotations

from typing import Any

from cxbot.domain.cases import Refusal
from cxbot.ports import Receipt, Row
from cxbot.transactions import case_access, case_messages, case_steps, case_work
from handlers import goodwill
from handlers.grammar import Argument, Call, Command

MOST = 20


def steps(call: Call) -> Receipt:
    """The steps of a case with who ticked each; without a case, one's own cases with what comes next."""
    if not call.arguments.get("case"):
        return _mine(call)
    case = find(call, call.arguments["case"])
    return case if isinstance(case, Receipt) else _listed(call, case, "command.steps.list")


def step(call: Call) -> Receipt:
    """Ticks the next open step, or one by its number; one that is done is opened again."""
    case = find(call, call.arguments["case"])
    if isinstance(case, Receipt):
        return case
    wanted = call.arguments.get("step", "").lstrip("#第").rstrip("步")
    given = {"step": wanted, "toggle": True}
    done = case_work.act(call.tx, case["id"], "step", call.sender["id"], call.now, via=call.channel, **given)
    if isinstance(done, Refusal):
        return call.say(done.key, **goodwill.said(done))
    return _listed(call, case, f"command.step.{done.event}", label=dict(done.args["label"]))


def find(call: Call, code: str) -> Row | Receipt:
    """The case of that number, which the sender may work; otherwise why not."""
    case = call.tx.one("cases.by_code", code=code.upper().lstrip("#"))
    if case is None:
        return call.say("refuse.no_such_case", code=code)
    if not case_access.allowed(call.tx, case, call.sender["id"]):
        return call.say("refuse.not_member", who=case_messages.lead_names(call.tx, case["team_id"]))
    return case


def _listed(call: Call, case: Row, key: str, **args: Any) -> Receipt:
    found = case_steps.of_case(call.tx, case["id"])
    if not found:
        return call.say("refuse.no_steps", code=case["code"])
    lines = [
        {
            "key": f"command.steps.{'done' if each.done else 'open'}",
            "args": {"n": number, "label": dict(each.step.label), "by": each.by, "at": each.at},
        }
        for number, each in enumerate(found, 1)
    ]
    done = sum(each.done for each in found)
    return call.say(key, code=case["code"], done=done, n=len(found), lines=lines, **args)


def _mine(call: Call) -> Receipt:
    rows = call.tx.all("cases.worked", team_id="", owner_id=call.sender["id"], most=MOST)
    lines = []
    for row in rows:
        found = case_steps.of_case(call.tx, row["id"])
        following = next((dict(each.step.label) for each in found if not each.done), "")
        if found:
            args = {"code": row["code"], "name": row["person_name"], "done": sum(each.done for each in found)}
            lines.append({"key": "command.steps.case", "args": {**args, "n": len(found), "next": following}})
    return call.say("command.steps.mine", lines=lines) if lines else call.say("command.steps.none")


COMMANDS = [
    Command(
        name="steps",
        words={"en": ("steps", "checklist"), "zh-CN": ("步骤", "清单"), "zh-TW": ("步驟", "清單")},
        permission="work_case",
        run=steps,
        arguments=(Argument("case", required=False),),
        examples={"en": ("steps", "steps K7M2Q9"), "zh-CN": ("步骤 K7M2Q9",), "zh-TW": ("步驟 K7M2Q9",)},
    ),
    Command(
        name="step",
        words={"en": ("step", "step done"), "zh-CN": ("完成步骤", "勾选"), "zh-TW": ("完成步驟", "勾選")},
        permission="work_case",
        run=step,
        arguments=(Argument("case"), Argument("step", required=False)),
        examples={
            "en": ("step K7M2Q9", "step K7M2Q9 2"),
            "zh-CN": ("完成步骤 K7M2Q9", "完成步骤 K7M2Q9 2"),
            "zh-TW": ("完成步驟 K7M2Q9", "完成步驟 K7M2Q9 2"),
        },
    ),
]
