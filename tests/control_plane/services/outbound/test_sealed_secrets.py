"""Secrets of webhooks lie sealed in the database, old open ones work on, and lost ones are told."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from control_plane.adapters.people.keys import ONE_TIME_CODES, OUTBOUND_WEBHOOKS
from control_plane.adapters.people.seals import AesSeals
from control_plane.core.outbound.signature import signed_headers
from control_plane.ports.tenancy import now
from control_plane.resources import sealing
from control_plane.resources.outbound.endpoints import secrets_of
from control_plane.resources.outbound.tables import WebhookEndpoint
from control_plane.services.sealing import seal_all
from tests.control_plane.services.outbound.test_delivering import told
from tests.houses import ANA, House

OTHERS = AesSeals(b"the secret of another installation", OUTBOUND_WEBHOOKS)


async def signed_with(house: House, secret: str) -> bool:
    """Whether the last message was, first of all."""
    _, headers, body = house.http.got[-1]
    expected = signed_headers(
        headers["webhook-id"], timestamp=float(headers["webhook-timestamp"]), body=body, secrets=[secret]
    )
    return headers["webhook-signature"].split()[0] == expected["webhook-signature"]


async def kept(house: House, endpoint_id: str, **fields: str) -> WebhookEndpoint:
    """The row, with fields as an earlier program would have left them."""

    def work(session: Session) -> None:
        if fields:
            session.execute(update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).values(**fields))

    await house.store.across(work)
    return await house.endpoint(endpoint_id)


async def test_a_secret_is_told_once_and_kept_sealed(house: House) -> None:
    hook = await house.hook()
    assert hook.secret.startswith("whsec_")
    row = await kept(house, hook.id)
    assert house.seals.is_sealed(row.secret)
    assert hook.secret.removeprefix("whsec_") not in row.secret
    assert (await house.deliver(await told(house)))[0] == "delivered"
    assert await signed_with(house, hook.secret)


async def test_an_old_open_secret_works_on_and_is_sealed_in_the_night(house: House) -> None:
    hook, other = await house.hook(), await house.hook("order.*")
    await kept(house, hook.id, secret=hook.secret)
    await house.deliver(await told(house))
    assert await signed_with(house, hook.secret)
    version = (await house.endpoint(hook.id)).version
    places = sealing.columns(codes=AesSeals(b"a secret of tests", ONE_TIME_CODES), webhooks=house.seals)
    assert await seal_all(house.store, places) == 1
    assert await seal_all(house.store, places) == 0
    row = await house.endpoint(hook.id)
    assert (house.seals.open(row.secret, about=hook.id), row.version) == (hook.secret, version)
    assert house.seals.open((await house.endpoint(other.id)).secret, about=other.id) == other.secret
    await house.deliver(await told(house))
    assert await signed_with(house, hook.secret)


async def test_the_sweep_goes_through_all_rows_portion_by_portion(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "PORTION", 2)
    hooks = [await house.hook() for _ in range(5)]
    for hook in hooks[:2] + hooks[4:]:
        await kept(house, hook.id, secret=hook.secret, old_secret="whsec_old")
    places = sealing.columns(codes=house.seals, webhooks=house.seals)
    assert await seal_all(house.store, places) == 6
    assert all([house.seals.is_sealed((await house.endpoint(hook.id)).secret) for hook in hooks])


async def test_replacing_an_open_secret_seals_both(house: House) -> None:
    hook = await house.hook()
    await kept(house, hook.id, secret=hook.secret)
    new = await house.endpoints.replace_secret(ANA, hook.id, overlap_s=3600, version=None)
    row = await house.endpoint(hook.id)
    assert house.seals.is_sealed(row.secret)
    assert house.seals.is_sealed(row.old_secret)
    assert secrets_of(row, at=house.clock.wall(), seals=house.seals) == [new.secret, hook.secret]


async def test_without_the_installations_secret_nothing_is_sent_and_it_is_said_why(house: House) -> None:
    hook = await house.hook()
    await kept(house, hook.id, secret=OTHERS.seal(hook.secret, about=hook.id))
    delivery_id = await told(house)
    left = await house.delivering._attempt(ANA, delivery_id)
    assert (left["state"], house.http.got) == ("failed", [])
    assert (await house.deliveries())[0].error == "secret_lost"
    assert left["delay_s"] is not None, "the secret may be brought back"


async def test_a_new_secret_is_the_way_out_also_while_the_lost_one_would_still_sign(house: House) -> None:
    hook = await house.hook()
    await kept(house, hook.id, secret=OTHERS.seal(hook.secret, about=hook.id))
    new = await house.endpoints.replace_secret(ANA, hook.id, overlap_s=3600, version=None)
    row = await house.endpoint(hook.id)
    at = await house.store.read(ANA, now)
    assert secrets_of(row, at=at, seals=house.seals) == [new.secret]
    assert (await house.deliver(await told(house)))[0] == "delivered"
    assert await signed_with(house, new.secret)
