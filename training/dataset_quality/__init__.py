"""The quality report of a dataset: what is in it, and what is wrong with it. Pure Python: no Django."""

from training.dataset_quality.report import Report, quality_report
from training.dataset_quality.rows import OnProgress, Row
from training.dataset_quality.words import normalised

__all__ = ["OnProgress", "Report", "Row", "normalised", "quality_report"]
