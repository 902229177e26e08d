"""Plotly's script comes from the installed package; nothing else of that package is served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client as Browser

from annotation.models import User
from tests.conftest import Cast
from webapp.static_files import PlotlyFinder


def test_script_is_found_and_nothing_beside_it() -> None:
    found = finders.find("plotly/plotly.min.js")
    assert found
    assert Path(found).stat().st_size > 1_000_000
    assert finders.find("plotly/widgetbundle.js") is None
    assert finders.find("plotly/../package_data/widgetbundle.js") is None
    assert finders.find("plotly/plotly.min.js", find_all=True) == [found]


def test_collecting_takes_the_script_alone() -> None:
    ((name, storage),) = PlotlyFinder().list(None)
    assert (storage.prefix, name) == ("plotly", "plotly.min.js")
    assert storage.exists(name)


def test_only_the_dashboard_loads_it(cast: Cast, browser_of: Callable[[User], Browser]) -> None:
    browser = browser_of(cast.lead)
    pages = {path: browser.get(f"/p/clinic/{path}").content.decode() for path in ("", "queue/", "runs/", "quality/")}
    assert {path for path, html in pages.items() if "plotly.min.js" in html} == {"quality/"}
