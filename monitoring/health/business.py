"""What the champion is worth: notes answered, work saved, what it costs, and how soon annotations serve."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring import charts
from monitoring.charts import Series
from monitoring.health.business_weeks import Week, weeks_of
from monitoring.health.read import Health
from monitoring.quality.section import Cell, Column, Kind, Section

LEAD = (
    "Monday to Sunday; the week that runs counts so far. Notes a day: documents that champions answered, and rows of "
    "batches that ended. No edit: of the finished notes that began with a model's suggestion, the share left as it "
    "was. Seconds a note: the median of active seconds of timed notes. Hours saved: notes answered, times the share "
    "with no edit, times the median seconds of blind notes, which are made by hand; an estimate, as if somebody "
    "had to annotate each note. Lead time: days from the last annotation in a version's data until it was champion "
    "for the first time, the median of the week's. {cost}What to do: when the share falls, look at the accuracy above; "
    "when the lead time grows, look at what waits for approval."
)
COST = "Processor seconds: those of trainings that ended in the week, for 1,000 notes answered. "
COLUMNS = (
    Column("Week from", Kind.DAY),
    Column("Notes a day", Kind.NUMBER),
    Column("No edit", Kind.SHARE),
    Column("Seconds a note", Kind.NUMBER),
    Column("Hours saved", Kind.NUMBER),
    Column("Lead time, days", Kind.NUMBER),
)
DEAR = Column("Processor seconds per 1,000 notes", Kind.NUMBER)


def section(health: Health) -> Section:
    weeks = weeks_of(health.project)
    known = any(week.has_figures for week in weeks)
    # Without a training that was measured there is no such figure, and nobody makes one up.
    dear = any(week.processor is not None for week in weeks)
    return Section(
        "business",
        "What it is worth",
        LEAD.format(cost=COST if dear else ""),
        (*COLUMNS, DEAR) if dear else COLUMNS,
        [_row(week, dear=dear) for week in weeks] if known else [],
        _figure(weeks) if known else None,
        missing="Nothing was answered or annotated in the last eight weeks.",
    )


def _row(week: Week, *, dear: bool) -> list[Cell]:
    known = (week.first, week.notes_a_day, week.untouched, week.seconds, week.hours_saved, week.lead_days)
    return [*known, week.processor] if dear else [*known]


def _figure(weeks: Sequence[Week]) -> charts.Figure:
    at = [f"{week.first:%Y-%m-%d}" for week in weeks]
    return charts.lines([Series("Notes a day", at, [week.notes_a_day for week in weeks])], unit="notes a day")
