"""The story of one unhappy customer, and of others, through the whole program: over HTTP, on a clock that is wound."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from tryout import (
    ADA,
    ANA,
    DELIVERY,
    JOY,
    MEI,
    SAM,
    STORES,
    SUPPORT,
    THURSDAY_TEN,
    WEI,
    YITING,
    Message,
    Tryout,
    looking_into,
    post,
    program,
    rows,
    tryout,
)

from cxbot.links import make_link
from cxbot.ports import Channel, Outcome, Outgoing
from cxbot.testing import FakeClock
from cxbot.transactions import channel_state

ESCALATED = {
    "CXBOT_SEED__TEAMS__SUPPORT__POLICY__ESCALATE_TO": "stores",
    "CXBOT_SEED__TEAMS__DELIVERY__POLICY__ESCALATE_TO": "stores",
}
REAL_RULES = {
    "CXBOT_CONTACT__RELATIONSHIP_DAYS": "90", "CXBOT_CONTACT__TRANSACTIONAL_DAYS": "7",
    "CXBOT_CONTACT__FLOOR_HOURS": "24", "CXBOT_CONTACT__NIGHT_FROM": "21:00", "CXBOT_CONTACT__NIGHT_TO": "08:00",
}  # fmt: skip


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(THURSDAY_TEN)


@dataclass(frozen=True)
class Story:
    """What the customer of one story goes through, and the words they and the team read."""

    customer: str
    touchpoint: str
    outcome: str
    team: str
    lead: str
    stranger: str
    words: str
    sorry: str
    promised: str
    severity: str
    graver: str
    resolved: str
    fixed: tuple[str, str]
    reopened: str
    closed: str
    options: tuple[str, ...] = ()
    """Taps between the score and the words."""


STORIES = {
    "en": Story(
        customer=SAM, touchpoint="ticket", outcome="closed", team=SUPPORT, lead=ANA, stranger=WEI,
        words="Nobody called me back", sorry="We're sorry", promised="Support will get back to you by today 14:00",
        severity="Medium", graver="High", resolved="Resolved by Ana", fixed=("Yes, it's fixed", "No"),
        reopened="open again and Ana is on it", closed="Closed",
    ),
    "zh-CN": Story(
        customer=MEI, touchpoint="delivery", outcome="late", team=DELIVERY, lead=WEI, stranger=ANA,
        words="等了三天，没有人告诉我", sorry="很抱歉", promised="Delivery 会在今天 11:00 之前联系您",
        severity="严重", graver="紧急", resolved="小伟 已解决", fixed=("解决了", "没有解决"),
        reopened="重新打开您的服务单", closed="已关闭", options=("送得太晚",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", STORIES)
async def test_the_whole_loop_from_what_happened_to_a_customer_who_says_it_is_fixed(store_url, clock, language):
    story = STORIES[language]
    async with tryout(store_url, clock, **ESCALATED) as the:
        await is_unhappy(the, story)
        await nobody_acts(the, story)
        await is_claimed_once(the, story)
        await is_resolved_undone_and_resolved(the, story)
        await is_told_and_says_it_is_not_fixed(the, story)
        await is_fixed(the, story)


async def is_unhappy(the: Tryout, story: Story) -> None:
    answer = await the.report(story.touchpoint, story.outcome, story.customer, reference="HC-20418", agent="Lao Zhou")
    assert answer["state"] == "asked"
    (question,) = await the.phone(story.customer)
    assert "HC-20418" in question.words
    assert "https://example.com/privacy" in question.words
    await the.presses(story.customer, question.key("2"), question.about)
    asked, promised = await the.phone(story.customer)
    assert "✓ 2" in asked.words
    card = await the.card(story.team, story.lead)
    assert story.sorry in promised.words
    assert story.promised in promised.words
    code = (await the_case(the))["code"]
    assert code in promised.words
    for option in story.options:
        question = (await the.phone(story.customer))[-1]
        await the.presses(story.customer, question.key(option), question.about)
    await the.writes(story.customer, story.words)
    assert code in "".join(each.words for each in await the.phone(story.customer)), "the number of the case is gone"
    card = await the.card(story.team, story.lead)
    assert story.severity in card.title
    assert story.words in card.words
    assert "2/5" in card.all_words
    assert "HC-20418" in card.all_words
    assert "Lao Zhou" in card.all_words
    assert len([each for each in await the.desk(story.team, story.lead) if each.card]) == 1


async def nobody_acts(the: Tryout, story: Story) -> None:
    """Reminders in the alert's thread; then, at the latest when the promise passes, the next team hears of it."""
    assert not [each for each in await the.desk(STORES, JOY) if each.who == "bot"]
    await the.later(minutes=30)
    assert len(await thread(the, story)) == 1
    assert not [each for each in await the.desk(STORES, JOY) if each.who == "bot"]
    await the.later(minutes=30)
    assert len(await thread(the, story)) == 2
    await the.later(minutes=60)
    steps = [kind for kind in await history(the) if kind in ("remind", "escalate", "overdue")]
    assert steps[0] == "remind"
    assert "escalate" in steps
    there = next(each for each in await the.desk(STORES, JOY) if each.who == "bot")
    assert (await the_case(the))["code"] in there.words
    assert [key for key in there.choices.values() if key.startswith("c:claim:")]


async def is_claimed_once(the: Tryout, story: Story) -> None:
    claim = (await the.card(story.team, story.lead)).key("c:claim")
    refused = await the.presses(story.stranger, claim, place=story.team)
    assert refused.notice
    assert (await the_case(the))["state"] == "open"
    taken = await the.presses(story.lead, claim)
    again = await the.presses(story.lead, claim)
    assert taken.notice
    assert again.notice != taken.notice
    assert (await history(the)).count("claimed") == 1
    assert not [key for key in (await the.card(story.team, story.lead)).choices.values() if "claim" in key]


async def is_resolved_undone_and_resolved(the: Tryout, story: Story) -> None:
    before = len(await the.phone(story.customer))
    await resolves(the, story, "We have paid you back")
    card = await the.card(story.team, story.lead)
    assert story.resolved in card.all_words
    await the.later(seconds=29)
    assert len(await the.phone(story.customer)) == before, "told before the undo had lapsed"
    await the.presses(story.lead, card.key("c:undo"))
    await the.later(seconds=60)
    assert len(await the.phone(story.customer)) == before, "told what was taken back"
    assert (await the_case(the))["state"] == "claimed"
    await resolves(the, story, "We have paid you back")
    await the.later(seconds=30)
    told = (await the.phone(story.customer))[-1]
    assert "We have paid you back" in told.words
    assert "c:undo" not in "".join((await the.card(story.team, story.lead)).choices.values())


async def is_told_and_says_it_is_not_fixed(the: Tryout, story: Story) -> None:
    await the.later(minutes=60)
    question = (await the.phone(story.customer))[-1]
    await the.presses(story.customer, question.key(story.fixed[1]), question.about)
    assert story.reopened in (await the.phone(story.customer))[-1].words
    case = await the_case(the)
    assert (case["state"], case["reopened"]) == ("claimed", 1)
    assert case["owner_id"] == (await person(the, story.lead))["id"]
    card = await the.card(story.team, story.lead)
    assert story.graver in card.title


async def is_fixed(the: Tryout, story: Story) -> None:
    await resolves(the, story, "The courier has said sorry")
    await the.later(seconds=30)
    await the.later(minutes=60)
    question = (await the.phone(story.customer))[-1]
    await the.presses(story.customer, question.key(story.fixed[0]), question.about)
    card = await the.card(story.team, story.lead)
    assert story.closed in card.all_words
    case = await the_case(the)
    assert (case["state"], case["ending"], case["due_at"]) == ("closed", "confirmed", 0)
    quiet = len(await the.phone(story.customer))
    for _ in range(10):
        await the.later(days=3)
    assert len(await the.phone(story.customer)) == quiet


async def test_a_promoter_is_thanked_and_nobody_is_alerted(store_url, clock):
    async with tryout(store_url, clock) as the:
        await the.report("account", "", SAM)
        await the.writes(SAM, "10")
        await the.writes(SAM, "You always answer within the hour")
        assert "pass this on" in (await the.phone(SAM))[-1].words
        assert not [each for each in await the.desk(SUPPORT, ANA) if each.card]
        response = await one(the, "responses")
        assert (response["score"], response["band"], response["state"]) == (10, "promoter", "complete")
        invitation = await one(the, "invitations")
        assert invitation["state"] == "done"


@pytest.mark.parametrize(
    ("who", "word", "said"), [(SAM, "STOP", "any more surveys"), (MEI, "退订", "不会再给您发问卷")]
)
async def test_a_stop_word_ends_it_at_once_and_a_start_word_brings_the_person_back(store_url, clock, who, word, said):
    async with tryout(store_url, clock) as the:
        await the.report("ticket", "closed", who)
        await the.writes(who, f"{word}!")
        first = (await the.phone(who, mine=True))[-1]
        assert said in first.words.lower()
        assert (await one(the, "invitations"))["state"] == "declined"
        refused = await the.report("ticket", "closed", who)
        assert (refused["state"], refused["reason"]["code"]) == ("not_asked", "opted_out")
        await the.writes(who, "START")
        assert (await the.report("ticket", "closed", who))["state"] == "asked"


async def test_no_more_surveys_still_answers_an_open_complaint_and_no_messages_answers_nothing(store_url, clock):
    async with tryout(store_url, clock) as the:
        story = STORIES["en"]
        await the.report("ticket", "closed", SAM)
        await the.writes(SAM, "1")
        await the.writes(SAM, "unsubscribe")
        await the.presses(ANA, (await the.card(SUPPORT, ANA)).key("c:claim"))
        await resolves(the, story, "A new one is on its way")
        await the.later(seconds=31)
        assert "A new one is on its way" in (await the.phone(SAM))[-1].words
        await the.later(minutes=60)
        question = (await the.phone(SAM))[-1]
        await the.presses(SAM, question.key("No"), question.about)
        await the.writes(SAM, "stop all messages")
        quiet = len(await the.phone(SAM))
        await resolves(the, story, "It has come")
        for _ in range(5):
            await the.later(days=1)
        assert len(await the.phone(SAM)) == quiet
        kinds = [row["kind"] for row in await rows_of(the, "events")]
        assert "not_told" in kinds


async def test_with_real_contact_rules_nobody_is_asked_too_often_or_at_night(store_url, clock):
    async with tryout(store_url, clock, **REAL_RULES) as the:
        assert (await the.report("ticket", "closed", SAM))["state"] == "asked"
        another = await the.report("delivery", "delivered", SAM)
        assert (another["state"], another["reason"]["code"]) == ("not_asked", "open_survey")
        await the.writes(SAM, "5")
        await the.writes(SAM, "All good")
        await the.later(days=2)
        too_soon = await the.report("ticket", "closed", SAM)
        assert (too_soon["state"], too_soon["reason"]["code"][:7]) == ("not_asked", "fatigue")
        await the.later(days=6, hours=12.5)  # 22:30 in Shanghai
        at_night = await the.report("ticket", "closed", SAM)
        assert (at_night["state"], at_night["reason"]["code"]) == ("waiting", "night")
        await the.later(hours=9)  # 07:30
        assert not await rows_of(the, "invitations", state="asked")
        await the.later(hours=1)
        assert len(await rows_of(the, "invitations", state="asked")) == 1


async def test_effort_is_one_tap_three_messages_and_four_taps(store_url, clock):
    async with tryout(store_url, clock) as the:
        await the.report("account", "", YITING)
        (question,) = await the.phone(YITING)
        await the.presses(YITING, question.key("3"), question.about)
        assert the.taps == 1
        assert (await one(the, "responses"))["score"] == 3
        await the.writes(YITING, "沒有人回電")
        bot = len(await the.phone(YITING))
        assert bot <= 3, "NPS and why take more than three messages of the bot"
        await the.report("account", "", SAM)
        the.characters = 0
        await the.writes(SAM, "9")
        assert the.characters == 1
        the.taps = 0
        card = await the.card(SUPPORT, ANA)
        await the.presses(ANA, card.key("c:claim"))
        await resolves(the, STORIES["en"], "We have called you")
        assert (await the_case(the))["state"] == "resolved"
        assert the.taps <= 4
        print(f"\nfirst answer: 1 tap or 1 character; NPS and why: {bot} messages; a case resolved: {the.taps} taps")


async def test_after_a_restart_in_the_middle_it_goes_on_where_it_was(store_url, clock):
    story = STORIES["en"]
    async with tryout(store_url, clock) as the:
        await the.report("ticket", "closed", SAM, reference="T-1")
        await the.presses(SAM, (await the.phone(SAM))[0].key("2"))
        before = [(each.words, each.choices) for each in await the.phone(SAM, mine=True)]
    clock.advance(31 * 60_000)  # meanwhile a reminder has come due
    async with tryout(store_url, clock) as the:
        assert [(each.words, each.choices) for each in await the.phone(SAM, mine=True)] == before
        await the.app.settle()
        assert len(await thread(the, story)) == 1
        await the.writes(SAM, story.words)
        assert story.words in (await the.card(SUPPORT, ANA)).words
        await the.presses(ANA, (await the.card(SUPPORT, ANA)).key("c:claim"))
        await resolves(the, story, "Called")
    clock.advance(31_000)
    async with tryout(store_url, clock) as the:
        await the.app.settle()
        assert (await the.phone(SAM))[-1].words.count("Called") == 1
        assert len({each.about for each in await the.phone(SAM) if each.about}) == len(
            [each for each in await the.phone(SAM) if each.about]
        )


class Slow:
    """A channel whose platform takes until it is told to."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.name = channel.name
        self.limits = channel.limits
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def send(self, outgoing: Outgoing) -> Outcome:
        self.begun.set()
        await self.go_on.wait()
        return await self._channel.send(outgoing)


async def test_a_graceful_stop_finishes_what_is_in_flight_and_takes_nothing_new(store_url, clock):
    async with program(store_url, clock) as app, aiohttp.ClientSession() as session:
        slow = Slow(app.channels["web"])
        app.delivery.channels = {"web": slow}  # its loop has not begun yet
        happen = {"id": "happen-1", "what": "ticket_closed", "customer": SAM}
        assert (await post(session, f"{app.url}/try/happen", happen)).status == 200
        await asyncio.wait_for(slow.begun.wait(), 10)
        stopping = asyncio.create_task(app.stop())
        await asyncio.wait({stopping}, timeout=0.2)
        assert not stopping.done()
        slow.go_on.set()
        await asyncio.wait_for(stopping, 20)
        with pytest.raises(aiohttp.ClientConnectionError):
            await post(session, f"{app.url}/try/happen", happen)
    async with looking_into(store_url) as store:
        (question,) = await rows(store, "outbox")
        assert (question["state"], question["attempts"]) == ("sent", 1)


async def test_the_survey_page_of_a_link_and_the_chat_are_one_survey(store_url, clock):
    async with tryout(store_url, clock) as the:
        answer = await the.report("ticket", "closed", SAM)
        invitation = await one(the, "invitations", id=answer["invitation"]["id"])
        kept = await the.app.store.read(lambda tx: channel_state.get(tx, "app", "secret"))
        link = make_link(kept, the.app.url, invitation["id"], invitation["person_id"], invitation["expires_at"])
        async with the.session.get(link) as page:
            assert page.status == 200
        assert not await rows_of(the, "responses"), "a GET records nothing"
        form = {"q.score": "1", "q.why": "It broke again", "lang": "en", "nonce": "n"}
        async with the.session.post(link, data=form) as page:
            assert page.status == 200
        await the.app.settle()
        assert "It broke again" in (await the.card(SUPPORT, ANA)).words
        async with the.session.post(link, data={**form, "nonce": "m", "q.score": "5"}) as page:
            assert page.status == 200
        assert sorted(row["via"] for row in await rows_of(the, "responses")) == ["again", "link"]
        await the.writes(SAM, "5")
        assert len(await rows_of(the, "responses")) == 2


async def test_the_admin_is_answered_in_their_own_seat(store_url, clock):
    async with tryout(store_url, clock) as the:
        await the.report("ticket", "closed", SAM)
        await the.writes(SAM, "2")
        for command, part in (("help", "surveys"), ("open", (await the_case(the))["code"]), ("why sam", "Sam Rivera")):
            await the.writes(ADA, command)
            shown = [each for each in await the.look(admin=ADA) if each.seat == "admin" and each.who == "bot"]
            assert part in shown[-1].words, command
        refused = await the.writes(WEI, "2", place=SUPPORT)
        assert refused.status == 200
        assert not [row for row in await rows_of(the, "responses") if row["score"] != 2]


# What is looked up ----------------------------------------------------------------------------------------------------


async def resolves(the: Tryout, story: Story, told: str) -> None:
    card = await the.card(story.team, story.lead)
    form = await the.presses(story.lead, card.key("c:resolve"))
    await the.fills_in(story.lead, form, root_cause="waiting", done="Called them", told=told)


async def thread(the: Tryout, story: Story) -> list[Message]:
    return [each for each in await the.desk(story.team, story.lead) if each.thread]


async def rows_of(the: Tryout, table: str, **wanted: Any) -> list[dict[str, Any]]:
    async with looking_into(the.app.config.store_url()) as store:
        return await rows(store, table, **wanted)


async def one(the: Tryout, table: str, **wanted: Any) -> dict[str, Any]:
    found = await rows_of(the, table, **wanted)
    assert len(found) == 1, found
    return found[0]


async def the_case(the: Tryout) -> dict[str, Any]:
    return await one(the, "cases")


async def history(the: Tryout) -> list[str]:
    case = await the_case(the)
    return [row["kind"] for row in await rows_of(the, "events", subject_id=case["id"])]


async def person(the: Tryout, address: str) -> dict[str, Any]:
    row = await the.app.store.read(lambda tx: tx.one("people.by_address", channel="web", address=address))
    assert row is not None, json.dumps(address)
    return row
