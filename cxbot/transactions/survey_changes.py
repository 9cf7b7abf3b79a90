"""Taking back what was done to a survey, from the line of its history."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import survey_approval, survey_drafts, surveys


def revert(tx: Tx, event: Row, actor_id: str, now: int) -> bool:
    """Puts a survey back to before one of its events; False where that cannot be, or something newer stands on it.

    `event` is a row of the table events whose subject is `survey:<key>`. What is taken back is an event of its own.
    """
    key = str(event["subject_id"]).removeprefix(surveys.SUBJECT)
    taking_back = REVERTS.get(event["kind"])
    return taking_back is not None and taking_back(tx, key, json.loads(event["args"]), actor_id, now)


def needs_approval(tx: Tx, event: Row) -> Survey | None:
    """The version that would go live again, where another admin has to approve what is published; else None."""
    key = str(event["subject_id"]).removeprefix(surveys.SUBJECT)
    args, live = json.loads(event["args"]), surveys.live(tx, key)
    stands = live is not None and live.version == args["version"]
    if not stands or not args.get("from") or not survey_approval.is_on(tx):
        return None
    return surveys.at(tx, key, args["from"])


def _published(tx: Tx, key: str, args: Mapping[str, Any], actor_id: str, now: int) -> bool:
    """A new version equal to the one before; a survey that was new is archived."""
    live = surveys.live(tx, key)
    if live is None or live.version != args["version"]:
        return False
    if not args.get("from"):
        return surveys.archive(tx, key, actor_id, now) == "done"
    surveys.publish(tx, surveys.at(tx, key, args["from"]), actor_id, now)
    return True


def _edited(tx: Tx, key: str, args: Mapping[str, Any], actor_id: str, now: int) -> bool:
    draft = survey_drafts.get(tx, key)
    if draft is None or draft.step != args["step"]:
        return False
    survey_drafts.restore(tx, key, args["before"], actor_id, now)
    return True


def _discarded(tx: Tx, key: str, args: Mapping[str, Any], actor_id: str, now: int) -> bool:
    if survey_drafts.get(tx, key) is not None:
        return False
    survey_drafts.restore(tx, key, args["before"], actor_id, now)
    return True


def _scheduled(tx: Tx, key: str, args: Mapping[str, Any], actor_id: str, now: int) -> bool:
    state = tx.one("surveys.state", survey=key)
    if state is None or state["starts_at"] != args["to"]:
        return False
    surveys.schedule(tx, key, args["from"], actor_id, now)
    return True


def _renamed(tx: Tx, key: str, args: Mapping[str, Any], actor_id: str, now: int) -> bool:
    return survey_drafts.rename(tx, key, args["from"], actor_id, now)


REVERTS: Mapping[str, Callable[[Tx, str, Mapping[str, Any], str, int], bool]] = {
    "survey.published": _published,
    "survey.edited": _edited,
    "survey.draft_discarded": _discarded,
    "survey.renamed": _renamed,
    "survey.scheduled": _scheduled,
    "survey.paused": lambda tx, key, _, actor, now: surveys.resume(tx, key, actor, now) == "done",
    "survey.resumed": lambda tx, key, _, actor, now: surveys.pause(tx, key, actor, now) == "done",
    "survey.archived": lambda tx, key, _, actor, now: surveys.bring_back(tx, key, actor, now) == "done",
    "survey.brought_back": lambda tx, key, _, actor, now: surveys.archive(tx, key, actor, now) == "done",
}
"""What can be taken back, by kind of event, and how."""
