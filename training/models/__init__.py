from training.models.dataset import Dataset, DatasetItem
from training.models.deployment import Deployment
from training.models.evaluation import Evaluation
from training.models.model_version import ModelVersion
from training.models.prediction import Prediction
from training.models.run import Run, Step

__all__ = ["Dataset", "DatasetItem", "Deployment", "Evaluation", "ModelVersion", "Prediction", "Run", "Step"]
