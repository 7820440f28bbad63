"""How passwords are hashed and compared."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from control_plane.core.people.password_rules import LONGEST, normalised
from control_plane.ports.people import Overloaded

T = TypeVar("T")

THREADS: Final = 2
"""Argon2 works outside of the interpreter's lock: each takes a core from the calls while it lasts."""
WAITING: Final = 16
"""Further ones are refused: at 20 ms each these wait less than half a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Cost of one hash. The least that OWASP advises for argon2id: 19 MiB and two passes, some 20 ms. A machine that
    carries calls has no room for the library's own 64 MiB and 100 ms; the rate limit of signing in does the rest.
    """

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


class ArgonPasswords:
    """The PasswordHasher port by argon2id, in threads of its own: the default ones serve the database."""

    def __init__(self, profile: Profile | None = None, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        profile = profile or Profile()
        self._argon = argon2.PasswordHasher(
            time_cost=profile.passes, memory_cost=profile.memory_kib, parallelism=profile.lanes
        )
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._room = threads + waiting
        self._inside = 0

    async def hash(self, password: str) -> str:
        if len(password) > LONGEST:
            raise ValueError("the password is too long")
        content = normalised(password).encode()
        return await self._work(lambda: self._argon.hash(content))

    async def verify(self, password: str, hashed: str) -> bool:
        if len(password) > LONGEST:
            return False
        content = normalised(password).encode(errors="surrogatepass")  # what no password can hold matches none
        return await self._work(lambda: self._matches(content, hashed, nobody=self._nobody)) and bool(hashed)

    def needs_rehash(self, hashed: str) -> bool:
        try:
            return self._argon.check_needs_rehash(hashed)
        except InvalidHashError:
            return True

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, content: bytes, hashed: str, *, nobody: str) -> bool:
        """`nobody` is made with the first password of all, whoever's it is: it must not show who was unknown."""
        try:
            return self._argon.verify(hashed or nobody, content)
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def _nobody(self) -> str:
        """What is compared with for somebody who does not exist."""
        return self._argon.hash(secrets.token_bytes(16))

    async def _work(self, work: Callable[[], T]) -> T:
        if self._inside >= self._room:
            raise Overloaded("too many passwords at once")
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1
