"""What docs/ ships is imported from where it is."""

from __future__ import annotations

import sys

from django.conf import settings

sys.path.append(str(settings.BASE_DIR / "docs" / "client"))
