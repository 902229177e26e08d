"""What notes that come in have to be like, field by field, and whether those of a window are. Pure: no Django."""

from monitoring.constraints.checking import CHECKS, Check, Window, check
from monitoring.constraints.deriving import Row, derive, one_a_patient
from monitoring.constraints.document import ConstraintsError, Document, FieldRule, read

__all__ = [
    "CHECKS",
    "Check",
    "ConstraintsError",
    "Document",
    "FieldRule",
    "Row",
    "Window",
    "check",
    "derive",
    "one_a_patient",
    "read",
]
