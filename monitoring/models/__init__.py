from monitoring.models.decision import Decision
from monitoring.models.measurement import Measurement

__all__ = ["Decision", "Measurement"]
