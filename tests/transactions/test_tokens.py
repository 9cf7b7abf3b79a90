from __future__ import annotations

from cxbot.transactions import tokens


async def test_a_token_is_active_until_it_is_revoked(store):
    assert await store.run(tokens.create, "crm", "hash1", 1)
    assert await store.read(tokens.active) == [{"name": "crm", "hash": "hash1"}]
    assert await store.run(tokens.revoke, "crm", 2)
    assert await store.read(tokens.active) == []
    assert not await store.run(tokens.revoke, "crm", 3)


async def test_a_name_is_given_once_even_after_it_was_revoked(store):
    await store.run(tokens.create, "crm", "hash1", 1)
    await store.run(tokens.revoke, "crm", 2)
    assert await store.run(tokens.create, "crm", "hash2", 3) == ""


async def test_the_list_of_tokens_shows_no_hash(store):
    await store.run(tokens.create, "crm", "hash1", 1)
    assert [sorted(row) for row in await store.read(tokens.all_tokens)] == [["created_at", "id", "name", "revoked_at"]]
