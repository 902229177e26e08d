"""dev.py's sentences and habits, each tried in a copy of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "dev.py", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    if (ROOT / ".tools").exists():
        (tmp_path / ".tools").symlink_to(ROOT / ".tools")
    return tmp_path


def dev(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL")}
    return subprocess.run(
        [sys._base_executable, "dev.py", *arguments],  # a new user has no .venv yet
        cwd=folder, env={**clean, **environ}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_broken_lock_file_ends_in_a_sentence(copy: Path) -> None:
    (copy / "requirements" / "base.txt").write_text("django=5.2\n")
    assert "requirements/base.txt is broken (" in sentence(dev(copy, "run"))


def test_missing_lock_file_ends_in_a_sentence(copy: Path) -> None:
    (copy / "requirements" / "base.txt").unlink()
    assert sentence(dev(copy, "run")) == (
        "dev.py: requirements/base.txt is missing: restore it with git checkout requirements."
    )


def test_python_without_pip_and_uv_ends_in_a_sentence(copy: Path) -> None:
    (copy / ".tools").unlink(missing_ok=True)
    (copy / "pip").mkdir()
    (copy / "pip" / "__init__.py").touch()
    (copy / "pip" / "__main__.py").write_text("import sys; sys.exit('No module named pip')")
    assert "has no pip and there is no uv" in sentence(dev(copy, "run", PATH="", PYTHONPATH=str(copy)))


def test_unknown_command_prints_the_help(copy: Path) -> None:
    done = dev(copy, "rnu")
    assert done.returncode == 2
    assert "python3 dev.py run [--port N]" in done.stdout


def test_taken_port_ends_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "manage.py", "up", "--port", str(port)]
        environ = {**os.environ, "MARGINALIA_DATA": str(tmp_path / "data")}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert f"Port {port} on 127.0.0.1 is taken by another program: choose another with --port" in sentence(done)


def test_lock_files_name_no_address_and_base_is_part_of_dev() -> None:
    locks = {name: (ROOT / "requirements" / f"{name}.txt").read_text() for name in ("base", "dev", "tools")}
    assert not any("://" in text for text in locks.values())
    pins = {name: {line.split()[0] for line in text.splitlines() if "==" in line} for name, text in locks.items()}
    assert pins["base"] <= pins["dev"]
