"""A survey asked in two wordings: each keeps its own, the figures side by side, and one that becomes the survey's."""

from __future__ import annotations

from world import ADA, MEI, SAM

from cxbot.domain.survey import Variant
from cxbot.transactions import survey_pages, surveys, wordings

OTHER = {"en": "Did we solve it well?", "zh-CN": "这次解决得好吗？", "zh-TW": "這次解決得好嗎？"}


async def two_wordings(world, share=50, key="csat"):
    survey = (await world.store.read(surveys.live, key)).survey
    both = survey.model_copy(update={"variants": (Variant(name="B", share=share, text={"score": OTHER}),)})
    await world.store.run(surveys.publish, both, "ada", world.now)
    return survey


async def answer(world, text, who=ADA):
    before = len(world.texts(who))
    await world.writes(who, text)
    return "\n".join(world.texts(who)[before:])


async def ask(world, n):
    for number in range(n):
        who = f"customer:{number:03}"
        await world.happens("ticket", "closed", who, person={"addresses": [{"channel": "web", "address": who}]})
    return await world.all("invitations")


async def test_who_is_asked_in_another_wording_keeps_it_everywhere(world):
    own = await two_wordings(world, 100)
    await world.ticket_closed(SAM)
    await world.ticket_closed(MEI)
    assert "Did we solve it well?" in world.last(SAM).text
    assert "这次解决得好吗？" in world.last(MEI).text
    assert {row["variant"] for row in await world.all("invitations")} == {"B"}
    await world.store.run(surveys.publish, own, "ada", world.now)  # the survey goes on without it
    await world.later(days=1)
    assert "Did we solve it well?" in world.last(SAM).text, "the reminder"
    await world.writes(SAM, "2")
    assert any("Did we solve it well?" in text for text in world.texts(SAM)[-3:]), "what they answered"
    assert (await world.the("responses"))["variant"] == "B"


async def test_the_page_asks_in_the_wording_of_the_invitation(world):
    await two_wordings(world, 100)
    await world.ticket_closed(SAM)
    invitation = await world.the("invitations")
    survey = await world.store.read(surveys.asked, invitation)
    assert survey.question("score").text == OTHER
    result = await world.store.run(survey_pages.submit, invitation["id"], {"score": "5"}, "hash", "en", world.now)
    assert result.state == "taken"
    assert (await world.the("responses"))["variant"] == "B"


async def test_both_are_asked_and_each_person_in_one(world):
    await two_wordings(world)
    rows = await ask(world, 40)
    found = {name: sum(row["variant"] == name for row in rows) for name in ("A", "B")}
    assert sum(found.values()) == 40
    assert min(found.values()) >= 10
    for row in rows:
        said = world.last(row["address"]).text
        assert ("Did we solve it well?" in said) == (row["variant"] == "B")


async def test_the_figures_are_of_each_wording_and_too_few_is_said(world):
    await two_wordings(world)
    rows = await ask(world, 12)
    answered = [row for row in rows if row["variant"] == "B"][:3]
    for row in answered:
        await world.writes(row["address"], "5")
    found = await world.store.read(wordings.read, "csat")
    b = next(each for each in found.wordings if each.name == "B")
    assert b.asked == sum(row["variant"] == "B" for row in rows)
    assert b.score.n == 3
    said = await answer(world, "survey variants csat")
    assert f"B (50%, {b.asked} asked): “Did we solve it well?”" in said
    assert "CSAT: too few to say (n = 3)" in said
    assert "B against A, response rate: not yet, at least" in said
    said = await answer(world, "问卷 措辞 csat")
    assert "B 对 A，回复率：尚不能判断，至少还需" in said


async def test_a_real_difference_is_called_real_and_an_open_one_says_how_many_more(world):
    await two_wordings(world)

    def history(tx):
        for variant, good in (("A", 100), ("B", 200)):
            for n in range(400):
                row = {"id": f"{variant}{n:03}", "interaction_id": "", "person_id": "", "survey": "csat",
                       "survey_version": 2, "metric": "csat", "variant": variant}  # fmt: skip
                state = "done" if n < good else "expired"
                tx.run("invitations.insert", kind="transactional", state=state, reason="", language="en", due_at=0,
                       ended_at=world.now, created_at=world.now, run_id="", **row)  # fmt: skip
                if n < good:
                    tx.run("responses.insert", invitation_id=row["id"], touchpoint="ticket", team_id="", channel="web",
                           score=5 if n % 2 else 1, band="", state="complete", via="chat", late=0, language="en",
                           started_at=world.now, completed_at=world.now, **row)  # fmt: skip

    await world.store.run(history)
    said = await answer(world, "survey variants csat")
    # 100 of 400 against 200 of 400.
    assert "response rate 25%" in said
    assert "response rate 50%" in said
    assert "B against A, response rate: +25 points" in said
    assert "a real difference" in said
    assert "B against A, the score: 0 points" in said or "the score: +0 points" in said


async def test_a_wording_becomes_the_surveys_own_and_the_version_before_keeps_all(world):
    before = await two_wordings(world)
    said = await answer(world, "survey pick csat b")
    assert "csat now asks in the wording B, as version 3" in said
    live = await world.store.read(surveys.live, "csat")
    assert live.version == 3
    assert live.survey.question("score").text == OTHER
    assert live.survey.variants == ()
    kinds = [row["kind"] for row in await world.all("events", subject_id="survey:csat")]
    assert kinds == ["survey.published", "survey.published", "survey.picked"]
    assert (await world.store.read(surveys.at, "csat", 2)).variants
    assert "has one wording only" in await answer(world, "survey variants csat")
    assert "has no wording “B”" in await answer(world, "survey pick csat B")
    assert "没有名为“B”的措辞" in await answer(world, "问卷 选用 csat B")
    await world.store.run(surveys.publish, before, "ada", world.now)
    assert (await world.store.read(surveys.live, "csat")).survey == before


async def test_its_own_wording_can_be_picked_too(world):
    own = await two_wordings(world)
    await answer(world, "survey pick csat A")
    assert (await world.store.read(surveys.live, "csat")).survey == own


async def test_of_an_anonymous_survey_nothing_is_shown_of_a_few(world):
    await two_wordings(world, 50, "enps")
    assert "recommend Harbour as a place to work?" in await answer(world, "survey variants enps")
    await world.happens("work", "", SAM)
    await world.writes(SAM, "9")
    assert "nothing is shown of a wording under 5 answers" in await answer(world, "survey variants enps")
    assert "不足 5 份回答" in await answer(world, "问卷 措辞 enps")
