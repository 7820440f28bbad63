"""What the figures learn from the changes of a call's state."""

from pathlib import Path

from control_plane.core.call.events import LegAnswered
from control_plane.core.call.state import Mode, Phase
from tests.desks import ORDER, office
from tests.virtual_time import eventually

VIRTUAL_TIME = True


async def test_a_call_whose_stream_fails_counts_as_one_switch_of_mode(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        live = await it.connected()
        assert it.metric("mode_switches_total") == 0
        await eventually(lambda: live.session.state.mode is Mode.WEBHOOK, within_s=300)
        await it.until_phase(live.call_id, Phase.TALKING)
        assert it.metric("mode_switches_total") == 1


async def test_a_call_that_never_was_to_have_a_stream_is_no_switch(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        record = await it.desk.initiate(ORDER)
        it.live(record.id).post(LegAnswered())
        await it.until_phase(record.id, Phase.TALKING)
        assert it.metric("mode_switches_total") == 0
