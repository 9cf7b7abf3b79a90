"""What a survey would have done with what really happened: the last days once more, through trigger and gates."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from cxbot.domain import contact
from cxbot.domain.survey import Survey
from cxbot.ports import Row, Tx
from cxbot.transactions import invitations, people, settings, survey_drafts, surveys

DAY_MS = 24 * 60 * 60 * 1000
MOST = 50_000
"""Interactions of one touchpoint that are looked at."""
FEWEST = 5
"""Below so many real questions about the same interactions nothing is said of cases."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would have come of `seen` interactions in the last days; `held` counts the reasons, most frequent first.

    `really_asked` of the interactions it would have asked about were asked with the same measure, `unhappy` of those
    answered so that this survey would open a case; `cases` is what follows for all, None where that is too few.
    """

    survey: Survey
    days: int
    seen: int
    asked: int
    people: int
    held: tuple[tuple[str, int], ...]
    really_asked: int
    answered: int
    unhappy: int
    cases: int | None
    capped: bool
    unpublished: bool


def replay(tx: Tx, key: str, days: int, now: int) -> DryRun | None:
    """The draft of a survey, or the live one, over the last days; None where there is no such survey. A long read.

    What is known of then counts as of then: consent, what else people were asked, what this survey itself would have
    asked before. Whether somebody can be reached is as it is today, and a night only puts off.
    """
    found = survey_drafts.current(tx, key)
    if found is None:
        return None
    survey, draft = found
    since = now - days * DAY_MS
    run = _Run(tx, survey, since, now)
    for row in run.interactions:
        run.look_at(row)
    cases = None
    if run.really_asked >= FEWEST:
        cases = round(run.asked * run.unhappy / run.really_asked)
    return DryRun(
        survey,
        days,
        len(run.interactions),
        run.asked,
        len(run.own),
        tuple(run.held.most_common()),
        run.really_asked,
        run.answered,
        run.unhappy,
        cases,
        run.capped,
        draft is not None,
    )


class _Run:
    """One replay: the history it is played against, and what came of it so far."""

    def __init__(self, tx: Tx, survey: Survey, since: int, now: int) -> None:
        self.tx = tx
        self.survey = survey
        self.policy = settings.contact_policy(tx)
        self.before = [live.survey for live in surveys.all_live(tx) if live.asks(now) and live.survey.key < survey.key]
        self.interactions: list[Row] = []
        self.others: dict[str, list[Row]] = defaultdict(list)
        self.asked_about: set[str] = set()
        self.scores: dict[str, int] = {}
        self.capped = False
        self._read(since, now)
        self.consents: dict[str, list[Row]] = defaultdict(list)
        for row in tx.all("dry_run.consents", since=since):
            self.consents[row["subject_id"]].append(row)
        self.own: dict[str, int] = {}
        self.reach: dict[str, tuple[bool, bool]] = {}
        self.held: Counter[str] = Counter()
        self.asked = self.really_asked = self.answered = self.unhappy = 0

    def _read(self, since: int, now: int) -> None:
        furthest = max(self.policy.relationship_days, self.policy.transactional_days) * DAY_MS
        for touchpoint in dict.fromkeys(self.survey.trigger.touchpoints):
            about = {"touchpoint": touchpoint, "since": since, "until": now + 1}
            rows = self.tx.all("dry_run.interactions", most=MOST, **about)
            self.capped = self.capped or len(rows) == MOST
            self.interactions += [row for row in rows if invitations.suits(self.survey, row)]
            for row in self.tx.all("dry_run.asked", asked_since=since - furthest, **about):
                if row["metric"] == self.survey.metric:
                    self.asked_about.add(row["interaction_id"])
                if row["survey"] != self.survey.key and row not in self.others[row["person_id"]]:
                    self.others[row["person_id"]].append(row)
            for row in self.tx.all("dry_run.scores", **about):
                if row["metric"] == self.survey.metric:
                    self.scores[row["interaction_id"]] = row["score"]
        self.interactions.sort(key=lambda row: (row["created_at"], row["id"]))

    def look_at(self, row: Row) -> None:
        """One interaction: held with its reason, or asked about."""
        if any(invitations.suits(survey, row) for survey in self.before):
            self.held["other_survey"] += 1
            return
        at = row["created_at"] + self.survey.trigger.delay_ms
        verdict = contact.gate(self.survey.kind, self._facts(row, at), self.policy)
        if isinstance(verdict, contact.NotAsked):
            self.held[verdict.reason] += 1
            return
        self.asked += 1
        self.own[row["person_id"]] = at
        if row["id"] in self.asked_about:
            self.really_asked += 1
            self._compare(self.scores.get(row["id"]))

    def _compare(self, score: int | None) -> None:
        if score is None:
            return
        self.answered += 1
        band = self.survey.band_of(score)
        if band is not None and band.detractor and not self.survey.anonymous:
            self.unhappy += 1

    def _facts(self, row: Row, at: int) -> contact.Facts:
        person, body, trigger = row["person_id"], json.loads(row["body"]), self.survey.trigger
        own = self.own.get(person, 0)
        relationship = self.survey.kind == "relationship"
        asked = [each for each in self.others[person] if each["asked_at"] <= at]
        still_open = any(not each["ended_at"] or each["ended_at"] > at for each in asked)
        has_address, reachable = self._reach(person)
        return contact.Facts(
            now=at,
            opted_out=self._opted_out(row, at),
            open_survey=still_open,
            last_asked_any=max([own, *(each["asked_at"] for each in asked)]),
            last_asked_metric_relationship=max(
                own if relationship else 0,
                max((each["asked_at"] for each in asked if self._same_clock(each)), default=0),
            ),
            last_asked_transactional=max(
                0 if relationship else own,
                max((each["asked_at"] for each in asked if each["kind"] == "transactional"), default=0),
            ),
            has_address=has_address,
            unreachable=not reachable,
            internal=bool(body.get("internal")),
            survey_off=body.get("survey", True) is False,
            auto_closed=bool(body.get("auto_closed")) and trigger.skip_auto_closed,
            closed_by=str(body.get("closed_by", "")) in trigger.skip_closed_by,
            too_old=at - row["happened_at"] > self.survey.expires_ms,
            sampled_out=not contact.sampled(self.survey.key, person, row["id"], trigger.sample_percent),
            quiet_ok=True,
        )

    def _same_clock(self, asked: Row) -> bool:
        return bool(asked["kind"] == "relationship" and asked["metric"] == self.survey.metric)

    def _opted_out(self, row: Row, at: int) -> str:
        """What the person did not want then: what the first change since says of it, else the opposite of that."""
        since = next((each for each in self.consents[row["person_id"]] if each["happened_at"] > at), None)
        if since is None:
            return str(row["opted_out"])
        return str(json.loads(since["args"]).get("from") or ("surveys" if since["kind"] == "opted_in" else ""))

    def _reach(self, person_id: str) -> tuple[bool, bool]:
        if person_id not in self.reach:
            rows: list[dict[str, Any]] = people.addresses(self.tx, person_id)
            self.reach[person_id] = (bool(rows), any(not row["unreachable"] for row in rows))
        return self.reach[person_id]
