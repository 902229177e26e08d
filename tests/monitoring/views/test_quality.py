"""The quality page and its downloads."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client as Browser

from annotation.models import Note, Task, User
from tests.conftest import Cast
from tests.monitoring.quality.conftest import DISEASE, Submit, open_task, submit  # noqa: F401 (fixtures)

Sign = Callable[[User], Browser]
Open = Callable[..., list[Task]]


def test_page_shows_each_section_with_table_and_figure(
    cast: Cast,
    browser_of: Sign,
    open_task: Open,  # noqa: F811
    submit: Submit,  # noqa: F811
) -> None:
    submit(open_task()[0], cast.annotator, [DISEASE])
    response = browser_of(cast.lead).get("/p/clinic/quality/?days=7")
    page = response.content.decode()
    assert response.context["window"] == "7"
    assert page.count('class="chart"') == page.count('type="application/json"') == 4
    assert "Nobody" not in page
    assert 'href="/p/clinic/quality/throughput.csv?days=7' in page
    assert "set a share of notes to be annotated twice" in page
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_window_and_model_that_are_not_offered_are_the_default(cast: Cast, browser_of: Sign) -> None:
    response = browser_of(cast.lead).get("/p/clinic/quality/?days=1e9&model=<b>")
    assert (response.context["window"], response.context["model"]) == ("30", "")
    assert "<b>" not in response.content.decode()


def test_download_is_the_viewers_own_table(
    cast: Cast,
    browser_of: Sign,
    open_task: Open,  # noqa: F811
    submit: Submit,  # noqa: F811
) -> None:
    submit(open_task()[0], cast.annotator, [DISEASE], seconds=12)
    own = browser_of(cast.annotator).get("/p/clinic/quality/seconds-people.csv?days=all")
    assert own.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert own.headers["Content-Disposition"] == 'attachment; filename="clinic-seconds-people.csv"'
    assert own.content.decode().splitlines()[1:] == ["You,1,12.0,12.0,12.0", "Team,1,12.0,12.0,12.0"]
    assert "annotator,1,12.0" in browser_of(cast.reviewer).get("/p/clinic/quality/seconds-people.csv").content.decode()
    assert browser_of(cast.reviewer).get("/p/clinic/quality/nothing.csv").status_code == 404


def test_page_needs_no_text_of_a_note(
    cast: Cast,
    browser_of: Sign,
    open_task: Open,  # noqa: F811
    submit: Submit,  # noqa: F811
) -> None:
    for task, person in zip(open_task(doubled=True), (cast.annotator, cast.annotator2), strict=True):
        submit(task, person, [DISEASE])
    Note.objects.update(ciphertext=b"")
    assert browser_of(cast.reviewer).get("/p/clinic/quality/?days=all").status_code == 200
