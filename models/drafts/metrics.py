"""What Prometheus can read of the drafts server."""

from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from models.drafts.service import DraftsService


class Metrics:
    """A registry of its own for each server; everything is read when asked for."""

    media_type = CONTENT_TYPE_LATEST

    def __init__(self, service: DraftsService) -> None:
        self._registry = CollectorRegistry()
        gauges = {
            "ready": ("1 while drafts can be drawn", lambda: float(service.status == "ready")),
            "drawing": ("drafts under way", lambda: float(service.worker.drawing)),
            "candidates_running": ("candidates that take steps", lambda: float(_load(service)[0])),
            "candidates_waiting": ("candidates that wait for room", lambda: float(_load(service)[1])),
        }
        for name, (help_, value) in gauges.items():
            Gauge(f"colophon_drafts_{name}", help_, registry=self._registry).set_function(value)
        self._registry.register(_Counts(service))

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Counts(Collector):
    def __init__(self, service: DraftsService) -> None:
        self._service = service

    def collect(self) -> Any:
        """Yield what only grows."""
        ends = CounterMetricFamily("colophon_drafts", "drafts by how they ended", labels=["outcome"])
        for end, count in self._service.worker.ends.items():
            ends.add_metric([end.value], count)
        yield ends
        if self._service.status != "ready":
            return
        for name, value in self._service.engine.counts.items():
            yield CounterMetricFamily(f"colophon_drafts_{name}", name.replace("_", " "), value=value)


def _load(service: DraftsService) -> tuple[int, int]:
    return service.engine.load if service.status == "ready" else (0, 0)
