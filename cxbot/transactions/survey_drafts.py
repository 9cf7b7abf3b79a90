"""A survey as it is being written in chat: one open draft each, kept with its mistakes until it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxbot.domain.survey import Difference, Fault, Survey, differences, from_json, mistakes_in, to_json
from cxbot.ports import Row, Tx
from cxbot.transactions import surveys

MOST_SHOWN = 120
"""Characters of a value that the history of a survey names."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft: the survey as it would be, the version it was begun from (0: a new survey), and its steps so far."""

    survey: Survey
    based_on: int
    step: int
    author_id: str
    created_at: int
    changed_by: str
    changed_at: int

    @property
    def mark(self) -> str:
        """What tells this state of the draft from every other, also from one begun anew."""
        return f"{self.step}-{self.changed_at}"

    @property
    def mistakes(self) -> tuple[Fault, ...]:
        """All that keeps it from being published."""
        return mistakes_in(self.survey)


def get(tx: Tx, key: str) -> Draft | None:
    """The open draft of a survey, or None."""
    row = tx.one("survey_drafts.get", survey=key)
    return None if row is None else _draft(row)


def all_open(tx: Tx) -> list[str]:
    """The keys of the surveys that have an open draft."""
    return [row["survey"] for row in tx.all("survey_drafts.all")]


def current(tx: Tx, key: str) -> tuple[Survey, Draft | None] | None:
    """A survey as its draft has it, else as it is live, with the draft; None where there is neither."""
    draft = get(tx, key)
    if draft is not None:
        return draft.survey, draft
    live = surveys.live(tx, key)
    return None if live is None else (live.survey, None)


def hold(tx: Tx, key: str) -> tuple[Survey, Draft | None] | None:
    """As `current`, to be changed: nobody else takes a step of the draft until the commit."""
    tx.run("survey_drafts.hold", survey=key)
    return current(tx, key)


def save(tx: Tx, after: Survey, actor_id: str, now: int) -> tuple[Draft, tuple[Difference, ...]]:
    """Keeps a survey as its draft, begun where there is none; gives the draft and what this step changed.

    Nothing is kept where nothing changed. Whoever was to approve an earlier step is asked no more: they would approve
    something else.
    """
    key = after.key
    tx.run("survey_drafts.hold", survey=key)
    before = get(tx, key)
    live = surveys.live(tx, key)
    was = before.survey if before else live.survey if live else None
    changed = differences(was, after)
    if was is not None and not changed:
        return before or Draft(after, live.version if live else 0, 0, actor_id, now, actor_id, now), ()
    body = to_json(after)
    if before is None:
        based_on = live.version if live else 0
        tx.run("survey_drafts.begin", survey=key, body=body, based_on=based_on, author_id=actor_id, now=now)
    elif not tx.run("survey_drafts.save", survey=key, body=body, step=before.step, actor_id=actor_id, now=now):
        raise RuntimeError(f"the draft of {key!r} was changed by somebody else meanwhile")
    tx.run("survey_drafts.withdraw", survey=key, actor_id=actor_id, now=now)
    draft = get(tx, key)
    assert draft is not None
    args = {**shown(changed), "step": draft.step, "before": to_json(before.survey) if before else ""}
    surveys.record(tx, key, actor_id, "survey.edited", args, now)
    return draft, changed


def rename(tx: Tx, key: str, new: str, actor_id: str, now: int) -> bool:
    """Gives the draft of a survey that was never published another key; False where that one is taken.

    Whoever was to approve it under its old key is asked no more, as after any other step.
    """
    tx.run("survey_drafts.hold", survey=key)
    draft = get(tx, key)
    if draft is None or draft.based_on or surveys.live(tx, new) is not None or get(tx, new) is not None:
        return False
    renamed = draft.survey.model_copy(update={"key": new})
    body, step = to_json(renamed), draft.step
    if not tx.run("survey_drafts.rename", survey=key, new=new, body=body, step=step, actor_id=actor_id, now=now):
        raise RuntimeError(f"the draft of {key!r} was changed by somebody else meanwhile")
    tx.run("survey_drafts.withdraw", survey=key, actor_id=actor_id, now=now)
    surveys.record(tx, new, actor_id, "survey.renamed", {"from": key, "to": new}, now)
    return True


def discard(tx: Tx, key: str, actor_id: str, now: int) -> bool:
    """Gives a draft up; what it said stays in the survey's history, so that it can be brought back."""
    draft = get(tx, key)
    if draft is None:
        return False
    _end(tx, key, actor_id, now)
    args = {"from": draft.step, "to": 0, "before": to_json(draft.survey)}
    surveys.record(tx, key, actor_id, "survey.draft_discarded", args, now)
    return True


def restore(tx: Tx, key: str, body: str, actor_id: str, now: int) -> None:
    """Puts a draft back as it was ('': there was none)."""
    if body:
        save(tx, from_json(body), actor_id, now)
    else:
        discard(tx, key, actor_id, now)


def publish(tx: Tx, key: str, actor_id: str, now: int, why: str = "", approved_by: str = "") -> int:
    """Makes the draft the live version; returns its number. Raises ValueError where it has mistakes or is not there."""
    draft = get(tx, key)
    if draft is None or draft.mistakes:
        raise ValueError(f"the draft of {key!r} cannot be published")
    version = surveys.publish(tx, draft.survey, actor_id, now, why, approved_by)
    _end(tx, key, actor_id, now)
    return version


def against_live(tx: Tx, survey: Survey) -> tuple[Difference, ...]:
    """What would change if a survey were published now."""
    live = surveys.live(tx, survey.key)
    return differences(live.survey if live else None, survey)


def shown(changed: Sequence[Difference]) -> Mapping[str, Any]:
    """What changed, short enough for a line of history."""
    first = changed[0] if changed else Difference((), "", "", "")
    return {
        "what": [" ".join(filter(None, (*each.where, each.language))) for each in changed][:10],
        "from": first.before[:MOST_SHOWN],
        "to": first.after[:MOST_SHOWN],
    }


def _end(tx: Tx, key: str, actor_id: str, now: int) -> None:
    tx.run("survey_drafts.withdraw", survey=key, actor_id=actor_id, now=now)
    tx.run("survey_drafts.end", survey=key)


def _draft(row: Row) -> Draft:
    return Draft(
        from_json(row["body"]),
        row["based_on"],
        row["step"],
        row["author_id"],
        row["created_at"],
        row["changed_by"],
        row["changed_at"],
    )
