"""Messages over the library arrive at real receivers; what goes wrong is told without addresses."""

import io
import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from control_plane.adapters.alerts.apprise import AppriseNotifier
from control_plane.core.alert.rule import Severity
from control_plane.observability.logging import configure_logging
from control_plane.ports.alerts import Notice
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable
from tests.control_plane.adapters.alerts.receivers import free_port, mail_server, web_server

NOTICE = Notice(title="[CRÍTICO] Falla · main", body="Valor 3 (> 2).\nValue 3 (> 2).", severity=Severity.CRITICAL)
SECRET = "a-secret-token"


def mail(port: int) -> str:
    return f"mailto://u:{SECRET}@127.0.0.1:{port}/?mode=insecure&from=pbx@example.com&to=ana@example.com"


async def failed(notifier: AppriseNotifier, *, timeout_s: float = 10.0) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await notifier.send(notifier.channels[0].name, NOTICE, timeout_s=timeout_s)
    assert SECRET not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)
    return caught.value


async def test_a_mail_arrives() -> None:
    port = free_port()
    with mail_server(port) as mailbox:
        await AppriseNotifier(f"mailto://127.0.0.1:{port}/?from=pbx@example.com&to=ana@example.com").send(
            "mailto", NOTICE, timeout_s=10.0
        )
    (received,) = mailbox.mails
    body = received.get_body(("plain", "html"))
    assert body is not None
    assert received["subject"] == NOTICE.title
    assert "Valor 3" in body.get_content()


async def test_a_web_service_gets_title_text_and_severity() -> None:
    port = free_port()
    with web_server(port) as bodies:
        notifier = AppriseNotifier(f"hook=json://127.0.0.1:{port}/alerts?:k={SECRET}")
        await notifier.send("hook", NOTICE, timeout_s=10.0)
        resolved = Notice(title="[OK]", body="Valor 0.", severity=Severity.CRITICAL, resolved=True)
        await notifier.send("hook", resolved, timeout_s=10.0)
    assert [(body["title"], body["type"]) for body in bodies] == [(NOTICE.title, "failure"), ("[OK]", "success")]
    assert bodies[0]["message"] == NOTICE.body


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [(429, RateLimited, "429"), (401, Unavailable, "key"), (500, Unavailable, "5xx"), (418, Unavailable, "not take")],
)
async def test_a_refusal_says_what_it_means(status: int, kind: type[ProviderError], text: str) -> None:
    port = free_port()
    with web_server(port, status=status):
        fault = await failed(AppriseNotifier(f"json://127.0.0.1:{port}/{SECRET}"))
    assert type(fault) is kind
    assert text in str(fault)
    assert fault.retryable


@pytest.mark.parametrize("address", ["json://127.0.0.1:{port}/" + SECRET, mail(9).replace(":9/", ":{port}/")])
async def test_a_receiver_that_is_down_can_be_tried_again(address: str) -> None:
    fault = await failed(AppriseNotifier(address.format(port=free_port())))
    assert isinstance(fault, Unavailable)
    assert "no connection" in str(fault)


async def test_a_receiver_that_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fault = await failed(AppriseNotifier(f"json://127.0.0.1:{silent.getsockname()[1]}/?rto=1"), timeout_s=0.3)
    assert isinstance(fault, Timeout)


@pytest.mark.parametrize("address", ["nonsense", f"unheardof://{SECRET}", f"slack://{SECRET}"])
async def test_an_address_that_cannot_be_read_is_for_a_person_to_put_right(address: str) -> None:
    assert isinstance(await failed(AppriseNotifier(address)), Misconfigured)


async def test_a_channel_that_is_not_configured_is_for_a_person_to_put_right() -> None:
    with pytest.raises(Misconfigured, match="no such channel"):
        await AppriseNotifier("").send("absent", NOTICE, timeout_s=1.0)


async def test_nothing_of_an_address_is_ever_logged() -> None:
    lines = io.BytesIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logging("DEBUG", stream=lines)
        port = free_port()
        with web_server(port):
            await AppriseNotifier(f"json://127.0.0.1:{port}/{SECRET}").send("json", NOTICE, timeout_s=10.0)
        await failed(AppriseNotifier(f"slack://{SECRET}"))
        await failed(AppriseNotifier(mail(free_port())))
    finally:
        structlog.reset_defaults()
        root.handlers[:] = before[0]
        root.setLevel(before[1])
    assert SECRET.encode() not in lines.getvalue()


def test_the_library_is_not_loaded_before_there_is_something_to_send() -> None:
    code = (
        "import sys; from control_plane.adapters.alerts.apprise import AppriseNotifier as N; "
        "print([c.name for c in N('json://h').channels], 'apprise' in sys.modules)"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "['json'] False"
