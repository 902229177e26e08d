from annotation.models.annotation import Annotation
from annotation.models.client import Client
from annotation.models.note import FACETS, Note
from annotation.models.project import Label, Membership, Project
from annotation.models.task import Task
from annotation.models.user import Role, User

__all__ = ["FACETS", "Annotation", "Client", "Label", "Membership", "Note", "Project", "Role", "Task", "User"]
