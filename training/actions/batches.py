"""Ask for batches: send one, stop one, go on with one that failed."""

from __future__ import annotations

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Client, Project, User
from training.batches import claims
from training.batches.upload import Upload
from training.models import Batch, BatchChunk, Deployment
from training.nudges import BATCH, after_commit


class NoModel(ActionError):  # noqa: N818 - a state, not a fault
    """No model of the project is in service."""


@transaction.atomic
def start(
    *,
    project: Project,
    upload: Upload,
    file_format: str,
    by: User | None = None,
    client: Client | None = None,
    store: bool = True,
    index_type: str = "codepoint",
    client_ref: str = "",
) -> Batch:
    """Queue an upload for the model that serves now. Raises NoModel; then the upload is still the caller's."""
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        raise NoModel(f"No model of {project.slug} is in service; approve one first.")
    batch = Batch.objects.create(
        uid=upload.vault.uid,
        project=project,
        client=client,
        created_by=by,
        deployment=champion,
        model=champion.model,
        format=file_format,
        store=store,
        index_type=index_type,
        client_ref=client_ref,
        size=upload.size,
        wrapped_key=upload.vault.sealed.wrapped_key,
        key_id=upload.vault.sealed.key_id,
        expires_at=claims.expiry(),
    )
    BatchChunk.objects.create(batch=batch, number=0, first_row=0, rows=0)
    after_commit(BATCH, batch.pk)
    return batch


def cancel(*, batch: Batch) -> None:
    """Stop it: its workers leave it within a second. What was found until then can be fetched."""
    if not claims.end(batch.pk, Batch.Status.CANCELLED):
        raise TooLate("The batch is over already; there is nothing to cancel.")


@transaction.atomic
def go_on(*, batch: Batch) -> None:
    """Try the rest of a batch that failed; the chunks that are done stay as they are."""
    rows = Batch.objects.filter(pk=batch.pk, status=Batch.Status.FAILED, wrapped_key__isnull=False)
    BatchChunk.objects.filter(batch__in=rows, status=BatchChunk.Status.RUNNING).update(
        status=BatchChunk.Status.QUEUED, heartbeat_at=None
    )
    BatchChunk.objects.filter(batch__in=rows).exclude(status=BatchChunk.Status.DONE).update(lost=0)
    if not rows.update(status=Batch.Status.QUEUED, error="", ended_at=None):
        raise TooLate("Only a batch that failed and is not expired can go on; send its notes again.")
    after_commit(BATCH, batch.pk)
