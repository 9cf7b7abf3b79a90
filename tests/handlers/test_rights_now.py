"""What somebody may do is asked at that moment: of undo, a team's channel, goodwill without a second person."""

from __future__ import annotations

import json

import pytest
from world import ADA, ANA, MEI, SAM, SUPPORT

from cxbot.domain.goodwill import Budget, raises
from cxbot.transactions import change_log, dry_run, membership, surveys, teams


async def says(world, who, text):
    await world.writes(who, text, place=who)
    return world.last(who).text


async def becomes(world, name, **roles):
    """Somebody has these roles by team and no others; `everywhere` is a team of its own."""
    person = await world.person(name)

    def set_all(tx):
        for team_id in teams.roles_of(tx, person["id"]):
            tx.run("teams.remove_member", team_id=team_id, person_id=person["id"])
        for team, role in roles.items():
            teams.give_role(tx, "" if team == "everywhere" else team, person["id"], role, world.now)

    await world.store.run(set_all)


async def of_support(world, column):
    return (await world.store.read(teams.get, "support"))[column]


# undo: what a customer said themselves -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("undo", "told"), [("undo", "changed again since"), ("撤销", "又有改动"), ("復原", "又有變動")]
)
async def test_nobody_takes_back_what_a_customer_has_said_themselves_meanwhile(world, undo, told):
    await world.ticket_closed()
    await says(world, ADA, "person opt-out Sam all")
    await world.later(minutes=5)
    await world.writes(SAM, "stop all")
    await world.writes(SAM, "stop all")
    assert told in await says(world, ADA, undo)
    sam = await world.person("Sam Rivera")
    assert sam["opted_out"] == "all"
    events = await world.all("events", kind="opted_out", subject_id=sam["id"])
    assert [row["actor_id"] == sam["id"] for row in events] == [False, True], "their own word, once"


async def test_a_customer_who_wants_surveys_is_not_stopped_by_taking_back_that_a_colleague_had_noted_it(world):
    await world.ticket_closed()
    await world.writes(SAM, "stop")
    await says(world, ADA, "person opt-in Sam: said so on the phone")
    await world.writes(SAM, "start")
    assert "changed again since" in await says(world, ADA, "undo")
    assert (await world.person("Sam Rivera"))["opted_out"] == ""


async def test_ones_own_notes_of_what_somebody_wants_are_taken_back_one_after_the_other(world):
    await world.ticket_closed()
    await says(world, ADA, "person opt-out Sam")
    await says(world, ADA, "person opt-out Sam all")
    await says(world, ADA, "undo")
    assert (await world.person("Sam Rivera"))["opted_out"] == "surveys"
    await says(world, ADA, "undo")
    assert (await world.person("Sam Rivera"))["opted_out"] == ""


async def test_a_dry_run_knows_who_had_opted_out_when_they_say_it_once_more(world):
    await world.ticket_closed()
    await world.later(minutes=1)
    await says(world, ADA, "person opt-out Sam")
    await world.later(days=1)
    await world.ticket_closed()
    await world.later(days=1)
    await world.writes(SAM, "stop")
    looked = await world.store.read(dry_run.replay, "csat", 7, world.now)
    assert dict(looked.held)["opted_out"] == 1


# undo: with the roles of that moment --------------------------------------------------------------------------------


def test_every_change_that_can_be_taken_back_says_who_may():
    assert {*change_log.NEEDED, membership.CHANGED} == set(change_log.REVERT)


@pytest.mark.parametrize(
    ("undo", "told"), [("undo", "does not allow it"), ("撤销", "已没有这项权限"), ("復原", "已沒有這項權限")]
)
async def test_a_survey_stays_paused_whatever_who_paused_it_and_is_no_admin_now_takes_back(world, undo, told):
    await says(world, ADA, "survey pause csat")
    await becomes(world, "Ada", support="lead")
    assert told in await says(world, ADA, undo)
    assert (await world.store.read(surveys.live, "csat")).paused


@pytest.mark.parametrize(
    "line",
    [
        "person opt-out Sam all",
        "person set Sam name Samuel",
        "person add address Sam web:customer:samuel",
        "team policy delivery first contact high 30 min",
        "team channel delivery web:team:lounge confirm",
        "team new Returns",
        "survey edit csat expiry 3d",
    ],
)
async def test_what_an_admin_did_stays_once_they_are_a_lead_elsewhere(world, line):
    await world.ticket_closed()
    await says(world, ADA, line)
    await becomes(world, "Ada", support="lead")
    assert "does not allow it any more" in await says(world, ADA, "undo")
    assert await world.all("events", kind=change_log.UNDONE) == []


async def test_a_lead_still_takes_back_what_is_of_their_team(world):
    await says(world, ANA, "team policy support first contact high 30 min")
    assert "Taken back" in await says(world, ANA, "undo")


async def test_the_change_before_one_that_is_not_theirs_any_more_is_offered(world):
    await says(world, ADA, "team policy support first contact high 30 min")
    await says(world, ADA, "survey pause csat")
    await becomes(world, "Ada", support="lead")
    assert "The newest that can be taken back" in await says(world, ADA, "undo")
    await world.writes(ADA, "1", place=ADA)
    assert "Taken back" in world.last(ADA).text


# A team's channel ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("team channel support web:customer:sam confirm", "somebody's own chat"),
        ("团队 频道 support web:customer:sam 确认", "某个人的单聊"),
        ("團隊 頻道 support web:customer:sam 確認", "某個人的單獨聊天"),
        ("team channel support web:member:ben", "somebody's own chat"),
    ],
)
async def test_nobodys_own_chat_becomes_the_channel_of_a_team(world, line, told):
    await world.ticket_closed()
    assert told in await says(world, ANA, line)
    assert await of_support(world, "place") == SUPPORT
    await world.unhappy(MEI, 1)
    assert len(world.cards()) == 1
    assert world.cards(SAM) == []


async def test_no_team_moves_to_a_place_that_is_somebodys(world):
    await world.ticket_closed()
    ada = await world.person("Ada")
    assert not await world.store.run(teams.move, "support", "web", SAM, ada["id"], world.now)
    assert await of_support(world, "place") == SUPPORT


# Goodwill without a second person -----------------------------------------------------------------------------------


async def budget(world, **amounts):
    for line in ("currency EUR", *(f"{name} {amount}" for name, amount in amounts.items())):
        await says(world, ADA, f"team policy support goodwill {line.replace('_', ' ')}")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("team policy support goodwill each 500", "only an admin may"),
        ("团队 规则 support 单次补偿 500", "只能由管理员操作（Ada）"),
        ("團隊 規則 support 單次補償 500", "只能由管理員操作（Ada）"),
        ("team policy support goodwill per customer 500", "only an admin may"),
        ("team policy support goodwill per team 501", "only an admin may"),
        ("team policy support goodwill currency KWD", "only an admin may"),
    ],
)
async def test_a_lead_does_not_go_round_the_second_person(world, line, told):
    await budget(world, each=20, per_customer=40, per_team=500)
    before = await of_support(world, "policy")
    assert told in await says(world, ANA, line)
    assert await of_support(world, "policy") == before
    await says(world, ADA, line)
    assert await of_support(world, "policy") != before


async def test_a_lead_lets_the_team_give_less_and_only_an_admin_takes_that_back(world):
    await budget(world, each=20, per_customer=40, per_team=500)
    await says(world, ANA, "team policy support goodwill each 5")
    assert json.loads(await of_support(world, "policy"))["goodwill_each"] == "5"
    assert "does not allow it" in await says(world, ANA, "undo")
    assert json.loads(await of_support(world, "policy"))["goodwill_each"] == "5"


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (Budget(""), Budget("EUR"), False),
        (Budget("EUR", 1, 1, 1), Budget(""), False),
        (Budget("EUR", 5, 5, 5), Budget("EUR", 4, 5, 0), False),
        (Budget("EUR", 5, 5, 5), Budget("EUR", 4, 5, 6), True),
        (Budget("EUR", 5, 5, 5), Budget("JPY", 1, 0, 0), True),
        (Budget(""), Budget("EUR", 1), True),
    ],
)
def test_more_without_asking_is_a_higher_limit_or_one_in_another_currency(before, after, more):
    assert raises(before, after) is more
