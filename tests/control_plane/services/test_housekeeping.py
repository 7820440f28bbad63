"""What a gateway tidies up at night."""

from pathlib import Path
from typing import Any, cast

from control_plane.services.housekeeping import KIND
from control_plane.testing.clock import FakeClock
from tests.gateways import served
from tests.houses import OneRun


async def test_every_night_each_sweep_of_the_gateway_is_made_once(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url) as it:
        work = cast(Any, it.gateway.durable)._works[KIND]
        swept = await work.run(OneRun(FakeClock()), {})
    assert swept.pop("statistics") > 0
    assert swept.pop("words of erased rows") in {0, 2}  # a server sees to them by itself
    assert swept == {"sign-ins": 0, "idempotency keys": 0, "open secrets": 0, "cut-off uploads": 0}
