from __future__ import annotations

import json
import re

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, WEI

from cxbot import attachments
from cxbot.inbound import receive
from cxbot.ports import Limits
from cxbot.transactions import people, teams
from handlers import dialogue


async def says(world, who, text, **more):
    """What somebody is answered in private."""
    await world.writes(who, text, place=who, **more)
    return world.last(who).text


async def sam(world):
    return await world.store.read(people.by_address, "web", SAM)


async def second_admin(world):
    """Ben is an admin of everything too."""
    await world.store.run(teams.give_role, "", (await world.person("Ben"))["id"], "admin", world.now)


async def asks_to_forget(world, words="Sam Rivera"):
    """Ada asks for it and confirms; gives the request as Ben reads it, and its code."""
    shown = await says(world, ADA, f"forget {words}")
    await says(world, ADA, shown.splitlines()[-1])
    asked = next(message for message in reversed(world.web.sent) if message.address == BEN)
    code = re.search(r"approve (\w{6})", asked.text)
    assert code, asked.text
    return asked, code[1]


# Setting somebody right -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "column", "value"), [
    ("person set Sam language zh-CN", "language", "zh-CN"),
    ("person set Sam Rivera segment gold", "segment", "gold"),
    ("person set Sam value 4,800", "value", 4800),
    ("person set Sam vip yes", "vip", 1),
    ("person set Sam zone America/New York", "time_zone", "America/New_York"),
    ("person set Sam name Samuel Rivera", "name", "Samuel Rivera"),
    ("用户 设置 Sam 语言 繁体中文", "language", "zh-TW"),
    ("用戶 設定 Sam VIP 是", "vip", 1),
])  # fmt: skip
async def test_a_fact_is_set_recorded_and_taken_back(world, line, column, value):
    await world.ticket_closed()
    before = await sam(world)
    answer = await says(world, ADA, line)
    assert (await sam(world))[column] == value, answer
    event = await world.the("events", kind="person.changed")
    assert json.loads(event["args"]) == {"what": column, "from": before[column], "to": value}
    assert re.search("already|本来|本來|nobody", await says(world, ADA, line))
    await says(world, ADA, "undo")
    assert (await sam(world))[column] == before[column]
    assert await world.store.read(people.find, before["name"])


@pytest.mark.parametrize(("line", "said"), [
    ("person set Sam language klingon", "don't speak"),
    ("person set Sam value much", "whole number"),
    ("person set Sam vip perhaps", "“yes” or “no”"),
    ("person set Sam zone Atlantis", "no time zone"),
    ("person set Sam colour blue", "What can be set"),
    ("用户 设置 Sam 价值 很多", "须为整数"),
])  # fmt: skip
async def test_what_is_no_fact_is_refused_in_words(world, line, said):
    await world.ticket_closed()
    assert said in await says(world, ADA, line)
    assert await world.all("events", kind="person.changed") == []


async def test_addresses_are_added_and_removed_and_nobody_elses_is_taken(world):
    await world.ticket_closed()
    await world.acts("U0MEI", channel="slack", kind="text", text="hi", name="Mei")
    assert "reached at slack:U0SAM too" in await says(world, ADA, "person add address Sam slack:U0SAM")
    assert "already" in await says(world, ADA, "person add address Sam slack:U0SAM")
    assert "belongs to Mei" in await says(world, ADA, "person add address Sam slack:U0MEI")
    assert "no channel" in await says(world, ADA, "person add address Sam pigeon:7")
    assert "no address of" in await says(world, ADA, "person remove address Sam slack:U0MEI")
    assert "不再是" in await says(world, ADA, "移除地址 Sam slack:U0SAM")
    await world.acts("U0SAM", channel="slack", kind="text", text="hello")
    newcomer = await world.store.read(people.by_address, "slack", "U0SAM")
    assert newcomer["id"] != (await sam(world))["id"]


async def test_an_admin_changes_nothing_about_somebody_above_them(world):
    await second_admin(world)
    assert "higher role" in await says(world, BEN, "person set Ada name Nobody")
    assert "higher role" in await says(world, BEN, "person add address Ada slack:U0BEN")
    assert "higher role" in await says(world, BEN, "person export Ada")


async def test_opting_out_ends_what_is_open_and_opting_in_needs_their_own_wish(world):
    await world.ticket_closed()
    await says(world, ADA, "person opt-out Sam all")
    assert (await sam(world))["opted_out"] == "all"
    assert (await world.the("invitations"))["state"] == "declined"
    (event,) = await world.all("events", kind="opted_out")
    assert event["actor_id"] == (await world.person("Ada"))["id"]
    assert "Only Sam can want that" in await says(world, ADA, "person opt-in Sam")
    assert (await sam(world))["opted_out"] == "all"
    await says(world, ADA, "person opt-in Sam: asked for it on the phone")
    assert (await sam(world))["opted_out"] == ""
    (event,) = await world.all("events", kind="opted_in")
    assert json.loads(event["args"])["reason"] == "asked for it on the phone"


async def test_people_are_found_by_a_part_of_the_name(world):
    await world.ticket_closed(SAM)
    await world.ticket_closed(MEI)
    assert f"Sam Rivera (web:{SAM})" in await says(world, ANA, "people riv")
    assert "林美" in await says(world, WEI, "查找用户 林")
    assert "nobody" in await says(world, ANA, "people zzz")
    await world.writes(ANA, "/people sam", place=SUPPORT)
    assert "in private" in world.last(SUPPORT).text


@pytest.mark.parametrize("talk", ["people are waiting", "forget it", "team spirit", "团队今天很忙"])
async def test_talk_that_begins_like_a_command_is_talk_in_a_teams_channel(world, talk):
    await world.writes(ANA, talk, place=SUPPORT)
    assert world.texts(SUPPORT) == []
    await world.writes(ANA, f"/{talk}", place=SUPPORT)
    assert len(world.texts(SUPPORT)) == 1


# What is held about somebody ------------------------------------------------------------------------------------------


def files_are_taken(world) -> None:
    """The channel takes files from now on."""
    limits = {"web": Limits(per_second=0, files=True)}
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling(limits))


async def test_everything_about_somebody_is_exported_and_that_is_on_record(world):
    await world.unhappy(words="It was dreadful.")
    files_are_taken(world)
    await says(world, ADA, "person export Sam")
    row = [row for row in await world.all("outbox") if row["key"] == "command.person_export.ready"][-1]
    file = await world.store.read(attachments.make, json.loads(row["args"])["file"])
    held = json.loads(file.body)
    assert held["people"][0]["name"] == "Sam Rivera"
    assert "dreadful" in file.body.decode()
    assert (await world.the("events", kind="person.exported"))["subject_id"] == (await sam(world))["id"]
    assert "export-person" in world.last(ADA).text
    assert "everything about Sam Rivera exported" in await says(world, ADA, "audit")


# Two have to want it --------------------------------------------------------------------------------------------------


async def test_somebody_is_forgotten_once_a_second_admin_approves(world):
    await second_admin(world)
    case = await world.unhappy(words="It was dreadful.")
    shown = await says(world, ADA, "forget Sam Rivera")
    for part in ("can't be undone", "cases: 1", "forget Sam Rivera confirm"):
        assert part in shown, part
    assert (await sam(world))["name"] == "Sam Rivera"
    asked, code = await asks_to_forget(world)
    assert [choice.label for choice in asked.choices] == ["Approve", "Refuse"]
    assert "yourself" in await says(world, ADA, f"approve {code}")
    assert code in await says(world, ADA, "approvals")
    await world.presses(BEN, asked.choices[0].key, place=BEN)
    assert await sam(world) is None
    assert (await world.reload(case))["state"] == "closed"
    receipt = re.search(r"receipt: (F\w{6})", world.last(ADA).text)
    assert receipt, world.last(ADA).text
    told = await says(world, ADA, f"receipt {receipt[1]}")
    assert "Asked for by Ada, approved by Ben" in told
    assert "Sam" not in told
    assert "approved already, by Ben" in await says(world, BEN, f"approve {code}")
    assert "Sam" not in await says(world, ADA, "audit")
    assert receipt[1] in world.last(ADA).text


async def test_it_is_approved_in_chinese_by_a_typed_code_and_once(world):
    await second_admin(world)
    await world.ticket_closed(MEI)
    shown = await says(world, ADA, "删除用户 林美")
    assert "彻底删除" in shown
    await says(world, ADA, shown.splitlines()[-1])
    code = next(row["code"] for row in await world.store.read(lambda tx: tx.all("approvals.waiting", now=world.now)))
    for _ in range(2):
        await world.writes(BEN, f"批准 {code}", place=BEN, id="twice")
    assert await world.store.read(people.by_address, "web", MEI) is None
    assert len(await world.all("events", kind="person.forgotten")) == 1
    assert len(await world.all("forgotten")) == 1


async def test_it_is_refused_withdrawn_or_lapses(world):
    await second_admin(world)
    await world.ticket_closed()
    asked, _ = await asks_to_forget(world)
    await world.presses(BEN, asked.choices[1].key, place=BEN)
    assert "Ben refused" in world.last(ADA).text
    _, code = await asks_to_forget(world)
    assert "refused" in await says(world, ADA, f"refuse {code}")
    _, code = await asks_to_forget(world)
    await world.later(hours=25)
    assert f"Nobody approved {code}" in world.last(ADA).text
    assert "has lapsed" in await says(world, BEN, f"approve {code}")
    assert "Nothing waits" in await says(world, BEN, "approvals")
    assert (await sam(world))["name"] == "Sam Rivera"


async def test_asked_twice_it_is_one_request(world):
    await second_admin(world)
    await world.ticket_closed()
    _, first = await asks_to_forget(world)
    await says(world, ADA, "forget Sam Rivera confirm")
    assert first in world.last(ADA).text
    assert len(await world.all("approvals")) == 1


async def test_without_a_second_admin_it_is_not_done_and_that_is_said(world):
    await world.ticket_closed()
    assert "there is none" in await says(world, ADA, "forget Sam Rivera confirm")
    assert "role here" in await says(world, ADA, "forget Ben confirm")
    assert await world.all("approvals") == []


async def test_who_is_no_admin_presses_in_vain(world):
    await second_admin(world)
    await world.ticket_closed()
    asked, code = await asks_to_forget(world)
    receipt = await world.presses(WEI, asked.choices[0].key, place=WEI)
    assert "没有权限" in receipt.notice
    assert (await sam(world))["name"] == "Sam Rivera"
    assert await world.the("approvals", code=code, state="asked")


async def test_an_owner_is_made_by_two(world):
    assert "there is none" in await says(world, ADA, "role Ana owner everywhere")
    assert "admin now" in await says(world, ADA, "role Ben admin everywhere")
    assert "more than they have" in await says(world, BEN, "role Ana owner everywhere")
    assert "Asked Ben" in await says(world, ADA, "role Ana owner everywhere")
    ana = await world.person("Ana")
    assert "" not in await world.store.read(teams.roles_of, ana["id"])
    await world.presses(BEN, world.last(BEN).choices[0].key, place=BEN)
    assert (await world.store.read(teams.roles_of, ana["id"]))[""] == "owner"
    assert "Ana: owner now" in world.last(ADA).text
    assert "admin now" in await says(world, ADA, "role Ada admin everywhere")


# What was changed, and taking it back ---------------------------------------------------------------------------------


async def test_audit_tells_who_changed_what_from_what_to_what(world):
    await says(world, ANA, "team policy support escalate after 3h")
    await says(world, ADA, "role Ben lead support")
    files_are_taken(world)
    await says(world, ADA, "export responses month")
    await says(world, WEI, "团队 改名 delivery 配送")
    told = await says(world, ADA, "audit")
    lines = told.splitlines()[1:]
    assert [line.split(" · ", 1)[1] for line in lines] == [
        "小伟 · name of 配送: Delivery → 配送",
        "Ada · responses exported",
        "Ada · role of Ben in Support: member → lead",
        "Ana · policy of Support: Escalate after: 2 h → Escalate after: 3 h",
    ]
    only = await says(world, ADA, "audit Ana month")
    assert len(only.splitlines()) == 2
    assert len((await says(world, ADA, "audit week support")).splitlines()) == 3
    assert "变更记录" in await says(world, WEI, "审计 本周")
    assert "nobody" in await says(world, ADA, "audit Zed")


async def test_leads_see_the_changes_of_their_own_teams_only(world):
    await says(world, ANA, "team zone support UTC")
    await says(world, WEI, "团队 时区 delivery UTC")
    told = await says(world, ANA, "audit")
    assert "time zone of Support" in told
    assert "Delivery" not in told


async def test_a_long_log_is_read_page_by_page(world):
    for n in range(17):
        await says(world, ANA, f"team rename support Care {n}")
    told = await says(world, ANA, "audit")
    assert "2 more: add “page 2”" in told
    assert len(told.splitlines()) == 17
    assert len((await says(world, ANA, "审计 第2页")).splitlines()) == 3


async def test_undo_takes_back_one_change_after_the_other_and_says_which(world):
    await says(world, ANA, "team rename support Care")
    await says(world, ANA, "team policy support storm 25")
    await says(world, ANA, "role Ben lead support")
    assert "role of Ben" in await says(world, ANA, "undo")
    assert "处理规则" in await says(world, ANA, "撤销")
    assert "name of" in await says(world, ANA, "undo")
    assert "nothing" in await says(world, ANA, "undo")
    row = await world.store.read(teams.get, "support")
    assert (row["name"], teams.policy(row).storm_cases) == ("Support", 10)
    ben = await world.person("Ben")
    assert await world.store.read(teams.roles_of, ben["id"]) == {"support": "member"}


async def test_undo_is_for_ones_own_changes_of_the_last_half_hour(world):
    await says(world, ANA, "team rename support Care")
    assert "nothing" in await says(world, ADA, "undo")
    await world.later(minutes=31)
    assert "nothing" in await says(world, ANA, "undo")
    assert (await world.store.read(teams.get, "support"))["name"] == "Care"


async def test_undo_leaves_what_somebody_else_has_changed_since(world):
    await says(world, ANA, "team rename support Care")
    await says(world, ADA, "team rename support Help")
    assert "changed again since" in await says(world, ANA, "undo")
    assert (await world.store.read(teams.get, "support"))["name"] == "Help"


async def test_undo_brings_back_a_channel_an_address_and_a_new_team(world):
    await world.ticket_closed()
    await says(world, ADA, "team channel support web:team:lounge confirm")
    await says(world, ADA, "undo")
    assert (await world.store.read(teams.get, "support"))["place"] == SUPPORT
    await says(world, ADA, "team new Returns")
    await says(world, ADA, "undo")
    assert "returns" not in [row["id"] for row in await world.store.read(teams.all)]
    await says(world, ADA, f"person remove address Sam web:{SAM}")
    assert await sam(world) is None
    await says(world, ADA, "undo")
    assert (await sam(world))["name"] == "Sam Rivera"


async def test_a_redelivered_undo_takes_back_one_change(world):
    await says(world, ANA, "team rename support Care")
    await says(world, ANA, "team rename support Help")
    for _ in range(2):
        await world.writes(ANA, "undo", place=ANA, id="once")
    assert (await world.store.read(teams.get, "support"))["name"] == "Care"
