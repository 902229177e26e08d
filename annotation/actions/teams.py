"""Teams: people of a project whom notes can be given to together."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from annotation.errors import ActionError, TooLate
from annotation.models import Project, Role, Task, Team, User

# Who takes notes from the queue; tests/annotation/test_teams.py holds it against annotation/access.py.
ANNOTATING = (Role.ANNOTATOR, Role.REVIEWER)
MAX_NAME = 80


def annotators(project: Project) -> QuerySet[User]:
    """The people of the project who annotate."""
    people = User.objects.filter(is_active=True, memberships__project=project, memberships__role__in=ANNOTATING)
    return people.distinct().order_by("last_name", "username")


@transaction.atomic
def make(*, project: Project, name: str, members: Collection[User] = ()) -> Team:
    """A team of people who annotate in the project."""
    _require_annotators(project, members)
    try:
        with transaction.atomic():
            team = Team.objects.create(project=project, name=_name(name))
    except IntegrityError as error:
        raise ActionError(f"There is a team {_name(name)!r} already; choose another name.") from error
    team.members.set(members)
    return team


@transaction.atomic
def change(*, team: Team, name: str, members: Collection[User]) -> Team:
    """Give the team this name and these members."""
    _require_annotators(team.project, members)
    try:
        with transaction.atomic():
            if not Team.objects.filter(pk=team.pk).update(name=_name(name)):
                raise TooLate(f"The team {team.name!r} was removed meanwhile; nothing was changed.")
    except IntegrityError as error:
        raise ActionError(f"There is a team {_name(name)!r} already; choose another name.") from error
    team.members.set(members)
    team.name = _name(name)
    return team


@transaction.atomic
def remove(*, team: Team) -> None:
    """Remove a team that nothing waits for; what it did stays with the people who did it."""
    if not Team.objects.select_for_update().filter(pk=team.pk).exists():
        raise TooLate(f"The team {team.name!r} was removed already.")
    waiting = Task.objects.unfinished().filter(team=team).count()
    if waiting:
        raise ActionError(f"{waiting:,} notes wait for the team {team.name!r}; give them to others first.")
    Task.objects.filter(team=team).update(team=None)
    team.delete()


def _name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(name) <= MAX_NAME:
        raise ActionError(f"A team's name has 1 to {MAX_NAME} characters; this one has {len(name)}.")
    return name


def _require_annotators(project: Project, people: Collection[User]) -> None:
    known = set(annotators(project).values_list("pk", flat=True))
    strangers = [str(person) for person in people if person.pk not in known]
    if strangers:
        raise ActionError(f"{', '.join(strangers)}: no annotator of {project.name}; only its annotators join a team.")
