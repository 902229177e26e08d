"""The figures of an experiment's page, each with its sentence and the table behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring import experiment_charts as charts
from monitoring.charts import Figure
from monitoring.experiments.board import Board, what_mattered


@dataclass(frozen=True, slots=True)
class Part:
    """A figure and its table; without rows `says` is what there would have to be."""

    name: str
    title: str
    figure: Figure | None
    says: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def figure_id(self) -> str:
        return f"{self.name}-figure"


def parts_of(board: Board) -> list[Part]:
    parts = [_history(board)] if board.experiment.params.get("mode") in ("tune", "auto") else []
    parts += [_importance(board)] if parts else []
    return [*parts, _ranges(board)]


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _history(board: Board) -> Part:
    trials = [charts.Trial(trial.number + 1, trial.value, trial.state.value) for trial in board.trials]
    chart = charts.optimisation_history(trials)
    rows, best = [], None
    for trial in trials:
        if trial.value is not None:
            best = trial.value if best is None else max(best, trial.value)
            rows.append((str(trial.number), percent(trial.value), percent(best)))
    columns = ("Trial", f"{board.objective}, %", "Best so far, %")
    if chart.figure:
        chart.figure["layout"]["yaxis"]["title"] = {"text": board.objective}
        # Trials are counted: no tick between two of them.
        chart.figure["layout"]["xaxis"] |= {"tick0": 1, "dtick": max(1, len(trials) // 10)}
    return Part("history", "How the search went", chart.figure, chart.says, columns, rows)


def _importance(board: Board) -> Part:
    shares = what_mattered(board)
    chart = charts.parameter_importance(shares)
    rows = [(name, percent(share)) for name, share in shares.items()]
    of = f" of {board.best.name}" if board.best and board.experiment.params["mode"] == "auto" else ""
    return Part("importance", f"Which settings{of} matter", chart.figure, chart.says, ("Setting", "Share, %"), rows)


def _ranges(board: Board) -> Part:
    done = [(row, row.trial.scores) for row in board.rows if row.trial.scores]
    entries = [charts.Entry(f"{row.trial.number + 1} {row.name}", s["f1"], s["low"], s["high"]) for row, s in done if s]
    chart = charts.leaderboard(entries[:20])
    rows = [(e.name, percent(e.f1), percent(e.low), percent(e.high)) for e in entries]
    columns = ("Trial", "F1, %", "Low, %", "High, %")
    return Part("ranges", "How sure the order is", chart.figure, chart.says, columns, rows)
