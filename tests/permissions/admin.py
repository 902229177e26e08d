"""Who may what in Django's admin: superusers only."""

from __future__ import annotations

from tests.permissions.roles import LOGIN, everybody, staff


def admin_of(model: str, *, add: int = 200, change: int = 200, save: int = 200) -> dict[str, tuple[str, str]]:
    """The rows of a model in the admin: superusers only, as Django has it."""
    base = f"admin/{model}/"
    return {
        base: (staff(200), staff(200)),
        f"{base}add/": (staff(add), staff(add)),
        f"{base}<path:object_id>/history/": (staff(change), staff(change)),
        f"{base}<path:object_id>/delete/": (staff(change), staff(change)),
        f"{base}<path:object_id>/change/": (staff(change), staff(save)),
        f"{base}<path:object_id>/": (staff(302), staff(302)),
    }


# who: nobody annotator reviewer lead approver admin outsider superuser; first GET, then POST
ADMIN = {
    "admin/": (staff(200), staff(200)),
    "admin/login/": ("200 200 200 200 200 200 200 302", everybody(200)),
    "admin/logout/": ("302 302 302 302 302 302 302 405", f"302 302 302 302 302 302 302 {LOGIN}"),
    "admin/password_change/": (staff(200), staff(200)),
    "admin/password_change/done/": (staff(200), staff(405)),
    "admin/autocomplete/": (staff(403), staff(405)),
    "admin/jsi18n/": (staff(200), staff(405)),
    "admin/r/<path:content_type_id>/<path:object_id>/": (staff(404), staff(404)),
    "admin/annotation/user/<id>/password/": (staff(200), staff(200)),
    r"admin/^(?P<app_label>auth|annotation|axes)/$": (staff(200), staff(200)),
    r"admin/(?P<url>.*)$": (staff(404), staff(404)),
    **admin_of("auth/group"),
    **admin_of("annotation/user"),
    **admin_of("annotation/project"),
    # What axes keeps can be looked at, not written; there is none here, and Django then goes back to the index.
    **admin_of("axes/accessattempt", add=403, change=302, save=302),
    **admin_of("axes/accesslog", add=403, change=302, save=302),
    **admin_of("axes/accessfailurelog", add=403, change=302, save=302),
}
