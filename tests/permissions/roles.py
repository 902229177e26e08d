"""The people of the walk, and what each of them gets where a whole area answers alike."""

from __future__ import annotations

ROLES = ("nobody", "annotator", "reviewer", "lead", "approver", "admin", "outsider", "superuser")
# "login" is a redirect to a page to sign in.
LOGIN = "login"


def everybody(status: int) -> str:
    return " ".join([str(status)] * len(ROLES))


def staff(status: int) -> str:
    return " ".join([LOGIN] * (len(ROLES) - 1) + [str(status)])


MEMBERS = "login 200 200 200 200 200 404 200"
ANNOTATORS = "login 302 302 403 403 403 404 403"
CURATORS = "login 403 200 200 403 403 404 403"
CURATING = "login 403 302 302 403 403 404 403"
DECIDERS = "login 403 403 403 302 403 404 403"
ASKING = "login 403 403 302 302 403 404 403"
RATER = "login 302 403 403 403 403 404 403"
OWN_TASK = "login 422 403 403 403 403 404 403"  # the walk sends no JSON
NO = everybody(405)  # the method is wrong, whoever asks
