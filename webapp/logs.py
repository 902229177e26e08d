"""Log lines without patients' data: an exception is shown by its type and its place, never by its message.

The message of an unforeseen error often quotes the value that caused it, and here that may be a note.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class SafeFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # Another handler's formatter may have left its full traceback on the record.
        record.exc_text = None
        return super().format(record)

    def formatException(  # noqa: N802 - the name that logging calls
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Frames of the whole chain of causes, then each error's type."""
        lines: list[str] = []
        seen: set[int] = set()
        error: BaseException | None = ei[1]
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            # Without source lines that were built at run time and without the values in them.
            lines += [f"  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(error.__traceback__)]
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} (message withheld)")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


class WithoutValues(logging.Filter):
    """Celery puts the exception and its traceback into the message itself: both are replaced by the type."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict) and "exc" in record.args:
            kind = type(record.exc_info[1]).__name__ if record.exc_info and record.exc_info[1] else "exception"
            record.args = {**record.args, "exc": f"{kind} (message withheld)", "traceback": ""}
        return True
