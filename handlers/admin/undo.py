"""undo: takes back what one did last, to a case or to how the bot is set up; where that cannot be, it says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxbot.domain.roles import may
from cxbot.ports import Receipt, Row
from cxbot.transactions import acts, change_log, teams
from cxbot.wording.catalogue import messages
from handlers.admin import audit_log, case_actions, survey_versions
from handlers.grammar import Argument, Call, Command

CHANGE = "change"
"""The argument that names one change exactly; nobody types it."""


def undo(call: Call) -> Receipt:
    """Takes back the sender's newest act of whatever kind, or what was done last to the case that is named."""
    wanted = call.arguments.get(CHANGE, "")
    if code := call.arguments.get("code", ""):
        return case_actions.undo(call, code)
    if not wanted and (mine := acts.latest(call.tx, call.sender["id"], call.now)):
        newest = mine[0]
        if newest["case_id"] and acts.stands(call.tx, newest, call.now):
            return case_actions.undo(call, newest["code"])
        if newest["kind"] not in change_log.REVERT:
            before = _can_be_taken_back(call, mine[1:])
            return _not_done(call, "no_way_back", _said(call, newest), before)
    return _change(call, wanted)


def _change(call: Call, wanted: str) -> Receipt:
    """Takes back the sender's newest change of how the bot is set up, or the one that is named."""
    undone = None
    if may(teams.roles_of(call.tx, call.sender["id"]), "edit_team"):
        undone = change_log.undo_latest(call.tx, call.sender["id"], call.now, wanted)
    if undone is None:
        return call.say("command.undo.nothing", minutes=change_log.UNDO_MS // 60_000)
    if undone.waits_for is not None:
        return survey_versions.go_back(call, undone.waits_for, "")
    change = audit_log.said(call.tx, undone.event)
    if undone.done:
        return call.say("command.undo.done", change=change)
    before = (audit_log.said(call.tx, undone.before), {CHANGE: undone.before["id"]}) if undone.before else None
    return _not_done(call, undone.why_not or "changed_since", change, before)


def _not_done(call: Call, why: str, act: Any, before: tuple[Any, Mapping[str, str]] | None) -> Receipt:
    """Says why an act stays, and asks whether the one before it is meant."""
    if before is None:
        return call.say(f"command.undo.{why}", change=act)
    said = {"key": f"command.undo.{why}", "args": {"change": act}}
    return call.ask("command.undo.or_the_one_before", [before], said=said)


def _can_be_taken_back(call: Call, older: Sequence[Row]) -> tuple[Any, Mapping[str, str]] | None:
    """The newest of somebody's older acts that can be taken back: in words, and the arguments that name it."""
    edits = may(teams.roles_of(call.tx, call.sender["id"]), "edit_team")
    for act in older:
        if act["case_id"] and acts.stands(call.tx, act, call.now):
            return _said(call, act), {"code": act["code"]}
        if edits and act["kind"] in change_log.REVERT:
            return _said(call, act), {CHANGE: act["id"]}
    return None


def _said(call: Call, act: Row) -> Any:
    """An act in words: what was done to which case, storm or improvement, or what was changed."""
    key = f"event.{act['kind']}"
    if (f"change.{act['kind']}" in messages("en") and not act["code"]) or key not in messages("en"):
        return audit_log.said(call.tx, act)
    return {
        "key": "change.in_words",
        "args": {"subject": act["code"] or act["actor"], "what": {"key": key, "args": {}}},
    }


COMMANDS = [
    Command(
        name="undo",
        topic="bot",
        words={"en": ("undo",), "zh-CN": ("撤销", "撤回"), "zh-TW": ("復原", "撤銷", "撤回")},
        permission="work_case",
        run=undo,
        arguments=(Argument("code", required=False, like=case_actions.CODE),),
        examples={"en": ("undo", "undo K7M2Q9"), "zh-CN": ("撤销",), "zh-TW": ("復原",)},
    )
]
