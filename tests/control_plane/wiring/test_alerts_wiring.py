"""What the alert service is given."""

import pytest

from control_plane.settings import Settings
from control_plane.wiring.alerts import dashboard_link


@pytest.mark.parametrize("address", ["https://pbx.example", "https://pbx.example/n/bog-1", "https://pbx.example/"])
def test_notices_link_to_the_dashboard_whichever_node_wrote_them(address: str) -> None:
    assert dashboard_link(Settings(webhook_base_url=address)) == "https://pbx.example/system"
