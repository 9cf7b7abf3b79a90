"""Cards of a case that were asked for beside its alert: each stays as the case is, the newest in its place."""

from __future__ import annotations

from cxbot.ports import Row, Tx
from cxbot.transactions import outbox

COPY = "copy"
"""The key of such a card, which says nothing: a card is drawn from the case. The alert has none."""
SHOWN_AGAIN = "case.shown_again"
MOST = 20
"""So many cards of one case are kept up to date, those asked for last."""


def show(tx: Tx, case: Row, now: int, *, channel: str, address: str, language: str, only_for: str = "") -> str:
    """Shows the card of a case where somebody asked for it; an older one in that place points to this one."""
    for older in _newest(tx, case):
        if _place(older) == (channel, address, only_for):
            _replace(tx, case, older, now, kind="message", key=SHOWN_AGAIN)
    return outbox.say(
        tx,
        now,
        channel=channel,
        address=address,
        language=language,
        kind="card",
        key=COPY,
        case_id=case["id"],
        only_for=only_for,
    )


def redraw(tx: Tx, case: Row, now: int) -> None:
    """Brings the newest card in every place up to date, and once more when its undo has lapsed."""
    for copy in _newest(tx, case):
        _replace(tx, case, copy, now)
        if case["undo_until"] > now:
            _replace(tx, case, copy, now, due_at=case["undo_until"])


def _replace(
    tx: Tx, case: Row, copy: Row, now: int, *, kind: outbox.Kind = "card", key: str = COPY, due_at: int = 0
) -> None:
    outbox.say(
        tx,
        now,
        channel=copy["channel"],
        address=copy["address"],
        language=copy["language"],
        kind=kind,
        key=key,
        args={} if kind == "card" else {"code": case["code"]},
        case_id=case["id"],
        replaces=copy["id"],
        only_for=copy["only_for"],
        due_at=due_at,
        supersedes=not due_at,
    )


def _newest(tx: Tx, case: Row) -> list[Row]:
    """The newest card of each place; the older ones have given way."""
    found: dict[tuple[str, str, str], Row] = {}
    for row in tx.all("case_copies.of_case", case_id=case["id"], key=COPY, most=MOST):
        found.setdefault(_place(row), row)
    return list(found.values())


def _place(row: Row) -> tuple[str, str, str]:
    return row["channel"], row["address"], row["only_for"]
