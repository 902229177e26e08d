from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotation.models.guideline import Guideline
from annotation.models.note import Note
from annotation.models.project import Project
from annotation.models.task import Task
from annotation.models.user import User
from annotation.spans import MarkedSpan, Span, marked_from_json, spans_from_json


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def gold(self) -> AnnotationQuerySet:
        return self.filter(status=Annotation.Status.GOLD)

    def trainable(self) -> AnnotationQuerySet:
        """Gold of notes that are active and outside the audit sample."""
        return self.gold().filter(note__in=Note.objects.filter(status=Note.Status.ACTIVE).outside_audit())

    def audited(self) -> AnnotationQuerySet:
        """Gold that people gave blind to a note of the audit sample: the only gold the KPI counts."""
        audits = Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT, blind=True)
        return self.gold().filter(
            task__reason__in=Task.BLIND_CHAIN,
            task__blind=True,
            note__status=Note.Status.ACTIVE,
            note__in=audits.values("note"),
        )


class Annotation(models.Model):
    """One revision of a note's spans. Rows are only added; the current gold one is never changed, but superseded."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        GOLD = "gold", "Gold"
        SUPERSEDED = "superseded", "Superseded"

    class Origin(models.TextChoices):
        HUMAN = "human", "Person"
        PRELABEL = "prelabel", "Model"
        IMPORT = "import", "Import"

    # Indexes that another one covers, or that nothing reads, are left out: each save fills all there are.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="annotations")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, db_index=False, related_name="annotations")
    revision = models.PositiveIntegerField()
    # The revision that its author started from.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="children"
    )
    guideline = models.ForeignKey(
        Guideline, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="annotations"
    )
    status = models.CharField(max_length=12, choices=Status.choices)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    spans_json = models.JSONField(db_column="spans", help_text="[{start, end, label[, score][, assertion][, code]}].")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="annotations"
    )
    # The model that wrote a pre-annotation, as "name vN": models live in a higher layer.
    author_model = models.CharField(max_length=120, blank=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="annotations")
    seconds = models.PositiveIntegerField(default=0, help_text="Active seconds the person spent.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ("note", "revision")
        indexes = (models.Index(fields=("project", "status", "created_at"), name="annotation_by_status"),)
        constraints = (
            models.UniqueConstraint(fields=("note", "revision"), name="annotation_revision_once"),
            models.UniqueConstraint(
                fields=("note",), condition=Q(status="gold"), name="annotation_one_current_gold_per_note"
            ),
            models.CheckConstraint(
                condition=Q(origin="prelabel", author__isnull=True) & ~Q(author_model="")
                | ~Q(origin="prelabel") & Q(author__isnull=False, author_model=""),
                name="annotation_has_one_author",
            ),
            models.CheckConstraint(
                condition=~Q(origin="prelabel") | Q(status="draft"), name="annotation_model_never_writes_gold"
            ),
            models.CheckConstraint(
                condition=~Q(status="submitted") | Q(task__isnull=False), name="annotation_submitted_has_task"
            ),
        )

    def __str__(self) -> str:
        return f"annotation {self.pk}"

    @property
    def spans(self) -> list[Span]:
        return spans_from_json(self.spans_json)

    @property
    def marked(self) -> list[MarkedSpan]:
        """The spans with what is said of each: assertion and code."""
        return marked_from_json(self.spans_json)

    @property
    def by(self) -> str:
        """Who made it, a person or a model version."""
        return str(self.author) if self.author else self.author_model
