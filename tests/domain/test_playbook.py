from __future__ import annotations

from pathlib import Path

import pytest

from cxbot.check import read_playbooks
from cxbot.domain.playbook import Playbook, PlaybookMistakes, Step, choose, from_json, read_playbook, to_json, words

LANGUAGES = ("en", "zh-CN", "zh-TW")
SHIPPED, _ = read_playbooks(Path(__file__).parents[2] / "playbooks")
BOOKS = {file.playbook.key: file.playbook for file in SHIPPED}


def book(key, causes=(), severities=()):
    step = Step(id="fix", label=dict.fromkeys(LANGUAGES, "Fix"))
    return Playbook(key=key, causes=causes, severities=severities, steps=(step,))


def test_the_playbooks_that_come_along_have_no_mistakes_and_a_call_for_critical_cases_only():
    assert read_playbooks(Path(__file__).parents[2] / "playbooks")[1] == []
    assert set(BOOKS) == {"delivery", "service", "general"}
    for playbook in BOOKS.values():
        assert playbook.steps_for("critical")[0].id == "call"
        assert [step.id for step in playbook.steps_for("low")] == [
            step.id for step in playbook.steps_for("critical") if step.id != "call"
        ]
        assert next(step for step in playbook.steps if step.say).ticked_by == "reply"


@pytest.mark.parametrize(
    ("causes", "severity", "key"),
    [
        (["late", "delivery"], "low", "delivery"),
        (["rude", "delivery"], "low", "service"),
        (["ticket"], "high", "service"),
        (["account"], "high", "general"),
        ([], "critical", "general"),
    ],
)
def test_what_the_customer_chose_comes_before_the_touchpoint_and_a_cause_before_none(causes, severity, key):
    assert choose(list(BOOKS.values()), causes, severity).key == key


def test_one_that_names_the_severity_comes_before_one_for_any():
    books = [book("any"), book("grave", severities=("high", "critical"))]
    assert choose(books, ["ticket"], "high").key == "grave"
    assert choose(books, ["ticket"], "low").key == "any"
    assert choose([book("grave", severities=("critical",))], ["ticket"], "low") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_to_the_customer_read_well_with_everything_known_and_with_nothing(language):
    for playbook in BOOKS.values():
        step = next(step for step in playbook.steps if step.say)
        full = words(step, language, {"name": "Sam", "company": "Harbour", "agent": "Ben", "reference": "#1"})
        bare = words(step, language, {"company": "Harbour"})
        assert "Sam" in full
        assert "#1" in full
        for said in (full, bare):
            assert not set("{}[]") & set(said)
            assert "  " not in said
        assert "Sam" not in bare


def test_every_mistake_is_named_at_once_with_its_line_and_what_to_write():
    text = """key = "A B"
causes = "late"
colour = 1
[[steps]]
id = "a"
label.en = "Fix {name}"
by = "talk"
[[steps]]
id = "a"
say.en = "Dear {nam} {"
say.fr = "x"
"""
    with pytest.raises(PlaybookMistakes) as raised:
        read_playbook(text, "bad.toml")
    said = str(raised.value)
    for part in (
        "bad.toml:1: key: 'A B' is no id",
        "bad.toml:1: title: the text is missing in en, zh-CN, zh-TW",
        "bad.toml:2: causes: 'late' cannot stand here: write a list in brackets",
        "bad.toml:3: colour: unknown key",
        "bad.toml:6: steps.a.label: the text is missing in zh-CN, zh-TW",
        "bad.toml:6: steps.a.label.en: {name} is no variable",
        "bad.toml:7: steps.a.by: 'talk' is not known: write 'reply', 'contacted' or 'resolve'",
        'bad.toml:9: steps.a.id: "a" is the id of an earlier step too',
        "bad.toml:10: steps.a.say.en: a brace stands alone",
        "bad.toml:11: steps.a.say.fr: 'fr' is no language here",
    ):
        assert part in said, said


@pytest.mark.parametrize(
    "text", ["", "steps = 1", "steps = [1]", 'key = "a"\nsteps = []', "key = ", "title = 3\nsteps = {}"]
)
def test_whatever_stands_in_the_file_is_refused_in_words(text):
    with pytest.raises(PlaybookMistakes) as raised:
        read_playbook(text, "bad.toml")
    assert all(mistake.message for mistake in raised.value.mistakes)


def test_two_playbooks_for_the_same_cases_are_a_mistake(tmp_path):
    text = (Path(__file__).parents[2] / "playbooks/general.toml").read_text(encoding="utf-8")
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    (tmp_path / "two.toml").write_text(text.replace('key = "general"', 'key = "other"'), encoding="utf-8")
    (tmp_path / "three.toml").write_text(text, encoding="utf-8")
    _, mistakes = read_playbooks(tmp_path)
    assert len(mistakes) == 2
    assert any("is for some of the same causes" in line for line in mistakes)
    assert any('"general" is the key of one.toml too' in line for line in mistakes)


def test_a_playbook_survives_the_store():
    for playbook in BOOKS.values():
        assert from_json(to_json(playbook)) == playbook
