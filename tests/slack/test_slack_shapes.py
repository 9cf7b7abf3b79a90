"""Whatever the bot can say in Slack stays within Block Kit's limits, with the longest texts, in three languages."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

import block_limits
import pytest
import yaml
from fake_slack import SCOPES, visible
from hypothesis import given
from hypothesis import strategies as st

from cxbot.channels.slack import LIMITS, blocks, errors, examining, listeners, texts, views
from cxbot.domain import cases as workflow
from cxbot.domain.survey import read_survey
from cxbot.ports import Choice, Field, Form, Misconfigured, Outgoing, Page, Refused, Section, TryLater, Unknown, marked
from cxbot.ports import Unreachable as Gone
from cxbot.settings import HOME
from cxbot.wording import LANGUAGES, Meaning, render, text
from cxbot.wording.catalogue import messages

NOW = 1_763_604_000_000
LONG = {"en": "Wörds & <more> " * 700, "zh-CN": "很长的话，<&>" * 1200, "zh-TW": "很長的話，<&>" * 1200}
ROW = "01JD0000000000000000000000"
SURVEYS = [read_survey(file.read_text(encoding="utf-8"), file.name) for file in sorted(HOME.glob("surveys/*.toml"))]
STATES = ("open", "claimed", "resolved", "closed", "dismissed", "merged")


def fits(outgoing: Outgoing, addressee: str = "") -> blocks.Message:
    message = blocks.draw(outgoing, addressee=addressee)
    assert block_limits.of_message({"text": message.text, "blocks": message.blocks}) == []
    return message


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("survey", SURVEYS, ids=lambda survey: survey.key)
def test_every_question_fits(survey, language):
    for question in survey.questions:
        names = dict.fromkeys(("name", "agent", "reference", "touchpoint", "company"), LONG[language])
        args = {"invitation": ROW, "question": question.id, "intro": True, "note": "customer.nudge",
                "variables": {**names, "privacy_url": "https://example.com/privacy"}}  # fmt: skip
        for address in ("U012345678", "C012345678/U012345678"):
            meaning = Meaning(ROW, "slack", address, "question", "", args, language, survey)
            message = fits(render(meaning, LIMITS, NOW), "U012345678")
            assert len(message.blocks) >= 1
            assert blocks.where(f"cx|{ROW}|{address}|0") == (ROW, address)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_card_fits_with_the_longest_words(state, language):
    words = LONG[language]
    facts = {
        "case_id": ROW, "code": "H42ABC", "state": state, "severity": "critical", "person_name": words,
        "person_vip": True, "person_value": 10**9, "touchpoint": words, "reference": words, "agent": words,
        "outcome": words, "score": 0, "scale_low": 0, "scale_high": 10, "words": [words] * 3,
        "media": [{"kind": "image", "name": words}] * 9,
        "reasons": [{"key": "text", "args": {"text": words}}] * 9, "history": [{"score": 10}] * 9,
        "earlier_cases": 99, "owner_name": words, "team_name": words, "due_at": NOW + 1,
        "due_kind": "first_contact", "snoozed_until": NOW + 1, "snooze_reason": words, "root_cause": words,
        "done_words": words, "told_words": words, "confirm": "asked", "ending": "spam",
        "closed_by_name": words, "merged_into": "H42ABD", "undo": True, "zone": "Asia/Shanghai",
    }  # fmt: skip
    meaning = Meaning(ROW, "slack", "C012345678", "card", "", facts, language)
    message = fits(render(meaning, LIMITS, NOW))
    assert message.text.startswith(("🔴", "🟢", text("severity.critical", language)))
    buttons = [e for block in message.blocks if block["type"] == "actions" for e in block["elements"]]
    assert all(len(each["action_id"]) <= 255 for each in buttons)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_catalogue_fits(language):
    arguments = dict.fromkeys(_slots(), LONG[language])
    choices = [{"key": f"o:fixed:{ROW}:{n}", "label": LONG[language]} for n in range(3)]
    for key in messages(language):
        args = {**arguments, "choices": choices, "lines": [LONG[language]] * 40}
        outgoing = render(Meaning(ROW, "slack", "U012345678", "message", key, args, language), LIMITS, NOW)
        message = fits(outgoing)
        assert message.text.strip()


def _slots() -> set[str]:
    return {name for said in messages("en").values() for name in re.findall(r"{(\w+)", said)} - {"language"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_fits(language):
    words = LONG[language]
    options = tuple((f"{ROW}{n}", words) for n in range(140))
    fields = tuple(
        Field(f"{kind}{n}", words, kind, options if kind == "choice" else (), n == 0, words, words, words)
        for kind, n in itertools.product(("text", "long_text", "choice", "date_time"), range(3))
    )
    view = views.modal(
        Form(f"c:resolve:{ROW}", words, fields, words, words, words[:9_000], words), place="C1", about=ROW
    )
    assert block_limits.of_view(view) == []
    assert set(views.mistakes(Form("k", "t", fields, "s"))) == {field.name for field in fields}
    assert block_limits.of_view(views.modal(Form("k", "t", (), ""), place="", about="")) == []
    none = views.modal(Form("k", "t", (Field("into", "Into", "choice"),), "Merge"), place="", about="")
    assert block_limits.of_view(none) == []
    assert "submit" not in none


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_tab_fits_whatever_is_on_it(language):
    words = LONG[language]
    choices = tuple(Choice(f"c:{action}:{ROW}", words, "primary") for action in ("claim", "resolve"))
    sections = tuple(Section(words, words[:6_000], choices) for _ in range(60))
    assert block_limits.of_view(blocks.home(Page(sections), "U1")) == []
    assert block_limits.of_view(blocks.home(Page(()), "U1")) == []


def test_a_long_list_is_a_menu_and_a_short_one_buttons():
    many = tuple(Choice(f"s:{ROW}:q:{n}", f"Option {n}") for n in range(40))
    (menu,) = blocks.choices(many, "menu", ROW, "U1")
    assert menu["elements"][0]["type"] == "static_select"
    assert len(blocks.choices(many[:7], "buttons", ROW, "U1")) == 2


@given(st.text(max_size=300), st.integers(1, 40))
def test_a_text_in_parts_is_the_text_and_no_sign_is_cut_in_two(words, length):
    safe = texts.escaped(words)
    parts = texts.chunks(safe, length)
    assert "".join("".join(parts).split()) == "".join(safe.split())
    for part in parts:
        assert part.count("&amp") == part.count("&amp;") or length < 6


@given(st.text(alphabet="<>&!@#|^ aé漢\n*_~`", max_size=80))
def test_nothing_anybody_wrote_is_a_command_to_slack(words):
    drawn = texts.mrkdwn(words)
    assert "<" not in drawn
    assert texts.read(drawn) == words or any(sign in words for sign in "&")


def test_a_moment_is_shown_in_the_readers_time_and_a_cut_one_only_in_words():
    whole = f"by {marked(NOW, 'act_by', '14:30 (in 52 min)')}."
    stamp = f"<!date^{NOW // 1000}^{{date_short_pretty}} {{time}} ({{ago}})|14:30 (in 52 min)>"
    assert texts.mrkdwn(whole) == f"by \u200b{stamp}."
    assert texts.plain(whole, 99) == "by 14:30 (in 52 min)."
    assert texts.mrkdwn(whole[:-4]) == "by 14:30 (in 52 mi"


def test_what_is_read_is_what_stood_there():
    assert texts.read("&lt;b&gt; &amp;amp; <@U1> <https://a.b/c|link> :+1::skin-tone-3: :unknown:") == (
        "<b> &amp; U1 link 👍 :unknown:"
    )


# Errors --------------------------------------------------------------------------------------------------------------

DOCUMENTED = """
chat.postMessage: channel_not_found not_in_channel is_archived msg_too_long no_text restricted_action
 invalid_blocks invalid_blocks_format too_many_attachments message_limit_exceeded team_access_not_granted
 access_denied account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted invalid_auth
 missing_scope not_allowed_token_type not_authed no_permission org_login_required token_expired token_revoked
 two_factor_setup_required accesslimited fatal_error internal_error invalid_arguments invalid_arg_name
 invalid_array_arg invalid_charset invalid_form_data invalid_post_type missing_post_type ratelimited
 request_timeout service_unavailable team_added_to_org messages_tab_disabled metadata_too_large
 invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app markdown_text_conflict
 cannot_reply_to_message restricted_action_read_only_channel restricted_action_thread_only_channel
 restricted_action_non_threadable_channel restricted_action_thread_locked team_not_found method_deprecated
 attachment_payload_limit_exceeded msg_blocks_too_long
chat.update: message_not_found cant_update_message edit_window_closed channel_not_found is_archived
 invalid_blocks msg_too_long no_text ratelimited
chat.postEphemeral: user_not_in_channel not_in_channel channel_not_found is_archived messages_tab_disabled
 restricted_action cannot_reply_to_message no_text msg_too_long invalid_blocks missing_scope
conversations.open: channel_not_found user_not_found user_not_visible user_disabled users_list_not_supplied
 not_enough_users too_many_users method_not_supported_for_channel_type invalid_user_combination cannot_dm_bot
 missing_scope account_inactive
users.info: user_not_found user_not_visible invalid_auth
users.lookupByEmail: users_not_found missing_scope
files.completeUploadExternal: file_upload_size_restricted storage_limit_reached channel_not_found
 invalid_arguments
"""
"""What Slack's own pages list for the methods the bot sends with."""
CODES = [
    (line.partition(":")[0], code)
    for line in DOCUMENTED.replace("\n ", " ").strip().splitlines()
    for code in line.partition(":")[2].split()
]


@pytest.mark.parametrize(("method", "code"), CODES)
def test_every_documented_code_is_mapped(method, code):
    assert (method, code) in errors.MEANINGS or ("*", code) in errors.MEANINGS
    outcome = errors.outcome(errors.ApiError(method, code, after=7_000))
    said = getattr(outcome, "reason", "") or getattr(outcome, "what_to_do", "")
    assert len(said) > 5


@pytest.mark.parametrize("key", errors.MEANINGS, ids=":".join)
def test_every_row_of_the_table_is_one_outcome_with_its_words(key):
    method, code = key
    outcome = errors.outcome(errors.ApiError("chat.postMessage" if method == "*" else method, code, detail="x:y"))
    assert isinstance(outcome, Gone | Refused | Misconfigured | TryLater)
    assert "x:y" in (getattr(outcome, "reason", "") or getattr(outcome, "what_to_do", ""))


def test_the_same_code_means_the_person_when_a_conversation_is_opened_and_the_bot_elsewhere():
    assert isinstance(errors.outcome(errors.ApiError("conversations.open", "account_inactive")), Gone)
    assert isinstance(errors.outcome(errors.ApiError("chat.postMessage", "account_inactive")), Misconfigured)


def test_what_slack_asks_to_wait_is_waited_and_what_had_left_is_unknown():
    assert errors.outcome(errors.ApiError("chat.postMessage", "ratelimited", after=9_000)) == TryLater(
        "Slack asks to wait", 9_000
    )
    assert isinstance(errors.outcome(errors.NoAnswer("m", "x", begun=True)), Unknown)
    assert isinstance(errors.outcome(errors.NoAnswer("m", "x", begun=False)), TryLater)


# The manifest --------------------------------------------------------------------------------------------------------

MANIFEST = yaml.safe_load((HOME / "docs/slack-manifest.yaml").read_text(encoding="utf-8"))


def test_the_manifest_asks_for_what_the_code_uses_and_no_more():
    assert MANIFEST["oauth_config"]["scopes"]["bot"] == sorted(examining.SCOPES)
    assert set(examining.SCOPES) == SCOPES
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == sorted(examining.EVENTS)
    assert MANIFEST["features"]["slash_commands"][0]["command"] == listeners.COMMAND
    assert MANIFEST["features"]["shortcuts"][0]["callback_id"] == listeners.SHORTCUT
    assert list(MANIFEST["functions"]) == [listeners.STEP]
    home = MANIFEST["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["messages_tab_read_only_enabled"]) == (True, False)


def test_every_event_a_listener_takes_is_subscribed_to():
    source = Path(listeners.__file__).read_text(encoding="utf-8")
    taken = set(re.findall(r'self\.app\.event\("([a-z_]+)"\)', source)) - {"message"}
    subscribed = {name.partition(".")[0] for name in examining.EVENTS}
    assert taken | {"message", "function_executed"} == subscribed


def test_the_manifest_stays_within_slacks_limits():
    assert len(MANIFEST["display_information"]["name"]) <= 35
    assert len(MANIFEST["display_information"]["description"]) <= 140
    shortcut = MANIFEST["features"]["shortcuts"][0]
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
    step = MANIFEST["functions"][listeners.STEP]
    assert set(step) == {"title", "description", "input_parameters", "output_parameters"}


def test_nothing_of_slacks_words_leaks_out_of_its_room():
    room = HOME / "cxbot/channels/slack"
    words = re.compile(r"slack_bolt|slack_sdk|mrkdwn|block_actions|view_submission|response_url|trigger_id|chat\.post")
    for file in [*HOME.glob("cxbot/**/*.py"), *HOME.glob("handlers/**/*.py")]:
        if room not in file.parents and file.name != "logs.py":
            assert not words.search(file.read_text(encoding="utf-8")), file
    for file in HOME.glob("cxbot/**/*.py"):
        if room not in file.parents:
            imported = {
                name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) for name in _imported(node)
            }
            assert not any(name.startswith("slack") for name in imported), file


def _imported(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_the_visible_text_of_a_card_names_its_case():
    assert workflow.ACTIVE
    card = Outgoing(ROW, "slack", "C1", "words", title="High · Sam", facts=(("Case", "H42"),), tone="high")
    assert "H42" in visible({"blocks": fits(card).blocks})
