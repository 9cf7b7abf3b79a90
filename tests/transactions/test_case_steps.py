from __future__ import annotations

import pytest
from recovery_cast import SHIPPED, button, checklist, fact, with_playbooks
from world import ANA, BEN, DELIVERY, MEI, SAM, WEI, YITING, arguments

from cxbot.transactions import playbooks


async def unhappy_delivery(world, who=SAM, why="1"):
    await world.happens("delivery", "delivered", who)
    await world.writes(who, "1")
    case = (await world.all("cases"))[-1]
    if why:
        await world.writes(who, why)
    return case


async def test_seeding_twice_changes_nothing_and_a_changed_file_is_a_new_version(world):
    assert await with_playbooks(world) == ["playbook delivery: new", "playbook general: new", "playbook service: new"]
    assert await with_playbooks(world) == []
    changed = SHIPPED["general"].model_copy(update={"steps": SHIPPED["general"].steps[1:]})
    assert await with_playbooks(world, SHIPPED["delivery"], changed) == [
        "playbook general: updated",
        "playbook service: its file is gone; new cases do without it",
    ]
    live = await world.store.read(playbooks.all_live)
    assert [(book.key, version) for book, version in live] == [("delivery", 1), ("general", 2)]
    assert await with_playbooks(world, *SHIPPED.values()) == ["playbook general: updated", "playbook service: updated"]
    with pytest.raises(LookupError):
        await world.store.read(playbooks.at, "general", 9)


async def test_a_case_takes_the_steps_of_its_cause_and_its_card_shows_them(world):
    await with_playbooks(world)
    case = await world.unhappy()
    assert list(await checklist(world, case)) == ["apologise", "listen", "fix", "talk", "follow_up"]
    said = fact(world.cards()[-1], "Steps")
    assert said.startswith("0 of 5\n☐ Apologise for how they were served\n☐ ")


async def test_without_a_playbook_that_suits_a_case_has_no_steps_and_no_button(world):
    await with_playbooks(world, SHIPPED["delivery"])
    case = await world.unhappy()
    assert await checklist(world, case) == {}
    assert fact(world.cards()[-1], "Steps") == ""
    assert "Step done" not in [choice.label for choice in world.cards()[-1].choices]


async def test_a_case_keeps_the_steps_it_began_with(world):
    await with_playbooks(world)
    case = await world.unhappy()
    before = fact(world.cards()[-1], "Steps")
    step = SHIPPED["service"].steps[2].model_copy(update={"label": {"en": "Other", "zh-CN": "别的", "zh-TW": "別的"}})
    await with_playbooks(world, SHIPPED["service"].model_copy(update={"steps": (step,)}))
    await world.presses(ANA, f"c:claim:{case['id']}")
    assert fact(world.cards()[-1], "Steps") == before
    other = await world.unhappy(MEI)
    assert list(await checklist(world, other)) == [step.id]


async def test_what_the_customer_chooses_afterwards_changes_the_playbook_until_somebody_works_by_it(world):
    await with_playbooks(world)
    case = await unhappy_delivery(world, why="")
    assert "arrived" in await checklist(world, case)
    survey = world.last(SAM)
    rude = next(n for n, choice in enumerate(survey.choices, 1) if "courier" in choice.label.lower())
    await world.writes(SAM, str(rude))
    assert list(await checklist(world, case)) == ["apologise", "listen", "fix", "talk", "follow_up"]


async def test_what_somebody_has_ticked_is_not_lost_when_another_playbook_suits_better(world):
    await with_playbooks(world)
    case = await unhappy_delivery(world, why="")
    await world.presses(WEI, f"c:step:{case['id']}")
    rude = next(n for n, choice in enumerate(world.last(SAM).choices, 1) if "courier" in choice.label.lower())
    await world.writes(SAM, str(rude))
    steps = await checklist(world, case)
    assert steps["apologise"] == "done"
    assert {"arrived", "listen", "talk"} <= set(steps)


async def test_a_case_that_becomes_critical_gets_the_call_first_and_loses_nothing(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, button(world.cards()[-1], "step"))
    await world.writes(SAM, "it caught fire, somebody was hurt")
    assert (await world.reload(case))["severity"] == "critical"
    assert await checklist(world, case) == {
        "call": "open",
        "apologise": "done",
        "listen": "open",
        "fix": "open",
        "talk": "open",
        "follow_up": "open",
    }
    added = [row for row in await world.all("events", subject_id=case["id"]) if row["kind"] == "steps_added"]
    assert [arguments(row)["steps"] for row in added][-1] == ["call"]


async def test_what_is_done_anyway_ticks_its_step(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.fills_in(ANA, f"c:reply:{case['id']}", words="We are sorry, Sam.")
    assert (await checklist(world, case))["apologise"] == "done"
    other = await world.unhappy(MEI)
    await world.presses(BEN, f"c:contacted:{other['id']}")
    assert [step for step, state in (await checklist(world, other)).items() if state == "done"] == ["listen"]
    await world.presses(BEN, f"c:undo:{other['id']}")
    assert set((await checklist(world, other)).values()) == {"open"}
    await world.resolves(ANA, case)
    assert (await checklist(world, case))["fix"] == "done"


async def test_contact_ticks_no_step_that_does_not_say_so(world):
    await with_playbooks(world, SHIPPED["general"])
    case = await world.unhappy()
    await world.presses(ANA, f"c:contacted:{case['id']}")
    assert set((await checklist(world, case)).values()) == {"open"}


async def test_a_resolution_taken_back_takes_its_tick_back(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.resolves(ANA, case)
    await world.presses(ANA, f"c:undo:{case['id']}")
    assert (await checklist(world, case))["fix"] == "open"


async def test_a_tick_can_be_undone_like_any_other_action(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, button(world.cards()[-1], "step"))
    assert (await checklist(world, case))["apologise"] == "done"
    await world.presses(ANA, f"c:undo:{case['id']}")
    assert (await checklist(world, case))["apologise"] == "open"
    assert [kind for kind in await world.history(case) if "step" in kind] == ["steps_added", "step_done"]


async def test_ticking_after_a_resolution_leaves_the_resolution_to_be_undone(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.resolves(ANA, case)
    before = len(world.texts(SAM))
    await world.writes(ANA, f"step {case['code']} 5")
    assert (await checklist(world, case))["follow_up"] == "done"
    await world.presses(ANA, f"c:undo:{case['id']}")
    await world.later(minutes=1)
    assert (await world.reload(case))["state"] in ("open", "claimed")
    assert world.texts(SAM)[before:] == []


async def test_a_case_that_is_not_fixed_after_all_is_to_be_fixed_again(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.resolves(ANA, case)
    await world.later(hours=1, minutes=2)
    await world.presses(SAM, f"o:fixed:{case['id']}:no")
    steps = await checklist(world, case)
    assert (await world.reload(case))["state"] == "claimed"
    assert steps["fix"] == "open"


async def test_a_second_press_of_the_same_button_ticks_no_other_step(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    key = button(world.cards()[-1], "step")
    await world.presses(ANA, key)
    second = await world.presses(BEN, key)
    assert "already, by Ana" in second.notice
    assert list((await checklist(world, case)).values()).count("done") == 1


async def test_the_reply_begins_with_the_apology_in_the_customers_language_while_nobody_has_contacted_them(world):
    await with_playbooks(world)
    case = await world.unhappy(MEI)
    (field,) = (await world.presses(ANA, f"c:reply:{case['id']}")).form.fields
    assert field.value.startswith("林美，您好")
    assert "X-1" in field.value
    assert "Harbour" in field.value
    await world.fills_in(ANA, f"c:reply:{case['id']}", words=field.value)
    assert field.value.partition("，")[2][:20] in world.texts(MEI)[-1]
    (again,) = (await world.presses(ANA, f"c:reply:{case['id']}")).form.fields
    assert again.value == ""


async def test_each_customer_is_apologised_to_in_their_own_language(world):
    await with_playbooks(world)
    case = await unhappy_delivery(world, YITING)
    (field,) = (await world.presses(WEI, f"c:reply:{case['id']}")).form.fields
    assert "怡婷" in field.value
    assert "您的訂單" in field.value
    assert fact(world.cards(DELIVERY)[-1], "步骤").startswith("0/5 项\n☐ 为配送致歉")


async def test_no_step_is_ever_read_by_the_customer(world):
    await with_playbooks(world)
    case = await world.unhappy()
    await world.presses(ANA, f"c:claim:{case['id']}")
    await world.presses(ANA, button(world.cards()[-1], "step"))
    await world.resolves(ANA, case)
    await world.later(hours=2)
    said = "\n".join(world.texts(SAM))
    for step in SHIPPED["service"].steps:
        assert step.label["en"] not in said
    assert "☑" not in said
