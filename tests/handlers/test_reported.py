from __future__ import annotations

from world import ADA, ANA, SAM, SUPPORT


async def reports(world, who=ANA, subject=SAM, **more):
    return await world.acts(who, kind="interaction", subject=subject, place=SUPPORT, id=more.pop("id", "C1-17"), **more)


async def test_a_member_who_reports_what_happened_has_the_person_asked(world):
    receipt = await reports(world, fields={"touchpoint": "ticket", "outcome": "closed", "reference": "#7"})
    assert receipt.notice == "Asked now."
    interaction = await world.the("interactions")
    assert (interaction["touchpoint"], interaction["reference"], interaction["agent"]) == ("ticket", "#7", "Ana")
    assert (await world.the("invitations"))["state"] == "asked"


async def test_the_same_message_is_asked_about_once_whoever_reports_it(world):
    fields = {"touchpoint": "ticket", "outcome": "closed"}
    await reports(world, fields=fields)
    again = await world.acts(ANA, kind="interaction", subject=SAM, place=SUPPORT, id="C1-17", fields=fields)
    assert again.repeated
    other = await world.acts(ADA, kind="interaction", subject=SAM, place=SUPPORT, id="C1-17", fields=fields)
    assert other.repeated or "already" in other.notice
    assert len(await world.all("invitations")) == 1


async def test_where_it_is_not_said_what_it_was_about_a_form_asks(world):
    receipt = await reports(world)
    assert receipt.form.key == f"i:C1-17:{SAM}"
    options = dict(receipt.form.fields[0].options)
    assert options["ticket/closed"] == "Ticket: closed"
    assert await world.all("interactions") == []
    asked = await world.fills_in(ANA, receipt.form.key, occasion="ticket/closed", reference="#8")
    assert asked.notice == "Asked now."
    assert (await world.the("interactions"))["reference"] == "#8"


async def test_a_form_sent_without_a_choice_comes_back(world):
    receipt = await reports(world)
    again = await world.fills_in(ANA, receipt.form.key, occasion="", reference="")
    assert again.form.fields[0].error


async def test_who_may_not_is_told_who_can_and_nobody_is_asked(world):
    refused = await reports(world, who=SAM, fields={"touchpoint": "ticket"})
    assert "Ada" in refused.notice
    assert await world.all("interactions") == []


async def test_the_reason_for_asking_nobody_is_said(world):
    await world.writes(SAM, "STOP")
    receipt = await reports(world, fields={"touchpoint": "ticket", "outcome": "closed"})
    assert "Not asked." in receipt.notice


async def test_nobody_can_be_asked_where_no_person_wrote(world):
    assert "nobody to ask" in (await reports(world, subject="")).notice


async def test_the_platform_itself_may_report(world):
    receipt = await reports(world, who="", fields={"touchpoint": "ticket", "outcome": "closed"})
    assert (await world.the("invitations"))["state"] == "asked"
    assert receipt.form is None
