"""A company with playbooks, and with goodwill where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from world import World

from cxbot.check import read_playbooks
from cxbot.domain.playbook import Playbook
from cxbot.domain.policy import TeamPolicy
from cxbot.ports import Outgoing, Row
from cxbot.transactions import playbooks, teams

SHIPPED: dict[str, Playbook] = {
    file.playbook.key: file.playbook for file in read_playbooks(Path(__file__).parent.parent / "playbooks")[0]
}


async def with_playbooks(world: World, *books: Playbook) -> list[str]:
    """Seeds the given playbooks, or those that come along."""
    files = [(book, str(hash(book.model_dump_json()))) for book in books or SHIPPED.values()]
    return await world.store.run(playbooks.seed, files, world.now)


async def with_goodwill(world: World, team: str = "support", **policy: Any) -> None:
    """Gives a team a budget, in CNY."""

    def put(tx: Any) -> None:
        row = teams.get(tx, team)
        assert row is not None
        changed = {**json.loads(row["policy"]), "goodwill_currency": "CNY", **policy}
        teams.set_policy(tx, team, TeamPolicy.model_validate(changed), "", world.now)

    await world.store.run(put)


async def checklist(world: World, case: Row) -> dict[str, str]:
    """The steps of a case in order, each with its state."""
    return {row["step"]: row["state"] for row in await world.all("case_steps", case_id=case["id"])}


def fact(card: Outgoing, label: str) -> str:
    """What a card says under a label; '' where it says nothing."""
    return dict(card.facts).get(label, "")


def button(card: Outgoing, action: str) -> str:
    """The key of a button of a card."""
    return next(choice.key for choice in card.choices if choice.key.split(":")[1] == action)


def actions(card: Outgoing) -> list[str]:
    """What can be pressed on a card."""
    return [choice.key.split(":")[1] for choice in card.choices]
