from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.actions import people, projects
from annotation.errors import ActionError
from training import local_worker, runs
from training.actions import runs as actions
from training.models import ModelVersion, Run, Step

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = "Train a model on all gold of a project, in the training queue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="slug of the project")
        parser.add_argument("--recipe", default="", help="dictionary, crf, spacy, clinical, update, or one of your own")
        parser.add_argument("--seed", type=int, default=0)
        example = 'of the recipe, such as {"max_steps": 500}'
        parser.add_argument("--recipe-settings", default="", metavar="JSON", help=example)
        parser.add_argument("--fresh", action="store_true", help="take over nothing that an earlier run made")
        parser.add_argument("--wait", action="store_true", help="stay until the run is over; Ctrl-C cancels it")
        parser.add_argument("--by", default="", help="user who starts it (default: the system's trainer)")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            by = people.get(options["by"]) if options["by"] else people.system("trainer")
            run = actions.start_training(project=projects.get(options["project"]), by=by, params=params_of(options))
        except ActionError as error:
            raise CommandError(str(error)) from error
        if options["wait"]:
            self.wait(run)
        self.answer(run, options)

    def wait(self, run: Run) -> None:
        """Show how far it is until it is over."""
        with local_worker.ensured() as started:
            if started:
                self.stderr.write("No worker listens to the training queue: this command brings its own.")
            try:
                self.watch(run)
            except KeyboardInterrupt:
                runs.cancel(run)
                raise CommandError(f"Run {run.pk} is cancelled.") from None

    def watch(self, run: Run) -> None:
        seen = ""
        while not (run.is_over or run.status == Run.Status.WAITING):
            step = run.steps.filter(status=Step.Status.RUNNING).first()
            line = f"{step.name} {step.progress:4.0%} {step.message}" if step else run.get_status_display()
            if line != seen:
                self.stderr.write(f"run {run.pk}: {line}")
            seen = line
            time.sleep(POLL_SECONDS)
            run.refresh_from_db()

    def answer(self, run: Run, options: dict[str, Any]) -> None:
        model = ModelVersion.objects.filter(run=run).select_related("project").first()
        if options["wait"] and model is None:
            raise CommandError(f"Run {run.pk} {run.get_status_display().lower()}: {run.error or 'no model was made.'}")
        scores = model.evaluations.get(run=run, role="candidate").scores if model else {}
        row = {
            "run": run.pk,
            "status": run.status,
            "model": model.number if model else None,
            "f1": scores.get("f1"),
            "low": scores.get("low"),
            "high": scores.get("high"),
            "test_notes": scores.get("notes"),
        }
        self.stdout.write(json.dumps(row) if options["json"] else self.sentence(run, model, scores))

    def sentence(self, run: Run, model: ModelVersion | None, scores: dict[str, Any]) -> str:
        if model is None:
            return f"Run {run.pk} is queued."
        interval = f"{scores['low']:.3f}-{scores['high']:.3f}"
        rest = NEXT[ModelVersion.Status(model.status)]
        return f"{model}: F1 {scores['f1']:.3f} ({interval}) on {scores['notes']} test notes; {rest}"


NEXT = {
    ModelVersion.Status.GATES_FAILED: "it failed a gate: see its page.",
    ModelVersion.Status.UAT: "it waits for the clinicians' test.",
    ModelVersion.Status.PENDING_APPROVAL: "it waits for approval.",
    ModelVersion.Status.APPROVED: "it is approved.",
    ModelVersion.Status.REJECTED: "it was rejected.",
    ModelVersion.Status.ARCHIVED: "it was archived.",
}


def params_of(options: dict[str, Any]) -> dict[str, Any]:
    """What the run is asked for, without what was not said."""
    try:
        settings = json.loads(options["recipe_settings"] or "{}")
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise ActionError(f"--recipe-settings is {options['settings']!r}; give a JSON object of the recipe's settings.")
    said = {"recipe": options["recipe"], "seed": options["seed"], "settings": settings, "fresh": options["fresh"]}
    return {name: value for name, value in said.items() if value}
