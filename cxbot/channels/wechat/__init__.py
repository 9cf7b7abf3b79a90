"""The channels of WeChat: `wechat` for customers of an Official Account, `wecom` for teams and 微信客服 in WeCom."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from cxbot.ports import Channel, ChannelSpec, Limits, Surroundings

OFFICIAL = Limits(
    text=2_000,
    text_bytes=2_048,
    choices=10,
    choice_label=30,
    forms=False,
    notices=False,
    edits=False,
    teams=False,
    per_second=0,
    allowances=True,
    in_words=True,
)
"""Texts are measured again in bytes, of which there are 2048 a message, and go in parts where they are longer."""
WECOM = Limits(
    text=8_000,
    text_bytes=2_048,
    choices=10,
    choice_label=40,
    forms=False,
    notices=False,
    edits=True,
    per_second=0.5,
    concurrency=8,
    mentions=True,
    allowances=True,
    in_words=True,
    members=True,
)
"""A member takes 30 messages a minute and loses the rest without a word, so each waits two seconds for the next."""


def _address(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise ValueError(f'"{value}" is no web address; write one that starts with "https://"')
    return value.rstrip("/")


def _aes_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value()
    try:
        good = not key or len(base64.b64decode(key + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        good = False
    if not good:
        raise ValueError("is no EncodingAESKey: that has 43 letters and digits")
    return value


Address = Annotated[str, AfterValidator(_address)]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]


class Notice(BaseModel):
    """A template of the platform by which something can be said when no chat is open: 订阅通知, or a service notice.

    `fields` says what goes into which of its fields: text, company or time, by the name of the field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: str = Field(min_length=1)
    fields: dict[str, Literal["text", "company", "time"]] = Field(min_length=1)
    offer_url: str = ""
    """A page or article of yours with the button by which a customer accepts one notice; only for 订阅通知."""


class Settings(BaseModel):
    """Settings of an Official Account (公众号)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_url: Address = "https://api.weixin.qq.com"
    app_id: str = Field(min_length=1)
    app_secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=3)
    aes_key: AesKey = SecretStr("")
    """With it messages must come encrypted (安全模式 or 兼容模式); without it they come as they are (明文模式)."""
    verified: bool = True
    """微信认证: only then may buttons (msgmenu) be sent."""
    kind: Literal["service", "subscription"] = "service"
    notice: Notice | None = None
    service_notice: Notice | None = None
    hold_hours: int = Field(default=24, ge=1, le=336)
    """How long a colleague's words wait for the customer to act before they go as a service notice."""
    visit_outcome: str = "visited"
    """The outcome of the interaction that scanning a code of `bot.py qr` reports."""
    file_bytes: int = Field(default=2_000_000, ge=1_000, le=10_000_000)


class WeComSettings(BaseModel):
    """Settings of WeCom (企业微信): an app for the teams, group webhooks, and 微信客服 for customers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    api_url: Address = "https://qyapi.weixin.qq.com"
    corp_id: str = Field(min_length=1)
    agent_id: int = Field(ge=1)
    secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=3)
    aes_key: AesKey = Field(min_length=43)
    group_webhooks: dict[str, SecretStr] = Field(default_factory=dict)
    """The key of each group's webhook by a name of yours; a team has it as place = "group:<name>"."""
    kf: dict[str, str] = Field(default_factory=dict)
    """The 微信客服 accounts served, by open_kfid: the touchpoint of the survey when a session there ends."""
    kf_secret: SecretStr = SecretStr("")
    """The secret of 微信客服, where it is not the app's own."""
    file_bytes: int = Field(default=2_000_000, ge=1_000, le=10_000_000)


def build(settings: Settings, surroundings: Surroundings) -> Channel:
    """Makes the channel; wechatpy is imported only where WeChat is used."""
    from cxbot.channels.wechat.official import Official  # noqa: PLC0415 -- discovery must stay cheap

    return Official(settings, surroundings)


def build_wecom(settings: WeComSettings, surroundings: Surroundings) -> Channel:
    """Makes the channel; see `build`."""
    from cxbot.channels.wechat.wecom import WeCom  # noqa: PLC0415 -- see build

    return WeCom(settings, surroundings)


async def examine(settings: Settings, surroundings: Surroundings, places: Sequence[str]) -> list[str]:
    """Asks WeChat what is missing; see `ports.ChannelSpec`."""
    from cxbot.channels.wechat import examining  # noqa: PLC0415 -- see build

    return await examining.official(settings, surroundings)


async def examine_wecom(settings: WeComSettings, surroundings: Surroundings, places: Sequence[str]) -> list[str]:
    """Asks WeCom what is missing; see `ports.ChannelSpec`."""
    from cxbot.channels.wechat import examining  # noqa: PLC0415 -- see build

    return await examining.wecom(settings, surroundings, places)


async def scan(settings: Settings, surroundings: Surroundings, scene: str) -> str:
    """The address of a code that opens the conversation; see `ports.ChannelSpec`."""
    from cxbot.channels.wechat import examining  # noqa: PLC0415 -- see build

    return await examining.scan(settings, surroundings, scene)


CHANNEL = (
    ChannelSpec("wechat", Settings, build, limits=OFFICIAL, examine=examine, scan=scan),
    ChannelSpec("wecom", WeComSettings, build_wecom, limits=WECOM, examine=examine_wecom),
)
