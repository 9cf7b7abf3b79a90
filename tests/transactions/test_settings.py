from __future__ import annotations

from cxbot.domain.contact import Policy
from cxbot.transactions import settings


async def test_what_was_put_is_kept_until_it_is_put_again(store):
    assert await store.read(settings.get, "digest") is None
    await store.run(settings.put, "digest", {"at": "09:00", "to": ["客服"]})
    assert await store.read(settings.get, "digest") == {"at": "09:00", "to": ["客服"]}
    await store.run(settings.put, "digest", None)
    assert await store.read(settings.get, "digest") is None


async def test_before_the_app_has_put_anything_the_defaults_hold(store):
    company = await store.read(settings.company)
    assert (company.name_in("en"), company.language, company.time_zone) == ("", "en", "UTC")
    assert await store.read(settings.contact_policy) == Policy()


async def test_the_company_is_named_in_the_language_asked_for_or_its_own(store):
    put = {"name": {"zh-CN": "海港商店", "en": "Harbour & Co"}, "language": "zh-CN", "time_zone": "Asia/Shanghai"}
    await store.run(settings.put, "company", {**put, "privacy_url": "https://example.com/privacy"})
    company = await store.read(settings.company)
    assert company.name_in("en") == "Harbour & Co"
    assert company.name_in("zh-TW") == "海港商店"
    assert (company.time_zone, company.privacy_url) == ("Asia/Shanghai", "https://example.com/privacy")


async def test_a_changed_contact_policy_holds_at_once(store):
    await store.run(settings.put, "contact", {"relationship_days": 30, "night_from": "22:00"})
    assert await store.read(settings.contact_policy) == Policy(relationship_days=30, night_from="22:00")
    await store.run(settings.put, "contact", {"floor_hours": 48})
    assert await store.read(settings.contact_policy) == Policy(floor_hours=48)


async def test_a_name_this_program_does_not_know_is_passed_over(store):
    await store.run(settings.put, "contact", {"floor_hours": 48, "of_the_future": 1})
    assert await store.read(settings.contact_policy) == Policy(floor_hours=48)
