"""People and the product's own named actors."""

from __future__ import annotations

from annotation.errors import ActionError
from annotation.models import User

# The demo's project, and how the names of its people begin.
DEMO = "demo"
DEMO_PEOPLE = "demo-"


def get(username: str) -> User:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise ActionError(f"There is no active user {username!r}; check the name or add the user in the admin.")
    return user


def system(name: str) -> User:
    """An actor that is no person and can't sign in, for work that a command started."""
    user, created = User.objects.get_or_create(username=f"system-{name}", defaults={"last_name": f"{name} (system)"})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
