"""out, back: somebody is away for a while, and others are called in their stead; their open cases can be given away."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import partial

from cxbot import wording
from cxbot.domain import dates
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import RANK, covers
from cxbot.ports import Inbound, Receipt, Row, Tx
from cxbot.transactions import case_work, people, rotas, settings, teams
from handlers import naming
from handlers.grammar import Argument, Call, Command

MOST_WORDS = 12
KEY = "r:give:"
"""How the key of the button begins that gives the cases of somebody who is away to those on call."""
_UNTIL = re.compile(
    r"^(?P<head>.*?)\s*(?:\b(?P<long>for)\b|\b(?P<range>through|to)\b|\b(?:until|till)\b|到|至)\s*(?P<until>.+)$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^(?P<who>.*?)\s*(?:\b(?:from|starting)\b|从|從|自)\s*(?P<start>.+?)(?:起|开始|開始)?$", re.IGNORECASE
)
_BACK_TALK = re.compile(
    r"\d|(?:in|to|at|on|from|by|for|with|and|or|then|when|if|now|soon|later|again|up|down|home|here|there|online|office"
    r"|the|my|your|our|after|before|tomorrow|today|tonight|monday|next)\b|[再了吧后後就的时時路吗嗎没沒不我你您]",
    re.IGNORECASE,
)
"""How it goes on after "back" where nobody is named: "back in 5"."""
_REASON = re.compile(r"\s*(?:(?<!\d)[:：]|[:：](?!\d)|[,，(（])\s*(?P<reason>.+?)[)）]?$")

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow", "tonight")
_DASHED = re.compile(rf"\b({_DAY})\s*[-–]\s*({_DAY})\b", re.IGNORECASE)
_NEXT_WEEK = re.compile(
    r"(?P<until>(?:\buntil|\btill|到|至)\s*)?"
    r"(?:\bnext week\b|下个?(?:周|週|星期|礼拜|禮拜)(?![一二三四五六七八九十日天]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Away:
    """Who is away, from when until when, as it was typed; `who` is empty for oneself."""

    who: str
    start: int
    until: int


def leave(call: Call) -> Receipt:
    """Somebody is away: "until Monday: holiday" oneself, "Ben on friday", "from 24 dec to 2 jan"."""
    words, zone = call.arguments["until"], _zone(call)
    said, reason = _whole(words, zone, call.now)
    if not reason and (why := _REASON.search(said)) and dates.read(why["reason"], zone, call.now) is None:
        said, reason = said[: why.start()], why["reason"]
    away = _read(said, zone, call.now)
    if away is None or away.until <= max(call.now, away.start):
        ends = _UNTIL.match(said)
        return call.say("command.out.when", words=ends["until"] if ends else said, typed=words)
    person, refused = _whom(call, away.who)
    if person is None:
        return refused or call.say("refuse.stale")
    start = max(away.start, call.now)
    rotas.leave(call.tx, person["id"], start, away.until, reason, call.sender["id"], call.now)
    owned = call.tx.all("rotas.owned", person_id=person["id"]) if start == call.now else []
    later = start if start > call.now else ""
    args = {"name": person["name"], "from": later, "until": away.until, "zone": zone, "n": len(owned) or ""}
    if not owned:
        return call.say("command.out.set", **args)
    label = {"key": "command.out.give", "args": {"n": len(owned)}}
    return call.say("command.out.set", **args, choices=[{"key": f"{KEY}{person['id']}", "label": label, "style": ""}])


def means_it(words: str, now: int) -> bool:
    """Whether what follows "out" says when, so that it is no talk: "out of stock" says nothing of the kind."""
    words, _ = _whole(words, "UTC", now)
    ends = _UNTIL.match(words)
    if ends is not None and ends["long"]:
        return dates.is_span(_REASON.sub("", ends["until"]))
    until = ends is not None and not ends["range"]
    return until or _mistyped_day(words) or _read(_REASON.sub("", words), "UTC", now) is not None


def _mistyped_day(words: str) -> bool:
    """Whether nothing follows but a day that there is not: "fryday", 周八."""
    if re.fullmatch(r"[上下]?个?(?:周|週|星期|礼拜|禮拜)\S", words):
        return True
    each = words.casefold().removeprefix("on ").removeprefix("next ").split()
    return len(each) == 1 and bool(difflib.get_close_matches(each[0], _DAYS, n=1, cutoff=0.8))


def _whole(words: str, zone: str, now: int) -> tuple[str, str]:
    """The same with "next week" and "fri-mon" written as from when to when; and the reason after such a range."""
    words = _DASHED.sub(r"\1 to \2", words)
    words = _NEXT_WEEK.sub(lambda week: "until monday" if week["until"] else " monday to friday", words).strip()
    ends = _UNTIL.match(words)
    if ends is None or not ends["range"]:
        return words, ""
    at, rest = dates.leading(ends["until"], zone, now)
    reason = rest if at is not None and _REASON.search(words) is None else ""
    return (words.removesuffix(reason).strip(), reason) if reason else (words, "")


def _read(words: str, zone: str, now: int) -> _Away | None:
    """A day by itself is that whole day; "until friday" ends as that day begins, "from monday to friday" after it."""
    ends = _UNTIL.match(words)
    if ends is None:
        return _without_end(words, zone, now)
    head, until = ends["head"].strip(), ends["until"]
    begins = _FROM.match(head)
    who, first = (begins["who"].strip(), begins["start"]) if begins else _split(head, zone, now)
    if not first:
        if ends["long"] and not dates.is_span(until):
            return None
        at = dates.read(until, zone, now)
        return None if at is None else _Away(who, now, at)
    start = dates.read(first, zone, now)
    if start is None:
        return None
    if ends["long"] or dates.is_span(until):
        at = dates.read(until, zone, start) if dates.is_span(until) else None
        hours_of_a_day = at is not None and at - start < dates.DAY_MS and not dates.has_clock(first)
        return None if at is None or hours_of_a_day else _Away(who, start, at)
    last = next(
        (each for since in (now, start) if (each := dates.read_end(until, zone, since)) and each[0] > start), None
    )
    return None if last is None else _Away(who, start, last[0])


def _without_end(words: str, zone: str, now: int) -> _Away | None:
    """A whole day, or for how long; a time of day is the beginning or the end, nobody knows, and is asked about."""
    if _FROM.match(words):
        return None
    who, day = _split(words, zone, now)
    at = dates.read(day, zone, now) if day and not dates.has_clock(day) else None
    if at is None:
        return None
    if dates.is_span(day):
        return _Away(who, now, at)
    ends = dates.read_end(day, zone, now)
    return None if ends is None else _Away(who, at, ends[0])


def _split(words: str, zone: str, now: int) -> tuple[str, str]:
    """Who, and when: the most words at the end of the line that are a day; '' where none are."""
    parts = words.split()[:MOST_WORDS]
    if len(words.split()) > MOST_WORDS:
        return words, ""
    for at in range(len(parts)):
        if dates.read(" ".join(parts[at:]), zone, now) is not None:
            return re.sub(r"\s*\bon$", "", " ".join(parts[:at])), " ".join(parts[at:])
    return words, ""


def back(call: Call) -> Receipt:
    """Whoever was away is called again; who is not away yet will not be."""
    person, said = _whom(call, call.arguments.get("who", ""))
    if person is None:
        return said or call.say("refuse.stale")
    if rotas.back(call.tx, person["id"], call.sender["id"], call.now):
        return call.say("command.back.set", name=person["name"])
    dropped = rotas.call_off(call.tx, person["id"], call.sender["id"], call.now)
    if dropped is not None:
        until, since = dropped["until_at"], dropped["from_at"]
        args = {"name": person["name"], "from": since, "until": until, "zone": _zone(call)}
        return call.say("command.back.called_off", **args)
    return call.say("command.back.was_not_away", name=person["name"])


def give(tx: Tx, sender: Row | None, inbound: Inbound, now: int) -> Receipt:
    """Hands the open cases of somebody who is away over to those who are on call, or lead, in each one's team."""
    language = str((sender or {}).get("language") or settings.company(tx).language)
    person_id = inbound.choice.removeprefix(KEY)
    if sender is None or not rotas.away_until(tx, person_id, now):
        return Receipt(notice=wording.text("refuse.stale", language))
    given = 0
    for case in tx.all("rotas.owned", person_id=person_id):
        team = teams.get(tx, case["team_id"])
        to = [row["person_id"] for row in rotas.acting(tx, team, "", now) if row["person_id"] != person_id]
        act = partial(case_work.act, tx, case["id"], "hand_over", sender["id"], now, via=inbound.channel)
        done = act(owner_id=to[0]) if to else None
        given += done is not None and not isinstance(done, Refusal)
    return Receipt(notice=wording.text("command.out.given", language, n=given, name=people.name_of(tx, person_id)))


def _whom(call: Call, words: str) -> tuple[Row | None, Receipt | None]:
    """Oneself, or somebody of a team one leads; else what is to be said."""
    if not words or words.casefold() in ("i", "me", "i am", "i'm", "我"):
        return people.get(call.tx, call.sender["id"]), None
    found = [row for row in call.heavy(people.find, words) if teams.roles_of(call.tx, row["id"])]
    unclear = naming.unclear(call, words, found)
    if unclear is not None:
        return None, unclear
    mine, theirs = teams.roles_of(call.tx, call.sender["id"]), teams.roles_of(call.tx, found[0]["id"])
    if found[0]["id"] != call.sender["id"] and not (
        covers(mine, theirs) and any(RANK[role] >= RANK["lead"] for role in mine.values())
    ):
        return None, call.say("refuse.higher_role", name=found[0]["name"])
    return found[0], None


def _zone(call: Call) -> str:
    return people.zone(call.sender, call.team["time_zone"] if call.team else settings.company(call.tx).time_zone)


COMMANDS = [
    Command(
        name="out",
        topic="teams",
        words={
            "en": ("out", "i am out", "i'm out", "away"),
            "zh-CN": ("请假", "我请假", "休假", "我休假"),
            "zh-TW": ("請假", "我請假", "休假", "我休假"),
        },
        permission="work_case",
        run=leave,
        arguments=(Argument("until", rest=True),),
        examples={
            "en": ("out until monday", "out friday", "out Ben from 24 dec to 2 jan: training"),
            "zh-CN": ("请假 到 周一", "请假 明天"),
            "zh-TW": ("請假 到 週一", "請假 明天"),
        },
        everyday=True,
        meant=means_it,
    ),
    Command(
        name="back",
        topic="teams",
        words={
            "en": ("back", "i am back", "i'm back"),
            "zh-CN": ("回来", "回来了", "我回来了", "我回来", "销假"),
            "zh-TW": ("回來", "回來了", "我回來了", "我回來", "銷假"),
        },
        permission="work_case",
        run=back,
        arguments=(Argument("who", required=False, rest=True),),
        everyday=True,
        meant=lambda words, _: _BACK_TALK.match(words) is None,
    ),
]
