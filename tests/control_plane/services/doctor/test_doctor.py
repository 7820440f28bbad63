"""Examinations: one at a time, whole whatever happens, the last one kept."""

import asyncio
from collections.abc import Awaitable, Callable

from control_plane.core.doctor.findings import Finding, Level, found
from control_plane.doctor_command import as_text, table
from control_plane.services.doctor.checks import Check
from control_plane.services.doctor.doctor import CHECK_S, Doctor
from control_plane.services.doctor.mark import Mark
from control_plane.services.supervisor import Supervisor
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


def doctor(*checks: Check) -> Doctor:
    clock = LoopClock()
    return Doctor(checks, clock=clock, supervisor=Supervisor(), mark=Mark(b"secret", clock))


def check(name: str, run: Callable[[], Awaitable[Finding]], *, alone: bool = False) -> Check:
    return Check(name=name, group="parts", run=run, alone=alone)


async def well() -> Finding:
    return found("redis.none")


async def broken() -> Finding:
    raise LookupError("a secret")


async def hanging() -> Finding:
    await asyncio.Event().wait()
    return found("redis.none")


async def test_a_check_that_fails_or_hangs_does_not_take_the_others_with_it() -> None:
    report = await doctor(check("a", broken), check("b", hanging), check("c", well)).examine()
    assert [line.finding.code for line in report.lines] == ["check.broken", "check.slow", "redis.none"]
    assert report.level is Level.FAIL
    assert report.took_s < CHECK_S + 1
    assert "a secret" not in as_text(report)


async def test_what_measures_time_is_examined_when_the_others_are_done() -> None:
    order: list[str] = []

    def noted(name: str, pause: float) -> Callable[[], Awaitable[Finding]]:
        async def run() -> Finding:
            await asyncio.sleep(pause)
            order.append(name)
            return found("redis.none")

        return run

    checks = (check("call", noted("call", 0), alone=True), check("b", noted("b", 2)), check("c", noted("c", 1)))
    report = await doctor(*checks).examine()
    assert order == ["c", "b", "call"]
    assert [line.check.name for line in report.lines] == ["call", "b", "c"]


async def test_one_examination_runs_at_a_time_and_the_last_is_kept() -> None:
    go_on = asyncio.Event()

    async def slow() -> Finding:
        await go_on.wait()
        return found("redis.none")

    it = doctor(check("a", slow))
    assert it.latest is None
    assert it.start()
    assert not it.start()
    go_on.set()
    await eventually(lambda: not it.running)
    assert it.latest is not None
    assert it.latest.level is Level.OK
    assert it.start()
    assert it.latest is not None


async def test_the_table_has_a_line_a_check_and_what_to_do_below_the_bad_ones() -> None:
    async def low() -> Finding:
        return found("disk.full", free="0.1")

    report = await doctor(check("redis", well), check("disk", low)).examine()
    plain = table(report, language="en", colours=False)
    assert "ok    redis  Not used." in plain
    assert "→ Make room below DATA_DIR." in plain
    assert "\x1b" not in plain
    assert "\x1b[31mFAIL\x1b[0m" in table(report, language="es", colours=True)
    assert "Algo está mal" in table(report, language="es", colours=True)
