"""Runs a program that dies with its parent: ``python -I -S tethered.py PARENT SIGNAL USER PROGRAM ARGS...``.

The kernel sends SIGNAL to the program when its parent (process id PARENT) ends, however that ends. USER is ``same``,
``map`` (root only: be ``nobody`` inside a new user namespace, still root to the file system outside it) or a number
(root only: become that user). Signal handling is reset, so that a program started from a background shell can be
interrupted.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def unprivileged_user() -> int:
    """A user that exists (initdb looks its own name up) and is not root."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("nobody").pw_uid
    return next(user.pw_uid for user in pwd.getpwall() if user.pw_uid != 0)


def _enter_namespace(libc: ctypes.CDLL) -> None:
    user, group, inside = os.geteuid(), os.getegid(), unprivileged_user()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "no new user namespace")
    for name, line in (("setgroups", "deny"), ("uid_map", f"{inside} {user} 1"), ("gid_map", f"{inside} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)


def _become(user: int) -> None:
    os.setgroups([])
    os.setgid(pwd.getpwuid(user).pw_gid)
    os.setuid(user)


def main(arguments: list[str]) -> None:
    """Become the program; does not return."""
    parent, number, user, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc and user == "map":
        _enter_namespace(libc)
    elif user.isdigit():
        _become(int(user))
    for each in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(each, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if libc:  # last: a change of user clears it
        libc.prctl(PR_SET_PDEATHSIG, int(signal.Signals[number]), 0, 0, 0)
    if os.getppid() == int(parent):  # otherwise it ended before the line above
        os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
