"""Handing a request to a control plane: which one, and what its failure means."""

from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from typing import Final

import httpx

from metrics_sidecar.fleet import ControlPlane, Fleet
from metrics_sidecar.watch import State

CONNECT_S: Final = 2.0
SILENCE_S: Final = 30.0
"""How long a control plane may say nothing within an answer; live events send something every second."""
MOST_AT_ONCE: Final = 64
TIMEOUT: Final = httpx.Timeout(SILENCE_S, connect=CONNECT_S, pool=1.0)
LIMITS: Final = httpx.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=4, keepalive_expiry=30.0)

Failed = Callable[[ControlPlane, State], None]


class UnknownControlPlaneError(Exception):
    """No control plane has the name that was asked for."""


class NobodyAnswersError(Exception):
    """No control plane is fit to be asked; nothing was sent."""


class BrokenAnswerError(Exception):
    """The control plane was asked and did not answer properly. `late`: it did not answer in time."""

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        self.late = late


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A request on its way. `target` is path and query, `body` is `None` where there is none."""

    method: str
    target: bytes
    headers: list[tuple[str, str]]
    body: AsyncIterable[bytes] | None = None
    choice: str | None = None


class Forwarder:
    """Asks the control plane that does best; the next one only if nothing was sent to the first."""

    def __init__(self, fleet: Fleet, client: httpx.AsyncClient, *, failed: Failed) -> None:
        self._fleet, self._client, self._failed = fleet, client, failed

    async def send(self, request: Forwarded) -> tuple[ControlPlane, httpx.Response]:
        """The answer's head; its body is still to be read. Raises the errors above, `NobodyAnswersError` at once when
        it is known that nobody does."""
        for plane in self._candidates(request.choice):
            try:
                return plane, await self._client.send(self._built(plane, request), stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self._failed(plane, State.HUNG if isinstance(error, httpx.TimeoutException) else State.DEAD)
            except httpx.PoolTimeout as error:
                raise NobodyAnswersError from error
            except httpx.HTTPError as error:
                raise self._broken(plane, error) from error
        raise NobodyAnswersError

    def broke(self, plane: ControlPlane, error: httpx.HTTPError) -> None:
        """An answer broke off in its body."""
        self._broken(plane, error)

    def _broken(self, plane: ControlPlane, error: httpx.HTTPError) -> BrokenAnswerError:
        late = isinstance(error, httpx.TimeoutException)
        # A slow answer to one question does not make a process hung; one that breaks off does make it suspect.
        if not late:
            self._failed(plane, State.GARBAGE if isinstance(error, httpx.ProtocolError) else State.DEAD)
        return BrokenAnswerError(late=late)

    def _candidates(self, choice: str | None) -> list[ControlPlane]:
        if choice is None:
            return self._fleet.best_first()
        if choice not in self._fleet.planes:
            raise UnknownControlPlaneError
        return [plane for plane in self._fleet.best_first() if plane.name == choice]

    def _built(self, plane: ControlPlane, request: Forwarded) -> httpx.Request:
        # The address is the setting's, and only the path is the client's.
        url = httpx.URL(plane.address).copy_with(raw_path=request.target)
        return self._client.build_request(request.method, url, headers=request.headers, content=request.body)
