"""Every kind of decision that is recorded anywhere has its name and its reason in each language."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from cxbot import wording
from handlers.admin.why import OF_THE_CHANNEL

ROOT = Path(__file__).parent.parent.parent
PASSED_ON = ("decide", "_record")
"""What takes (…, what, reason, now, …) and records it."""


def recorded():
    """What is recorded, and for which reason where the code names one, of every module that decides."""
    for path in sorted([*ROOT.glob("cxbot/transactions/*.py"), *ROOT.glob("handlers/**/*.py")]):
        text = path.read_text(encoding="utf-8")
        if "invitations.decide(" not in text and path.stem != "invitations":
            continue
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in PASSED_ON:
                given = [_value(module, each) for each in node.args]
                at = next((n for n, each in enumerate(given) if n >= 2 and each is not None), None)
                if at is not None and isinstance(given[at], str):
                    yield given[at], given[at + 1] if len(given) > at + 1 else None


def _value(module, node):
    if isinstance(node, ast.Constant):
        return node.value
    try:
        return eval(ast.unparse(node), vars(module)) if isinstance(node, ast.Name | ast.Attribute) else None
    except (NameError, AttributeError):
        return None


DECISIONS = sorted({(what, reason or "") for what, reason in recorded()})


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_decision_has_a_name_and_a_reason(language):
    assert {"not_asked", "waits", "not_said", "expired", "dead", "unreachable", "not_told"} <= {
        what for what, _ in DECISIONS
    }
    keys = {f"decision.{what}" for what, _ in DECISIONS}
    keys |= {f"not_asked.{reason}" for what, reason in DECISIONS if reason and what not in OF_THE_CHANNEL}
    assert not {key for key in keys if wording.text(key, language) == key}
