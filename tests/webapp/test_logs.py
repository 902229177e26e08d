"""Log lines name errors by type and place; what an error quotes stays out."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from celery.app.trace import build_tracer
from django.conf import settings

from webapp.celery import app
from webapp.logs import SafeFormatter, WithoutValues

CANARY = "Mrs Canary, 9876543210"


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(log: io.StringIO) -> logging.Logger:
    """A logger with the handler of the settings, on a stream of the test's."""
    handler = logging.StreamHandler(log)
    handler.setFormatter(SafeFormatter(settings.LOGGING["formatters"]["line"]["format"]))
    handler.addFilter(WithoutValues())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger


def quoting() -> None:
    try:
        {}[CANARY]
    except KeyError as cause:
        raise ValueError(f"no {CANARY}") from cause


def test_exception_is_shown_by_type_and_place(logger: logging.Logger, log: io.StringIO) -> None:
    try:
        quoting()
    except ValueError:
        logger.exception("run %s failed", 7)
    assert "run 7 failed" in log.getvalue()
    assert "builtins.ValueError (message withheld)" in log.getvalue()
    assert "test_logs.py:" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_causes_are_shown_without_their_messages(logger: logging.Logger, log: io.StringIO) -> None:
    try:
        quoting()
    except ValueError:
        logger.exception("failed")
    assert "builtins.KeyError (message withheld)" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_exception_group_is_shown_without_messages(logger: logging.Logger, log: io.StringIO) -> None:
    try:
        raise ExceptionGroup(CANARY, [ValueError(CANARY), KeyError(CANARY)])
    except ExceptionGroup:
        logger.exception("failed")
    assert CANARY not in log.getvalue()


def test_exception_without_traceback_is_no_trouble(logger: logging.Logger, log: io.StringIO) -> None:
    logger.error("failed", exc_info=ValueError(CANARY))
    logger.error("nothing", exc_info=True)
    assert "ValueError (message withheld)" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_error_that_is_its_own_context_ends(logger: logging.Logger, log: io.StringIO) -> None:
    first, second = ValueError(CANARY), KeyError(CANARY)
    first.__context__, second.__context__ = second, first
    logger.error("failed", exc_info=(ValueError, first, None))
    assert CANARY not in log.getvalue()


def test_failed_task_is_logged_without_the_message(
    logger: logging.Logger, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through Celery's own tracer, which puts the exception into the log message itself."""

    @app.task(name="tests.fails", bind=False)
    def fails() -> None:
        quoting()

    trace = sys.modules["celery.app.trace"]
    monkeypatch.setattr(trace, "logger", logger)
    try:
        tracer = build_tracer("tests.fails", app.tasks["tests.fails"], app=app)
        tracer("id-1", (), {}, request={"is_eager": False, "delivery_info": {}})
    finally:
        app.tasks.unregister("tests.fails")
    assert "tests.fails" in log.getvalue()
    assert CANARY not in log.getvalue()
