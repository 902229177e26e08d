"""Who may what: queue, tasks, guidelines, labels, notes, quality."""

from __future__ import annotations

from tests.permissions.roles import ANNOTATORS, CURATING, CURATORS, MEMBERS, NO, OWN_TASK

# who: nobody annotator reviewer lead approver admin outsider superuser; first GET, then POST
ANNOTATION = {
    "p/<slug:slug>/": (MEMBERS, NO),
    "p/<slug:slug>/queue/": (MEMBERS, NO),
    "p/<slug:slug>/queue/next/": (NO, ANNOTATORS),
    # The task is the annotator's: a reviewer is sent back to the queue and can't skip it.
    "tasks/<int:pk>/": ("login 200 302 403 403 403 404 403", NO),
    "tasks/<int:pk>/submit/": (NO, "login 422 422 403 403 403 404 403"),
    "tasks/<int:pk>/draft/": (NO, OWN_TASK),
    "tasks/<int:pk>/skip/": (NO, "login 302 403 403 403 403 404 403"),
    "tasks/<int:pk>/reopen/": (NO, "login 200 403 403 403 403 404 403"),
    "tasks/<int:pk>/release/": (NO, "login 200 403 403 403 403 404 403"),
    "tasks/<int:pk>/comments/": (NO, OWN_TASK),
    "tasks/<int:pk>/again/": (NO, "login 302 403 403 403 403 404 403"),
    "tasks/<int:pk>/take-back/": (NO, CURATING),
    "p/<slug:slug>/assign/": (CURATORS, CURATORS),
    "p/<slug:slug>/assign/hand-out/": (NO, CURATING),
    "p/<slug:slug>/assign/withdraw/": (NO, CURATING),
    "p/<slug:slug>/teams/": (CURATORS, CURATORS),
    "teams/<int:pk>/": (CURATORS, CURATORS),
    "teams/<int:pk>/remove/": (NO, CURATING),
    "p/<slug:slug>/settings/": (CURATORS, CURATORS),
    "p/<slug:slug>/guidelines/": (MEMBERS, NO),
    "p/<slug:slug>/guidelines/edit/": (CURATORS, CURATORS),
    "p/<slug:slug>/guidelines/compare/": (MEMBERS, NO),
    "p/<slug:slug>/guidelines/read/": (NO, "login 404 404 404 404 404 404 404"),  # the walk names no version
    "p/<slug:slug>/labels/add/": (CURATORS, CURATORS),
    "labels/<int:pk>/": (CURATORS, CURATORS),
    "labels/<int:pk>/retire/": (NO, CURATING),
    "labels/<int:pk>/restore/": (NO, CURATING),
    "labels/<int:pk>/delete/": (NO, CURATING),
    "p/<slug:slug>/keys/": (NO, "login 422 422 403 403 403 404 403"),
    "guidelines/<int:pk>/seen/": (NO, "login 200 200 200 200 200 404 200"),
    # The walk's task waits for no decision: a reviewer is sent to the queue.
    "tasks/<int:pk>/adjudicate/": ("login 403 302 403 403 403 404 403", NO),
    "tasks/<int:pk>/adjudicate/submit/": (NO, "login 403 422 403 403 403 404 403"),
    "tasks/<int:pk>/adjudicate/by-hand/": (NO, "login 403 422 403 403 403 404 403"),
    "p/<slug:slug>/notes/": (CURATORS, NO),
    "p/<slug:slug>/notes/find/": (NO, CURATING),
    "p/<slug:slug>/notes/ask/": (NO, CURATING),
    "notes/<int:pk>/": (CURATORS, NO),
    "notes/<int:pk>/comment/": (NO, CURATING),
    "notes/<int:pk>/correct/": (NO, "login 403 302 403 403 403 404 403"),
    "notes/<int:pk>/second-opinion/": (NO, CURATING),
    "p/<slug:slug>/import/": ("login 403 200 200 403 403 404 403", "login 403 200 200 403 403 404 403"),
    "p/<slug:slug>/exports/": ("login 403 200 200 403 403 404 403", "login 403 200 200 403 403 404 403"),
    "runs/<int:pk>/download/": ("login 404 404 404 404 404 404 404", NO),  # the walk's run is no export
    "p/<slug:slug>/agreement/": (MEMBERS, NO),
    "p/<slug:slug>/quality/": (MEMBERS, NO),
    "p/<slug:slug>/quality/<slug:table>.csv": (MEMBERS, NO),
}
