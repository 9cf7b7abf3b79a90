"""A company set up by message alone, on every channel, in English and in Chinese; then a customer goes through it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from set_up_scenes import OfficialAccount, Scene, WeCom, in_china, on_slack, on_web

KEPT = "(kept)"


@dataclass(frozen=True)
class Script:
    """What the admin and the member write and press, and words of what they read; `{…}` are people and places."""

    language: tuple[str, str]
    team: tuple[tuple[str, str], ...]
    survey: tuple[str, str]
    keep: str
    wording: tuple[tuple[str, str], ...]
    rule: tuple[str, str]
    reason: str
    preview: tuple[str, str, str]
    dry_run: tuple[str, str]
    publish: tuple[str, str, str]
    cadence: tuple[tuple[str, str], ...]
    confirm: tuple[str, str, str]
    alert: tuple[str, ...]
    claim: tuple[str, str]
    resolve: str
    send: str
    closed: str


ENGLISH = Script(
    language=("person set {admin} language en", "English"),
    team=(
        ("team new Kiosks", "(kiosks)"),
        ("team touchpoints kiosks kiosk", "kiosk"),
        ("team member add {member} Zoe lead kiosks", "Zoe: lead in Kiosks now"),
        ("team channel kiosks {place}", "would go to {place}"),
        ("team channel kiosks {place} confirm", "From now on"),
        ("team policy kiosks first contact critical 20 min", "20 min"),
        ("team kiosks", "Zoe (lead)"),
    ),
    survey=("survey new kiosk csat", "kiosk"),
    keep="ok",
    wording=(
        ("survey edit kiosk question score en: How was the kiosk?", "How was the kiosk?"),
        ("survey edit kiosk question score zh-CN: 自助机好用吗？", "自助机好用吗？"),
        ("survey edit kiosk expires 4d", "“5d” → “4d”"),
    ),
    rule=("survey add kiosk words", "No mistakes"),
    reason="the printer jams",
    preview=("survey preview kiosk zh-CN", "自助机好用吗？", "would open a case (Critical)"),
    dry_run=("survey dry-run kiosk 7 days", "of 2 matching interactions it would have asked 2 (2 people)"),
    publish=("survey publish kiosk", "Publish", "kiosk is live as version 1"),
    cadence=(
        ("person set {gold} segment gold", "gold"),
        ("cadence new nps segment gold from now as vips", "segment gold"),
        ("cadence forecast vips", "It would ask 1 of 1"),
    ),
    confirm=("cadence start vips", "Ask 1 person", "vips has been started"),
    alert=("Critical", "the printer jams", "卡纸"),
    claim=("claim {code}", "Case {code} is yours"),
    resolve="resolve {code} product: new printer | 已为您更换打印机。",
    send="send",
    closed="Closed",
)
CHINESE = Script(
    language=("person set {admin} language zh-CN", "simplified Chinese now"),
    team=(
        ("新建团队 Kiosks", "kiosks"),
        ("团队 触点 kiosks kiosk", "kiosk"),
        ("添加成员 {member} 小佐 负责人 kiosks", "小佐"),
        ("团队 频道 kiosks {place}", "{place}"),
        ("团队 频道 kiosks {place} 确认", "{place}"),
        ("团队 规则 kiosks 首次联系 紧急 20 分钟", "20 分钟"),
        ("团队 kiosks", "小佐（负责人）"),
    ),
    survey=("问卷 新建 kiosk 满意度", "kiosk"),
    keep="好",
    wording=(
        ("问卷 编辑 kiosk 题目 score 英文：How was the kiosk?", "How was the kiosk?"),
        ("问卷 编辑 kiosk 题目 score 简体：自助机好用吗？", "自助机好用吗？"),
        ("问卷 编辑 kiosk 有效期 4天", "“5d” → “4d”"),
    ),
    rule=("问卷 添加 kiosk 关键词", "没有错误"),
    reason="打印机卡纸",
    preview=("问卷 预览 kiosk 简体", "自助机好用吗？", "会开服务单（紧急）"),
    dry_run=("问卷 试运行 kiosk 7天", "符合触发条件的互动 2 次"),
    publish=("问卷 发布 kiosk", "发布", "kiosk 第 1 版已发布"),
    cadence=(
        ("用户 设置 {gold} 客群 gold", "分组已改为 gold"),
        ("周期 新建 nps 客群 gold 从现在 名称 vips", "客群 gold"),
        ("周期 预测 vips", "将询问 1 人中的 1 人"),
    ),
    confirm=("周期 启动 vips", "询问 1 人", "vips 已启动"),
    alert=("紧急", "打印机卡纸", "卡纸"),
    claim=("认领 {code}", "服务单 {code} 归您了"),
    resolve="解决 {code} 产品质量问题: 换了打印机 | 已为您更换打印机。",
    send="发送",
    closed="已关闭",
)
SCRIPTS = {"en": ENGLISH, "zh-CN": CHINESE}
COMPLAINT = "打印机卡纸了，票也没打出来"


async def story(scene: Scene, script: Script) -> None:
    """An admin sets up a team, a survey and a cadence; a customer is unhappy, and the new team makes it good."""
    names = {"admin": scene.address(scene.admin), "member": scene.address(scene.member), "place": scene.place,
             "gold": scene.address(scene.gold)}  # fmt: skip

    async def admin(line: str, wanted: str) -> None:
        said = await scene.says(scene.admin, line.format(**names))
        assert wanted.format(**names) in said, (line, said)

    await scene.happens(scene.unhappy, "kiosk", "used", "林美")
    await scene.happens(scene.gold, "kiosk", "used", "陈静")
    await admin(*script.language)
    for line, wanted in script.team:
        await admin(line, wanted)

    await make_survey(scene, script, admin)

    for line, wanted in script.cadence:
        await admin(line, wanted)
    line, button, done = script.confirm
    await admin(line, "1")
    assert "推荐" not in scene.told(scene.gold)
    assert done in await scene.presses(scene.admin, button)
    await scene.later(minutes=1)
    assert "推荐" in scene.told(scene.gold), "the cadence asks"

    await customer_goes_through(scene, script)


async def make_survey(scene: Scene, script: Script, admin) -> None:
    """From a template to a live survey: its form, its texts, a rule, tried out twice."""
    await admin(*script.survey)
    fields = dict.fromkeys(("key", "en", "zh-CN", "zh-TW", "touchpoints", "outcomes", "delay", "expires", "nudges"))
    given = {"key": "kiosk", "en": "Kiosks", "outcomes": "used", "delay": "0m", "expires": "5d"}
    await scene.fills_in(scene.admin, {name: given.get(name, script.keep) for name in fields}, script.keep)
    for line, wanted in script.wording:
        await admin(line, wanted)
    await admin(script.rule[0], "")
    rule = {"words": "卡纸, paper jam", "severity": "critical", "en": "the printer jams", "zh-CN": "打印机卡纸",
            "zh-TW": "印表機卡紙"}  # fmt: skip
    assert script.rule[1] in await scene.fills_in(scene.admin, rule, script.keep)

    line, question, ends = script.preview
    await admin(line, question)
    assert "方便说说是怎么回事吗？" in await scene.answers(scene.admin, "2")
    assert ends in await scene.answers(scene.admin, COMPLAINT)
    await admin(*script.dry_run)
    line, button, live = script.publish
    await admin(line, "kiosk")
    await scene.presses(scene.admin, button)
    assert live in await scene.fills_in(scene.admin, {"why": "new kiosks"}, script.keep)


async def customer_goes_through(scene: Scene, script: Script) -> None:
    """The survey asks, the words of the rule raise the case, and the new team takes it to the end."""
    await scene.happens(scene.unhappy, "kiosk", "used", "林美")
    assert "自助机好用吗？" in scene.told(scene.unhappy)
    await scene.customer_says(scene.unhappy, "2")
    await scene.customer_says(scene.unhappy, COMPLAINT)
    alert = scene.told(scene.place)
    assert all(part in alert for part in (*script.alert, COMPLAINT)), alert
    code = re.search(r"(?:Case|服务单)\W{1,12}([2-9A-HJ-NP-Z]{6})\b", alert)
    assert code, alert

    line, yours = (each.format(code=code[1]) for each in script.claim)
    assert yours in await scene.says(scene.member, line)
    await scene.says(scene.member, script.resolve.format(code=code[1]))
    # What the customer is to read is seen before it is sent.
    await scene.sends(scene.member, script.send)
    await scene.later(minutes=1)
    assert "已为您更换打印机。" in scene.told(scene.unhappy)
    await scene.later(hours=1, minutes=1)
    await scene.customer_says(scene.unhappy, "解决了")
    assert script.closed in scene.told(scene.place)


@pytest.mark.parametrize("language", SCRIPTS)
async def test_on_the_web(world, language):
    await story(await on_web(world), SCRIPTS[language])


class TestBetweenAChannelAndItsPlatform:
    @pytest.fixture
    def engine(self) -> str:
        return "sqlite"

    @pytest.mark.parametrize("language", SCRIPTS)
    async def test_in_slack(self, store_url, language):
        label = {"en": "Open the form", "zh-CN": "打开表单"}[language]
        async with on_slack(store_url, slash=language == "en", open_label=label) as scene:
            await story(scene, SCRIPTS[language])

    @pytest.mark.parametrize("language", SCRIPTS)
    async def test_in_wecom(self, store_url, language):
        async with in_china(store_url, WeCom) as scene:
            await story(scene, SCRIPTS[language])

    @pytest.mark.parametrize("language", SCRIPTS)
    async def test_in_an_official_account(self, store_url, language):
        async with in_china(store_url, OfficialAccount) as scene:
            code = re.search(r"pair ([0-9A-Z]{8})", await WeCom.says(scene, "ada", "pair Ada"))
            assert code
            await scene.says(scene.admin, f"pair {code[1]}")
            await story(scene, SCRIPTS[language])
