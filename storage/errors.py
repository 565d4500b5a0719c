"""The errors of storage.

StorageError
├── DatabaseMissing     no database where one was expected; never created silently
├── DatabaseNewer       written by a newer Colophon than this one
├── LedgerMismatch      the ledger contradicts its last or its published checkpoint: writes stop
├── StorageFull         the disk or the quota is full; the act was not recorded
├── LedgerClosed        the ledger is shutting down; the act was not recorded
├── NotFound            no such row, or not visible to this member
├── NotYours            the row belongs to another member
├── ExportTooLarge      the file is larger than the caller can hand over; it was not recorded and is gone
├── NotDisclosed        the words were withheld from this bundle, or erased
└── StateConflict       the row is no longer in a state that allows the act
"""


class StorageError(Exception):
    """Base of everything storage refuses or fails to do."""


class DatabaseMissing(StorageError):
    """There is no database at the configured place and creating one was not asked for."""


class DatabaseNewer(StorageError):
    """The database was written by a newer version of Colophon; nothing was touched."""


class LedgerMismatch(StorageError):
    """The ledger contradicts a checkpoint that was already signed; appending would fork history."""


class StorageFull(StorageError):
    """There is no room on the disk; the act was not recorded."""


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


class TimestampRefused(StorageError):
    """A time-stamping authority gave no token; what was to be stamped is recorded all the same."""
