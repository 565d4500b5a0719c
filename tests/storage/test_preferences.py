"""Settings: one row a member, gone when they say so and when everything is erased."""

from sqlalchemy import func, select

from storage.members import Member
from storage.preferences import NO_PREFERENCE, Preference
from storage.store import StorageConfig, Store, open_store
from storage.tables import member_settings

CHINESE = Preference(language="zh-CN", style="ink", private=True)


async def rows(store: Store) -> int:
    async with store.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(member_settings)) or 0)


async def test_the_last_setting_counts(store: Store, ann: Member) -> None:
    await store.member_settings.set(ann, Preference(language="en-US", model="m"))
    await store.member_settings.set(ann, CHINESE)
    assert await store.member_settings.all("discord") == {"1001": CHINESE}
    assert await store.member_settings.all("elsewhere") == {}


async def test_settings_outlive_the_store(config: StorageConfig) -> None:
    for begin in (True, False):
        store = await open_store(config, init=begin)
        if begin:
            await store.member_settings.set(await store.members.meet("discord", "1001", "Ann"), CHINESE)
        assert await store.member_settings.all("discord") == {"1001": CHINESE}
        await store.close()


async def test_no_preference_leaves_no_row(store: Store, ann: Member) -> None:
    await store.member_settings.set(ann, CHINESE)
    await store.member_settings.set(ann, NO_PREFERENCE)
    assert await rows(store) == 0


async def test_an_erasure_of_everything_takes_them_too(store: Store, ann: Member) -> None:
    await store.member_settings.set(ann, CHINESE)
    await store.privacy.forget(ann)
    assert await rows(store) == 0
