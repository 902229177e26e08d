"""What stands in a web process now, for ``/metrics``: written every few seconds by a thread of each process."""

from __future__ import annotations

import threading

from prometheus_client import Counter, Gauge

from training import prediction_log, serving

PAUSE_SECONDS = 2.0
WAITING = Gauge("marginalia_requests_waiting", "Requests that wait for a model.", multiprocess_mode="livesum")
BACKLOG = Gauge(
    "marginalia_log_backlog_bytes", "Predictions in the journals, not yet in the database.", multiprocess_mode="livesum"
)
LOST = Counter("marginalia_log_lost_documents", "Documents whose record could not be kept.")
MODELS = Gauge(
    "marginalia_model_serving", "1 for each model in service.", ("project", "version", "role"),
    multiprocess_mode="livemax",
)  # fmt: skip


class Gauges:
    """One process's; ``look`` may be called by hand."""

    def __init__(self) -> None:
        self._lost = 0
        self._shown: set[tuple[str, str, str]] = set()

    def start(self) -> None:
        threading.Thread(target=self._run, name="gauges", daemon=True).start()

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(PAUSE_SECONDS):
            self.look()

    def look(self) -> None:
        """Set every gauge to what is now."""
        engine, log = serving.engine(), prediction_log.log()
        WAITING.set(engine.waiting())
        BACKLOG.set(log.backlog_bytes)
        LOST.inc(log.lost - self._lost)
        self._lost = log.lost
        now = {(each.name, f"v{each.number}", each.role) for each in engine.serving()}
        for labels in self._shown - now:
            MODELS.labels(*labels).set(0)
        for labels in now:
            MODELS.labels(*labels).set(1)
        self._shown = now
