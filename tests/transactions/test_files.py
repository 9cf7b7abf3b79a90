"""Files that customers sent, kept where their channel keeps them for a while only."""

from __future__ import annotations

import pytest

from cxbot.ports import Learned
from cxbot.transactions import files

KEY = "wechat/M-1"
BODY = bytes(range(256)) * 3


async def keep(world, body=BODY, *, key=KEY, person_id="", name="photo.jpg"):
    given = {"person_id": person_id, "kind": "image", "name": name, "mime": "image/jpeg"}
    await world.store.run(lambda tx: files.keep(tx, key, **given, body=body, now=world.now))


async def test_a_file_comes_back_byte_by_byte(world):
    await keep(world)
    kept = await world.store.read(files.get, KEY)
    assert kept == files.Kept(KEY, "image", "photo.jpg", "image/jpeg", 768, BODY)
    assert "\\x01" not in repr(kept)


async def test_an_unknown_key_is_no_file(world):
    assert await world.store.read(files.get, KEY) is None


async def test_the_same_key_again_changes_nothing(world):
    await keep(world)
    await keep(world, b"another", name="another.jpg")
    (row,) = await world.all("files")
    assert (row["name"], row["size"], row["kept_at"]) == ("photo.jpg", 768, world.now)
    assert (await world.store.read(files.get, KEY)).body == BODY


async def test_what_is_over_ten_megabytes_is_refused_and_ten_are_not(world):
    with pytest.raises(ValueError, match="10000001 bytes is larger than the 10000000"):
        await keep(world, bytes(10_000_001))
    assert await world.all("files") == []
    await keep(world, bytes(10_000_000))
    assert (await world.the("files"))["size"] == 10_000_000


async def test_where_two_entries_are_one_person_the_files_are_theirs(world):
    await world.acts("U1", channel="slack", kind="text", text="hello", name="Sam")
    known = await world.person("Sam")
    world.slack.script([Learned("U1")], "sam@example.com")
    address = {"channel": "slack", "address": "sam@example.com"}
    await world.happens("ticket", "closed", person={"addresses": [address]}, settle=False)
    (other,) = [row for row in await world.all("people") if row["created_at"] and row["name"] == ""]
    await keep(world, person_id=other["id"])
    await world.settle()
    assert (await world.the("files"))["person_id"] == known["id"]
