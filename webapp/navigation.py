"""The rows of links at the top of a project's pages: groups, and the pages of the group that is open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from django.urls import NoReverseMatch, reverse

from annotation.access import Right


@dataclass(frozen=True, slots=True)
class Page:
    """A link: its words, its address' name, who sees it, and the other addresses that belong to the page."""

    title: str
    name: str
    right: Right = Right.VIEW
    also: tuple[str, ...] = ()


GROUPS: dict[str, tuple[Page, ...]] = {
    "Home": (Page("Home", "project", also=("accuracy",)),),
    "Annotate": (
        Page("Queue", "queue", also=("task", "task_adjudicate")),
        Page("Notes", "notes", Right.READ_NOTES, also=("note",)),
        Page("Guidelines", "guidelines", also=("guideline_edit", "guideline_compare", "label", "label_add")),
        Page("Ask for annotation", "assign", Right.ASSIGN),
        Page("Teams", "teams", Right.ASSIGN, also=("team",)),
        Page("Settings", "settings", Right.ASSIGN),
    ),
    "Quality": (Page("Overview", "quality"), Page("Agreement", "agreement")),
    "Data": (
        Page("Import", "import", Right.IMPORT),
        Page("Export", "exports", Right.EXPORT, also=("export",)),
        Page("Batches", "batches", also=("batch",)),
        Page("Datasets", "datasets", also=("dataset", "dataset_notes", "dataset_words")),
        Page(
            "Lineage",
            "lineage",
            also=(
                *("lineage_find", "lineage_note", "lineage_dataset"),
                *("lineage_run", "lineage_model", "lineage_prediction"),
            ),
        ),
    ),
    "Models": (
        Page("Versions", "models", also=("model", "model_card")),
        Page("Runs", "runs", also=("run",)),
        Page("Experiments", "experiments", also=("experiment", "experiment_start", "experiment_compare")),
        Page("Triggers", "triggers"),
        Page("Rules", "training_rules"),
        Page("Deployments", "deployments"),
        Page("Traffic", "traffic", also=("rollout", "traffic_canary", "traffic_shadow", "traffic_test")),
        Page("Clinicians' tests", "uat_sessions", also=("uat",)),
        Page("Behaviour cases", "behaviour", Right.GUIDE, also=("behaviour_add", "behaviour_case")),
    ),
    "Health": (
        Page("Health", "health", also=("health_feature", "constraints")),
        Page("Alerts", "alerts"),
        Page("Channels", "channels"),
        Page("Policy", "policy"),
    ),
    "API keys": (Page("API keys", "clients", Right.MANAGE_CLIENTS, also=("client", "client_usage")),),
}
# On the page of a note every line counts: the row of pages is left out.
BARE = frozenset({"task", "task_adjudicate", "uat_rate"})


@dataclass(frozen=True, slots=True)
class Link:
    """`current`: empty, ``page`` for the page itself, ``true`` for what it belongs to; as aria-current has it."""

    title: str
    url: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class Navigation:
    groups: list[Link] = field(default_factory=list)
    title: str = ""
    pages: list[Link] = field(default_factory=list)


def navigation(slug: str, rights: Collection[str], here: str) -> Navigation:
    """The links that somebody with these rights sees on the page `here`. A page that is not there is left out."""
    return _navigation(slug, frozenset(rights), here)


@lru_cache(maxsize=1024)
def _navigation(slug: str, rights: frozenset[str], here: str) -> Navigation:
    groups, title, pages = [], "", []
    for name, all_pages in GROUPS.items():
        links = [link for page in all_pages if page.right in rights and (link := _link(page, slug, here))]
        if not links:
            continue
        is_open = any(link.current for link in links)
        alone = links[0].current if len(links) == 1 else "true" if is_open else ""
        groups.append(Link(name, links[0].url, alone))
        if is_open and len(links) > 1 and here not in BARE:
            title, pages = name, links
    return Navigation(groups, title, pages)


def _link(page: Page, slug: str, here: str) -> Link | None:
    try:
        url = reverse(page.name, args=[slug])
    except NoReverseMatch:
        return None
    return Link(page.title, url, "page" if here == page.name else "true" if here in page.also else "")
