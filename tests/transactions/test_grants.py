from __future__ import annotations

import asyncio

import pytest
from recovery_cast import fact, with_goodwill
from world import ADA, ANA, DELIVERY, MEI, SAM, SUPPORT, WEI, World, arguments

from cxbot.domain.cases import Refusal
from cxbot.store import open_store
from cxbot.transactions import grants, people, people_merging, teams

BUDGET = {"goodwill_each": "50", "goodwill_person": "60", "goodwill_team": "100"}


async def give(world, case, who="Ben", amount=2000, **more):
    person = await world.person(who)
    more.setdefault("reason", "late delivery")
    return await world.store.run(grants.ask, case["id"], person["id"], world.now, amount=amount, **more)


async def decide(world, grant, who, approved=True):
    person = await world.person(who)
    decided = await world.store.run(grants.decide, grant["id"], approved, person["id"], world.now)
    await world.settle()
    return decided


async def asked(world, **more):
    """A grant beyond the budget that Ben asks for."""
    await with_goodwill(world)
    case = await world.unhappy()
    await give(world, case, **more)
    await world.settle()
    return case, await world.the("grants")


def question(world, place=SUPPORT):
    return [message for message in world.web.sent if any(c.key.startswith("g:") for c in message.choices)][-1]


async def test_within_the_budget_it_is_granted_at_once_and_on_the_record(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    granted = await give(world, case)
    await world.settle()
    row = await world.the("grants")
    assert (granted.money, row["state"], row["amount"], row["decided_by"]) == (
        "CNY 20.00",
        "granted",
        2000,
        row["asked_by"],
    )
    assert "Ben gives Sam Rivera CNY 20.00" in world.last(SUPPORT).text or "Ben gives" in "\n".join(
        world.texts(SUPPORT)
    )
    assert fact(world.cards()[-1], "Goodwill") == "CNY 20.00 granted"
    event = [row for row in await world.all("events", subject_id=case["id"]) if row["kind"] == "goodwill_granted"]
    assert arguments(event[0]) == {"amount": 2000, "currency": "CNY", "for": "late delivery", "beyond": []}
    assert "late delivery" not in "\n".join(world.texts(SAM))


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [
        ({}, ["each", "person", "team"]),
        ({**BUDGET, "goodwill_each": "19.99"}, ["each"]),
        ({**BUDGET, "goodwill_person": "0"}, ["person"]),
        ({**BUDGET, "goodwill_team": "10"}, ["team"]),
    ],
)
async def test_beyond_any_limit_a_second_person_is_asked(world, policy, beyond):
    await with_goodwill(world, **policy)
    case = await world.unhappy()
    result = await give(world, case)
    await world.settle()
    assert (result.grant["state"], result.approvers) == ("asked", ("Ana",))
    event = [row for row in await world.all("events", subject_id=case["id"]) if row["kind"] == "goodwill_asked"]
    assert arguments(event[0])["beyond"] == beyond
    assert [choice.label for choice in question(world).choices] == ["Approve", "Refuse"]
    assert fact(world.cards()[-1], "Goodwill") == "CNY 20.00 waits for approval"


async def test_what_was_given_counts_for_the_customer_and_the_team_until_it_is_long_ago(world):
    await with_goodwill(world, **BUDGET)
    sam, mei = await world.unhappy(), await world.unhappy(MEI)
    assert [(await give(world, sam, amount=4000)).grant["state"]] == ["granted"]
    assert (await give(world, sam, amount=2001)).grant["state"] == "asked"  # 60 for one customer
    assert (await give(world, mei, amount=5000)).grant["state"] == "granted"
    assert (await give(world, mei, amount=1001)).grant["state"] == "asked"  # 100 for the team
    await world.later(days=12)  # December
    assert (await give(world, mei, amount=1000)).grant["state"] == "granted"
    assert (await give(world, sam, amount=2001)).grant["state"] == "asked"
    await world.later(days=80)
    assert (await give(world, sam, amount=2001)).grant["state"] == "granted"


async def test_what_was_refused_or_waits_counts_for_nothing(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    await give(world, case, amount=5100)
    await decide(world, await world.the("grants"), "Ana", approved=False)
    await give(world, case, amount=5200)
    assert (await give(world, case, amount=5000)).grant["state"] == "granted"


async def test_a_lead_approves_and_the_one_who_asked_is_told(world):
    case, grant = await asked(world, told="We give you 20 yuan for the trouble.")
    assert "We give you" not in "\n".join(world.texts(SAM))
    done = await decide(world, grant, "Ana")
    assert done.grant["state"] == "granted"
    assert "Ana approved CNY 20.00 for Sam Rivera" in "\n".join(world.texts(SUPPORT))
    assert world.texts(SAM)[-1].startswith("We give you 20 yuan for the trouble.\n— Ben")
    closed = [message for message in world.web.sent if "granted, by Ana" in message.text]
    assert closed
    assert closed[-1].choices == ()
    assert closed[-1].replaces
    assert {"goodwill_asked", "goodwill_granted", "replied"} <= set(await world.history(case))


async def test_pressing_twice_does_nothing(world):
    case, grant = await asked(world, told="For you.")
    await decide(world, grant, "Ana")
    for approved in (True, False):
        again = await decide(world, grant, "Ana", approved)
        assert (again.key, again.args["state"], again.args["by"]) == ("refuse.goodwill_decided", "granted", "Ana")
    assert [kind for kind in await world.history(case) if kind.startswith("goodwill")] == [
        "goodwill_asked",
        "goodwill_granted",
    ]
    assert [text for text in world.texts(SAM) if text.startswith("For you.")] == [world.texts(SAM)[-1]]


async def test_nobody_approves_what_they_asked_for_nor_what_is_not_theirs(world):
    _, grant = await asked(world)
    assert (await decide(world, grant, "Ben")).key == "refuse.goodwill_not_yours"
    assert (await decide(world, grant, "Sam Rivera")).key == "refuse.goodwill_not_yours"
    await with_goodwill(world)
    case = await world.unhappy(MEI)
    own = (await give(world, case, who="Ana")).grant
    assert (await decide(world, own, "Ana")).key == "refuse.goodwill_own"
    assert (await world.all("grants", state="granted")) == []


async def test_a_lead_who_asks_is_answered_by_whom_the_team_escalates_to_in_their_place(world):
    await with_goodwill(world)
    case = await world.unhappy()
    result = await give(world, case, who="Ana")
    await world.settle()
    assert result.approvers == ("小伟",)
    assert question(world).address == DELIVERY
    receipt = await world.presses(WEI, question(world).choices[0].key)
    assert "已批准补偿 CNY 20.00" in receipt.notice
    assert (await world.the("grants"))["state"] == "granted"


async def test_where_the_team_escalates_to_a_person_they_are_written_to(world):
    wei = await world.person("小伟")
    await with_goodwill(world, escalate_to=wei["id"])
    case = await world.unhappy()
    assert (await give(world, case, who="Ana")).approvers == ("小伟",)
    await world.settle()
    assert question(world).address == WEI
    assert (await decide(world, await world.the("grants"), "小伟")).grant["state"] == "granted"


async def test_those_with_a_role_everywhere_stand_in_and_where_there_is_nobody_it_is_refused(world):
    await with_goodwill(world, escalate_to="")
    case = await world.unhappy()
    assert (await give(world, case, who="Ana")).approvers == ("Ada",)
    await world.settle()
    assert question(world).address == ADA

    def nobody_above(tx):
        return [row["person_id"] for row in teams.members(tx, "")]

    (ada,) = await world.store.read(nobody_above)
    await world.store.run(lambda tx: tx.run("people_merging.leave_teams", person_id=ada))
    refused = await give(world, case, who="Ana")
    assert isinstance(refused, Refusal)
    assert refused.key == "refuse.goodwill_nobody"
    assert len(await world.all("grants")) == 1


async def test_what_nobody_decides_on_lapses_in_business_time_with_a_record(world):
    await with_goodwill(world, goodwill_wait_hours=10)
    case = await world.unhappy()
    await give(world, case)
    grant = await world.the("grants")
    await world.later(hours=24.5)  # Friday 10:30, and the team works from nine to six
    assert (await world.the("grants"))["state"] == "asked"
    await world.later(hours=1)
    row = await world.the("grants")
    assert (row["state"], row["decided_by"]) == ("expired", "")
    assert "goodwill_expired" in await world.history(case)
    assert "nobody decided on CNY 20.00" in "\n".join(world.texts(SUPPORT))
    assert (await decide(world, grant, "Ana")).key == "refuse.goodwill_decided"


async def test_an_approval_that_comes_too_late_is_none_even_before_the_clock_has_looked(world):
    _, grant = await asked(world)
    world.clock.advance(3 * 24 * 3_600_000)
    ana = await world.person("Ana")
    late = await world.store.run(grants.decide, grant["id"], True, ana["id"], world.now)
    assert late.args["state"] == "expired"
    assert (await world.the("grants"))["state"] == "expired"


@pytest.mark.parametrize("ending", ["dismiss", "resolve"])
async def test_a_case_that_is_over_meanwhile(world, ending):
    case, grant = await asked(world, told="For you.")
    if ending == "dismiss":
        await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="spam")
        assert (await decide(world, grant, "Ana")).key == "refuse.closed"
        assert (await decide(world, grant, "Ana", approved=False)).grant["state"] == "refused"
        assert not any(text.startswith("For you.") for text in world.texts(SAM))
        return
    await world.resolves(ANA, case)
    await world.later(hours=2)
    await world.presses(SAM, f"o:fixed:{case['id']}:yes")
    assert (await decide(world, grant, "Ana")).grant["state"] == "granted"
    assert "the customer was not told" in "\n".join(world.texts(SUPPORT))
    await world.writes(ANA, f"timeline {case['code']}")
    assert "customer not told · This case is already over." in world.texts(SUPPORT)[-1]
    assert not any(text.startswith("For you.") for text in world.texts(SAM))


async def test_somebody_who_wants_no_messages_is_told_nothing_and_it_is_recorded(world):
    await with_goodwill(world, **BUDGET)
    case = await world.unhappy()
    await world.store.run(people.opt_out, case["person_id"], "all", world.now)
    before = len(world.texts(SAM))
    await give(world, case, told="For you.")
    await world.settle()
    assert world.texts(SAM)[before:] == []
    assert "not_told" in await world.history(case)


async def test_only_the_team_gives_only_while_the_case_is_worked_and_only_where_it_is_switched_on(world):
    case = await world.unhappy()
    assert (await give(world, case)).key == "refuse.goodwill_off"
    await with_goodwill(world, **BUDGET)
    assert (await give(world, case, who="小伟")).key == "refuse.not_member"
    await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="spam")
    assert (await give(world, case)).key == "refuse.closed"
    assert (await world.store.run(grants.ask, "gone", "x", world.now, amount=1, reason="x")).key == "refuse.stale"
    assert (await world.store.run(grants.decide, "gone", True, "x", world.now)).key == "refuse.stale"
    assert await world.all("grants") == []


async def test_two_at_once_cannot_both_have_the_last_of_the_budget(engine, world, world_url):
    await with_goodwill(world, goodwill_each="50", goodwill_person="50", goodwill_team="50")
    sam, mei = await world.unhappy(), await world.unhappy(MEI)
    replica = world
    if engine == "postgresql":
        other = await open_store(world_url)
        replica = World(other, world.clock)
    ana, ben = await world.person("Ana"), await world.person("Ben")
    try:
        await asyncio.gather(
            *(
                each.store.run(grants.ask, case["id"], who["id"], world.now, amount=3000, reason="late")
                for each, case, who in ((world, sam, ana), (replica, mei, ben), (world, mei, ana), (replica, sam, ben))
            )
        )
    finally:
        if replica is not world:
            await replica.store.close()
    assert sorted(row["state"] for row in await world.all("grants")) == ["asked", "asked", "asked", "granted"]


async def test_of_two_who_decide_at_once_one_does(world):
    case, grant = await asked(world)
    ana, ada = await world.person("Ana"), await world.person("Ada")
    results = await asyncio.gather(
        world.store.run(grants.decide, grant["id"], True, ana["id"], world.now),
        world.store.run(grants.decide, grant["id"], False, ada["id"], world.now),
    )
    assert sum(isinstance(each, Refusal) for each in results) == 1
    assert len([kind for kind in await world.history(case) if kind in ("goodwill_granted", "goodwill_refused")]) == 1


async def test_two_entries_of_one_person_have_one_budget_and_one_say(world):
    await with_goodwill(world, **BUDGET)
    first, second = await world.unhappy(), await world.unhappy("customer:twin")
    await give(world, first, amount=5000)
    await world.store.run(people_merging.merge, second["person_id"], first["person_id"], world.now)
    row = await world.the("grants")
    assert row["person_id"] == second["person_id"]
    assert (await give(world, (await world.all("cases", state="open"))[0], amount=1001)).grant["state"] == "asked"
    ben, ana = await world.person("Ben"), await world.person("Ana")
    await world.store.run(people_merging.merge, ana["id"], ben["id"], world.now)
    waiting = await world.the("grants", state="asked")
    assert waiting["asked_by"] == ana["id"]
    assert (await decide(world, waiting, "Ana")).key == "refuse.goodwill_own"
