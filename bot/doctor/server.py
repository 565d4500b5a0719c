"""The PostgreSQL server, where the settings name one: whether it answers, its version, its clock."""

from typing import Final

from bot.doctor.findings import Finding, fine, odd, wrong
from storage.clock import now_ms
from storage.errors import DatabaseAway
from storage.postgres import OLDEST, Server, clock_ms, version

_SKEW_ODD_MS: Final = 5_000


async def examine_server(server: Server) -> list[Finding]:
    """Return what there is to say of a database server."""
    try:
        number, before, theirs = await version(server), now_ms(), await clock_ms(server)
    except DatabaseAway as error:
        return [wrong("database server", str(error), "start it, or check storage.database")]
    named = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if number < OLDEST:
        return [wrong("database server", named, f"install PostgreSQL {OLDEST // 10_000} or newer")]
    found = [fine("database server", f"{named} at {server}")]
    # It was read between two looks at ours; what is left is not our way there and back.
    away_ms = max(0, before - theirs, theirs - now_ms())
    if away_ms > _SKEW_ODD_MS:
        said = f"it is {away_ms / 1000:.0f} s from this machine's"
        found.append(odd("database clock", said, "let both set their clocks by NTP: times in the log are of ours"))
    else:
        found.append(fine("database clock", "the same as this machine's"))
    return found
