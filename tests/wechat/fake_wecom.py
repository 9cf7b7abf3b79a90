"""A WeCom of our own on the loopback address: members and cards, group webhooks, 微信客服, their limits and faults."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from fake_wechat import DAY, HOUR, MINUTE, Answer, Call, Loopback, MalformedError, RefusedError, full, measure, visible

CORP_ID, APP_SECRET, KF_SECRET, AGENT_ID = "ww0123456789abcdef", "app-secret-of-the-corp", "kf-secret", 1_000_002
TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")
MSG_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
CODE_USED = 42022
"""Documented as "the code was used before, it works only once"; unsure that this is what a response_code gets."""
RESPONSE_CODE_WRONG = 40058
"""A response_code that is unknown or older than 72 h: unsure, no source says which errcode comes."""
EVENT_CODE_WRONG = 41050
"""A code for send_msg_on_event that is unknown or too old: unsure; documented for a welcome code elsewhere."""
STATE_WRONG = 95018
"""send_msg in a session that a human has, or that waits for one: seen in the wild, not in the documents."""
NEW, ASSISTANT, POOL, HUMAN, ENDED = range(5)
MOVES = {
    NEW: {ASSISTANT, POOL, HUMAN, ENDED},
    ASSISTANT: {POOL, HUMAN, ENDED},
    POOL: {HUMAN, ENDED},
    HUMAN: {POOL, HUMAN, ENDED},
    ENDED: set[int](),
}


@dataclasses.dataclass
class Card:
    """A card in its members' chats; `shown` has what each sees now."""

    body: dict[str, Any]
    members: list[str]
    shown: dict[str, dict[str, Any]]
    updates: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Code:
    """A code that works once, for something, until a time."""

    about: tuple[str, ...]
    kind: str
    until: float
    used: bool = False


@dataclasses.dataclass
class Session:
    """A customer's conversation with a 微信客服 account."""

    state: int = ENDED
    servicer: str = ""
    left: int = 0
    until: float = 0
    welcomed: float = float("-inf")
    wrote: bool = False


class FakeWeCom(Loopback):
    """qyapi.weixin.qq.com of one company with one app: `async with FakeWeCom() as wecom`."""

    OPEN = frozenset({"cgi-bin/gettoken", "cgi-bin/webhook/send"})
    MALFORMED = 40058

    def __init__(self) -> None:
        super().__init__()
        self.corp_id, self.agent_id = CORP_ID, AGENT_ID
        self.secrets = {APP_SECRET, KF_SECRET}
        self.trusted_ip = True
        self.per_minute, self.per_hour, self.webhook_per_minute = 30, 1_000, 20
        self.members: dict[str, str] = {}
        self.cards: dict[str, Card] = {}
        self.dropped: list[dict[str, Any]] = []
        """What a member never saw: above the limits, or a duplicate within the interval that was asked for."""
        self.webhooks: set[str] = set()
        self.token_calls = self.tokens_issued = 0
        self.kf_accounts: dict[str, str] = {}
        self.customers: dict[str, str] = {}
        self.servicers: dict[str, int] = {}
        """By userid: 0 takes sessions, 1 rests."""
        self.page_size = 1_000
        self.empty_pages = 0
        """So many of the next sync_msg answers are an empty list with has_more = 1."""
        self._log: list[dict[str, Any]] = []
        self._sessions: dict[tuple[str, str], Session] = defaultdict(Session)
        self._codes: dict[str, Code] = {}
        self._kf_tokens: dict[str, tuple[str, float]] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._dead: dict[str, int] = {}
        self._times: dict[str, list[float]] = defaultdict(list)
        self._had: dict[str, float] = {}
        self._routes = {
            full(path): (method, handler)
            for path, method, handler in [
                ("gettoken", "GET", self._gettoken),
                ("message/send", "POST", self._send),
                ("message/update_template_card", "POST", self._update_card),
                ("webhook/send", "POST", self._webhook),
                ("user/get", "GET", self._user),
                ("agent/get", "GET", self._agent),
                ("getcallbackip", "GET", lambda _: {"ip_list": ["101.226.103.0/24", "101.226.62.1"]}),
                ("media/get", "GET", self._media),
                ("kf/account/list", "*", self._kf_list),
                ("kf/customer/batchget", "POST", self._kf_customers),
                ("kf/sync_msg", "POST", self._kf_sync),
                ("kf/send_msg", "POST", self._kf_send),
                ("kf/send_msg_on_event", "POST", self._kf_send_on_event),
                ("kf/service_state/get", "POST", self._kf_state),
                ("kf/service_state/trans", "POST", self._kf_trans),
            ]
        }

    # What there is, and what people do ----------------------------------------------------------------------------

    def add_members(self, *userids: str) -> None:
        self.members.update({userid: userid.title() for userid in userids})

    def add_kf(self, open_kfid: str, *servicers: str, name: str = "客服") -> None:
        self.kf_accounts[open_kfid] = name
        self.servicers.update(dict.fromkeys(servicers, 0))

    def said(self, to: str) -> list[dict[str, Any]]:
        """The bodies that reached a member, a customer or a group ("webhook:<key>"), oldest first."""
        return [each["body"] for each in self.sent if each["to"] == to]

    def texts(self, to: str) -> list[str]:
        return [visible(body) for body in self.said(to)]

    def press(self, task_id: str, userid: str, key: str, **selected: Iterable[str]) -> dict[str, Any]:
        """A member presses what has this key on the card as it is now: the click's XML fields for `card_click`.

        `selected` has the chosen options of a multiple_interaction or a vote, by the question's key.
        """
        shown = self.cards[task_id].shown[userid]
        if key not in keys_of(shown):
            raise ValueError(f"{userid} sees no {key} among {keys_of(shown)}")
        code = self._code("card", (task_id,), 72 * HOUR)
        fields = {"FromUserName": userid, "CreateTime": int(self.now()), "Event": "template_card_event",
                  "EventKey": key, "TaskId": task_id, "CardType": shown["card_type"], "ResponseCode": code,
                  "AgentID": self.agent_id}  # fmt: skip
        chosen = [("SelectedItem", {"QuestionKey": question, "OptionIds": [("OptionId", each) for each in options]})
                  for question, options in selected.items()]  # fmt: skip
        return fields | ({"SelectedItems": chosen} if chosen else {})

    def customer_enters(self, open_kfid: str, customer: str, *, scene: str = "", scene_param: str = "") -> str:
        """A customer opens the chat; the welcome code, where one was given (none within 48 h, nothing written)."""
        self.customers.setdefault(customer, customer.title())
        session = self._sessions[open_kfid, customer]
        code = ""
        if not session.wrote and self.now() - session.welcomed >= 48 * HOUR:
            session.welcomed = self.now()
            code = self._code("welcome", (open_kfid, customer), 20)
        more = {"scene": scene, "scene_param": scene_param} | ({"welcome_code": code} if code else {})
        self._happened(open_kfid, customer, "enter_session", **more)
        return code

    def customer_writes(self, open_kfid: str, customer: str, text: str, menu_id: str = "") -> str:
        """A customer writes or, with `menu_id`, taps: five messages in 48 h (unsure for a tap); the msgid."""
        part = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return self.customer_sends(open_kfid, customer, "text", part)

    def customer_sends(self, open_kfid: str, customer: str, kind: str, part: dict[str, Any]) -> str:
        """A customer sends something of any kind."""
        self.customers.setdefault(customer, customer.title())
        session = self._sessions[open_kfid, customer]
        session.left, session.until, session.wrote = 5, self.now() + 48 * HOUR, True
        if session.state == ENDED:
            session.state, session.servicer = NEW, ""
        return self._logged({"open_kfid": open_kfid, "external_userid": customer, "origin": 3, "msgtype": kind,
                             kind: part}, open_kfid)  # fmt: skip

    def servicer_writes(self, open_kfid: str, customer: str, servicer: str, text: str) -> str:
        """A member answers the customer in the WeCom client."""
        return self._logged({"open_kfid": open_kfid, "external_userid": customer, "origin": 5, "msgtype": "text",
                             "servicer_userid": servicer, "text": {"content": text}}, open_kfid)  # fmt: skip

    def session_starts(self, open_kfid: str, customer: str, servicer: str) -> str:
        """A member takes the session from the pool; the code for one text within 48 h."""
        session = self._sessions[open_kfid, customer]
        session.state, session.servicer = HUMAN, servicer
        code = self._code("accepted", (open_kfid, customer), 48 * HOUR)
        self._changes(open_kfid, customer, 1, "", servicer, msg_code=code)
        return code

    def session_moves(self, open_kfid: str, customer: str, servicer: str) -> None:
        """The session goes to another member."""
        session = self._sessions[open_kfid, customer]
        self._changes(open_kfid, customer, 2, session.servicer, servicer)
        session.state, session.servicer = HUMAN, servicer

    def session_ends(self, open_kfid: str, customer: str) -> str:
        """The member ends the session in the WeCom client; the code for one message within 20 s."""
        session = self._sessions[open_kfid, customer]
        code = self._code("ended", (open_kfid, customer), 20)
        self._changes(open_kfid, customer, 3, session.servicer, "", msg_code=code)
        session.state, session.servicer = ENDED, ""
        return code

    def session_returns(self, open_kfid: str, customer: str, servicer: str) -> None:
        """A member takes an ended session up again."""
        session = self._sessions[open_kfid, customer]
        session.state, session.servicer = HUMAN, servicer
        self._changes(open_kfid, customer, 4, "", servicer)

    def servicer_changes(self, open_kfid: str, servicer: str, status: int) -> None:
        """A member begins (1) or stops (2) taking sessions."""
        self.servicers[servicer] = 0 if status == 1 else 1
        self._logged({"origin": 4, "msgtype": "event", "event": {
            "event_type": "servicer_status_change", "servicer_userid": servicer, "status": status,
            "open_kfid": open_kfid}}, open_kfid)  # fmt: skip

    def send_fails(self, msgid: str, fail_type: int = 10) -> None:
        """What send_msg took was not delivered after all: 4 after 48 h, 5 ended, 6 more than five, 10 refused."""
        row = next(each for each in self.sent if each["msgid"] == msgid)
        more = {"fail_msgid": msgid, "fail_type": fail_type}
        self._happened(row["body"]["open_kfid"], row["to"], "msg_send_fail", **more)

    def kf_token(self, open_kfid: str) -> str:
        """The token that the callback kf_msg_or_event carries, good for ten minutes."""
        token = f"ENC{next(self._numbers)}"
        self._kf_tokens[token] = (open_kfid, self.now() + 10 * MINUTE)
        return token

    def session_of(self, open_kfid: str, customer: str) -> Session:
        return self._sessions[open_kfid, customer]

    def _changes(self, open_kfid: str, customer: str, kind: int, old: str, new: str, **more: Any) -> None:
        served = {"old_servicer_userid": old} if old else {}
        served |= {"new_servicer_userid": new} if new else {}
        self._happened(open_kfid, customer, "session_status_change", change_type=kind, **served, **more)

    def _happened(self, open_kfid: str, customer: str, kind: str, **more: Any) -> None:
        self._logged({"origin": 4, "msgtype": "event", "event": {
            "event_type": kind, "open_kfid": open_kfid, "external_userid": customer, **more}}, open_kfid)  # fmt: skip

    def _logged(self, item: dict[str, Any], open_kfid: str) -> str:
        msgid = f"kf-in-{next(self._numbers)}"
        self._log.append({"of": open_kfid, "item": {"msgid": msgid, "send_time": int(self.now()), **item}})
        return msgid

    def _code(self, kind: str, about: tuple[str, ...], seconds: float) -> str:
        code = f"{kind}-code-{next(self._numbers)}"
        self._codes[code] = Code(about, kind, self.now() + seconds)
        return code

    # Tokens -------------------------------------------------------------------------------------------------------

    def expire_token(self, errcode: int = 42001) -> None:
        """All tokens so far are refused with this errcode; the next one asked for is new."""
        self._dead |= {token: errcode for token, _ in self._tokens.values()}
        self._tokens.clear()

    def _gettoken(self, call: Call) -> Answer:
        self.token_calls += 1
        if call.query["corpid"] != self.corp_id:
            raise RefusedError(40013, "invalid corpid")
        secret = call.query["corpsecret"]
        if secret not in self.secrets:
            raise RefusedError(40001, "invalid credential")
        if self._tokens.get(secret, ("", 0.0))[1] <= self.now():
            self.tokens_issued += 1
            self._tokens[secret] = (f"corp-token-{next(self._numbers)}", self.now() + 2 * HOUR)
        token, until = self._tokens[secret]
        return {"access_token": token, "expires_in": int(until - self.now())}

    def _check_token(self, token: str) -> None:
        if not token:
            raise MalformedError(41001, "access_token missing")
        if self.reject_tokens:
            raise RefusedError(self.reject_tokens, "invalid access_token")
        if token in self._dead:
            raise RefusedError(self._dead[token], "invalid access_token")
        until = dict(self._tokens.values())
        if token not in until:
            raise RefusedError(40014, "invalid access_token")
        if until[token] <= self.now():
            raise RefusedError(42001, "access_token expired")
        if not self.trusted_ip:
            raise RefusedError(60020, "not allow to access from your ip, from ip: 127.0.0.1")

    # Messages to members, cards -----------------------------------------------------------------------------------

    def _send(self, call: Call) -> Answer:
        body = call.body
        if body["agentid"] != self.agent_id:
            raise RefusedError(40056, "invalid agentid")
        asked = list(dict.fromkeys(filter(None, (each.strip() for each in body["touser"].split("|")))))
        asked = list(self.members) if asked == ["@all"] else asked
        known = [userid for userid in asked if userid in self.members]
        if not known:
            raise RefusedError(81013, "user & party & tag all invalid")
        self._check_content(body)
        card = body.get("template_card") if body["msgtype"] == "template_card" else None
        msgid = f"msg-{next(self._numbers)}"
        answer = {"msgid": msgid} | ({"invaliduser": "|".join(u for u in asked if u not in known)}
                                     if len(known) < len(asked) else {})  # fmt: skip
        kept = Card(body, known, {})
        if card and "task_id" in card:
            self.cards[card["task_id"]] = kept
            if card["card_type"] != "text_notice" or "action_menu" in card:
                answer["response_code"] = self._code("card", (card["task_id"],), 72 * HOUR)
        duplicate = self._is_duplicate(body, call.at)
        for userid in known:
            row = {"path": call.path, "to": userid, "body": body, "at": call.at, "msgid": msgid}
            if duplicate or self._too_many(f"member:{userid}", self.per_minute, self.per_hour):
                self.dropped.append(row)
                continue
            self.sent.append(row)
            if card:
                kept.shown[userid] = card
        return answer

    def _check_content(self, body: dict[str, Any]) -> None:
        kind = body["msgtype"]
        if kind in {"text", "markdown"}:
            measure(body[kind]["content"], 2_048)  # a longer text is cut by the platform; here it is a mistake
        elif kind == "template_card":
            _check_card(body["template_card"])
            self._check_new(body["template_card"])
        else:
            raise MalformedError(40008, "invalid message type")

    def _check_new(self, card: dict[str, Any]) -> None:
        """A new card's task_id: needed where something can be pressed, never used before."""
        needed = card["card_type"] != "text_notice" or "action_menu" in card
        if needed or "task_id" in card:
            task_id = card.get("task_id", "")
            if not TASK_ID.fullmatch(task_id) or task_id in self.cards:
                raise MalformedError(42014, "taskid has existed or empty or exceed max len")

    def _update_card(self, call: Call) -> Answer:
        body = call.body
        if body["agentid"] != self.agent_id:
            raise RefusedError(42015, "agentid not match")
        code = self._taken(body["response_code"], {"card"}, RESPONSE_CODE_WRONG)
        card = self.cards[code.about[0]]
        userids = card.members if body.get("atall") == 1 else body["userids"]
        if "template_card" in body:
            _check_card(body["template_card"])
        else:
            measure(body["button"]["replace_name"], 1_024)
        for userid in [each for each in userids if each in card.shown]:
            seen = card.shown[userid]
            pressed = {**seen, "button_list": [], "replace_text": body.get("button", {}).get("replace_name")}
            card.shown[userid] = body.get("template_card", pressed)
        card.updates.append(body)
        code.used = True
        return {"invaliduser": [each for each in userids if each not in card.shown]}

    def _taken(self, name: str, kinds: set[str], wrong: int) -> Code:
        code = self._codes.get(name)
        if code is None or code.kind not in kinds or code.until <= self.now():
            raise RefusedError(wrong, "invalid or expired code")
        if code.used:
            raise RefusedError(CODE_USED, "code has been used")
        return code

    def _is_duplicate(self, body: dict[str, Any], at: float) -> bool:
        if not body.get("enable_duplicate_check"):
            return False
        interval: int = min(body.get("duplicate_check_interval", 1_800), 4 * HOUR)
        same = json.dumps([body["touser"], body["msgtype"], body[body["msgtype"]]], sort_keys=True)
        duplicate = at - self._had.get(same, float("-inf")) < interval
        if not duplicate:
            self._had[same] = at
        return duplicate

    def _too_many(self, who: str, per_minute: int, per_hour: int | None = None) -> bool:
        now = self.now()
        times = self._times[who] = [each for each in self._times[who] if now - each < HOUR]
        if sum(now - each < MINUTE for each in times) >= per_minute or len(times) >= (per_hour or 10**9):
            return True
        times.append(now)
        return False

    def _webhook(self, call: Call) -> Answer:
        key, body = call.query.get("key", ""), call.body
        if key not in self.webhooks:
            raise RefusedError(93000, "invalid webhook url")
        kind = body["msgtype"]
        if kind not in {"text", "markdown"}:
            raise MalformedError(40008, "invalid message type")
        measure(body[kind]["content"], 2_048 if kind == "text" else 4_096, 40058)
        if self._too_many(f"webhook:{key}", self.webhook_per_minute):
            raise RefusedError(45009, "api freq out of limit")
        self.sent.append({"path": call.path, "to": f"webhook:{key}", "body": body, "at": call.at, "msgid": ""})
        return {}

    def _user(self, call: Call) -> Answer:
        userid = call.query["userid"]
        if userid not in self.members:
            raise RefusedError(60111, "userid not found")
        return {"userid": userid, "name": self.members[userid], "department": [1], "status": 1, "enable": 1}

    def _agent(self, call: Call) -> Answer:
        if int(call.query["agentid"]) != self.agent_id:
            raise RefusedError(301002, "not allow operate another agent")
        seen = {"user": [{"userid": userid} for userid in self.members]}
        return {"agentid": self.agent_id, "name": "cxbot", "close": 0, "allow_userinfos": seen}

    # 微信客服 -----------------------------------------------------------------------------------------------------

    def _session(self, body: dict[str, Any], customer: str) -> Session:
        self._account(body["open_kfid"])
        if customer not in self.customers:
            raise RefusedError(40096, "invalid external userid")
        return self._sessions[body["open_kfid"], customer]

    def _account(self, open_kfid: str) -> None:
        if open_kfid not in self.kf_accounts:
            raise RefusedError(95000, "invalid open_kfid")

    def _kf_list(self, call: Call) -> Answer:
        return {"account_list": [{"open_kfid": key, "name": name, "avatar": "", "manage_privilege": True}
                                 for key, name in self.kf_accounts.items()]}  # fmt: skip

    def _kf_customers(self, call: Call) -> Answer:
        asked = call.body["external_userid_list"]
        if not 1 <= len(asked) <= 100:
            raise MalformedError(40058, "1 to 100 customers")
        found = [{"external_userid": each, "nickname": self.customers[each], "avatar": "", "gender": 0}
                 for each in asked if each in self.customers]  # fmt: skip
        return {"customer_list": found, "invalid_external_userid": [e for e in asked if e not in self.customers]}

    def _kf_sync(self, call: Call) -> Answer:
        body, open_kfid = call.body, call.body["open_kfid"]
        self._account(open_kfid)
        known, until = self._kf_tokens.get(body.get("token", ""), (open_kfid, 0.0))
        if body.get("token") and (known != open_kfid or until <= call.at):
            raise RefusedError(95007, "invalid msg token")
        limit = body.get("limit", 1_000)
        if not 1 <= limit <= 1_000:
            raise MalformedError(40058, "limit is 1 to 1000")
        of, _, at = (body.get("cursor") or f"{open_kfid}!0").partition("!")
        if of != open_kfid:
            raise MalformedError(40058, "the cursor of another account")
        start = int(at)
        if self.empty_pages > 0:
            self.empty_pages -= 1
            return {"next_cursor": f"{open_kfid}!{start}", "has_more": 1, "msg_list": []}
        fresh = [(number, each["item"]) for number, each in enumerate(self._log) if number >= start
                 and each["of"] == open_kfid and each["item"]["send_time"] > call.at - 3 * DAY]  # fmt: skip
        page = fresh[: min(limit, self.page_size)]
        after = page[-1][0] + 1 if page else start
        return {"next_cursor": f"{open_kfid}!{after}", "has_more": int(len(fresh) > len(page)),
                "msg_list": [item for _, item in page]}  # fmt: skip

    def _kf_send(self, call: Call) -> Answer:
        body = call.body
        session = self._session(body, body["touser"])
        _check_kf(body)
        if session.state == ENDED:
            raise RefusedError(95013, "session has been closed")
        if session.state in {POOL, HUMAN}:
            raise RefusedError(STATE_WRONG, "send msg session status invalid")
        if session.until <= call.at:
            raise RefusedError(95002, "send msg time limit")
        if session.left < 1:
            raise RefusedError(95001, "send msg count limit")
        session.left -= 1
        return self._kf_accepted(call, body["touser"], body)

    def _kf_send_on_event(self, call: Call) -> Answer:
        body = call.body
        code = self._taken(body["code"], {"welcome", "accepted", "queued", "ended"}, EVENT_CODE_WRONG)
        open_kfid, customer = code.about
        _check_kf(body)
        if body["msgtype"] not in ({"text"} if code.kind in {"accepted", "queued"} else {"text", "msgmenu"}):
            raise MalformedError(40008, "invalid message type")
        state = {"accepted": HUMAN, "queued": POOL, "ended": ENDED}.get(code.kind)
        if state is not None and self._sessions[open_kfid, customer].state != state:
            raise RefusedError(STATE_WRONG, "send msg session status invalid")
        code.used = True
        return self._kf_accepted(call, customer, {**body, "open_kfid": open_kfid})

    def _kf_accepted(self, call: Call, customer: str, body: dict[str, Any]) -> Answer:
        msgid = body.get("msgid") or f"kf-out-{next(self._numbers)}"
        self.sent.append({"path": call.path, "to": customer, "body": body, "at": call.at, "msgid": msgid})
        return {"msgid": msgid}

    def _kf_state(self, call: Call) -> Answer:
        session = self._session(call.body, call.body["external_userid"])
        return {"service_state": session.state, "servicer_userid": session.servicer}

    def _kf_trans(self, call: Call) -> Answer:
        """Unsure: the moves; and that a change over the API makes no event."""
        body, customer = call.body, call.body["external_userid"]
        session, state = self._session(body, customer), body["service_state"]
        if state not in MOVES[session.state]:
            raise RefusedError(95016, "not allow to change to this state")
        servicer = body.get("servicer_userid", "") if state == HUMAN else ""
        if state == HUMAN and self.servicers.get(servicer) != 0:
            raise RefusedError(95014, "user is not a servicer")
        session.state, session.servicer = state, servicer
        if state == ASSISTANT:
            return {}
        kind, seconds = {POOL: ("queued", 48 * HOUR), HUMAN: ("accepted", 48 * HOUR), ENDED: ("ended", 20)}[state]
        return {"msg_code": self._code(kind, (body["open_kfid"], customer), seconds)}


def keys_of(card: dict[str, Any]) -> list[str]:
    """The keys that can be pressed on a card; `replace_text` makes its buttons grey."""
    buttons = [*card.get("button_list", []), card.get("submit_button", {})]
    menu = card.get("action_menu", {}).get("action_list", [])
    return [each["key"] for each in [*([] if card.get("replace_text") else buttons), *menu] if "key" in each]


def _check_card(card: dict[str, Any]) -> None:
    kind = card["card_type"]
    if kind not in {"button_interaction", "text_notice", "multiple_interaction", "vote_interaction"}:
        raise MalformedError(40058, f"card_type {kind}")
    if not (card.get("main_title", {}).get("title") or (kind == "text_notice" and card.get("sub_title_text"))):
        raise MalformedError(40058, "main_title.title missing")
    if len(card.get("horizontal_content_list", [])) > 6:
        raise MalformedError(40058, "more than 6 in horizontal_content_list")
    if kind == "text_notice":
        if card["card_action"]["type"] not in {1, 2}:
            raise MalformedError(40058, "card_action.type")
    elif kind == "button_interaction":
        _check_buttons(card["button_list"])
    else:
        _check_submit(card["submit_button"])
        if kind == "multiple_interaction":
            _check_selectors(card["select_list"])
        elif not 1 <= len(card["checkbox"]["option_list"]) <= 20:
            raise MalformedError(40058, "1 to 20 options")


def _check_submit(button: dict[str, Any]) -> None:
    _key(button["key"])
    if not button["text"] or len(button["text"]) > 10:
        raise MalformedError(40018, "submit_button.text is at most 10 characters")


def _check_buttons(buttons: list[dict[str, Any]]) -> None:
    if not 1 <= len(buttons) <= 6:
        raise MalformedError(40016, "1 to 6 buttons")
    for button in buttons:
        if not button["text"] or len(button["text"]) > 10:
            raise MalformedError(40018, f"button text {button['text']!r}")
        if button.get("type", 0) == 0:
            _key(button["key"])
    keys = [button.get("key") for button in buttons]
    if len(set(keys)) < len(keys):
        raise MalformedError(40058, "the same key twice")


def _check_selectors(selectors: list[dict[str, Any]]) -> None:
    if not 1 <= len(selectors) <= 3:
        raise MalformedError(40058, "1 to 3 selectors")
    for selector in selectors:
        _key(selector["question_key"])
        if not 1 <= len(selector["option_list"]) <= 10:
            raise MalformedError(40058, "1 to 10 options")
        for option in selector["option_list"]:
            if not option["text"] or not 1 <= len(option["id"].encode()) <= 128:
                raise MalformedError(40058, f"option {option}")


def _key(key: str) -> None:
    if not 1 <= len(key.encode()) <= 1_024:
        raise MalformedError(40019, "a key is 1 to 1024 bytes")


def _check_kf(body: dict[str, Any]) -> None:
    kind = body["msgtype"]
    if body.get("msgid") is not None and not MSG_ID.fullmatch(body["msgid"]):
        raise MalformedError(40058, "msgid")
    if kind == "text":
        measure(body["text"]["content"], 2_048)
    elif kind == "msgmenu":
        _check_menu(body["msgmenu"])
    elif kind not in {"image", "link"}:
        raise MalformedError(40008, "invalid message type")


def _check_menu(menu: dict[str, Any]) -> None:
    if len(menu["list"]) > 10:
        raise MalformedError(95008, "more than 10 menu items")
    for part in ("head_content", "tail_content"):
        if len(menu.get(part, "").encode()) > 1_024:
            raise MalformedError(40058, f"{part} over 1024 bytes")
    for item in menu["list"]:
        if item["type"] not in {"click", "view", "miniprogram", "text"}:
            raise MalformedError(95009, "invalid menu item type")
        part = item[item["type"]]
        if not 1 <= len(part["content"].encode()) <= (256 if item["type"] == "text" else 128):
            raise MalformedError(40058, "menu item content")
        if len(part.get("id", "").encode()) > 64:
            raise MalformedError(40058, "menu item id")
