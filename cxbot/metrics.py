"""Figures for a monitoring system: counted as things happen, or read from the store when somebody looks."""

from __future__ import annotations

import re

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from cxbot.ports import Outcome
from cxbot.transactions import audit
from cxbot.transactions.health import Figures

CONTENT_TYPE = CONTENT_TYPE_LATEST
CASE_STATES = ("open", "claimed", "resolved", "closed", "dismissed", "merged")
# When a counter began says nothing here: the process began then.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves this one untyped
_LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The metrics of one program, in a registry of its own so that several programs can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._depth = self._gauge("queue_depth", "Messages in the outbox that are not finished", "channel", "state")
        self._age = self._gauge("queue_age_seconds", "How long the oldest message that may leave waits", "channel")
        self._dead = self._gauge("dead_letters", "Messages that could not be sent at all", "channel")
        self._answers = self._gauge("answers", "Scored answers in the store", "survey")
        self._cases = self._gauge("cases", "Cases by state", "state")
        self._overdue = self._gauge("cases_overdue", "Cases nobody has dealt with by the time promised")
        self._due_age = self._gauge("due_work_age_seconds", "How long the oldest due reminder or expiry waits")
        self._findings = self._gauge("audit_findings", "What no timer will touch, as the last audit found it", "kind")
        self._stopped = self._gauge("channel_stopped", "1 where a channel cannot send until it is put right", "channel")
        self._sends = Counter(
            "cxbot_sends", "Attempts to send, by how they ended", ("channel", "outcome"), registry=self.registry
        )
        self._refused = Counter(
            "cxbot_refused_requests",
            "Requests refused at a channel's door, by the reason",
            ("channel", "reason"),
            registry=self.registry,
        )
        self._alert = Histogram(
            "cxbot_alert_latency_seconds",
            "From a customer's answer to its alert handed to the channel",
            buckets=_LATENCIES,
            registry=self.registry,
        )

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"cxbot_{name}", meaning, labels, registry=self.registry)

    def sent(self, channel: str, outcome: Outcome) -> None:
        """Counts one attempt to send by the name of its outcome, like `sent` or `try_later`."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(outcome).__name__).lower()
        self._sends.labels(channel, name).inc()

    def refused(self, channel: str, reason: str) -> None:
        """Counts one request that a channel did not let in: unsigned, stale, forged, replayed or unreadable."""
        self._refused.labels(channel, reason).inc()

    def alerted(self, milliseconds: int) -> None:
        """Notes how long an alert took from the commit of the answer to the channel."""
        self._alert.observe(max(0, milliseconds) / 1000)

    def exposition(self, figures: Figures, stopped: dict[str, str], channels: tuple[str, ...], now: int) -> bytes:
        """The text a scraper reads, with the store's figures as they stand."""
        for labelled in (self._depth, self._age, self._dead, self._answers, self._stopped):
            labelled.clear()
        for channel in channels:
            self._age.labels(channel).set(0)
            self._stopped.labels(channel).set(channel in stopped)
        for waiting in figures.queue:
            self._depth.labels(waiting.channel, waiting.state).set(waiting.n)
            if waiting.state == "queued" and waiting.oldest:
                self._age.labels(waiting.channel).set(max(0, now - waiting.oldest) / 1000)
        for channel, n in figures.dead.items():
            self._dead.labels(channel).set(n)
        for survey, n in figures.answers.items():
            self._answers.labels(survey).set(n)
        for state in CASE_STATES:
            self._cases.labels(state).set(figures.cases.get(state, 0))
        found = {each.kind: each.n for each in figures.findings}
        for kind in audit.KINDS:
            self._findings.labels(kind).set(found.get(kind, 0))
        self._overdue.set(figures.overdue)
        self._due_age.set(max(0, now - figures.due_since) / 1000 if figures.due_since else 0)
        return generate_latest(self.registry)
