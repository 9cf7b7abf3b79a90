"""What `check --online` asks WeChat and WeCom, and the address of a code to scan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cxbot.channels.wechat import Settings, WeComSettings, api, errors
from cxbot.channels.wechat.api import Api
from cxbot.channels.wechat.errors import ApiError, NoAnswer
from cxbot.channels.wechat.members import GROUP, MEMBERS
from cxbot.channels.wechat.sending import REFUSED_S
from cxbot.ports import Surroundings

NOT_GRANTED = 48001
NO_BUTTONS = 40200
WRONG_SECRET = 40001
CHECK_S = 60
"""So long the code lives that is made to see whether codes may be made; nobody scans it."""
ACCOUNTS = 100
"""The accounts of 微信客服 that are listed a page."""
UNVERIFIED = (
    "Have the account verified (微信认证), or write channels.wechat.verified = false: choices then come in words."
)


class _Afresh:
    """Keeps nothing and knows nothing: a token is asked for with the settings as they are, whatever was kept before."""

    async def get(self, key: str) -> Any:
        return None

    async def put(self, key: str, value: Any) -> None:
        pass

    async def swap(self, key: str, old: Any, new: Any) -> bool:
        return True

    async def forget(self, prefix: str, before: str) -> None:
        pass


async def official(settings: Settings, around: Surroundings) -> list[str]:
    """What is missing for an Official Account, one line each with what to do."""
    secret = settings.app_secret.get_secret_value()
    opened = api.official(settings.api_url, settings.app_id, secret, _Afresh(), around.clock)
    try:
        try:
            await opened.call("get_api_domain_ip")
        except (ApiError, NoAnswer) as error:
            return [_line("wechat", error)]
        return [
            *(await _verified(settings, opened, around)),
            *(await _uncalled(opened, around)),
        ]
    finally:
        await opened.close()


async def wecom(settings: WeComSettings, around: Surroundings, places: Sequence[str]) -> list[str]:
    """What is missing for WeCom, one line each with what to do."""
    secret = settings.secret.get_secret_value()
    own = settings.kf_secret.get_secret_value()
    opened = api.wecom(settings.api_url, settings.corp_id, secret, _Afresh(), around.clock)
    service = api.wecom(settings.api_url, settings.corp_id, own or secret, _Afresh(), around.clock)
    try:
        try:
            app = await opened.call("agent/get", agentid=str(settings.agent_id))
        except (ApiError, NoAnswer) as error:
            return [_line("wecom", error)]
        lines = [*_app(app), *_places(settings, places)]
        if settings.kf:
            lines += await _accounts(settings, service)
        if not await around.state.get("called"):
            lines.append(
                f"No callback has arrived yet. Set the URL to {_address(around, '/wecom/callback')} under "
                "应用管理, the app, 接收消息, 设置API接收, and save it while the bot runs."
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
        answer = await opened.call("qrcode/create", _scene("QR_LIMIT_STR_SCENE", scene))
        return str(answer["url"])
    finally:
        await opened.close()


async def _verified(settings: Settings, opened: Api, around: Surroundings) -> list[str]:
    """Whether the account is what the settings say: only a verified one may make codes and send buttons."""
    if not settings.verified:
        return []
    refused = await around.state.get("menus_refused")
    if refused and refused["code"] == NO_BUTTONS and around.clock.machine() - refused["at"] < REFUSED_S * 1000:
        return [f"message/custom/send: WeChat has refused buttons ({NO_BUTTONS}). {UNVERIFIED}"]
    if settings.kind != "service":
        return []
    try:
        await opened.call("qrcode/create", {"expire_seconds": CHECK_S, **_scene("QR_STR_SCENE", "check")})
    except (ApiError, NoAnswer) as error:
        advice = f" {UNVERIFIED}" if isinstance(error, ApiError) and error.code == NOT_GRANTED else ""
        return [_line("wechat", error) + advice]
    return []


async def _uncalled(opened: Api, around: Surroundings) -> list[str]:
    """Whether WeChat has ever posted here; where not, whether it finds the machine it is to post to."""
    if await around.state.get("called"):
        return []
    try:
        answer = await opened.call("callback/check", {"action": "dns", "check_operator": "DEFAULT"})
        lost = "" if answer.get("dns") else " WeChat finds no machine by the name of the address that is set now."
    except (ApiError, NoAnswer):
        lost = ""  # it was only to say more
    return [
        f"No callback has arrived yet. Set the server address to {_address(around, '/wechat/callback')} under "
        f"设置与开发 › 基本配置 › 服务器配置, and switch it on while the bot runs.{lost}"
    ]


def _app(app: dict[str, Any]) -> list[str]:
    lines = []
    if app.get("close"):
        lines.append("The app is switched off. Switch it on under 应用管理, the app.")
    seen = ("allow_userinfos", "user"), ("allow_partys", "partyid"), ("allow_tags", "tagid")
    if not any((app.get(kind) or {}).get(inner) for kind, inner in seen):
        lines.append("Nobody can be written to: the app's 可见范围 is empty. Add the teams' members to it.")
    return lines


def _places(settings: WeComSettings, places: Sequence[str]) -> list[str]:
    lines = []
    for place in places:
        name = place.removeprefix(GROUP)
        if place.startswith(GROUP) and name not in settings.group_webhooks:
            lines.append(
                f'"{place}" is the place of a team, but channels.wecom.group_webhooks has no "{name}". Add the key of '
                'the group\'s robot, or write "members:<name>".'
            )
        elif not place.startswith((GROUP, MEMBERS)):
            lines.append(f'"{place}" is no place of a team here; write "group:<name>" or "members:<name>".')
    return lines


async def _accounts(settings: WeComSettings, service: Api) -> list[str]:
    known: dict[str, dict[str, Any]] = {}
    try:
        while True:
            answer = await service.call("kf/account/list", {"offset": len(known), "limit": ACCOUNTS})
            page = {str(each.get("open_kfid")): each for each in answer.get("account_list") or []}
            last = len(page) < ACCOUNTS or page.keys() <= known.keys()
            known |= page
            if last:
                break
    except (ApiError, NoAnswer) as error:
        if settings.kf_secret.get_secret_value() and isinstance(error, ApiError) and error.code == WRONG_SECRET:
            return [f"{error.method}: channels.wecom.kf_secret is wrong. ({WRONG_SECRET})"]
        return [_line("wecom", error)]
    return [
        f"channels.wecom.kf names {each}, which is no account of 微信客服 that the app may use. "
        "Tick the app under 微信客服, 可调用接口的应用, and let it manage the account."
        for each in settings.kf
        # Listed without the privilege it can be seen, and not written from.
        if not known.get(each, {}).get("manage_privilege", each in known)
    ]


def _line(channel: str, error: ApiError | NoAnswer) -> str:
    if isinstance(error, NoAnswer):
        return f"{error}. Look whether this machine reaches the platform, and at channels.{channel}.api_url."
    known = errors.meaning(channel, error.code)
    if known is None:
        return f"{error.method}: errcode {error.code}"
    return f"{error.method}: {known.words.rstrip('.')} ({error.code})."


def _address(around: Surroundings, path: str) -> str:
    if around.public_url:
        return around.public_url.rstrip("/") + path
    return f"https://…{path} (your public address; server.public_url should have it)"


def _scene(action: str, scene: str) -> dict[str, Any]:
    return {"action_name": action, "action_info": {"scene": {"scene_str": scene}}}
