from monitoring.models.decision import Decision
from monitoring.models.measurement import Measurement
from monitoring.models.policy import Policy

__all__ = ["Decision", "Measurement", "Policy"]
