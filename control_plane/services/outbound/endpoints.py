"""Webhooks as their owners work with them: addresses are looked at, secrets are made."""

import os
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from control_plane.core.outbound.signature import secret_of
from control_plane.core.people.principal import Principal
from control_plane.core.refusals import invalid
from control_plane.core.web_address import Allowed, BadWebAddress, look
from control_plane.ports.sealing import Seals
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.crud import Rows
from control_plane.resources.outbound import endpoints
from control_plane.resources.outbound.endpoints import WEBHOOKS, NewSecret
from control_plane.resources.outbound.schemas import WebhookIn, WebhookMade, WebhookOut

SECRET_BYTES: Final = 32


class Endpoints:
    """All methods raise Refused and StoreUnavailable."""

    def __init__(self, store: TenantStore, *, allowed: Allowed, seals: Seals) -> None:
        """`seals` of secrets, about the webhook."""
        self._store = store
        self._seals = seals
        self._allowed = allowed

    async def create(self, who: Principal, data: WebhookIn) -> WebhookMade:
        self._check(data.url)
        secret = secret_of(os.urandom(SECRET_BYTES))
        return await self._store.write(
            who, lambda session: endpoints.create(session, data, secret=secret, seals=self._seals)
        )

    async def change(
        self, who: Principal, endpoint_id: str, *, fields: Mapping[str, Any], version: int | None
    ) -> WebhookOut:
        if "url" in fields:
            self._check(fields["url"])

        def work(session: Session) -> WebhookOut:
            rows = Rows(session, WEBHOOKS)
            return WebhookOut.model_validate(
                rows.said(rows.update(endpoint_id, fields, version=version)), from_attributes=True
            )

        return await self._store.write(who, work)

    async def replace_secret(
        self, who: Principal, endpoint_id: str, *, overlap_s: float, version: int | None
    ) -> WebhookMade:
        new = NewSecret(secret=secret_of(os.urandom(SECRET_BYTES)), overlap_s=overlap_s)
        return await self._store.write(
            who,
            lambda session: endpoints.replace_secret(session, endpoint_id, new=new, version=version, seals=self._seals),
        )

    def _check(self, url: str) -> None:
        """All that can be said before the name is looked up; the rest is checked at every delivery."""
        try:
            look(url, self._allowed)
        except BadWebAddress as error:
            raise invalid("url", f"has to be a public https address ({error.fault})") from None
