"""What `check --online` asks WeChat and WeCom, and the address of a code to scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxbot.channels.wechat import Settings, WeComSettings, api, errors
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.channels.wechat.members import GROUP, MEMBERS
from cxbot.ports import Surroundings

PERMANENT = "QR_LIMIT_STR_SCENE"


async def official(settings: Settings, around: Surroundings) -> list[str]:
    """What is missing for an Official Account, one line each with what to do."""
    secret = settings.app_secret.get_secret_value()
    opened = api.official(settings.api_url, settings.app_id, secret, around.state, around.clock)
    try:
        lines = await _asks("wechat", opened, "get_api_domain_ip")
        if lines:
            return lines
        lines += await _asks("wechat", opened, "callback/check", {"action": "all", "check_operator": "DEFAULT"})
        if settings.kind == "service" and settings.verified:
            lines += await _asks("wechat", opened, "qrcode/create", _scene("check"))
        if not await around.state.get("called"):
            lines.append(
                f"No callback has arrived yet. Set the server address to {around.public_url}/wechat/callback under "
                "设置与开发 › 基本配置 › 服务器配置, and switch it on."
            )
        return lines
    finally:
        await opened.close()


async def wecom(settings: WeComSettings, around: Surroundings, places: Sequence[str]) -> list[str]:
    """What is missing for WeCom, one line each with what to do."""
    secret = settings.secret.get_secret_value()
    opened = api.wecom(settings.api_url, settings.corp_id, secret, around.state, around.clock)
    own = settings.kf_secret.get_secret_value()
    service = api.wecom(settings.api_url, settings.corp_id, own or secret, around.state, around.clock, name="kf_token")
    try:
        lines = await _asks("wecom", opened, "agent/get", agentid=str(settings.agent_id))
        if lines:
            return lines
        for place in places:
            name = place.removeprefix(GROUP)
            if place.startswith(GROUP) and name not in settings.group_webhooks:
                lines.append(f'A team has place = "{place}", but channels.wecom.group_webhooks has no "{name}".')
            elif not place.startswith((GROUP, MEMBERS)):
                lines.append(f'A team has place = "{place}"; write "group:<name>" or "members:<name>".')
        if settings.kf:
            lines += await _accounts(settings, service)
        if not await around.state.get("called"):
            lines.append(
                f"No callback has arrived yet. Set the URL {around.public_url}/wecom/callback under 应用管理, the app, "
                "接收消息, 设置API接收, and save it while the bot runs."
            )
        return lines
    finally:
        await opened.close()
        await service.close()


async def scan(settings: Settings, around: Surroundings, scene: str) -> str:
    """Makes a permanent code and gives the address in it. Raises ApiError, NoAnswer."""
    secret = settings.app_secret.get_secret_value()
    opened = api.official(settings.api_url, settings.app_id, secret, around.state, around.clock)
    try:
        answer = await opened.call("qrcode/create", _scene(scene))
        return str(answer["url"])
    finally:
        await opened.close()


async def _accounts(settings: WeComSettings, service: Api) -> list[str]:
    try:
        answer = await service.call("kf/account/list", {"offset": 0, "limit": 100})
    except (ApiError, NoAnswer) as error:
        return [_line("wecom", error)]
    known = {str(each.get("open_kfid")) for each in answer.get("account_list") or []}
    return [
        f"channels.wecom.kf names {each}, which is no account of 微信客服 that the app may use. "
        "Tick the app under 微信客服, 可调用接口的应用."
        for each in settings.kf
        if each not in known
    ]


async def _asks(channel: str, opened: Api, path: str, body: Any = None, **params: str) -> list[str]:
    """One call; a line where it is refused."""
    try:
        await opened.call(path, body, **params)
    except (ApiError, NoAnswer) as error:
        return [_line(channel, error)]
    return []


def _line(channel: str, error: ApiError | NoAnswer) -> str:
    if isinstance(error, NoAnswer):
        return f"{error}. Look whether this machine reaches the platform, and at channels.{channel}.api_url."
    known = errors.meaning(channel, error.code)
    return f"{error.method}: {known.words} ({error.code})" if known else f"{error.method}: errcode {error.code}"


def _scene(scene: str) -> dict[str, Any]:
    return {"action_name": PERMANENT, "action_info": {"scene": {"scene_str": scene}}}
