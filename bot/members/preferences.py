"""What members prefer, at hand in memory: whatever answers them asks before any database is read."""

from collections.abc import Sequence

from storage.members import Member
from storage.preferences import NO_PREFERENCE, MemberSettings, Preference


class Preferences:
    """Every member's settings; the table is read once, and written at each change."""

    def __init__(self, settings: MemberSettings, platform: str) -> None:
        self._settings = settings
        self._platform = platform
        self._known: dict[int, Preference] = {}
        self._changes = 0

    async def load(self) -> None:
        """Read what everybody has set, now and again where other processes change it too."""
        changes = self._changes
        read = {int(user): it for user, it in (await self._settings.all(self._platform)).items()}
        # What changed here meanwhile is newer than what was read.
        if self._changes == changes:
            self._known = read

    def of(self, user_id: int) -> Preference:
        """Return what an account prefers."""
        return self._known.get(user_id, NO_PREFERENCE)

    def language_of(self, user_id: int) -> str | None:
        """Return the language that an account has set; None where the chat platform decides."""
        return self.of(user_id).language

    async def change(self, member: Member, preference: Preference) -> None:
        """Keep what a member prefers from now on."""
        await self._settings.set(member, preference)
        self._changes += 1
        self._known[int(member.platform_user_id)] = preference

    def forget(self, user_id: int) -> None:
        """Forget an account whose record is erased."""
        self._changes += 1
        self._known.pop(user_id, None)


def offered(chosen: str | None, names: Sequence[str]) -> str | None:
    """Return a chosen style or model while the drafts server still has it, or has not said what it has."""
    return chosen if not names or chosen in names else None
