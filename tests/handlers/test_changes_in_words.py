"""What was changed is told in words; what changes nothing is no change; one that stands does not block the others."""

from __future__ import annotations

from world import ADA, MEI, World

from cxbot.transactions import teams


async def says(world: World, *lines: str, who: str = ADA) -> str:
    """All that somebody is answered to the last line, in their own conversation."""
    before = 0
    for line in lines:
        before = len(world.texts(who))
        await world.writes(who, line, place=who)
    return "\n".join(world.texts(who, before))


async def test_a_setting_that_is_so_already_is_no_change(world):
    for line in ("team policy support storm 10", "team policy support first contact critical 30 min"):
        assert "That is so already" in await says(world, line)
    assert not await world.all("events", kind="team.policy_changed")
    hours = await says(world, "team hours support mon-fri 09:00-18:00", "team hours support mon-fri 09:00-18:00")
    assert "That is so already" in hours
    assert len(await world.all("events", kind="team.hours_changed")) <= 1


async def test_a_change_that_cannot_be_taken_back_does_not_block_the_one_before(world):
    await says(world, "team rename support Help", "team policy support storm 12")
    policy = {"storm_cases": 14}
    await world.store.run(
        lambda tx: teams.set_policy(
            tx, "support", teams.policy(teams.get(tx, "support")).model_copy(update=policy), "x", world.now
        )
    )
    said = await says(world, "undo")
    assert "changed again since: policy of Help" in said
    assert "name of Help: Support → Help" in said
    assert "Taken back" in await says(world, "1")
    assert [row["name"] for row in await world.store.read(teams.all)] == ["Delivery", "Support"]


async def test_who_alone_could_approve_is_told_so_at_once(world):
    await world.ticket_closed()
    said = await says(world, "forget Sam")
    assert "A second owner or admin who can be written to has to approve, and there is none" in said
    assert "table." not in said
    refused = await says(world, "forget Sam confirm")
    assert refused.startswith("A second owner or admin")


async def test_a_policy_is_listed_in_words(world):
    for line in ("team policy support", "团队 规则 support", "團隊 規則 support"):
        said = await says(world, line)
        assert "policy." not in said
        assert "goodwill_" not in said


async def test_cadences_and_causes_are_called_by_name_in_the_list_of_changes(world):
    await world.happens("kiosk", "used", MEI)
    await says(world, "cadence new nps from now as big", "cadence start big", "cadence pause big")
    await says(world, "team causes support Billing, Wrong size")
    said = await says(world, "audit")
    for words in ("cadence big drafted", "cadence big started", "cadence big paused", "Wrong size"):
        assert words in said
    assert "own_" not in said
    assert "启动周期 big" in await says(world, "审计")


async def test_the_audit_says_what_was_taken_back_and_when_a_day_was_taken_away(world):
    told = await says(world, "rota set Ana, Ben weekly for support", "undo", "audit today")
    assert "taken back: rota of Support changed" in told
    told = await says(world, "survey schedule csat tomorrow 9:00", "survey schedule csat off", "audit today")
    assert "csat: The day from which on it asks was taken away." in told
    assert "csat: The survey was given a day from which on it asks." in told
