"""Surveys written by message: drafts, forms, previews, publication, versions, files."""

from __future__ import annotations

import pytest
from world import ADA, ANA, MEI, SAM, SUPPORT, World

from cxbot.attachments import make
from cxbot.domain.survey import read_survey
from cxbot.inbound import receive
from cxbot.ports import Limits
from cxbot.testing import FakeChannel
from cxbot.transactions import people, survey_drafts, surveys, teams
from handlers import dialogue

PLAIN = Limits(per_second=0, buttons=False, forms=False, notices=False)


def on_words_alone(world: World) -> World:
    """The company on a channel of nothing but words; called again, a process that begins anew."""
    world.web = FakeChannel("web", PLAIN)
    world.delivery.channels = {"web": world.web, "slack": world.slack}
    world.deliver = receive(world.store, world.clock.clock, dialogue.handling({"web": PLAIN}))
    return world


async def says(world: World, *lines: str, who: str = ADA) -> str:
    """Somebody writes to the bot; the answer to the last line."""
    for line in lines:
        await world.writes(who, line)
    return world.last(who).text


async def opens(world: World, line: str) -> dict[str, str]:
    """Ada opens a form by a line; its fields as they stand."""
    receipt = await world.writes(ADA, line)
    assert receipt.form is not None, world.last(ADA).text
    assert [choice.key for choice in world.last(ADA).choices] == [receipt.form.key]
    world.form = receipt.form  # type: ignore[attr-defined]
    return {field.name: field.value for field in receipt.form.fields}


async def fills_in(world: World, **fields: str) -> str:
    """Ada sends the form she opened; the answer, or its mistakes."""
    receipt = await world.fills_in(ADA, world.form.key, **fields)  # type: ignore[attr-defined]
    if receipt.form is not None:
        return " ".join(field.error for field in receipt.form.fields)
    return world.last(ADA).text


async def in_chinese(world: World) -> None:
    person = await world.person("Ada")
    await world.store.run(people.upsert, world.now, addresses=[("web", ADA)], name="Ada", language="zh-CN")
    assert person["id"]


async def draft(world: World, key: str = "csat"):
    found = await world.store.read(survey_drafts.get, key)
    assert found is not None
    return found


async def live(world: World, key: str = "csat"):
    return await world.store.read(surveys.live, key)


# Who may ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["survey new delivery csat", "survey edit csat", "survey publish csat", "问卷 编辑 csat", "survey import"],
)
async def test_a_lead_may_not_write_surveys_and_is_told_who_can(world, line):
    await world.writes(ANA, line)
    assert "Ada" in world.last(SUPPORT).text
    assert await world.store.read(survey_drafts.all_open) == []


async def test_a_form_or_a_button_of_somebody_who_may_not_does_nothing(world):
    await says(world, "survey edit csat expires 5d")
    for who in (ANA, SAM):
        receipt = await world.fills_in(who, "sv:tr:csat", touchpoints="store", expires="1d")
        assert "may not" in receipt.notice
        receipt = await world.presses(who, "sv:p:csat:1")
        assert "may not" in receipt.notice
    assert (await draft(world)).survey.trigger.touchpoints == ("ticket",)


# New ----------------------------------------------------------------------------------------------------------------


async def test_a_new_survey_is_made_of_a_template_and_filled_in(world):
    fields = await opens(world, "survey new delivery csat")
    assert (fields["key"], fields["touchpoints"], fields["outcomes"]) == ("delivery_csat", "delivery", "")
    assert "delivery_csat" in await says(world, "surveys")
    said = await fills_in(
        world,
        **{**fields, "key": "parcel", "outcomes": "late, delivered", "delay": "2h", "zh-CN": "送货满意度"},
    )
    assert "survey publish parcel" in said
    made = (await draft(world, "parcel")).survey
    assert (made.trigger.outcomes, made.trigger.delay_ms) == (("late", "delivered"), 7_200_000)
    assert made.title["zh-CN"] == "送货满意度"
    assert await world.store.read(survey_drafts.get, "delivery_csat") is None
    assert await live(world, "parcel") is None


async def test_a_new_survey_in_chinese(world):
    await in_chinese(world)
    fields = await opens(world, "问卷 新建 配送 满意度")
    assert "草稿“delivery_csat”已建好：“配送”触点的 CSAT 问卷，" in world.last(ADA).text
    assert "已保存到 delivery_csat 的草稿" in await fills_in(world, **{**fields, "delay": "2小时"})
    assert (await draft(world, "delivery_csat")).survey.trigger.delay_ms == 7_200_000


async def test_a_new_survey_needs_a_touchpoint_and_a_measure(world):
    assert "Touchpoints: " in await says(world, "survey new something")
    assert "nps" in world.last(ADA).text
    assert "指标" in await says(world, "问卷 新建 满意度")


async def test_a_key_that_is_taken_is_refused_in_its_field(world):
    fields = await opens(world, "survey new delivery csat")
    assert "“csat” can't be taken" in await fills_in(world, **{**fields, "key": "csat"})


async def test_a_new_survey_is_filled_in_word_by_word_and_goes_on_after_a_restart(world):
    chat = on_words_alone(world)
    asked = await says(chat, "survey new delivery ces")
    assert "Key of the survey" in asked
    assert "Open the form" not in "".join(chat.texts(ADA))
    assert "English" in await says(chat, "parcel_effort")
    chat = on_words_alone(world)
    await says(chat, "How easy was it?", "ok", "ok")
    assert "Touchpoints" in chat.last(ADA).text
    said = await says(chat, "ok", "delivered", "1h", "ok", "24h")
    assert "The draft delivery_ces is called parcel_effort now" in said
    made = (await draft(chat, "parcel_effort")).survey
    assert (made.title["en"], made.trigger.outcomes) == ("How easy was it?", ("delivered",))


async def test_what_was_left_is_kept_and_edited_later(world):
    chat = on_words_alone(world)
    await says(chat, "survey new delivery ces")
    await says(chat, "cancel")
    assert "a draft is open" in await says(chat, "survey edit delivery_ces")


# Edit ---------------------------------------------------------------------------------------------------------------


async def test_the_texts_of_a_question_are_written_in_a_form(world):
    fields = await opens(world, "survey edit csat question score")
    assert fields["zh-CN"].startswith("您对")
    said = await fills_in(world, **{**fields, "en": "How was it?", "zh-TW": ""})
    assert "“How satisfied are you with the help you got[ from {agent}]?” → “How was it?”" in said
    assert "questions.score.text: missing in traditional Chinese" in said
    assert "can't be published yet" in await says(world, "survey publish csat")
    assert "No mistakes" in await says(world, "survey edit csat question score zh-TW: 這次服務如何？")
    assert (await draft(world)).survey.question("score").text["zh-TW"] == "這次服務如何？"


async def test_words_for_customers_stay_as_they_were_typed(world):
    await says(world, 'survey edit csat question why en: "What", in  your words?! ')
    assert (await draft(world)).survey.question("why").text["en"] == '"What", in  your words?!'


async def test_one_language_alone_is_asked_for_where_one_is_named(world):
    assert set(await opens(world, "survey edit csat intro zh-TW")) == {"zh-TW"}
    assert set(await opens(world, "问卷 编辑 csat 感谢语 satisfied 英文")) == {"en"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("survey edit csat expires 5d", "open for: “7d” → “5d”"),
        ("survey edit csat nudges 12h, 48h", "nudges: “1d, 3d” → “12h, 2d”"),
        ("问卷 编辑 csat 有效期 5天", "有效期：“7d” → “5d”"),
        ("問卷 編輯 csat 提醒 24小時", "提醒：「1d, 3d」 → 「1d」"),
        ("survey edit csat touchpoints ticket, store", "trigger · touchpoints: “ticket” → “ticket, store”"),
        ("survey edit csat branch score 3 praise", "questions · score · branches · 3 · goes to: “praise”"),
        ("survey edit csat band neutral 3-3 low", "bands · neutral · severity: “low”"),
        ("survey edit csat question why optional no", "questions · why · may be skipped: “yes”"),
        ("survey add csat route delivery store", "routes · 1 · team: “delivery”"),
        ("survey add csat outcomes solved", "trigger · outcomes: “closed” → “closed, solved”"),
        ("survey remove csat question why", "questions · score · branches · any · goes to: “why” → “end”"),
        ("survey remove csat nudges", "nudges: “1d, 3d”"),
        ("survey remove csat words 1", "raising words"),
        ("survey edit csat key other", "its key stays"),
        ("survey edit csat expires soon", "I can't read “soon” as a time"),
        ("survey edit csat question nope", "“nope” is not there. Which one? There are: score, why and praise"),
        ("survey edit csat nonsense", "I don't know “nonsense” as a part of a survey"),
        ("survey edit cast expires 5d", "Did you mean csat"),
        ("survey remove csat title", "can't be taken out"),
        ("survey add csat option score", "no such question"),
        ("survey edit csat branch score", "Write the question"),
    ],
)
async def test_one_line_changes_one_thing_or_says_what_is_missing(world, line, said):
    assert said in await says(world, line)


async def test_a_question_with_options_is_added_by_a_form(world):
    await opens(world, "survey add csat question")
    said = await fills_in(
        world,
        id="channel",
        kind="one_of",
        en="How did you reach us?",
        **{"zh-CN": "您是怎么联系我们的？", "zh-TW": "您是怎麼聯絡我們的？"},
        options="phone | Phone | 电话 | 電話\nmail | Mail | 邮件 | 郵件",
        range="",
        optional="yes",
        after="praise",
    )
    assert "No mistakes" in said
    question = (await draft(world)).survey.questions[-1]
    assert [option.id for option in question.options] == ["phone", "mail"]
    assert question.options[0].label["zh-TW"] == "電話"
    await opens(world, "survey add csat option channel")
    labels = {"en": "Chat", "zh-CN": "聊天", "zh-TW": "聊天"}
    assert "options · chat" in await fills_in(world, id="chat", cause="", **labels)
    assert "already" in await fills_in(world, id="chat", cause="", **labels)


async def test_words_that_raise_a_case_are_added_by_a_form(world):
    await opens(world, "问卷 添加 csat 关键词")
    reason = {"en": "mould", "zh-CN": "发霉", "zh-TW": "發霉"}
    await fills_in(world, words="mould, 发霉，發霉", severity="critical", **reason)
    rule = (await draft(world)).survey.detect.raising_words[-1]
    assert (rule.words, rule.severity) == (("mould", "发霉", "發霉"), "critical")


async def test_mistakes_of_a_form_stand_beside_their_fields_with_what_was_typed(world):
    fields = await opens(world, "survey edit csat trigger")
    receipt = await world.fills_in(ADA, world.form.key, **{**fields, "delay": "soon"})
    wrong = {field.name: field.error for field in receipt.form.fields if field.error}
    assert list(wrong) == ["delay"]
    assert next(field.value for field in receipt.form.fields if field.name == "delay") == "soon"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("问卷 编辑 csat 提醒 24小时 8天", "有提醒晚于问卷的有效期"),
        ("问卷 编辑 csat 分段 neutral 4-4", "3 分不属于任何分段"),
        ("问卷 编辑 csat 跳转 score 9 why", "没有“9”这种回答"),
        ("问卷 编辑 csat 跳转 praise 其他 score", "出现循环：score → praise → score"),
        ("问卷 编辑 csat 开场白 简体：请评分", "开场白要有隐私说明链接，请加入 {privacy_url}。"),
        ("问卷 编辑 csat 题目 why 简体：{nobody}怎么了？", "{nobody} 不是变量"),
    ],
)
async def test_mistakes_are_said_in_chinese(world, line, said):
    assert said in await says(world, line)


async def test_a_survey_that_is_only_a_draft_is_shown_as_that(world):
    await says(world, "survey new delivery csat")
    assert "draft, not published yet" in await says(world, "survey show delivery_csat")
    assert "There is no survey" in await says(world, "survey pause delivery_csat")


async def test_a_text_is_written_where_there_is_nothing_but_words(world):
    chat = on_words_alone(world)
    await says(chat, "survey edit csat question why zh-CN")
    assert "1. Open" not in "".join(chat.texts(ADA))
    await says(chat, "出了什么问题？")
    assert "→ “出了什么问题？”" in chat.last(ADA).text
    shown = await says(chat, "survey publish csat")
    assert "1. Publish" in shown
    await chat.presses(ADA, f"sv:p:csat:{(await draft(chat)).mark}")
    assert "Why" in chat.last(ADA).text
    assert "live as version 2" in await says(chat, "clearer")


# Preview --------------------------------------------------------------------------------------------------------------


async def test_a_preview_is_answered_to_the_end_and_counted_nowhere(world):
    asked = await says(world, "survey preview csat")
    assert asked.startswith("Harbour here about your request [reference]")
    assert "[Preview – not counted]" in asked
    press = next(choice.key for choice in world.last(ADA).choices if choice.label.startswith("1"))
    assert (await world.presses(SAM, press)).notice.startswith("This no longer applies")
    await world.presses(ADA, press)
    assert "What happened, in your own words?" in world.last(ADA).text
    assert "would open a case (High)" in await says(world, "It was slow")
    assert any("Thank you for telling us plainly" in text for text in world.texts(ADA))
    assert await world.all("responses") + await world.all("cases") + await world.all("invitations") == []
    assert (await world.presses(ADA, press)).notice == "This no longer applies; the message has changed since."


async def test_a_preview_shows_the_draft_in_the_language_asked_for(world):
    await says(world, "survey edit csat question score zh-CN: 怎么样？")
    assert "怎么样？" in await says(world, "问卷 预览 csat 简体")
    assert "How satisfied" in await says(world, "survey preview csat en")
    assert "I know no language “fr”" in await says(world, "survey preview csat fr")


async def test_a_command_is_a_command_while_a_survey_is_tried_out_and_cancel_leaves_it(world):
    await says(world, "survey preview csat")
    assert "csat" in await says(world, "survey versions csat")
    receipt = await world.writes(ADA, "取消")
    assert "preview is over" in receipt.notice
    assert "I don't know" in await says(world, "xyzzy plugh")


async def test_a_preview_asked_for_in_a_team_channel_goes_to_ones_own_chat(world):
    await world.writes(ADA, "survey preview csat", place=SUPPORT)
    assert "is in your own chat" in world.last(SUPPORT).text
    assert "Preview" in world.last(ADA).text


# Dry run and publication ----------------------------------------------------------------------------------------------


async def test_a_dry_run_is_said_in_both_languages(world):
    await world.ticket_closed(SAM)
    await world.ticket_closed(SAM)
    said = await says(world, "survey dry-run csat 14 days")
    assert "Live csat, last 14 days: of 2 matching interactions it would have asked 1 (1 person)" in said
    assert "1 held by fatigue" in said
    assert "Too few answers to estimate the cases" in said
    await in_chinese(world)
    assert "过去 7 天：符合触发条件的互动 2 次，会发问 1 次（1 人）" in await says(world, "问卷 试运行 csat")


async def test_publishing_shows_the_difference_and_the_reach_first_and_asks_why(world):
    await world.ticket_closed(SAM)
    await says(world, "survey edit csat expires 5d")
    shown = await says(world, "survey publish csat")
    assert "open for: “7d” → “5d”" in shown
    assert "it would have asked 1 (1 person)" in shown
    assert (await live(world)).version == 1
    button = world.last(ADA).choices[0]
    assert button.label == "Publish"
    receipt = await world.presses(ADA, button.key)
    assert [field.name for field in receipt.form.fields] == ["why"]
    await world.fills_in(ADA, button.key, why="people answer sooner")
    assert "live as version 2" in world.last(ADA).text
    assert "2. today 10:00, Ada (live): people answer sooner" in await says(world, "survey versions csat")
    assert (await world.presses(ADA, button.key)).notice.startswith("This no longer applies")


async def test_what_was_changed_after_it_was_shown_is_not_published_by_the_old_button(world):
    await says(world, "survey edit csat expires 5d", "survey publish csat")
    button = world.last(ADA).choices[0]
    await says(world, "survey edit csat expires 6d")
    assert (await world.fills_in(ADA, button.key, why="")).notice.startswith("This no longer applies")
    await says(world, "survey discard csat")
    await world.later(minutes=1)
    await says(world, "survey edit csat expires 4d")
    assert (await world.fills_in(ADA, button.key, why="")).notice.startswith("This no longer applies")
    assert (await live(world)).version == 1


async def test_an_edit_that_says_what_is_so_already_begins_no_draft(world):
    assert "says so already" in await says(world, "survey edit csat expires 7d")
    assert await world.store.read(survey_drafts.all_open) == []
    assert await world.all("events", subject_id="survey:csat") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [("survey publish csat confirm shorter", "live as version 2"), ("问卷 发布 csat 确认 改短", "第 2 版已发布")],
)
async def test_a_line_that_confirms_publishes_at_once(world, line, said):
    await says(world, "survey edit csat expires 5d")
    assert said in await says(world, line)


async def test_there_is_nothing_to_publish_without_a_difference(world):
    assert "has no draft" in await says(world, "survey publish csat")
    await says(world, "survey edit csat expires 5d", "survey edit csat expires 7d")
    assert "nothing to publish" in await says(world, "survey publish csat confirm")
    assert "given up" in await says(world, "survey discard csat")
    assert "has no draft" in await says(world, "survey discard csat")


async def test_a_draft_says_that_the_live_version_is_another_by_now(world):
    await says(world, "survey edit csat expires 5d", "survey publish csat confirm", "survey edit csat expires 4d")
    await says(world, "survey roll back csat 1")
    assert "Careful: version 3 went live after this draft was begun" in await says(world, "survey publish csat")


async def test_with_approval_another_admin_decides_in_their_own_chat(world):
    assert "no other admin" in await says(world, "survey approval on")
    ana = await world.person("Ana")
    await world.store.run(teams.give_role, "", ana["id"], "admin", world.now)
    assert "needs another admin's approval" in await says(world, "survey approval on")
    await says(world, "survey edit csat expires 5d")
    assert "Ana can approve it" in await says(world, "survey publish csat confirm shorter")
    asked = world.last(ANA)
    assert "Ada wants to publish csat: shorter" in asked.text
    assert "open for: “7d” → “5d”" in asked.text
    yes, no = (choice.key for choice in asked.choices)
    assert (await world.presses(ADA, yes)).notice == "You can't approve your own change."
    await world.presses(ANA, yes, place=ANA)
    assert "Approved: csat is live as version 2" in world.last(ANA).text
    assert "Ana approved csat" in world.last(ADA).text
    assert "Ana has already decided" in (await world.presses(ANA, no, place=ANA)).notice
    assert "approved by Ana" in await says(world, "survey versions csat")
    assert "Ana can approve it" in await says(world, "survey roll back csat 1")
    assert (await live(world)).version == 2
    await world.presses(ANA, world.last(ANA).choices[1].key, place=ANA)
    assert "Ana refused csat" in world.last(ADA).text
    assert "nobody else's" in await says(world, "survey approval off")
    assert "switched off" in world.last(ANA).text


# Versions, schedule, archive, files -----------------------------------------------------------------------------------


async def test_versions_are_compared_and_an_old_one_comes_back(world):
    await says(world, "survey edit csat expires 5d", "survey publish csat confirm")
    assert "csat, version 1 → 2: 1 difference\n~ open for: “7d” → “5d”" in await says(world, "survey diff csat 1 2")
    assert "version 1 → 2" in await says(world, "survey diff csat 1")
    assert "as in version 1 again, as version 3" in await says(world, "survey roll back csat 1")
    assert "say the same" in await says(world, "survey diff csat 1 3")
    assert "no such version. There are: 1, 2 and 3" in await says(world, "survey roll back csat 9")
    assert "本来就是现行版本" in await says(world, "问卷 回滚 csat 3")
    await says(world, "survey edit csat expires 2d")
    assert "version 3 → draft" in await says(world, "survey diff csat")
    assert "Draft on version 3" in await says(world, "survey versions csat")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("survey schedule csat from 2025-12-01", "csat asks from Mon 1 Dec 00:00 on"),
        ("survey schedule csat from tomorrow", "tomorrow 00:00"),
        ("问卷 定时 csat 12月1日 9:30", "12月1日（周一）09:30 起发送"),
        ("survey schedule csat 2024-01-01", "is over already"),
        ("survey schedule csat whenever", "can't read “whenever” as a day"),
        ("survey schedule csat 2025-13-41", "as a day"),
        ("survey schedule csat now", "asks at once"),
    ],
)
async def test_a_survey_is_scheduled_by_a_day(world, line, said):
    assert said in await says(world, line)


async def test_an_archived_and_a_scheduled_survey_are_listed_with_a_flag(world):
    await says(world, "survey archive ces", "survey schedule csat from 2025-12-01")
    listed = await says(world, "surveys")
    assert "(archived; version 1" in listed
    assert "(from Mon 1 Dec 00:00; version 1" in listed
    assert "archived" in await says(world, "survey show ces")
    assert "已经归档" in await says(world, "问卷 归档 ces")
    assert "is back" in await says(world, "survey bring back ces")
    assert "not archived" in await says(world, "survey bring back ces")


async def test_an_export_is_the_file_and_an_import_takes_it_back(world):
    await says(world, "survey edit csat expires 5d", "survey export csat")
    file = await world.store.read(make, {"kind": "survey", "survey": "csat"})
    assert file.name == "csat.toml"
    text = file.body.decode()
    assert read_survey(text, "csat.toml") == (await draft(world)).survey
    pasted = text.replace('key = "csat"', 'key = "mine"').replace('expires = "5d"', 'expires = "6d"')
    assert "Taken over as the draft of mine" in await says(world, f"survey import\n```\n{pasted}```")
    assert (await draft(world, "mine")).survey.expires_ms == 6 * 86_400_000


async def test_an_export_in_words_comes_in_pages_that_make_the_whole(world):
    pages, page = [], 1
    while "Next: survey export csat" in await says(world, f"survey export csat {page}"):
        pages.append(world.last(ADA).text.partition("\n")[2].partition("\n\nNext:")[0])
        page += 1
    pages.append(world.last(ADA).text.partition("\n")[2])
    assert read_survey("\n".join(pages), "csat.toml") == (await live(world)).survey


async def test_an_import_lists_every_mistake_with_its_line_and_changes_nothing(world):
    said = await says(world, 'survey import\nkey = "abc"\nmetric = 3')
    assert "line 2, metric: 3 is not known" in said
    assert "line 1, title" in said
    assert await world.store.read(survey_drafts.all_open) == []
    await opens(world, "问卷 导入")
    assert "line 1" in await fills_in(world, toml="nonsense")


async def test_what_is_too_long_to_be_read_whole_is_said_and_not_called_a_mistake(world):
    await opens(world, "survey import")
    assert "longer than the 8" in await fills_in(world, toml="# long\n" * 2_000)
    assert await world.store.read(survey_drafts.all_open) == []


# In flight ------------------------------------------------------------------------------------------------------------


async def test_who_is_being_asked_finishes_the_version_they_began(world):
    await world.ticket_closed(SAM)
    await says(world, "survey edit csat question why en: Why so?", "survey publish csat confirm")
    await world.ticket_closed(MEI)
    await world.writes(SAM, "2")
    assert "What happened, in your own words?" in world.last(SAM).text
    await says(world, "survey roll back csat 1")
    await world.writes(SAM, "It was slow")
    await world.writes(MEI, "2")
    assert [row["survey_version"] for row in await world.all("responses")] == [1, 2]
    assert (await world.the("invitations", state="done"))["survey_version"] == 1


@pytest.mark.parametrize(
    "line",
    ["question score “How was the return?”", "question score en “How was the return?”", 'title "How was the return?"'],
)
async def test_a_text_in_quotation_marks_is_kept_in_the_language_that_is_meant(world, line):
    await says(world, f"survey edit csat {line}")
    assert "How was the return?" in str(await draft(world))


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("survey edit csat expires 5 days", 5),
        ("survey edit csat expires 2 weeks", 14),
        ("问卷 编辑 csat 有效期 两周", 14),
    ],
)
async def test_a_time_is_read_as_it_is_said(world, line, days):
    await says(world, line)
    assert (await draft(world)).survey.expires_ms == days * 86_400_000


async def test_reminders_are_read_with_their_units(world):
    await says(world, "survey edit csat nudges 2 days 4 days")
    assert (await draft(world)).survey.nudges_ms == (2 * 86_400_000, 4 * 86_400_000)
