"""Approving or refusing what somebody else asked for: the buttons of the request, and the code that is typed."""

from __future__ import annotations

from typing import Any

from cxbot import wording
from cxbot.clock import next_time
from cxbot.domain.roles import may
from cxbot.ports import Inbound, Receipt, Row, Tx
from cxbot.transactions import approvals, dangerous, settings, teams
from handlers import commands

KEY = approvals.KEY


def act(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None) -> Receipt:
    """A button under a request; said to the one who pressed it."""
    _, answer, code, *_ = [*inbound.choice.split(":"), "", ""]
    language = str((sender or {}).get("language") or settings.company(tx).language)
    if sender is None or not may(teams.roles_of(tx, sender["id"]), "approve"):
        return commands.not_allowed(tx, inbound, language)
    key, args = dangerous.decide(tx, code, answer == "yes", sender, now, commands.reads(found), next_time)
    return Receipt(notice=wording.text(key, language, now=now, **args))
