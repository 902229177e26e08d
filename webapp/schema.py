"""``python -m webapp.schema COMMAND...``: a management command on embedded services whose tables are up to date.

A database of one's own is migrated by hand, when its owner chooses. Imports no Django.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys

from webapp.local_services import ROOT, data_dir

MANAGE = (sys.executable, "manage.py")
APPS = ("annotation", "training", "monitoring")
# They look after the tables themselves.
LEFT_ALONE = ("migrate", "makemigrations", "up")


def state() -> str:
    """What the tables depend on: our migrations, and the libraries with theirs."""
    files = [path for app in APPS for path in (ROOT / app / "migrations").glob("*.py")]
    files.append(ROOT / "requirements" / "base.txt")
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def bring_up_to_date() -> int:
    """Migrate unless that was done for this state of the code; what it says goes to standard error."""
    mark = data_dir() / "schema"
    with open(data_dir() / "schema.lock", "w") as lock:  # two commands at once: the second waits
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == state():
            return 0
        done = subprocess.run([*MANAGE, "migrate", "--skip-checks"], stdout=sys.stderr, cwd=ROOT, check=False)
        if done.returncode == 0:
            mark.write_text(state())
        return done.returncode


def main(command: list[str]) -> None:
    """Become the command."""
    if not os.environ.get("DATABASE_URL") and command[:1] and command[0] not in LEFT_ALONE:
        code = bring_up_to_date()
        if code:
            sys.exit(code)
    os.execv(sys.executable, [*MANAGE, *command])


if __name__ == "__main__":
    main(sys.argv[1:])
