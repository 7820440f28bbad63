"""What all tests share: nothing but how they run."""

import hypothesis
import pytest

hypothesis.settings.register_profile("house", deadline=None)  # other work on the machine is no fault of an example
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start real processes share one worker, so that they do not compete with each other for the cores."""
    for item in items:
        if item.get_closest_marker("stack"):
            item.add_marker(pytest.mark.xdist_group("stack"))
