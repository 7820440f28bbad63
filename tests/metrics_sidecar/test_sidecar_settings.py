"""The sidecar's settings."""

import pytest
from pydantic import ValidationError

from metrics_sidecar.settings import SidecarSettings


def test_the_sidecar_listens_on_3009_of_this_machine_by_default() -> None:
    assert SidecarSettings.load({"METRICS_PORT": ""}) == SidecarSettings(host="127.0.0.1", port=3009)


def test_address_and_port_come_from_the_environment() -> None:
    assert SidecarSettings.load({"METRICS_HOST": "0.0.0.0", "METRICS_PORT": "4000"}).port == 4000


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        SidecarSettings.load({"METRICS_PORT": "many"})
