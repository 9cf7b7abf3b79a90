"""A storm by typed words: seen, claimed, written to and resolved for all, as its buttons do it."""

from __future__ import annotations

import dataclasses

import pytest
from world import ADA, ANA, BEN, DELIVERY, SUPPORT, WEI, arguments

from cxbot import wording
from cxbot.inbound import receive
from cxbot.ports import Limits
from handlers.admin import storm
from handlers.dialogue import handling


@pytest.fixture
async def incident(world):
    for number in range(10):
        who = f"customer:storm{number}"
        person = {"addresses": [{"channel": "web", "address": who}], "name": f"Person {number}", "language": "en"}
        await world.happens("ticket", "closed", who, person=person)
        await world.writes(who, "1")
        await world.later(seconds=5)
    await world.later(minutes=1)
    return await world.the("incidents")


def drawn(world, place):
    return [m for m in world.web.sent if m.address == place and any(c.key.startswith("n:") for c in m.choices)][-1]


async def answer(world, who, text, place):
    before = len(world.texts(place))
    receipt = await world.writes(who, text, place=place)
    return receipt, "\n".join([receipt.notice, *world.texts(place)[before:]])


@pytest.mark.parametrize("language", wording.LANGUAGES)
@pytest.mark.parametrize("action", ["claim", "reply", "resolve"])
def test_what_stands_on_a_button_can_be_typed(action, language):
    label = wording.text(f"incident.action.{action}", language)
    assert storm._action(f"{label} words for them") == (action, "words for them")


async def test_storms_are_listed_and_one_is_shown_with_its_buttons_wherever_it_is_asked(world, incident):
    code = incident["code"]
    _, said = await answer(world, ADA, "storm", ADA)
    assert f"{code} · 10 customers" in said
    assert "10 open" in said
    await world.writes(ADA, f"storm {code.lower()}", place=ADA)
    assert "10 customers" in drawn(world, ADA).title
    await world.writes(ADA, code, place=ADA)
    assert [c.key.split(":")[1] for c in drawn(world, ADA).choices] == ["claim", "reply", "resolve"]
    receipt = await world.presses(ADA, drawn(world, ADA).choices[0].key)
    assert "10 customers" in receipt.notice
    assert "10 customers" in drawn(world, SUPPORT).title, "the team's own card is still one"


async def test_claim_by_words_waits_for_the_undo_and_the_record_says_from_where(world, incident):
    receipt, _ = await answer(world, ANA, f"storm {incident['code']} claim all", SUPPORT)
    assert "30 s" in receipt.notice
    receipt, _ = await answer(world, BEN, f"storm {incident['code']} claim", SUPPORT)
    assert "Ana" in receipt.notice
    receipt, _ = await answer(world, BEN, f"storm {incident['code']} undo", SUPPORT)
    assert "nothing to take back" in receipt.notice
    receipt, _ = await answer(world, ANA, f"storm {incident['code']} undo", SUPPORT)
    assert "Undone" in receipt.notice
    await answer(world, ANA, f"storm {incident['code']} claim", SUPPORT)
    await world.later(seconds=31)
    assert len(await world.all("cases", state="claimed")) == 10
    assert {arguments(row)["via"] for row in await world.all("events", kind="all_claim")} == {"web"}


async def test_write_opens_the_form_with_the_words_the_number_and_a_preview(world, incident):
    receipt, _ = await answer(world, ANA, f"storm {incident['code']} write We are on it,\nsoon.", SUPPORT)
    form = receipt.form
    assert form.key == f"n:reply:{incident['id']}"
    assert form.fields[0].value == "We are on it,\nsoon."
    assert "10 customers" in form.intro
    assert form.preview
    await world.later(minutes=1)
    assert await world.all("outbox", key="customer.reply") == [], "nothing is sent unseen"
    await world.fills_in(ANA, form.key, words=form.fields[0].value)
    await world.later(minutes=1)
    assert len(await world.all("outbox", key="customer.reply", state="sent")) == 10


async def test_resolve_takes_cause_deed_and_words_and_what_is_over_is_said(world, incident):
    line = f"storm {incident['code']} resolve waiting: restarted it | It works again"
    receipt, _ = await answer(world, ANA, line, SUPPORT)
    assert {field.name: field.value for field in receipt.form.fields} == {
        "root_cause": "waiting",
        "done": "restarted it",
        "told": "It works again",
    }
    await world.fills_in(ANA, receipt.form.key, **{field.name: field.value for field in receipt.form.fields})
    await world.later(seconds=31)
    assert len(await world.all("cases", state="resolved")) == 10
    receipt, _ = await answer(world, ANA, f"storm {incident['code']} claim", SUPPORT)
    assert "is open any more" in receipt.notice
    receipt = await world.presses(ANA, f"n:claim:{incident['id']}")
    assert "is open any more" in receipt.notice


async def test_in_chinese_by_who_works_everywhere_and_refused_to_others(world, incident):
    receipt, said = await answer(world, WEI, f"集中投诉 {incident['code']}", DELIVERY)
    assert "这里没有编号为" in said, "another team's storm is not shown"
    receipt, said = await answer(world, ADA, f"集中投訴 {incident['code']} 回覆 我們正在處理", ADA)
    assert receipt.form.fields[0].value == "我們正在處理"
    _, said = await answer(world, ADA, f"storm {incident['code']} dance", ADA)
    assert "What is “dance”?" in said
    _, said = await answer(world, ADA, "storm SZZZZZZ claim", ADA)
    assert "There is no storm SZZZZZZ" in said
    _, said = await answer(world, WEI, "集中投诉", DELIVERY)
    assert "目前没有集中投诉。" in said


async def test_a_viewer_sees_it_and_does_nothing_to_it(world, incident):
    ben = await world.person("Ben")
    viewer = {"team_id": "support", "person_id": ben["id"], "role": "viewer"}
    await world.store.run(lambda tx: tx.run("teams.set_role", **viewer))
    await world.writes(BEN, f"storm {incident['code']}", place=BEN)
    assert "10 customers" in drawn(world, BEN).title
    for line in ("claim", "write We are on it", "undo"):
        receipt, _ = await answer(world, BEN, f"storm {incident['code']} {line}", BEN)
        assert "Ana" in receipt.notice
        assert receipt.form is None
    assert await world.all("events", kind="all_claim") == []


async def test_talk_about_a_storm_stays_talk(world):
    before = world.texts(SUPPORT)
    await world.writes(ANA, "storm is coming tonight")
    assert world.texts(SUPPORT) == before


async def test_where_there_are_no_forms_and_buttons_it_is_asked_step_by_step(world, incident):
    limits = dataclasses.replace(Limits(per_second=0), forms=False, buttons=False)
    world.web.limits = limits
    world.deliver = receive(world.store, world.clock.clock, handling({"web": limits}))
    await world.writes(ANA, f"storm {incident['code']}", place=ANA)
    assert f"storm {incident['code']} claim" in world.texts(ANA)[-1]
    await world.writes(ANA, f"storm {incident['code']} write We are on it.", place=ANA)
    assert "This is for 10 customers." in world.texts(ANA)[-1]
    assert "We are on it.\n— Ana, Support\n1. Send" in world.texts(ANA)[-1]
    await world.writes(ANA, "1", place=ANA)
    await world.later(minutes=1)
    assert len(await world.all("outbox", key="customer.reply", state="sent")) == 10


async def test_words_to_all_are_said_to_the_team_once_and_so_is_what_they_promise(world, incident):
    code, key = incident["code"], f"n:reply:{incident['id']}"
    words = "We are sorry. We will be back within 2 hours."
    preview = await world.fills_in(ANA, f"preview:{key}", words=words)
    assert "these words promise an answer" in preview.form.intro
    before = len(world.texts(SUPPORT))
    await world.fills_in(ANA, key, words=words)
    await world.later(seconds=31)
    said = "\n".join(world.texts(SUPPORT)[before:])
    assert said.count("That is a promise") == 1
    assert f"10 customers of {code} hear from us by" in said
    assert f"Ana has written to 10 customers of {code}: “{words}”" in said
    assert "to the customer" not in said
    assert "not open to it" not in said
    assert all(row["callback_at"] for row in await world.all("cases"))


async def test_what_all_were_promised_is_reminded_of_once_and_each_customer_told_when_it_is_broken(world, incident):
    await world.fills_in(ANA, f"n:reply:{incident['id']}", words="We will be back within 2 hours.")
    await world.later(seconds=31)
    before = len(world.texts(SUPPORT))
    await world.later(hours=2, minutes=5)
    said = "\n".join(world.texts(SUPPORT)[before:])
    assert said.count(f"10 customers of {incident['code']} were promised to hear from us by") == 1
    assert said.count(f"10 customers of {incident['code']} were promised an answer by") == 1
    assert "you promised the customer of case" not in said
    assert "the customer of case" not in said
    assert len(await world.all("outbox", key="customer.callback_late", state="sent")) == 10


async def chinese(world, n=2):
    for number in range(n):
        who = f"customer:zh{number}"
        person = {"addresses": [{"channel": "web", "address": who}], "name": f"客户 {number}", "language": "zh-CN"}
        await world.happens("ticket", "closed", who, person=person)
        await world.writes(who, "1")


async def test_those_who_read_another_language_can_be_written_to_in_it(world, incident):
    await chinese(world)
    key = f"n:reply:{incident['id']}"
    receipt, _ = await answer(world, ANA, f"storm {incident['code']} apologise We are sorry", SUPPORT)
    words, own = receipt.form.fields
    assert (words.value, own.name, own.label, own.required, own.value) == (
        "We are sorry", "words_zh-CN", "For the 2 who read simplified Chinese", False, "",
    )  # fmt: skip
    preview = await world.fills_in(ANA, f"preview:{key}", words="We are sorry.")
    assert "2 of 12 read simplified Chinese; they get these words as they are." in preview.form.intro
    both = {"words": "We are sorry.", "words_zh-CN": "非常抱歉。"}
    preview = await world.fills_in(ANA, f"preview:{key}", **both)
    assert "2 of 12 read simplified Chinese; they get their own words." in preview.form.intro
    assert "We are sorry." in preview.form.intro
    assert "非常抱歉。" in preview.form.intro
    await world.fills_in(ANA, key, **both)
    await world.later(minutes=1)
    assert "非常抱歉。" in world.texts("customer:zh0")[-1]
    assert any("“We are sorry.”\nsimplified Chinese: “非常抱歉。”" in text for text in world.texts(SUPPORT))
    assert "We are sorry." in world.texts("customer:storm0")[-1]


async def test_what_is_filled_in_for_all_is_filled_in_in_each_language(world, incident):
    await chinese(world)
    receipt = await world.presses(ANA, f"n:resolve:{incident['id']}")
    told = {field.name: field.value for field in receipt.form.fields}
    assert told["told"] != told["told_zh-CN"]
    words = {"told": "It works again.", "told_zh-CN": "已恢复正常。"}
    await world.fills_in(ANA, f"n:resolve:{incident['id']}", root_cause="waiting", done="restarted", **words)
    await world.later(seconds=31)
    await world.later(minutes=2)
    assert "已恢复正常。" in world.texts("customer:zh1")[-1]


async def test_who_began_it_is_told_that_it_is_theirs_and_can_be_undone(world, incident):
    await answer(world, ANA, f"storm {incident['code']} claim", SUPPORT)
    card = drawn(world, SUPPORT)
    assert ("Storm", incident["code"]) in card.facts
    assert "starts in 30 s" in card.text
    receipt, _ = await answer(world, ANA, f"storm {incident['code']} resolve", SUPPORT)
    assert "You are doing something" in receipt.notice
    assert "For 30 s you can still undo it" in receipt.notice
