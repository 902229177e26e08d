"""A person's own keys for the commands of the note page. The page has the same rules (js/keymap.js)."""

from __future__ import annotations

from annotation.errors import ActionError
from annotation.models import KeyMap, Project, User

# Commands and their usual keys, as in js/keymap.js: a test compares the two.
COMMANDS = {
    "submit": "Enter",
    "remove": "Delete",
    "undo": "u",
    "redo": "r",
    "all": "a",
    "negated": "n",
    "possible": "p",
    "historical": "h",
    "family": "f",
    "code": "c",
    "skip": "s",
    "flag": "o",
    "comment": "m",
    "help": "?",
}
# Keys with a name that neither move about nor belong to the browser.
NAMED = ("Enter", "Delete", "Insert", "Home", "End", "F2", "F4", "F8", "F9")


def save(*, project: Project, by: User, keys: object) -> dict[str, str]:
    """Keep `keys`, {command: key}, as the person's own, and return them; usual keys are left out.

    Refused are unknown commands, what is no single key, one key for two commands, and a key of the project's labels.
    """
    if not isinstance(keys, dict) or any(not isinstance(key, str) for key in keys.values()):
        raise ActionError("Keys come as an object of command and key; reload the page and try again.")
    unknown = sorted(str(name)[:20] for name in keys if name not in COMMANDS)
    if unknown:
        raise ActionError(f"There is no command {', '.join(unknown[:3])}; reload the page and try again.")
    own = {name: key for name, key in keys.items() if key != COMMANDS[name]}
    for name, key in own.items():
        if not _is_free(key):
            raise ActionError(f"The key for '{name}' moves about or belongs to the browser; choose another one.")
    before = KeyMap.objects.filter(user=by).first()
    _refuse_collisions(project, own, before.keys if before else {})
    KeyMap.objects.update_or_create(user=by, defaults={"keys": own})
    return own


def _refuse_collisions(project: Project, own: dict[str, str], before: dict[str, str]) -> None:
    of_labels = {label.key.lower(): label.name for label in project.labels.active()}
    taken: dict[str, str] = {}
    for name, key in {**COMMANDS, **own}.items():
        # A key kept from another project loses against this one's labels; only a new one is refused.
        if name in own and key in of_labels and before.get(name) != key:
            raise ActionError(f"'{key}' gives the label {of_labels[key]}; choose another key for '{name}'.")
        # A usual key that collides with a label is the label's: the page says so.
        if key in taken and key not in of_labels:
            raise ActionError(f"'{key}' can't stand for both '{taken[key]}' and '{name}'; choose another key.")
        taken[key] = name


def _is_free(key: str) -> bool:
    return key in NAMED or (len(key) == 1 and not key.isspace() and key.isprintable() and key == key.lower())
