"""The web channel: the try-out page of the demo, and the survey page any other channel can link to."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from cxbot.ports import Channel, ChannelSpec, Limits, Surroundings

LIMITS = Limits(buttons=True, forms=True, edits=True, per_second=0, concurrency=64)


class Settings(BaseModel):
    """Settings of the web channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    upload_bytes: int = Field(default=2_000_000, ge=1_000, le=20_000_000)
    """The largest picture or file that is taken, in bytes."""


def build(settings: Settings, surroundings: Surroundings) -> Channel:
    """Makes the channel; its pages are imported only where it is used."""
    from cxbot.channels.web.channel import WebChannel  # noqa: PLC0415 -- discovery must stay cheap

    return WebChannel(settings.upload_bytes, surroundings)


CHANNEL = ChannelSpec("web", Settings, build, limits=LIMITS)
