"""Who may what: signing in, keys, the API, health."""

from __future__ import annotations

from tests.permissions.roles import LOGIN, NO, ROLES, everybody

# who: nobody annotator reviewer lead approver admin outsider superuser; first GET, then POST
GATES = {
    "": ("login 302 302 302 302 302 302 200", NO),
    "login/": ("200 302 302 302 302 302 302 302", "200 302 302 302 302 302 302 302"),
    "login/demo/": (NO, everybody(404)),
    "logout/": (NO, " ".join([LOGIN] * len(ROLES))),
    "p/<slug:slug>/clients/": ("login 403 403 403 403 200 404 200", "login 403 403 403 403 200 404 200"),
    "clients/<int:pk>/": ("login 403 403 403 403 200 404 200", "login 403 403 403 403 200 404 200"),
    "clients/<int:pk>/rotate/": (NO, "login 403 403 403 403 302 404 302"),
    "clients/<int:pk>/usage/": ("login 403 403 403 403 200 404 200", NO),
    "clients/<int:pk>/revoke/": (NO, "login 403 403 403 403 302 404 302"),
    "api/v1/dev/<int:pk>/extract": (everybody(401), everybody(401)),
    "api/v1/extract": (everybody(401), everybody(401)),  # being signed in counts for nothing here
    "api/v1/feedback": (everybody(401), everybody(401)),
    "api/v1/notes": (everybody(401), everybody(401)),
    "api/v1/notes/<path:external_id>": (everybody(401), everybody(401)),
    "api/v1/annotations": (everybody(401), everybody(401)),
    "api/v1/labels": (everybody(401), everybody(401)),
    "api/v1/model": (everybody(401), everybody(401)),
    "api/v1/datasets": (everybody(401), everybody(401)),
    "api/v1/datasets/<int:version>": (everybody(401), everybody(401)),
    "api/v1/datasets/<int:version>/notes": (everybody(401), everybody(401)),
    "api/v1/jobs": (everybody(401), everybody(401)),
    "api/v1/jobs/<uuid:uid>": (everybody(401), everybody(401)),
    "api/v1/jobs/<uuid:uid>/results": (everybody(401), everybody(401)),
    "api/v1/jobs/<uuid:uid>/cancel": (everybody(401), everybody(401)),
    "api/v1/jobs/<uuid:uid>/resume": (everybody(401), everybody(401)),
    "api/v1/runs": (everybody(401), everybody(401)),
    "api/v1/runs/<int:number>": (everybody(401), everybody(401)),
    "api/v1/runs/<int:number>/evaluations": (everybody(401), everybody(401)),
    "api/v1/models": (everybody(401), everybody(401)),
    "api/v1/models/<int:number>": (everybody(401), everybody(401)),
    "api/v1/schema": ("401 200 200 200 200 200 200 200", "401 405 405 405 405 405 405 405"),
    "api/v1/docs": ("login 200 200 200 200 200 200 200", NO),
    "api/v1/<anything:rest>": (everybody(401), everybody(401)),
    "livez": (everybody(200), NO),
    "readyz": (everybody(200), NO),
    "metrics": (everybody(200), NO),  # the test asks from the machine itself
}
