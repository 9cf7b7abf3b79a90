"""The Slack channel: customers in direct messages and shared channels, teams in theirs, by HTTP or by Socket Mode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from cxbot.ports import Channel, ChannelSpec, Limits, Surroundings

LIMITS = Limits(
    text=8_000,
    choices=100,
    choice_label=75,
    per_second=1.0,
    concurrency=16,
    comment_form=True,
    files=True,
    mentions=True,
    local_times=True,
)


def _address(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError(f'"{value}" is no web address; write one that starts with "https://"')
    return value if value.endswith("/") else f"{value}/"


class Settings(BaseModel):
    """Settings of the Slack channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["http", "socket"] = "http"
    """How Slack reaches the bot: it posts to /slack/events, or the bot opens a socket and needs no public address."""
    api_url: Annotated[str, AfterValidator(_address)] = "https://slack.com/api/"
    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    done_reaction: str = ""
    """The emoji by which a member says that a request is done, by name; "" switches it off."""
    done_touchpoint: str = "ticket"
    done_outcome: str = "closed"
    file_bytes: int = Field(default=10_000_000, ge=1_000, le=100_000_000)

    @model_validator(mode="after")
    def _can_connect(self) -> Settings:
        if not self.bot_token.get_secret_value().startswith("xox"):
            raise ValueError('needs bot_token, the "Bot User OAuth Token" of the app, which begins with "xoxb-"')
        if self.mode == "http" and not self.signing_secret.get_secret_value():
            raise ValueError('needs signing_secret with mode = "http"; it is under "Basic Information" of the app')
        if self.mode == "socket" and not self.app_token.get_secret_value().startswith("xapp-"):
            raise ValueError('needs app_token with mode = "socket", an app-level token, which begins with "xapp-"')
        return self


def build(settings: Settings, surroundings: Surroundings) -> Channel:
    """Makes the channel; Slack's packages are imported only where it is used."""
    from cxbot.channels.slack.channel import SlackChannel  # noqa: PLC0415 -- discovery must stay cheap

    return SlackChannel(settings, surroundings)


async def examine(settings: Settings, surroundings: Surroundings, places: Sequence[str]) -> list[str]:
    """Asks Slack what is missing; see `ports.ChannelSpec`."""
    from cxbot.channels.slack import examining  # noqa: PLC0415 -- see build

    return await examining.examine(settings, surroundings, places)


CHANNEL = ChannelSpec("slack", Settings, build, limits=LIMITS, examine=examine)
