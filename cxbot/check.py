"""Everything that is wrong with the settings, the surveys and the playbooks, found before anything starts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cxbot.config import ConfigMistakes, Mistake, read_config
from cxbot.discovery import channel_limits, channel_specs
from cxbot.domain import playbook as playbooks_of
from cxbot.domain.playbook import Playbook, PlaybookMistakes, read_playbook
from cxbot.domain.survey import Survey, SurveyMistakes, read_survey
from cxbot.ports import Limits
from cxbot.settings import CompanySettings, Config, SeedSettings


@dataclass(frozen=True, slots=True)
class SurveyFile:
    """A survey as its file has it; `seed_hash` tells whether the file has changed since it was last taken over."""

    path: Path
    survey: Survey
    seed_hash: str


@dataclass(frozen=True, slots=True)
class PlaybookFile:
    """A playbook as its file has it, with the hash of the file."""

    path: Path
    playbook: Playbook
    seed_hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `config` is None where it cannot be used; with mistakes nothing may start."""

    config: Config | None
    surveys: tuple[SurveyFile, ...]
    mistakes: tuple[str, ...]
    """One line each: the file, the line, the key, and what to write instead."""
    playbooks: tuple[PlaybookFile, ...] = ()


def check(path: Path | None, env: Mapping[str, str], surveys: Path) -> Checked:
    """Reads the settings, every survey and playbook. `surveys` is where surveys are if the settings cannot say it."""
    config: Config | None = None
    mistakes: list[str] = []
    try:
        config = read_config(path, env)
    except ConfigMistakes as error:
        mistakes += [str(mistake) for mistake in error.mistakes]
    if config is not None:
        return check_config(config)
    found, wrong = read_surveys(surveys, [])
    books = surveys.parent / SeedSettings().playbooks
    playbooks, unread = read_playbooks(books) if books.is_dir() else ((), [])
    return Checked(None, found, (*mistakes, *wrong, *unread), playbooks)


def check_config(config: Config) -> Checked:
    """Reads every survey and playbook of settings that are right, and looks whether they fit together."""
    surveys, mistakes = read_surveys(config.path(config.seed.surveys), channel_limits(config.channels))
    playbooks, wrong = read_playbooks(config.path(config.seed.playbooks)) if config.seed.playbooks else ((), [])
    mistakes += [*wrong, *_no_privacy_link(config, surveys), *_routes_to_nowhere(config, surveys), *_no_place(config)]
    return Checked(config, surveys, tuple(mistakes), playbooks)


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
    texts, mistakes = _texts(folder)
    for path, text in texts:
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


def read_playbooks(folder: Path) -> tuple[tuple[PlaybookFile, ...], list[str]]:
    """Every playbook of a folder that can be used, and in words what is wrong with the others."""
    if not folder.is_dir():
        return (), [f'{folder}: there is no such folder; write seed.playbooks = the folder they are in, or ""']
    found: dict[str, PlaybookFile] = {}
    texts, mistakes = _texts(folder)
    for path, text in texts:
        try:
            playbook = read_playbook(text, _shown(path))
        except PlaybookMistakes as error:
            mistakes += [str(mistake) for mistake in error.mistakes]
            continue
        if (first := found.get(playbook.key)) is not None:
            mistakes.append(
                f'{_shown(path)}: key: "{playbook.key}" is the key of {first.path.name} too; choose another'
            )
            continue
        found[playbook.key] = PlaybookFile(path, playbook, hashlib.sha256(text.encode()).hexdigest())
    for first_of, second in playbooks_of.undecided([file.playbook for file in found.values()]):
        shown, other = _shown(found[second.key].path), found[first_of.key].path.name
        mistakes.append(f"{shown}: causes: {other} is for some of the same causes and severities; take one of them out")
    return tuple(found.values()), mistakes


def _texts(folder: Path) -> tuple[list[tuple[Path, str]], list[str]]:
    """The texts of the files of a folder, and which of them cannot be read."""
    texts: list[tuple[Path, str]] = []
    mistakes: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            texts.append((path, path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            mistakes.append(f"{path}: cannot be read ({error}); save it as UTF-8 text")
    return texts, mistakes


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
