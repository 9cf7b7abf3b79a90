"""numbers: NPS, CSAT, CES and FCR with n and interval, response rate and cases of a period, beside the one before."""

from __future__ import annotations

import difflib
import re
from typing import Any

from cxbot import wording
from cxbot.domain import periods, replies, scoring
from cxbot.domain.periods import Period
from cxbot.domain.scoring import Score
from cxbot.ports import Receipt
from cxbot.transactions import people, reports, teams
from handlers import naming
from handlers.grammar import Argument, Call, Command

_TOUCHPOINTS = ("ticket", "call", "delivery", "account", "store", "self_service", "work")
"""Touchpoints that are called something in every language; a company's own are named by their code."""


_BESIDE = frozenset(
    "for of in at the and by with vs compare compared team touchpoint to period before previous".split()
    + "对比 比较 环比 团队 的".split()
)
"""Words around the team or the touchpoint that name neither."""


_TALK = re.compile(
    r"(?:look|are|is|was|were|seem|do|don't|does|did|have|has|went|go|got|never|not|bad|good|wrong|great|down|up|again|came"
    r"|don’t|drop|dropped|still|and|or|on)\b|[不有很太好没沒怎是错錯又都看的了吗嗎呢对對]",
    re.IGNORECASE,
)
"""How it goes on after "numbers" where something is said about them."""
_ALL = frozenset({"all", "all teams", "everything", "全部", "所有", "全部团队", "全部團隊", "所有团队", "所有團隊"})


def show(call: Call) -> Receipt:
    """The figures of a period beside those of the one before, of one touchpoint or team where one is named."""
    today = reports.day_of(call.tx, call.now)
    period, rest = periods.read(call.arguments.get("about", ""), today)
    period = period or periods.rolling("month", today)
    scope = " ".join(word for word in rest.split() if replies.fold(word) not in _BESIDE)
    of = _scope(call, scope, period)
    if isinstance(of, Receipt):
        return of
    found = call.heavy(reports.compared, period, call.now, *of)
    if found is None:
        known = [each["id"] for each in teams.all(call.tx)] + [each for each in _TOUCHPOINTS if each != "work"]
        near = difflib.get_close_matches(scope, known, n=3)
        return call.say("refuse.no_such_scope", scope=scope, period=head(period), did_you_mean=near)
    scope_name = found.scope or ({"key": "command.numbers.all_teams", "args": {}} if call.team else "")
    return call.say("command.numbers.list", period=head(period), scope=scope_name, lines=_lines(found))


def _scope(call: Call, scope: str, period: Period) -> tuple[str, str] | Receipt:
    """The team, or the touchpoint, that is meant: in a team's place its own, else all; asks where several fit."""
    if not scope:
        return (call.team["id"] if call.team else ""), ""
    folded = people.fold_name(scope)
    if is_all(scope):
        return "", ""
    rows = teams.all(call.tx)
    exact = [row for row in rows if folded in (row["id"], people.fold_name(row["name"]))]
    if len(exact) == 1:
        return exact[0]["id"], ""
    if (touchpoint := _touchpoint(folded)) != folded:
        return "", touchpoint
    found = exact or [row for row in rows if folded in people.fold_name(row["name"])]
    if len(found) > 1:
        options = [(naming.team_name(row), {"about": f"{_spelled(period)} {row['id']}"}) for row in found]
        return call.ask("refuse.which_one", options, words=scope)
    return (found[0]["id"], "") if found else ("", folded)


def _touchpoint(folded: str) -> str:
    """The code of a touchpoint that is called so in any language; the word itself where none is."""
    for code in _TOUCHPOINTS:
        names = {replies.fold(wording.text(f"touchpoint.{code}", language)) for language in wording.LANGUAGES}
        if code != folded and replies.fold(folded) in names:
            return code
    return folded


def _spelled(period: Period) -> str:
    """A period as it can be written."""
    if period.name == "days":
        return f"last {period.days} days"
    return f"{period.since} to {period.until}" if period.name == "dates" else period.name.replace("_", " ")


def read(call: Call, words: str, standard: str) -> tuple[Period, str]:
    """The period that is named among the words, else the standard one, and the other words as they were written."""
    today = reports.day_of(call.tx, call.now)
    period, left = periods.read(words, today)
    still = frozenset(left.split())
    others = [word for word in words.split() if word in still or replies.fold(word) in still]
    return period or periods.rolling(standard, today), " ".join(others)


def is_all(words: str) -> bool:
    """Whether all teams are meant, in the place of one too."""
    return people.fold_name(words) in _ALL


def head(period: Period) -> dict[str, Any]:
    """What a period is called, as a meaning."""
    args = {"since": period.since.isoformat(), "until": period.until.isoformat(), "n": period.days}
    return {"key": f"period.{period.name}", "args": args}


def _lines(found: reports.Compared) -> list[dict[str, Any]]:
    before = {score.metric: score for score in found.before.scores}
    lines = [line(score, before.get(score.metric)) for score in found.now.scores]
    lines += [{"key": "command.numbers.hidden", "args": {"metric": name}} for name in found.now.hidden]
    if not lines:
        lines = [{"key": "command.numbers.none", "args": {}}]
    rate, earlier = found.now.rate, found.before.rate
    args = {
        "complete": rate.complete,
        "n": rate.n,
        "rate": rate.value,
        "low": rate.low,
        "high": rate.high,
        "not_sampled": rate.not_sampled,
        "before": earlier.value if earlier.n else "",
        "n_before": earlier.n,
    }
    lines.append({"key": "command.numbers.rate" if rate.n else "command.numbers.nobody_asked", "args": args})
    opened = found.before.cases.get("opened", 0)
    lines.append({"key": "command.numbers.cases", "args": {**found.now.cases, "before": opened or ""}})
    return lines


def line(score: Score, before: Score | None = None) -> dict[str, Any]:
    """A figure with n and its interval, or an honest "too few"; and whether it differs from the one before."""
    args = {
        "metric": {"key": f"metric.{score.metric}", "args": {}},
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "n": score.n,
        "promoters": score.promoters,
        "passives": score.passives,
        "detractors": score.detractors,
        "change": _change(score, before) if score.enough else "",
    }
    kind = "net" if score.metric in ("nps", "enps") else "share"
    return {"key": f"command.numbers.{kind if score.enough else 'too_few'}", "args": args}


def _change(score: Score, before: Score | None) -> Any:
    """How it differs from the period before; only what is no chance is said to be higher or lower."""
    if before is None:
        return ""
    if not before.enough:
        return {"key": "command.numbers.before_too_few", "args": {"n": before.n}}
    kind = "net" if score.metric in ("nps", "enps") else "share"
    told = {"key": f"command.numbers.before_{kind}", "args": {"value": before.value, "n": before.n}}
    change = scoring.difference(before, score)
    if not change.significant:
        return {"key": "command.numbers.same", "args": {"before": told}}
    which = "higher" if change.value > 0 else "lower"
    return {"key": f"command.numbers.{which}", "args": {"by": abs(change.value), "before": told}}


COMMANDS = [
    Command(
        name="numbers",
        words={"en": ("numbers", "report"), "zh-CN": ("数据", "报表"), "zh-TW": ("數據", "報表")},
        permission="see_state",
        run=show,
        topic="figures",
        everyday=True,
        meant=lambda words, _: _TALK.match(words) is None,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("numbers week", "numbers last month delivery", "numbers all"),
            "zh-CN": ("数据 本周", "数据 上个月 delivery", "数据 全部"),
            "zh-TW": ("數據 本週", "數據 上個月 delivery", "數據 全部"),
        },
    )
]
