"""What the documents say is what the code has."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.conf import settings
from django.urls.resolvers import URLPattern, URLResolver

from webapp import urls
from webapp.api import urls as api_urls

ROOT = Path(settings.BASE_DIR)
APPS = ("webapp", "monitoring", "training", "annotation")
READERS = ("webapp/settings.py", "webapp/gunicorn.py", "webapp/local_services.py")
# Names that only our own processes set for one another, and what any terminal has.
INTERNAL = {
    "MARGINALIA_SCRATCH",
    "MARGINALIA_BEGAN",
    "PROMETHEUS_MULTIPROC_DIR",
    "DJANGO_SETTINGS_MODULE",
    "NO_COLOR",
    "CI",
}


def text_of(*names: str) -> str:
    return "\n".join((ROOT / name).read_text() for name in names)


def names_read(tree: ast.AST) -> set[str]:
    """Names of variables in ``env.x("NAME")``, ``secret("NAME")``, ``environ.get("NAME")``, ``environ["NAME"]``."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.search(
            r"(^|\.)(env\.\w+|secret|environ\.get|getenv)$", ast.unparse(node.func)
        ):
            place = node.args[0] if node.args else None
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            place = node.slice
        else:
            continue
        if isinstance(place, ast.Constant) and isinstance(place.value, str):
            names.add(place.value)
    return names


def names_explained() -> set[str]:
    return set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text_of(".env.example"), re.MULTILINE))


def test_every_setting_that_is_read_is_explained() -> None:
    read = {name for path in READERS for name in names_read(ast.parse(text_of(path)))}
    assert len(read) > 10
    assert read - INTERNAL - names_explained() == set()


def test_every_setting_that_is_explained_is_read() -> None:
    sources = [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "dev.py"]
    read = {name for path in sources for name in names_read(ast.parse(path.read_text()))}
    assert names_explained() - read == set()


def test_every_setting_that_is_explained_stands_there_once() -> None:
    lines = re.findall(r"^#?\s?([A-Z][A-Z0-9_]+)=", text_of(".env.example"), re.MULTILINE)
    assert sorted(lines) == sorted(set(lines))


def api_paths() -> list[str]:
    """As the README writes them: ``<number>`` for Django's ``<int:number>``."""
    below = next(
        str(part.pattern)
        for part in urls.urlpatterns
        if isinstance(part, URLResolver) and part.urlconf_name is api_urls
    )
    paths = [f"/{below}{part.pattern}" for part in api_urls.urlpatterns if isinstance(part, URLPattern)]
    return [re.sub(r"<\w+:", "<", path) for path in paths]


def test_every_address_of_the_api_is_in_the_readme() -> None:
    readme = text_of("README.md")
    assert "/api/v1/extract" in api_paths()
    assert [path for path in api_paths() if path not in readme] == []


def test_every_command_is_documented() -> None:
    documents = text_of("README.md", *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")))
    folders = [ROOT / app / "management" / "commands" for app in APPS]
    commands = {path.stem for folder in folders for path in folder.glob("*.py") if path.stem != "__init__"}
    assert len(commands) >= 6
    assert {name for name in commands if not re.search(rf"\b{name}\b", documents)} == set()


def test_decision_records_are_numbered_without_a_gap() -> None:
    records = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert records
    assert [name[:4] for name in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (document, link)
        for document in documents
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text())
    ]
    assert [f"{d.name}: {link}" for d, link in links if not (d.parent / link).exists()] == []
