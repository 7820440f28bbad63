"""The rules that ship."""

import pytest

from control_plane.core.alert.rule import Rule, faults
from control_plane.observability.figures import catalogue
from control_plane.observability.metrics import Metrics
from control_plane.services.alerts.defaults import DEFAULTS


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.id)
def test_a_default_rule_looks_at_what_is_measured(rule: Rule) -> None:
    assert list(faults(rule, catalogue(Metrics().registry))) == []


def test_default_rules_have_ids_of_their_own_and_names_in_both_languages() -> None:
    assert len({rule.id for rule in DEFAULTS}) == len(DEFAULTS)
    assert [rule.id for rule in DEFAULTS if " / " not in rule.name] == []
