"""ack: what the audit found is taken note of, recorded, and not said again."""

from __future__ import annotations

from cxbot import wording
from cxbot.ports import Receipt
from cxbot.transactions import audit
from handlers.grammar import Argument, Call, Command, tidy


def acknowledge(call: Call) -> Receipt:
    """Takes note of one kind of finding; asks which where several stand and none is named."""
    wanted = call.arguments.get("finding", "")
    standing = {each.kind: each for each in audit.standing(call.tx)}
    if not standing:
        return call.say("command.ack.nothing")
    kind = _kind(wanted) if wanted else next(iter(standing)) if len(standing) == 1 else ""
    if kind not in standing:
        options = [(_name(each, call.language), {"finding": each}) for each in standing]
        return call.ask("command.ack.which", options, words=wanted)
    found = audit.acknowledge(call.tx, kind, call.sender["id"], call.now)
    if found is None:
        return call.say("command.ack.nothing")
    return call.say("command.ack.done", n=len(found.subjects), name=_name(kind, call.language))


def _kind(wanted: str) -> str:
    """The kind of finding that is named by its code, or by its name in any language; '' for none."""
    code = wanted.strip().casefold().replace(" ", "_").replace("-", "_")
    if code in audit.KINDS:
        return code
    names = {tidy(_name(kind, language)): kind for language in wording.LANGUAGES for kind in audit.KINDS}
    return names.get(tidy(wanted), "")


def _name(kind: str, language: str) -> str:
    return wording.text(f"audit.name.{kind}", language)


COMMANDS = [
    Command(
        name="ack",
        words={"en": ("ack", "acknowledge"), "zh-CN": ("知悉", "已知悉"), "zh-TW": ("知悉", "已知悉")},
        permission="operate",
        run=acknowledge,
        arguments=(Argument("finding", required=False, rest=True),),
        examples={
            "en": ("ack unhappy_without_case",),
            "zh-CN": ("知悉 unhappy_without_case",),
            "zh-TW": ("知悉 unhappy_without_case",),
        },
    )
]
