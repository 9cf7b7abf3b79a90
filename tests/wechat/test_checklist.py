"""A checklist on a case's card, as WeCom and Slack draw it: a line a step."""

from __future__ import annotations

from cxbot.channels.slack import blocks
from cxbot.channels.wechat import cards
from cxbot.ports import Choice, Outgoing

STEPS = "1 of 2\n☑ Apologise\n☐ Fix it"
ALERT = Outgoing(
    "r1",
    "wecom",
    "ana",
    title="High · Sam",
    facts=(("Steps", STEPS), *((f"Fact {n}", str(n)) for n in range(6))),
    text="Sam: slow",
    choices=(Choice("c:claim:1", "I'll take it"),),
    language="en",
)


def test_a_wecom_card_has_the_checklist_in_its_body_for_a_fact_is_one_line_there():
    drawn = cards.card(ALERT, "t1", "")
    assert drawn["sub_title_text"] == f"Sam: slow\nSteps: {STEPS}"
    assert [line["keyname"] for line in drawn["horizontal_content_list"]] == [f"Fact {n}" for n in range(6)]


def test_in_a_wecom_group_every_line_of_it_is_quoted():
    said = cards.markdown(ALERT)
    assert "> Steps: 1 of 2\n> ☑ Apologise\n> ☐ Fix it\n> Fact 0: 0" in said


def test_in_slack_it_keeps_its_lines():
    [section, *_] = [block for block in blocks.draw(ALERT).blocks if "fields" in block]
    assert section["fields"][0]["text"] == f"*Steps*\n{STEPS}"
