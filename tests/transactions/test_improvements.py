"""The outer loop: complaints gather under root causes, become improvements, and who complained hears of it once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from world import DAY, DELIVERY, MEI, PEOPLE, SAM, WEI, YITING, World, arguments, keys_of

from cxbot.clock import put_off
from cxbot.domain.cases import Refusal
from cxbot.domain.periods import Period
from cxbot.ports import HoldUntilInbound
from cxbot.transactions import causes, consent, improvement_telling, improvements, people, people_merging
from cxbot.transactions.improvement_telling import Reader

LATE = "It came too late"
OPTIONS = {"en": LATE, "zh-CN": "送得太晚", "zh-TW": "太晚送到"}
TOLD = {"en": "A second courier drives on Fridays.", "zh-CN": "每周五增派了一名配送员。"}


async def complains(world: World, who: str = SAM, words: str = "", option: str = "", person: dict | None = None):
    """A delivery that was late: a case of the delivery team with what went wrong."""
    more = {"person": person} if person else {}
    await world.happens("delivery", "delivered", who, **more)
    await world.writes(who, "1")
    await world.writes(who, option or OPTIONS[PEOPLE.get(who, {}).get("language", "en")])
    if words:
        await world.writes(who, words)
    return (await world.all("cases"))[-1]


def last_days(world: World, n: int) -> Period:
    today = datetime.fromtimestamp(world.now / 1000, ZoneInfo("Asia/Shanghai")).date()
    return Period("days", today - timedelta(days=n - 1), today)


async def resolved(world: World, case, cause: str = "delivery", by: str = WEI):
    fields = {"root_cause": cause, "done": "Refunded", "told": ""}
    await world.fills_in(by, f"c:resolve:{case['id']}", **fields)
    return await world.reload(case)


async def proposed(world: World, *, cause: str = "delivery", touchpoint: str = "delivery", days: int = 28, told=None):
    wei = await world.person("小伟")
    made = await world.store.run(
        improvements.propose,
        "delivery",
        cause,
        wei["id"],
        world.now,
        title="A second courier",
        owner_id=wei["id"],
        done_by=world.now + days * DAY,
        touchpoint=touchpoint,
        told=TOLD if told is None else told,
    )
    assert not isinstance(made, Refusal), made
    await world.settle()
    return made


async def moved(world: World, made, to: str, reason: str = ""):
    wei = await world.person("小伟")
    result = await world.store.run(improvements.move, made["id"], to, wei["id"], world.now, reason)
    await world.settle()
    return result


async def telling(world: World, made, told=None):
    wei = await world.person("小伟")
    readers = await world.store.read(improvement_telling.audience, made["id"], world.now)
    return await world.store.run(
        improvement_telling.begin, made["id"], wei["id"], world.now, told=told or TOLD, readers=readers
    )


async def done_after_complaints(world: World, *who: str):
    """Everybody complained of a late delivery, their cases are closed, and the improvement is done."""
    for each in who:
        await resolved(world, await complains(world, each))
    await world.later(days=5)
    made = await proposed(world)
    await moved(world, made, "doing")
    await moved(world, made, "done")
    return made


async def told(world: World) -> list[str]:
    return sorted(row["address"] for row in await world.all("outbox", key="customer.improved", state="sent"))


async def outcome(world: World) -> dict[str, tuple[str, str]]:
    names = {row["id"]: row["name"] for row in await world.all("people")}
    rows = await world.all("improvement_customers")
    return {names[row["person_id"]]: (row["state"], row["reason"]) for row in rows}


# Root causes ----------------------------------------------------------------------------------------------------------


async def test_cases_and_comments_gather_under_their_root_causes_with_the_period_before(world):
    await complains(world, SAM)
    await world.later(days=20)
    await resolved(world, await complains(world, MEI, "等了两个小时"), cause="waiting")
    await world.later(minutes=1)
    await complains(world, YITING, "等到晚上")
    found = await world.store.read(lambda tx: causes.read(tx, last_days(world, 15), world.now, team_id="delivery"))
    late, waiting = found.causes
    assert (late.id, late.cases, late.open, late.before) == ("late", 1, 1, 1)
    assert late.customers == 2, "Mei's case was resolved as another cause; she said herself that it was late"
    assert late.words == ("等到晚上",)
    assert (waiting.id, waiting.cases, waiting.open, waiting.customers, waiting.before) == ("waiting", 1, 0, 1, 0)
    assert waiting.words == ("等了两个小时",)
    assert found.unknown == 0
    nothing = await world.store.read(lambda tx: causes.read(tx, last_days(world, 15), world.now, team_id="support"))
    assert nothing.causes == ()


async def test_a_case_that_was_none_counts_nowhere_and_one_without_a_cause_is_counted_apart(world):
    case = await complains(world, SAM)
    await world.fills_in(WEI, f"c:dismiss:{case['id']}", ending="misclick")
    await world.unhappy(MEI)
    found = await world.store.read(lambda tx: causes.read(tx, last_days(world, 30), world.now))
    assert found.causes == ()
    assert found.unknown == 1


# The work -------------------------------------------------------------------------------------------------------------


async def test_an_improvement_has_a_number_a_card_in_the_teams_channel_and_a_history(world):
    made = await proposed(world)
    assert made["code"].startswith("I")
    assert len(made["code"]) == 4
    card = next(text for text in world.texts(DELIVERY) if made["code"] in text)
    assert "A second courier" in card
    await moved(world, made, "planned")
    await moved(world, made, "doing")
    assert not isinstance(await moved(world, made, "dropped", "too dear"), Refusal)
    events = await world.all("events", subject_id=made["id"])
    wei = await world.person("小伟")
    assert [row["kind"] for row in events] == [
        "improvement_proposed",
        "improvement_planned",
        "improvement_doing",
        "improvement_dropped",
    ]
    assert {row["actor_id"] for row in events} == {wei["id"]}
    assert arguments(events[-1]) == {"from": "doing", "reason": "too dear"}


async def test_only_the_team_works_on_it_and_only_as_the_states_allow(world):
    made = await proposed(world)
    ben = await world.person("Ben")
    refused = await world.store.run(improvements.move, made["id"], "done", ben["id"], world.now)
    assert refused.key == "refuse.not_member"
    await moved(world, made, "done")
    refused = await moved(world, made, "planned")
    assert refused.key == "improvement.refuse.not_from"
    wei = await world.person("小伟")
    refused = await world.store.run(
        improvements.propose,
        "delivery",
        "late",
        wei["id"],
        world.now,
        title="x",
        owner_id=ben["id"],
        done_by=world.now,
    )
    assert refused.key == "refuse.not_in_team"
    assert len(await world.all("improvements")) == 1


async def test_the_owner_is_reminded_before_the_day_after_it_and_weekly_in_working_time(world):
    made = await proposed(world, days=15)  # due Friday 5 December at ten
    at = {}
    for hour in range(24 * 35):
        await world.later(hours=1)
        for key in ("improvement.soon", "improvement.late"):
            n = len(await world.all("outbox", key=key))
            if n != len(at.get(key, [])):
                at.setdefault(key, []).append((hour + 1) / 24)
    assert at["improvement.soon"] == [pytest.approx(13, abs=0.1)], "Wednesday: the day comes"
    assert at["improvement.late"] == pytest.approx([15, 22, 29], abs=0.1)
    late = (await world.all("outbox", key="improvement.late"))[0]
    assert arguments(late)["mention"] == [(await world.person("小伟"))["id"]]
    await moved(world, made, "done")
    row = await world.the("improvements")
    assert row["remind_at"] == 0


async def test_a_new_date_is_reminded_of_anew(world):
    made = await proposed(world, days=1)
    await world.later(days=2)
    assert len(await world.all("outbox", key="improvement.late")) == 1
    wei = await world.person("小伟")
    fields = {"title": "A second courier", "owner_id": wei["id"], "touchpoint": "", "told": {}}
    await world.store.run(improvements.edit, made["id"], wei["id"], world.now, done_by=world.now + 20 * DAY, **fields)
    await world.later(days=19)
    assert len(await world.all("outbox", key="improvement.soon")) == 1
    assert len(await world.all("outbox", key="improvement.late")) == 1


async def test_what_could_not_be_done_is_looked_at_later_and_nothing_is_lost(world):
    made = await proposed(world, days=1)
    await world.store.run(put_off, "improvement", made["id"], world.now + 3 * DAY)
    await world.later(days=4)
    assert len(await world.all("outbox", key="improvement.late")) == 1


# Before and after -----------------------------------------------------------------------------------------------------


async def rates(world: World, good: int, bad: int, prefix: str):
    """Customers who answer after a delivery, on one day."""
    for number in range(good + bad):
        who = f"customer:{prefix}{number}"
        person = {"addresses": [{"channel": "web", "address": who}], "name": f"{prefix} {number}", "language": "en"}
        await world.happens("delivery", "delivered", who, person=person, settle=False)
        await world.settle()
        await world.writes(who, "5" if number < good else "1")


async def test_the_figures_before_and_after_are_those_worked_out_by_hand(world):
    await rates(world, 10, 30, "before")
    await world.later(days=2)
    made = await proposed(world)
    await moved(world, made, "doing")
    await world.later(days=3)
    await moved(world, made, "done")
    first = (await world.all("outbox", key="improvement.moved.done"))[0]
    lines = arguments(first)["lines"]
    assert [line["key"] for line in lines] == [
        "improvement.numbers.only_before",
        "improvement.numbers.alone",
        "improvement.numbers.later",
    ]
    figure = lines[1]["args"]["figure"]["args"]
    # 10 of 40 by Wilson: 25 % (14.2 to 40.2).
    assert (figure["n"], round(figure["value"]), round(figure["low"], 1), round(figure["high"], 1)) == (
        40, 25, 14.2, 40.2
    )  # fmt: skip
    await world.later(days=10)
    await rates(world, 30, 10, "after")
    await world.later(days=22)
    compared = await world.the("outbox", key="improvement.compared")
    _, csat, complaints = arguments(compared)["lines"]
    verdict = csat["args"]["verdict"]
    assert verdict["key"] == "improvement.verdict.better"
    # 30 of 40: 75 % (59.8 to 85.8). Newcombe: 50 less and more √(15.2² + 15.2²) and √(10.8² + 10.8²): 28.5 to 65.3.
    assert (round(verdict["args"]["low"], 1), round(verdict["args"]["value"]), round(verdict["args"]["high"], 1)) == (
        28.5, 50, 65.3
    )  # fmt: skip
    assert (complaints["args"]["before"], complaints["args"]["after"]) == (30, 10)
    assert complaints["args"]["trend"]["key"] == "improvement.trend.fewer"
    assert len(await world.all("outbox", key="improvement.compared")) == 1


async def test_too_few_answers_are_called_so(world):
    await rates(world, 2, 1, "before")
    await world.later(days=2)
    made = await proposed(world)
    await moved(world, made, "done")
    await world.later(days=5)
    await rates(world, 3, 0, "after")
    await world.later(days=30)
    compared = await world.the("outbox", key="improvement.compared")
    csat = arguments(compared)["lines"][1]
    assert csat["args"]["verdict"]["key"] == "improvement.verdict.too_few"
    assert csat["args"]["before"]["key"] == "improvement.figure.too_few"
    text = next(text for text in world.texts(DELIVERY) if "带来了什么变化" in text)
    assert "样本太少（n = 3）" in text


# Telling those who complained -----------------------------------------------------------------------------------------


async def test_who_complained_is_told_once_in_their_own_language(world):
    made = await done_after_complaints(world, SAM, MEI, YITING)
    begun = await telling(world, made)
    assert not isinstance(begun, Refusal)
    await world.settle()
    assert await told(world) == [], "nothing leaves while it can be undone"
    await world.later(seconds=31)
    assert await told(world) == sorted([SAM, MEI, YITING])
    assert TOLD["en"] in world.texts(SAM)[-1]
    assert TOLD["zh-CN"] in world.texts(MEI)[-1]
    assert "我們已經做了改善" in world.texts(YITING)[-1], "no words in her language: the sentence without them"
    assert "courier" not in world.texts(YITING)[-1]
    assert "每周五" not in world.texts(YITING)[-1]
    await world.later(minutes=5)
    again = await telling(world, made)
    assert again.key == "improvement.refuse.nobody"
    assert len(await world.all("outbox", key="customer.improved")) == 3


async def test_nobody_is_told_twice_after_a_restart_and_the_rest_still_are(world):
    made = await done_after_complaints(world)
    for number in range(45):
        who = f"customer:late{number}"
        person = {"addresses": [{"channel": "web", "address": who}], "name": f"P{number}", "language": "en"}
        await complains(world, who, person=person, option=LATE)
    # Theirs are closed, and the improvement is done once more, after them.
    for case in await world.all("cases", state="open"):
        await resolved(world, case)
    await moved(world, made, "doing")
    await world.later(minutes=5)
    await moved(world, made, "done")
    await telling(world, made)
    world.clock.advance(31_000)
    await world.store.run(_step_once, made["id"], world.now)
    assert len(await world.all("improvement_customers", state="told")) == 20
    restarted = World(world.store, world.clock)
    await restarted.settle()
    for _ in range(5):
        await restarted.later(seconds=6)
    addresses = [row["address"] for row in await world.all("outbox", key="customer.improved", state="sent")]
    assert len(addresses) == len(set(addresses)) == 45
    assert (await world.the("improvements"))["tell_state"] == "over"


def _step_once(tx, improvement_id, now):
    from cxbot.transactions import improvement_clock

    return improvement_clock.step(tx, improvement_id, now)


async def test_who_opted_out_of_anything_is_not_told_and_it_is_on_record(world):
    made = await done_after_complaints(world, SAM, MEI, YITING)
    sam, mei = await world.person("Sam Rivera"), await world.person("林美")
    await world.store.run(consent.change, sam["id"], "surveys", world.now)
    await telling(world, made)
    await world.store.run(consent.change, mei["id"], "all", world.now)  # after it began, before anything left
    await world.later(seconds=31)
    assert await told(world) == [YITING]
    assert await outcome(world) == {
        "Sam Rivera": ("not_told", "opted_out"),
        "林美": ("not_told", "opted_out"),
        "陳怡婷": ("told", ""),
    }
    decisions = [row for row in await world.all("decisions", what="not_told") if "improved" in row["detail"]]
    assert {(row["person_id"], row["reason"]) for row in decisions} == {
        (sam["id"], "opted_out"),
        (mei["id"], "opted_out"),
    }


async def test_who_has_an_open_case_about_it_or_complained_again_is_not_told(world):
    made = await done_after_complaints(world, SAM, MEI)
    await world.later(days=9)
    await complains(world, SAM)
    await resolved(world, await complains(world, MEI))
    await telling(world, made)
    await world.later(seconds=31)
    assert await told(world) == []
    assert await outcome(world) == {"Sam Rivera": ("not_told", "open_case"), "林美": ("not_told", "complained_again")}


async def test_at_night_it_waits_for_the_morning(world):
    made = await done_after_complaints(world, SAM)
    await world.later(hours=13)
    await telling(world, made)
    await world.later(seconds=31)
    assert await told(world) == []
    assert await outcome(world) == {"Sam Rivera": ("waiting", "night")}
    await world.later(hours=9, minutes=1)
    assert await told(world) == [SAM]


async def test_undo_within_thirty_seconds_and_nobody_is_told(world):
    made = await done_after_complaints(world, SAM, MEI)
    await telling(world, made)
    wei = await world.person("小伟")
    await world.store.run(improvement_telling.undo, made["id"], wei["id"], world.now + 20_000)
    await world.later(minutes=2)
    assert await told(world) == []
    assert await outcome(world) == {}
    late = await world.store.run(improvement_telling.undo, made["id"], wei["id"], world.now)
    assert late.key == "refuse.nothing_to_undo"


async def test_stop_leaves_out_who_has_not_been_told_and_says_so(world):
    made = await done_after_complaints(world, SAM, MEI, YITING)
    sam = await world.person("Sam Rivera")
    wei = await world.person("小伟")
    readers = await world.store.read(improvement_telling.audience, made["id"], world.now)
    await world.store.run(
        improvement_telling.begin, made["id"], wei["id"], world.now, told=TOLD, readers=[_of(readers, sam)]
    )
    await world.later(seconds=31)
    assert await told(world) == [SAM]
    await telling(world, made)
    world.clock.advance(40_000)
    stopped = await world.store.run(improvement_telling.stop, made["id"], wei["id"], world.now)
    assert stopped["tell_state"] == "stopping"
    await world.settle()
    assert await told(world) == [SAM]
    assert (await outcome(world))["林美"] == ("not_told", "stopped")
    assert "improvement.told.stopped" in keys_of(await world.all("outbox"))
    assert (await world.reasons("not_told")).count("stopped") == 2
    await telling(world, made)
    await world.later(seconds=31)
    assert await told(world) == sorted([SAM, MEI, YITING]), "who was left out can be told later"


def _of(readers, person) -> Reader:
    return next(each for each in readers if each.person_id == person["id"])


async def test_what_waits_to_leave_is_taken_back_where_they_opt_out_or_complain_again(world):
    made = await done_after_complaints(world, SAM, MEI)
    await telling(world, made)
    world.clock.advance(31_000)
    await world.store.run(_step_once, made["id"], world.now)
    sam, mei = await world.person("Sam Rivera"), await world.person("林美")
    await world.store.run(consent.change, sam["id"], "surveys", world.now)
    await world.store.run(improvement_telling.take_back, mei["id"], "open_case", world.now)
    await world.settle()
    assert await told(world) == []
    assert await outcome(world) == {"Sam Rivera": ("not_told", "opted_out"), "林美": ("not_told", "open_case")}


async def test_it_is_dropped_with_its_reason_where_it_cannot_be_said_in_time(world):
    made = await done_after_complaints(world, SAM)
    await telling(world, made)
    world.clock.advance(31_000)
    await world.store.run(_step_once, made["id"], world.now)
    world.clock.advance(15 * DAY)
    await world.settle()
    assert await told(world) == []
    assert "expired" in await world.reasons("dropped")


async def test_two_entries_of_one_person_are_told_once(world):
    made = await done_after_complaints(world, SAM, MEI)
    sam, mei = await world.person("Sam Rivera"), await world.person("林美")
    wei = await world.person("小伟")
    readers = await world.store.read(improvement_telling.audience, made["id"], world.now)
    await world.store.run(
        improvement_telling.begin, made["id"], wei["id"], world.now, told=TOLD, readers=[_of(readers, sam)]
    )
    await world.later(seconds=31)
    await telling(world, made)
    await world.store.run(people_merging.merge, mei["id"], sam["id"], world.now)
    await world.later(minutes=1)
    assert await told(world) == [SAM]
    rows = await world.all("improvement_customers")
    assert [(row["person_id"], row["state"]) for row in rows] == [(mei["id"], "told")]


async def test_who_cannot_be_reached_is_on_record(world):
    made = await done_after_complaints(world, SAM)
    await world.store.run(lambda tx: people.mark_unreachable(tx, "web", SAM, "gone"))
    await telling(world, made)
    await world.later(seconds=31)
    assert await outcome(world) == {"Sam Rivera": ("not_told", "unreachable")}


async def test_nobody_is_told_of_what_is_not_done(world):
    await complains(world, SAM)
    made = await proposed(world)
    assert await world.store.read(improvement_telling.audience, made["id"], world.now) == ()
    refused = await telling(world, made)
    assert refused.key == "improvement.refuse.not_done"


async def test_while_customers_are_told_it_stays_done(world):
    made = await done_after_complaints(world, SAM)
    await telling(world, made)
    assert (await moved(world, made, "doing")).key == "improvement.refuse.telling"
    assert (await telling(world, made)).key == "improvement.refuse.telling"
    assert json.loads((await world.the("improvements"))["told"]) == TOLD


async def test_where_the_window_is_closed_it_is_held_for_two_weeks_and_can_then_be_said_anew(world):
    made = await done_after_complaints(world, SAM, MEI)
    world.web.script([HoldUntilInbound("window closed"), HoldUntilInbound("window closed")], SAM)
    world.web.script([HoldUntilInbound("window closed")], MEI)
    await telling(world, made)
    await world.later(seconds=31)
    assert await told(world) == []
    assert len(await world.all("outbox", key="customer.improved", state="held")) == 2
    await world.writes(MEI, "你好")
    assert await told(world) == [MEI], "she wrote, and so could be written to"
    await world.later(days=14, minutes=1)
    assert await told(world) == [MEI]
    assert "expired" in await world.reasons("dropped")
    await telling(world, made)
    await world.later(minutes=1)
    assert await told(world) == [MEI, SAM], "who was never told is told, and nobody twice"
    assert (await telling(world, made)).key == "improvement.refuse.nobody"


async def test_who_complains_while_it_is_held_does_not_hear_that_all_is_well(world):
    made = await done_after_complaints(world, SAM)
    await world.later(days=8)
    world.web.script([HoldUntilInbound("window closed")], SAM)
    await telling(world, made)
    await world.later(seconds=31)
    await world.writes(SAM, "agent")
    await world.settle()
    assert await told(world) == []
    assert await outcome(world) == {"Sam Rivera": ("not_told", "open_case")}
