"""Reads the settings: the TOML file, then the environment over it, and says everything that is wrong at once."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from cxbot.discovery import channel_specs
from cxbot.domain.survey.lines import lines_of
from cxbot.settings import Config

KeyPath = tuple[str | int, ...]

PREFIX = "CXBOT_"
NOT_SETTINGS = frozenset({"CXBOT_CONFIG"})
"""Names of the environment that start like a setting and are none: where the file itself is."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where (line 0: nowhere in the file), which key, and what to write instead."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class ConfigMistakes(Exception):
    """The settings cannot be used; `mistakes` lists everything that is wrong with them."""

    def __init__(self, mistakes: Sequence[Mistake | str]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def read_config(path: Path | None, env: Mapping[str, str]) -> Config:
    """The settings of a file (None: the defaults) and the environment. Raises ConfigMistakes with all that is wrong."""
    if path is None:
        return parse_config("", "the environment", env)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        advice = "copy config.example.toml there and change what you need"
        raise ConfigMistakes([Mistake(str(path), 0, "", f"cannot be read ({reason}); {advice}")]) from None
    return parse_config(text, str(path), env)


def parse_config(text: str, file: str, env: Mapping[str, str]) -> Config:
    """The settings of a TOML text under the environment. Raises ConfigMistakes with all that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        message = f"this is not TOML: {error}; texts stand in quotes, lists in [ ], and each key only once"
        raise ConfigMistakes([Mistake(file, int(line[1]) if line else 0, "", message)]) from None
    return _Reading(file, lines_of(text), env).config(document)


class _Environment(EnvSettingsSource):
    """pydantic-settings' reading of the environment, from what it is given instead of the process's own."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._given = {name.lower(): value for name, value in env.items() if name not in NOT_SETTINGS}
        super().__init__(Config)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._given


class _Reading:
    """One reading of the settings, collecting mistakes as it goes."""

    def __init__(self, file: str, lines: Mapping[KeyPath, int], env: Mapping[str, str]) -> None:
        self.file = file
        self.lines = lines
        self.env = {name: value for name, value in env.items() if name.upper().startswith(PREFIX)}
        self.mistakes: list[Mistake] = []
        self.told: set[KeyPath] = set()

    def config(self, document: dict[str, Any]) -> Config:
        merged = _merge(document, self._from_environment())
        channels = self._channels(merged.pop("channels", {}))
        config: Config | None = None
        try:
            config = Config(**merged)
        except ValidationError as error:
            self._tell(error, Config, ())
        if config is not None:
            self._cross_check(config, channels)
        if config is None or self.mistakes:
            self.mistakes.sort(key=lambda mistake: mistake.line)
            raise ConfigMistakes(self.mistakes)
        return config.model_copy(update={"channels": channels})

    def _from_environment(self) -> dict[str, Any]:
        known = tuple(f"{PREFIX}{name.upper()}" for name in Config.model_fields)
        for name in self.env:
            section, _, key = name.upper().partition("__")
            if name.upper() not in NOT_SETTINGS and (section not in known or not key):
                close = difflib.get_close_matches(section, known, 1)
                hint = f"did you mean {close[0]}__…?" if close else f"names look like {PREFIX}SERVER__PORT"
                self.mistakes.append(Mistake("the environment", 0, name, f"there is no such setting; {hint}"))
        try:
            values = _Environment(self.env)()
        except SettingsError as error:
            named = re.search(r'field "(\w+)"', str(error))
            key = f"{PREFIX}{named[1].upper()}" if named else ""
            self.mistakes.append(Mistake("the environment", 0, key, "tables and lists are written here as JSON"))
            return {}
        # A channel's settings are only known by the channel, so they stay text here and its own model converts them.
        channels = self._channels_of_environment()
        return {**values, "channels": channels} if channels else values

    def _channels_of_environment(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self.env.items():
            section, *keys = name.lower().split("__")
            if section == f"{PREFIX}channels".lower() and len(keys) >= 2:
                table = found
                for key in keys[:-1]:
                    table = table.setdefault(key, {})
                table[keys[-1]] = _json_or_text(value)
        return found

    def _channels(self, given: Any) -> dict[str, Any]:
        """Each channel's own settings, checked by its own model. The web channel is always there: others link to it."""
        if not isinstance(given, dict):
            self._add(("channels",), "is a table; write [channels.slack] and the channel's settings under it")
            return {}
        specs = channel_specs()
        default: dict[str, Any] = {"web": {}} if "web" in specs else {}
        settings: dict[str, Any] = {}
        for name, values in {**default, **given}.items():
            path = ("channels", name)
            if name not in specs:
                self._add(path, f"there is no such channel; {_instead(name, sorted(specs))}")
                continue
            try:
                settings[name] = specs[name].settings.model_validate(values)
            except ValidationError as error:
                self._tell(error, specs[name].settings, path)
                continue
            if isinstance(values, dict):
                for key in set(values) - set(specs[name].settings.model_fields):
                    self._add(
                        (*path, key), f"there is no such setting; {_instead(key, specs[name].settings.model_fields)}"
                    )
        return settings

    def _cross_check(self, config: Config, channels: Mapping[str, Any]) -> None:
        places: dict[tuple[str, str], str] = {}
        touchpoints: dict[str, str] = {}
        for name, team in config.seed.teams.items():
            path: KeyPath = ("seed", "teams", name)
            if team.channel and team.place:
                self._check_channel((*path, "channel"), team.channel, channels)
                first = places.setdefault((team.channel, team.place), name)
                if first != name:
                    self._add((*path, "place"), f'"{team.place}" is already the place of the team {first}')
            else:
                self._add(path, 'nobody would see its alerts; write channel = "web" and place = "…"')
            for touchpoint in team.touchpoints:
                first = touchpoints.setdefault(touchpoint, name)
                if first != name:
                    self._add((*path, "touchpoints"), f'"{touchpoint}" already goes to the team {first}')
            for index, member in enumerate(team.members):
                self._check_channel((*path, "members", index, "address"), member.channel, channels)
        for index, owner in enumerate(config.seed.owners):
            self._check_channel(("seed", "owners", index, "address"), owner.channel, channels)

    def _check_channel(self, path: KeyPath, name: str, channels: Mapping[str, Any]) -> None:
        if name not in channels and ("channels", name) not in {told[:2] for told in self.told}:
            self._add(path, f'"{name}" is not configured; add [channels.{name}] or write another channel')

    def _tell(self, error: ValidationError, model: type[BaseModel], prefix: KeyPath) -> None:
        for detail in error.errors(include_url=False, include_input=False):
            path = tuple(part for part in detail["loc"] if part != "[key]")
            self._add((*prefix, *path), _advice(detail, model, path))

    def _add(self, path: KeyPath, message: str) -> None:
        self.told.add(path)
        name = next((name for name in self.env if name.upper() == _variable(path)), "")
        if name:
            self.mistakes.append(Mistake("the environment", 0, name, message))
        else:
            key = ".".join(str(part) for part in path)
            self.mistakes.append(Mistake(self.file, _line(self.lines, path), key, message))


def _line(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of the key or of the nearest table around it; 0 where the file says nothing about it."""
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), 0)


def _variable(path: KeyPath) -> str:
    return PREFIX + "__".join(str(part).upper() for part in path)


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _json_or_text(value: str) -> Any:
    if value.startswith(("[", "{")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _instead(wrong: str, known: Sequence[str] | Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(wrong, list(known), 1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(known) or 'none'}"


_WANTED: Mapping[str, str] = {
    "int": "a whole number, without quotes",
    "bool": "true or false, without quotes",
    "string": "a text in quotes",
    "tuple": "a list in brackets",
    "list": "a list in brackets",
    "dict": "a table",
    "mapping": "a table",
    "model": "a table",
    "greater": "a number that is",
    "less": "a number that is",
}


def _advice(detail: ErrorDetails, model: type[BaseModel], path: KeyPath) -> str:
    """What is wrong in words, and what to write instead."""
    kind, context = detail["type"], detail.get("ctx", {})
    owner = _model_at(model, path[:-1])
    key = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        return f"there is no such setting; {_instead(key, owner.model_fields if owner else {})}"
    if kind == "missing":
        return "is missing; it has no default, so write one"
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    if kind == "literal_error":
        return f"write one of {context.get('expected', '')}"
    if kind == "string_pattern_mismatch":
        return "write up to 40 small letters, digits, - and _, beginning with a letter or digit"
    if kind in {"string_too_short", "too_short"}:
        least = context.get("min_length", 1)
        return "is empty; write something" if least == 1 else f"is too short; write at least {least} characters"
    wanted = next((words for start, words in _WANTED.items() if kind.startswith(start)), "")
    said = detail["msg"].removeprefix("Input should be ")
    wanted = f"{wanted} {said}" if wanted.endswith(" is") else wanted or said
    return f"write {wanted}{_example(owner, key)}"


def _example(owner: type[BaseModel] | None, key: str) -> str:
    field = owner.model_fields.get(key) if owner else None
    if field is None or field.is_required() or field.default_factory is not None:
        return ""
    default = field.default
    if isinstance(default, SecretStr):
        return '; write a text in quotes, like "…"'
    if isinstance(default, str | int | float | bool):
        return f"; the default is {json.dumps(default)}"
    return ""


def _model_at(model: type[BaseModel] | None, path: KeyPath) -> type[BaseModel] | None:
    """The model that holds the key at the path, looking through lists and tables of models."""
    for part in path:
        if model is None:
            return None
        field = model.model_fields.get(str(part))
        if field is None:
            continue  # the name of a team, or an index: the model within the list or table stands already
        model = next(_models(field.annotation), None)
    return model


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
