"""Two control planes and a sidecar, none of them real, behind one real Nginx for each test module."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from stack.edge import Edge
from tests.nginx.edges import make_edge, running
from tests.nginx.fakes import Fake


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    edge: Edge
    url: str
    first: Fake
    second: Fake
    sidecar: Fake
    client: httpx.Client


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder: Path = tmp_path_factory.mktemp("edge")
    first, second, sidecar = fakes = Fake("first"), Fake("second"), Fake("sidecar")
    planes = {"first": first.address, "second": second.address}
    edge = make_edge(folder, control_planes=planes, sidecar=sidecar.address, tls_port=None)
    try:
        with running(edge) as url, httpx.Client(base_url=url, timeout=15) as client:
            yield Front(edge=edge, url=url, first=first, second=second, sidecar=sidecar, client=client)
    finally:
        for fake in fakes:
            fake.stop()


@pytest.fixture
def front(whole: Front) -> Iterator[Front]:
    """All three alive, and nothing asked of them yet."""
    yield whole
    for fake in (whole.first, whole.second, whole.sidecar):
        fake.fresh()
