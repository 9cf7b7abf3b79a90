"""Nothing that is listed is without words: settings of a policy, tables about people, kinds of changes, causes."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from cxbot.domain.policy import TeamPolicy
from cxbot.domain.policy_words import NAMES, setting_of
from cxbot.transactions import change_log, forgetting, holdings
from cxbot.transactions.personal import COLUMNS
from cxbot.wording import LANGUAGES, text
from cxbot.wording.catalogue import messages
from handlers import commands
from handlers.grammar import parse

ROOT = Path(__file__).parent.parent.parent


@cache
def recorded() -> frozenset[str]:
    """Every kind of change the program records: what stands, or is named, in a call whose name ends in `record`."""
    found: set[str] = set()
    for file in (path for folder in ("cxbot", "handlers") for path in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called = ast.unparse(call.func)
            if not called.endswith("record"):
                continue
            of_teams = called == "teams.record" or (called == "record" and file.name == "teams.py")
            for value in (each for given in call.args for each in texts(tree, given)):
                if of_teams and value.replace("_", "").isalpha():
                    found.add(f"team.{value}")
                elif "." in value and value.replace("_", "").replace(".", "").isalpha():
                    found.add(value)
    return frozenset(found)


def texts(tree: ast.Module, given: ast.expr) -> set[str]:
    """The texts an expression may be: written out, chosen from two, or kept under a name of the file."""
    if isinstance(given, ast.Constant):
        return {given.value} if isinstance(given.value, str) else set()
    if isinstance(given, ast.IfExp):
        return texts(tree, given.body) | texts(tree, given.orelse)
    if not isinstance(given, ast.Name):
        return set()
    kept = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [given.id]
    ]
    return {text for value in kept if not isinstance(value, ast.Name) for text in texts(tree, value)}


def test_the_kinds_of_changes_are_found():
    some = {"team.created", "team.restored", "cadence.drafted", "export.made", "role.changed", "survey.archived"}
    assert some <= recorded()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_of_a_policy_has_a_name(language):
    for setting in TeamPolicy.model_fields:
        assert f"policy.{setting}" in messages(language), setting


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_understood_by_the_name_it_is_shown_with(language):
    for setting in TeamPolicy.model_fields:
        assert setting in NAMES
        assert setting_of(text(f"policy.{setting}", language) + " 5")[0] == setting


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_about_a_person_has_a_name(language):
    source = Path(forgetting.__file__).read_text(encoding="utf-8")
    counted = {*re.findall(r'counts\["(\w+)"\]', source), *forgetting.AT_ADDRESS}
    assert {"command_turns", "sequences"} <= counted <= set(COLUMNS)
    for table in {*holdings.TABLES, *forgetting.OWN, *counted}:
        assert f"table.{table}" in messages(language), table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_change_has_words(language):
    for kind in {*recorded(), *change_log.REVERT, "approval.approved", "approval.refused"}:
        assert f"change.{kind}" in messages(language) or kind in messages(language), kind


@pytest.mark.parametrize(("line", "noun"), [
    ("role", "a colleague's name or address"),
    ("team member add", "a colleague's name or address"),
    ("person set", "a name"),
    ("receipt", "the number of a receipt"),
    ("approve", "the code of the request"),
])  # fmt: skip
def test_what_is_missing_is_called_what_it_is(line, noun):
    missing = parse(line, commands.known()).missing
    assert text(f"command.argument.{missing}", "en") == noun
