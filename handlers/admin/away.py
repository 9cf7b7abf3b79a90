"""out, back: somebody is away for a while, and others are called in their stead; their open cases can be given away."""

from __future__ import annotations

import re
from functools import partial

from cxbot import wording
from cxbot.domain import dates
from cxbot.domain.cases import Refusal
from cxbot.domain.roles import RANK, covers
from cxbot.ports import Inbound, Receipt, Row, Tx
from cxbot.transactions import case_work, people, rotas, settings, teams
from handlers import naming
from handlers.grammar import Argument, Call, Command

KEY = "r:give:"
"""How the key of the button begins that gives the cases of somebody who is away to those on call."""
_UNTIL = re.compile(r"^(?P<who>.*?)\s*(?:\b(?:until|till|for)\b|到|至)\s*(?P<until>.+)$", re.IGNORECASE)
_REASON = re.compile(r"\s*[:：,，(（]\s*(?P<reason>.+?)[)）]?$")


def leave(call: Call) -> Receipt:
    """Somebody is away: "until Monday: holiday" oneself, "Ben until 3 dec" somebody of one's team."""
    words = call.arguments["until"]
    found = _UNTIL.match(words)
    who, day = (found["who"].strip(), found["until"]) if found else ("", words)
    reason = ""
    if says_why := _REASON.search(day):
        day, reason = day[: says_why.start()], says_why["reason"]
    zone = _zone(call)
    until = dates.read(day, zone, call.now)
    if until is None or until <= call.now:
        return call.say("refuse.no_such_day", words=day, typed=words)
    person, said = _whom(call, who)
    if person is None:
        return said or call.say("refuse.stale")
    rotas.leave(call.tx, person["id"], call.now, until, reason, call.sender["id"], call.now)
    owned = call.tx.all("rotas.owned", person_id=person["id"])
    args = {"name": person["name"], "until": until, "zone": zone, "n": len(owned) or ""}
    if not owned:
        return call.say("command.out.set", **args)
    label = {"key": "command.out.give", "args": {"n": len(owned)}}
    return call.say("command.out.set", **args, choices=[{"key": f"{KEY}{person['id']}", "label": label, "style": ""}])


def back(call: Call) -> Receipt:
    """Whoever was away is called again."""
    person, said = _whom(call, call.arguments.get("who", ""))
    if person is None:
        return said or call.say("refuse.stale")
    if not rotas.back(call.tx, person["id"], call.sender["id"], call.now):
        return call.say("command.back.was_not_away", name=person["name"])
    return call.say("command.back.set", name=person["name"])


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
            "en": ("out until monday", "out Ben until 3 dec: training"),
            "zh-CN": ("请假 到 周一",),
            "zh-TW": ("請假 到 週一",),
        },
    ),
    Command(
        name="back",
        topic="teams",
        words={"en": ("back", "i am back", "i'm back"), "zh-CN": ("回来", "销假"), "zh-TW": ("回來", "銷假")},
        permission="work_case",
        run=back,
        arguments=(Argument("who", required=False, rest=True),),
    ),
]
