"""Where the embedded PostgreSQL and Valkey live: the data folder, the sockets and their URLs, the generated keys.

The addresses are Unix sockets whose paths follow from the data folder alone, so settings know them before anything
runs. Starting and stopping: ``webapp.holding``. Imports no Django.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "marginalia"
SECRET_NAMES = ("SECRET_KEY", "NOTE_KEYS", "PSEUDONYM_KEY")
_LONGEST_SOCKET = ".s.PGSQL.5432"
_SOCKET_LIMIT = 107  # bytes in sockaddr_un.sun_path, less the closing zero


class LocalServicesError(RuntimeError):
    """The services cannot run here; the message is one sentence with the remedy."""


def data_dir() -> Path:
    """The folder of everything that is kept: ``MARGINALIA_DATA`` or ``.data`` in the checkout."""
    return ROOT / os.environ.get("MARGINALIA_DATA", ".data")


def run_dir() -> Path:
    """The folder of the sockets: ``run`` in the data folder, or one in /tmp when that path is too long for a socket."""
    inside = data_dir() / "run"
    plain = re.fullmatch(r"[\w./-]+", str(inside), re.ASCII)
    if plain and len(os.fsencode(inside / _LONGEST_SOCKET)) <= _SOCKET_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir())).hexdigest()[:12]
    # Every process must find the same folder, so not $TMPDIR.
    base = "/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()  # noqa: S108 (made with mode 700, owner checked)
    return Path(base, f"marginalia-{os.geteuid()}-{digest}")


def own_run_dir(*, create: bool = False, owners: Sequence[int] = ()) -> Path:
    """``run_dir()`` once it is known to be ours alone; raises LocalServicesError when somebody else made it."""
    folder = run_dir()
    if create:
        data_dir().mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return folder
    trusted = {os.geteuid(), *owners, *({_owner(data_dir() / "postgres")} if os.geteuid() == 0 else ())}
    if found.st_uid not in trusted or folder.is_symlink() or found.st_mode & 0o077:
        raise LocalServicesError(
            f"The socket folder {folder} is user {found.st_uid}'s, mode {found.st_mode & 0o777:o}, "
            "and not to be trusted: remove it, or set MARGINALIA_DATA to a folder with a shorter path."
        )
    return folder


def _owner(path: Path) -> int:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return os.geteuid()


def database_url(database: str = DATABASE) -> str:
    """A URL that django-environ, psycopg2 and psql all read."""
    return f"postgres://{DATABASE}@/{database}?host={quote(str(own_run_dir()), safe='')}"


def broker_url() -> str:
    """A URL for Celery (kombu's Redis transport over a Unix socket)."""
    return f"redis+socket://{own_run_dir() / 'valkey.sock'}"


def redis_url() -> str:
    """The same server as ``broker_url()``, as redis-py and Django's cache want it."""
    return f"unix://{own_run_dir() / 'valkey.sock'}"


def as_redis_url(broker: str) -> str:
    """A broker's address as redis-py wants it; empty for a broker that is no Redis or Valkey, or several."""
    if broker.startswith("redis+socket://"):
        path, _, virtual_host = broker.removeprefix("redis+socket://").partition("?virtual_host=")
        return f"unix://{path}?db={virtual_host or 0}"
    return broker if broker.startswith(("redis://", "rediss://", "unix://")) and ";" not in broker else ""


def local_secrets() -> dict[str, str]:
    """SECRET_KEY, NOTE_KEYS and PSEUDONYM_KEY of this data folder, made at the first call (``keys.env``, mode 600)."""
    path = data_dir() / "keys.env"
    if not path.exists():
        _make_secrets(path)
    if (mode := path.stat().st_mode & 0o777) & 0o077:
        raise LocalServicesError(f"{path} can be read by others (mode {mode:o}): run chmod 600 {path}.")
    lines = (line.split("=", 1) for line in path.read_text(encoding="ascii").splitlines() if "=" in line)
    found = {name.strip(): value.strip() for name, value in lines if not name.startswith("#")}
    if missing := [name for name in SECRET_NAMES if not found.get(name)]:
        raise LocalServicesError(f"{path} has no value for {missing[0]}: restore the file from its backup.")
    return {name: found[name] for name in SECRET_NAMES}


def _make_secrets(path: Path) -> None:
    if (data_dir() / "postgres" / "PG_VERSION").exists():
        raise LocalServicesError(
            f"{path} is missing but {data_dir() / 'postgres'} holds notes that only its keys can open: "
            "restore keys.env from its backup, or remove the data folder to start empty."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    values = (
        secrets.token_urlsafe(40)[:50],
        "local:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        base64.b64encode(secrets.token_bytes(32)).decode(),
    )
    lines = "".join(f"{name}={value}\n" for name, value in zip(SECRET_NAMES, values, strict=True))
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix="keys.env.")  # mkstemp makes it mode 600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("# Without these keys no note can be read. Keep a copy outside this folder.\n" + lines)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # somebody was first: theirs is the one
        os.link(draft, path)
    os.unlink(draft)
