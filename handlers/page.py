"""The bot's own page for one person: their cases; for admins the state of everything; for customers their answers."""

from __future__ import annotations

import json
from typing import Any

from cxbot import wording
from cxbot.domain.roles import RANK, may
from cxbot.ports import Choice, Inbound, Page, ReadFirst, Receipt, Row, Section, Tx
from cxbot.transactions import cases, channel_stops, health, people, places, reports, settings, surveys, teams
from handlers.admin import numbers

MOST_CASES = 12
MOST_ANSWERS = 8
FIRST_ACTIONS = {"open": ("claim", "resolve"), "claimed": ("resolve", "reply")}


def show(tx: Tx, sender: Row | None, inbound: Inbound, now: int, found: list[Any] | None = None) -> Receipt:
    """What the page shows to the one who opened it."""
    company = settings.company(tx)
    language = (sender or {}).get("language") or (
        wording.negotiate(inbound.language) if inbound.language else company.language
    )
    roles = teams.roles_of(tx, sender["id"]) if sender else {}
    drawn = _Page(tx, sender, language, now)
    sections = [Section(title=wording.text("home.title", language, company=company.name_in(language)))]
    if sender is not None and roles:
        sections += drawn.cases(roles)
    if any(RANK[role] >= RANK["admin"] for role in roles.values()):
        if not found:
            raise ReadFirst(figures, (now,))
        sections += drawn.state(*found[0])
    if sender is not None and (not roles or drawn.has_answered()):
        sections += drawn.answers()
    elif sender is None:
        sections.append(Section(text=wording.text("home.stranger", language)))
    return Receipt(page=Page(tuple(sections)))


def figures(tx: Tx, now: int) -> tuple[health.Figures, reports.Numbers | None]:
    """The long reads of an admin's page."""
    return health.figures(tx, now), reports.numbers(tx, now, 1, "")


class _Page:
    def __init__(self, tx: Tx, person: Row | None, language: str, now: int) -> None:
        self.tx = tx
        self.person = person or {"id": "", "time_zone": ""}
        self.language = language
        self.now = now
        self.zone = people.zone(self.person, settings.company(tx).time_zone)

    def text(self, key: str, **args: Any) -> str:
        return wording.text(key, self.language, zone=self.zone, now=self.now, **args)

    def said(self, line: dict[str, Any]) -> str:
        """A line of a command's answer, in words."""
        return self.text(line["key"], **line["args"])

    def cases(self, roles: dict[str, str]) -> list[Section]:
        mine = self.tx.all("cases.worked", team_id="", owner_id=self.person["id"], most=MOST_CASES + 1)
        nobodys = [
            row
            for row in self.tx.all("cases.worked", team_id="", owner_id="", most=200)
            if not row["owner_id"] and may(roles, "work_case", row["team_id"] or "none")
        ]
        sections = [
            Section(title=self.text("home.mine", n=len(mine)), text="" if mine else self.text("home.mine_none"))
        ]
        sections += [self._case(row) for row in mine[:MOST_CASES]]
        if nobodys:
            sections.append(Section(title=self.text("home.unclaimed", n=len(nobodys))))
            sections += [self._case(row) for row in nobodys[:MOST_CASES]]
        if len(mine) > MOST_CASES or len(nobodys) > MOST_CASES:
            sections.append(Section(text=self.text("home.more")))
        return sections

    def _case(self, row: Row) -> Section:
        line = self.said(cases.line(row))
        choices = tuple(
            Choice(f"c:{action}:{row['id']}", self.text(f"card.action.{action}"), "primary" if at == 0 else "")
            for at, action in enumerate(FIRST_ACTIONS[row["state"]])
        )
        return Section(text=line, choices=choices)

    def state(self, now_is: health.Figures, today: reports.Numbers | None) -> list[Section]:
        return [
            Section(title=self.text("home.today"), text="\n".join(self._today(today))),
            Section(title=self.text("home.stuck"), text="\n".join(self._stuck(now_is))),
            Section(title=self.text("home.surveys"), text="\n".join(self._surveys())),
            Section(title=self.text("home.teams"), text="\n".join(self._teams())),
        ]

    def _today(self, today: reports.Numbers | None) -> list[str]:
        lines = [self.said(numbers.line(score)) for score in (today.scores if today else ())]
        lines = lines or [self.text("command.numbers.none")]
        if today is not None:
            lines.append(self.text("command.numbers.cases", **dict(today.cases)))
        return lines

    def _stuck(self, now_is: health.Figures) -> list[str]:
        lines = [
            self.text("command.status.stopped", channel=stop.channel, what_to_do=stop.what_to_do, since=stop.since)
            for stop in channel_stops.stopped(self.tx)
        ]
        lines += [
            self.text("command.status.place_lost", team=row["name"], reason=row["unreachable"])
            for row in places.all_lost(self.tx)
        ]
        lines += [
            self.text(f"command.status.{waiting.state}", channel=waiting.channel, n=waiting.n, oldest=waiting.oldest)
            for waiting in now_is.queue
            if waiting.state != "sending"
        ]
        lines += [self.text("command.status.dead", channel=channel, n=n) for channel, n in now_is.dead.items() if n]
        if now_is.overdue:
            lines.append(self.text("command.status.overdue", n=now_is.overdue))
        return lines or [self.text("home.nothing_stuck")]

    def _surveys(self) -> list[str]:
        return [
            self.text(
                "command.surveys.paused_line" if live.paused else "command.surveys.line",
                survey=live.survey.key,
                title=dict(live.survey.title),
                version=live.version,
                questions=len(live.survey.questions),
                touchpoints=[{"key": f"touchpoint.{each}", "args": {}} for each in live.survey.trigger.touchpoints],
            )
            for live in surveys.all_live(self.tx)
        ]

    def _teams(self) -> list[str]:
        return [
            self.text(
                "home.team_line", team=row["name"], members=[m["name"] for m in teams.members(self.tx, row["id"])]
            )
            for row in teams.all(self.tx)
        ] or [self.text("home.no_teams")]

    def has_answered(self) -> bool:
        return bool(self._responses(1))

    def answers(self) -> list[Section]:
        lines = [self._answer(row) for row in self._responses(MOST_ANSWERS)]
        stopped = bool(self.person["opted_out"])
        choice = "start" if stopped else "stop"
        return [
            Section(title=self.text("home.answers"), text="\n".join(lines) or self.text("home.answers_none")),
            Section(
                text=self.text("home.stopped" if stopped else "home.asking"),
                choices=(Choice(f"o:consent:{choice}", self.text(f"home.{choice}"), "" if stopped else "danger"),),
            ),
        ]

    def _responses(self, most: int) -> list[Row]:
        return self.tx.all("responses.of_person", person_id=self.person["id"], most=most)

    def _answer(self, row: Row) -> str:
        survey = surveys.asked(self.tx, row)
        said = [
            str(json.loads(answer["value"]))
            for answer in self.tx.all("responses.answers", response_id=row["id"])
            if answer["kind"] in ("scale", "text")
        ]
        return self.text("home.answer_line", at=row["started_at"], survey=dict(survey.title), said=" · ".join(said))
