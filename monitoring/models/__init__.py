from monitoring.models.alert import Alert
from monitoring.models.channel import Channel, Delivery
from monitoring.models.constraints import Constraints
from monitoring.models.decision import Decision
from monitoring.models.measurement import Measurement
from monitoring.models.policy import Policy
from monitoring.models.reference import ReferenceNotes
from monitoring.models.response import Response
from monitoring.models.window import Window, WindowNotes

__all__ = [
    "Alert",
    "Channel",
    "Constraints",
    "Decision",
    "Delivery",
    "Measurement",
    "Policy",
    "ReferenceNotes",
    "Response",
    "Window",
    "WindowNotes",
]
