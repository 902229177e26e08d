"""What the clock starts."""

from __future__ import annotations

from celery import shared_task

from annotation.actions import clients, indexing, replies

# The clock asks every two seconds; what is left then is taken up again.
AT_MOST_SECONDS = 20


@shared_task
def index_notes() -> None:
    indexing.catch_up(seconds=AT_MOST_SECONDS)


@shared_task
def expire_replies() -> None:
    replies.expire()


@shared_task
def forget_old_keys() -> None:
    clients.forget_old_keys()
