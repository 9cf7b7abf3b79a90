from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cxbot.cli import main
from cxbot.cli.invocation import settings_of
from cxbot.demo import read_cast
from cxbot.settings import HOME
from cxbot.store import migrate, open_store
from cxbot.transactions import teams

COMMANDS = ("run", "demo", "check", "migrate", "import", "export", "pair", "token", "owner-code", "export-person")


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command line against a store of its own."""
    config = tmp_path / "config.toml"
    privacy = "[company]\nprivacy_url = 'https://example.com/privacy'\n"
    config.write_text(f'{privacy}[store]\nurl = "sqlite:///{tmp_path}/cx.db"\n', encoding="utf-8")
    monkeypatch.setenv("CXBOT_CONFIG", str(config))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), catch_exceptions=False)

    return call


def test_every_command_and_option_says_what_it_is_for():
    def walk(command: click.Command, name: str) -> None:
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"
        if isinstance(command, click.Group):
            for short, inner in command.commands.items():
                walk(inner, f"{name} {short}")

    walk(main, "bot.py")
    assert set(COMMANDS) <= set(main.commands)


def test_help_lists_the_commands(bot):
    result = bot("--help")
    assert result.exit_code == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", result.output, re.MULTILINE), command


def test_check_says_all_is_well(bot):
    result = bot("check")
    assert (result.exit_code, "All is well" in result.output) == (0, True)


def test_check_says_what_is_hardly_meant_and_what_a_start_would_change(bot):
    result = bot("check", "--store")
    assert "Worth a look: company.name is the default" in result.output
    assert "In the store: survey nps: new" in result.output
    assert result.output == bot("check", "--store").output


def test_nothing_starts_without_a_privacy_notice_to_link_to(bot, tmp_path: Path):
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    result = bot("run")
    assert result.exit_code == 2
    assert "company.privacy_url: is empty" in result.output
    assert 'write privacy_url = "https://' in result.output


@pytest.mark.parametrize(
    "command", [("migrate",), ("token", "new", "crm"), ("token", "list"), ("export", "cases", "{}/cases.csv")]
)
def test_what_works_on_the_store_alone_needs_neither_surveys_nor_a_privacy_notice(bot, tmp_path: Path, command):
    (tmp_path / "bad.toml").write_text("[nonsense]\n", encoding="utf-8")
    text = f'[store]\nurl = "sqlite:///{tmp_path}/cx.db"\n[seed]\nsurveys = "{tmp_path}"\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    assert bot("check").exit_code == 2
    result = bot(*(word.format(tmp_path) for word in command))
    assert result.exit_code == 0, result.output


def test_interactions_are_imported_without_surveys_or_a_privacy_notice(bot, tmp_path: Path):
    (tmp_path / "config.toml").write_text(f'[store]\nurl = "sqlite:///{tmp_path}/cx.db"\n', encoding="utf-8")
    file = tmp_path / "rows.jsonl"
    row = {"id": "T-1", "touchpoint": "ticket", "person": {"id": "p1"}, "happened_at": "2025-11-20T10:00:00Z"}
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert "Taken: 1." in bot("import", "interactions", str(file)).output


def test_a_token_for_the_demo_is_made_in_the_demos_store(bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CXBOT_STORE__URL", f"sqlite:///{tmp_path}/demo.db")
    (tmp_path / "config.toml").write_text("[nonsense]\n", encoding="utf-8")
    assert re.search(r"^cxb_\S+$", bot("token", "new", "crm", "--demo").output, re.MULTILINE)
    assert re.match(r"crm\t.*\tactive\n", bot("token", "list", "--demo").output)
    assert bot("token", "revoke", "crm", "--demo").output == "crm is revoked.\n"
    assert (tmp_path / "demo.db").exists()


def test_the_demos_store_is_the_one_the_demo_runs_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CXBOT_STORE__URL", raising=False)
    assert settings_of(None, of_demo=True).store_url() == read_cast({})[0].store_url()


def test_the_help_of_check_says_that_opening_the_store_migrates_it(bot):
    told = " ".join(bot("check", "--help").output.split())
    assert "Opening it brings its schema up to date" in told


@pytest.mark.parametrize("command", [("run",), ("check",), ("migrate",), ("token", "list")])
def test_nothing_starts_on_mistakes_and_all_of_them_are_printed(bot, tmp_path: Path, command: tuple[str, ...]):
    (tmp_path / "config.toml").write_text("[server]\nprot = 1\nhots = 2\n", encoding="utf-8")
    result = bot(*command)
    assert result.exit_code == 2
    assert "config.toml:2: server.prot" in result.output
    assert "config.toml:3: server.hots" in result.output
    assert "2 mistakes" in result.output
    assert "Traceback" not in result.output


def test_migrate_applies_the_schema_once(bot):
    assert "Applied 0001_initial." in bot("migrate").output
    assert bot("migrate").output == "The schema is up to date.\n"


def test_a_token_is_shown_once_listed_and_revoked(bot, tmp_path: Path):
    made = bot("token", "new", "crm")
    secret = re.search(r"^cxb_\S+$", made.output, re.MULTILINE)
    assert secret is not None
    assert secret[0].encode() not in (tmp_path / "cx.db").read_bytes()
    assert re.match(r"crm\tmade \d{4}-\d\d-\d\d\tactive\n", bot("token", "list").output)
    assert bot("token", "revoke", "crm").output == "crm is revoked.\n"
    assert "\trevoked " in bot("token", "list").output


def test_a_pairing_code_is_shown_once_and_what_cannot_be_paired_is_said(bot, tmp_path: Path):
    made = bot("pair", "owner")
    code = re.search(r"^pair (\w{8})$", made.output, re.MULTILINE)
    assert code is not None, made.output
    assert "15 minutes" in made.output
    assert code[1].encode() not in (tmp_path / "cx.db").read_bytes()
    unknown, no_team = bot("pair", "Zed"), bot("pair", "lead", "--team", "support")
    assert [unknown.exit_code, no_team.exit_code] == [2, 2]
    assert "nobody is called Zed" in unknown.output
    assert "there is no team support" in no_team.output


def test_the_first_owner_is_made_by_a_code_and_only_the_first(bot, tmp_path: Path):
    made = bot("owner-code")
    assert made.exit_code == 0
    assert re.search(r"^pair \w{8}$", made.output, re.MULTILINE), made.output
    asyncio.run(_seed_owner(f"sqlite:///{tmp_path}/cx.db"))
    again = bot("owner-code")
    assert (again.exit_code, "there is an owner already" in again.output) == (2, True)


def test_everything_held_about_somebody_is_written_to_a_file(bot, tmp_path: Path):
    asyncio.run(_seed_owner(f"sqlite:///{tmp_path}/cx.db"))
    file = tmp_path / "ada.json"
    assert "hand it to them only" in bot("export-person", "web:admin:ada", str(file)).output
    assert json.loads(file.read_text(encoding="utf-8"))["people"][0]["name"] == "Ada"
    assert "nobody is called Zed" in bot("export-person", "Zed", str(file)).output


async def _seed_owner(url: str) -> None:
    migrate(url)
    store = await open_store(url)
    try:
        await store.run(teams.seed_owners, [{"channel": "web", "address": "admin:ada", "name": "Ada"}], 1)
    finally:
        await store.close()


def test_a_token_name_that_is_taken_or_unusable_is_refused_in_words(bot):
    bot("token", "new", "crm")
    taken, unusable, unknown = bot("token", "new", "crm"), bot("token", "new", "a b"), bot("token", "revoke", "erp")
    assert [result.exit_code for result in (taken, unusable, unknown)] == [2, 2, 2]
    assert "crm-2" in taken.output
    assert "letters, digits" in unusable.output
    assert "token list" in unknown.output


def test_interactions_are_imported_once_and_bad_rows_told_by_line(bot, tmp_path: Path):
    row = {
        "id": "T-1",
        "touchpoint": "ticket",
        "person": {"id": "p1", "name": "Sam"},
        "happened_at": "2025-11-20T10:00:00Z",
    }
    rows = [json.dumps(row), "{oops", json.dumps({**row, "id": "T-2"})]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    first = bot("import", "interactions", str(file), "--no-survey")
    assert first.exit_code == 1
    assert "line 2: " in first.output
    assert "Taken: 2. Known already: 0. Skipped as bad: 1." in first.output
    assert (
        "Taken: 0. Known already: 2. Skipped as bad: 1."
        in bot("import", "interactions", str(file), "--no-survey").output
    )


def test_a_file_of_another_kind_is_refused_in_words(bot, tmp_path: Path):
    file = tmp_path / "rows.pdf"
    file.write_text("x", encoding="utf-8")
    result = bot("import", "interactions", str(file))
    assert result.exit_code == 2
    assert ".csv or .jsonl" in result.output


def test_cases_are_exported(bot, tmp_path: Path):
    file = tmp_path / "cases.csv"
    assert bot("export", "cases", str(file)).output == f"0 cases written to {file}.\n"
    assert file.read_text(encoding="utf-8-sig").startswith("id,")


def test_a_store_that_cannot_be_opened_is_told_in_one_line(bot, tmp_path: Path):
    (tmp_path / "cx.db").mkdir()
    result = bot("token", "list")
    assert result.exit_code == 1
    assert "store.url" in result.output
    assert "Traceback" not in result.output


def test_the_front_door_is_small():
    lines = (HOME / "bot.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 20
    assert [line for line in lines if line.startswith(("import ", "from "))] == [
        "from __future__ import annotations",
        "from cxbot.cli import main",
    ]
