"""Making and ending the secrets of API keys."""

from collections.abc import Awaitable, Callable

from control_plane.core.people.principal import Principal
from control_plane.ports.people import Secrets
from control_plane.ports.tenancy import TenantStore
from control_plane.resources import keys
from control_plane.resources.keys import KeyIn, KeyMade


class KeyRing:
    """All methods raise Refused and StoreUnavailable. Of a secret only the hash is kept.

    `forget` lets go of what is remembered of a key, by its prefix, so that one that ended opens nothing from then on.
    """

    def __init__(self, store: TenantStore, secrets: Secrets, *, forget: Callable[[str], Awaitable[None]]) -> None:
        self._store = store
        self._secrets = secrets
        self._forget = forget

    async def make(self, who: Principal, data: KeyIn) -> KeyMade:
        fresh = self._secrets.new_api_key()
        return await self._store.write(who, lambda session: keys.make(session, data, fresh=fresh))

    async def rotate(self, who: Principal, key_id: str, *, grace_s: int, version: int | None) -> KeyMade:
        fresh = self._secrets.new_api_key()
        made, old_prefix = await self._store.write(
            who, lambda session: keys.rotate(session, key_id, fresh=fresh, grace_s=grace_s, version=version)
        )
        await self._forget(old_prefix)
        return made

    async def revoke(self, who: Principal, key_id: str, *, version: int | None) -> None:
        prefix = await self._store.write(who, lambda session: keys.revoke(session, key_id, version=version))
        await self._forget(prefix)
