"""`bot.py check --online` for WeChat and WeCom: what the platforms say is missing, each with what to do."""

from __future__ import annotations

import asyncio
import re

import pytest
from callbacks import AES_KEY, TOKEN
from click.testing import CliRunner
from fake_wechat import APP_ID, APP_SECRET
from fake_wecom import AGENT_ID, CORP_ID, KF_SECRET
from fake_wecom import APP_SECRET as CORP_SECRET
from wechat_program import GROUP_KEY, KF, MEI, SETTINGS, WEI, china, config_of, platforms

from cxbot import logs
from cxbot.app import machine_clock, surroundings_of
from cxbot.cli import main
from cxbot.config import ConfigMistakes, parse_config
from cxbot.discovery import channel_specs
from cxbot.store import open_store

PLACES = {"wechat": [], "wecom": ["group:delivery", "members:support"]}
WECHAT, WECOM = "CXBOT_CHANNELS__WECHAT__", "CXBOT_CHANNELS__WECOM__"
URL = "https://cx.example.com"
SECRETS = (APP_SECRET, CORP_SECRET, KF_SECRET, TOKEN, AES_KEY, GROUP_KEY, "oa-token-", "corp-token-", "wrong-secret")


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


class Examined:
    """Both platforms, and what the command would say of them."""

    def __init__(self, wechat, wecom, store, store_url):
        self.wechat, self.wecom = wechat, wecom
        self._store, self._store_url = store, store_url

    async def ask(self, name, places=None, *, url=URL, **env):
        """Every line about one channel."""
        config = config_of(self.wechat, self.wecom, self._store_url, True, **env)
        around = surroundings_of(config, name, self._store, machine_clock(), secret="", public_url=url)
        return await channel_specs()[name].examine(config.channels[name], around, places or PLACES[name])

    async def remember(self, name, key, value):
        config = config_of(self.wechat, self.wecom, self._store_url, True)
        around = surroundings_of(config, name, self._store, machine_clock(), secret="", public_url="")
        await around.state.put(key, value)


@pytest.fixture
async def the(store_url):
    store = await open_store(store_url)
    async with platforms() as (wechat, wecom):
        yield Examined(wechat, wecom, store, store_url)
        assert wechat.problems == []
        assert wecom.problems == []
        said = [call for each in (wechat, wecom) for call in each.requests if re.search("send|menu/create", call.path)]
        assert said == [], "a check says nothing to anybody"
    await store.close()


def but_the_callback(lines):
    return [line for line in lines if not line.startswith("No callback")]


@pytest.mark.parametrize(("name", "where"), [("wechat", "服务器配置"), ("wecom", "设置API接收")])
async def test_where_all_is_well_only_a_callback_that_has_not_come_is_named(the, name, where):
    (line,) = await the.ask(name)
    assert line.startswith("No callback has arrived yet")
    assert f"{URL}/{name}/callback" in line
    assert where in line
    assert "finds no machine" not in line


@pytest.mark.parametrize("name", ["wechat", "wecom"])
async def test_without_a_public_address_it_says_which_setting_that_is(the, name):
    (line,) = await the.ask(name, url="")
    assert f"/{name}/callback" in line
    assert "server.public_url" in line


async def test_a_server_address_that_wechat_cannot_find_is_said(the):
    the.wechat.fail("callback/check", body='{"dns": [], "ping": []}', content_type="application/json")
    (line,) = await the.ask("wechat")
    assert "finds no machine" in line
    the.wechat.fail("callback/check", errcode=48001)
    (line,) = await the.ask("wechat")
    assert "48001" not in line


async def test_once_each_callback_has_come_all_is_well(store_url):
    async with china(store_url) as program:
        await program.writes(MEI, "你好")
        await program.member_writes(WEI, "help")
        the = Examined(program.wechat, program.wecom, program.app.store, store_url)
        assert await the.ask("wechat") == []
        assert await the.ask("wecom") == []


@pytest.mark.parametrize(
    ("name", "setting", "words"),
    [
        ("wechat", "APP_SECRET", "app_secret is wrong"),
        ("wechat", "APP_ID", "app_id is no AppID"),
        ("wecom", "SECRET", "channels.wecom.secret is wrong"),
        ("wecom", "CORP_ID", "corp_id is wrong"),
    ],
)
async def test_what_the_platform_does_not_take_is_all_that_is_said(the, name, setting, words):
    (line,) = await the.ask(name, **{f"CXBOT_CHANNELS__{name.upper()}__{setting}": "wrong-secret"})
    assert words in line
    assert "wrong-secret" not in line


async def test_an_app_that_is_another_is_said(the):
    (line,) = await the.ask("wecom", **{f"{WECOM}AGENT_ID": "1000009"})
    assert "agent_id" in line
    assert "301002" in line


@pytest.mark.parametrize("name", ["wechat", "wecom"])
async def test_a_secret_that_was_reset_is_found_though_a_good_token_is_still_kept(the, name):
    await the.remember(name, "token", {"value": "oa-token-0", "until": 9_999_999_999_999, "asking": 0})
    assert but_the_callback(await the.ask(name)) == []
    secret = {"wechat": "APP_SECRET", "wecom": "SECRET"}[name]
    (line,) = await the.ask(name, **{f"CXBOT_CHANNELS__{name.upper()}__{secret}": "wrong-secret"})
    assert "wrong" in line


async def test_an_address_that_is_not_listed_is_named_with_where_to_add_it(the):
    the.wechat.ip_listed = the.wecom.trusted_ip = False
    (line,) = await the.ask("wechat")
    assert "40164" in line
    assert "IP白名单" in line
    (line,) = await the.ask("wecom")
    assert "60020" in line
    assert "企业可信IP" in line


async def test_an_account_that_is_not_verified_is_named_with_the_setting(the):
    the.wechat.fail("qrcode/create", errcode=48001, times=-1)
    (line,) = but_the_callback(await the.ask("wechat"))
    assert "48001" in line
    assert "channels.wechat.verified = false" in line
    assert but_the_callback(await the.ask("wechat", **{f"{WECHAT}VERIFIED": "false"})) == []
    assert but_the_callback(await the.ask("wechat", **{f"{WECHAT}KIND": "subscription"})) == []


async def test_buttons_that_were_refused_lately_are_named_with_the_setting(the):
    now = machine_clock().machine()
    await the.remember("wechat", "menus_refused", {"at": now - 3_600_000, "code": 40200})
    (line,) = but_the_callback(await the.ask("wechat"))
    assert "40200" in line
    assert "channels.wechat.verified = false" in line
    await the.remember("wechat", "menus_refused", {"at": now - 90_000_000, "code": 40200})
    assert but_the_callback(await the.ask("wechat")) == []


async def test_looking_makes_no_code_that_stays(the):
    await the.ask("wechat")
    assert [code["expire_seconds"] for code in the.wechat.qrcodes.values()] == [60]


async def test_a_teams_group_without_a_robot_and_a_place_that_is_none_are_named(the):
    first, second = but_the_callback(await the.ask("wecom", ["group:delivery", "group:support", "members:x", "ana"]))
    assert '"group:support"' in first
    assert "group_webhooks" in first
    assert '"ana"' in second
    assert "members:<name>" in second


async def test_an_app_that_is_off_or_that_nobody_sees_is_said(the):
    body = '{"errcode": 0, "agentid": 1000002, "close": 1, "allow_userinfos": {"user": []}}'
    the.wecom.fail("agent/get", body=body, content_type="application/json")
    off, nobody = but_the_callback(await the.ask("wecom"))
    assert "switched off" in off
    assert "可见范围" in nobody


async def test_an_account_of_customer_service_that_is_not_granted_is_named(the):
    (line,) = but_the_callback(await the.ask("wecom", **{f"{WECOM}KF": f'{{"{KF}": "ticket", "wkOTHER": "ticket"}}'}))
    assert "wkOTHER" in line
    assert KF not in line
    assert "可调用接口的应用" in line


async def test_an_account_that_can_be_seen_and_not_managed_is_named(the):
    listed = f'{{"errcode": 0, "account_list": [{{"open_kfid": "{KF}", "manage_privilege": false}}]}}'
    the.wecom.fail("kf/account/list", body=listed, content_type="application/json")
    (line,) = but_the_callback(await the.ask("wecom"))
    assert KF in line


async def test_more_accounts_than_a_page_has_are_all_looked_at(the):
    the.wecom.add_kf("wkLAST")
    pages = [[f"wk{n}" for n in range(100)], [KF, "wkLAST"]]
    for page in pages:
        listed = ", ".join(f'{{"open_kfid": "{each}", "manage_privilege": true}}' for each in page)
        body = f'{{"errcode": 0, "account_list": [{listed}]}}'
        the.wecom.fail("kf/account/list", body=body, content_type="application/json")
    assert but_the_callback(await the.ask("wecom")) == []
    assert [call.body["offset"] for call in the.wecom.calls("kf/account/list")] == [0, 100]


@pytest.mark.parametrize(("code", "words"), [(95011, "可调用接口的应用"), (95012, "not switched on")])
async def test_customer_service_that_the_app_may_not_use_is_said(the, code, words):
    the.wecom.fail("kf/account/list", errcode=code)
    (line,) = but_the_callback(await the.ask("wecom"))
    assert str(code) in line
    assert words in line


async def test_a_secret_of_customer_service_that_is_wrong_is_called_by_its_name(the):
    assert but_the_callback(await the.ask("wecom", **{f"{WECOM}KF_SECRET": KF_SECRET})) == []
    (line,) = but_the_callback(await the.ask("wecom", **{f"{WECOM}KF_SECRET": "wrong-secret"}))
    assert "channels.wecom.kf_secret is wrong" in line


@pytest.mark.parametrize("name", ["wechat", "wecom"])
async def test_where_the_platform_cannot_be_reached_or_answers_nonsense_it_says_so(the, name):
    api_url = f"CXBOT_CHANNELS__{name.upper()}__API_URL"
    (line,) = await the.ask(name, **{api_url: "http://127.0.0.1:9"})
    assert "no connection" in line
    assert f"channels.{name}.api_url" in line
    path = {"wechat": "stable_token", "wecom": "gettoken"}[name]
    getattr(the, name).fail(path, status=502)
    (line,) = await the.ask(name)
    assert "HTTP 502" in line


async def test_the_command_lists_what_is_missing_and_shows_no_secret(the, store_url, tmp_path, monkeypatch):
    the.wechat.ip_listed = False
    given = {
        "CXBOT_STORE__URL": store_url,
        **{f"{WECHAT}{key}": value for key, value in {
            "API_URL": the.wechat.url, "APP_ID": APP_ID, "APP_SECRET": APP_SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY,
        }.items()},
        **{f"{WECOM}{key}": value for key, value in {
            "API_URL": the.wecom.url, "CORP_ID": CORP_ID, "AGENT_ID": str(AGENT_ID), "SECRET": CORP_SECRET,
            "TOKEN": TOKEN, "AES_KEY": AES_KEY, "GROUP_WEBHOOKS": f'{{"delivery": "{GROUP_KEY}"}}',
            "KF": f'{{"{KF}": "ticket"}}', "KF_SECRET": "wrong-secret",
        }.items()},
    }  # fmt: skip
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    file = tmp_path / "config.toml"
    file.write_text(SETTINGS.replace("group:delivery", "group:elsewhere"), encoding="utf-8")
    result = await asyncio.to_thread(CliRunner().invoke, main, ["check", "--online", "--config", str(file)])
    assert result.exit_code == 1
    assert re.search(r"^wechat: stable_token: .*IP白名单.*\(40164\)", result.output, re.MULTILINE)
    assert 'wecom: "group:elsewhere" is the place of a team' in result.output
    assert "wecom: gettoken: channels.wecom.kf_secret is wrong" in result.output
    assert [secret for secret in SECRETS if secret in result.output] == []


async def test_no_log_line_has_a_secret(store_url, capsys, caplog):
    caplog.set_level("DEBUG")
    async with china(store_url, **{f"{WECOM}KF_SECRET": KF_SECRET}) as program:
        await program.writes(MEI, "你好")
        program.wechat.fail("message/custom/send", body="<html>oops</html>")
        program.wechat.reject_tokens = program.wecom.reject_tokens = 40014
        await program.report(MEI)
        await program.member_writes(WEI, "help")
        await program.kf_event()
        program.wecom.fail("kf/sync_msg", drop_connection="before", times=2)
        await program.kf_event()
        await program.later(minutes=2)
    # The platforms' own log of requests has the addresses they were called with.
    logged = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    written = "\n".join([*capsys.readouterr(), *logged])
    assert "channel_stopped" in written
    assert [secret for secret in SECRETS if secret in written] == []


def test_an_address_that_carries_a_secret_is_masked_wherever_it_comes_from():
    for query in ("corpid=ww1&corpsecret=hush", "access_token=hush", "key=hush"):
        assert "hush" not in logs.masked(f"https://qyapi.weixin.qq.com/cgi-bin/x?{query}")


OFFICIAL = 'app_id = "wx1"\napp_secret = "hush"\n'
CORP = 'corp_id = "ww1"\nagent_id = 1000002\nsecret = "hush"\n'
KEY = f'aes_key = "{AES_KEY}"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[channels.wechat]\n", "channels.wechat.app_id: is missing"),
        (f"[channels.wechat]\n{OFFICIAL}", "channels.wechat.token: is missing"),
        (f'[channels.wechat]\n{OFFICIAL}token = "hu"', "channels.wechat.token: is too short; write at least 3"),
        (f'[channels.wechat]\n{OFFICIAL}token = "abc"\naes_key = "hush"', "aes_key: is no EncodingAESKey: that has 43"),
        (f'[channels.wechat]\n{OFFICIAL}token = "abc"\nkind = "服务号"', "write one of 'service' or 'subscription'"),
        (f'[channels.wechat]\n{OFFICIAL}token = "abc"\napi_url = "weixin"', 'starts with "https://"'),
        (f'[channels.wechat]\n{OFFICIAL}token = "abc"\nnotice = {{template = "t"}}', "notice.fields: is missing"),
        (f'[channels.wechat]\n{OFFICIAL}token = "abc"\nappid = "x"', 'did you mean "app_id"'),
        ("[channels.wecom]\n", "channels.wecom.agent_id: is missing"),
        (f"[channels.wecom]\n{CORP}{KEY}", "channels.wecom.token: is missing"),
        (f'[channels.wecom]\n{CORP}token = "abc"', "channels.wecom.aes_key: is missing"),
        (f'[channels.wecom]\n{CORP}token = "abc"\naes_key = "hush"', "aes_key: is too short; write at least 43"),
        (f'[channels.wecom]\n{CORP}token = "abc"\naes_key = "{"hush" * 11}"', "aes_key: is no EncodingAESKey"),
        (f'[channels.wecom]\n{CORP}{KEY}token = "abc"\nkf = "wk1"', "channels.wecom.kf: write a table"),
    ],
)
def test_settings_that_cannot_work_are_told_with_what_to_write(text, words):
    with pytest.raises(ConfigMistakes) as raised:
        parse_config(f"{text}\n", "config.toml", {})
    assert words in str(raised.value)
    assert "hush" not in str(raised.value)


def test_every_setting_can_come_from_the_environment_and_secrets_are_not_shown():
    notice = '{"template": "t", "fields": {"thing1": "text"}}'
    env = {
        "wechat": {
            "API_URL": "https://wechat.example.com/", "APP_ID": APP_ID, "APP_SECRET": APP_SECRET, "TOKEN": TOKEN,
            "AES_KEY": AES_KEY, "VERIFIED": "false", "KIND": "subscription", "NOTICE": notice,
            "SERVICE_NOTICE": notice, "HOLD_HOURS": "12", "VISIT_OUTCOME": "came", "FILE_BYTES": "5000",
        },
        "wecom": {
            "API_URL": "https://wecom.example.com", "CORP_ID": "ww1", "AGENT_ID": "7", "SECRET": CORP_SECRET,
            "TOKEN": TOKEN, "AES_KEY": AES_KEY, "GROUP_WEBHOOKS": f'{{"delivery": "{GROUP_KEY}"}}',
            "KF": '{"wk1": "ticket"}', "KF_SECRET": KF_SECRET, "FILE_BYTES": "5000",
        },
    }  # fmt: skip
    given = {
        f"CXBOT_CHANNELS__{name.upper()}__{key}": value for name, part in env.items() for key, value in part.items()
    }
    channels = parse_config("", "config.toml", given).channels
    assert channels["wechat"].api_url == "https://wechat.example.com"
    assert channels["wecom"].agent_id == 7
    for name, part in env.items():
        assert set(type(channels[name]).model_fields) == {key.lower() for key in part}
        assert [secret for secret in SECRETS if secret in repr(channels[name])] == []
