"""The floor: a bare aiohttp handler that checks and parses the same request and commits the same rows, and no more.

It shares the program's group commit, and writes by hand, in as few statements, what the program writes for an answer.
It decides nothing: what is asked next, how severe a case is and what is said are constants of the usual size. And it
delivers nothing: what it says stays in the outbox.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from bench import company
from cxbot.ports import Row, Tx
from cxbot.server import Listener
from cxbot.store import EngineStore, open_store
from cxbot.store.statements import load

QUESTION = "q" * 420
ANSWERED = "a" * 204
PROGRESS = "p" * 190
POLICY = "t" * 640
REASONS = "r" * 68
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_KINDS = ("text", "choice")


class Floor:
    """The floor as a server."""

    def __init__(self, store: EngineStore, listener: Listener, url: str) -> None:
        self._store = store
        self._listener = listener
        self.url = url

    @classmethod
    async def start(cls, url: str, *, commit_delay: float) -> Floor:
        store = await open_store(url, commit_delay=commit_delay, statements=load(Path(__file__).parent))
        application = web.Application()

        async def act(request: web.Request) -> web.Response:
            posted = await request.post()
            fields = {"channel": "web", **{name: str(value) for name, value in posted.items()}}
            address = fields.get("place", "")
            refused = (
                request.headers.get("Origin") != f"http://{request.host}"
                or fields.get("seat") != "customer"
                or fields.get("kind") not in _KINDS
                or not address.startswith("customer:")
                or address != fields.get("sender")
                or not _ID.fullmatch(fields.get("id", ""))
                or len(fields.get("text", "")) > 4_000
            )
            if refused:
                raise web.HTTPBadRequest
            now = company.machine()
            transaction = pressed if fields["kind"] == "choice" else wrote
            if not await store.run(transaction, fields, now):
                raise web.HTTPConflict
            body = json.dumps({"notice": "", "form": "", "repeated": False})
            return web.Response(text=body, content_type="application/json")

        application.router.add_post("/try/act", act)
        bound = free_port()
        listener = Listener(application, bound)
        await listener.open()
        host, port = bound.getsockname()
        return cls(store, listener, f"http://{host}:{port}")

    async def settle(self) -> dict[str, Any]:
        return {"seconds": 0}

    async def alerts(self) -> dict[str, Any]:
        return {"alerts": []}

    async def stop(self) -> None:
        await self._listener.close()
        await self._store.close()


def free_port() -> Any:
    import socket  # noqa: PLC0415

    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def pressed(tx: Tx, fields: dict[str, str], now: int) -> bool:
    """A score: the response begins, a bad one opens a case with its alert, and the next question is asked."""
    _, invitation_id, question, value = fields["choice"].split(":", 3)
    score = int(value)
    address, channel = fields["place"], fields["channel"]
    row = tx.one("floor.invitation", id=invitation_id, address=address, channel=channel)
    if row is None or not tx.run(
        "floor.see", id=fields["id"], channel=channel, address=address, kind="choice", words=fields["label"], now=now
    ):
        return False
    _hold(tx, row, now)
    response_id = tx.new_id()
    band = "satisfied" if score > 3 else "very_dissatisfied"
    tx.run(
        "floor.response",
        id=response_id,
        invitation_id=invitation_id,
        interaction_id=row["interaction_id"],
        person_id=row["person_id"],
        touchpoint=row["touchpoint"],
        team_id=row["team_id"],
        channel=channel,
        now=now,
    )
    tx.run("floor.answer", response_id=response_id, question=question, kind="scale", value=value, now=now)
    tx.run("floor.scored", id=response_id, score=score, band=band)
    tx.bump(("2035-01-02", row["touchpoint"], "csat", 1, "csat", row["team_id"], band, score), 1)
    tx.run("floor.progressed", id=invitation_id, progress=PROGRESS, response_id=response_id, due_at=row["expires_at"])
    if score < 3:
        _open_case(tx, row, response_id, score, channel, address, now)
    _say(tx, row, invitation_id, channel, address, f"{channel}:{address}", "message", ANSWERED, now)
    _say(tx, row, invitation_id, channel, address, f"{channel}:{address}", "question", QUESTION, now)
    return True


def wrote(tx: Tx, fields: dict[str, str], now: int) -> bool:
    """The words after a score: the response is complete, thanks are said, and the survey is over."""
    address, channel = fields["place"], fields["channel"]
    row = tx.one("floor.open_of_address", address=address, channel=channel)
    if row is None or not tx.run(
        "floor.see", id=fields["id"], channel=channel, address=address, kind="text", words=fields["text"], now=now
    ):
        return False
    _hold(tx, row, now)
    value = json.dumps(fields["text"], ensure_ascii=False)
    tx.run("floor.answer", response_id=row["response_id"], question="praise", kind="text", value=value, now=now)
    tx.run("floor.completed", id=row["response_id"], now=now)
    tx.run(
        "floor.progressed",
        id=row["id"],
        progress=PROGRESS,
        response_id=row["response_id"],
        due_at=row["expires_at"],
    )
    _say(tx, row, row["id"], channel, address, f"{channel}:{address}", "message", ANSWERED, now)
    _say(tx, row, row["id"], channel, address, f"{channel}:{address}", "message", QUESTION, now)
    tx.run("floor.ended", id=row["id"], now=now)
    return True


def _hold(tx: Tx, row: Row, now: int) -> None:
    tx.run("floor.lock", id=row["person_id"])
    tx.run("floor.acted", id=row["person_id"], now=now)


def _open_case(tx: Tx, row: Row, response_id: str, score: int, channel: str, address: str, now: int) -> None:
    case_id = tx.new_id()
    tx.run(
        "floor.case",
        id=case_id,
        code=case_id[-12:],
        person_id=row["person_id"],
        team_id=row["team_id"],
        interaction_id=row["interaction_id"],
        response_id=response_id,
        touchpoint=row["touchpoint"],
        reasons=REASONS,
        score=score,
        channel=channel,
        address=address,
        policy=POLICY,
        now=now,
        promised_at=now + 3_600_000,
    )
    tx.run("floor.event", id=tx.new_id(), subject_id=case_id, actor_id=row["person_id"], now=now)
    place = f"team:{row['team_id']}"
    card_id = _say(tx, {"person_id": ""}, "", channel, place, case_id, "card", "{}", now, case_id=case_id)
    tx.run("floor.case_due", id=case_id, due_at=now + 1_800_000, card_id=card_id)


def _say(
    tx: Tx,
    row: Row,
    invitation_id: str,
    channel: str,
    address: str,
    order_key: str,
    kind: str,
    args: str,
    now: int,
    *,
    case_id: str = "",
) -> str:
    row_id = tx.new_id()
    seq = tx.one("floor.next_seq", order_key=order_key)
    assert seq is not None
    tx.run(
        "floor.say",
        id=row_id,
        channel=channel,
        address=address,
        order_key=order_key,
        seq=seq["seq"],
        kind=kind,
        key="question.answered" if args is ANSWERED else "",
        args=args,
        person_id=row["person_id"],
        case_id=case_id,
        invitation_id=invitation_id,
        replaces=row_id if args is ANSWERED else "",
        now=now,
    )
    return row_id
