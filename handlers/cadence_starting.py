"""Starting a cadence: with its forecast, from some size on after the number was confirmed, then by two admins."""

from __future__ import annotations

from cxbot.clock import next_time
from cxbot.ports import Receipt, Row
from cxbot.transactions import cadence_sizes, cadences, forecast_lines, forecasts, large_sends, settings
from handlers import cadences as said
from handlers.grammar import Call


def begin(call: Call, row: Row, *, confirmed: bool) -> Receipt:
    """Starts it, or shows how many it would ask and how to confirm that, or asks a second admin."""
    if row["state"] in ("running", "paused"):
        return _refused(call, row, "already")
    found = call.heavy(forecasts.forecast, row, call.now, next_time)
    if found is None:
        return _refused(call, row, "no_survey")
    if not cadences.plan_of(row).after and not cadences.first_at(call.tx, row, call.now, next_time):
        return _refused(call, row, "over")
    if large_sends.needs_confirmation(call.tx, found.asked) and not confirmed:
        return _to_confirm(call, row, found)
    if large_sends.needs_second(call.tx, found.asked):
        return _ask_second(call, row, found)
    outcome = cadences.start(call.tx, row["id"], call.sender["id"], call.now, next_time)
    if outcome == "done":
        cadence_sizes.started(call.tx, row["id"], found.asked, seconded=False)
    key, args = said.changed(cadences.named(call.tx, row["name"]) or row, outcome, "started")
    return call.say(
        key, **args, forecast=forecast_lines.forecast(row, found, started=True) if outcome == "done" else []
    )


def _to_confirm(call: Call, row: Row, found: forecasts.Forecast) -> Receipt:
    button = {
        "key": f"{said.KEY}start:{row['id']}:{large_sends.mark(row)}",
        "label": {"key": "command.cadence.confirm_button", "args": {"n": found.asked}},
        "style": "primary",
    }
    second = {"key": "command.cadence.needs_second", "args": {"most": settings.sending(call.tx).approve_above}}
    return call.say(
        "command.cadence.confirm",
        name=row["name"],
        n=found.asked,
        lines=forecast_lines.forecast(row, found),
        second=second if large_sends.needs_second(call.tx, found.asked) else "",
        choices=[button],
    )


def _ask_second(call: Call, row: Row, found: forecasts.Forecast) -> Receipt:
    what = large_sends.meaning(row, found.asked)
    sent = large_sends.ask(call.tx, row, found, call.sender, call.now, (call.channel, call.address))
    if sent is None:
        return call.say("approval.nobody", what=what)
    return call.say("approval.sent", what=what, code=sent["code"], who=sent["names"])


def _refused(call: Call, row: Row, outcome: cadences.Changed) -> Receipt:
    key, args = said.changed(row, outcome, "started")
    return call.say(key, **args)
