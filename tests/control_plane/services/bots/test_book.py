"""Which bot takes a call: by order, by number, after a restart, and when the database does not answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from control_plane.core.call.events import CallOffered
from control_plane.core.call.state import Phase
from control_plane.core.people.permissions import ALL, SYSTEM
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.ports.stores import CallFilter, CallRecord, StoreUnavailable
from control_plane.resources.bots import BOTS, actions
from control_plane.resources.bots.actions import Which
from control_plane.resources.bots.document import BotDocument
from control_plane.resources.bots.lookup import KnownBot
from control_plane.resources.bots.resource import BOT, BotIn
from control_plane.resources.idempotency import Ask
from control_plane.resources.numbers import NUMBERS, NumberIn
from control_plane.resources.tenants import Tenant
from control_plane.resources.versioned import PublishIn
from control_plane.services.business import Change
from control_plane.services.calls.orders import CallOrder, UnknownBot
from control_plane.services.gateway import Gateway
from tests.databases import empty_database
from tests.gateways import served
from tests.records import call_record

OURS = Principal(tenant_id="default", kind=Kind.USER, permissions=ALL)
THEIRS = Principal(tenant_id="other", kind=Kind.OPERATOR, permissions=ALL | frozenset(SYSTEM))
"""As the operator acts for them: numbers are the installation's."""
NUMBER = "+576015550199"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[Gateway]:
    async with served(tmp_path, empty_database(tmp_path / "a.db")) as it:
        yield it.gateway


async def add_tenant(gateway: Gateway) -> None:
    def work(session: Session) -> None:
        words = dict.fromkeys(("name", "zone", "language", "region", "currency"), "")
        session.add(Tenant(id="other", tenant_id="other", status="active", retention={}, **words))

    await gateway.bots._store.across(work)
    await gateway.bots.seed_tenant("other")


def _move(session: Session, *, zone: str) -> None:
    tenant = session.get(Tenant, "other")
    assert tenant is not None
    tenant.zone = zone


async def add_bot(gateway: Gateway, who: Principal = OURS, **document: Any) -> str:
    data = BotIn(draft=BotDocument(**{"name": "Lucía", "persona": "Eres Lucía.", **document}))
    body = await gateway.business.create(who, BOT, data=data, ask=Ask())
    await publish(gateway, body["id"], who)
    return str(body["id"])


async def publish(gateway: Gateway, bot_id: str, who: Principal = OURS, **changes: Any) -> None:
    if changes:
        change = Change(row_id=bot_id, fields={"draft": BotDocument(**changes)}, version=None)
        await gateway.business.update(who, BOT, change=change)
    await gateway.business.act(who, actions.publish(Which(bot_id=bot_id), PublishIn()))
    await gateway.bots.book.forget()


async def add_number(gateway: Gateway, who: Principal, bot_id: str, number: str = NUMBER) -> None:
    await gateway.business.create(who, NUMBERS, data=NumberIn(e164=number, bot_id=bot_id), ask=Ask())
    await gateway.bots.book.forget()


async def rung(gateway: Gateway, number: str, tenant_id: str) -> CallRecord:
    """The call of somebody who rings at this number."""
    offer = CallOffered(sender="+573001234567", to=number, control_id="leg-1")
    await gateway.desk.take_offer(offer, source_id=f"ring {number} {tenant_id}")
    return (await gateway.calls.list(CallFilter(tenant_id=tenant_id))).items[0]


def away(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> Any:
        raise StoreUnavailable("the database is away")

    for name in ("look", "look_across"):
        monkeypatch.setattr(gateway.bots._store, name, fail)


async def test_who_calls_a_number_reaches_its_tenant_and_bot(gateway: Gateway) -> None:
    await add_tenant(gateway)
    bot_id = await add_bot(gateway, THEIRS)
    await add_number(gateway, THEIRS, bot_id)
    call = await rung(gateway, NUMBER, "other")
    assert (call.tenant_id, call.bot_id, call.bot_version) == ("other", bot_id, 1)
    assert (await gateway.calls.list(CallFilter(tenant_id="default"))).items == []


async def test_who_calls_another_number_reaches_the_standard_bot_of_the_first_tenant(gateway: Gateway) -> None:
    call = await rung(gateway, "+576015550100", "default")
    assert (call.tenant_id, call.bot_id, call.bot_version) == ("default", "maria", 1)


async def test_the_number_of_a_bot_that_is_switched_off_reaches_the_tenants_standard_bot(gateway: Gateway) -> None:
    await add_tenant(gateway)
    bot_id = await add_bot(gateway, THEIRS)
    await add_number(gateway, THEIRS, bot_id)
    await gateway.business.act(THEIRS, actions.switch(Which(bot_id=bot_id), active=False))
    await gateway.bots.book.forget()
    call = await rung(gateway, NUMBER, "other")
    assert call.bot_id not in (bot_id, "maria")
    assert gateway.bots.book.of(call).bot.name == "María"


async def test_without_its_default_bot_a_tenant_has_its_oldest_one_and_else_the_one_that_ships(
    gateway: Gateway,
) -> None:
    book, bot_id = gateway.bots.book, await add_bot(gateway)
    for row_id, standard in (("maria", bot_id), (bot_id, "maria")):
        await gateway.business.act(OURS, actions.switch(Which(bot_id=row_id), active=False))
        await book.forget()
        assert (await book.choose("default", "")).bot.id == standard
    assert (await book.choose("default", "")).version == 0


async def test_the_bots_of_others_cannot_be_called_with_nor_seen(gateway: Gateway) -> None:
    await add_tenant(gateway)
    bot_id = await add_bot(gateway)
    with pytest.raises(UnknownBot):
        await gateway.desk.initiate(CallOrder(tenant_id="other", number="+573001234567", bot_id=bot_id))
    for work in (actions.versions(bot_id), actions.document(bot_id, draft=True)):
        with pytest.raises(Refused, match="No voice bot"):
            await gateway.business.ask(THEIRS, work)
    with pytest.raises(Refused, match="no such bot"):
        await add_number(gateway, THEIRS, bot_id)


async def test_hours_go_by_their_own_clock_else_the_tenants_else_the_installations(gateway: Gateway) -> None:
    await add_tenant(gateway)
    book, closed = gateway.bots.book, {"week": {"monday": []}, "closed_message": "Cerrado."}
    usual = await add_bot(gateway, THEIRS, hours=closed)
    own = await add_bot(gateway, THEIRS, hours={**closed, "zone": "Asia/Tokyo"})
    for zone, counts in (("", "America/Bogota"), ("Europe/Madrid", "Europe/Madrid")):
        await gateway.bots._store.across(partial(_move, zone=zone))
        await book.forget()
        assert (await book.choose("other", usual)).bot.hours.zone == counts
        assert (await book.choose("other", own)).bot.hours.zone == "Asia/Tokyo"


async def test_a_new_tenant_has_the_shipped_bot_under_an_id_of_its_own(gateway: Gateway) -> None:
    await add_tenant(gateway)
    cast = await gateway.bots.book.choose("other", "maria")
    assert cast.bot == replace(BOTS[0], id=cast.bot.id)
    assert cast.bot.id != "maria"
    assert await gateway.bots.count(patience_s=5) == 2


async def test_a_known_bot_is_not_asked_for_again_until_something_changes(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = gateway.bots.book
    await book.forget()
    store, asked = gateway.bots._store, []
    read = store.look

    async def count(*given: Any) -> Any:
        asked.append(given)
        return await read(*given)

    monkeypatch.setattr(store, "look", count)
    for _ in range(5):
        await book.choose("default", "maria")
    assert len(asked) == 1
    await book.forget()
    await book.choose("default", "maria")
    assert len(asked) == 2


async def test_whoever_rings_is_answered_without_a_database(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    await add_tenant(gateway)
    bot_id = await add_bot(gateway, THEIRS)
    await add_number(gateway, THEIRS, bot_id)
    book = gateway.bots.book
    await book.called(NUMBER)
    away(gateway, monkeypatch)
    await book.forget()
    assert (await book.called(NUMBER)).cast.bot.id == bot_id
    stranger = await book.called("+576015550111")
    assert (stranger.tenant_id, stranger.cast.bot, stranger.cast.version) == ("default", BOTS[0], 0)
    with pytest.raises(StoreUnavailable):
        await book.choose("default", "")


async def test_a_call_keeps_the_version_it_began_with_over_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database(tmp_path / "a.db")
    async with served(tmp_path, url) as it:
        bot_id = await add_bot(it.gateway)
        call_id = await it.call(bot_id=bot_id)
        await publish(it.gateway, bot_id, name="Ana")
    async with served(tmp_path, url) as it:
        live = it.gateway.desk.roster.find(call_id)
        assert live is not None
        assert (live.session.record.bot_version, live.talk.bot.name) == (1, "Lucía")
        assert await it.gateway.language(live.session.record) == "es"
        gone = call_record(bot_id="gone", bot_version=3)
        away(it.gateway, monkeypatch)
        await it.gateway.bots.book.recall([gone])
        assert it.gateway.bots.book.of(gone).bot.id == "maria"


async def test_a_bot_says_where_its_calls_go_how_long_they_last_and_whether_they_are_recorded(
    gateway: Gateway,
) -> None:
    bot_id = await add_bot(gateway, transfer_number="+576015550123", record=False, max_call_s=60, tools=["end_call"])
    record = await gateway.desk.initiate(CallOrder(tenant_id="default", number="+573001234567", bot_id=bot_id))
    live = gateway.desk.roster.find(record.id)
    assert live is not None
    assert live.talk.recorder() is None
    assert live.talk._parts.transfer_number == "+576015550123"
    assert gateway.desk._parts.factory._patience(gateway.bots.book.of(record))[Phase.TALKING] == 60


async def test_a_version_that_cannot_be_read_is_no_bot(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    from control_plane.services.bots import book as module

    known = KnownBot(bot_id="x", version=1, document={"language": "klingon"})
    monkeypatch.setattr(module, "active_bot", lambda session, name: known)
    with pytest.raises(UnknownBot):
        await gateway.bots.book.choose("default", "x")
