from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotation.actions import clients, projects
from annotation.actions.client_keys import authenticate
from annotation.actions.client_secrets import KeyRefused
from annotation.errors import ActionError, TooLate
from annotation.models import Client, Project
from tests.conftest import Cast
from tests.together import together


def test_create_gives_a_key_that_authenticates(api_key: tuple[Client, str]) -> None:
    client, key = api_key
    assert authenticate(key) == client
    assert key.startswith(client.prefix + "_")


def test_create_keeps_only_the_hash_of_the_key(api_key: tuple[Client, str]) -> None:
    client, key = api_key
    row = Client.objects.filter(pk=client.pk).values().get()
    assert key not in str(row)
    assert key.removeprefix(client.prefix + "_") not in str(row)
    assert row["key_hash"] == hashlib.sha256(key.encode()).hexdigest()


def test_create_second_time_with_the_name_is_refused(project: Project, api_key: tuple[Client, str]) -> None:
    with pytest.raises(ActionError, match="has a valid key already"):
        clients.create(project=project, name=" platform ", by=None)
    assert Client.objects.count() == 1


def test_create_with_the_name_in_another_project_is_taken(cast: Cast, api_key: tuple[Client, str]) -> None:
    assert clients.create(project=projects.get("elsewhere"), name="platform", by=None)


@pytest.mark.parametrize("name", ["", " \n", "x" * 81, "a\x00b"])
def test_create_with_a_name_no_column_takes_is_refused(project: Project, name: str) -> None:
    with pytest.raises(ActionError, match="needs a name"):
        clients.create(project=project, name=name, by=None)


@pytest.mark.django_db(transaction=True)
def test_create_twice_at_once_has_one_winner(project: Project) -> None:
    make = partial(clients.create, project=project, name="platform", by=None)
    results = together(make, make, make)
    assert sorted(type(result).__name__ for result in results) == ["ActionError", "ActionError", "tuple"]
    assert Client.objects.count() == 1


@pytest.mark.parametrize("end", ["", "_", "_wrong", "_ŵrong"])
def test_authenticate_with_a_wrong_key_gives_nobody(api_key: tuple[Client, str], end: str) -> None:
    with pytest.raises(KeyRefused):
        authenticate(api_key[0].prefix + end)


@pytest.mark.parametrize("key", ["", "_", "mk_", "x" * 10_000])
def test_authenticate_with_no_key_gives_nobody(api_key: tuple[Client, str], key: str) -> None:
    with pytest.raises(KeyRefused):
        authenticate(key)


def test_revoke_ends_the_key(cast: Cast, api_key: tuple[Client, str]) -> None:
    client, key = api_key
    clients.revoke(client=client, by=cast.admin)
    client.refresh_from_db()
    with pytest.raises(KeyRefused):
        authenticate(key)
    assert client.revoked_by == cast.admin


def test_revoke_second_time_is_refused(cast: Cast, api_key: tuple[Client, str]) -> None:
    client, _ = api_key
    clients.revoke(client=client, by=cast.admin)
    with pytest.raises(TooLate, match="revoked already"):
        clients.revoke(client=client, by=cast.lead)
    client.refresh_from_db()
    assert client.revoked_by == cast.admin


def test_create_after_a_revocation_takes_the_name_again(
    project: Project, cast: Cast, api_key: tuple[Client, str]
) -> None:
    client, old = api_key
    clients.revoke(client=client, by=cast.admin)
    again, new = clients.create(project=project, name="platform", by=cast.admin)
    assert authenticate(new) == again
    with pytest.raises(KeyRefused):
        authenticate(old)


def test_create_client_command_prints_the_key_as_json_alone(project: Project) -> None:
    out = StringIO()
    call_command("create_client", "EMR of the clinic", "--project", "clinic", "--json", stdout=out)
    row = json.loads(out.getvalue())
    assert row["project"] == "clinic"
    assert authenticate(row["key"]) == Client.objects.get(name=row["client"], prefix=row["prefix"])


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "everything"]])
def test_create_with_no_or_unknown_scope_is_refused(project: Project, scopes: list[str]) -> None:
    with pytest.raises(ActionError, match="one or more of extract, jobs, feedback, read, write, train"):
        clients.create(project=project, name="EMR", by=None, scopes=scopes)
    assert not Client.objects.exists()


def test_create_client_command_takes_scopes(project: Project) -> None:
    out = StringIO()
    call_command("create_client", "notebooks", "--scope", "train", "--scope", "read", "--json", stdout=out)
    assert json.loads(out.getvalue())["scopes"] == ["read", "train"] == Client.objects.get().scopes


def test_create_client_command_without_project_takes_the_oldest(cast: Cast) -> None:
    call_command("create_client", "EMR", stdout=StringIO())
    assert Client.objects.get().project.slug == "clinic"


def test_create_client_command_takes_expiry_addresses_and_rate(project: Project) -> None:
    out = StringIO()
    terms = ["--days", "30", "--ip", "192.0.2.0/24", "--ip", "2001:db8::1", "--rate", "60", "--burst", "5", "--json"]
    call_command("create_client", "EMR", *terms, stdout=out)
    client = Client.objects.get()
    assert client.expires_at
    assert 29.9 < (client.expires_at - timezone.now()) / timedelta(days=1) <= 30
    assert json.loads(out.getvalue())["expires_at"] == client.expires_at.isoformat()
    assert (client.allowed_ips, client.rate_per_minute, client.burst) == (["192.0.2.0/24", "2001:db8::1"], 60, 5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["EMR", "--project", "nowhere"], "no project 'nowhere'"),
        (["x" * 81], "needs a name"),
        (["EMR", "--days", "-1"], "choose a later day"),
        (["EMR", "--days", "9999999999"], "give fewer"),
        (["EMR", "--ip", "here"], "is no address"),
        (["EMR", "--rate", "0"], "requests a minute"),
    ],
)
def test_create_client_command_that_fails_says_why(project: Project, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("create_client", *arguments)
