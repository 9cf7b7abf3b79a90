from __future__ import annotations

import json

import pytest
from world import ADA, ANA, BEN, DELIVERY, HOUR, MEI, SAM, SUPPORT, WEI, keys_of

from cxbot.domain.cases import Refusal
from cxbot.ports import HoldUntilInbound, Unreachable
from cxbot.transactions import case_work, cases, settings


async def act(world, case, action, who="Ana", **arguments):
    person = await world.person(who)
    done = await world.store.run(case_work.act, case["id"], action, person["id"], world.now, **arguments)
    await world.settle()
    return done


async def test_the_second_click_of_another_message_is_refused_and_changes_nothing(world):
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    before = await world.reload(case)
    again = await world.presses(ANA, f"c:claim:{case['id']}")
    assert again.notice == "This case is already yours."
    assert await world.reload(case) == {**before, "version": before["version"] + 1}


async def test_the_alert_is_replaced_in_place_and_the_thread_stays_quiet(world):
    case = await world.unhappy(words="slow")
    lines = len(world.texts(SUPPORT))
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert len(world.texts(SUPPORT)) == lines + 1
    card = world.cards()[-1]
    assert card.replaces
    assert "Ana" in " ".join(dict(card.facts).values())
    actions = [choice.key.split(":")[1] for choice in card.choices]
    offered = {"resolve", "reply", "contacted", "snooze", "hand_over", "release", "dismiss", "undo"}
    assert offered >= set(actions) >= {"resolve", "reply"}
    assert "claim" not in actions


@pytest.mark.parametrize("who", [WEI, SAM, "stranger"])
async def test_only_the_team_and_admins_may_act_and_a_refusal_says_who_can(world, who):
    case = await world.unhappy(MEI)
    before = await world.reload(case)
    receipt = await world.presses(who, f"c:claim:{case['id']}", place=SUPPORT)
    assert "Ana" in receipt.notice
    assert await world.reload(case) == before
    assert world.texts(who) == []


async def test_an_owner_everywhere_may_act_on_every_teams_cases(world):
    case = await world.unhappy()
    receipt = await world.presses(ADA, f"c:claim:{case['id']}", place=SUPPORT)
    assert "is yours" in receipt.notice


async def test_those_it_was_escalated_to_may_act_from_then_on(world):
    case = await world.unhappy()
    refused = await act(world, case, "claim", "小伟")
    assert refused == Refusal("refuse.not_member", {"who": ["Ana"]})
    await world.later(hours=2, minutes=1)
    escalated = next(row for row in await world.all("outbox", address=DELIVERY))
    assert escalated["key"] == "case.escalated_here"
    receipt = await world.presses(WEI, f"c:claim:{case['id']}")
    assert case["code"] in receipt.notice
    assert (await world.reload(case))["owner_id"] == (await world.person("小伟"))["id"]


async def test_a_case_nobody_knows_is_stale(world):
    await world.unhappy()
    person = await world.person("Ana")
    assert await world.store.run(case_work.act, "gone", "claim", person["id"], world.now) == Refusal("refuse.stale")
    receipt = await world.presses(ANA, "c:claim:gone")
    assert receipt.notice == "This no longer applies; the message has changed since."
    assert (await world.presses(ANA, "c:fly:gone")).notice == receipt.notice


async def test_what_was_done_within_thirty_seconds_is_taken_back_before_the_customer_hears_of_it(world):
    case = await world.unhappy(words="slow")
    told = world.texts(SAM)
    await world.resolves(ANA, case, told="You have your money back.")
    assert "undo" in [choice.key.split(":")[1] for choice in world.cards()[-1].choices]
    await world.later(seconds=29)
    receipt = await world.presses(BEN, f"c:undo:{case['id']}")
    assert receipt.notice == (
        f"Taken back: “resolved”. Case {case['code']} is as it was before; nothing went to the customer."
    )
    assert (await world.reload(case))["state"] == "open"
    await world.later(hours=3)
    assert world.texts(SAM) == told
    cancelled = await world.the("outbox", key="customer.resolved")
    assert (cancelled["state"], cancelled["reason"]) == ("cancelled", "undone")
    assert (await world.history(case))[:3] == ["opened", "resolved", "undone"]


async def test_after_thirty_seconds_nothing_is_taken_back_and_the_button_is_gone(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="You have your money back.")
    await world.later(seconds=30)
    assert "You have your money back." in world.last(SAM).text
    assert "undo" not in [choice.key.split(":")[1] for choice in world.cards()[-1].choices]
    receipt = await world.presses(ANA, f"c:undo:{case['id']}")
    assert receipt.notice == "“resolved” can't be taken back any more."
    assert (await world.reload(case))["state"] == "resolved"


async def test_who_resolved_it_is_named_where_the_case_was_somebody_elses(world):
    case = await world.unhappy(words="slow")
    await world.presses(BEN, f"c:claim:{case['id']}")
    await world.resolves(ANA, case)
    await world.later(minutes=62)
    assert dict(world.cards()[-1].facts)["State"].startswith("Resolved by Ana")
    await world.writes(SAM, "yes")
    assert dict(world.cards()[-1].facts)["State"].startswith("Closed, resolved by Ana")
    assert "Well done, Ana." in "\n".join(world.texts(SUPPORT))


@pytest.mark.parametrize("action", ["claim", "snooze", "hand_over", "dismiss", "contacted"])
async def test_every_action_can_be_taken_back_once(world, action):
    case = await world.unhappy()
    ben = await world.person("Ben")
    arguments = {
        "snooze": {"until": world.now + HOUR, "reason": "lunch"},
        "hand_over": {"owner_id": ben["id"]},
        "dismiss": {"ending": "misclick"},
    }
    before = await world.reload(case)
    await act(world, case, action, **arguments.get(action, {}))
    assert (await act(world, case, "undo")).event == "undone"
    after = await world.reload(case)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"version"}
    assert (await act(world, case, "undo")).key == "refuse.cannot_undo"


async def test_a_case_is_handed_to_somebody_of_the_team_only(world):
    case = await world.unhappy()
    ben, wei = await world.person("Ben"), await world.person("小伟")
    refused = await act(world, case, "hand_over", owner_id=wei["id"])
    assert (refused.key, refused.args["owner"]) == ("refuse.not_in_team", "小伟")
    handed = await act(world, case, "hand_over", owner_id=ben["id"])
    assert (handed.case["state"], handed.case["owner_id"]) == ("claimed", ben["id"])
    again = await act(world, case, "hand_over", owner_id=ben["id"])
    assert (again.key, again.args["owner"]) == ("refuse.already_theirs", "Ben")


async def test_a_released_case_is_the_teams_again(world):
    case = await world.unhappy()
    await act(world, case, "claim")
    released = await act(world, case, "release", "Ben")
    assert (released.case["state"], released.case["owner_id"]) == ("open", "")
    assert (await act(world, case, "release")).key == "refuse.not_claimed"


@pytest.mark.parametrize("ending", ["misclick", "scale_misread", "not_ours", "spam"])
async def test_a_dismissed_case_sends_nothing_and_is_counted_apart(world, ending):
    case = await world.unhappy(words="slow")
    told = world.texts(SAM)
    await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending=ending)
    await world.later(days=10)
    after = await world.reload(case)
    assert (after["state"], after["ending"], after["due_at"]) == ("dismissed", ending, 0)
    assert world.texts(SAM) == told


async def test_a_merge_goes_on_in_the_other_case_with_the_graver_severity(world):
    first = await world.unhappy(score=1, words="slow")
    await world.later(days=2)
    await world.happens("account")
    await world.writes(SAM, "3")
    second = (await world.all("cases"))[-1]
    merged = await act(world, first, "merge", into=second["id"])
    assert merged.case["merged_into"] == second["id"]
    other = await world.reload(second)
    assert other["severity"] == "high"
    assert {"key": "reason.score", "args": {"score": 1, "low": 1, "high": 5}} in json.loads(other["reasons"])
    assert "case.merged" in keys_of(await world.all("outbox", case_id=second["id"]))
    assert await act(world, second, "merge", into=first["id"]) == Refusal("refuse.stale")
    strangers = await world.unhappy(MEI)
    assert await act(world, second, "merge", into=strangers["id"]) == Refusal("refuse.other_customer")


async def test_a_merge_that_is_taken_back_gives_back_severity_and_reasons(world):
    first = await world.unhappy(score=1, words="slow")
    await world.later(days=2)
    await world.happens("account")
    await world.writes(SAM, "3")
    second = (await world.all("cases"))[-1]
    await world.store.run(lambda tx: cases.write(tx, cases.lock(tx, second["id"]), {"severity": "low"}, world.now))
    second = await world.reload(second)
    await act(world, first, "merge", into=second["id"])
    assert (await world.reload(second))["severity"] == "high"
    assert (await world.reload(second))["reasons"] != second["reasons"]
    await act(world, first, "undo")
    after = await world.reload(second)
    assert (after["severity"], after["reasons"]) == (second["severity"], second["reasons"])
    assert (await world.reload(first))["state"] == "open"


async def test_a_case_cannot_be_reopened_beside_a_newer_one_about_the_same(world):
    case = await world.unhappy(words="slow")
    await world.fills_in(ANA, f"c:dismiss:{case['id']}", ending="misclick")
    await world.store.run(settings.put, "contact", {"transactional_days": 0, "floor_hours": 0})
    newer = await world.unhappy(words="slow again")
    assert newer["id"] != case["id"]
    assert await act(world, case, "reopen") == Refusal("refuse.another_open")
    assert await act(world, case, "undo") == Refusal("refuse.another_open")
    assert (await world.reload(case))["state"] == "dismissed"


async def test_a_team_that_reopens_within_the_undo_takes_the_message_back(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="All is well now.")
    await world.presses(ANA, f"c:reopen:{case['id']}")
    await world.later(minutes=2)
    assert "All is well now." not in "\n".join(world.texts(SAM))
    assert (await world.reload(case))["state"] == "claimed"


async def resolved_and_asked(world, who=SAM):
    case = await world.unhappy(who, words="slow")
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.resolves(ANA, case)
    await world.later(seconds=31)
    await world.later(hours=1)
    return await world.reload(case)


async def test_resolved_told_after_the_undo_asked_after_the_policys_time(world):
    case = await world.unhappy(words="slow")
    await world.resolves(ANA, case, told="You have your money back.")
    told = len(world.texts(SAM))
    await world.later(seconds=31)
    assert world.texts(SAM, told) == [f"About your case {case['code']}:\nYou have your money back.\n— Support"]
    await world.later(minutes=60)
    assert [choice.label for choice in world.last(SAM).choices] == ["Yes, it's fixed", "No", "Can't tell yet"]


async def test_nothing_is_told_where_nothing_was_written_but_it_is_asked_whether_it_is_fixed(world):
    case = await world.unhappy(words="slow")
    told = len(world.texts(SAM))
    await world.resolves(ANA, case, told="")
    await world.later(minutes=10)
    assert len(world.texts(SAM)) == told
    await world.later(hours=1)
    assert "Is it fixed now?" in world.last(SAM).text


@pytest.mark.parametrize("answer", ["yes", "Yes, it's fixed", "solved", "press"])
async def test_yes_closes(world, answer):
    case = await resolved_and_asked(world)
    if answer == "press":
        await world.presses(SAM, f"o:fixed:{case['id']}:yes")
    else:
        await world.writes(SAM, answer)
    after = await world.reload(case)
    assert (after["state"], after["confirm"], after["ending"], after["due_at"]) == ("closed", "yes", "confirmed", 0)
    assert "Good to hear" in "\n".join(world.texts(SAM))
    assert "✓" in world.last(SAM).text


async def test_no_reopens_to_the_same_owner_graver_and_says_so(world):
    case = await resolved_and_asked(world)
    await world.writes(SAM, "no")
    after = await world.reload(case)
    assert (after["state"], after["owner_id"], after["severity"]) == ("claimed", case["owner_id"], "high")
    assert (after["reopened"], after["confirm"]) == (1, "no")
    assert after["promised_at"] == world.now + HOUR
    assert "open again and Ana is on it" in "\n".join(world.texts(SAM))
    assert {"key": "reason.no_to_fixed", "args": {}} in json.loads(after["reasons"])
    assert "case.reopened" in keys_of(await world.all("outbox", case_id=case["id"]))
    # It can be resolved and asked again.
    await world.resolves(ANA, case)
    await world.later(hours=2)
    await world.writes(SAM, "yes")
    assert (await world.reload(case))["state"] == "closed"


async def test_not_yet_keeps_it_resolved_and_the_customer_can_still_say(world):
    case = await resolved_and_asked(world)
    await world.writes(SAM, "can't tell yet")
    after = await world.reload(case)
    assert (after["state"], after["confirm"], after["confirm_asked_at"]) == ("resolved", "not_yet", world.now)
    await world.later(days=1)
    await world.writes(SAM, "yes")
    assert (await world.reload(case))["state"] == "closed"


async def test_silence_closes_as_unconfirmed(world):
    case = await resolved_and_asked(world)
    await world.later(hours=73)
    after = await world.reload(case)
    assert (after["state"], after["confirm"], after["ending"]) == ("closed", "silent", "unconfirmed")


async def test_a_no_after_the_silence_still_reopens(world):
    case = await resolved_and_asked(world)
    await world.later(hours=73)
    await world.presses(SAM, f"o:fixed:{case['id']}:no")
    assert (await world.reload(case))["state"] == "claimed"


async def test_a_late_no_beside_a_newer_case_about_the_same_goes_to_that_one(world):
    case = await resolved_and_asked(world)
    await world.later(days=8)
    assert (await world.reload(case))["state"] == "closed"
    newer = await world.unhappy(words="broken again")
    assert newer["id"] != case["id"]
    receipt = await world.presses(SAM, f"o:fixed:{case['id']}:no")
    assert receipt.notice == "This question is closed."
    assert (await world.reload(case))["state"] == "closed"
    assert (await world.reload(newer))["state"] == "open"


async def test_a_second_press_of_yes_changes_nothing(world):
    case = await resolved_and_asked(world)
    await world.presses(SAM, f"o:fixed:{case['id']}:yes")
    before = await world.reload(case)
    receipt = await world.presses(SAM, f"o:fixed:{case['id']}:yes")
    assert receipt.notice == "This question is closed."
    assert (await world.reload(case))["closed_at"] == before["closed_at"]
    assert (await world.history(case)).count("confirmed") == 1


async def test_nobody_else_can_say_whether_it_is_fixed(world):
    case = await resolved_and_asked(world)
    receipt = await world.presses(MEI, f"o:fixed:{case['id']}:yes")
    assert receipt.notice
    assert (await world.reload(case))["state"] == "resolved"
    for answer in ("maybe", ""):
        await world.presses(SAM, f"o:fixed:{case['id']}:{answer}")
    assert (await world.reload(case))["state"] == "resolved"


async def test_other_words_while_it_is_asked_are_shown_to_the_team_and_it_stays_asked(world):
    case = await resolved_and_asked(world)
    await world.writes(SAM, "the box has not come yet")
    assert (await world.reload(case))["confirm"] == "asked"
    assert any("the box has not come yet" in text for text in world.texts(SUPPORT))
    await world.writes(SAM, "no")
    assert (await world.reload(case))["state"] == "claimed"


async def test_a_case_is_resolved_in_four_taps(world):
    case = await world.unhappy(words="slow")
    opened = await world.presses(ANA, f"c:resolve:{case['id']}")
    assert opened.form is not None
    required = [field.name for field in opened.form.fields if field.required and not field.value]
    assert len(required) <= 2
    told = next(field for field in opened.form.fields if field.name == "told")
    assert told.value
    await world.resolves(ANA, case)
    assert (await world.reload(case))["state"] == "resolved"


async def test_a_reply_reaches_the_customer_at_once_keeps_the_promise_and_stands_under_the_alert(world):
    case = await world.unhappy()
    done = await act(world, case, "reply", words="Looking into it")
    assert done.event == "replied"
    assert world.texts(SAM)[-1] == "Looking into it\n— Ana, Support"
    assert "Ana to the customer: “Looking into it”" in world.texts(SUPPORT)
    after = await world.reload(case)
    assert (after["state"], after["contacted_at"]) == ("claimed", world.now)
    assert after["owner_id"] == (await world.person("Ana"))["id"]


async def test_a_reply_that_cannot_arrive_is_said_under_the_alert_to_who_wrote_it(world):
    case = await world.unhappy(words="slow")
    world.web.script([Unreachable("the account is deactivated")], SAM)
    await act(world, case, "reply", words="Looking into it")
    (told,) = [text for text in world.texts(SUPPORT) if "could not be delivered" in text]
    assert "the account is deactivated" in told
    assert told.startswith("Ana: ")


async def test_a_reply_that_waits_for_the_customer_is_said_to_wait(world):
    case = await world.unhappy(words="slow")
    world.web.script([HoldUntilInbound("the window is closed")], SAM)
    await act(world, case, "reply", words="Looking into it")
    assert [text for text in world.texts(SUPPORT) if "goes out when they write again" in text]
    await world.writes(SAM, "hello?")
    assert "Looking into it\n— Ana, Support" in world.texts(SAM)


async def test_after_a_resolution_a_reply_can_still_be_written_and_reopens_nothing(world):
    case = await world.unhappy()
    await world.resolves(ANA, case)
    await act(world, case, "reply", words="One more thing")
    assert (await world.reload(case))["state"] == "resolved"
    assert (await world.reload(case))["undo"]


async def test_a_case_given_to_another_team_has_its_alert_there_under_that_teams_terms(world):
    case = await world.unhappy()
    await act(world, case, "claim")
    done = await act(world, case, "hand_over", owner_id="team:delivery")
    assert done.event == "moved"
    after = await world.reload(case)
    assert (after["team_id"], after["state"], after["owner_id"]) == ("delivery", "open", "")
    assert after["promised_at"] == case["promised_at"]
    assert json.loads(after["policy"]) != json.loads(case["policy"])
    assert [text for text in world.texts(SUPPORT) if "gave case" in text]
    card = world.cards(DELIVERY)[-1]
    assert "c:claim:" in card.choices[0].key
    assert (await world.presses(WEI, card.choices[0].key)).notice.startswith("服务单")
    assert (await world.presses(ANA, f"c:resolve:{case['id']}")).notice.startswith("Only the team")


async def test_a_case_handed_over_calls_its_new_owner_and_nobody_who_took_it_themselves(world):
    case = await world.unhappy()
    ben = await world.person("Ben")
    await act(world, case, "hand_over", owner_id=ben["id"])
    (told,) = await world.all("outbox", key="case.handed_over")
    assert json.loads(told["args"])["mention"] == [ben["id"]]
    await act(world, case, "hand_over", who="Ana", owner_id=(await world.person("Ana"))["id"])
    assert len(await world.all("outbox", key="case.handed_over")) == 1


@pytest.mark.parametrize(
    ("words", "confirm"),
    [("yes it is, thanks Ben was great", "yes"), ("still waiting", "not_yet"), ("还没有收到", "not_yet"),
     ("No one called", "no"), ("還是一樣", "no"), ("算是解決了，謝謝", "yes")],
)  # fmt: skip
async def test_a_plain_answer_in_other_words_counts(world, words, confirm):
    case = await resolved_and_asked(world)
    await world.writes(SAM, words)
    assert (await world.reload(case))["confirm"] == confirm


async def test_what_is_neither_yes_nor_no_is_asked_once_more_and_the_card_says_so(world):
    case = await resolved_and_asked(world)
    before = len(world.texts(SAM))
    await world.writes(SAM, "well, the lamp glows a bit")
    assert "Is it fixed now?" in world.last(SAM).text
    assert [choice.label for choice in world.last(SAM).choices] == ["Yes, it's fixed", "No", "Can't tell yet"]
    assert "Asked again below." in world.texts(SAM, before)
    assert "the customer answered in their own words" in dict(world.cards()[-1].facts)["State"]
    asked = len(await world.all("outbox", key="customer.confirm"))
    await world.writes(SAM, "it flickers")
    assert len(await world.all("outbox", key="customer.confirm")) == asked == 2
    await world.later(hours=71)
    assert (await world.reload(case))["state"] == "resolved"
    await world.writes(SAM, "好像可以了")
    assert (await world.reload(case))["confirm"] == "yes"


async def test_what_answers_a_colleague_does_not_bring_the_question_again(world):
    case = await resolved_and_asked(world)
    await world.later(minutes=1)
    await act(world, case, "reply", words="Which lamp is it?")
    await world.writes(SAM, "the one in the hall")
    assert len(await world.all("outbox", key="customer.confirm")) == 1
