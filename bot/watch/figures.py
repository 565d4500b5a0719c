"""The figures of the bot process, in a registry of its own.

What only this process knows is counted here as it happens; what lasts (jobs, the log, the disk) is read anew every few
seconds, so that a scrape never touches the database.
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_ACK_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Discord waits for three seconds."""
_LAG_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Figures:
    """Counters, gauges and histograms."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._interactions = Counter(
            "colophon_interactions", "interactions let in, by kind", ["kind"], registry=registry
        )
        self._refusals = Counter(
            "colophon_refusals",
            "interactions answered with an error's sentence, by its key",
            ["key"],
            registry=registry,
        )
        self._unexpected = Counter("colophon_unexpected_errors", "errors that only the log explains", registry=registry)
        self._acks = Histogram(
            "colophon_acknowledged_seconds",
            "from a member's act, by Discord's clock, to its first answer",
            buckets=_ACK_S,
            registry=registry,
        )
        self._lag = Histogram(
            "colophon_loop_lag_seconds", "how late the event loop comes", buckets=_LAG_S, registry=registry
        )
        self._jobs = Gauge("colophon_jobs", "drafts by state", ["state"], registry=registry)
        self._failed = Gauge(
            "colophon_jobs_failed",
            "drafts of which nothing came, by the code of the reason",
            ["reason"],
            registry=registry,
        )
        self._ready = Gauge(
            "colophon_server_ready", "1 while a model server takes requests", ["server"], registry=registry
        )
        self._log = Gauge("colophon_log_events", "events in the log", registry=registry)
        self._signed = Gauge("colophon_log_unsigned_events", "events above the newest checkpoint", registry=registry)
        self._free = Gauge("colophon_disk_free_bytes", "room where the data lies", registry=registry)
        self._connected = Gauge("colophon_gateway_connected", "1 while Discord sends events", registry=registry)
        # A series that has counted nothing yet is there all the same, or an alert on it would never fire.
        for kind in ("application_command", "component", "modal_submit", "autocomplete"):
            self._interactions.labels(kind)

    def admitted(self, kind: str) -> None:
        """Count an interaction that was let in."""
        self._interactions.labels(kind).inc()

    def acknowledged(self, after_s: float) -> None:
        """Note how long a member waited for the first answer; clocks that differ make no negative time."""
        self._acks.observe(max(0.0, after_s))

    def refused(self, key: str) -> None:
        """Count an error that was told with a sentence."""
        self._refusals.labels(key).inc()

    def failed(self) -> None:
        """Count an error that nobody expected."""
        self._unexpected.inc()

    def lagged(self, lag_s: float) -> None:
        """Note how late the event loop came."""
        self._lag.observe(lag_s)

    def show_jobs(self, states: Mapping[str, int]) -> None:
        """Take over how many jobs are in each state."""
        for state, count in states.items():
            self._jobs.labels(state).set(count)

    def show_failures(self, reasons: Mapping[str, int]) -> None:
        """Take over of how many jobs nothing came, by reason; those of a set-aside one begin with `set-aside-`."""
        for reason, count in reasons.items():
            self._failed.labels(reason).set(count)

    def show_servers(self, ready: Mapping[str, bool]) -> None:
        """Take over which model servers take requests."""
        for server, up in ready.items():
            self._ready.labels(server).set(up)

    def show_log(self, events: int, signed: int) -> None:
        """Take over how long the log is, and how far it is signed."""
        self._log.set(events)
        self._signed.set(events - signed)

    def show_disk(self, free_bytes: int) -> None:
        """Take over how much room there is."""
        self._free.set(free_bytes)

    def show_gateway(self, *, connected: bool) -> None:
        """Take over whether Discord sends events."""
        self._connected.set(connected)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)
