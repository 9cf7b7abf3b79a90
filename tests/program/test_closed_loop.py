"""Nobody unhappy is forgotten: people, teams, clocks, faults and restarts at random, and what must hold after each."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from world import ANA, BEN, SUPPORT, World, every_statement, keys_of

from cxbot.domain import case_timing, contact
from cxbot.domain import cases as workflow
from cxbot.ports import HoldUntilInbound, TryLater, Unknown
from cxbot.store import open_store
from cxbot.transactions import talks

EXAMPLES = 12
CUSTOMERS = ("customer:sam", "customer:mei", "customer:yiting", "customer:a", "customer:b", "customer:c", "customer:d")
INTERNAL = "INTERNAL-ONLY"
ACTIONS = ("claim", "release", "contacted", "call_off", "reached", "undo", "reopen")
OPEN_SCORES = (1, 2)
UNASKED = ("customer.resolved", "customer.reply", "customer.confirm", "survey.thanks")
"""What is said to a customer of our own accord."""


class ClosedLoop(RuleBasedStateMachine):
    """A company with a few customers; each rule is one thing that somebody does, or that goes wrong."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "store.db"
        shutil.copyfile(self.template, self.file)
        self.url = f"sqlite:///{self.file}"
        self.world: World = self.run(self.stack.enter_async_context(World.open(self.url)))
        self.stopped_at: dict[str, int] = {}
        self.told = 0
        self.looked_at = 0

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    # What people do -------------------------------------------------------------------------------------------------

    @rule(who=st.sampled_from(CUSTOMERS), touchpoint=st.sampled_from([("ticket", "closed"), ("delivery", "late")]),
          score=st.sampled_from(["", "1", "2", "4"]))  # fmt: skip
    def something_happens_and_perhaps_it_is_rated(self, who, touchpoint, score):
        self.run(self.world.happens(*touchpoint, who))
        if score:
            self.run(self.world.writes(who, score))

    @rule(score=st.sampled_from(["1", "2", "9"]), words=st.sampled_from(["skip", "Nobody listens here."]))
    def somebody_answers_without_a_name(self, score, words):
        self.run(self.world.happens("work", who="customer:worker"))
        self.run(self.world.writes("customer:worker", score))
        self.run(self.world.writes("customer:worker", words))

    @rule(who=st.sampled_from(CUSTOMERS), words=st.sampled_from(["yes", "no", "not yet", ""]), n=st.integers(0, 5))
    def a_case_is_resolved_and_the_customer_asked(self, who, words, n):
        if case := self.case(n, "open", "claimed"):
            self.run(self.world.resolves(ANA, case, f"We have put it right, {case['code']}."))
            self.run(self.world.later(hours=4))
            person = next(p for p in self.run(self.world.all("addresses")) if p["person_id"] == case["person_id"])
            if words:
                self.run(self.world.writes(person["address"], words))

    @rule(who=st.sampled_from(CUSTOMERS), words=st.sampled_from(["1", "2", "3", "5", "slow and rude", "any news?",
                                                                 "yes", "no", "not yet", "agent", "skip"]))  # fmt: skip
    def a_customer_writes(self, who, words):
        self.run(self.world.writes(who, words))

    @precondition(lambda self: self.run(self.world.all("cases")))
    @rule(who=st.sampled_from(CUSTOMERS[:2]), word=st.sampled_from(["stop all", "start", "start"]))
    def a_customer_wants_none_or_some(self, who, word):
        self.run(self.world.writes(who, word))
        if word == "start":
            self.stopped_at.pop(who, None)
        else:
            self.stopped_at.setdefault(who, len(self.run(self.world.all("outbox"))))

    @rule(member=st.sampled_from([ANA, BEN]), action=st.sampled_from(ACTIONS), n=st.integers(0, 5))
    def a_member_presses(self, member, action, n):
        if case := self.case(n):
            self.run(self.world.presses(member, f"c:{action}:{case['id']}"))

    @rule(n=st.integers(0, 5), told=st.sampled_from(["", "We have put it right."]))
    def a_member_resolves(self, n, told):
        if case := self.case(n, "open", "claimed"):
            fields = {"root_cause": "waiting", "done": f"{INTERNAL} called", "told": told}
            self.run(self.world.fills_in(ANA, f"c:resolve:{case['id']}", **fields))

    @rule(n=st.integers(0, 5), until=st.sampled_from(["1h", "tomorrow", "3d"]))
    def a_member_snoozes(self, n, until):
        if case := self.case(n):
            self.run(self.world.fills_in(ANA, f"c:snooze:{case['id']}", until=until, reason=f"{INTERNAL} parts"))

    @rule(n=st.integers(0, 5), words=st.sampled_from(["We are looking into it.", "We'll call you within 2 hours."]))
    def a_member_replies(self, n, words):
        if case := self.case(n):
            self.run(self.world.fills_in(ANA, f"c:reply:{case['id']}", words=words))

    @rule(n=st.integers(0, 5), to=st.sampled_from(["Ben", "team:delivery"]))
    def a_member_hands_over(self, n, to):
        if case := self.case(n):
            owner = to if to.startswith("team:") else self.run(self.world.person(to))["id"]
            self.run(self.world.fills_in(ANA, f"c:hand_over:{case['id']}", owner=owner))

    @rule(n=st.integers(0, 5))
    def a_member_merges(self, n):
        if case := self.case(n, "open", "claimed"):
            others = [each for each in self.run(self.world.all("cases", person_id=case["person_id"], state="open"))
                      if each["id"] != case["id"]]  # fmt: skip
            if others:
                self.run(self.world.fills_in(ANA, f"c:merge:{case['id']}", into=others[0]["id"]))

    @rule(n=st.integers(0, 5))
    def a_member_dismisses(self, n):
        if case := self.case(n):
            self.run(self.world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="misclick"))

    @rule(words=st.sampled_from([f"{INTERNAL} he is difficult", f"{INTERNAL} who knows him?"]))
    def colleagues_talk_in_the_thread(self, words):
        self.run(self.world.writes(ANA, words, place=SUPPORT))

    # What time and the world do -------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 31, 61, 125, 600, 1_440, 4_320]))
    def time_passes(self, minutes):
        self.run(self.world.later(minutes=minutes))

    @rule(outcome=st.sampled_from([TryLater("busy", 1_000), Unknown("no answer"), HoldUntilInbound("window closed")]),
          who=st.sampled_from([*CUSTOMERS, SUPPORT]))  # fmt: skip
    def the_next_message_meets_a_fault(self, outcome, who):
        if who != SUPPORT or not isinstance(outcome, HoldUntilInbound):
            self.world.web.script([outcome], who)

    @rule()
    def the_program_starts_again(self):
        self.run(self._again())

    async def _again(self) -> None:
        before = self.world
        store = await open_store(self.url, statements=every_statement())
        self.stack.push_async_callback(store.close)
        self.world = World(store, before.clock)
        self.world.web.sent, self.world.web.tried = before.web.sent, before.web.tried
        self.world._numbers = before._numbers
        await self.world.settle()

    def case(self, n: int, *states: str) -> Any:
        found = [c for c in self.run(self.world.all("cases")) if not states or c["state"] in states]
        return found[n % len(found)] if found else None

    # What must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def every_unhappy_answer_has_its_case(self):
        cases = self.run(self.world.all("cases"))
        owners = {case["person_id"] for case in cases}
        for response in self.run(self.world.all("responses")):
            if response["survey"] != "enps" and response["score"] in OPEN_SCORES:
                assert response["person_id"] in owners, response
        active = [(c["person_id"], c["cause"]) for c in cases if c["state"] in workflow.ACTIVE]
        assert len(active) == len(set(active)), "one active case a person and cause"

    @invariant()
    def every_open_case_has_a_next_step_with_a_time(self):
        for case in self.run(self.world.all("cases")):
            if case["state"] in ("open", "claimed") or (case["state"] == "resolved" and case["confirm"] != "no"):
                step = case_timing.next_step(case)
                assert step.kind != "none", case
                assert case["due_at"], case
                assert case["state"] != "claimed" or case["owner_id"], case

    @invariant()
    def no_promise_passes_unspoken_and_every_alert_is_shown_in_the_teams_hours(self):
        now = self.world.now
        for case in self.run(self.world.all("cases")):
            if case["state"] in workflow.ACTIVE:
                assert not 0 < case["callback_at"] <= now, case
                assert not 0 < case["alert_at"] <= now, case
                assert case["card_id"] or case["alert_at"] or case["incident_id"], case

    @invariant()
    def while_a_colleague_talks_with_somebody_nobody_asks_them_anything(self):
        now, policy = self.world.now, contact.Policy()
        for invitation in self.run(self.world.all("invitations", state="asked")):
            if invitation["asked_at"] > self.looked_at:
                talked = self.run(self.world.store.read(talks.last_at, invitation["person_id"]))
                since = invitation["asked_at"] - talked
                assert not talked or not 0 <= since < policy.talk_hours * 3_600_000, (invitation, talked)
        self.looked_at = now

    @invariant()
    def an_answer_without_a_name_makes_no_case(self):
        hidden = [row for row in self.run(self.world.all("responses")) if row["survey"] == "enps"]
        assert not [row for row in hidden if row["person_id"] or row["invitation_id"]]
        mine = [row["person_id"] for row in self.run(self.world.all("addresses", address="customer:worker"))]
        assert not [case for case in self.run(self.world.all("cases")) if case["person_id"] in mine]

    @invariant()
    def nothing_reminds_twice_for_one_step(self):
        events = self.run(self.world.all("events"))
        for case in self.run(self.world.all("cases")):
            kinds = [event["kind"] for event in events if event["subject_id"] == case["id"]]
            rounds = 1 + kinds.count("reopened") + kinds.count("asked_agent") + kinds.count("released")
            assert kinds.count("remind") <= 2 * rounds, kinds
            assert kinds.count("confirm") <= 1 + kinds.count("resolved"), kinds

    @invariant()
    def nobody_who_wants_no_messages_gets_one(self):
        for who, since in self.stopped_at.items():
            rows = [row for row in self.run(self.world.all("outbox"))[since:] if row["address"] == who]
            unasked = [r["key"] or r["kind"] for r in rows if r["kind"] == "question" or r["key"] in UNASKED]
            assert unasked == []

    @invariant()
    def no_internal_word_reaches_a_customer(self):
        for message in self.world.web.sent[self.told :]:
            assert not message.address.startswith("customer:") or INTERNAL not in message.text + message.title
        self.told = len(self.world.web.sent)

    @invariant()
    def who_is_to_be_told_is_told_once_or_the_case_says_why_not(self):
        events = self.run(self.world.all("events"))
        rows = self.run(self.world.all("outbox", key="customer.resolved"))
        for case in self.run(self.world.all("cases")):
            if case["state"] not in ("resolved", "closed") or not case["told_words"] or case["undo_until"]:
                continue
            kinds = [event["kind"] for event in events if event["subject_id"] == case["id"]]
            alive = [r for r in rows if r["case_id"] == case["id"] and r["state"] not in ("cancelled", "superseded")]
            assert len(alive) <= kinds.count("resolved"), keys_of(alive)
            assert alive or "not_told" in kinds, (case["code"], kinds)
            gone = alive and all(row["state"] in ("dead", "dropped") for row in alive)
            assert not gone or case["untold"] or "reached" in kinds, (case["code"], kinds)


@pytest.mark.timeout(600)
def test_nobody_unhappy_is_forgotten_whatever_happens(sqlite_template):
    ClosedLoop.template = Path(sqlite_template)
    run_state_machine_as_test(
        ClosedLoop,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
