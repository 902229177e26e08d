"""What the data say of a champion (its level), and what is done about it (the response). Pure: no Django."""

from monitoring.policy.freshness import Ages, stale
from monitoring.policy.level import Evidence, Judged, Kpi, Level, Reason, Reference, Share, judge, outages
from monitoring.policy.response import respond
from monitoring.policy.states import Action, Event, Kind, Move, NotNowError, Standing, State
from monitoring.policy.values import Values, ValuesError, read

__all__ = [
    "Action",
    "Ages",
    "Event",
    "Evidence",
    "Judged",
    "Kind",
    "Kpi",
    "Level",
    "Move",
    "NotNowError",
    "Reason",
    "Reference",
    "Share",
    "Standing",
    "State",
    "Values",
    "ValuesError",
    "judge",
    "outages",
    "read",
    "respond",
    "stale",
]
