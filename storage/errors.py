"""The errors of storage.

StorageError
├── FileRefused         a stranger's file is none of ours, too large, damaged or too costly to open (storage.darkroom)
├── NotDrawn            a film, a sheet or a chart took too much, or failed (storage.darkroom)
├── DarkroomBusy        too much waits to be opened already (storage.darkroom)
├── DarkroomClosed      nothing more is opened: the bot is stopping (storage.darkroom)
├── DatabaseMissing     no database where one was expected; never created silently
├── DatabaseAway        the database server does not answer; nothing was recorded
├── DatabaseNewer       written by a newer Colophon than this one
├── LedgerMismatch      the ledger contradicts its last or its published checkpoint: writes stop
├── StorageFull         the disk or the quota is full; the act was not recorded
├── StorageBusy         another process holds the database; the act was not recorded
├── BackupDamaged       a backup is not whole, or not what was copied; nothing was restored
├── LedgerClosed        the ledger is shutting down; the act was not recorded
├── NotFound            no such row, or not visible to this member
├── NotYours            the row belongs to another member
├── ExportTooLarge      the file is larger than the caller can hand over; it was not recorded and is gone
├── QueueFull           so much waits already that nothing more is taken in; it was not recorded
├── NotDisclosed        the words were withheld from this bundle, or erased
└── StateConflict       the row is no longer in a state that allows the act
    └── LeaseLost       somebody else has the job by now; what comes late did nothing
"""

from typing import Literal

Whose = Literal["member", "server", "all"]
"""Of whom there is too much."""


class StorageError(Exception):
    """Base of everything storage refuses or fails to do."""


class DatabaseMissing(StorageError):
    """There is no database at the configured place and creating one was not asked for."""


class DatabaseAway(StorageError):
    """The database server does not answer, or not to this user; nothing was recorded."""


class DatabaseNewer(StorageError):
    """The database was written by a newer version of Colophon; nothing was touched."""


class LedgerMismatch(StorageError):
    """The ledger contradicts a checkpoint that was already signed; appending would fork history."""


class StorageFull(StorageError):
    """There is no room on the disk; the act was not recorded."""


class StorageBusy(StorageError):
    """Another process has held the database for longer than we wait; the act was not recorded."""


class BackupDamaged(StorageError):
    """A backup is not whole, or a file of it is not the one that was copied; nothing was restored."""


class LedgerClosed(StorageError):
    """The ledger is shutting down; the act was not recorded."""


class NotFound(StorageError):
    """There is no such thing, or this member may not know of it."""


class NotYours(StorageError):
    """The thing belongs to another member."""


class ExportTooLarge(StorageError):
    """An export is larger than the caller can hand over: it was neither recorded nor kept."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"{size_bytes} bytes")
        self.size_bytes = size_bytes


class NotDisclosed(StorageError):
    """The record holds a commitment to words that are not there: withheld, or erased; the message names the field."""


class StateConflict(StorageError):
    """The thing is no longer in a state that allows the act."""


class LeaseLost(StateConflict):
    """The lease of a job was lost, and perhaps taken over: what comes of it now does nothing."""


class QueueFull(StorageError):
    """So much is under way that nothing more is taken in: of the `whose` member, server or all, `count` drafts."""

    def __init__(self, whose: Whose, count: int) -> None:
        super().__init__(f"{count} of the {whose} are under way")
        self.whose = whose
        self.count = count


class TimestampRefused(StorageError):
    """A time-stamping authority gave no token; what was to be stamped is recorded all the same."""
