"""Sessions are read by a statement of our own: what Django promises of them must still hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from annotation.models import User
from webapp.sessions import SessionStore
from webapp.signin import BACKEND

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in() -> tuple[Client, User]:
    user = User.objects.create_user("asha")
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return browser, user


def who(browser: Client) -> int | None:
    """The id of the person the server takes the browser for."""
    request = browser.get("/login/").wsgi_request
    return request.user.pk


def test_session_keeps_what_was_put_into_it() -> None:
    store = SessionStore()
    store["words"] = "x"
    store.save()
    assert SessionStore(store.session_key)["words"] == "x"


def test_signed_in_person_is_known(signed_in: tuple[Client, User]) -> None:
    assert who(signed_in[0]) == signed_in[1].pk


def test_session_that_is_over_signs_nobody_in(signed_in: tuple[Client, User]) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert who(signed_in[0]) is None


def test_signed_out_session_is_gone_everywhere(signed_in: tuple[Client, User]) -> None:
    browser, _ = signed_in
    cookie = browser.cookies["sessionid"].value
    browser.logout()
    other = Client()
    other.cookies["sessionid"] = cookie
    assert who(other) is None


def test_person_who_left_or_changed_the_password_is_signed_out(signed_in: tuple[Client, User]) -> None:
    browser, user = signed_in
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert who(browser) is None
    User.objects.filter(pk=user.pk).update(is_active=True, password="argon2$other")
    assert who(browser) is None
