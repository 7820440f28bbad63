"""The rules that ship."""

import pytest

from control_plane.core.alert.rule import Rule, faults
from control_plane.observability.figures import catalogue
from control_plane.observability.metrics import Metrics
from control_plane.services.alerts.defaults import DEFAULTS
from tests.control_plane.services.alerts.alerting import Alerting


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.id)
def test_a_default_rule_looks_at_what_is_measured(rule: Rule) -> None:
    assert list(faults(rule, catalogue(Metrics().registry))) == []


def test_default_rules_have_ids_of_their_own_and_names_in_both_languages() -> None:
    assert len({rule.id for rule in DEFAULTS}) == len(DEFAULTS)
    assert [rule.id for rule in DEFAULTS if " / " not in rule.name] == []


@pytest.mark.parametrize(
    ("counted", "raised"),
    [
        ({"refused": 19}, False),
        ({"stored": 100, "duplicate": 20, "refused": 20}, False),
        ({"doctor": 500, "unknown_call": 500}, False),
        ({"refused": 15, "malformed": 5}, True),
        ({"stored": 60, "refused": 20, "doctor": 500, "unknown_call": 500}, True),
    ],
)
async def test_webhooks_of_a_few_strangers_are_no_alarm_but_many_among_the_genuine_ones_are(
    it: Alerting, counted: dict[str, int], raised: bool
) -> None:
    (rule,) = [each for each in DEFAULTS if each.id == "webhooks-refused"]
    await it.store.save_rule(rule, at=0.0)
    await it.look()
    for outcome, number in counted.items():
        it.metrics.webhooks_total.labels(carrier="telnyx", outcome=outcome).inc(number)
    await it.look()
    assert [alert.rule_id for alert in await it.all()] == ["webhooks-refused"] * raised
