"""What an action raises when it can't be done: one sentence fit for the user."""


class ActionError(Exception):
    """The action can't be done; the message says why and what to do instead, and never holds a note's text."""


class TooLate(ActionError):  # noqa: N818 - says what happened, in the caller's words
    """Somebody or something else changed the row first; nothing was done."""
