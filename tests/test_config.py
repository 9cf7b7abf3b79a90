from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from cxbot.config import ConfigMistakes, parse_config, read_config
from cxbot.discovery import channel_specs
from cxbot.domain.calendar import Hours
from cxbot.domain.policy import MemberSeed, TeamPolicy, TeamSeed
from cxbot.settings import HOME, Config

EXAMPLE = (HOME / "config.example.toml").read_text(encoding="utf-8")
COMMENTED = re.compile(r"^# (?=\[[a-z._]+\]$|[a-z_]+ = )", re.MULTILINE)
WHOLE = COMMENTED.sub("", EXAMPLE)


def mistakes(text: str, **env: str) -> list[str]:
    with pytest.raises(ConfigMistakes) as raised:
        parse_config(text, "config.toml", env)
    return [str(mistake) for mistake in raised.value.mistakes]


def plain(model: BaseModel) -> dict[str, object]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def test_the_example_is_what_the_program_does_without_settings():
    assert parse_config(EXAMPLE, "config.example.toml", {}) == parse_config("", "config.toml", {})


def test_the_example_names_every_setting():
    def names(model: BaseModel) -> set[str]:
        return set(type(model).model_fields)

    example = tomllib.loads(WHOLE)
    default = parse_config("", "config.toml", {})
    for section in set(Config.model_fields) - {"channels", "seed"}:
        assert set(example[section]) == names(getattr(default, section)), section
    assert set(example["cadences"]["hours"]) == set(Hours.model_fields)
    assert set(example["seed"]) == names(default.seed)
    team = example["seed"]["teams"]["support"]
    assert set(team) == set(TeamSeed.model_fields)
    assert set(team["hours"]) == set(Hours.model_fields)
    assert set(team["policy"]) == set(TeamPolicy.model_fields)
    for name, spec in channel_specs().items():
        assert set(example["channels"][name]) == set(spec.settings.model_fields), name


def test_the_team_of_the_example_is_a_team_with_the_defaults():
    team = parse_config(WHOLE, "config.example.toml", {}).seed.teams["support"]
    default = TeamSeed(name="Support", channel="web", place="team:support")
    assert plain(team) == plain(default)


def test_a_member_in_the_examples_comments_can_be_written_as_shown():
    shown = re.findall(r"\[(\{ address.*?\})\]", EXAMPLE)
    assert len(shown) == 2
    for member in shown:
        MemberSeed.model_validate(tomllib.loads(f"member = {member}")["member"])


@pytest.mark.parametrize("line", EXAMPLE.splitlines())
def test_every_setting_of_the_example_is_explained(line: str):
    assert not re.match(r"^(# )?[a-z_]+ = ", line) or re.search(r"[^#\s].*  ?# \S", line), line


def test_every_mistake_is_told_at_once_with_its_line_and_what_to_write():
    found = mistakes(
        """
        [server]
        prot = 1
        port = "many"
        [company]
        language = "de"
        time_zone = "Mars/Olympus"
        [contact]
        night_from = "25:00"
        [store]
        url = "mysql://here"
        """
    )
    assert found == [
        'config.toml:3: server.prot: there is no such setting; did you mean "port"?',
        "config.toml:4: server.port: write a whole number, without quotes; the default is 8080",
        "config.toml:6: company.language: write one of 'en', 'zh-CN' or 'zh-TW'",
        'config.toml:7: company.time_zone: no such time zone: "Mars/Olympus"; write a name such as "Asia/Shanghai" or '
        '"Europe/Berlin"',
        'config.toml:9: contact.night_from: "25:00" is no time of day; write "21:00"',
        'config.toml:11: store.url: write "sqlite:///var/cxbot.db" or "postgresql://user:password@host/database"',
    ]


def test_a_file_that_is_no_toml_is_told_with_its_line():
    assert mistakes("[server]\nport = = 1")[0].startswith("config.toml:2: this is not TOML")


def test_a_file_that_is_not_there_says_what_to_copy(tmp_path: Path):
    with pytest.raises(ConfigMistakes) as raised:
        read_config(tmp_path / "config.toml", {})
    assert "copy config.example.toml" in str(raised.value)


def test_an_unknown_channel_and_an_unknown_setting_of_a_channel_are_told():
    assert mistakes("[channels.slak]\n") == [
        'config.toml:1: channels.slak: there is no such channel; did you mean "slack"?'
    ]
    found = mistakes("[channels.web]\nupload_byte = 3")
    assert 'config.toml:2: channels.web.upload_byte: there is no such setting; did you mean "upload_bytes"?' in found


def test_a_team_needs_a_place_of_its_own_on_a_channel_that_is_configured():
    found = mistakes(
        """
        [seed.teams.a]
        name = "A"
        channel = "web"
        place = "team:a"
        touchpoints = ["ticket"]
        [seed.teams.b]
        name = "B"
        channel = "web"
        place = "team:a"
        touchpoints = ["ticket"]
        members = [{ address = "fax:1", name = "Bo" }]
        [seed.teams.c]
        name = "C"
        """
    )
    assert found == [
        'config.toml:10: seed.teams.b.place: "team:a" is already the place of the team a',
        'config.toml:11: seed.teams.b.touchpoints: "ticket" already goes to the team a',
        'config.toml:12: seed.teams.b.members.0.address: "fax" is not configured; add [channels.fax] or write another '
        "channel",
        'config.toml:13: seed.teams.c: nobody would see its alerts; write channel = "web" and place = "…"',
    ]


def test_wrong_hours_and_policies_are_found_where_they_stand():
    found = mistakes(
        """
        [seed.teams.a]
        name = "A"
        channel = "web"
        place = "team:a"
        hours = { days = { monday = ["9-5"] } }
        [seed.teams.a.policy]
        reminder_minutes = [60, 30]
        """
    )
    assert [mistake.partition(": ")[0] for mistake in found] == ["config.toml:6", "config.toml:8"]
    assert "each reminder comes later" in found[1]


def test_the_environment_wins_over_the_file():
    env = {"CXBOT_SERVER__PORT": "9", "CXBOT_CHANNELS__WEB__UPLOAD_BYTES": "5000", "HOME": "/root"}
    config = parse_config("[server]\nport = 8\nhost = '::1'\n[channels.web]\nupload_bytes = 4000", "config.toml", env)
    assert (config.server.port, config.server.host) == (9, "::1")
    assert config.channels["web"].upload_bytes == 5000


def test_a_mistake_of_the_environment_names_its_variable():
    assert mistakes("", CXBOT_SERVER__PORT="many")[0].startswith(
        "the environment: CXBOT_SERVER__PORT: write a whole number"
    )
    assert mistakes("", CXBOT_SEVER__PORT="1") == [
        "the environment: CXBOT_SEVER__PORT: there is no such setting; did you mean CXBOT_SERVER__…?"
    ]
    assert mistakes("", CXBOT_COMPANY__NAME="{oops")[0].startswith("the environment: CXBOT_COMPANY")


def test_where_the_file_is_may_stand_in_the_environment():
    assert parse_config("", "config.toml", {"CXBOT_CONFIG": "/etc/cxbot.toml"}) == parse_config("", "config.toml", {})


def test_secrets_are_not_shown():
    text = f'[server]\nsecret = "{"hush" * 8}"\n[store]\nurl = "postgresql://bot:hush@db/cx"'
    config = parse_config(text, "config.toml", {})
    assert "hush" not in repr(config)
    assert "hush" not in str(config)
    assert config.store_url() == "postgresql://bot:hush@db/cx"


def test_a_wrong_secret_is_not_repeated_in_the_mistake():
    assert "hush" not in "".join(mistakes('[store]\nurl = "mysql://bot:hush@db/cx"\n[server]\nsecret = ["hush"]'))


def test_a_secret_too_short_to_sign_with_is_refused():
    assert "at least 32 characters" in mistakes('[server]\nsecret = "hush"')[0]


def test_a_relative_store_stands_beside_the_program():
    assert parse_config("", "config.toml", {}).store_url() == f"sqlite:///{HOME}/var/cxbot.db"
    config = parse_config('[store]\nurl = "sqlite:////srv/cx.db"', "config.toml", {})
    assert config.store_url() == "sqlite:////srv/cx.db"


WRONG = (
    "server = 3",
    "channels = 1",
    "channels.web = 1",
    "[seed]\nteams = []",
    "seed.teams.x = 1",
    "[company]\nname = 1",
)


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_shape_is_told_with_its_line(text: str):
    assert all(re.match(r"config\.toml:[12]: \w+", mistake) for mistake in mistakes(text))
