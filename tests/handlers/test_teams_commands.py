from __future__ import annotations

import json

import pytest
from world import ADA, ANA, BEN, MEI, SAM, SUPPORT, TEAMS, WEI

from cxbot.transactions import people, teams


async def says(world, who, text, **more):
    """What somebody is answered in private."""
    await world.writes(who, text, place=who, **more)
    return world.last(who).text


async def team(world, team_id="support"):
    return await world.store.read(teams.get, team_id)


async def test_teams_and_one_team_are_shown_in_each_language(world):
    listed = await says(world, BEN, "teams")
    for part in ("Support (support)", "Delivery (delivery)", "ticket", "2 members"):
        assert part in listed, part
    page = await says(world, ANA, "team support")
    for part in ("web:team:support", "ticket, account and store", "Ana (lead)", "Open cases: 0"):
        assert part in page, part
    assert "成员：小伟（负责人）" in await says(world, WEI, "团队 delivery")
    assert "負責接觸點" in await says(world, ADA, "團隊 support")
    assert "no team" in await says(world, ANA, "team nowhere")


async def test_a_team_is_set_up_by_message_alone(world):
    made = await says(world, ADA, "team new Returns & Refunds")
    assert "(returns-refunds)" in made
    assert "Zoe: lead in Returns & Refunds now" in await says(
        world, ADA, "team member add web:member:zoe Zoe lead returns-refunds"
    )
    assert "refund" in await says(world, ADA, "team touchpoints returns-refunds refund, return")
    assert "Asia/Taipei" in await says(world, ADA, "team zone returns-refunds Asia/Taipei")
    assert "Changed" in await says(world, ADA, "team language returns-refunds zh-TW")
    shown = await says(world, ADA, "team channel returns-refunds web:team:returns")
    assert "confirm" in shown
    assert (await team(world, "returns-refunds"))["place"] == ""
    assert "From now on" in await says(world, ADA, shown.splitlines()[-1])
    await world.happens("refund", "done", SAM)
    row = await team(world, "returns-refunds")
    assert (row["place"], row["language"], json.loads(row["touchpoints"])) == (
        "team:returns",
        "zh-TW",
        ["refund", "return"],
    )
    members = await world.store.read(teams.members, "returns-refunds")
    assert [(each["name"], each["role"]) for each in members] == [("Zoe", "lead")]
    assert "添加成员" in await says(world, ADA, "新建团队 售后")
    assert (await team(world, "team-1"))["name"] == "售后"
    assert "already" in await says(world, ADA, "team new Support")


async def test_the_place_where_it_is_written_becomes_the_channel_once_confirmed(world):
    await world.writes(ANA, "team channel support", place="team:lounge")
    assert "would go to web:team:lounge instead of web:team:support" in world.last("team:lounge").text
    await world.writes(ANA, "team channel support confirm", place="team:lounge")
    assert (await team(world))["place"] == "team:lounge"
    await world.ticket_closed()
    await world.writes(SAM, "1")
    assert len(world.cards("team:lounge")) == 1
    await world.writes(ANA, "team channel web:team:delivery confirm", place="team:lounge")
    assert "is the channel of Delivery" in world.last("team:lounge").text
    assert "is told things at: web:team:lounge" in await says(world, ANA, "team channel support")
    assert "no channel I know" in await says(world, ANA, "team channel support pigeon:roof")


async def test_each_thing_of_a_team_is_changed_shown_and_recorded(world):
    for line, column, value in (
        ("team rename support Customer care", "name", "Customer care"),
        ("team zone support Europe/Berlin", "time_zone", "Europe/Berlin"),
        ("team language support zh-CN", "language", "zh-CN"),
        ("team touchpoints support ticket", "touchpoints", '["ticket"]'),
    ):
        assert "Changed" in await says(world, ANA, line), line
        assert "so already" in await says(world, ANA, line), line
        assert (await team(world))[column] == value
    causes = await says(world, ANA, "team causes support billing, Wrong size")
    assert "Price, bill or refund · Wrong size" in causes
    assert [cause.id for cause in teams.causes(await team(world))] == ["billing", "own_1"]
    kinds = [row["kind"] for row in await world.all("events", subject_id="support")]
    assert kinds == [f"team.{name}_changed" for name in ("name", "time_zone", "language", "touchpoints", "causes")]
    assert "no time zone" in await says(world, ANA, "team zone support Atlantis")
    assert "don't speak" in await says(world, ANA, "team language support klingon")
    # The settings do not take back what was changed in chat.
    assert any("chat wins" in line for line in await world.store.run(
        teams.seed, {**TEAMS, "support": {**TEAMS["support"], "name": "Help"}}, world.now))  # fmt: skip


async def test_policy_is_shown_and_changed_one_setting_at_a_time(world):
    shown = await says(world, ANA, "team policy support")
    for part in (
        "First contact: critical 30 min",
        "Reminders: 30 min and 1 h",
        "Escalate to: Delivery",
        "Opening card: on",
    ):
        assert part.casefold() in shown.casefold(), part
    case = await world.unhappy()
    assert "45 min" in await says(world, ANA, "team policy support first contact high 45 min")
    assert teams.policy(await team(world)).first_contact_minutes["high"] == 45
    assert '"high":60' in (await world.reload(case))["policy"].replace(" ", "")
    assert "已更改" in await says(world, ANA, "团队 规则 support 升级时间 3小时")
    assert "Escalate to: Ben" in await says(world, ANA, "team policy support escalate to Ben")
    ben = await world.person("Ben")
    assert teams.policy(await team(world)).escalate_to == ben["id"]


@pytest.mark.parametrize(("line", "said"), [
    ("team policy support reminders 60, 30", "later than the one before"),
    ("team policy support reminders 30, 500", "after the escalation"),
    ("team policy support storm within 9999", "between 1 and 1440"),
    ("团队 规则 support 首次联系 30", "需要严重程度和时间"),
    ("團隊 規則 support 開工卡片 也許", "只能是「開」或「關」"),
    ("team policy support colour blue", "don't know the setting"),
])  # fmt: skip
async def test_a_policy_that_cannot_be_is_refused_in_words(world, line, said):
    assert said in await says(world, ANA, line)
    assert await world.all("events", subject_id="support") == []


async def test_in_the_teams_own_channel_its_name_can_be_left_out(world):
    await world.writes(ANA, "team policy escalate off", place=SUPPORT)
    assert teams.policy(await team(world)).escalate_minutes == 0
    await world.writes(ANA, "team rename Care", place=SUPPORT)
    assert (await team(world))["name"] == "Care"


@pytest.mark.parametrize(("who", "line", "allowed"), [
    (BEN, "team rename support X", False),
    (BEN, "team policy support", False),
    (WEI, "team zone support UTC", False),
    (ANA, "team zone support UTC", True),
    (ADA, "team zone support UTC", True),
    (ANA, "team new Y", False),
    (ANA, "team archive delivery", False),
    (BEN, "team member add Sam support", False),
    (WEI, "team member add Ben support", False),
    (BEN, "role Ana", False),
    (BEN, "audit", False),
    (ANA, "person set Sam vip yes", False),
    (ANA, "forget Sam", False),
    (ANA, "person export Sam", False),
    (ANA, "approve ABCDEF", False),
    (BEN, "people sam", False),
    (ANA, "people sam", True),
])  # fmt: skip
async def test_who_may_what(world, who, line, allowed):
    await world.ticket_closed()
    before = await world.all("events")
    answer = await says(world, who, line)
    refused = any(part in answer + " " for part in ("may not", "没有权限"))
    assert refused != allowed, answer
    if not allowed:
        assert await world.all("events") == before


async def test_members_come_go_and_get_other_roles(world):
    assert "Ben: lead in Support now" in await says(world, ANA, "role Ben lead support")
    assert "already" in await says(world, ANA, "role Ben lead support")
    assert "Ben: lead in Support" in await says(world, ANA, "role Ben")
    assert "no role" in await says(world, ANA, "team member remove Ben support")
    ben = await world.person("Ben")
    assert await world.store.read(teams.roles_of, ben["id"]) == {}
    assert "not in Support" in await says(world, ANA, "team member remove Ben support")
    assert "在Support的角色是：成员" in (await says(world, ADA, "添加成员 Ben support")).replace(" ", "")
    changes = [json.loads(row["args"]) for row in await world.all("events", kind="role.changed")]
    assert [(each["from"], each["to"]) for each in changes] == [("member", "lead"), ("lead", ""), ("", "member")]
    # What was changed in chat stays, whatever the settings say.
    await says(world, ANA, "team member remove Ben support")
    assert await world.store.run(teams.seed, TEAMS, world.now) == []
    assert await world.store.read(teams.roles_of, ben["id"]) == {}


async def test_a_role_everywhere_is_named_so_and_the_only_one_needs_no_team(world):
    ben = await world.person("Ben")
    assert "Ben: viewer now" in await says(world, ADA, "role Ben viewer everywhere")
    assert await world.store.read(teams.roles_of, ben["id"]) == {"": "viewer", "support": "member"}
    assert "Which team?" in await says(world, ADA, "role Ben none")
    assert "Ben: no role now" in await says(world, ADA, "role Ben none everywhere")
    assert "Ben: lead in Support now" in await says(world, ADA, "role Ben lead")
    assert "Ben: no role in Support now" in await says(world, ADA, "role Ben none")
    assert await world.store.read(teams.roles_of, ben["id"]) == {}
    changes = [json.loads(row["args"])["team"] for row in await world.all("events", kind="role.changed")]
    assert changes == ["", "", "support", "support"]


async def test_nobody_gives_or_takes_more_than_they_have(world):
    assert "more than they have" in await says(world, ANA, "role Ben admin support")
    await world.store.run(teams.give_role, "support", (await world.person("Ben"))["id"], "admin", world.now)
    assert "more than they have" in await says(world, ANA, "role Ben member support")
    assert "may not" in await says(world, ANA, "role Ben admin everywhere")


async def test_the_last_owner_stays_one(world):
    assert "last owner" in await says(world, ADA, "role Ada admin everywhere")
    ada = await world.person("Ada")
    assert await world.store.read(teams.roles_of, ada["id"]) == {"": "owner"}


async def test_a_redelivered_command_is_carried_out_once(world):
    for _ in range(2):
        await world.writes(ADA, "team new Returns", id="again")
    assert len([row for row in await world.store.read(teams.all) if row["name"] == "Returns"]) == 1
    assert len(await world.all("events", kind="team.created")) == 1


async def test_a_team_that_others_escalate_to_is_not_archived(world):
    assert "Support escalates to Delivery" in await says(world, ADA, "team archive delivery")


async def test_an_archived_team_is_given_nothing_until_it_is_restored(world):
    ben = await world.person("Ben")
    await world.store.run(teams.give_role, "", ben["id"], "admin", world.now)
    case = await world.unhappy()
    assert "1 open case" in await says(world, ADA, "team archive support confirm")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="misclick")
    shown = await says(world, ADA, "team archive support")
    assert "A second admin has to approve" in shown
    assert "Asked Ben" in await says(world, ADA, shown.splitlines()[-1])
    asked = world.last(BEN)
    await world.presses(BEN, asked.choices[0].key, place=BEN)
    assert "Support is archived" in world.last(ADA).text
    assert [row["id"] for row in await world.store.read(teams.all)] == ["delivery"]
    await world.happens("delivery", "delivered", MEI, team="support")
    await world.writes(MEI, "1")
    assert (await world.all("cases"))[-1]["team_id"] == "delivery"
    ana = await world.store.read(people.by_address, "web", ANA)
    assert await world.store.read(teams.roles_of, ana["id"]) == {}
    assert await world.store.run(teams.seed, TEAMS, world.now) == ["team support: archived in chat, and stays so"]
    assert "works again" in await says(world, ADA, "team restore support")
    assert await world.store.read(teams.roles_of, ana["id"]) == {"support": "lead"}
