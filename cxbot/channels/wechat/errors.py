"""What the platforms' error codes mean for a message: one table each, and every code that is known stands in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cxbot.ports import HoldUntilInbound, Misconfigured, Outcome, Refused, TryLater, Unknown, Unreachable

Kind = Literal[
    "token", "later", "place", "config", "quota", "person", "closed", "used_up", "no_notice", "menu", "ours", "again"
]
"""What a code is about. `menu`: buttons are refused. `again`: the same was handed over before."""


class ApiError(Exception):
    """The platform refused a call: `code` is its errcode, and the text of it says nothing secret."""

    def __init__(self, method: str, code: int, message: str = "") -> None:
        super().__init__(f"{method}: {code} {message}".rstrip())
        self.method = method
        self.code = code
        self.detail = message


class NoAnswer(Exception):
    """Nobody knows what became of a call; `begun` where it may have been carried out."""

    def __init__(self, method: str, why: str, *, begun: bool) -> None:
        super().__init__(f"{method}: {why}")
        self.method = method
        self.begun = begun


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means, and what is said of it."""

    kind: Kind
    words: str


_REFUSED = (
    "The platform takes no access token of ours. Compare app_id and app_secret (corp_id and secret) with the console."
)
_IP = "The address of this machine is not among the trusted ones. Add it: {}."

OFFICIAL: Mapping[int, Meaning] = {
    -1: Meaning("later", "WeChat is busy"),
    40001: Meaning("token", _REFUSED),
    40014: Meaning("token", _REFUSED),
    42001: Meaning("token", _REFUSED),
    40002: Meaning("config", "WeChat takes no token request of ours; look at app_id and app_secret."),
    40013: Meaning("config", "channels.wechat.app_id is no AppID."),
    40125: Meaning("config", "channels.wechat.app_secret is wrong; it was perhaps reset in the console."),
    41001: Meaning("token", _REFUSED),
    41004: Meaning("config", "channels.wechat.app_secret is missing."),
    40164: Meaning("config", _IP.format("设置与开发 › 基本配置 › IP白名单")),
    48001: Meaning(
        "config", "The account may not use this interface: it is not verified, or the interface not granted."
    ),
    48004: Meaning("config", "WeChat has blocked this interface for the account; the console says why."),
    50002: Meaning("config", "The account is frozen; the console says why."),
    45064: Meaning("config", "The account's menu is not granted; look at 设置与开发 › 接口权限."),
    45009: Meaning("quota", "The day's quota of this interface is used up; it is full again at midnight in China."),
    45011: Meaning("later", "WeChat asks to be called less often"),
    40003: Meaning("person", "WeChat knows no such openid for this account"),
    43004: Meaning("closed", "they do not follow the account"),
    45015: Meaning("closed", "they have not written for 48 hours, or do not follow the account any more"),
    45047: Meaning("used_up", "no more may be written before they act again"),
    43101: Meaning("no_notice", "they have not accepted a further notice"),
    47003: Meaning("ours", "a field of the notice is not what its template takes"),
    40037: Meaning("config", "There is no such template; look at channels.wechat.notice."),
    40200: Meaning("menu", "the account may not send buttons"),
    45098: Meaning("menu", "the buttons are too many"),
    45002: Meaning("ours", "the text is too long"),
    44004: Meaning("ours", "the text is empty"),
    47001: Meaning("ours", "WeChat cannot read the message"),
    40033: Meaning("ours", "WeChat cannot read the message's characters"),
    40007: Meaning("ours", "the file is no longer there"),
    45008: Meaning("ours", "the message has too many parts"),
    40008: Meaning("ours", "WeChat knows no message of this kind"),
    40053: Meaning("ours", "WeChat cannot read what the code is about"),
    40066: Meaning("ours", "WeChat knows no such interface"),
    40097: Meaning("ours", "an argument of the message is not what WeChat takes"),
    43002: Meaning("ours", "WeChat wants this to be posted"),
    46003: Meaning("config", "The account has no menu of its own; make one under 内容与互动, 自定义菜单."),
    48006: Meaning("quota", "WeChat resets its quotas ten times a month, and not once more"),
    87009: Meaning("ours", "WeChat refuses the signature of the message"),
    65400: Meaning("config", "Customer service is not switched on; look at 功能 › 客服."),
}
WECOM: Mapping[int, Meaning] = {
    -1: Meaning("later", "WeCom is busy"),
    40001: Meaning("config", "channels.wecom.secret is wrong."),
    40013: Meaning("config", "channels.wecom.corp_id is wrong."),
    40014: Meaning("token", _REFUSED),
    42001: Meaning("token", _REFUSED),
    41001: Meaning("token", _REFUSED),
    60020: Meaning("config", _IP.format("应用管理 › the app › 企业可信IP")),
    48002: Meaning("config", "The app may not use this interface; look at its permissions in the console."),
    301002: Meaning("config", "The app may not use this interface; look at agent_id and its permissions."),
    301005: Meaning("config", "The app may not use this interface."),
    60011: Meaning("config", "The app may not see these members; add them to its visible range."),
    40056: Meaning("config", "channels.wecom.agent_id is wrong."),
    93000: Meaning("place", "the robot was removed from its group; its key in group_webhooks is no more"),
    45009: Meaning("later", "WeCom asks to be called less often"),
    45033: Meaning("later", "WeCom asks for fewer calls at once"),
    81013: Meaning("person", "no such member is visible to the app"),
    40031: Meaning("person", "no such member"),
    60111: Meaning("person", "no such member"),
    84061: Meaning("person", "no such customer"),
    40096: Meaning("person", "no such customer"),
    95000: Meaning("config", "There is no such 微信客服 account; look at channels.wecom.kf."),
    95001: Meaning("used_up", "no more may be written before they write again"),
    95002: Meaning("closed", "they have not written for 48 hours"),
    95004: Meaning("closed", "there is no session with them"),
    95007: Meaning("config", "The token of a 微信客服 callback has lapsed; the next one brings another."),
    95011: Meaning("config", "微信客服 is not under the app's control; tick 可调用接口的应用 in its console."),
    95012: Meaning("config", "微信客服 is not switched on for the app."),
    95013: Meaning("closed", "the session with them has ended"),
    95014: Meaning("closed", "the session is not in a state in which the bot may write"),
    95016: Meaning("closed", "the session is not in a state in which the bot may write"),
    95018: Meaning("closed", "a person of customer service is talking to them"),
    41050: Meaning("closed", "the moment in which this could be said has passed"),
    42014: Meaning("again", "a card with this id was sent before"),
    42022: Meaning("used_up", "the card can be changed no more"),
    40058: Meaning("ours", "an argument of the message is not what WeCom takes"),
    40016: Meaning("ours", "the buttons of the card are not what WeCom takes"),
    40036: Meaning("ours", "the message is not what WeCom takes"),
    40008: Meaning("ours", "WeCom knows no message of this kind"),
    40033: Meaning("ours", "WeCom cannot read the message's characters"),
    44004: Meaning("ours", "the text is empty"),
    45002: Meaning("ours", "the text is too long"),
    47001: Meaning("ours", "WeCom cannot read the message"),
    40007: Meaning("ours", "the file is no longer there"),
    82001: Meaning("ours", "nobody is named to write to"),
    45006: Meaning("ours", "the card has no picture"),
}
WINDOW = ("tap", "follow", "scan", "event", "reply")
"""The kinds of allowance by which a customer is written to, by what they did."""
CODES = {"wechat": OFFICIAL, "wecom": WECOM}


def meaning(channel: str, code: int) -> Meaning | None:
    """What a code means on a channel; None for one nobody has met yet."""
    return CODES[channel].get(code)


def is_about(channel: str, error: ApiError, *kinds: Kind) -> bool:
    """Whether a channel refused a call for one of these."""
    known = meaning(channel, error.code)
    return known is not None and known.kind in kinds


def outcome(channel: str, error: ApiError | NoAnswer) -> Outcome:
    """What becomes of a message whose call ended so."""
    if isinstance(error, NoAnswer):
        return Unknown(str(error)) if error.begun else TryLater(str(error))
    known = meaning(channel, error.code)
    if known is None:
        # It is kept, tried again, and at last a dead letter with this word.
        return TryLater(f"{error.method}: errcode {error.code}, which is not known here")
    words = f"{known.words} ({', '.join(filter(None, (error.detail, str(error.code))))})"
    match known.kind:
        case "token" | "config":
            return Misconfigured(words)
        case "place" | "person":
            return Unreachable(words)
        case "quota":
            return Misconfigured(words, partly=True)
        case "later":
            return TryLater(words)
        case "closed" | "used_up":
            return HoldUntilInbound(words, closed=WINDOW)
        case "no_notice":
            return HoldUntilInbound(words, closed=("notice",))
        case "menu" | "ours" | "again":
            return Refused(words)
