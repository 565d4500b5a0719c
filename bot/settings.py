"""The settings: one typed tree, read once, from `colophon.toml` and `COLOPHON_*` variables.

`COLOPHON_DISCORD_TOKEN` sets `token` of the section `[discord]`, and so on; a variable wins over
the file. Anything unknown or unreadable is one line that names the key and where it stands.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import OperatorError
from storage.queue_rules import MOST_WEIGHT, QueueRules

PREFIX = "COLOPHON_"
EMBEDDED = "embedded"
"""The model that comes with Colophon."""
# Read by other programs of the project, not part of the tree.
OTHER_VARIABLES = frozenset({"COLOPHON_CONFIG", "COLOPHON_ACCELERATOR"})
_DISCORD_HOSTS = frozenset({"discord.com", "gateway.discord.gg"})


def _discord_or_loopback(url: str) -> str:
    """Accept Discord's own hosts (encrypted) or this machine; the bot's token goes nowhere else."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in _DISCORD_HOSTS and parts.scheme in ("https", "wss"):
        return url
    if host == "localhost" or _is_loopback(host):
        return url
    raise ValueError("must be an address of Discord or of this machine")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _server_url(url: str) -> str:
    if url.startswith("unix:/") or urlsplit(url).scheme in ("http", "https"):
        return url.rstrip("/")
    raise ValueError("must start with http://, https:// or unix:/")


ChatUrl = Annotated[str, AfterValidator(_discord_or_loopback)]
ServerUrl = Annotated[str, AfterValidator(_server_url)]
CalendarUrl = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9._:/-]+$", max_length=1000)]
ChannelId = Annotated[str, Field(pattern=r"^[0-9]{15,20}$")]


_RULES = QueueRules()


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DiscordSettings(_Section):
    """Where Discord is and as whom to speak to it.

    Several processes share the servers out among them, each the `shard` of its number, from 0 on, of as many `shards`.
    """

    token: SecretStr | None = None
    shard: Annotated[int, Field(ge=0)] = 0
    shards: Annotated[int, Field(ge=1, le=4096)] = 1
    api: ChatUrl = "https://discord.com/api/v10"
    gateway: ChatUrl = "wss://gateway.discord.gg/"

    @model_validator(mode="after")
    def _one_of_them(self) -> "DiscordSettings":
        if self.shard >= self.shards:
            raise ValueError("shard counts from 0, so it must be less than shards")
        return self


class LanguageSettings(_Section):
    """The language server: a URL, or a child process that Colophon starts itself.

    `adapter` is the LoRA that answers, one of those that were added for the model; `gpus` the cards it runs on.
    `embeddings_url` is a server that turns texts into vectors (`/v1/embeddings`), which lets facts be found by meaning.
    """

    url: ServerUrl | None = None
    key: SecretStr | None = None
    model: str = EMBEDDED
    adapter: str | None = None
    gpus: list[int] = []
    kv_cache: Annotated[str, Field(pattern=r"^\d+[MG]$")] = "256M"
    embeddings_url: ServerUrl | None = None
    embeddings_model: str | None = None
    embeddings_key: SecretStr | None = None


class DraftsSettings(_Section):
    """The drafts server: a URL, or a child process that Colophon starts itself.

    `model` is the default one and `more` are further ones, all of them fetched or added before. Models other than the
    embedded one need `safety`, the name of a classifier, or `safety_off`, the reason why nothing is checked.
    `refused_terms` are words that briefs here must not have, beside those that none may have.
    """

    url: ServerUrl | None = None
    key: SecretStr | None = None
    model: str = EMBEDDED
    more: list[str] = []
    safety: str | None = None
    safety_off: Annotated[str, Field(min_length=8, max_length=500)] | None = None
    upscaler: str | None = None
    precision: Literal["bf16", "fp16", "fp32", "fp8"] = "bf16"
    offload: Literal["none", "swap", "group"] = "none"
    compile: bool = False
    gpus: Annotated[list[int], Field(max_length=1)] = []
    refused_terms: list[str] = []
    workers: Annotated[int, Field(ge=1, le=64)] = 2


def _check_origin(origin: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9.-]+)+", origin) or origin.startswith("colophon-"):
        raise ValueError("must look like a host and a path, as log.example.org/log1, and not begin with colophon-")
    return origin


def _on_a_server(url: SecretStr) -> SecretStr:
    scheme, _, rest = url.get_secret_value().partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+asyncpg") or not urlsplit(f"//{rest}").path.strip("/"):
        raise ValueError("must look like postgresql://user:password@host/database")
    return SecretStr(f"postgresql+asyncpg://{rest}")


DatabaseUrl = Annotated[SecretStr, AfterValidator(_on_a_server)]


class StorageSettings(_Section):
    """Where things last. `origin` names the log in every checkpoint, for ever.

    `database` is the address of a PostgreSQL database; without one it is a file in the data folder. Pictures and keys
    are in that folder either way, and several processes share it.
    """

    data: Path = Path("data")
    database: DatabaseUrl | None = None
    origin: Annotated[str, AfterValidator(_check_origin)] = "colophon.local/log1"


class ModelsSettings(_Section):
    """Where fetched and added models lie; None means this user's cache folder."""

    folder: Path | None = None


class AskSettings(_Section):
    """Defaults for answers, and a folder of the operator's own facts beside those of Colophon."""

    jurisdiction: str | None = None
    facts: Path | None = None


class TimestampSettings(_Section):
    """An authority that stamps the log with the time (RFC 3161); `roots` is a file of certificates vouching for it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    url: ServerUrl
    roots: Path | None = None


class EvidenceSettings(_Section):
    """What makes the record stand up beyond the operator's word, and what pictures say of themselves.

    `calendars` are addresses of OpenTimestamps calendars. `witness_channels` are the numbers of text channels, one in
    each server that should see the log's checkpoints. `keep_days` is for how long a project is kept after the last act
    in it; without it, until its owner erases it. `visible_label` writes "AI-generated", "AI生成" or both into a
    corner of every picture.
    """

    visible_label: Literal["off", "en", "zh", "both"] = "off"
    timestamps: Annotated[list[TimestampSettings], Field(max_length=8)] = []
    calendars: Annotated[list[CalendarUrl], Field(max_length=8)] = []
    witness_channels: Annotated[list[ChannelId], Field(max_length=100)] = []
    keep_days: Annotated[int, Field(ge=30, le=36500)] | None = None


class ModerationSettings(_Section):
    """Who may use `/moderation` beside those who manage the server: the ids of roles."""

    roles: list[Annotated[int, Field(gt=0)]] = []


class QueueSettings(_Section):
    """What the queues of drafts take in, whose share is what, and how long a stop waits for what is being made.

    `weights` are servers, by their number at the chat platform, that have so many times the share of others. The limits
    count drafts that wait or are being made, of one member, of one server and of all, pictures and texts each by
    themselves. A draft that failed `tries` times is set aside. A stop lets drafts go on for `grace_s` seconds.
    """

    weights: dict[ChannelId, Annotated[int, Field(ge=1, le=MOST_WEIGHT)]] = {}
    member: Annotated[int, Field(ge=1, le=1000)] = _RULES.most_of_member
    server: Annotated[int, Field(ge=1, le=10_000)] = _RULES.most_of_server
    all: Annotated[int, Field(ge=1, le=10_000)] = _RULES.most_of_all
    tries: Annotated[int, Field(ge=1, le=20)] = _RULES.tries
    grace_s: Annotated[float, Field(ge=0, le=600)] = 4.0


class PocketSettings(_Section):
    """The pocket server of `colophon try`."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8787


class MetricsSettings(_Section):
    """Where Prometheus reads the bot's figures (`/metrics`, and `/health`); without a port, nowhere."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] | None = None


class LogSettings(_Section):
    """What is logged, never a member's words: as lines for people, or as JSON for programs that gather logs."""

    form: Literal["text", "json"] = "text"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(BaseSettings):
    """The whole tree; built once in `main` and handed inward in parts."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    discord: DiscordSettings = DiscordSettings()
    language: LanguageSettings = LanguageSettings()
    drafts: DraftsSettings = DraftsSettings()
    models: ModelsSettings = ModelsSettings()
    storage: StorageSettings = StorageSettings()
    ask: AskSettings = AskSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    moderation: ModerationSettings = ModerationSettings()
    queue: QueueSettings = QueueSettings()
    pocket: PocketSettings = PocketSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()

    @model_validator(mode="after")
    def _shards_share_a_server(self) -> "Settings":
        if self.discord.shards > 1 and self.storage.database is None:
            raise ValueError("discord.shards: several processes need storage.database, a file takes one")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let variables win over the file, which is passed in as initial values."""
        return env_settings, init_settings


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `path` (or COLOPHON_CONFIG) must exist, the default file need not.

    Raise OperatorError with one line a mistake.
    """
    environ = os.environ if environ is None else environ
    named = path or (Path(environ["COLOPHON_CONFIG"]) if "COLOPHON_CONFIG" in environ else None)
    file = named or Path("colophon.toml")
    values = _read(file) if named or file.exists() else {}
    unknown = _unknown_variables(environ)
    if unknown:
        raise OperatorError("\n".join(f"environment: {name}: there is no such setting" for name in unknown))
    try:
        return Settings(**values)
    except ValidationError as error:
        raise OperatorError("\n".join(_lines(error, file, environ))) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as handle:
            return tomllib.load(handle)
    except OSError as error:
        raise OperatorError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{file}: is not valid TOML: {error}") from error


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    known = {
        f"{PREFIX}{section}_{key}".upper()
        for section, field in Settings.model_fields.items()
        for key in _section(field.annotation).model_fields
    }
    return sorted(n for n in environ if n.startswith(PREFIX) and n not in known | OTHER_VARIABLES)


def _section(annotation: Any) -> type[BaseModel]:
    assert isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return annotation


def _lines(error: ValidationError, file: Path, environ: Mapping[str, str]) -> list[str]:
    """Turn pydantic's findings into `<where>: <key>: <what is wrong>`, values left out (secrets)."""
    lines = []
    for finding in error.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in finding["loc"])
        variable = PREFIX + "_".join(str(part) for part in finding["loc"]).upper()
        where = "environment" if variable in environ else str(file)
        what = finding["msg"].removeprefix("Value error, ")
        if finding["type"] == "extra_forbidden":
            what = "there is no such setting"
        lines.append(f"{where}: {variable if where == 'environment' else key}: {what}")
    return lines
