"""An admin writes a survey in WeCom, where there are no forms: field by field, in Chinese."""

from __future__ import annotations

import pytest
from wechat_program import ADA, china

from cxbot.transactions import people


@pytest.fixture
def engine() -> str:
    """One engine: what is tested here is between the channel and its platform."""
    return "sqlite"


async def says(the, *lines: str) -> str:
    """Ada writes to the app; all that she is answered to the last line."""
    for line in lines:
        before = len(the.wecom.said(ADA))
        await the.member_writes(ADA, line)
    return "\n".join(the.wecom.texts(ADA)[before:])


async def test_a_survey_is_made_edited_tried_and_published_word_by_word(store_url):
    async with china(store_url) as the:
        ada = {"addresses": [("wecom", ADA)], "name": "Ada", "language": "zh-CN"}
        await the.app.store.run(lambda tx, now: people.upsert(tx, now, **ada), the.clock.now)
        asked = await says(the, "问卷 新建 门店 满意度")
        assert "新问卷 store_csat（1/9）" in asked
        assert "打开表单" not in asked
        said = await says(the, "visit", "Your visit", "好", "好", "好", "served", "1小时", "5天", "跳过")
        assert "草稿 store_csat 现在名为 visit。" in said
        assert "有效期：“7d” → “5d”" in said
        await says(the, "问卷 编辑 visit 题目 score 简体")
        assert "→ “今天的服务怎么样？”" in await says(the, "今天的服务怎么样？")
        assert "今天的服务怎么样？" in await says(the, "问卷 预览 visit 简体")
        assert "方便说说是怎么回事吗？" in await says(the, "1")
        assert "会开服务单" in await says(the, "等太久")
        assert "符合触发条件的互动 0 次" in await says(the, "问卷 试运行 visit")
        assert "visit 第 1 版已发布" in await says(the, "问卷 发布 visit 确认 门店试点")
        assert "门店试点" in await says(the, "问卷 版本 visit")
        page = await says(the, "问卷 导出 visit")
        assert 'key = "visit"' in page
        assert "下一页：问卷 导出 visit 2" in page
        assert await the.rows("responses") == []
