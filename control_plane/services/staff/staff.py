"""Changing and removing people; what they are signed in to follows at once."""

from collections.abc import Awaitable, Callable

from control_plane.core.people.principal import Principal
from control_plane.ports.tenancy import TenantStore
from control_plane.resources import users
from control_plane.resources.users import USERS
from control_plane.services.business import Business, Change, Told

Forget = Callable[[], Awaitable[None]]


class Staff:
    """All methods raise Refused and StoreUnavailable. `forget` lets go of what is remembered of sessions and keys."""

    def __init__(self, store: TenantStore, *, forget: tuple[Forget, ...]) -> None:
        self._store = store
        self._business = Business(store)
        self._forget = forget

    async def change(self, who: Principal, change: Change) -> Told:
        told = await self._business.update(who, USERS, change=change)
        await self._look_again()
        return told

    async def remove(self, who: Principal, user_id: str, *, version: int | None) -> None:
        await self._business.delete(who, USERS, row_id=user_id, version=version)
        await self._look_again()

    async def sign_out(self, who: Principal, user_id: str) -> None:
        await self._store.write(who, lambda session: users.sign_out(session, user_id))
        await self._look_again()

    async def _look_again(self) -> None:
        for forget in self._forget:
            await forget()
