"""What a test does with `/moderation`."""

from typing import Any

from tests.bot.pocket_member import PocketMember


async def run(member: PocketMember, sub: str, /, **options: Any) -> dict[str, Any]:
    return await member.answer(await member.command("moderation", sub, **options))
