"""The page behind a notice: what the bot had to say in full, and what can be pressed on it."""

from __future__ import annotations

import re

import callbacks
from test_wechat_allowance import NOTICE, resolve
from wechat_program import MEI, TEMPLATE, china


async def noticed(the) -> str:
    """A case is resolved days later, and the customer is told by a notice; the page it leads to."""
    the.wechat.templates[TEMPLATE] = ("thing1", "thing2")
    await the.unhappy()
    await the.writes(MEI, "1")
    await the.writes(MEI, "没人理我")
    the.wechat.accept(MEI, TEMPLATE)
    await the.call(callbacks.accepted(MEI, (TEMPLATE, True), create_time=int(the.wechat.now())))
    await the.later(days=5)
    await resolve(the)
    await the.later(hours=1, minutes=1)
    return str(the.wechat.calls("message/subscribe/bizsend")[-1].body["page"])


async def get(the, url: str) -> tuple[int, str]:
    async with the.session.get(url) as page:
        return page.status, await page.text()


async def press(the, url: str, key: str, **headers: str) -> tuple[int, str]:
    async with the.session.post(url, data={"choice": key}, headers=headers) as page:
        return page.status, await page.text()


def keys(page: str) -> list[str]:
    return re.findall(r'name="choice" value="([^"]+)"', page)


async def test_is_it_fixed_is_answered_on_the_page_and_closes_the_case(store_url):
    async with china(store_url, **NOTICE) as the:
        url = await noticed(the)
        status, page = await get(the, url)
        assert status == 200
        assert "已为您退款" in page
        assert "解决了" in page
        yes = next(key for key in keys(page) if key.endswith(":yes"))
        status, after = await press(the, url, yes)
        assert status == 200
        assert not keys(after)
        await the.rest()
        assert (await the.rows("cases"))[-1]["state"] == "closed"
        assert (await press(the, url, yes))[0] == 410, "once"
        assert len(await the.rows("events", kind="confirmed")) == 1


async def test_looking_at_the_page_changes_nothing(store_url):
    async with china(store_url, **NOTICE) as the:
        url = await noticed(the)
        before = [await the.rows(table) for table in ("cases", "inbox", "outbox", "events")]
        for _ in range(3):
            await get(the, url)
        assert [await the.rows(table) for table in ("cases", "inbox", "outbox", "events")] == before


async def test_a_forged_an_expired_and_a_foreign_press_are_refused(store_url):
    async with china(store_url, **NOTICE) as the:
        url = await noticed(the)
        _, page = await get(the, url)
        yes = next(key for key in keys(page) if key.endswith(":yes"))
        assert (await get(the, url[:-3] + "abc"))[0] == 404
        assert (await get(the, url.rpartition("/")[0] + "/" + "x" * 900))[0] == 404
        assert (await press(the, url, yes, Origin="https://evil.example.com"))[0] == 403
        assert (await press(the, url, "c:claim:1"))[0] == 410
        assert (await the.rows("cases"))[-1]["state"] == "resolved"
        await the.later(days=31)
        assert (await get(the, url))[0] == 404


async def test_a_question_that_a_notice_tells_of_leads_to_its_survey(store_url):
    async with china(store_url, **NOTICE) as the:
        the.wechat.templates[TEMPLATE] = ("thing1", "thing2")
        the.wechat.accept(MEI, TEMPLATE)
        await the.call(callbacks.accepted(MEI, (TEMPLATE, True), create_time=int(the.wechat.now())))
        await the.report(MEI)
        url = the.wechat.calls("message/subscribe/bizsend")[-1].body["page"]
        status, page = await get(the, url)
        assert status == 200
        assert "您对这次配送满意吗" in page
        assert 'name="q.score"' in page
