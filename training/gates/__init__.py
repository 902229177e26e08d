"""What a candidate must pass before a person may approve it: behaviour, integration, quality."""

from training.gates.behaviour import behaviour
from training.gates.integration import integration
from training.gates.quality import quality

__all__ = ["behaviour", "integration", "quality"]
