import pytest

from training.ner import child


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Write a program and let `child` find it."""
    monkeypatch.setattr(child, "CHILDREN", tmp_path)
    head = "import os, sys, time\nsource, target = map(int, sys.argv[1:3])\n"

    def write(body):
        (tmp_path / "demo.py").write_text(head + body)

    return write


COPY = "os.write(target, open(f'/proc/self/fd/{source}', 'rb').read()[::-1] + sys.argv[3].encode())\n"


def test_run_gives_back_what_the_program_wrote(programs):
    programs(COPY)
    assert child.run("demo", b"abc", ["!"], lambda share: None) == b"cba!"


def test_run_reports_the_share_that_the_program_says(programs):
    programs("print('Progress:  40.0%', flush=True)\ntime.sleep(0.6)\n")
    seen = []
    child.run("demo", b"", [], seen.append)
    assert seen[0] == 0
    assert seen[-1] == 0.4
    assert len(seen) >= 3


def test_run_sees_how_far_the_program_has_read(programs):
    programs(
        "stream = open(f'/proc/self/fd/{source}', 'rb', buffering=0)\n"
        "stream.read(100)\nstream.seek(0)\nstream.read(50)\ntime.sleep(0.7)\n"
    )
    seen = []
    child.run("demo", b"x" * 100, [], seen.append, passes=2)
    assert 0.2 <= seen[-1] <= 0.75


def test_run_that_fails_names_the_program_and_its_status(programs):
    programs("print('Mr Secret')\nsys.exit(3)\n")
    with pytest.raises(child.ChildError, match="trains demo ended with status 3") as caught:
        child.run("demo", b"", [], lambda share: None)
    assert "Secret" not in str(caught.value)


def test_run_cancelled_kills_the_program(programs, children):
    programs("time.sleep(60)\n")

    def stop(share):
        raise KeyError("stop")

    with pytest.raises(KeyError):
        child.run("demo", b"", [], stop)
    assert children() == []
