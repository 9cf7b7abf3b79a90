"""What is pressed and filled in about cadences: the number of a large send confirmed, a cadence changed."""

from __future__ import annotations

from typing import Any

from cxbot import wording
from cxbot.domain.roles import may
from cxbot.ports import Inbound, Receipt, Row, Tx
from cxbot.transactions import large_sends, settings, teams
from handlers import cadence_changing, cadence_starting, cadences, commands
from handlers.survey_desk import call_of

KEY = cadences.KEY


def act(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None) -> Receipt:
    """A button or a form about a cadence, of somebody who may edit surveys."""
    language = str((sender or {}).get("language") or settings.company(tx).language)
    if sender is None or not may(teams.roles_of(tx, sender["id"]), "edit_survey"):
        return commands.not_allowed(tx, inbound, language)
    _, action, cadence_id, mark, *_ = [*inbound.choice.split(":"), "", "", ""]
    row = tx.one("cadences.get", id=cadence_id)
    if row is None or action not in ("start", "set"):
        return Receipt(notice=wording.text("refuse.stale", language))
    call = call_of(tx, sender, inbound, now, found)
    if action == "start":
        # What was changed since the number was shown is shown anew.
        return cadence_starting.begin(call, row, confirmed=mark == large_sends.mark(row))
    if inbound.kind != "form":
        return Receipt(form=cadence_changing.form(call, row))
    return cadence_changing.take(call, row, inbound.fields)
