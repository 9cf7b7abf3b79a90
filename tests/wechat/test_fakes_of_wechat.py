"""The stand-ins themselves: that they count, refuse and sign as the platforms do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import callbacks
import pytest
from aiohttp import web
from callbacks import AGENT_ID, CORP_ID, HOSTILE, THURSDAY_TEN, Caller, Crypto
from fake_wechat import APP_ID, APP_SECRET, FakeWeChat, Loopback
from fake_wecom import ASSISTANT, HUMAN, KF_SECRET, FakeWeCom

OPENID, KF, CUSTOMER = "oSAM", "wkSUPPORT", "wmSAM"


class Program:
    """What a program would be: it fetches a token when it has none, and posts."""

    def __init__(self, vendor: Loopback, session: aiohttp.ClientSession) -> None:
        self.vendor, self.session, self.token = vendor, session, ""
        self.at = float(THURSDAY_TEN)
        vendor.now = lambda: self.at

    async def fetch(self, **more: Any) -> dict[str, Any]:
        if isinstance(self.vendor, FakeWeChat):
            found = await self.raw("stable_token", {"grant_type": "client_credential", "appid": APP_ID,
                                                    "secret": APP_SECRET, **more})  # fmt: skip
        else:
            found = await self.get("gettoken", corpid=CORP_ID, corpsecret=KF_SECRET)
        self.token = found.get("access_token", "")
        return found

    async def later(self, seconds: float) -> None:
        """Time goes by, and the token is fetched anew."""
        self.at += seconds
        await self.fetch()

    async def raw(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        async with self.session.post(f"{self.vendor.url}/cgi-bin/{path}", params=query, data=data) as answer:
            return dict(json.loads(await answer.read()))

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        async with self.session.get(f"{self.vendor.url}/cgi-bin/{path}", params=query) as answer:
            return dict(json.loads(await answer.read()))

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        if not self.token:
            await self.fetch()
        return await self.raw(path, body, access_token=self.token)

    async def code(self, path: str, body: Any) -> int:
        return int((await self.post(path, body))["errcode"])

    async def say(self, content: str = "您好", to: str = OPENID) -> int:
        return await self.code("message/custom/send", {"touser": to, "msgtype": "text", "text": {"content": content}})

    async def tell(self, to: str = "mei", **body: Any) -> dict[str, Any]:
        body = body or {"msgtype": "text", "text": {"content": "hello"}}
        return await self.post("message/send", {"touser": to, "agentid": AGENT_ID, **body})

    async def kf(self, content: str = "您好") -> int:
        return await self.code("kf/send_msg", {"touser": CUSTOMER, "open_kfid": KF, "msgtype": "text",
                                               "text": {"content": content}})  # fmt: skip

    async def sync(self, cursor: str = "", **more: Any) -> dict[str, Any]:
        body = {"cursor": cursor, "token": self.vendor.kf_token(KF), "open_kfid": KF, "limit": 1_000, **more}
        return await self.post("kf/sync_msg", body)


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def oa(session):
    async with FakeWeChat() as wechat:
        yield Program(wechat, session)


@pytest.fixture
async def corp(session):
    async with FakeWeCom() as wecom:
        wecom.add_members("mei", "wei")
        wecom.add_kf(KF, "mei")
        yield Program(wecom, session)


def card(task_id: str = "case-1", *keys: str, **more: Any) -> dict[str, Any]:
    buttons = [{"text": "认领", "style": 1, "key": key} for key in keys or ("claim:1", "close:1")]
    return {"msgtype": "template_card", "template_card": {
        "card_type": "button_interaction", "main_title": {"title": "Sam 2/5"}, "task_id": task_id,
        "button_list": buttons, **more}}  # fmt: skip


# The Official Account ---------------------------------------------------------------------------------------------


async def test_the_allowance_of_a_message_is_five_in_two_days(oa):
    oa.vendor.follow(OPENID)
    assert await oa.say() == 45015
    oa.vendor.acted(OPENID, "message")
    assert [await oa.say(str(number)) for number in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert oa.vendor.texts(OPENID) == list("01234")
    oa.vendor.acted(OPENID, "message")
    await oa.later(48 * 3_600)
    assert await oa.say() == 45015
    assert oa.vendor.problems == []


async def test_a_tap_opens_three_for_a_minute_and_a_look_nothing(oa):
    oa.vendor.acted(OPENID, "view")
    assert await oa.say() == 45015
    oa.vendor.acted(OPENID, "msgmenu")
    assert oa.vendor.left(OPENID) == 3
    assert [await oa.say() for _ in range(4)] == [0, 0, 0, 45047]
    oa.vendor.acted(OPENID, "msgmenu")
    oa.at += 61
    assert await oa.say() == 45015


async def test_who_is_unknown_or_gone_gets_nothing(oa):
    assert await oa.say(to="oNOBODY") == 40003
    oa.vendor.acted(OPENID)
    oa.vendor.unfollow(OPENID)
    assert await oa.say() == 43004


async def test_the_token_stays_until_it_expires(oa):
    oa.vendor.acted(OPENID)
    first = await oa.fetch()
    assert await oa.fetch() == first
    oa.vendor.expire_token(40001)
    assert await oa.say() == 40001
    assert (await oa.fetch())["access_token"] != first["access_token"]
    assert await oa.say() == 0
    assert (oa.vendor.token_calls, oa.vendor.tokens_issued) == (3, 2)
    oa.at += 7_200
    assert await oa.say() == 42001
    await oa.fetch()
    oa.vendor.reject_tokens = 40001
    assert await oa.say() == 40001


async def test_a_forced_token_ends_the_one_before(oa):
    oa.vendor.acted(OPENID)
    old = (await oa.fetch())["access_token"]
    new = (await oa.fetch(force_refresh=True))["access_token"]
    assert new != old
    oa.token = old
    assert await oa.say() == 40001


async def test_messages_wrong_in_themselves_are_kept_as_problems(oa):
    oa.vendor.acted(OPENID)
    assert await oa.say("长" * 683) == 45002
    assert await oa.say("") == 44004
    assert await oa.code("message/custom/send", b"not JSON") == 47001
    assert await oa.code("message/custom/send", json.dumps({"touser": "您"}).encode()) == 40033
    assert await oa.code("message/custom/sent", {}) == 40066
    assert len(oa.vendor.problems) == 5
    assert oa.vendor.sent == []


async def test_a_menu_needs_a_verified_account(oa):
    oa.vendor.acted(OPENID)
    items = [{"id": str(100 + score), "content": f"{score} 分"} for score in (1, 2)]
    menu = {"touser": OPENID, "msgtype": "msgmenu", "msgmenu": {"head_content": "How?", "list": items}}
    assert await oa.code("message/custom/send", menu) == 0
    assert oa.vendor.texts(OPENID) == ["How?\n[1 分]\n[2 分]"]
    oa.vendor.msgmenu_max = 1
    assert await oa.code("message/custom/send", menu) == 45098
    oa.vendor.verified = False
    oa.vendor.msgmenu_max = 10
    assert await oa.code("message/custom/send", menu) == 40200


async def test_a_notice_takes_one_accept_and_right_arguments(oa):
    oa.vendor.follow(OPENID)
    oa.vendor.templates["T1"] = ("thing1",)
    notice = {"touser": OPENID, "template_id": "T1", "data": {"thing1": {"value": "Order 7"}}}
    assert await oa.code("message/subscribe/bizsend", notice) == 43101
    oa.vendor.accept(OPENID, "T1")
    assert await oa.code("message/subscribe/bizsend", notice | {"data": {}}) == 47003
    assert [await oa.code("message/subscribe/bizsend", notice) for _ in range(2)] == [0, 43101]
    assert (await oa.post("message/template/send", notice))["msgid"]
    assert [each["path"].rpartition("/")[2] for each in oa.vendor.sent] == ["bizsend", "send"]


async def test_media_people_codes_and_the_rest(oa, session):
    await oa.fetch()
    oa.vendor.add_media("M1", b"\xff\xd8")
    async with session.get(f"{oa.vendor.url}/cgi-bin/media/get?access_token={oa.token}&media_id=M1") as answer:
        assert (await answer.read(), answer.headers["Content-Disposition"][:10]) == (b"\xff\xd8", "attachment")
    assert (await oa.get("media/get", access_token=oa.token, media_id="M2"))["errcode"] == 40007
    oa.vendor.follow(OPENID, unionid="u1")
    assert (await oa.get("user/info", access_token=oa.token, openid=OPENID))["unionid"] == "u1"
    scene = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "order-7"}}}
    made = await oa.post("qrcode/create", scene)
    assert oa.vendor.qrcodes[made["ticket"]]["scene"] == "order-7"
    assert (await oa.get("menu/get", access_token=oa.token))["errcode"] == 46003
    oa.vendor.quotas["cgi-bin/qrcode/create"] = 0
    assert await oa.code("qrcode/create", scene) == 45009
    assert await oa.code("clear_quota", {"appid": APP_ID}) == 0
    assert (await oa.post("callback/check", {"action": "all"}))["dns"]


async def test_faults_come_in_their_order(oa, session):
    oa.vendor.acted(OPENID)
    await oa.fetch()
    send = "message/custom/send"
    oa.vendor.fail(send, errcode=-1, errmsg="system error", times=2)
    oa.vendor.fail(send, body="<html>", accept=True)
    oa.vendor.fail(send, status=502)
    oa.vendor.fail(send, drop_connection="before")
    oa.vendor.fail(send, drop_connection="after")
    assert [await oa.say() for _ in range(2)] == [-1, -1]
    for _ in range(2):
        with pytest.raises(json.JSONDecodeError):
            await oa.say()
    for expected in (1, 2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await oa.say()
        assert len(oa.vendor.sent) == expected
    assert await oa.say() == 0
    assert len(oa.vendor.calls(send)) == 7


async def test_a_delay_lasts_until_the_test_ends_it(oa):
    oa.vendor.acted(OPENID)
    await oa.fetch()
    opened = asyncio.Event()
    oa.vendor.fail("message/custom/send", delay=opened)
    slow = asyncio.create_task(oa.say("slow"))
    await oa.vendor.until(lambda: oa.vendor.calls("message/custom/send"))
    assert await oa.say("quick") == 0
    opened.set()
    assert await slow == 0
    assert oa.vendor.texts(OPENID) == ["quick", "slow"]


# WeCom ------------------------------------------------------------------------------------------------------------


async def test_members_unknown_are_named_and_the_excess_is_dropped(corp):
    assert (await corp.tell("mei|nobody|noone"))["invaliduser"] == "nobody|noone"
    assert (await corp.tell("nobody"))["errcode"] == 81013
    assert [(await corp.tell())["errcode"] for _ in range(31)] == [0] * 31
    assert (len(corp.vendor.said("mei")), len(corp.vendor.dropped)) == (30, 2)
    corp.at += 60
    await corp.tell(msgtype="text", text={"content": "again"}, enable_duplicate_check=1)
    await corp.tell(msgtype="text", text={"content": "again"}, enable_duplicate_check=1)
    assert (len(corp.vendor.said("mei")), len(corp.vendor.dropped)) == (31, 3)
    corp.vendor.trusted_ip = False
    assert (await corp.tell())["errcode"] == 60020


async def test_a_card_is_pressed_and_updated_once_for_each_code(corp):
    sent = await corp.tell("mei|wei", **card())
    fields = corp.vendor.press("case-1", "mei", "claim:1")
    assert fields["ResponseCode"] != sent["response_code"]
    after = card("case-1", "close:1")["template_card"]
    update = {"agentid": AGENT_ID, "atall": 1, "response_code": fields["ResponseCode"], "template_card": after}
    assert [await corp.code("message/update_template_card", update) for _ in range(2)] == [0, 42022]
    with pytest.raises(ValueError, match="sees no"):
        corp.vendor.press("case-1", "wei", "claim:1")
    await corp.later(72 * 3_600)
    late = update | {"response_code": sent["response_code"]}
    assert await corp.code("message/update_template_card", late) == 40058
    assert corp.vendor.problems == []


@pytest.mark.parametrize(
    ("errcode", "wrong"),
    [
        (42014, card("case 1")),
        (42014, card("c" * 129)),
        (42014, card("used")),
        (40016, card("a", *"1234567")),
        (40019, card("a", "长" * 342)),
        (40018, card(button_list=[{"text": "一二三四五六七八九十百", "key": "k"}])),
        (40058, card(main_title={})),
        (40058, {"msgtype": "text", "text": {}}),
        (45002, {"msgtype": "markdown", "markdown": {"content": "长" * 683}}),
        (40008, {"msgtype": "hologram"}),
    ],
)
async def test_messages_over_the_limits_are_refused(corp, errcode, wrong):
    await corp.tell(**card("used"))
    assert (await corp.tell(**wrong))["errcode"] == errcode
    assert len(corp.vendor.problems) == 1


async def test_a_form_and_a_notice(corp):
    options = [{"id": "a", "text": "Refund"}]
    asked = {"card_type": "multiple_interaction", "main_title": {"title": "Why?"}, "task_id": "form-1",
             "select_list": [{"question_key": "cause", "option_list": options}],
             "submit_button": {"text": "OK", "key": "done:1"}}  # fmt: skip
    assert "response_code" in await corp.tell(msgtype="template_card", template_card=asked)
    fields = corp.vendor.press("form-1", "mei", "done:1", cause=["a"])
    assert callbacks.passive(callbacks.card_click(fields).decode())["SelectedItems"] == {
        "SelectedItem": {"QuestionKey": "cause", "OptionIds": {"OptionId": "a"}}
    }
    notice = {"card_type": "text_notice", "sub_title_text": "hi", "card_action": {"type": 1, "url": "https://a.b"}}
    assert "response_code" not in await corp.tell(msgtype="template_card", template_card=notice)


async def test_a_group_webhook_has_its_own_limits(corp):
    corp.vendor.webhooks.add("k1")
    body = {"msgtype": "text", "text": {"content": "hello"}}
    assert (await corp.raw("webhook/send", body, key="k2"))["errcode"] == 93000
    assert [(await corp.raw("webhook/send", body, key="k1"))["errcode"] for _ in range(21)] == [0] * 20 + [45009]
    long = {"msgtype": "markdown", "markdown": {"content": "m" * 4_097}}
    assert (await corp.raw("webhook/send", long, key="k1"))["errcode"] == 40058
    assert len(corp.vendor.said("webhook:k1")) == 20


async def test_members_the_app_and_addresses(corp):
    await corp.fetch()
    assert (await corp.get("user/get", access_token=corp.token, userid="mei"))["name"] == "Mei"
    assert (await corp.get("agent/get", access_token=corp.token, agentid=AGENT_ID))["close"] == 0
    assert (await corp.get("getcallbackip", access_token=corp.token))["ip_list"]
    corp.vendor.expire_token()
    assert (await corp.get("getcallbackip", access_token=corp.token))["errcode"] == 42001


async def test_customers_are_read_page_by_page(corp):
    corp.vendor.customer_enters(KF, CUSTOMER, scene="order-7")
    corp.vendor.customer_writes(KF, CUSTOMER, "您好")
    corp.vendor.customer_writes(KF, CUSTOMER, "5 满意", menu_id="105")
    corp.vendor.page_size, corp.vendor.empty_pages = 2, 1
    empty = await corp.sync()
    assert (empty["msg_list"], empty["has_more"]) == ([], 1)
    first = await corp.sync(empty["next_cursor"])
    assert [each["origin"] for each in first["msg_list"]] == [4, 3]
    rest = await corp.sync(first["next_cursor"])
    assert [each["text"]["menu_id"] for each in rest["msg_list"]] == ["105"]
    assert rest["has_more"] == 0
    assert (await corp.sync(rest["next_cursor"]))["msg_list"] == []
    assert (await corp.sync(token="ENC0"))["errcode"] == 95007
    await corp.later(3 * 86_400)
    assert (await corp.sync())["msg_list"] == []


async def test_a_customer_takes_five_in_two_days(corp):
    corp.vendor.customer_enters(KF, CUSTOMER)
    assert await corp.kf() == 95013
    corp.vendor.customer_writes(KF, CUSTOMER, "hello")
    assert [await corp.kf() for _ in range(6)] == [0] * 5 + [95001]
    corp.vendor.customer_writes(KF, CUSTOMER, "hello")
    await corp.later(48 * 3_600)
    assert await corp.kf() == 95002
    assert len(corp.vendor.texts(CUSTOMER)) == 5


async def test_the_end_of_a_session_has_one_message_within_twenty_seconds(corp):
    async def answer(code: str) -> int:
        menu = {"head_content": "How?", "list": [{"type": "click", "click": {"id": "105", "content": "5 满意"}}]}
        return await corp.code("kf/send_msg_on_event", {"code": code, "msgtype": "msgmenu", "msgmenu": menu})

    welcome = corp.vendor.customer_enters(KF, CUSTOMER)
    assert await answer(welcome) == 0
    assert corp.vendor.customer_enters(KF, CUSTOMER) == ""
    corp.vendor.customer_writes(KF, CUSTOMER, "hello")
    taken = corp.vendor.session_starts(KF, CUSTOMER, "mei")
    assert await answer(taken) == 40008
    assert await corp.kf() == 95018
    code = corp.vendor.session_ends(KF, CUSTOMER)
    assert [await answer(code) for _ in range(2)] == [0, 42022]
    late = corp.vendor.session_ends(KF, CUSTOMER)
    corp.at += 20
    assert await answer(late) == 41050
    changes = [each["event"] for each in (await corp.sync())["msg_list"] if each["msgtype"] == "event"]
    assert [(each.get("change_type"), each.get("msg_code")) for each in changes[2:]] == [
        (1, taken), (3, code), (3, late)]  # fmt: skip
    assert corp.vendor.texts(CUSTOMER) == ["How?\n[5 满意]"] * 2


async def test_a_session_moves_and_a_message_fails_afterwards(corp):
    corp.vendor.customer_writes(KF, CUSTOMER, "hello")
    who = {"open_kfid": KF, "external_userid": CUSTOMER}
    assert (await corp.post("kf/service_state/get", who))["service_state"] == 0
    assert await corp.code("kf/service_state/trans", who | {"service_state": ASSISTANT}) == 0
    assert await corp.kf() == 0
    corp.vendor.send_fails(corp.vendor.sent[-1]["msgid"])
    assert (await corp.sync())["msg_list"][-1]["event"]["fail_type"] == 10
    assert await corp.code("kf/service_state/trans", who | {"service_state": HUMAN, "servicer_userid": "x"}) == 95014
    moved = await corp.post("kf/service_state/trans", who | {"service_state": HUMAN, "servicer_userid": "mei"})
    assert moved["msg_code"]
    assert await corp.code("kf/service_state/trans", who | {"service_state": ASSISTANT}) == 95016
    assert (await corp.post("kf/account/list", {}))["account_list"][0]["open_kfid"] == KF
    found = await corp.post("kf/customer/batchget", {"external_userid_list": [CUSTOMER, "wmNOBODY"]})
    assert found["invalid_external_userid"] == ["wmNOBODY"]


# Callbacks --------------------------------------------------------------------------------------------------------


def test_the_signature_and_the_encryption_are_those_of_the_protocol():
    assert callbacks.sign("b", "a", "c") == "a9993e364706816aba3e25717850c26c9cd0d89d"
    crypto = Crypto(callbacks.AES_KEY, APP_ID)
    for length in (0, 1, 31, 32, 100):
        assert crypto.decrypt(crypto.encrypt(b"x" * length)) == b"x" * length
    with pytest.raises(callbacks.BrokenReplyError, match="made for"):
        Crypto(callbacks.AES_KEY, CORP_ID).decrypt(crypto.encrypt(b"x"))


def test_the_xml_is_what_the_platforms_write():
    wrote = callbacks.passive(callbacks.text(OPENID, "a]]>b<&", 7, menu_id="105").decode())
    assert (wrote["Content"], wrote["MsgId"], wrote["bizmsgmenuid"]) == ("a]]>b<&", "7", "105")
    scanned = callbacks.passive(callbacks.event(OPENID, "subscribe", "qrscene_7", "T").decode())
    assert (scanned["EventKey"], scanned["Ticket"]) == ("qrscene_7", "T")
    told = callbacks.passive(callbacks.accepted(OPENID, ("T1", True), ("T2", False)).decode())
    statuses = [each["SubscribeStatusString"] for each in told["SubscribeMsgPopupEvent"]["List"]]
    assert statuses == ["accept", "reject"]
    assert b"CDATA[kf_msg_or_event]" in callbacks.kf_event("ENC1", KF)
    assert callbacks.image(OPENID, "M1", 8) != callbacks.voice(OPENID, "M1", 8)
    assert callbacks.app_text("mei", "hi", 9) != callbacks.enter_agent("mei")
    assert len(HOSTILE) > 20


@pytest.mark.parametrize("wecom", [False, True])
async def test_a_caller_reads_only_right_replies(session, wecom):
    """A small program of our own on the other side, whose replies are right, or wrong on purpose."""
    receiver = CORP_ID if wecom else APP_ID
    crypto, seen, forged = Crypto(callbacks.AES_KEY, receiver), [], {}

    async def program(request: web.Request) -> web.Response:
        query = request.query
        if request.method == "GET":
            return web.Response(text=crypto.decrypt(query["echostr"]).decode() if wecom else query["echostr"])
        sealed = callbacks.passive(await request.text())["Encrypt"]
        if query["msg_signature"] != callbacks.sign(callbacks.TOKEN, query["timestamp"], query["nonce"], sealed):
            return web.Response(status=403)
        seen.append((crypto.decrypt(sealed), set(query)))
        encrypted = crypto.encrypt(callbacks.document({"MsgType": "text", "Content": "why?"}))
        right = callbacks.sign(callbacks.TOKEN, "1", "n", encrypted)
        reply = {"Encrypt": encrypted, "MsgSignature": right, "TimeStamp": 1, "Nonce": "n", **forged}
        return web.Response(body=callbacks.document(reply), content_type="text/xml")

    app = web.Application()
    app.router.add_route("*", "/", program)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    caller = Caller(session, f"http://127.0.0.1:{runner.addresses[0][1]}/", app_id=receiver, wecom=wecom)
    xml = callbacks.text(OPENID, "9", 1)
    try:
        assert await caller.verify("echo-1") == (200, "echo-1")
        for sending in (caller.aes, caller.compatible):
            status, reply = await sending(xml)
            assert (status, callbacks.passive(reply)["Content"]) == (200, "why?")
        assert seen[0][0] == seen[1][0] == xml
        assert ("signature" in seen[0][1], "encrypt_type" in seen[0][1]) == (not wecom, not wecom)
        assert (await caller.aes(xml, signature="0" * 40))[0] == 403
        assert (await caller.aes(xml, msg_signature="0" * 40))[0] == 403
        assert (await caller.aes(xml, timestamp=1, nonce="n"))[0] == 200
        forged["MsgSignature"] = "0" * 40
        with pytest.raises(callbacks.BrokenReplyError, match="MsgSignature"):
            await caller.aes(xml)
    finally:
        await runner.cleanup()
