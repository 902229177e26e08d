"""Smoke tests of a version in development; their result is on record."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from annotation.actions import clients
from annotation.errors import ActionError, TooLate
from annotation.models import User
from monitoring.models import Decision
from training import ner
from training.gate_results import GateResult
from training.models import Deployment

Ask = Callable[[str], GateResult]


def try_out(*, deployment: Deployment, by: User, ask: Ask) -> Decision:
    """Ask the deployment's address with a key made for it, which is revoked at once, and keep what came of it.

    `ask(key)` does the asking. The record's evidence is ``{"smoke": {"passed", "checks"}}``.
    """
    if deployment.environment != Deployment.Environment.DEV:
        raise ActionError("Smoke tests are for a version in development; production is watched by what it answers.")
    if deployment.status != Deployment.Status.ACTIVE:
        raise TooLate(f"The development deployment of {deployment.model} was ended; start another to test it.")
    name = f"Smoke test of deployment {deployment.pk} {secrets.token_hex(3)}"
    client, key = clients.create(project=deployment.project, name=name, by=by)
    try:
        result = ask(key)
    except ner.ArtefactError as error:
        raise ActionError(f"{deployment.model} can't be tested: {error}") from error
    finally:
        clients.revoke(client=client, by=by)
    return Decision.objects.create(
        project=deployment.project,
        verb=Decision.Verb.DEV,
        model=deployment.model,
        deployment=deployment,
        by=by,
        reason=sentence(result),
        evidence={"smoke": result.to_json()},
    )


def sentence(result: GateResult) -> str:
    failed = [check.name for check in result.checks if check.passed is False]
    held = f"{len(result.checks) - len(failed)} of {len(result.checks)} smoke tests at its address hold"
    return f"{held}; failed: {', '.join(failed)}." if failed else f"{held}."
