"""Alerts outside the product: the outbox, e-mail, and webhooks to a real server."""

from __future__ import annotations

import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.actions import notes, projects
from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project, User
from monitoring import tasks
from monitoring.actions import alerts, channels, deliveries, webhooks
from monitoring.actions.alerts import News, Severity
from monitoring.actions.webhooks import NotSent
from monitoring.models import Alert, Channel, Delivery
from tests.conftest import Cast
from tests.patient_data.canaries import CANARIES, TEXT, canaries_in, tables_with_canaries
from tests.together import together
from webapp.mail import email_settings

Occasion, Status = Delivery.Occasion, Delivery.Status


class Receiver(BaseHTTPRequestHandler):
    """Keeps what it gets; `/NUMBER` is answered with that status, `/slow` never in time, `/drip` a byte at a time."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        kind = self.path.strip("/")
        if kind in {"slow", "drip"}:
            self.wait(kind)
            return
        self.send_response(int(kind) if kind.isdecimal() else 204)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def wait(self, kind: str) -> None:
        """Until whoever asked is gone."""
        self.connection.settimeout(0.05)
        for _ in range(100):
            try:
                if kind == "drip":
                    self.connection.sendall(b"H")
                if self.connection.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests' output is no log."""


class Server(ThreadingHTTPServer):
    got: list[tuple[str, dict[str, str], str]]

    def url(self, path: str = "hook") -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.WEBHOOK_PRIVATE = True
    with Server(("127.0.0.1", 0), Receiver) as server:
        server.got = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def add(project: Project, cast: Cast, target: str, least: str = "warning") -> tuple[Channel, str]:
    kind = "email" if "@" in target else "webhook"
    return channels.add(project=project, kind=kind, target=target, least=least, by=cast.lead)


def tell(project: Project, severity: Alert.Severity = Severity.WARNING, key: str = "drift", **more: Any) -> Alert:
    news = News(key, severity, "Clinic: drift", "The words have changed.", "Look at the page.", **more)
    return alerts.tell(project=project, news=news)


def occasions(channel: Channel) -> list[tuple[str, str]]:
    return list(channel.deliveries.order_by("pk").values_list("occasion", "severity"))


def come_back() -> None:
    """The pauses are over."""
    Delivery.objects.waiting().update(next_try_at=timezone.now())


# The outbox -----------------------------------------------------------------------------------------------------------
def test_alert_is_put_out_when_it_opens_grows_graver_and_ends_and_not_when_it_is_seen_again(
    project: Project, cast: Cast
) -> None:
    channel, _ = add(project, cast, "a@example.org")
    for severity in (Severity.WARNING, Severity.WARNING, Severity.CRITICAL, Severity.CRITICAL):
        tell(project, severity)
    for _ in range(2):
        alerts.over(project=project, key="drift")
    assert occasions(channel) == [("opened", "warning"), ("graver", "critical"), ("resolved", "critical")]


def test_alert_that_grows_graver_a_second_time_is_told_again(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org")
    for severity in (Severity.WARNING, Severity.CRITICAL, Severity.WARNING, Severity.CRITICAL):
        tell(project, severity)
    assert [occasion for occasion, _ in occasions(channel)] == ["opened", "graver", "graver"]


def test_channel_gets_what_is_grave_enough_and_the_end_of_what_it_got(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org", least="critical")
    tell(project)
    alerts.over(project=project, key="drift")
    assert occasions(channel) == []
    for severity in (Severity.WARNING, Severity.CRITICAL, Severity.WARNING):
        tell(project, severity)
    alerts.over(project=project, key="drift")
    assert occasions(channel) == [("graver", "critical"), ("resolved", "warning")]


def test_alert_that_a_person_resolves_is_put_out(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org")
    alert = tell(project)
    alerts.resolve(alert=alert, by=cast.lead)
    with pytest.raises(TooLate):
        alerts.resolve(alert=alert, by=cast.lead)
    assert [occasion for occasion, _ in occasions(channel)] == ["opened", "resolved"]


def test_same_occasion_is_put_out_once(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org")
    alert = tell(project)
    deliveries.put_out(alert=alert, occasion=Occasion.OPENED, at=timezone.now())
    assert len(occasions(channel)) == 1
    row = channel.deliveries.values().get()
    with pytest.raises(IntegrityError, match="delivery_occasion_once"), transaction.atomic():
        Delivery.objects.create(**{**row, "id": None})


def test_alert_that_is_undone_leaves_nothing_in_the_outbox(project: Project, cast: Cast) -> None:
    add(project, cast, "a@example.org")
    with transaction.atomic():
        tell(project)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_channel_of_another_project_hears_nothing(project: Project, cast: Cast) -> None:
    channel, _ = add(projects.get("elsewhere"), cast, "a@example.org")
    tell(project)
    assert occasions(channel) == []


# Sending --------------------------------------------------------------------------------------------------------------
def test_email_says_what_happened_and_is_sent_once(project: Project, cast: Cast) -> None:
    channel, secret = add(project, cast, "a@example.org")
    assert secret == ""
    tell(project)
    tasks.send_deliveries()
    tasks.send_deliveries()
    (sent,) = mail.outbox
    assert sent.to == ["a@example.org"]
    assert sent.subject == "[Marginalia] Warning: Clinic: drift"
    assert "The words have changed." in sent.body
    assert "What to do: Look at the page." in sent.body
    assert "/p/clinic/alerts/" in sent.body
    row = channel.deliveries.get()
    assert (row.status, row.tries, row.error) == (Status.SENT, 1, "")
    assert row.sent_at is not None


def test_webhook_is_signed_with_its_secret(project: Project, cast: Cast, server: Server) -> None:
    _, secret = add(project, cast, server.url("hook?x=1"))
    alert = tell(project, Severity.CRITICAL)
    assert deliveries.send_due() == 1
    ((path, headers, body),) = server.got
    at, signed = (part.partition("=")[2] for part in headers["X-Marginalia-Signature"].split(","))
    assert signed == hmac.new(secret.encode(), f"{at}.{body}".encode(), "sha256").hexdigest()
    assert abs(time.time() - int(at)) < 60
    assert (path, headers["Content-Type"]) == ("/hook?x=1", "application/json")
    said = json.loads(body)
    assert (said["alert"], said["occasion"], said["severity"]) == (alert.pk, "opened", "critical")
    assert said["delivery"] == Delivery.objects.get().pk


def test_failed_try_is_repeated_later_and_its_reason_is_kept(project: Project, cast: Cast, server: Server) -> None:
    channel, _ = add(project, cast, server.url("503"))
    tell(project)
    assert deliveries.send_due() == 0
    row = channel.deliveries.get()
    assert (row.status, row.tries, row.error) == (Status.WAITING, 1, "It answered 503.")
    assert timedelta(seconds=50) < row.next_try_at - timezone.now() < timedelta(seconds=61)
    deliveries.send_due()  # not yet
    assert len(server.got) == 1
    Channel.objects.update(target=server.url())
    come_back()
    assert deliveries.send_due() == 1
    row.refresh_from_db()
    assert (row.status, row.tries, row.error) == (Status.SENT, 2, "")


def test_sixth_failure_is_the_last_and_pauses_grow(project: Project, cast: Cast, server: Server) -> None:
    channel, _ = add(project, cast, server.url("500"))
    tell(project)
    pauses = []
    for _ in range(8):
        deliveries.send_due()
        row = channel.deliveries.get()
        if row.next_try_at:
            pauses.append(row.next_try_at - timezone.now())
        come_back()
    assert (row.status, row.tries, row.error) == (Status.FAILED, 6, "It answered 500.")
    assert len(server.got) == 6
    assert pauses == sorted(pauses)
    assert len(pauses) == 5


def test_try_of_a_worker_that_died_is_made_again_and_the_last_is_given_up(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org")
    tell(project)
    assert deliveries._claim(())  # and the worker dies
    assert deliveries.send_due() == 0
    come_back()
    assert deliveries.send_due() == 1
    tell(project, Severity.CRITICAL)
    Delivery.objects.waiting().update(tries=deliveries.MOST_TRIES)
    assert deliveries.send_due() == 0
    row = channel.deliveries.get(occasion=Occasion.GRAVER)
    assert row.status == Status.FAILED
    assert "not known" in row.error
    assert len(mail.outbox) == 1


def test_worker_that_comes_back_too_late_changes_nothing(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org")
    tell(project)
    slow = deliveries._claim(())
    assert slow is not None
    come_back()
    assert deliveries.send_due() == 1
    deliveries._failed(slow, "late", for_good=True)
    assert channel.deliveries.get().status == Status.SENT


def test_end_of_an_alert_is_not_told_before_its_beginning(project: Project, cast: Cast, server: Server) -> None:
    add(project, cast, server.url("500"))
    tell(project)
    deliveries.send_due()
    alerts.over(project=project, key="drift")
    deliveries.send_due()
    assert len(server.got) == 1
    Channel.objects.update(target=server.url())
    come_back()
    assert deliveries.send_due() == 2
    assert [json.loads(body)["occasion"] for _, _, body in server.got] == ["opened", "opened", "resolved"]


def test_broken_channel_stops_no_other(
    project: Project, cast: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.3)
    slow, _ = add(project, cast, server.url("slow"))
    unsealed, _ = add(project, cast, server.url("a"))
    Channel.objects.filter(pk=unsealed.pk).update(ciphertext=b"x" * 40)
    odd, _ = add(project, cast, server.url("b"))
    Channel.objects.filter(pk=odd.pk).update(target=f"{TEXT}")
    good, _ = add(project, cast, server.url("good"))
    for key in ("one", "two"):
        tell(project, key=key)
    assert deliveries.send_due() == 2
    assert good.deliveries.filter(status=Status.SENT).count() == 2
    # Each broken one was tried once and left alone.
    assert [path for path, _, _ in server.got] == ["/slow", "/good", "/good"]
    errors = set(Delivery.objects.exclude(error="").values_list("channel", "error"))
    assert {pk for pk, _ in errors} == {slow.pk, unsealed.pk, odd.pk}
    assert dict(errors)[slow.pk] == "It did not answer within 0.3 seconds."
    assert not canaries_in(str(errors))


def test_unforeseen_fault_stops_no_other(project: Project, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> str:
        raise KeyError(TEXT)

    monkeypatch.setitem(deliveries.sending._SEND, Channel.Kind.WEBHOOK, fail)
    monkeypatch.setattr(webhooks, "places", lambda parts: [])
    broken, _ = add(project, cast, "https://example.org/x")
    add(project, cast, "a@example.org")
    tell(project)
    assert deliveries.send_due() == 1
    assert broken.deliveries.get().error == "It could not be sent (KeyError)."


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(project: Project, cast: Cast, server: Server) -> None:
    for number in range(4):
        add(project, cast, server.url(f"hook{number}"))
    tell(project)
    assert sum(together(deliveries.send_due, deliveries.send_due, deliveries.send_due)) == 4
    assert len(server.got) == 4


def test_no_word_of_a_note_and_no_evidence_is_sent(project: Project, cast: Cast, server: Server) -> None:
    notes.add(project=project, news=[notes.NewNote("n1", TEXT)], origin=Note.Origin.IMPORT)
    add(project, cast, server.url())
    add(project, cast, "a@example.org")
    tell(project, evidence={"seen": CANARIES[0]})
    assert deliveries.send_due() == 2
    (sent,) = mail.outbox
    assert canaries_in(str(server.got) + sent.subject + sent.body) == []


# Where webhooks may go ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:8000/", "http://[::1]/", "http://10.1.2.3/", "http://192.168.0.7/",
        "http://172.16.0.1/", "http://169.254.169.254/latest", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://100.64.0.1/",
        "http://[2002:7f00:1::]/", "http://2130706433/", "http://0x7f.1/", "http://224.0.0.1/",
    ],
)  # fmt: skip
def test_private_address_is_refused_when_added_and_when_sent(url: str, project: Project, cast: Cast) -> None:
    with pytest.raises(NotSent, match="private network"):
        add(project, cast, url)
    with pytest.raises(NotSent, match="private network"):
        webhooks.post(url, b"{}", {})
    assert not Channel.objects.exists()


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_address_is_taken(address: str) -> None:
    assert webhooks.is_public(address)


def test_name_that_leads_to_a_private_address_later_is_refused_and_not_called(
    project: Project, cast: Cast, server: Server, settings: Any
) -> None:
    channel, _ = add(project, cast, server.url())
    settings.WEBHOOK_PRIVATE = False
    tell(project)
    assert deliveries.send_due() == 0
    assert server.got == []
    assert "private network" in channel.deliveries.get().error


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "example.org", "https://", "https://u:p@example.org/",
        "https://u@example.org/", "https://example.org/a b", "https://example.org/\nx", "https://example.org:99999/",
        "https://example.org/#x", "https://bücher.example/", "https://[::1/", "https://example.org\\@127.0.0.1/",
    ],
)  # fmt: skip
def test_url_that_can_not_be_posted_to_is_refused(url: str, project: Project, cast: Cast) -> None:
    with pytest.raises(NotSent, match="Write the URL as https"):
        channels.add(project=project, kind="webhook", target=url, least="info", by=cast.lead)


def test_redirect_is_not_followed(project: Project, cast: Cast, server: Server) -> None:
    channel, _ = add(project, cast, server.url("307"))
    with pytest.raises(NotSent, match="It answered 307; redirects are not followed"):
        channels.test(channel=channel, by=cast.lead)
    assert [path for path, _, _ in server.got] == ["/307"]


@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_server_that_takes_its_time_is_cut_off(kind: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.4)
    began = time.monotonic()
    with pytest.raises(NotSent, match=r"within 0\.4 seconds"):
        webhooks.post(server.url(kind), b"{}", {})
    assert time.monotonic() - began < 2


def test_server_without_tls_and_closed_port_say_so(server: Server) -> None:
    with pytest.raises(NotSent, match="TLS"):
        webhooks.post(server.url().replace("http:", "https:"), b"{}", {})
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotSent, match=r"The connection failed \(ConnectionRefusedError\)"):
        webhooks.post(f"http://127.0.0.1:{port}/", b"{}", {})


def self_signed(folder: Path) -> Path:
    """A certificate of 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = timezone.now()
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "receiver.pem"
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(pem))
    return path


def test_certificate_is_checked(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    url = server.url().replace("http:", "https:")
    monkeypatch.setattr(server, "handle_error", lambda *_: None)
    with pytest.raises(NotSent, match="certificate is not valid"):
        webhooks.post(url, b"{}", {})
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(webhooks.ssl, "create_default_context", lambda: trusting)
    assert webhooks.post(url, b"{}", {}) == 204
    # Another name than the certificate's.
    with pytest.raises(NotSent, match="certificate is not valid"):
        webhooks.post(url.replace("127.0.0.1", "localhost"), b"{}", {})
    assert len(server.got) == 1


# Channels -------------------------------------------------------------------------------------------------------------
def test_secret_is_encrypted_and_goes_with_the_channel(project: Project, cast: Cast, server: Server) -> None:
    channel, secret = add(project, cast, server.url())
    row = Channel.objects.values().get()
    assert secret not in str(row)
    assert secret.encode() not in bytes(row["ciphertext"])
    tell(project)
    channels.remove(channel=channel, by=cast.lead)
    channel.refresh_from_db()
    assert (channel.ciphertext, channel.wrapped_key, channel.key_id) == (None, None, "")
    assert channel.deliveries.get().error == "The channel was removed."
    tell(project, key="other")
    assert channel.deliveries.count() == 1
    assert deliveries.send_due() == 0
    assert server.got == []
    with pytest.raises(TooLate):
        channels.remove(channel=channel, by=cast.lead)
    with pytest.raises(TooLate):
        channels.test(channel=channel, by=cast.lead)


def test_message_that_crossed_the_removal_is_given_up(project: Project, cast: Cast) -> None:
    channel, _ = add(project, cast, "a@example.org")
    tell(project)
    channels.remove(channel=channel, by=cast.lead)
    channel.deliveries.update(status=Status.WAITING, error="", next_try_at=timezone.now())
    assert deliveries.send_due() == 0
    row = channel.deliveries.get()
    assert (row.status, row.error) == (Status.FAILED, "The channel was removed.")
    assert mail.outbox == []


@pytest.mark.parametrize("target", ["", "nobody", "a@b\nBcc: c@example.org", "a@example.org, b@example.org"])
def test_wrong_email_address_is_refused(target: str, project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="not an e-mail address"):
        channels.add(project=project, kind="email", target=target, least="info", by=cast.lead)


def test_unknown_kind_severity_and_too_long_an_address_are_refused(project: Project, cast: Cast) -> None:
    for kind, target, least in (("fax", "1", "info"), ("email", "a@b.org", "mild"), ("email", "a" * 501, "info")):
        with pytest.raises(ActionError):
            channels.add(project=project, kind=kind, target=target, least=least, by=cast.lead)


def test_number_of_channels_is_limited(project: Project, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "MOST_CHANNELS", 1)
    channel, _ = add(project, cast, "a@example.org")
    with pytest.raises(ActionError, match="at most 1"):
        add(project, cast, "b@example.org")
    channels.remove(channel=channel, by=cast.lead)
    add(project, cast, "b@example.org")


@pytest.mark.django_db(transaction=True)
def test_same_address_added_at_once_has_one_winner(project: Project, cast: Cast) -> None:
    work = partial(add, project, cast, "a@example.org")
    results = together(work, work, work)
    assert sorted(type(result).__name__ for result in results) == ["ActionError", "ActionError", "tuple"]
    assert Channel.objects.count() == 1


def test_email_without_a_mail_server_fails_and_says_why(project: Project, cast: Cast, settings: Any) -> None:
    channel, _ = add(project, cast, "a@example.org")
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with pytest.raises(NotSent, match="EMAIL_URL"):
        channels.test(channel=channel, by=cast.lead)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(NotSent, match=r"did not take it \(ConnectionRefusedError\)"):
        channels.test(channel=channel, by=cast.lead)


def test_mail_settings_come_from_one_address_and_name_what_is_wrong() -> None:
    found = email_settings("smtp+tls://me:p%40ss@mail.example.org:587", embedded=False)
    assert found["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert "console" in email_settings("", embedded=True)["EMAIL_BACKEND"]
    assert "dummy" in email_settings("", embedded=False)["EMAIL_BACKEND"]
    for wrong in ("mail.example.org", "smtp://", "smtp://mail.example.org:many", "memorymail://"):
        with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
            email_settings(wrong, embedded=False)


# The page -------------------------------------------------------------------------------------------------------------
def test_page_shows_the_secret_once_and_to_viewers_no_path(
    project: Project, cast: Cast, server: Server, browser_of: Callable[[User], Browser]
) -> None:
    lead, page = browser_of(cast.lead), reverse("channels", args=["clinic"])
    answer = lead.post(page, {"kind": "webhook", "target": server.url("secret-path"), "least": "info"})
    secret = answer.context["secret"]
    assert secret
    assert f'value="{secret}"' in answer.content.decode()
    again = lead.get(page).content.decode()
    assert secret not in again
    assert "secret-path" in again
    seen = browser_of(cast.annotator).get(page).content.decode()
    assert f"127.0.0.1:{server.server_port}/…" in seen
    assert "secret-path" not in seen
    assert "Send a test alert" not in seen


def test_page_says_what_is_wrong_with_an_address(
    project: Project, cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    page = reverse("channels", args=["clinic"])
    answer = browser_of(cast.lead).post(page, {"kind": "webhook", "target": "http://127.0.0.1/", "least": "info"})
    assert "private network" in answer.content.decode()
    assert not Channel.objects.exists()


def test_test_alert_tells_the_result(
    project: Project, cast: Cast, server: Server, browser_of: Callable[[User], Browser]
) -> None:
    lead = browser_of(cast.lead)
    results = {}
    for target in ("a@example.org", server.url(), server.url("500")):
        channel, _ = add(project, cast, target)
        answer = lead.post(reverse("channel_test", args=[channel.pk]), follow=True)
        results[target] = [str(message) for message in answer.context["messages"]]
    good, hook, bad = (said for (said,) in results.values())
    assert good.endswith("The mail server took it.")
    assert hook.endswith("It answered 204.")
    assert "did not reach" in bad
    assert bad.endswith("It answered 500.")
    assert mail.outbox[0].subject == "[Marginalia] Test: " + f"{project.name}: a test of this channel"
    assert not Delivery.objects.exists()
    assert json.loads(server.got[0][2])["occasion"] == "test"


def test_page_lists_last_messages_and_removes_a_channel(
    project: Project, cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    channel, _ = add(project, cast, "a@example.org")
    tell(project)
    lead, page = browser_of(cast.lead), reverse("channels", args=["clinic"])
    assert "Clinic: drift" in lead.get(page).content.decode()
    lead.post(reverse("channel_remove", args=[channel.pk]))
    after = lead.get(page).content.decode()
    assert "No channel yet" in after
    assert "The channel was removed." in after
    assert tables_with_canaries() == []
