"""The embedded services, for real: each test has a data folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg2
import pytest
import redis

from tests.faults.processes import belonging_to, eventually, pids
from webapp import local_services
from webapp.holding import hold, wanted

HOLD_AND_WAIT = (
    "import sys; from webapp.holding import acquire; h = acquire(); print('up', flush=True); sys.stdin.read()"
)
HOLDER = (sys.executable, "-c", HOLD_AND_WAIT)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("DATABASE_URL", "BROKER_URL", "MARGINALIA_SCRATCH", *local_services.SECRET_NAMES):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "data"
    monkeypatch.setenv("MARGINALIA_DATA", str(folder))
    yield folder
    assert eventually(lambda: not belonging_to(folder), 10), belonging_to(folder)


def query(sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(local_services.database_url())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def start_holder() -> subprocess.Popen[str]:
    return subprocess.Popen(HOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=local_services.ROOT)


def end_holder(holder: subprocess.Popen[str]) -> None:
    holder.communicate("", timeout=10)


def test_socket_folder_is_in_the_data_folder_when_the_path_fits(data: Path) -> None:
    assert local_services.run_dir() == data / "run"


@pytest.mark.parametrize("name", ["x" * 110, "with space", "ü"])
def test_socket_folder_is_elsewhere_when_a_socket_cannot_have_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("MARGINALIA_DATA", str(tmp_path / name))
    assert len(os.fsencode(local_services.run_dir() / ".s.PGSQL.5432")) <= 107
    assert local_services.run_dir() == local_services.run_dir()
    assert str(tmp_path) not in str(local_services.run_dir())


def test_socket_folder_of_somebody_else_is_refused(data: Path) -> None:
    (data / "run").mkdir(parents=True)
    (data / "run").chmod(0o777)
    with pytest.raises(local_services.LocalServicesError, match=r"not to be trusted: remove it"):
        local_services.database_url()


def test_urls_are_read_by_their_readers(data: Path) -> None:
    config = environ.Env.db_url_config(local_services.database_url())
    assert (config["NAME"], config["USER"]) == ("marginalia", "marginalia")
    assert config["OPTIONS"]["host"] == str(data / "run")
    assert local_services.broker_url() == f"redis+socket://{data}/run/valkey.sock"


def test_secrets_are_private_stable_and_complete(data: Path) -> None:
    first = local_services.local_secrets()
    assert (data / "keys.env").stat().st_mode & 0o777 == 0o600
    assert local_services.local_secrets() == first
    assert set(first) == set(local_services.SECRET_NAMES)
    assert len(first["SECRET_KEY"]) == 50
    assert [path.name for path in data.iterdir()] == ["keys.env"]


def test_secrets_that_others_can_read_are_refused(data: Path) -> None:
    local_services.local_secrets()
    (data / "keys.env").chmod(0o644)
    with pytest.raises(local_services.LocalServicesError, match="chmod 600"):
        local_services.local_secrets()


def test_lost_secrets_beside_kept_notes_are_not_replaced(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("18\n")
    with pytest.raises(local_services.LocalServicesError, match=r"restore keys\.env"):
        local_services.local_secrets()


def test_only_what_the_environment_lacks_is_wanted() -> None:
    assert wanted({}) == ("postgres", "valkey")
    assert wanted({"DATABASE_URL": "postgres://x"}) == ("valkey",)
    assert wanted({"DATABASE_URL": "postgres://x", "BROKER_URL": "redis://x"}) == ()


def test_services_keep_rows_and_messages_over_a_restart(data: Path) -> None:
    client = redis.Redis.from_url(local_services.redis_url())
    with hold():
        query("CREATE TABLE kept (word text)")
        query("INSERT INTO kept VALUES ('yes')")
        client.lpush("nudges", "one")
        assert query("SHOW fsync") == [("on",)]
        assert query("SHOW listen_addresses") == [("",)]
        assert query("SELECT datlocprovider, pg_encoding_to_char(encoding) FROM pg_database LIMIT 1") == [("b", "UTF8")]
    assert not belonging_to(data)
    with hold():
        assert query("SELECT word FROM kept") == [("yes",)]
        assert client.lrange("nudges", 0, -1) == [b"one"]
    client.close()


def test_committed_row_survives_when_postgres_is_killed(data: Path) -> None:
    with hold() as held:
        query("CREATE TABLE kept (word text)")
        query("INSERT INTO kept VALUES ('yes')")
        os.kill(pids(data, "bin/postgres", "-D")[0], signal.SIGKILL)
        heard = ""
        while "runs again" not in heard:
            heard += "\n".join(held.lines())
        assert "postgres was killed by signal 9; starting it again" in heard
        assert query("SELECT word FROM kept") == [("yes",)]


def test_nothing_is_left_when_the_holder_is_killed(data: Path) -> None:
    holder = start_holder()
    assert holder.stdout
    assert holder.stdout.readline() == "up\n"
    assert len(pids(data, "valkey-server")) == 1
    holder.kill()
    holder.communicate()
    assert eventually(lambda: not belonging_to(data), 10)


def test_nothing_is_left_when_the_keeper_is_killed(data: Path) -> None:
    holder = start_holder()
    assert holder.stdout
    assert holder.stdout.readline() == "up\n"
    os.kill(pids(data, "webapp.keeper")[0], signal.SIGKILL)
    assert eventually(lambda: set(belonging_to(data)) <= {holder.pid}, 10)
    end_holder(holder)


def test_services_outlive_the_first_of_two_holders_that_started_at_once(data: Path) -> None:
    holders = [start_holder() for _ in range(2)]
    for holder in holders:
        assert holder.stdout
        assert holder.stdout.readline() == "up\n"
    assert len(pids(data, "webapp.keeper")) == 1
    end_holder(holders[0])
    assert query("SELECT 1") == [(1,)]
    end_holder(holders[1])
    assert eventually(lambda: not belonging_to(data), 10)


def test_data_of_another_postgres_version_are_refused(data: Path) -> None:
    with hold():
        pass
    (data / "postgres" / "PG_VERSION").write_text("12\n")
    with (
        pytest.raises(local_services.LocalServicesError, match="made by PostgreSQL 12 and this release brings"),
        hold(),
    ):
        pass


def test_command_keeps_its_streams_and_exit_code(data: Path) -> None:
    command = (sys.executable, "-m", "webapp.holding", "sh", "-c", "cat; echo done; exit 7")
    done = subprocess.run(command, input="note\n", capture_output=True, text=True, cwd=local_services.ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "note\ndone\n", "")


def test_scratch_leaves_no_folder(data: Path) -> None:
    command = (sys.executable, "-m", "webapp.holding", "--scratch", "sh", "-c", "echo $MARGINALIA_DATA")
    done = subprocess.run(command, capture_output=True, text=True, cwd=local_services.ROOT, check=True)
    assert done.stdout.strip() != str(data)
    assert not Path(done.stdout.strip()).exists()
