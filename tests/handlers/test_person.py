from __future__ import annotations

import json

from world import ADA, ANA, BEN, SAM, SUPPORT, WEI, YITING

from cxbot.transactions import people, teams


async def says(world, who, text):
    """What somebody is answered in private."""
    await world.writes(who, text, place=who)
    return world.last(who).text


async def known_twice(world):
    await world.ticket_closed(SAM, value=1)
    await world.acts("U0SAM", channel="slack", kind="text", text="hello", name="Samuel")


async def test_person_shows_who_somebody_is_to_leads(world):
    person = {"id": "C-7", "addresses": [{"channel": "web", "address": SAM}], "name": "Sam Rivera", "language": "en",
              "segment": "retail", "value": 900, "vip": True, "attributes": {"tier": "gold"}}  # fmt: skip
    await world.happens("ticket", "closed", person=person)
    await world.writes(SAM, "1")
    said = await says(world, ANA, "person crm:C-7")
    case = await world.the("cases")
    parts = ["Sam Rivera", f"web:{SAM}", "crm:C-7", "retail", "900", "VIP", "tier = gold", "Last asked", "May be asked"]
    for part in [*parts, case["code"]]:
        assert part in said, part
    assert "may not" in await says(world, BEN, "person Sam")
    await world.writes(SAM, "STOP")
    assert "不接受问卷" in await says(world, WEI, "用户 Sam Rivera")


async def test_what_is_known_of_somebody_is_not_said_where_others_read_along(world):
    await known_twice(world)
    for text in ("person Sam", f"person link web:{SAM} slack:U0SAM"):
        await world.writes(ADA, text, place=SUPPORT)
        assert "in private" in world.last(SUPPORT).text
    await world.writes(ANA, "person Samuel", private=True)
    assert "slack:U0SAM" in world.last(SUPPORT).text
    assert world.last(SUPPORT).only_for == ANA


async def test_link_shows_first_what_would_become_one_and_merges_once_it_is_confirmed(world):
    await known_twice(world)
    shown = await says(world, ADA, f"person link web:{SAM} slack:U0SAM")
    for part in (
        "Sam Rivera",
        "Samuel",
        "1 interaction,",
        "can't be undone",
        f"person link web:{SAM} slack:U0SAM confirm",
    ):
        assert part in shown, part
    assert len([row for row in await world.all("people") if row["merged_into"]]) == 0
    done = await says(world, ADA, shown.splitlines()[-1])
    assert "one person now" in done
    assert "slack:U0SAM" in done
    (event,) = await world.all("events", kind="merged")
    sam = await world.store.read(people.by_address, "slack", "U0SAM")
    assert (event["subject_id"], event["actor_id"]) == (sam["id"], (await world.person("Ada"))["id"])
    assert json.loads(event["args"])["from"] != sam["id"]
    assert "already" in await says(world, ADA, f"person link web:{SAM} slack:U0SAM")


async def test_link_takes_names_of_several_words_and_every_language(world):
    await known_twice(world)
    shown = await says(world, ADA, "用户 合并 Sam Rivera U0SAM")
    assert "无法撤销" in shown
    assert "已合并" in await says(world, ADA, "合并用户 Sam Rivera U0SAM 确认")
    await world.ticket_closed(YITING)
    await world.acts("U0YT", channel="slack", kind="text", text="hi", name="怡婷")
    assert "無法復原" in await says(world, ADA, "用戶 合併 陳怡婷 slack:U0YT")
    assert "已合併" in await says(world, ADA, "用戶 合併 陳怡婷 slack:U0YT 確認")


async def test_link_says_who_was_found_where_it_is_not_clear(world):
    await known_twice(world)
    several = await says(world, ADA, "person link sam U0SAM confirm")
    assert f"web:{SAM}" in several
    assert "slack:U0SAM" in several
    assert "nobody called “zed”" in await says(world, ADA, f"person link web:{SAM} zed")
    assert "Name two people" in await says(world, ADA, f"person link web:{SAM} confirm")
    assert "needs two people" in await says(world, ADA, "person link")
    assert await world.all("events", kind="merged") == []


async def test_link_is_for_admins_and_hands_on_no_higher_role(world):
    await known_twice(world)
    assert "may not" in await says(world, ANA, f"person link web:{SAM} slack:U0SAM confirm")
    await world.store.run(teams.give_role, "", (await world.person("Ana"))["id"], "admin", world.now)
    assert "higher role" in await says(world, ANA, f"person link web:{ANA} web:{ADA} confirm")
    assert "higher role" in await says(world, ANA, f"person link web:{ADA} slack:U0SAM confirm")
    assert "one person now" in await says(world, ANA, f"person link web:{BEN} slack:U0SAM confirm")
