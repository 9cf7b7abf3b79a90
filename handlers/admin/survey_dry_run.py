"""survey dry-run: what a survey would have done with what happened in the last days."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cxbot.ports import Receipt
from cxbot.transactions import dry_run
from cxbot.transactions.dry_run import DryRun
from handlers import survey_desk
from handlers.admin.survey_show import unknown
from handlers.grammar import Argument, Call, Command

DAYS = 7
MOST_DAYS = 90
_NUMBER = re.compile(r"\d{1,4}")


def show(call: Call) -> Receipt:
    """Plays the last days once more and says whom the survey would have asked, and why not the others."""
    key = survey_desk.key_of(call)
    given = _NUMBER.search(call.arguments.get("days", ""))
    days = min(max(int(given[0]), 1), MOST_DAYS) if given else DAYS
    run: DryRun | None = call.heavy(dry_run.replay, key, days, call.now)
    if run is None:
        return unknown(replace(call, arguments={"survey": key}))
    return call.say("survey.dry_run.page", **page(run))


def page(run: DryRun) -> dict[str, Any]:
    """A dry run as the arguments of its page."""
    held = [{"key": f"survey.dry_run.held.{reason}", "args": {"n": n}} for reason, n in run.held]
    kind = "draft" if run.unpublished else "live"
    return {
        "survey": run.survey.key,
        "kind": {"key": f"survey.dry_run.{kind}", "args": {}},
        "days": run.days,
        "seen": run.seen,
        "asked": run.asked,
        "people": run.people,
        "held": held,
        "cases": _cases(run),
        "capped": {"key": "survey.dry_run.capped", "args": {"most": dry_run.MOST}} if run.capped else "",
    }


def _cases(run: DryRun) -> dict[str, Any]:
    if run.survey.anonymous:
        return {"key": "survey.dry_run.no_cases", "args": {}}
    args = {"n": run.cases or 0, "asked": run.really_asked, "answered": run.answered, "unhappy": run.unhappy}
    if run.cases is None:
        return {"key": "survey.dry_run.too_few", "args": args}
    return {"key": "survey.dry_run.cases", "args": args}


COMMANDS = [
    Command(
        name="survey dry-run",
        words={
            "en": ("survey dry-run", "survey dry run", "survey dryrun", "dry-run survey", "dry run"),
            "zh-CN": ("问卷 试运行", "试运行问卷", "问卷 演练"),
            "zh-TW": ("問卷 試跑", "試跑問卷", "問卷 演練"),
        },
        permission="edit_survey",
        run=show,
        arguments=(Argument("survey"), Argument("days", required=False, rest=True)),
        examples={
            "en": ("survey dry-run csat 14 days",),
            "zh-CN": ("问卷 试运行 csat 14天",),
            "zh-TW": ("問卷 試跑 csat 14天",),
        },
    )
]
