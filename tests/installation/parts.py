"""Programs of the distribution that a test needs."""

import os

import pytest

from scripts.system_parts import PARTS, find


def demand(name: str) -> str:
    """Its path. Without it the test is skipped, but where everything has to be there (`CI`) it fails."""
    path = find(name)
    if path is None:
        sentence = f"{name} is missing: make test installs {PARTS[name].package} where it may"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path
