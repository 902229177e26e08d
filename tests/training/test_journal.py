"""The file of records that wait: nothing is lost or taken twice, whoever dies when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from training import journal
from training.journal import CUT_ABOVE, HEADER, Journal

ROOM = 10_000_000


def everything(source: Journal) -> list[bytes]:
    taken = []
    while records := source.take(100):
        if not records[0]:
            return taken
        taken += records[0]
        source.confirm(records[1])
    return taken


def test_records_come_back_in_order_and_once(tmp_path: Path) -> None:
    opened = journal.new(tmp_path, most_bytes=ROOM)
    sent = [b"x" * size for size in (0, 1, 99, 100, 5_000)]
    assert all(opened.append(record) for record in sent)
    assert everything(opened) == sent
    assert everything(opened) == []
    assert opened.waiting_bytes == 0


def test_taken_and_not_confirmed_comes_again(tmp_path: Path) -> None:
    opened = journal.new(tmp_path, most_bytes=ROOM)
    opened.append(b"one")
    assert opened.take(100)[0] == opened.take(100)[0] == [b"one"]


def test_full_journal_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    opened = journal.new(tmp_path, most_bytes=HEADER + 10)
    assert opened.append(b"12345")
    assert not opened.append(b"12345")
    assert everything(opened) == [b"12345"]


def test_journal_that_is_done_is_cut(tmp_path: Path) -> None:
    opened = journal.new(tmp_path, most_bytes=ROOM)
    for _ in range(3):
        opened.append(b"x" * CUT_ABOVE)
        everything(opened)
    assert opened.path.stat().st_size == HEADER
    opened.append(b"after")
    assert everything(opened) == [b"after"]


def test_journal_in_use_is_nobody_elses(tmp_path: Path) -> None:
    opened = journal.new(tmp_path, most_bytes=ROOM)
    opened.append(b"mine")
    assert list(journal.left_behind(tmp_path)) == []
    opened.close()
    (left,) = journal.left_behind(tmp_path)
    assert everything(left) == [b"mine"]
    left.remove()
    assert list(tmp_path.iterdir()) == []


def test_journal_that_was_closed_empty_is_gone(tmp_path: Path) -> None:
    journal.new(tmp_path, most_bytes=ROOM).close()
    assert list(tmp_path.iterdir()) == []


def test_journal_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    opened = journal.new(tmp_path / "folder", most_bytes=ROOM)
    assert opened.path.stat().st_mode & 0o777 == 0o600
    assert opened.path.parent.stat().st_mode & 0o777 == 0o700


DIE = """
import os, signal, sys
from pathlib import Path
from training import journal
opened = journal.new(Path(sys.argv[1]), most_bytes=10_000_000)
for number in range(1_000):
    opened.append(str(number).encode())
    if number == 300:
        opened.confirm(opened.take(10**9)[1])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_taken_over_from_where_it_was(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", DIE, str(tmp_path)], check=False, cwd=Path(__file__).parents[2])
    assert ended.returncode == -signal.SIGKILL
    (left,) = journal.left_behind(tmp_path)
    assert everything(left) == [str(number).encode() for number in range(301, 1_000)]


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_half_a_record_at_the_end_counts_for_nothing(tmp_path: Path, cut: int) -> None:
    opened = journal.new(tmp_path, most_bytes=ROOM)
    opened.append(b"whole")
    opened.append(b"torn")
    os.truncate(opened.path, opened.end - cut)
    opened.close()
    (left,) = journal.left_behind(tmp_path)
    assert everything(left) == [b"whole"]
