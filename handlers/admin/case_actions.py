"""claim, reply, resolve and all else that is pressed on an alert, typed with the case's code; `case` shows the alert.

What is missing, and whatever a customer is to read, is asked in the form that the button opens, filled in with what was
typed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from cxbot.domain import cases as workflow
from cxbot.domain import dates, replies
from cxbot.domain.roles import may
from cxbot.ports import Form, Receipt, Row
from cxbot.transactions import case_access, case_copies, teams
from handlers import case_named, forms, team
from handlers.grammar import Argument, Call, Command

CODE = r"#?[2-9A-HJ-NP-Z]{6}"
"""What a case's code looks like, in any case; alone on a line, it has a digit in it, for "stauts" is a typo."""
_TO = re.compile(r"^(?:to|into|给|給|到|至|in)\s*", re.IGNORECASE)
_UNTIL = re.compile(r"^(?:until|till|for|in|到|至)\s*", re.IGNORECASE)


def show(call: Call) -> Receipt:
    """The alert as it stands now, with its buttons."""
    case = case_of(call)
    if isinstance(case, Receipt):
        return case
    where = {"channel": call.channel, "address": call.place, "only_for": call.only_for}
    row = case_copies.show(call.tx, case, call.now, language=call.language, **where)
    return Receipt(outbox_ids=(row,))


def _at_once(action: str) -> Callable[[Call], Receipt]:
    def run(call: Call) -> Receipt:
        case = case_of(call)
        if isinstance(case, Receipt):
            return case
        return team.perform(call.tx, call.sender, case, action, _nothing, call.language, call.now, via=call.channel)

    return run


def _with_form(action: str, read: Callable[[Call, Row, str, Form], Mapping[str, str]]) -> Callable[[Call], Receipt]:
    def run(call: Call) -> Receipt:
        case = case_of(call)
        if isinstance(case, Receipt):
            return case
        typed = _after_code(call)

        def given(form: Form) -> Mapping[str, str]:
            return {name: value for name, value in read(call, case, typed, form).items() if value}

        return team.perform(call.tx, call.sender, case, action, given, call.language, call.now, via=call.channel)

    return run


def _after_code(call: Call) -> str:
    """What was written after the code, sign by sign: it may be for the customer."""
    at = call.typed.casefold().find(call.arguments["code"].casefold())
    return call.typed[at + len(call.arguments["code"]) :].strip() if at >= 0 else call.arguments.get("words", "")


def _nothing(_: Form) -> Mapping[str, str]:
    return {}


def _words(call: Call, case: Row, typed: str, form: Form) -> Mapping[str, str]:
    return {"words": typed}


def _snooze(call: Call, case: Row, typed: str, form: Form) -> Mapping[str, str]:
    """Until when, then why: "3h waiting for parts". A number alone is a place in the menu; what is unclear is asked."""
    if not re.search(r"\s", typed) and (chosen := _option(form, "until", typed)):
        return {"until": chosen}
    words = _UNTIL.sub("", typed)
    terms = workflow.Terms.load(case["policy"])
    at, reason = dates.leading(words, terms.zone, call.now)
    if at is None:
        return {"reason": typed}
    said = words.removesuffix(reason).strip(" \n,，、;；:：").casefold()
    if dates.counts_days(said):
        at = terms.open_at(dates.at_hour_of(at, terms.zone, call.now))
    return {"until": "tomorrow" if said in ("tomorrow", "明天", "明日") else f"{forms.AT}{at}", "reason": reason}


def _hand_over(call: Call, case: Row, typed: str, form: Form) -> Mapping[str, str]:
    return {"owner": _option(form, "owner", _TO.sub("", typed))}


def _dismiss(call: Call, case: Row, typed: str, form: Form) -> Mapping[str, str]:
    return {"ending": _option(form, "ending", typed)}


def _merge(call: Call, case: Row, typed: str, form: Form) -> Mapping[str, str]:
    return {"into": _option(form, "into", _TO.sub("", typed).lstrip("#").upper())}


def _merging(call: Call) -> Receipt:
    """Merges two cases of one person; says so where the other one is of somebody else, or where there is none."""
    case = case_of(call)
    if isinstance(case, Receipt):
        return case
    if case["state"] in ("open", "claimed") and case_access.allowed(call.tx, case, call.sender["id"]):
        named = _TO.sub("", _after_code(call)).strip()
        typed_code = re.fullmatch(CODE, named, re.IGNORECASE)
        other = case_of(dataclasses.replace(call, arguments={"code": named})) if typed_code else None
        if isinstance(other, Receipt):
            return other
        if other is not None and other["person_id"] != case["person_id"]:
            return call.say("refuse.other_customer")
    return _with_form("merge", _merge)(call)


def _resolve(call: Call, case: Row, typed: str, form: Form) -> Mapping[str, str]:
    return resolution(typed, form)


def resolution(typed: str, form: Form) -> Mapping[str, str]:
    """The cause, what was done, what the customer is told: "delivery: sent a new one | We have sent you a new one"."""
    split = re.search(r"[|｜]", typed)
    deed, told = (typed[: split.start()].strip(), typed[split.end() :].strip()) if split else (typed, "")
    parts = re.split(r"[:：]", deed, maxsplit=1)
    chosen = _option(form, "root_cause", parts[0])
    if not chosen:
        return {"done": deed, "told": told}
    return {"root_cause": chosen, "done": "".join(parts[1:]).strip(), "told": told}


def _option(form: Form, name: str, typed: str) -> str:
    """The option of a field that is meant: by its value, its label, or what stands before what is told besides."""
    field = next(field for field in form.fields if field.name == name)
    if not typed.strip():
        return ""
    if typed.strip() in dict(field.options):
        return typed.strip()
    options = [(value, (label, label.split(" · ")[0])) for value, label in field.options]
    return replies.read_choice(typed, options) or ""


def undo(call: Call, code: str) -> Receipt:
    """Takes back what was done last to a case."""
    return _at_once("undo")(dataclasses.replace(call, arguments={**call.arguments, "code": code}))


def case_of(call: Call) -> Row | Receipt:
    """The case that is named, where the sender may work it or read its team's; else what is to be said."""
    code = call.arguments["code"].lstrip("#").upper()
    case = call.tx.one("cases.by_code", code=code)
    roles = teams.roles_of(call.tx, call.sender["id"])
    if case is None or not (
        case_access.allowed(call.tx, case, call.sender["id"]) or may(roles, "read", case["team_id"] or "none")
    ):
        near = [row["code"] for row in _near(call, code)]
        return call.say("refuse.no_such_case", code=code, known=near)
    return case


def _near(call: Call, code: str) -> list[Row]:
    """Open cases of the sender's whose code differs in one sign."""
    rows = call.tx.all("cases.worked", team_id=call.team["id"] if call.team else "", owner_id="", most=200)
    near = [row for row in rows if sum(a != b for a, b in zip(row["code"], code, strict=False)) == 1]
    roles = teams.roles_of(call.tx, call.sender["id"])
    return [row for row in near if may(roles, "work_case", row["team_id"] or "none")][:3]


_CODE = Argument("code", like=CODE, offered=case_named.offered)
_ENDED = Argument("code", like=CODE)
"""Of a case that is no longer worked; of those there are too many to choose from."""
_REST = Argument("words", required=False, rest=True)


def _command(
    name: str, en: tuple[str, ...], cn: tuple[str, ...], tw: tuple[str, ...], run: Callable[[Call], Receipt],
    *, code: Argument = _CODE, more: tuple[Argument, ...] = (), example: tuple[str, str, str] = ("", "", ""),
) -> Command:  # fmt: skip
    words = {"en": en, "zh-CN": cn, "zh-TW": tw}
    typed = example if example[0] else tuple(f"{each[0]} K7M2Q9" for each in (en, cn, tw))
    examples = dict(zip(words, ((each,) for each in typed), strict=True))
    return Command(name, words, "work_case", run, (code, *more), examples)


COMMANDS = [
    dataclasses.replace(
        _command("case", ("case", "show case"), ("服务单", "查看"), ("案件", "查看"), show),
        permission="read",
        bare=rf"(?=.*\d){CODE}",
    ),
    _command("claim", ("claim", "take"), ("认领",), ("認領",), _at_once("claim")),
    _command("release", ("release",), ("放回",), ("放回",), _at_once("release")),
    _command("contacted", ("contacted",), ("已联系客户", "已联系"), ("已聯絡客戶", "已聯絡"), _at_once("contacted")),
    _command("reopen", ("reopen",), ("重新打开",), ("重新開啟",), _at_once("reopen"), code=_ENDED),
    _command(
        "reached", ("reached them", "reached"), ("已另行告知",), ("已另行告知",), _at_once("reached"), code=_ENDED,
    ),
    _command("not a promise", ("not a promise",), ("这不是承诺",), ("這不是承諾",), _at_once("call_off")),
    _command(
        "reply", ("reply", "reply to"), ("回复客户", "回复"), ("回覆客戶", "回覆"), _with_form("reply", _words),
        more=(_REST,),
        example=("reply K7M2Q9 We are looking into it", "回复 K7M2Q9 我们正在处理", "回覆 K7M2Q9 我們正在處理"),
    ),
    _command(
        "snooze", ("snooze",), ("稍后处理",), ("稍後處理",), _with_form("snooze", _snooze), more=(_REST,),
        example=("snooze K7M2Q9 3h waiting for parts", "稍后处理 K7M2Q9 3小时 等待配件",
                 "稍後處理 K7M2Q9 3小時 等待零件"),
    ),
    _command(
        "hand over", ("hand over", "give"), ("转交",), ("轉交",), _with_form("hand_over", _hand_over), more=(_REST,),
        example=("hand over K7M2Q9 to Ben", "转交 K7M2Q9 给 小伟", "轉交 K7M2Q9 給 小偉"),
    ),
    _command(
        "resolve", ("resolve",), ("解决",), ("解決",), _with_form("resolve", _resolve), more=(_REST,),
        example=("resolve K7M2Q9 delivery: sent a new one | We have sent you a new one",
                 "解决 K7M2Q9 产品质量问题: 已换货 | 我们已为您换货",
                 "解決 K7M2Q9 產品品質問題: 已換貨 | 我們已為您換貨"),
    ),
    _command(
        "dismiss", ("dismiss",), ("无效",), ("無效",), _with_form("dismiss", _dismiss), more=(_REST,),
        example=("dismiss K7M2Q9 spam", "无效 K7M2Q9 spam", "無效 K7M2Q9 spam"),
    ),
    _command(
        "merge", ("merge",), ("合并",), ("合併",), _merging, more=(_REST,),
        example=("merge K7M2Q9 into H4N8T3", "合并 K7M2Q9 到 H4N8T3", "合併 K7M2Q9 到 H4N8T3"),
    ),
]  # fmt: skip
