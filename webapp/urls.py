"""Every address of the product. Names couple the apps' pages; nothing imports another app's views."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from annotation.views import adjudication, clients, comments, drafts, habits, moves, queue, task
from monitoring.views import deployments, home, imports, models, quality, runs
from webapp import health, signin

urlpatterns = [
    path("", home.index, name="home"),
    path("login/", signin.SignIn.as_view(), name="login"),
    path("login/demo/", signin.demo_login, name="demo_login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("p/<slug:slug>/", home.project_home, name="project"),
    path("p/<slug:slug>/queue/", queue.queue, name="queue"),
    path("p/<slug:slug>/queue/next/", moves.take_next, name="queue_next"),
    path("p/<slug:slug>/keys/", habits.keys, name="keymap"),
    path("guidelines/<int:pk>/seen/", habits.guideline_seen, name="guideline_seen"),
    path("tasks/<int:pk>/", task.page, name="task"),
    path("tasks/<int:pk>/submit/", task.submit, name="task_submit"),
    path("tasks/<int:pk>/draft/", drafts.save, name="task_draft"),
    path("tasks/<int:pk>/skip/", moves.skip, name="task_skip"),
    path("tasks/<int:pk>/reopen/", moves.reopen, name="task_reopen"),
    path("tasks/<int:pk>/release/", moves.release, name="task_release"),
    path("tasks/<int:pk>/comments/", comments.add, name="task_comment"),
    path("tasks/<int:pk>/adjudicate/", adjudication.page, name="task_adjudicate"),
    path("tasks/<int:pk>/adjudicate/submit/", adjudication.submit, name="adjudicate_submit"),
    path("tasks/<int:pk>/adjudicate/by-hand/", adjudication.by_hand, name="adjudicate_by_hand"),
    path("p/<slug:slug>/import/", imports.upload, name="import"),
    path("p/<slug:slug>/quality/", quality.quality, name="quality"),
    path("p/<slug:slug>/quality/<slug:table>.csv", quality.download, name="quality_table"),
    path("p/<slug:slug>/runs/", runs.runs, name="runs"),
    path("p/<slug:slug>/train/", runs.train, name="train"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/status/", runs.status, name="run_status"),
    path("runs/<int:pk>/cancel/", runs.cancel, name="run_cancel"),
    path("p/<slug:slug>/models/", models.models, name="models"),
    path("models/<int:pk>/", models.model, name="model"),
    path("models/<int:pk>/approve/", models.approve, name="model_approve"),
    path("models/<int:pk>/reject/", models.reject, name="model_reject"),
    path("models/<int:pk>/rollback/", models.roll_back, name="model_rollback"),
    path("p/<slug:slug>/deployments/", deployments.deployments, name="deployments"),
    path("p/<slug:slug>/clients/", clients.clients, name="clients"),
    path("clients/<int:pk>/revoke/", clients.revoke, name="client_revoke"),
    path("api/v1/", include("webapp.api.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
