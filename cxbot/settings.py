"""Settings: wiring, secrets and first owners, from one TOML file and the environment (`CXBOT_SECTION__KEY`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cxbot.domain.calendar import Hours, is_zone
from cxbot.domain.policy import MemberSeed, TeamSeed

HOME = Path(__file__).resolve().parent.parent
"""The directory of `bot.py`; relative paths in the settings start here."""

SHORTEST_SECRET = 32
Language = Literal["en", "zh-CN", "zh-TW"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN", "zh-TW")


def _zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError(f'no such time zone: "{value}"; write a name such as "Asia/Shanghai" or "Europe/Berlin"')
    return value


def _time_of_day(value: str) -> str:
    hours, _, minutes = value.partition(":")
    if len(value) == 5 and hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60:
        return value
    raise ValueError(f'"{value}" is no time of day; write "21:00"')


def _web_address(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError(f'"{value}" is no web address; write one that starts with "https://"')
    return value.rstrip("/")


def _place(value: str) -> str:
    channel, _, place = value.partition(":")
    if value and not (channel and place):
        raise ValueError(f'"{value}" names no place; write a channel and a place there, such as "slack:C012AB3CD"')
    return value


def _store_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("sqlite:///", "postgresql://")):
        raise ValueError('write "sqlite:///var/cxbot.db" or "postgresql://user:password@host/database"')
    return value


Zone = Annotated[str, AfterValidator(_zone)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


def _long_secret(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f'is too short; write at least {SHORTEST_SECRET} characters, or "" to have one made')
    return value


class Section(BaseModel):
    """A table of the file; a key it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSettings(Section):
    """Where the bot listens, and how it is reached from outside."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: WebAddress = ""
    secret: Annotated[SecretStr, AfterValidator(_long_secret)] = SecretStr("")
    body_limit_bytes: int = Field(default=1_048_576, ge=1024, le=64 * 1_048_576)


class StoreSettings(Section):
    """The database. Its URL may hold a password, so it is a secret."""

    url: Annotated[SecretStr, AfterValidator(_store_url)] = SecretStr("sqlite:///var/cxbot.db")


class CompanySettings(Section):
    """Who asks: named in every first contact."""

    name: dict[Language, str] = Field(default={"en": "Our company"})
    privacy_url: WebAddress = ""
    language: Language = "en"
    time_zone: Zone = "UTC"
    fallback: Annotated[str, AfterValidator(_place)] = ""

    @model_validator(mode="after")
    def _named(self) -> CompanySettings:
        if not self.name.get(self.language, "").strip():
            raise ValueError(
                f'the name in the company\'s own language is missing; write name = {{ "{self.language}" = "…" }}'
            )
        return self


class ContactSettings(Section):
    """How often and when a person may be asked."""

    relationship_days: int = Field(default=90, ge=0, le=3650)
    transactional_days: int = Field(default=7, ge=0, le=3650)
    floor_hours: int = Field(default=24, ge=0, le=8760)
    night_from: TimeOfDay = "21:00"
    night_to: TimeOfDay = "08:00"
    acted_minutes: int = Field(default=10, ge=0, le=1440)
    talk_hours: int = Field(default=24, ge=0, le=720)
    confirm_above: int = Field(default=100, ge=0)


class CadenceSettings(Section):
    """Sends of cadences, all of them together."""

    per_minute: int = Field(default=60, ge=1, le=100_000)
    approve_above: int = Field(default=1000, ge=0)
    hours: Hours = Field(default_factory=Hours)


class CommandSettings(Section):
    """Commands in chat."""

    per_minute: int = Field(default=30, ge=1, le=1000)


class SeedSettings(Section):
    """What the store starts with."""

    surveys: str = "surveys"
    playbooks: str = "playbooks"
    owners: tuple[MemberSeed, ...] = ()
    teams: dict[Identifier, TeamSeed] = Field(default_factory=dict)


class LogSettings(Section):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["words", "json"] = "words"


class Config(BaseSettings):
    """Everything `read_config` found, checked. `channels` holds each channel's own settings by its name."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="CXBOT_", env_nested_delimiter="__", case_sensitive=False
    )

    server: ServerSettings = Field(default_factory=ServerSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    company: CompanySettings = Field(default_factory=CompanySettings)
    contact: ContactSettings = Field(default_factory=ContactSettings)
    cadences: CadenceSettings = Field(default_factory=CadenceSettings)
    commands: CommandSettings = Field(default_factory=CommandSettings)
    seed: SeedSettings = Field(default_factory=SeedSettings)
    channels: dict[Identifier, Any] = Field(default_factory=dict)
    log: LogSettings = Field(default_factory=LogSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what it is given: `read_config` merges the file and the environment, so that a test may hand in both."""
        return (init_settings,)

    def path(self, relative: str) -> Path:
        """A path of the settings, from the directory of `bot.py`."""
        return HOME / relative

    def store_url(self) -> str:
        """The store's URL with an absolute path, so that it does not matter where the program was started."""
        url = self.store.url.get_secret_value()
        scheme, _, rest = url.partition(":///")
        return f"sqlite:///{HOME / rest}" if scheme == "sqlite" else url
