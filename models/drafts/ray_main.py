"""`python -m models.drafts.ray_main`: drafts replicas behind Ray Serve, on this machine or in RAY_ADDRESS's cluster.

A Ray of this machine alone has no dashboard and reports to nobody; it uses the loopback interface, with one exception
that docs/scale-out.md names: keep the machine behind a firewall. Its token authentication is on, as is Ray's default,
unless RAY_AUTH_MODE says otherwise.
"""

import argparse
import logging
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from models.trace import log_to_stderr

if TYPE_CHECKING:
    from models.drafts.ray_app import Replicas

log = logging.getLogger(__name__)

APP_NAME: Final = "drafts"
_POLL_S = 0.1
# Ray's controller works in rounds: this long after its own limit, a replica is not coming to an end any more.
_GRACE_S = 15.0


def run(replicas: "Replicas", *, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until SIGTERM or SIGINT, then let running drafts end and leave nothing behind.

    Raise SystemExit where the replicas do not start. Only this process may be signalled: Ray's own processes must
    outlive the drafts.
    """
    import ray
    from ray import serve

    from models.drafts.ray_app import build

    stop = threading.Event()
    ray.init(include_dashboard=False, log_to_driver=False)
    for number in (signal.SIGTERM, signal.SIGINT):  # after Ray, which has handlers of its own
        signal.signal(number, lambda *_: stop.set())
    try:
        serve.start(http_options={"host": host, "port": port})
        try:
            serve.run(build(replicas), name=APP_NAME, route_prefix="/")
        except RuntimeError as error:  # it names no reason
            raise SystemExit(f"the replicas did not start: {_reason()}") from error
        log.info("%d replicas serve on %s:%d", replicas.min_replicas, host, port)
        stop.wait()
        _drain(replicas.drain_s + _GRACE_S)
    finally:
        serve.shutdown()
        ray.shutdown()


def _reason() -> str:
    """Return what a replica said when it could not start."""
    from ray import serve

    deployments = serve.status().applications[APP_NAME].deployments.values()
    return "; ".join(each.message for each in deployments)


def _drain(limit_s: float) -> None:
    """Stop the replicas while the proxy in front of them still stands, so that their last events reach the clients."""
    from ray import serve

    serve.delete(APP_NAME, _blocking=False)
    deadline = time.monotonic() + limit_s
    while APP_NAME in serve.status().applications and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def main() -> None:
    """Read the arguments and serve."""
    # Both are read when Ray is imported. The second, whatever it is called, keeps Ray to the loopback interface.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if "RAY_ADDRESS" not in os.environ:
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    from models.drafts.ray_app import Replicas

    parser = argparse.ArgumentParser(prog="python -m models.drafts.ray_main", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    for name, field in Replicas.model_fields.items():
        parser.add_argument(f"--{name.replace('_', '-')}", default=field.default)
    given = vars(parser.parse_args())
    host, port = given.pop("host"), given.pop("port")
    try:
        replicas = Replicas(**given)
    except ValidationError as error:
        parser.error(
            "; ".join(f"{each['loc'][-1] if each['loc'] else 'all'}: {each['msg']}" for each in error.errors())
        )
    if not os.environ.get(replicas.api_key_env):
        parser.error(f"{replicas.api_key_env} is empty")
    log_to_stderr("INFO")
    run(replicas, host=host, port=port)


if __name__ == "__main__":
    main()
