"""The record, opened from the settings: for the bot, and for the command line."""

from importlib.util import find_spec

from bot.errors import OperatorError
from bot.settings import QueueSettings, Settings, TimestampSettings
from storage.errors import (
    DatabaseAway,
    DatabaseMissing,
    DatabaseNewer,
    LedgerMismatch,
    StateConflict,
    StorageError,
    StorageFull,
)
from storage.evidence.commitments import JsonValue
from storage.evidence.timestamps import Authority
from storage.postgres import Server
from storage.queue_rules import QueueRules
from storage.serving import Shard
from storage.store import StorageConfig, Store, open_store


def storage_config(settings: Settings, *, serves: bool = False) -> StorageConfig:
    """Return storage's part of the settings; for a process that `serves` members, with the shard it serves."""
    authorities = tuple(_authority(stamps) for stamps in settings.evidence.timestamps)
    told: dict[str, JsonValue] = {
        "timestamps": [f"{stamps.name} {stamps.url}" for stamps in settings.evidence.timestamps],
        "calendars": list(settings.evidence.calendars),
        "witness_channels": list(settings.evidence.witness_channels),
        "keep_days": settings.evidence.keep_days,
        "visible_label": settings.evidence.visible_label,
        "moderators": [str(role) for role in settings.moderation.roles],
    }
    return StorageConfig(
        settings.storage.data,
        settings.storage.origin,
        authorities=authorities,
        calendars=tuple(settings.evidence.calendars),
        queue=queue_rules(settings.queue),
        told=told,
        server=None if settings.storage.database is None else _server(settings.storage.database.get_secret_value()),
        shard=Shard(settings.discord.shard, settings.discord.shards) if serves else None,
    )


def _server(url: str) -> Server:
    """Return where a PostgreSQL database is; raise OperatorError where nothing here can speak to one."""
    if find_spec("asyncpg") is None:
        raise OperatorError("storage.database: asyncpg is not installed; `pip install 'colophon[postgres]'`.")
    return Server(url)


def queue_rules(queue: QueueSettings) -> QueueRules:
    """Return what the operator says of the queues."""
    return QueueRules(dict(queue.weights), queue.member, queue.server, queue.all, queue.tries)


def _authority(stamps: TimestampSettings) -> Authority:
    """Read the certificates of an authority; raise OperatorError where they cannot be read."""
    try:
        roots = b"" if stamps.roots is None else stamps.roots.read_bytes()
    except OSError as error:
        raise OperatorError(f"evidence.timestamps: {stamps.roots} cannot be read: {error.strerror}") from error
    return Authority(stamps.name, stamps.url, roots)


async def open_store_for_operator(config: StorageConfig, *, init: bool) -> Store:
    """Open the store; what stops it becomes one line that says how to mend it."""
    try:
        return await open_store(config, init=init)
    except DatabaseMissing as error:
        raise OperatorError(
            f"there is no database at {error}. A wrong path must not start an empty log: "
            "check storage.data and storage.database, or create a new one with `colophon up --init`."
        ) from error
    except DatabaseAway as error:
        raise OperatorError(f"{error}. Nothing was recorded; start it, or check storage.database.") from error
    except DatabaseNewer as error:
        raise OperatorError(f"{error}. Nothing was touched; install that newer version of Colophon.") from error
    except LedgerMismatch as error:
        raise OperatorError(
            f"the ledger in {config.database} does not fit what was signed: {error}. Nothing will be written. "
            "Restore the newest backup of the whole folder."
        ) from error
    except StorageFull as error:
        raise OperatorError(f"{error}. Make room on that disk and start again.") from error
    except StateConflict as error:
        raise OperatorError(f"{error}. Stop it first.") from error
    except (StorageError, OSError) as error:
        raise OperatorError(f"the data folder {config.data_dir} cannot be used: {error}") from error
