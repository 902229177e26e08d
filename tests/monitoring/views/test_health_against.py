"""The switch of the health page: what windows are held against, in the page, its table, its CSV, and each feature."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from annotation.models import User
from annotation.synthetic import generate
from monitoring.models import Measurement, Window
from monitoring.windows import references
from tests.conftest import Cast
from tests.monitoring.test_references import calm, week
from tests.monitoring.views.test_health import page
from tests.monitoring.windows import begin_weeks_ago, healthy_windows, strange_notes
from training.models import Deployment

SignIn = Callable[[User], Browser]
URL = "/p/clinic/health/"
RESTS = "Levels rest on the first healthy windows alone"
CHOSEN = re.compile(r'aria-current="true">([^<]*)</a>')
HEADING = re.compile(r'<h2 id="drift-title">([^<]*)</h2>')


@pytest.fixture
def compared(champion: Deployment, monkeypatch: pytest.MonkeyPatch) -> Window:
    """A strange window after a calm one, with another calm one a year before."""
    monkeypatch.setattr(references, "FEWEST", 10)
    start = begin_weeks_ago(champion, 53)
    week(champion, start, 0, calm(0))
    # So many that texts can be told apart.
    week(champion, start, 51, list(generate(110, seed=31, start=200)))
    return week(champion, start, 52, strange_notes(90))


@pytest.mark.parametrize(
    ("asked", "chosen", "heading", "said"),
    [
        ("", "first healthy windows", "Drift from the reference", "critical"),
        ("?against=training", "training data", "Drift from the training data", "far off"),
        ("?against=year", "same weeks last year", "Drift from the same weeks last year", "far off"),
        ("?against=nothing", "first healthy windows", "Drift from the reference", "critical"),
    ],
)
def test_page_and_csv_follow_the_switch(
    compared: Window, cast: Cast, browser_of: SignIn, asked: str, chosen: str, heading: str, said: str
) -> None:
    browser = browser_of(cast.annotator)
    text = page(browser, URL + asked)
    assert chosen in CHOSEN.findall(text)
    assert HEADING.findall(text) == [heading]
    assert RESTS in text
    metric = {"training data": "drift_training", "same weeks last year": "drift_year"}.get(chosen, "drift")
    row = Measurement.objects.get(window=compared, metric=metric, feature="capitals")
    answer = browser.get(f"{URL}drift.csv{asked}")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(answer.content.decode()))}
    assert rows["Capital letters"][-1] == f"{row.value['ratio']:.2f} {said}"
    assert re.search(rf"Capital letters: PSI [\d.]+, .* {said} from", text)
    assert ("Told apart by text" in rows) == (metric == "drift")
    measured = Measurement.objects.filter(window=compared, metric=metric).count()
    suffix = asked if metric != "drift" else ""
    assert len(re.findall(rf'href="/windows/{compared.pk}/\w+/{re.escape(suffix)}"', text)) == measured
    assert f'href="{URL}drift.csv{asked}"' in text


def test_the_switch_keeps_how_many_windows_are_shown(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    text = page(browser_of(cast.annotator), f"{URL}?windows=52&against=year")
    links = [html.unescape(link) for link in re.findall(r'href="(\?[^"]*)#drift-title"', text)]
    assert links == ["?windows=52", "?windows=52&against=training", "?windows=52&against=year"]
    back = re.findall(r'href="(\?[^"]*)#drift-title"', page(browser_of(cast.annotator), f"{URL}?against=year"))
    assert back[0] == "?"


def test_it_says_why_nothing_was_compared(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    browser = browser_of(cast.annotator)
    for choice in ("training", "year"):
        assert "No window is over yet." in page(browser, f"{URL}?against={choice}")
    healthy_windows(champion, 1)
    held = len(references.held_out(champion.model))
    text = page(browser, f"{URL}?against=training")
    assert f"Version 1 did not learn from {held} notes of its training snapshot; 50 are needed" in text
    assert RESTS in text
    assert "there are no windows a year ago" in page(browser, f"{URL}?against=year")


def test_a_small_window_says_so(compared: Window, champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    small = week(champion, compared.ends_at, 0, calm(3)[:9])
    text = page(browser_of(cast.annotator), f"{URL}?against=training")
    assert small.notes_read == 9
    assert "Of the newest window 9 notes could be read; 50 are needed" in text


def test_a_feature_shows_the_histogram_and_words_of_what_was_chosen(
    compared: Window, cast: Cast, browser_of: SignIn
) -> None:
    browser = browser_of(cast.lead)
    url = f"/windows/{compared.pk}/words/"
    for asked, metric, named in (("", "drift", "first healthy windows"), ("?against=year", "drift_year", "last year")):
        text = page(browser, url + asked)
        value = Measurement.objects.get(window=compared, metric=metric, feature="words").value
        share = 100 * value["reference"][0] / sum(value["reference"])
        assert re.search(rf"The reference here:[^.]*{named}\.", text)
        assert f'<td class="num">{share:.1f} %</td>' in text
        assert ("No level rests on it." in text) == bool(asked)
        assert f'href="{URL}{asked}"' in text
    assert browser.get(f"/windows/{compared.pk}/domain/").status_code == 200
    assert browser.get(f"/windows/{compared.pk}/domain/?against=training").status_code == 404
