from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from cxbot.domain import cases, contact, detection, replies
from cxbot.transactions import case_work
from cxbot.wording import LANGUAGES, catalogue, negotiate, text
from cxbot.wording.formatting import template
from cxbot.wording.voice import _FORMATS, _FROM_SURVEY
from handlers import commands, forms

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for room in ("cxbot", "handlers")
    for path in sorted((ROOT / room).rglob("*"))
    if path.suffix in {".py", ".html", ".j2", ".jinja", ".txt"} and "wording" not in path.parts
]
ROOMS = (
    "admin|card|case|command|customer|decision|ending|form|improvement|link|media|metric|not_asked|page|period|question|reason|refuse"
    "|severity|sorry|survey|team|why|word"
)
KEY = re.compile(rf"""["']((?:{ROOMS})(?:\.[a-z0-9_-]+)+)["']""")
FAMILY = re.compile(rf"""f["']((?:{ROOMS})(?:\.[a-z0-9_]+)*\.)\{{""")
NOT_A_KEY = re.compile(r"\.(?:html|py|sql|toml|css|js|md|json|csv|get|all|one|run)$")


def used(pattern: re.Pattern[str]) -> dict[str, str]:
    return {
        found: str(path.relative_to(ROOT))
        for path in SOURCES
        for found in pattern.findall(path.read_text(encoding="utf-8"))
        if not NOT_A_KEY.search(found)
    }


def statements() -> set[str]:
    """Names of SQL statements look like message keys."""
    return {
        f"{path.stem}.{name}"
        for path in (ROOT / "cxbot").rglob("*.sql")
        for name in re.findall(r"^-- name: (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def slots(language: str, key: str) -> set[str]:
    return {slot.name for slot in template(catalogue.messages(language)[key]).slots}


def test_every_language_has_the_same_keys() -> None:
    english = set(catalogue.messages("en"))
    for language in LANGUAGES:
        assert set(catalogue.messages(language)) == english


def test_no_text_is_empty() -> None:
    assert [
        key for language in LANGUAGES for key, said in catalogue.messages(language).items() if not said.strip()
    ] == []


def test_every_language_fills_in_the_same_names() -> None:
    different = {
        (key, language)
        for key in catalogue.messages("en")
        for language in LANGUAGES
        if slots(language, key) != slots("en", key)
    }
    assert different == set()


def test_every_format_is_known() -> None:
    unknown = {
        (key, slot.spec)
        for language in LANGUAGES
        for key, said in catalogue.messages(language).items()
        for slot in template(said).slots
        if slot.spec and slot.spec.partition("=")[0] not in _FORMATS
    }
    assert unknown == set()


def test_braces_and_brackets_are_balanced() -> None:
    for language in LANGUAGES:
        for key, said in catalogue.messages(language).items():
            parsed = template(said)
            left = "".join(part for _, parts in parsed.runs for part in parts if isinstance(part, str))
            assert not re.search(r"[{}]|\[\[|\]\]", left + (parsed.literal or "")), (language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_sorted_and_explains_every_key(language: str) -> None:
    with catalogue.path(language).open("rb") as source:
        entries = [message for message in read_po(source) if message.id]
    keys = [str(message.id) for message in entries]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))
    assert [message.id for message in entries if not message.auto_comments] == []


def test_the_chinese_catalogues_are_not_converted_into_each_other() -> None:
    simplified, traditional = catalogue.messages("zh-CN"), catalogue.messages("zh-TW")
    only_simplified = set("这说谁问间关对个们应该发试词继续单")
    only_traditional = set("這說誰問間關對個們應該發試詞繼續單")
    assert [key for key, said in traditional.items() if only_simplified & set(said)] == []
    assert [key for key, said in simplified.items() if only_traditional & set(said)] == []


def test_every_key_that_code_uses_is_in_the_catalogue() -> None:
    known = set(catalogue.messages("en")) | set(_FROM_SURVEY)
    elsewhere = statements()
    missing = {key: where for key, where in used(KEY).items() if key not in known and key not in elsewhere}
    assert missing == {}


def test_every_family_of_keys_that_code_builds_has_members() -> None:
    known = set(catalogue.messages("en"))
    missing = {
        family: where for family, where in used(FAMILY).items() if not any(key.startswith(family) for key in known)
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh", "zh-CN"),
        ("zh_Hans", "zh-CN"),
        ("zh-SG", "zh-CN"),
        ("zh_CN.UTF-8", "zh-CN"),
        ("zh-Hans-HK", "zh-CN"),
        ("zh-HK", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-MO", "zh-TW"),
        ("zh_TW", "zh-TW"),
        ("ZH-tw", "zh-TW"),
        ("yue", "zh-TW"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        ("zhx", "en"),
    ],
)
def test_a_language_tag_is_understood(tag: str, language: str) -> None:
    assert negotiate(tag) == language


def test_words_that_the_bot_tells_people_to_write_are_understood() -> None:
    told = {
        "customer.stopped_surveys": "start",
        "customer.stopped_all": "start",
        "customer.started": "stop",
        "customer.case_opened": "progress",
        "customer.progress_none": "agent",
        "question.skip_hint": "skip",
    }
    for language in LANGUAGES:
        for key, intent in told.items():
            said = text(key, language)
            words = re.findall(r"[“「]([^”」]+)[”」]|\b(STOP|START)\b", said)
            assert words, (language, key)
            for quoted, capital in words:
                assert replies.read_intent(quoted or capital) == intent, (language, key, quoted or capital)


def test_the_words_of_the_help_are_understood() -> None:
    for language in LANGUAGES:
        said = text("customer.help", language)
        words = re.findall(r"[“「]([^”」]+)[”」]|\b(STOP)\b", said)
        intents = [replies.read_intent(quoted or capital) for quoted, capital in words]
        assert intents == ["progress", "agent", "skip", "stop"], language


def test_every_reason_not_to_ask_can_be_said_wherever_it_is_shown() -> None:
    known = set(catalogue.messages("en"))
    codes = set(contact.REASONS) | {"delay", "reopened", "open_question"}
    for room in ("not_asked", "reason", "page.reason"):
        assert {code for code in codes if f"{room}.{code}" not in known} == set()


def test_every_command_is_explained() -> None:
    known = set(catalogue.messages("en"))
    for command in commands.known():
        assert f"command.{command.key}.help" in known
        for argument in command.arguments:
            assert f"command.argument.{argument.name}" in known


def test_every_word_of_the_workflow_has_a_name() -> None:
    known = set(catalogue.messages("en"))
    wanted = {f"severity.{severity}" for severity in cases.SEVERITIES}
    wanted |= {f"ending.{ending}" for ending in (*cases.ENDINGS, "confirmed", "unconfirmed")}
    wanted |= {f"state.{state}" for state in (*cases.ACTIVE, "closed", "dismissed", "merged")}
    wanted |= {f"sorry.{cause}" for cause in (*detection.SORRY, "generic")}
    wanted |= {f"case.done.{event}" for event in (*case_work.UNDOABLE, "reopened", "undone")}
    wanted |= {f"form.snooze.{each}" for each in forms.SNOOZES}
    assert wanted - known == set()
