"""improve, improvements, improvement: making an improvement of a root cause, listing them, and moving one on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cxbot.domain import improvements as rules
from cxbot.domain import periods
from cxbot.domain.cases import UNDO_MS, Refusal
from cxbot.domain.roles import may
from cxbot.ports import Receipt, Row, Tx
from cxbot.transactions import (
    causes,
    improvement_card,
    improvement_numbers,
    improvement_telling,
    improvements,
    reports,
    teams,
)
from cxbot.transactions.improvement_telling import Reader
from handlers import improvements as pressed
from handlers.admin import improve_change
from handlers.admin.causes import named_team, not_theirs, read_cause, unknown
from handlers.admin.timeline import via_of
from handlers.grammar import Argument, Call, Command

MOST = 20
CODE = re.compile(r"[iI][2-9a-zA-Z]{3,6}")
ACTIONS = {
    "proposed": "proposed", "propose": "proposed", "提议": "proposed", "提議": "proposed", "重新提出": "proposed",
    "planned": "planned", "plan": "planned", "计划": "planned", "計畫": "planned", "計劃": "planned",
    "已计划": "planned", "已計畫": "planned",
    "doing": "doing", "start": "doing", "reopen": "doing", "进行中": "doing", "進行中": "doing", "开始": "doing",
    "開始": "doing", "重新开始": "doing", "重新開始": "doing",
    "done": "done", "完成": "done", "已完成": "done",
    "dropped": "dropped", "drop": "dropped", "放弃": "dropped", "放棄": "dropped", "取消": "dropped",
    "tell": "tell", "告知": "tell", "通知": "tell",
    "stop": "stop", "停止": "stop",
    "undo": "undo", "撤销": "undo", "復原": "undo",
    "edit": "edit", "change": "edit", "修改": "edit",
    "history": "history", "历史": "history", "记录": "history", "歷史": "history", "紀錄": "history",
}  # fmt: skip


def improve(call: Call) -> Receipt:
    """Opens the form that makes an improvement of a cause; of one named by its number, what `improvement` does."""
    words = call.arguments.get("about", "")
    if not words:
        return listed(call)
    first, _, rest = words.partition(" ")
    if CODE.fullmatch(first) and call.tx.one("improvements.by_code", code=first.upper()):
        return _of_one(call, first, rest)
    cause, title = read_cause(call.tx, words)
    if not cause:
        return unknown(call, first)
    team = _team(call)
    if team is None:
        roles = teams.roles_of(call.tx, call.sender["id"])
        rows = [row for row in teams.all(call.tx) if may(roles, "work_case", row["id"])]
        buttons = [{"key": f"{pressed.KEY}new:{cause}:{row['id']}", "label": row["name"], "style": ""} for row in rows]
        known = [row["name"] for row in rows]
        typed = {"key": "command.improve.in_its_channel", "args": {}}
        return call.say(
            "command.improve.which_team", cause=causes.label(call.tx, cause), known=known, choices=buttons, typed=typed
        )
    if refused := not_theirs(call, team, "improve"):
        return refused
    return Receipt(form=pressed.new_form(call.tx, team, cause, call.sender, call.language, call.now, title))


def listed(call: Call) -> Receipt:
    """The improvements of a team, those being worked on first; in one state where it is named."""
    words = call.arguments.get("about", "").casefold().split()
    state = next((ACTIONS[word] for word in words if ACTIONS.get(word) in rules.STATES), "")
    name = " ".join(word for word in words if word not in ACTIONS)
    team = named_team(call.tx, name) if name else call.team
    if name and team is None:
        return call.say("refuse.no_such_team", team=name, known=[row["id"] for row in teams.all(call.tx)])
    roles = teams.roles_of(call.tx, call.sender["id"])
    rows = call.tx.all("improvements.listed", team_id=team["id"] if team else "", state=state, most=200)
    rows = [row for row in rows if may(roles, "read", row["team_id"])]
    if not rows:
        return call.say("command.improvements.none")
    lines = [improvement_card.line(row, call.now) for row in rows[:MOST]]
    if len(rows) > MOST:
        lines.append({"key": "command.more", "args": {"n": len(rows) - MOST}})
    return call.say("command.improvements.list", n=len(rows), lines=lines)


def one(call: Call) -> Receipt:
    """Shows an improvement with its figures, or does something to it."""
    code, _, rest = improve_change.named_after(call, call.arguments["improvement"]).partition(" ")
    return _of_one(call, code, rest)


def _of_one(call: Call, code: str, rest: str) -> Receipt:
    improvement = call.tx.one("improvements.by_code", code=code.upper())
    if improvement is None:
        return call.say("refuse.no_such_improvement", code=code)
    team = teams.get(call.tx, improvement["team_id"])
    word, _, reason = rest.partition(" ")
    typed = improve_change.read(rest)
    action = "edit" if typed else ACTIONS.get(word.casefold(), "")
    if word and not action:
        return improve_change.unclear(call, improvement, rest, ACTIONS)
    looks = action in ("", "history")
    if looks and not may(teams.roles_of(call.tx, call.sender["id"]), "read", improvement["team_id"]):
        return call.say("refuse.not_allowed", command="improvement", who=[])
    if looks:
        return _history(call, improvement) if action else _shown(call, improvement)
    if refused := not_theirs(call, team, "improvement"):
        return refused
    if typed and team is not None:
        return improve_change.change(call, improvement, team, typed)
    return _done(call, improvement, action, reason)


def _shown(call: Call, improvement: Row) -> Receipt:
    lines, extent = call.heavy(_facts, improvement["id"], call.now)
    card = improvement_card.card(call.tx, improvement, call.now)
    linked = {"key": "improvement.line.linked", "args": extent}
    return call.say(improvement_card.KEY, **{**card, "lines": [*card["lines"], linked, *lines]})


def _history(call: Call, improvement: Row) -> Receipt:
    """What was done with it, by whom and when, the newest last."""
    rows = call.tx.all("timeline.events", subject_id=improvement["id"], most=MOST)
    lines = [_event(row, json.loads(row["args"])) for row in reversed(rows)]
    return call.say("command.improvement.history", code=improvement["code"], title=improvement["title"], lines=lines)


def _event(row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    args = {"at": row["happened_at"], "what": row["kind"], "who": row["actor"], "via": via_of(given)}
    return {"key": "command.improvement.event", "args": {**args, "reason": given.get("reason", "")}}


def _facts(tx: Tx, improvement_id: str, now: int) -> tuple[list[dict[str, object]], dict[str, int]]:
    """Its figures, and how much there is of its cause in the last year. A read."""
    improvement = tx.one("improvements.get", id=improvement_id)
    assert improvement is not None
    found = causes.read(
        tx,
        periods.rolling("year", reports.day_of(tx, now)),
        now,
        team_id=improvement["team_id"],
        touchpoint=improvement["touchpoint"],
        cause=improvement["cause"],
        most_words=0,
    ).causes
    extent = {"cases": found[0].cases, "customers": found[0].customers} if found else {"cases": 0, "customers": 0}
    return improvement_numbers.lines(tx, improvement, now), extent


def _done(call: Call, improvement: Row, action: str, reason: str) -> Receipt:
    sender, language, now = call.sender["id"], call.language, call.now
    args: dict[str, object] = {}
    if action == "edit":
        team = teams.get(call.tx, improvement["team_id"])
        assert team is not None
        return Receipt(form=pressed.edit_form(call.tx, improvement, team, language))
    if action == "tell":
        return _tell(call, improvement)
    if action == "dropped" and not reason and action in rules.MOVES[improvement["state"]]:
        return Receipt(form=pressed.drop_form(improvement, language))
    if action in ("undo", "stop"):
        work = improvement_telling.undo if action == "undo" else improvement_telling.stop
        done: Row | Refusal = work(call.tx, improvement["id"], sender, now, via=call.channel)
        key = f"improvement.notice.{'undone' if action == 'undo' else 'stopped'}"
    else:
        done = improvements.move(call.tx, improvement["id"], action, sender, now, reason, via=call.channel)
        key = f"improvement.notice.{action}"
    if isinstance(done, Refusal):
        return call.say(done.key, **done.args)
    if call.team is not None and call.team["id"] == improvement["team_id"] and action in rules.STATES:
        # The line in the team's channel says it already.
        return Receipt()
    return call.say(key, code=done["code"], title=done["title"], seconds=UNDO_MS // 1000, **args)


def _tell(call: Call, improvement: Row) -> Receipt:
    if improvement["state"] != "done":
        return call.say("improvement.refuse.not_done", code=improvement["code"])
    if improvement["tell_state"] in ("going", "stopping"):
        return call.say("improvement.refuse.telling", code=improvement["code"])
    readers: tuple[Reader, ...] = call.heavy(improvement_telling.audience, improvement["id"], call.now)
    form = pressed.tell_form(improvement, readers, call.language)
    if form is None:
        return Receipt(notice=pressed.no_one(improvement, readers, call.language))
    return Receipt(form=form)


def _team(call: Call) -> Row | None:
    """The team in whose place it is asked, else the sender's only one, else the only one there is."""
    if call.team is not None:
        return call.team
    own = [team_id for team_id in teams.roles_of(call.tx, call.sender["id"]) if team_id]
    if len(own) == 1:
        return teams.get(call.tx, own[0])
    everyone = teams.all(call.tx)
    return everyone[0] if len(everyone) == 1 else None


COMMANDS = [
    Command(
        name="improve",
        topic="figures",
        words={"en": ("improve",), "zh-CN": ("改进",), "zh-TW": ("改善",)},
        permission="work_case",
        run=improve,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("improve late A second courier on Fridays",),
            "zh-CN": ("改进 等待太久 午间增加一名客服",),
            "zh-TW": ("改善 等待太久 午間增加一名客服",),
        },
    ),
    Command(
        name="improvements",
        topic="figures",
        words={
            "en": ("improvements",),
            "zh-CN": ("改进列表", "改进 列表", "改进清单"),
            "zh-TW": ("改善列表", "改善 列表", "改善清單"),
        },
        permission="read",
        run=listed,
        arguments=(Argument("about", required=False, rest=True),),
        examples={
            "en": ("improvements", "improvements doing"),
            "zh-CN": ("改进列表", "改进列表 进行中"),
            "zh-TW": ("改善列表", "改善列表 進行中"),
        },
    ),
    Command(
        name="improvement",
        topic="figures",
        words={"en": ("improvement",), "zh-CN": ("改进项",), "zh-TW": ("改善項目",)},
        permission="read",
        run=one,
        arguments=(Argument("improvement", rest=True),),
        examples={
            "en": ("improvement I7K2", "improvement I7K2 dropped too dear", "improvement I7K2 owner Ben by 12 Dec"),
            "zh-CN": ("改进项 I7K2", "改进项 I7K2 完成", "改进项 I7K2 负责人 小伟 期限 12月12日"),
            "zh-TW": ("改善項目 I7K2", "改善項目 I7K2 完成", "改善項目 I7K2 負責人 小偉 期限 12月12日"),
        },
    ),
]
