from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxbot.ports import Limits, Outgoing
from cxbot.wording import LANGUAGES, Meaning, render
from cxbot.wording.card import _ACTIONS

NOW = 1_763_879_880_000  # 14:38 in Shanghai
MINUTE = 60_000
WIDE = Limits()
STATES = ("open", "claimed", "resolved", "closed", "dismissed", "merged")
NARROW = 46
"""Characters of a line that fit on a phone of 360 px without its value wrapping more than once."""

FACTS: dict[str, Any] = {
    "case_id": "c1",
    "code": "H42",
    "state": "open",
    "severity": "high",
    "person_name": "Lin Mei",
    "person_vip": True,
    "person_value": 12_000,
    "touchpoint": "ticket",
    "reference": "#4711",
    "agent": "Ben",
    "outcome": "closed",
    "score": 2,
    "scale_low": 0,
    "scale_high": 10,
    "metric": "nps",
    "words": ["Still no refund", "I have been waiting for three weeks"],
    "media": [{"kind": "image", "name": "box.jpg"}],
    "reasons": [
        {"key": "reason.score", "args": {"score": 2, "low": 0, "high": 10}},
        {"key": "reason.words", "args": {"words": {"en": "refund", "zh-CN": "退款", "zh-TW": "退費"}}},
        {"key": "reason.vip", "args": {}},
        {"key": "reason.repeat", "args": {"n": 2, "days": 14}},
    ],
    "history": [{"score": 9, "at": 1}, {"score": 7, "at": 1}, {"score": 3, "at": 1}],
    "earlier_cases": 0,
    "owner_name": "",
    "team_name": "Support",
    "due_at": NOW + 52 * MINUTE,
    "due_kind": "first_contact",
    "snoozed_until": 0,
    "snooze_reason": "",
    "root_cause": "",
    "done_words": "",
    "told_words": "",
    "confirm": "",
    "ending": "",
    "merged_into": "",
    "undo": False,
    "undo_until": 0,
    "opened_at": NOW,
    "zone": "Asia/Shanghai",
    "forwarded": False,
}


def draw(language: str = "en", limits: Limits = WIDE, **changes: Any) -> Outgoing:
    return render(Meaning("r1", "web", "team:support", "card", "", {**FACTS, **changes}, language), limits, NOW)


def lines(card: Outgoing) -> str:
    return "\n".join([card.title, *(f"{label}: {value}" for label, value in card.facts), card.text])


def actions(card: Outgoing) -> list[str]:
    assert all(choice.key.endswith(":c1") for choice in card.choices)
    return [choice.key.split(":")[1] for choice in card.choices]


def test_an_open_case_says_who_what_why_and_by_when() -> None:
    card = draw()
    assert card.title == "High · Lin Mei · 2/10"
    assert card.tone == "high"
    assert card.facts == (
        ("What happened", "Ticket: closed · #4711 · Ben"),
        ("Why", "2/10 · mentions refund · VIP · complaint no. 2 in 14 days"),
        ("Customer", "VIP · value 12,000"),
        ("Earlier", "9, 7, 3"),
        ("Files", "picture box.jpg"),
        ("Who acts", "Support"),
        ("Contact by", "15:30 (in 52 min)"),
        ("State", "Open, nobody has it yet"),
        ("Case", "H42"),
    )
    assert card.text == "Lin Mei: “Still no refund” “I have been waiting for three weeks”"
    assert actions(card) == ["claim", "reply", "snooze", "hand_over", "resolve", "dismiss"]


def test_the_card_speaks_the_language_of_its_team() -> None:
    card = draw("zh-TW", person_name="陳怡婷", team_name="客服")
    assert card.title == "嚴重 · 陳怡婷 · 2/10"
    assert ("聯絡客戶", "15:30（還有 52 分鐘）") in card.facts
    assert ("警示原因", "2/10 分 · 提到退費 · VIP · 14 天內第 2 次") in card.facts
    assert card.text.startswith("陳怡婷：「Still no refund」")
    assert draw("zh-CN").title.startswith("严重 · ")


def test_a_claimed_case_names_its_owner_and_offers_contacted_until_the_promise_is_kept() -> None:
    card = draw(state="claimed", owner_name="Ana")
    assert dict(card.facts)["Who acts"] == "Ana (Support)"
    assert dict(card.facts)["State"] == "Claimed by Ana"
    assert actions(card) == ["resolve", "reply", "contacted", "snooze", "hand_over", "release", "dismiss"]
    assert "contacted" not in actions(draw(state="claimed", owner_name="Ana", due_kind="resolve"))


def test_a_late_case_says_by_how_much() -> None:
    assert dict(draw(due_at=NOW - 38 * MINUTE).facts)["Contact by"] == "14:00 (38 min late)"


def test_merge_is_offered_only_where_there_is_another_case() -> None:
    assert "merge" not in actions(draw())
    assert "merge" in actions(draw(earlier_cases=1))
    assert dict(draw(earlier_cases=2).facts)["Earlier"] == "9, 7, 3 · 2 earlier cases"


def test_undo_is_offered_while_it_lasts() -> None:
    assert actions(draw(state="resolved", undo=True)) == ["undo"]
    assert actions(draw(state="claimed", owner_name="Ana", undo=True))[-1] == "undo"
    assert actions(draw(state="resolved")) == ["reopen", "reply"]


def test_a_resolved_case_says_what_was_done_told_and_whether_it_is_confirmed() -> None:
    done = {"root_cause": "late", "done_words": "Refunded in full", "told_words": "Your money is on its way"}
    card = draw(state="resolved", owner_name="Ana", confirm="asked", due_at=0, due_kind="", **done)
    assert dict(card.facts)["State"] == "Resolved by Ana · waiting for the customer's answer"
    assert card.text.splitlines()[1:] == [
        "Cause: late",
        "Done: Refunded in full",
        "Told the customer: Your money is on its way",
    ]
    assert card.tone == "good"
    silent = draw(state="closed", owner_name="Ana", confirm="silent", **{**done, "told_words": ""})
    assert "The customer was told nothing." in silent.text
    assert "did not say" in dict(silent.facts)["State"]
    by_language = draw(state="resolved", root_cause={"en": "Courier", "zh-CN": "快递", "zh-TW": "物流"})
    assert "Cause: Courier" in by_language.text


def test_a_dismissed_case_says_why_and_by_whom() -> None:
    card = draw(state="dismissed", ending="scale_misread", closed_by_name="Ben")
    assert dict(card.facts)["State"] == "Dismissed by Ben: scale misread"
    assert card.tone == ""
    assert dict(draw(state="dismissed", ending="spam").facts)["State"] == "Dismissed: spam"


def test_a_merged_case_says_into_which() -> None:
    card = draw(state="merged", merged_into="K7")
    assert dict(card.facts)["State"] == "Merged into K7"
    assert card.choices == ()


def test_a_snoozed_case_says_until_when_and_why() -> None:
    card = draw(
        state="claimed", owner_name="Ana", snoozed_until=NOW + 120 * MINUTE, snooze_reason="waits for the courier"
    )
    assert dict(card.facts)["State"] == "Snoozed until today 16:38: waits for the courier"


def test_a_case_without_words_or_score_still_reads_well() -> None:
    card = draw(words=[], score=None, history=[], media=[], person_value=0, person_vip=False, reasons=[])
    assert card.title == "High · Lin Mei"
    assert card.text == "Lin Mei left no words."
    assert set(dict(card.facts)) == {"What happened", "Who acts", "Contact by", "State", "Case"}


def test_long_words_are_cut_and_the_newest_are_kept() -> None:
    card = draw(words=["first " * 100, "second", "the newest words"])
    assert "the newest words" in card.text
    assert len(card.text) <= 280 + 40


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("undo", [False, True])
def test_every_state_fits_every_channel_in_every_language(language: str, state: str, undo: bool) -> None:
    card = draw(
        language,
        state=state,
        undo=undo,
        owner_name="Ana",
        closed_by_name="Ben",
        ending="misclick",
        merged_into="K7",
        done_words="Refunded",
        told_words="On its way",
        confirm="yes",
        earlier_cases=2,
    )
    assert "{" not in lines(card)
    assert "card." not in lines(card)
    assert len(card.title) <= 150
    assert len(card.facts) <= 10
    assert len(card.text) <= 3_000
    assert len(card.choices) <= 25
    for choice in card.choices:
        assert 0 < len(choice.label) <= 16
        assert len(choice.key.encode()) <= 64


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lines_of_an_alert_are_short_enough_for_a_phone(language: str) -> None:
    card = draw(language, state="claimed", owner_name="Ana", earlier_cases=1)
    for label, value in card.facts:
        assert len(label) <= 14
        assert len(value) <= 2 * NARROW
    assert len(card.title) <= NARROW
    assert len(lines(card).splitlines()) <= 12


def test_a_channel_without_buttons_is_told_what_to_write() -> None:
    card = draw(limits=Limits(buttons=False))
    assert card.choices == ()
    assert "H42" in card.text.splitlines()[-1]
    assert "Claim" in card.text.splitlines()[-1]


def test_markup_in_a_customers_words_is_left_as_it_is() -> None:
    words = "<script>{name} [[x]] %s</script>"
    card = draw(words=[words], person_name="{team} <b>", reference="{0}")
    assert words in card.text
    assert card.title == "High · {team} <b> · 2/10"


def test_an_unknown_touchpoint_or_cause_is_shown_as_it_is_called() -> None:
    card = draw(touchpoint="drone_drop", outcome="landed", state="resolved", root_cause="wind")
    assert dict(card.facts)["What happened"].startswith("drone drop: landed")
    assert "Cause: wind" in card.text


ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.lists(st.text(max_size=20), max_size=3)


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), ANY), st.sampled_from(LANGUAGES), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_fact_makes_a_card_fail(changes: dict[str, Any], language: str, buttons: bool) -> None:
    limits = Limits(buttons=buttons)
    assert dataclasses.is_dataclass(draw(language, limits, **changes))
    render(Meaning("r", "web", "t", "card", "", changes, language), limits, NOW)


def test_every_action_of_a_card_has_a_label() -> None:
    known = {action for offered in _ACTIONS.values() for action in offered} | {"undo", "merge", "contacted"}
    for language in LANGUAGES:
        for state in STATES:
            for choice in draw(language, state=state, earlier_cases=1, undo=state == "claimed").choices:
                assert choice.key.split(":")[1] in known
                assert not choice.label.startswith("card.")


STEPS = [
    {"id": "apologise", "label": {"en": "Apologise", "zh-CN": "致歉", "zh-TW": "致歉"}, "done": True},
    {"id": "fix", "label": {"en": "Fix it", "zh-CN": "解决", "zh-TW": "解決"}, "done": False},
]


def test_the_steps_are_shown_with_boxes_and_a_number_and_ticked_by_the_one_that_is_next() -> None:
    card = draw(state="claimed", owner_name="Ana", steps=STEPS)
    assert dict(card.facts)["Steps"] == "1 of 2\n☑ Apologise\n☐ Fix it"
    assert "c:step:c1:fix" in [choice.key for choice in card.choices]
    assert dict(draw("zh-TW", steps=STEPS).facts)["步驟"] == "1/2 項\n☑ 致歉\n☐ 解決"
    done = [{**each, "done": True} for each in STEPS]
    assert "Step done" not in [choice.label for choice in draw(state="claimed", steps=done).choices]
    assert "Step done" not in [choice.label for choice in draw(steps=STEPS).choices]


def test_where_there_is_no_room_for_every_button_undo_stays() -> None:
    limits = dataclasses.replace(WIDE, choices=10)
    everything = {"earlier_cases": 1, "may_give": True, "undo": True, "steps": STEPS}
    card = draw(limits=limits, state="claimed", owner_name="Ana", **everything)
    names = [choice.key.split(":")[1] for choice in card.choices]
    assert len(names) == 10
    assert "merge" not in names
    assert names[-1] == "undo"


@pytest.mark.parametrize("steps", [None, 3, "x", [1], [{}], [{"label": {"key": 3}, "done": "?"}]])
def test_whatever_stands_in_the_place_of_steps_is_drawn_without_an_error(steps: Any) -> None:
    assert draw(state="claimed", steps=steps, goodwill=steps).title


@pytest.mark.parametrize(("state", "main"), [("open", "claim"), ("claimed", "resolve"), ("resolved", "")])
def test_one_action_at_most_stands_out(state: str, main: str) -> None:
    styled = [choice.key.split(":")[1] for choice in draw(state=state).choices if choice.style == "primary"]
    assert styled == ([main] if main else [])
