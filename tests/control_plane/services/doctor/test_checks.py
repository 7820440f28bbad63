"""Each check tells what it sees from what the probe, the stores and the machine answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.core.doctor.echo import EchoResult
from control_plane.core.doctor.findings import Finding
from control_plane.core.doctor.texts import words
from control_plane.ports.probes import Answer, Unreachable
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.doctor import inside, outside
from control_plane.services.doctor.checks import checks
from control_plane.services.doctor.mark import HEADER, Mark
from control_plane.services.doctor.premises import Premises, ProviderKey
from control_plane.testing.clock import FakeClock

REFUSED = b'{"type":"urn:centralita:problem:bad_signature"}'
CLOCK = FakeClock()
MARK = Mark(b"secret", CLOCK)


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status=status, headers=headers, body=body)


class FakeProbe:
    """Answers everything with the same answer, or with the stored file."""

    def __init__(self) -> None:
        self.answer: Answer | None = answer()
        self.ends = CLOCK.wall() + 90 * 86_400
        self.echoed: EchoResult | None = EchoResult(sent=6, returned=6, delay_s=0.05, jitter_s=0.01)
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []

    async def fetch(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        self.asked.append((method, url, headers or {}))
        if self.answer is None:
            raise Unreachable("connection refused")
        return self.answer

    async def certificate_ends(self, url: str) -> float:
        if self.ends == 0:
            raise Unreachable("connection refused")
        return self.ends

    async def echo(self, url: str) -> EchoResult:
        if self.echoed is None:
            raise Unreachable("turned away with 4404")
        return self.echoed


KEY = ProviderKey(
    provider="telnyx",
    setting="TELNYX_API_KEY",
    url="https://carrier.example/me",
    headers={"authorization": "Bearer secret"},
    subject="TELNYX_CONNECTION_ID",
    present=True,
)


async def newest() -> tuple[str, str]:
    return "0004", "0004"


@pytest.fixture
def probe() -> FakeProbe:
    return FakeProbe()


@pytest.fixture
def premises(probe: FakeProbe, tmp_path: Path) -> Premises:
    return Premises(
        probe=probe,
        clock=CLOCK,
        base_url="https://gateway.example",
        webhook_url="https://gateway.example/webhook/telnyx",
        mark=MARK,
        echo_url=lambda: "wss://gateway.example/stream/media/ticket",
        dashboard_url="https://gateway.example/",
        sidecar_url="http://127.0.0.1:3009",
        keys=(KEY,),
        missing={},
        odd={},
        blobs=DiskBlobs(tmp_path, "https://gateway.example", secret=b"s", clock=CLOCK),
        revisions=newest,
        ping_redis=None,
        free_bytes=lambda: 50_000_000_000,
    )


def code(finding: Finding) -> str:
    """The code, when the words can be filled in with the values."""
    assert words(finding, "en").seen
    assert words(finding, "es").seen
    return finding.code


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(200), "key.ok"),
        (answer(401), "key.refused"),
        (answer(401, b'{"detail":{"status":"missing_permissions"}}'), "key.limited"),
        (answer(403), "key.limited"),
        (answer(404), "key.subject"),
        (answer(500), "provider.odd"),
        (None, "provider.away"),
    ],
)
async def test_a_key_is_good_bad_limited_or_cannot_be_checked(
    premises: Premises, probe: FakeProbe, reply: Answer | None, expected: str
) -> None:
    probe.answer = reply
    assert code(await outside.key(premises, KEY)) == expected


async def test_a_key_that_is_not_set_is_not_asked_about(premises: Premises, probe: FakeProbe) -> None:
    assert code(await outside.key(premises, replace(KEY, present=False))) == "key.none"
    assert probe.asked == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(401, REFUSED), "webhook.ok"),
        (answer(401, b"nginx"), "webhook.stranger"),
        (answer(404), "webhook.stranger"),
        (answer(200), "webhook.open"),
        (None, "address.away"),
    ],
)
async def test_a_webhook_that_nobody_signed_has_to_come_back_refused_by_us(
    premises: Premises, probe: FakeProbe, reply: Answer | None, expected: str
) -> None:
    probe.answer = reply
    assert code(await outside.webhook(premises, {})) == expected
    assert code(await outside.forged_webhook(premises)) == expected
    assert "telnyx-signature-ed25519" in probe.asked[1][2]
    assert all(MARK.holds(headers[HEADER]) for _, _, headers in probe.asked)


@pytest.mark.parametrize(
    ("days", "expected"), [(90, "certificate.ok"), (20, "certificate.soon"), (-1, "certificate.over")]
)
async def test_a_certificate_is_renewed_in_time(premises: Premises, probe: FakeProbe, days: int, expected: str) -> None:
    probe.ends = CLOCK.wall() + days * 86_400 + 60
    assert code(await outside.certificate(premises)) == expected


async def test_an_address_without_certificate_is_told(premises: Premises, probe: FakeProbe) -> None:
    assert code(await outside.certificate(replace(premises, base_url="http://here"))) == "certificate.none"
    probe.ends = 0
    assert code(await outside.certificate(premises)) == "address.away"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (answer(200, **{"content-type": "text/html; charset=utf-8"}), "dashboard.ok"),
        (answer(200, **{"content-type": "application/json"}), "dashboard.absent"),
        (None, "dashboard.absent"),
    ],
)
async def test_the_dashboard_is_a_page(
    premises: Premises, probe: FakeProbe, reply: Answer | None, expected: str
) -> None:
    probe.answer = reply
    assert code(await outside.dashboard(premises)) == expected


@pytest.mark.parametrize(
    ("reply", "expected"), [(answer(503), "sidecar.ok"), (answer(404), "sidecar.away"), (None, "sidecar.away")]
)
async def test_the_sidecar_answers_whatever_it_thinks_of_the_others(
    premises: Premises, probe: FakeProbe, reply: Answer | None, expected: str
) -> None:
    probe.answer = reply
    assert code(await outside.sidecar(premises)) == expected


@pytest.mark.parametrize(("off", "expected"), [(0, "clock.ok"), (50, "clock.ok"), (-70, "clock.wrong")])
async def test_the_clock_is_compared_with_the_carriers(
    premises: Premises, probe: FakeProbe, off: int, expected: str
) -> None:
    probe.answer = answer(401, date=formatdate(CLOCK.wall() + off, usegmt=True))
    assert code(await outside.clock(premises)) == expected


@pytest.mark.parametrize("reply", [None, answer(200), answer(200, date="yesterday")])
async def test_a_clock_that_nothing_can_be_compared_with_is_told(
    premises: Premises, probe: FakeProbe, reply: Answer | None
) -> None:
    probe.answer = reply
    assert code(await outside.clock(premises)) == "clock.unknown"


@pytest.mark.parametrize(
    ("returned", "delay_s", "jitter_s", "expected"),
    [
        (6, 0.05, 0.01, "echo.ok"),
        (6, 0.4, 0.01, "echo.slow"),
        (6, 0.05, 0.3, "echo.slow"),
        (5, 0.05, 0.01, "echo.partly"),
        (0, 0.0, 0.0, "echo.silent"),
    ],
)
async def test_an_echo_is_judged_by_what_came_back_and_when(
    premises: Premises, probe: FakeProbe, returned: int, delay_s: float, jitter_s: float, expected: str
) -> None:
    probe.echoed = EchoResult(sent=6, returned=returned, delay_s=delay_s, jitter_s=jitter_s)
    assert code(await outside.echo_call(premises)) == expected


async def test_a_socket_that_does_not_open_is_told(premises: Premises, probe: FakeProbe) -> None:
    probe.echoed = None
    assert code(await outside.echo_call(premises)) == "echo.away"


async def test_settings_that_are_missing_are_named_with_what_to_do(premises: Premises) -> None:
    missing = await inside.settings(replace(premises, missing={"A_KEY": "make one"}, odd={"B": "x"}))
    assert code(missing) == "settings.missing"
    assert "A_KEY: make one" in words(missing, "en").remedy
    assert code(await inside.settings(replace(premises, odd={"B": "x"}))) == "settings.odd"
    assert code(await inside.settings(premises)) == "settings.complete"


def failing(error: Exception) -> Callable[[], Awaitable[Any]]:
    async def fail() -> Any:
        raise error

    return fail


async def test_a_database_answers_writes_and_is_new_enough(premises: Premises) -> None:
    async def old() -> tuple[str, str]:
        return "", "0004"

    async def slow() -> tuple[str, str]:
        CLOCK.advance(1.0)
        return await newest()

    cases = {
        "database.ok": newest,
        "database.behind": old,
        "database.slow": slow,
        "database.away": failing(StoreUnavailable("database: OperationalError")),
    }
    for expected, revisions in cases.items():
        assert code(await inside.database(replace(premises, revisions=revisions))) == expected


async def test_redis_is_used_or_not_and_answers_or_not(premises: Premises) -> None:
    async def quick() -> float:
        return 0.0004

    assert code(await inside.redis(premises)) == "redis.none"
    assert code(await inside.redis(replace(premises, ping_redis=quick))) == "redis.ok"
    assert code(await inside.redis(replace(premises, ping_redis=failing(Unreachable())))) == "redis.away"


@pytest.mark.parametrize(("free", "expected"), [(50e9, "disk.ok"), (3e9, "disk.low"), (1e8, "disk.full")])
async def test_a_disk_runs_full_by_degrees(premises: Premises, free: float, expected: str) -> None:
    assert code(await inside.disk(replace(premises, free_bytes=lambda: int(free)))) == expected


async def test_a_file_is_stored_read_and_fetched_over_its_link(premises: Premises, probe: FakeProbe) -> None:
    class Mirror(FakeProbe):
        async def fetch(self, method: str, url: str, **_: Any) -> Answer:
            return answer(200, await premises.blobs.get(inside.PROBE_KEY) or b"")

    assert code(await inside.storage(replace(premises, probe=Mirror()))) == "storage.ok"
    for reply in (answer(404), answer(200, b"other"), None):
        probe.answer = reply
        assert code(await inside.storage(premises)) == "storage.link"


async def test_files_that_cannot_be_stored_are_told(premises: Premises) -> None:
    class Broken:
        async def put(self, *_: Any, **__: Any) -> None:
            raise PermissionError("/secret/path")

    failed = await inside.storage(replace(premises, blobs=Broken()))  # type: ignore[arg-type]
    assert code(failed) == "storage.failed"
    assert "secret" not in words(failed, "en").seen


def test_every_check_has_a_name_of_its_own_and_the_call_can_be_left_out(premises: Premises) -> None:
    everything = checks(premises)
    assert len({check.name for check in everything}) == len(everything)
    assert [check.name for check in everything if check.alone] == ["echo call"]
    assert "echo call" not in [check.name for check in checks(premises, call=False)]


def test_no_key_shows_in_the_premises(premises: Premises) -> None:
    assert "secret" not in repr(premises)
