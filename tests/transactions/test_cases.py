from __future__ import annotations

import asyncio
import json

import pytest
from world import ANA, BEN, DELIVERY, HOUR, MEI, MINUTE, SAM, SUPPORT, WEI, World

from cxbot.ports import Receipt
from cxbot.store import open_store
from cxbot.transactions import case_messages, people, settings, surveys, teams


async def test_an_unhappy_answer_its_case_and_its_alert_are_one_commit(world):
    await world.ticket_closed()
    await world.acts(SAM, kind="text", text="1", settle=False)
    response, case = await world.the("responses"), await world.the("cases")
    alert = await world.the("outbox", kind="card")
    assert case["response_id"] == response["id"]
    assert (alert["case_id"], alert["order_key"], alert["address"]) == (case["id"], case["id"], SUPPORT)
    assert case["card_id"] == alert["id"]
    assert await world.history(case) == ["opened"]
    await world.settle()
    assert len(world.cards()) == 1


async def test_a_happy_answer_opens_nothing(world):
    await world.ticket_closed()
    await world.writes(SAM, "4")
    assert await world.all("cases") == []
    assert world.texts(SUPPORT) == []


async def test_the_customer_reads_at_once_sorry_a_number_which_team_and_by_when_in_their_own_time(world):
    person = {"addresses": [{"channel": "web", "address": "customer:bo"}], "time_zone": "Asia/Tokyo", "language": "en"}
    await world.happens("ticket", "closed", person=person)
    await world.writes("customer:bo", "2")
    case = await world.the("cases")
    said = world.last("customer:bo").text
    assert "sorry" in said
    assert case["code"] in said
    assert "Support will get back to you by today 15:00" in said  # 14:00 where the team is
    assert case["promised_at"] == world.now + 4 * HOUR


async def test_the_promise_is_made_in_the_language_of_the_customer_and_the_calendar_of_the_team(world):
    await world.later(hours=7, minutes=30)
    await world.unhappy(MEI)
    case = await world.the("cases")
    assert case["severity"] == "high"  # she is a VIP
    assert case["promised_at"] == world.now + 15 * HOUR + 30 * MINUTE + 30 * MINUTE
    assert case["code"] in world.last(MEI).text
    assert "明天 09:30" in world.last(MEI).text


async def test_the_apology_names_what_they_said_was_wrong(world):
    await world.happens("delivery", "late")
    scored = (await world.store.read(surveys.live, "after_delivery")).survey.scored
    invitation = await world.the("invitations")
    await world.presses(SAM, f"s:{invitation['id']}:{scored.id}:{scored.low}")
    assert (await world.the("cases"))["team_id"] == "delivery"
    assert world.cards(DELIVERY)


async def test_the_alert_tells_who_what_score_words_why_and_by_when(world):
    await world.ticket_closed(agent="Joe", id="T-77")
    await world.writes(SAM, "2")
    await world.writes(SAM, "nobody called back, I want a refund")
    card = world.cards()[-1]
    facts = dict(card.facts)
    assert "Sam Rivera" in card.title
    assert "2/5" in card.title
    assert "nobody called back" in card.text
    everything = " ".join([card.title, card.text, *facts.values()])
    for said in ("T-77", "Joe", "asks for money back", "Support", "14:00"):
        assert said in everything
    assert card.choices[0].key.split(":")[1] == "claim"


async def test_graver_words_raise_the_severity_and_bring_the_promise_forward(world):
    case = await world.unhappy()
    assert (case["severity"], case["promised_at"]) == ("medium", world.now + 4 * HOUR)
    await world.writes(SAM, "the lamp caught fire")
    raised = await world.reload(case)
    assert (raised["severity"], raised["promised_at"]) == ("critical", world.now + 30 * MINUTE)
    assert await world.history(case) == ["opened", "raised"]
    assert len(await world.all("cases")) == 1


async def test_a_promise_once_given_is_never_put_off(world):
    case = await world.unhappy(score=1)
    await world.later(minutes=50)
    await world.writes(SAM, "I want a refund")
    assert (await world.reload(case))["promised_at"] == case["promised_at"]


async def test_a_second_complaint_about_the_same_thing_joins_the_case(world):
    case = await world.unhappy(words="slow")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.later(days=8)
    await world.ticket_closed()
    await world.writes(SAM, "1")
    joined = await world.the("cases")
    assert (joined["state"], joined["severity"], joined["score"]) == ("claimed", "critical", 1)
    assert {"key": "reason.repeat", "args": {"n": 2, "days": 30}} in json.loads(joined["reasons"])
    assert "joined" in await world.history(case)
    assert case["code"] in world.last(SAM).text


async def test_a_complaint_while_a_case_waits_for_its_confirmation_reopens_it(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case)
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    await world.later(minutes=10)
    await world.ticket_closed()
    await world.writes(SAM, "1")
    again = await world.the("cases")
    assert (again["state"], again["reopened"]) == ("claimed", 1)
    assert again["owner_id"] == (await world.person("Ana"))["id"]


async def test_a_resolution_nobody_has_read_yet_is_not_sent_once_the_case_is_open_again(world):
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="All is well now.")
    await world.ticket_closed()
    await world.writes(SAM, "1")
    assert (await world.reload(case))["state"] == "claimed"
    await world.later(minutes=1)
    assert "All is well now." not in "\n".join(world.texts(SAM))
    undone = await world.presses(ANA, f"c:undo:{case['id']}")
    assert undone.notice == "“resolved” can't be taken back any more."


async def test_another_matter_of_the_same_person_is_a_case_of_its_own_and_graver(world):
    await world.unhappy(words="slow")
    await world.later(days=4)
    await world.happens("account")
    await world.writes(SAM, "3")
    first, second = await world.all("cases")
    assert (first["cause"], second["cause"]) == ("ticket", "account")
    assert second["severity"] == "high"
    assert {"key": "reason.repeat", "args": {"n": 2, "days": 30}} in json.loads(second["reasons"])
    assert "merge" in [choice.key.split(":")[1] for choice in world.cards()[-1].choices]


async def test_a_survey_can_route_by_what_happened_and_what_was_answered(world):
    live = await world.store.read(surveys.live, "csat")
    routed = live.survey.model_copy(
        update={
            "routes": type(live.survey).model_validate(
                {**json.loads(live.survey.model_dump_json()), "routes": [
                    {"team": "nowhere", "touchpoints": ["ticket"]},
                    {"team": "delivery", "touchpoints": ["ticket"], "attributes": {"region": "north"},
                     "answers": {"score": "1"}},
                ]}
            ).routes
        }
    )  # fmt: skip
    await world.store.run(surveys.publish, routed, "", world.now)
    for who, score, attributes in ((SAM, "1", {"region": "north"}), (MEI, "2", {"region": "north"}), (WEI, "1", {})):
        await world.ticket_closed(who, attributes=attributes)
        await world.writes(who, score, place=who)
    assert [case["team_id"] for case in await world.all("cases")] == ["delivery", "support", "support"]


async def test_a_case_without_any_team_is_kept_and_says_that_nobody_could_be_alerted(world):
    def without_channel(tx):
        for row in teams.all(tx):
            tx.run("teams.write", **{**row, "channel": "", "place": "", "seed": row["seed"]})

    await world.store.run(without_channel)
    case = await world.unhappy()
    assert await world.history(case) == ["opened", "no_team_channel"]
    assert case["due_at"] > 0


async def test_case_numbers_are_short_and_never_twice_the_same(world):
    for n in range(20):
        await world.happens("ticket", "closed", f"customer:{n}", settle=False)
        await world.acts(f"customer:{n}", kind="text", text="1", settle=False)
    codes = [case["code"] for case in await world.all("cases")]
    assert len(codes) == len(set(codes)) == 20
    assert all(len(code) == 6 and not set(code) & set("01ILOilo") for code in codes)


async def test_any_news_is_answered_with_the_state_of_the_case(world):
    assert "no open case" in (await says(world, "any news?"))
    case = await world.unhappy(words="slow")
    assert "is with Support. They will get back to you by today 14:00" in await says(world, "any news?")
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert "Ana is looking after" in await says(world, "any news?")
    await world.resolves(ANA, case, told="We sent you a new one.")
    await world.later(minutes=1)
    assert "We sent you a new one." in await says(world, "any news?")


async def says(world: World, text: str) -> str:
    await world.writes(SAM, text)
    return world.last(SAM).text


@pytest.mark.parametrize(("who", "words"), [(SAM, "agent"), (SAM, "call me"), (MEI, "人工")])
async def test_somebody_who_wants_a_human_gets_a_case_with_a_time_at_any_moment(world, who, words):
    await world.ticket_closed(who)
    await world.writes(who, words)
    case = await world.the("cases")
    assert case["promised_at"] == world.now + 4 * HOUR
    assert case["code"] in world.last(who).text
    assert "14:00" in world.last(who).text
    assert await world.all("answers") == []
    await world.writes(who, words)
    assert len(await world.all("cases")) == 1
    assert "asked_agent" in await world.history(case)
    # The survey still stands.
    await world.writes(who, "4")
    assert (await world.the("responses"))["score"] == 4


async def test_the_customers_words_about_a_case_go_to_its_thread(world):
    case = await world.unhappy(words="slow")
    await world.writes(SAM, "and the box was open")
    said = (await world.all("outbox", key="case.customer_said"))[-1]
    assert (said["case_id"], said["thread_of"], said["address"]) == (case["id"], case["card_id"], SUPPORT)
    assert (await world.the("remarks"))["case_id"] == case["id"]
    assert "and the box was open" in world.cards()[-1].text


async def test_somebody_who_wants_no_messages_at_all_is_told_nothing_about_their_case(world):
    case = await world.unhappy(words="slow")
    await world.store.run(people.opt_out, case["person_id"], "all", world.now)
    told = await world.store.run(case_messages.tell_customer, case, "customer.confirm", {}, world.now)
    assert told == ""
    assert "not_told" in await world.history(case)


async def test_an_answer_that_comes_while_a_colleague_claims_on_another_replica_loses_neither(engine, world, world_url):
    """Each transaction decides on the case as it stands once it is held, not as it stood when it was looked up."""
    if engine == "sqlite":
        pytest.skip("one writer: nothing comes in between")
    other = await open_store(world_url)
    try:
        replica = World(other, world.clock)
        for n in range(6):
            who = f"customer:{n}"
            case = await world.unhappy(who)
            await asyncio.gather(
                world.acts(who, kind="text", text="it caught fire", settle=False),
                replica.acts(ANA, kind="choice", choice=f"c:claim:{case['id']}", id=f"claim-{n}", settle=False),
            )
            after = await world.reload(case)
            assert (after["state"], after["severity"]) == ("claimed", "critical")
    finally:
        await other.close()


async def test_two_people_claim_and_one_owns_it(world):
    case = await world.unhappy()
    receipts: list[Receipt] = list(
        await asyncio.gather(
            *(world.acts(who, kind="choice", choice=f"c:claim:{case['id']}", settle=False) for who in (ANA, BEN))
        )
    )
    await world.settle()
    owner = (await world.reload(case))["owner_id"]
    names = {(await world.person(name))["id"]: name for name in ("Ana", "Ben")}
    assert sorted("is yours" in receipt.notice for receipt in receipts) == [False, True]
    refused = next(receipt for receipt in receipts if "is yours" not in receipt.notice)
    assert f"{names[owner]} already has this case" in refused.notice
    assert (await world.history(case)).count("claimed") == 1


async def test_what_was_said_before_the_score_stands_on_the_alert(world):
    await world.ticket_closed()
    await world.writes(SAM, "still not here, nobody answers the phone")
    assert any("still not here" in text for text in world.texts(SUPPORT))
    await world.writes(SAM, "1")
    assert "still not here" in world.cards()[-1].text
