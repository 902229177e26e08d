from annotation.models.annotation import Annotation
from annotation.models.client import Client
from annotation.models.client_usage import ClientUsage
from annotation.models.comment import Comment
from annotation.models.draft import Draft
from annotation.models.guideline import Guideline, GuidelineSeen
from annotation.models.intake_hour import IntakeHour
from annotation.models.kept_reply import KeptReply
from annotation.models.keymap import KeyMap
from annotation.models.note import FACETS, Note
from annotation.models.note_index import IndexDue, NoteIndex
from annotation.models.project import Label, Membership, Project, QueueOrder
from annotation.models.task import Task
from annotation.models.team import Team
from annotation.models.user import Role, User

__all__ = [
    "FACETS",
    "Annotation",
    "Client",
    "ClientUsage",
    "Comment",
    "Draft",
    "Guideline",
    "GuidelineSeen",
    "IndexDue",
    "IntakeHour",
    "KeptReply",
    "KeyMap",
    "Label",
    "Membership",
    "Note",
    "NoteIndex",
    "Project",
    "QueueOrder",
    "Role",
    "Task",
    "Team",
    "User",
]
