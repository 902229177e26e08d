"""The product's settings for real processes on the test database; see tests/stack.py."""

import os
from pathlib import Path

from webapp.settings import *  # noqa: F403
from webapp.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["STACK_DATABASE"]
DATA_DIR = Path(os.environ["STACK_DATA"])
MODELS_DIR = DATA_DIR / "models"
UPLOADS_DIR = DATA_DIR / "uploads"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
