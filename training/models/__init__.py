from training.models.batch import Batch
from training.models.batch_chunk import BatchChunk
from training.models.batch_result import BatchResult
from training.models.dataset import Dataset, DatasetItem
from training.models.deployment import Deployment
from training.models.evaluation import Evaluation
from training.models.feedback import Feedback
from training.models.gate import BehaviourCase, GateReport
from training.models.hold import Hold
from training.models.model_version import ModelVersion
from training.models.prediction import Prediction
from training.models.reference import Reference
from training.models.rules import TrainingRules
from training.models.run import Run, Step
from training.models.traffic import Rollout, TrafficMinute
from training.models.trigger import TriggerRecord
from training.models.uat import UatItem, UatRating, UatSession

__all__ = [
    "Batch",
    "BatchChunk",
    "BatchResult",
    "BehaviourCase",
    "Dataset",
    "DatasetItem",
    "Deployment",
    "Evaluation",
    "Feedback",
    "GateReport",
    "Hold",
    "ModelVersion",
    "Prediction",
    "Reference",
    "Rollout",
    "Run",
    "Step",
    "TrafficMinute",
    "TrainingRules",
    "TriggerRecord",
    "UatItem",
    "UatRating",
    "UatSession",
]
