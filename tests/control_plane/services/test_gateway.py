"""Start and end of the whole gateway, in the right order."""

import asyncio
from pathlib import Path

import pytest

from control_plane.ports.stores import StoreUnavailable
from control_plane.services.gateway import Access, Gateway
from tests.databases import empty_database
from tests.gateways import assembled


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return assembled(tmp_path, empty_database(tmp_path / "calls.db")).gateway


async def test_what_is_closed_is_closed_after_the_last_task_and_in_order(gateway: Gateway) -> None:
    closed: list[str] = []

    def closer(name: str):  # type: ignore[no-untyped-def]
        async def close() -> None:
            closed.append(f"{name} with {gateway.supervisor.running} tasks")

        return close

    ours, gateway.closers = gateway.closers, (closer("first"), closer("second"))
    await gateway.start()
    assert gateway.supervisor.running > 0
    await gateway.stop()
    assert closed == ["first with 0 tasks", "second with 0 tasks"]
    for close in ours:
        await close()


async def test_what_does_not_close_does_not_keep_the_others_open(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.services.gateway.CLOSE_S", 0.05)
    closed: list[str] = []

    async def fails() -> None:
        raise RuntimeError("already closed")

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def closes() -> None:
        closed.append("last")

    ours, gateway.closers = gateway.closers, (fails, hangs, closes)
    await gateway.stop()
    assert closed == ["last"]
    for close in ours:
        await close()


@pytest.mark.parametrize("away", [True, False])
async def test_runs_that_cannot_be_let_go_of_keep_nothing_open_and_are_left_to_others(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    done: list[str] = []

    async def lets_go() -> None:
        if away:
            raise StoreUnavailable("database: no answer in time")

    async def leaves() -> None:
        done.append("left")

    async def closes() -> None:
        done.append("closed")

    monkeypatch.setattr(gateway.durable, "aclose", lets_go)
    monkeypatch.setattr(gateway.nodes, "leave", leaves)
    ours, gateway.closers = gateway.closers, (closes,)
    await gateway.start()
    await gateway.stop()
    # Whoever does not leave is seen to stand still, and what it had goes on elsewhere.
    assert done == (["closed"] if away else ["left", "closed"])
    assert gateway.supervisor.running == 0
    for close in ours:
        await close()


async def test_a_gateway_that_cannot_migrate_is_never_ready(gateway: Gateway) -> None:
    async def fails() -> None:
        raise StoreUnavailable("database: no answer in time")

    gateway.migrate = fails
    with pytest.raises(StoreUnavailable):
        await gateway.start()
    assert not gateway.ready
    assert gateway.supervisor.running == 0
    await gateway.stop()


async def test_draining_refuses_calls_before_it_waits_for_those_that_live(gateway: Gateway) -> None:
    await gateway.start()
    await gateway.drain(timeout_s=0.1)
    assert not gateway.ready
    assert gateway.desk.draining
    await gateway.stop()


def test_the_token_is_not_shown() -> None:
    assert "secret" not in repr(Access(token="secret"))
