"""Marginalia's two commands, for a machine that has Python 3.11 or newer and nothing else.

    python3 dev.py run [--port N]      the whole product in the browser
    python3 dev.py test [ARGS]         every check and test (with ARGS: only pytest, with them)
    python3 dev.py test --quick        the same without the tests that take more than ten seconds
    python3 dev.py manage COMMAND...   a management command, with the embedded services up
    python3 dev.py check               lint, types, architecture, templates, migrations
    python3 dev.py lock [--upgrade]    compile requirements/*.in anew

Standard library only. It makes .venv, installs the hash-locked set and hands over to the program inside.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (said here, so that an older Python shows one sentence)
    sys.exit("Marginalia needs Python 3.11 or newer and this is {}.{}: use a newer one.".format(*sys.version_info[:2]))

import base64
import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = TOOLS / "bin" / "uv"
LOCKS = {name: ROOT / "requirements" / f"{name}.txt" for name in ("tools", "dev", "base")}
BEGAN = time.monotonic()
STATIC_CHECKS = {
    "mypy": ["-m", "mypy", "."],
    "makemigrations --check": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "manage.py check": ["manage.py", "check"],
    "djlint --lint": ["-m", "djlint", "--lint", "templates"],
    "djlint --check": ["-m", "djlint", "--check", "templates"],
    "lint-imports": ["lint-imports"],
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format --check": ["-m", "ruff", "format", "--check", "."],
}


def say(sentence: str) -> None:
    """Progress goes to standard error: standard output belongs to the command."""
    print(f"[{time.monotonic() - BEGAN:5.1f} s] {sentence}", file=sys.stderr, flush=True)


def stop(sentence: str) -> NoReturn:
    """End with one sentence: fact, value, remedy."""
    sys.exit(f"dev.py: {sentence}")


def attempt(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a tool and keep what it says; a tool that is not there is a failed one."""
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def first_line(text: str) -> str:
    """The line of a tool's complaint that says most."""
    lines = [line.strip(" ×╰─▶├│\t") for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "hash" in line.lower() or "error" in line.lower()]
    return ((telling or lines or ["no message"])[0])[:300].rstrip(".:")


# Installing


def find_uv() -> str | None:
    """uv from .tools, put there by pip; from the path where there is no pip; None where it cannot be had."""
    if not UV.exists():
        say("fetching uv")
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
        attempt(*pip, "--target", TOOLS, "--upgrade", "--require-hashes", "-r", LOCKS["tools"])
    return str(UV) if UV.exists() else shutil.which("uv")


def stamp(name: str) -> str:
    """What the installed state of a set is recognised by."""
    if not LOCKS[name].exists():
        stop(f"requirements/{name}.txt is missing: restore it with git checkout requirements.")
    return hashlib.sha256(f"{sys.version_info[:2]} {VENV} ".encode() + LOCKS[name].read_bytes()).hexdigest()


def is_installed(name: str) -> bool:
    """True when .venv holds the set exactly as locked."""
    mark = VENV / f".marginalia-{name}"
    wanted = stamp(name)
    return os.access(PYTHON, os.X_OK) and mark.exists() and mark.read_text() == wanted


def make_venv(uv: str | None) -> None:
    """Make .venv with the running interpreter when there is none that works."""
    if attempt(PYTHON, "-c", f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})").returncode == 0:
        return
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if uv and attempt(uv, "venv", "--quiet", "--no-project", "--python", sys.executable, VENV).returncode == 0:
        return
    made = attempt(sys.executable, "-m", "venv", "--without-pip", VENV)
    if made.returncode:
        stop(f"{VENV} cannot be made ({first_line(made.stderr)}): make the folder writable, or install python3-venv.")


def install_set(name: str) -> None:
    """Bring .venv to the locked set; stops with a sentence when it cannot."""
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / ".lock", "w") as lock:  # two dev.py at once: the second waits
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_installed(name):
            return
        uv = find_uv()
        make_venv(uv)
        say(f"installing {LOCKS[name].read_text().count('==')} packages from requirements/{name}.txt")
        install_locked(name, uv)
        for each in (name, "base"):  # dev holds all of base
            (VENV / f".marginalia-{each}").write_text(stamp(each))
    say("installed")


def install_locked(name: str, uv: str | None) -> None:
    """Install through uv; through pip where uv is missing or cannot reach what pip's own configuration can."""
    problem = ""
    if uv:
        flags = ("--quiet", "--require-hashes", "--system-certs", "--python", PYTHON)
        done = attempt(uv, "pip", "install", *flags, "-r", LOCKS[name])
        if done.returncode == 0:
            return
        problem = done.stderr
    if not is_lock_problem(problem):
        pip = (sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "--disable-pip-version-check")
        done = attempt(*pip, "--no-input", "--require-hashes", "-r", LOCKS[name])
        if done.returncode == 0:
            return
        problem = problem or done.stderr
    file = f"requirements/{name}.txt"
    if is_lock_problem(problem):
        stop(f"{file} is broken ({first_line(problem)}): restore it with git checkout, or run python3 dev.py lock.")
    if "No module named pip" in problem:
        stop("this Python has no pip and there is no uv: install one (apt-get install python3-pip) and try again.")
    stop(
        f"packages of {file} could not be fetched ({first_line(problem)}): check the network or proxy, then try again."
    )


def is_lock_problem(message: str) -> bool:
    """True when a tool complains about the lock file itself and not about the way to the packages."""
    signs = ("hash mismatch", "do not match", "couldn't parse", "expected", "invalid requirement", "unsatisfiable")
    return any(sign in message.lower() for sign in signs)


def compile_locks(arguments: list[str]) -> None:
    """Write requirements/*.txt from the *.in files: dev first, so that base takes the same versions."""
    TOOLS.mkdir(exist_ok=True)
    uv = find_uv() or stop("lock needs uv and it could not be fetched: check the network, or install uv.")
    flags = ("--quiet", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--system-certs")
    for name, constraint in (("tools", ()), ("dev", ()), ("base", ("-c", "requirements/dev.txt"))):
        files = (f"requirements/{name}.in", "-o", f"requirements/{name}.txt")
        done = attempt(str(uv), "pip", "compile", *flags, "--python-version", "3.11", *files, *constraint, *arguments)
        if done.returncode:
            stop(f"requirements/{name}.in cannot be locked ({first_line(done.stderr)}): change the line it names.")
        say(f"requirements/{name}.txt: {LOCKS[name].read_text().count('==')} packages")


# Testing


def find_chromium() -> str | None:
    """The browser of the browser tests; fetched by apt-get where that is allowed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    say("fetching Chromium for the browser tests")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    attempt("apt-get", "update", "-qq")
    attempt("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    return shutil.which("chromium")


def run_check(name: str) -> bool:
    """Run one of STATIC_CHECKS; its words are shown only when it fails."""
    began = time.monotonic()
    command = STATIC_CHECKS[name]
    # A script is run by its interpreter: its first line may be too long for the system in a deep folder.
    script = () if command[0] in ("-m", "manage.py") else (VENV / "bin" / command[0],)
    done = attempt(PYTHON, *script, *command[len(script) :])
    passed = done.returncode == 0
    say(f"{name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - began:.1f} s)")
    if not passed:
        print(done.stdout, done.stderr, sep="", file=sys.stderr, flush=True)
    return passed


def run_checks() -> bool:
    """All static checks, two at a time, the longest first."""
    with ThreadPoolExecutor(2) as pool:
        return all(list(pool.map(run_check, STATIC_CHECKS)))


def inside(arguments: list[str]) -> int:
    """The part of test and check that runs with the services up."""
    checked = run_checks() if arguments[:1] in ([], ["--checks"], ["--quick"]) else True
    if arguments[:1] == ["--checks"]:
        return 0 if checked else 1
    whole = ["-n", "2", "--dist", "worksteal"] if arguments in ([], ["--quick"]) else []
    if arguments == ["--quick"]:
        arguments = ["-m", "not slow and not nightly"]
    # Patients fall to the same split in each run: a test that passes does not depend on the lot.
    os.environ["PSEUDONYM_KEY"] = base64.urlsafe_b64encode(b"the same patients in every test.").decode()
    tested = subprocess.run([str(PYTHON), "-m", "pytest", *whole, *arguments], cwd=ROOT, check=False).returncode
    return tested or (0 if checked else 1)


# Handing over


def hand_over(*command: str | Path) -> None:
    """Become the command: its signals, streams and exit code are ours."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(ROOT)
    os.execv(command[0], [str(part) for part in command])


def main(arguments: list[str]) -> None:
    """Do what the first argument says."""
    command, rest = (arguments[0] if arguments else "--help"), arguments[1:]
    services = (PYTHON, "-m", "webapp.holding")
    if command == "_inside":
        sys.exit(inside(rest))
    if command == "lock":
        return compile_locks(rest)
    if command not in ("run", "manage", "test", "check"):
        print(__doc__)
        sys.exit(0 if command in ("--help", "-h", "help") else 2)
    locked = "base" if command in ("run", "manage") else "dev"
    if not is_installed(locked):
        install_set(locked)
    os.environ["MARGINALIA_BEGAN"] = str(BEGAN)
    if command == "run":
        return hand_over(PYTHON, "manage.py", "up", *rest)
    if command == "manage":
        return hand_over(*services, PYTHON, "-m", "webapp.schema", *rest)
    if command == "check":
        return hand_over(*services, "--scratch", PYTHON, "dev.py", "_inside", "--checks")
    os.environ["CHROMIUM"] = os.environ.get("CHROMIUM") or find_chromium() or ""
    return hand_over(*services, "--scratch", PYTHON, "dev.py", "_inside", *rest)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        stop(f"{error.filename or ROOT}: {error.strerror}: make it readable and writable for this user.")
