"""Everything that is wrong with the settings and the surveys, found before anything starts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxbot.config import ConfigMistakes, Mistake, read_config
from cxbot.discovery import channel_limits, channel_specs
from cxbot.domain.survey import Survey, SurveyMistakes, read_survey
from cxbot.ports import Limits
from cxbot.settings import CompanySettings, Config


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """A survey as its file has it; `seed_hash` tells whether the file has changed since it was last taken over."""

    path: Path
    survey: Survey
    seed_hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `config` is None where it cannot be used; with mistakes nothing may start."""

    config: Config | None
    surveys: tuple[SurveyFile, ...]
    mistakes: tuple[str, ...]
    """One line each: the file, the line, the key, and what to write instead."""


def check(path: Path | None, env: Mapping[str, str], surveys: Path) -> Checked:
    """Reads the settings and every survey. `surveys` is where to look for them if the settings cannot say it."""
    config: Config | None = None
    mistakes: list[str] = []
    try:
        config = read_config(path, env)
    except ConfigMistakes as error:
        mistakes += [str(mistake) for mistake in error.mistakes]
    if config is not None:
        return check_config(config)
    found, wrong = read_surveys(surveys, [])
    return Checked(None, found, (*mistakes, *wrong))


def check_config(config: Config) -> Checked:
    """Reads every survey of settings that are right, and looks whether the two fit together."""
    surveys, mistakes = read_surveys(config.path(config.seed.surveys), channel_limits(config.channels))
    mistakes += [*_no_privacy_link(config, surveys), *_routes_to_nowhere(config, surveys), *_no_place(config)]
    return Checked(config, surveys, tuple(mistakes))


def notices(config: Config) -> list[str]:
    """What is allowed and yet hardly meant, each with what to write."""
    found = []
    if config.company.name == CompanySettings().name:
        found.append('company.name is the default; write name = { en = "…" }, for the first contact says who asks')
    if not config.seed.teams:
        found.append("seed.teams is empty: nobody is alerted unless the store has teams already; write [seed.teams.…]")
    if not config.seed.owners:
        found.append("seed.owners is empty: nobody may give commands unless the store has owners already")
    return found


def read_surveys(folder: Path, limits: Sequence[Limits]) -> tuple[tuple[SurveyFile, ...], list[str]]:
    """Every survey of a folder that can be used, and in words what is wrong with the others."""
    if not folder.is_dir():
        return (), [f"{folder}: there is no such folder; write seed.surveys = the folder the surveys are in"]
    found: dict[str, SurveyFile] = {}
    mistakes: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            mistakes.append(f"{path}: cannot be read ({error}); save it as UTF-8 text")
            continue
        try:
            survey = read_survey(text, _shown(path), limits=limits)
        except SurveyMistakes as error:
            mistakes += [str(mistake) for mistake in error.mistakes]
            continue
        if (first := found.get(survey.key)) is not None:
            mistakes.append(f'{_shown(path)}: key: "{survey.key}" is the key of {first.path.name} too; choose another')
            continue
        found[survey.key] = SurveyFile(path, survey, hashlib.sha256(text.encode()).hexdigest())
    return tuple(found.values()), mistakes


def _no_privacy_link(config: Config, surveys: Sequence[SurveyFile]) -> list[str]:
    """Every first contact links to the privacy notice, so there must be one."""
    if config.company.privacy_url or not surveys:
        return []
    return ['company.privacy_url: is empty, and every first contact links to it; write privacy_url = "https://…"']


def _no_place(config: Config) -> list[str]:
    """Every team is told things on a channel that has places for teams."""
    limits = {name: spec.limits for name, spec in channel_specs().items()}
    return [
        f'seed.teams.{team_id}.channel: "{team.channel}" is for customers only; choose a channel that teams read'
        for team_id, team in config.seed.teams.items()
        if (can := limits.get(team.channel)) is not None and not can.teams
    ]


def _routes_to_nowhere(config: Config, surveys: Sequence[SurveyFile]) -> list[str]:
    """Routes to teams the settings do not know. Without teams there they are made in chat."""
    teams = config.seed.teams
    if not teams:
        return []
    known = ", ".join(teams)
    return [
        str(Mistake(_shown(file.path), 0, "routes", f'there is no team "{route.team}"; there are: {known}'))
        for file in surveys
        for route in file.survey.routes
        if route.team not in teams
    ]


def _shown(path: Path) -> str:
    """The path as somebody would type it who stands in the folder of `bot.py`."""
    return "/".join(path.parts[-2:])
