"""From a fault to a mail: with a real store, a real mail server, and the library in between."""

from control_plane.adapters.alerts.apprise import AppriseNotifier
from control_plane.adapters.store.database import Database
from control_plane.services.alerts.outbox import pause
from tests.alerts import rule
from tests.control_plane.adapters.alerts.receivers import free_port, mail_server
from tests.control_plane.services.alerts.alerting import Alerting, alerting

FAILING = rule(labels={"cause": ("failed",)}, threshold=2.0, window_s=60.0)


async def test_a_mail_server_that_is_down_gets_the_alert_when_it_is_back_even_after_a_restart(
    it: Alerting, database: Database
) -> None:
    port = free_port()
    notifier = AppriseNotifier(f"night=mailto://127.0.0.1:{port}/?from=pbx@example.com&to=ana@example.com")
    before = alerting(database, notifier=notifier, clock=it.clock)
    await before.store.save_rule(FAILING, at=0.0)
    await before.look()
    before.fail_calls(3)
    await before.look()
    assert before.metric("deliveries_total", "retried") == 1
    after = alerting(database, notifier=notifier, clock=it.clock)
    it.clock.advance(pause(1))
    with mail_server(port) as mailbox:
        assert await after.service.outbox.send_due() == 1
    (mail,) = mailbox.mails
    assert mail["subject"] == "[AVISO] Llamadas con falla / Failing calls · main"
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert "https://pbx.example/system" in body.get_content()
    assert after.metric("deliveries_total", "sent") == 1
