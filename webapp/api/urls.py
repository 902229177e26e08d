from django.urls import path, register_converter
from django.urls.converters import StringConverter

from webapp.api.annotations import AnnotationsView
from webapp.api.datasets import DatasetsView, DatasetView
from webapp.api.dev import DevExtractView
from webapp.api.evaluations import EvaluationsView
from webapp.api.extract import ExtractView
from webapp.api.feedback import FeedbackView
from webapp.api.job import JobCancelView, JobResumeView, JobView
from webapp.api.job_results import JobResultsView
from webapp.api.jobs import JobsView
from webapp.api.labels import LabelsView
from webapp.api.model_now import ModelView
from webapp.api.models import ModelsView, OneModelView
from webapp.api.note import NoteView
from webapp.api.notes import NotesView
from webapp.api.notes_in import NotesInView
from webapp.api.reference import NoSuchView, SchemaView, docs
from webapp.api.runs import RunsView, RunView


class Anything(StringConverter):
    """What `path` takes, and line breaks, and nothing."""

    regex = r"[\s\S]*"


register_converter(Anything, "anything")
urlpatterns = [
    path("extract", ExtractView.as_view(), name="api_extract"),
    path("dev/<int:pk>/extract", DevExtractView.as_view(), name="api_dev_extract"),
    path("feedback", FeedbackView.as_view(), name="api_feedback"),
    path("notes", NotesInView.as_view(), name="api_notes_in"),
    path("notes/<path:external_id>", NoteView.as_view(), name="api_note"),
    path("annotations", AnnotationsView.as_view(), name="api_annotations"),
    path("labels", LabelsView.as_view(), name="api_labels"),
    path("model", ModelView.as_view(), name="api_model"),
    path("datasets", DatasetsView.as_view(), name="api_datasets"),
    path("datasets/<int:version>", DatasetView.as_view(), name="api_dataset"),
    path("datasets/<int:version>/notes", NotesView.as_view(), name="api_notes"),
    path("jobs", JobsView.as_view(), name="api_jobs"),
    path("jobs/<uuid:uid>", JobView.as_view(), name="api_job"),
    path("jobs/<uuid:uid>/results", JobResultsView.as_view(), name="api_job_results"),
    path("jobs/<uuid:uid>/cancel", JobCancelView.as_view(), name="api_job_cancel"),
    path("jobs/<uuid:uid>/resume", JobResumeView.as_view(), name="api_job_resume"),
    path("runs", RunsView.as_view(), name="api_runs"),
    path("runs/<int:number>", RunView.as_view(), name="api_run"),
    path("runs/<int:number>/evaluations", EvaluationsView.as_view(), name="api_evaluations"),
    path("models", ModelsView.as_view(), name="api_models"),
    path("models/<int:number>", OneModelView.as_view(), name="api_model_version"),
    path("schema", SchemaView.as_view(), name="api_schema"),
    path("docs", docs, name="api_docs"),
    # Last: what is none of them.
    path("<anything:rest>", NoSuchView.as_view(), name="api_none"),
]
