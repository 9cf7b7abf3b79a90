from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cxbot import demo as demos
from cxbot.check import check, check_config, notices, read_surveys
from cxbot.config import parse_config
from cxbot.settings import HOME

SURVEYS = HOME / "surveys"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SURVEYS, tmp_path / "surveys"))


def test_what_is_shipped_has_no_mistakes():
    checked = check(None, {"CXBOT_COMPANY__PRIVACY_URL": "https://example.com/privacy"}, SURVEYS)
    assert checked.mistakes == ()
    assert {file.survey.key for file in checked.surveys} >= {"nps", "csat", "ces", "fcr", "enps"}


def test_mistakes_of_settings_and_of_several_surveys_come_at_once(tmp_path: Path, folder: Path):
    config = tmp_path / "config.toml"
    config.write_text("[server]\nprot = 1\n", encoding="utf-8")
    for name in ("nps", "csat"):
        path = folder / f"{name}.toml"
        path.write_text(path.read_text(encoding="utf-8") + "\n[nonsense]\n", encoding="utf-8")
    checked = check(config, {}, folder)
    assert checked.config is None
    told = "\n".join(checked.mistakes)
    assert f"{config}:2: server.prot" in told
    assert "surveys/nps.toml:" in told
    assert "surveys/csat.toml:" in told


def test_two_files_with_one_survey_are_told(folder: Path):
    shutil.copy(folder / "nps.toml", folder / "zz_copy.toml")
    _, mistakes = read_surveys(folder, [])
    assert mistakes == ['surveys/zz_copy.toml: key: "nps" is the key of nps.toml too; choose another']


def test_a_survey_that_is_no_text_is_told_and_the_others_are_read(folder: Path):
    (folder / "broken.toml").write_bytes(b"\xff\xfe\x00")
    surveys, mistakes = read_surveys(folder, [])
    assert len(surveys) == len(list(SURVEYS.glob("*.toml")))
    assert len(mistakes) == 1
    assert "save it as UTF-8" in mistakes[0]


def test_a_missing_folder_of_surveys_says_which_setting_to_change():
    checked = check_config(parse_config('[seed]\nsurveys = "nowhere"', "config.toml", {}))
    assert "write seed.surveys" in checked.mistakes[0]


def test_the_hash_of_a_survey_changes_with_its_file(folder: Path):
    before, _ = read_surveys(folder, [])
    path = folder / "nps.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    after, _ = read_surveys(folder, [])
    changed = [a.survey.key for b, a in zip(before, after, strict=True) if a.seed_hash != b.seed_hash]
    assert changed == ["nps"]


def test_what_is_hardly_meant_is_said_and_settings_that_say_all_are_quiet():
    assert len(notices(parse_config("", "config.toml", {}))) == 3
    assert notices(demos.read_cast({})[0]) == []


def test_a_survey_that_the_web_channel_cannot_show_is_told(folder: Path):
    path = folder / "nps.toml"
    text = path.read_text(encoding="utf-8").replace("{company} here.", "{company} here." + " really" * 10_000, 1)
    path.write_text(text, encoding="utf-8")
    env = {"CXBOT_COMPANY__PRIVACY_URL": "https://example.com/privacy", "CXBOT_SEED__SURVEYS": str(folder)}
    checked = check(None, env, folder)
    assert [mistake for mistake in checked.mistakes if "nps.toml" in mistake]
    assert read_surveys(folder, [])[1] == []
