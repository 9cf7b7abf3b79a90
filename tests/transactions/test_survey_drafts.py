"""Drafts, publication, approval, taking back, archive and schedule, and what a dry run says."""

from __future__ import annotations

import pytest
from world import ADA, DAY, MEI, SAM, YITING, World, arguments

from cxbot.domain.survey import Survey, editing
from cxbot.transactions import consent, dry_run, people, survey_approval, survey_changes, survey_drafts, surveys, teams


async def ada(world: World) -> dict:
    return await world.person("Ada")


async def live(world: World, key: str = "csat") -> surveys.LiveSurvey:
    found = await world.store.read(surveys.live, key)
    assert found is not None
    return found


def open_for(survey: Survey, words: str) -> Survey:
    edited = editing.with_setting(survey, "expires", [words])
    assert isinstance(edited, Survey)
    return edited


async def edit(world: World, words: str, key: str = "csat") -> survey_drafts.Draft:
    """One step of the draft: for how long it is open."""
    survey, _ = await world.store.read(survey_drafts.current, key)
    draft, _ = await world.store.run(survey_drafts.save, open_for(survey, words), (await ada(world))["id"], world.now)
    return draft


async def take_back(world: World, number: int = 0) -> bool:
    """Takes back the newest event of the survey, or an older one."""
    events = await world.store.read(surveys.history, "csat")
    event = {**events[number], "subject_id": "survey:csat"}
    return await world.store.run(survey_changes.revert, event, (await ada(world))["id"], world.now)


# Drafts -------------------------------------------------------------------------------------------------------------


async def test_a_draft_changes_nothing_that_is_live_until_it_is_published(world):
    draft = await edit(world, "5d")
    assert (draft.based_on, draft.step) == (1, 1)
    assert (await live(world)).survey.expires_ms == 7 * DAY
    version = await world.store.run(survey_drafts.publish, "csat", draft.author_id, world.now, "shorter")
    assert version == 2
    assert (await live(world)).survey.expires_ms == 5 * DAY
    assert await world.store.read(survey_drafts.get, "csat") is None
    assert await world.store.read(survey_drafts.all_open) == []


async def test_each_step_is_an_event_that_says_who_and_from_what_to_what(world):
    await edit(world, "5d")
    await edit(world, "6d")
    events = await world.all("events", subject_id="survey:csat")
    assert [row["kind"] for row in events] == ["survey.edited", "survey.edited"]
    assert {row["actor_id"] for row in events} == {(await ada(world))["id"]}
    said = arguments(events[1])
    assert (said["what"], said["from"], said["to"], said["step"]) == (["expires"], "5d", "6d", 2)


async def test_a_step_that_changes_nothing_is_none(world):
    await edit(world, "5d")
    assert (await edit(world, "5d")).step == 1
    assert len(await world.all("events", subject_id="survey:csat")) == 1


async def test_a_draft_with_mistakes_is_kept_and_not_published(world):
    survey = (await live(world)).survey
    broken = editing.with_texts(survey, ("title",), {"zh-TW": ""})
    draft, _ = await world.store.run(survey_drafts.save, broken, "ada", world.now)
    assert len(draft.mistakes) == 1
    with pytest.raises(ValueError, match="cannot be published"):
        await world.store.run(survey_drafts.publish, "csat", "ada", world.now)
    assert (await live(world)).version == 1


async def test_only_what_was_never_published_takes_another_key(world):
    survey = (await live(world)).survey.model_copy(update={"key": "mine"})
    await world.store.run(survey_drafts.save, survey, "ada", world.now)
    assert not await world.store.run(survey_drafts.rename, "mine", "csat", "ada", world.now)
    assert await world.store.run(survey_drafts.rename, "mine", "yours", "ada", world.now)
    assert (await world.store.read(survey_drafts.get, "yours")).survey.key == "yours"
    await edit(world, "5d")
    assert not await world.store.run(survey_drafts.rename, "csat", "other", "ada", world.now)


class Late:
    """A transaction that begins before another process has committed its draft: its first look sees none."""

    def __init__(self, tx, looks):
        self.tx = tx
        self.looks = looks

    def __getattr__(self, name):
        return getattr(self.tx, name)

    def one(self, name, **args):
        if name == "survey_drafts.get" and next(self.looks, False):
            return None
        return self.tx.one(name, **args)


async def test_of_two_who_begin_a_draft_at_once_the_second_takes_a_step_of_the_firsts(world):
    survey = (await live(world)).survey
    await world.store.run(survey_drafts.save, open_for(survey, "9d"), "other", world.now)
    looks = iter([True])
    other_zone = open_for(survey, "9d").model_copy(update={"time_zone": "Europe/Berlin"})
    draft, changed = await world.store.run(
        lambda tx, now: survey_drafts.save(Late(tx, looks), other_zone, "ada", now), world.now
    )
    assert (draft.survey.time_zone, draft.author_id, draft.changed_by, draft.step) == (
        "Europe/Berlin",
        "other",
        "ada",
        2,
    )
    assert len(changed) == 1
    first, second = await world.all("events", subject_id="survey:csat")
    assert (arguments(first)["before"], arguments(second)["step"]) == ("", 2)
    assert Survey.model_validate_json(arguments(second)["before"]).time_zone != "Europe/Berlin", (
        "what the other has kept"
    )


@pytest.mark.parametrize("answer", [True, False])
async def test_a_draft_that_was_renamed_is_not_asked_about_under_its_old_name(world, answer):
    bob = {"channel": "web", "address": "admin:bob", "name": "Bob", "language": "en"}
    await world.store.run(teams.seed_owners, [bob], world.now)
    mine = (await live(world)).survey.model_copy(update={"key": "mine"})
    draft, _ = await world.store.run(survey_drafts.save, mine, "ada", world.now)
    who, page = await ada(world), {"key": "text", "args": {"text": "x"}}
    await world.store.run(
        lambda tx, now: survey_approval.propose(
            tx, mine, draft.step, who, "", now, channel="web", address=ADA, page=page
        ),
        world.now,
    )
    proposal = await world.store.read(lambda tx: tx.one("survey_drafts.open_proposal", survey="mine"))
    assert await world.store.run(survey_drafts.rename, "mine", "yours", who["id"], world.now)
    decided = await world.store.run(
        lambda tx, now: survey_approval.decide(
            tx, proposal["id"], people.by_address(tx, "web", "admin:bob"), answer, now
        ),
        world.now,
    )
    assert decided.outcome == "stale"
    assert (decided.proposal["state"], decided.proposal["decided_by"]) == ("withdrawn", who["id"])


async def test_a_changed_file_does_not_take_away_what_was_published_in_chat(world):
    file = (await live(world)).survey
    await edit(world, "5d")
    await world.store.run(survey_drafts.publish, "csat", "ada", world.now)
    assert await world.store.run(surveys.seed, open_for(file, "9d"), "changed", world.now) == "kept"
    assert (await live(world)).survey.expires_ms == 5 * DAY


# Taking back --------------------------------------------------------------------------------------------------------


async def test_a_publication_is_taken_back_by_a_version_equal_to_the_one_before(world):
    before = (await live(world)).survey
    await edit(world, "5d")
    await world.store.run(survey_drafts.publish, "csat", "ada", world.now)
    assert await take_back(world)
    after = await live(world)
    assert (after.survey, after.version) == (before, 3)
    assert not await take_back(world, 1)  # version 2 is live no more


async def test_the_publication_of_a_new_survey_is_taken_back_by_archiving_it(world):
    survey = (await live(world)).survey.model_copy(update={"key": "mine"})
    await world.store.run(surveys.publish, survey, "ada", world.now)
    event = {**(await world.store.read(surveys.history, "mine"))[0], "subject_id": "survey:mine"}
    assert await world.store.run(survey_changes.revert, event, "ada", world.now)
    assert (await live(world, "mine")).archived


async def test_an_edit_is_taken_back_while_nothing_newer_stands_on_it(world):
    await edit(world, "5d")
    await edit(world, "6d")
    assert not await take_back(world, 1)
    assert await take_back(world)
    assert (await world.store.read(survey_drafts.get, "csat")).survey.expires_ms == 5 * DAY


async def test_the_first_edit_taken_back_leaves_no_draft_and_a_discarded_one_comes_back(world):
    await edit(world, "5d")
    assert await take_back(world)
    assert await world.store.read(survey_drafts.get, "csat") is None
    assert await take_back(world)
    assert (await world.store.read(survey_drafts.get, "csat")).survey.expires_ms == 5 * DAY


@pytest.mark.parametrize(
    ("action", "field"), [(surveys.pause, "paused"), (surveys.archive, "archived")], ids=["pause", "archive"]
)
async def test_a_switch_is_taken_back_both_ways(world, action, field):
    assert await world.store.run(action, "csat", "ada", world.now) == "done"
    assert await take_back(world)
    assert not getattr(await live(world), field)
    assert await take_back(world)
    assert getattr(await live(world), field)


async def test_a_schedule_is_taken_back_and_something_unknown_is_not(world):
    await world.store.run(surveys.schedule, "csat", world.now + DAY, "ada", world.now)
    assert await take_back(world)
    assert (await live(world)).starts_at == 0
    event = {"subject_id": "survey:csat", "kind": "survey.refused", "args": "{}"}
    assert not await world.store.run(survey_changes.revert, event, "ada", world.now)


# Archived and scheduled -----------------------------------------------------------------------------------------------


async def test_an_archived_survey_asks_nobody_and_what_was_asked_may_be_answered(world):
    await world.ticket_closed(SAM)
    await world.store.run(surveys.archive, "csat", "ada", world.now)
    await world.writes(SAM, "5")
    assert len(await world.all("responses")) == 1
    taken = await world.ticket_closed(MEI)
    assert (taken.state, taken.reason) == ("not_asked", "no_survey")
    assert await world.store.run(surveys.archive, "csat", "ada", world.now) == "already"
    assert await world.store.run(surveys.bring_back, "csat", "ada", world.now) == "done"
    assert (await world.ticket_closed(YITING)).state == "asked"


async def test_a_scheduled_survey_asks_from_its_day_on(world):
    await world.store.run(surveys.schedule, "csat", world.now + DAY, "ada", world.now)
    assert (await world.ticket_closed(SAM)).reason == "not_begun"
    await world.later(days=1)
    assert (await world.ticket_closed(MEI)).state == "asked"


# Two pairs of eyes ----------------------------------------------------------------------------------------------------


async def with_another_admin(world: World) -> dict:
    await world.store.run(survey_approval.switch, True, await ada(world), world.now)
    ana = await world.person("Ana")
    await world.store.run(teams.give_role, "", ana["id"], "admin", world.now)
    return ana


async def propose(world: World) -> str:
    draft = await edit(world, "5d")
    page = {"key": "survey.publish.difference", "args": {"lines": [], "n": 0}}
    where = {"channel": "web", "address": ADA, "page": page}

    def run(tx):
        proposer = tx.one("people.get", id=draft.author_id)
        return survey_approval.propose(tx, draft.survey, draft.step, proposer, "shorter", world.now, **where)

    assert await world.store.run(run) == ["Ana"]
    return (await world.store.read(lambda tx: tx.one("survey_drafts.open_proposal", survey="csat")))["id"]


async def test_nobody_approves_their_own_change_and_another_does_once(world):
    ana = await with_another_admin(world)
    proposal = await propose(world)
    own = await world.store.run(survey_approval.decide, proposal, await ada(world), True, world.now)
    assert own.outcome == "own"
    assert (await live(world)).version == 1
    approved = await world.store.run(survey_approval.decide, proposal, ana, True, world.now)
    assert (approved.outcome, approved.version) == ("approved", 2)
    again = await world.store.run(survey_approval.decide, proposal, ana, False, world.now)
    assert again.outcome == "decided"
    published = arguments((await world.all("events", kind="survey.published"))[-1])
    assert (published["why"], published["approved_by"]) == ("shorter", ana["id"])


async def test_what_was_changed_after_it_was_proposed_is_not_approved(world):
    ana = await with_another_admin(world)
    proposal = await propose(world)
    await edit(world, "6d")
    decided = await world.store.run(survey_approval.decide, proposal, ana, True, world.now)
    assert decided.outcome == "stale"
    assert (await live(world)).version == 1


async def test_a_refusal_leaves_the_draft_open(world):
    ana = await with_another_admin(world)
    proposal = await propose(world)
    decided = await world.store.run(survey_approval.decide, proposal, ana, False, world.now)
    assert decided.outcome == "refused"
    assert await world.store.read(survey_drafts.get, "csat") is not None
    await world.settle()
    assert "refused csat" in world.last(ADA).text


# A dry run ------------------------------------------------------------------------------------------------------------


async def test_a_dry_run_says_whom_it_would_have_asked_and_why_not_the_others(world):
    await world.ticket_closed(SAM)
    await world.writes(SAM, "1")
    await world.ticket_closed(SAM)  # too soon after the first
    await world.ticket_closed(MEI, auto_closed=True)
    await world.ticket_closed(YITING, survey=False)
    await world.happens("delivery", "delivered", MEI)
    run = await world.store.read(dry_run.replay, "csat", 7, world.now)
    assert (run.seen, run.asked, run.people) == (4, 1, 1)
    assert dict(run.held) == {"fatigue_metric": 1, "auto_closed": 1, "survey_off": 1}
    assert (run.really_asked, run.answered, run.unhappy, run.cases) == (1, 1, 1, None)
    assert await world.store.read(dry_run.replay, "nope", 7, world.now) is None


async def test_a_dry_run_tries_the_draft_and_not_what_is_live(world):
    await world.ticket_closed(SAM)
    await world.ticket_closed(MEI, auto_closed=True)
    survey = editing.with_setting((await live(world)).survey, "skip_auto_closed", ["no"])
    await world.store.run(survey_drafts.save, survey, "ada", world.now)
    run = await world.store.read(dry_run.replay, "csat", 7, world.now)
    assert (run.unpublished, run.asked) == (True, 2)


async def test_consent_counts_as_it_was_then(world):
    await world.ticket_closed(SAM)
    await world.later(hours=1)
    sam = await world.person("Sam Rivera")
    await world.store.run(consent.change, sam["id"], "surveys", world.now)
    assert (await world.store.read(dry_run.replay, "csat", 7, world.now)).asked == 1
    await world.later(hours=1)
    await world.ticket_closed(SAM)
    run = await world.store.read(dry_run.replay, "csat", 7, world.now)
    assert (run.asked, dict(run.held)) == (1, {"opted_out": 1})


async def test_cases_are_estimated_from_what_people_really_answered(world):
    for n in range(6):
        who = f"customer:{n}"
        await world.ticket_closed(who, person={"addresses": [{"channel": "web", "address": who}], "name": f"P{n}"})
        if n < 4:
            await world.writes(who, "1" if n < 2 else "5")
    run = await world.store.read(dry_run.replay, "csat", 7, world.now)
    assert (run.asked, run.really_asked, run.answered, run.unhappy, run.cases) == (6, 6, 4, 2, 2)


async def test_what_happened_before_the_days_is_left_out_and_what_another_survey_asks_is_named(world):
    await world.ticket_closed(SAM)
    await world.later(days=8)
    await world.ticket_closed(MEI)
    assert (await world.store.read(dry_run.replay, "csat", 7, world.now)).seen == 1
    survey = (await live(world)).survey.model_copy(update={"key": "zz"})
    await world.store.run(survey_drafts.save, survey, "ada", world.now)
    run = await world.store.read(dry_run.replay, "zz", 7, world.now)
    assert dict(run.held) == {"other_survey": 1}


async def test_a_dry_run_asks_and_writes_nothing(world):
    await world.ticket_closed(SAM)
    before = [len(await world.all(table)) for table in ("invitations", "decisions", "outbox", "events")]
    await world.store.read(dry_run.replay, "csat", 7, world.now)
    assert [len(await world.all(table)) for table in ("invitations", "decisions", "outbox", "events")] == before
