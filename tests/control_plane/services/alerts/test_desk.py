"""Rules, silences and the test of the channels, as people use them."""

from dataclasses import replace
from typing import Any

import pytest

from control_plane.ports.alerts import Silence
from control_plane.ports.errors import Timeout
from control_plane.services.alerts.defaults import DEFAULTS
from control_plane.services.alerts.desk import AlertDesk, BadRule, UnknownChannel, UnknownRule, UnknownSilence
from tests.alerts import rule
from tests.control_plane.services.alerts.alerting import Alerting


@pytest.fixture
def desk(it: Alerting) -> AlertDesk:
    return it.service.desk


async def test_an_installation_begins_with_the_default_rules(desk: AlertDesk) -> None:
    await desk.seed()
    assert {each.id for each in await desk.rules()} == {each.id for each in DEFAULTS}


async def test_a_default_rule_can_be_changed_and_removed_for_good(desk: AlertDesk) -> None:
    await desk.seed()
    changed = await desk.change_rule(DEFAULTS[0].id, {"threshold": 0.5, "enabled": False})
    await desk.remove_rule(DEFAULTS[1].id)
    await desk.seed()
    rules = {each.id: each for each in await desk.rules()}
    assert rules[DEFAULTS[0].id] == changed == replace(DEFAULTS[0], threshold=0.5, enabled=False)
    assert DEFAULTS[1].id not in rules


async def test_a_new_rule_gets_an_id_of_its_own(desk: AlertDesk) -> None:
    ids = {(await desk.add_rule(rule(id=""))).id for _ in range(2)}
    assert len(ids) == 2
    assert ids == {each.id for each in await desk.rules()}


@pytest.mark.parametrize("changes", [{"metric": "gateway_nothing"}, {"channels": ("nobody",)}, {"by": ("colour",)}])
async def test_a_rule_that_could_never_work_is_refused(desk: AlertDesk, changes: dict[str, Any]) -> None:
    with pytest.raises(BadRule, match=next(iter(changes))):
        await desk.add_rule(rule(**changes))


async def test_what_is_not_there_is_said_to_be_unknown(desk: AlertDesk) -> None:
    with pytest.raises(UnknownRule):
        await desk.change_rule("absent", {})
    with pytest.raises(UnknownRule):
        await desk.remove_rule("absent")
    with pytest.raises(UnknownRule):
        await desk.silence(Silence(id="", until=2e9, reason="", by="", created_at=0.0, rule_id="absent"))
    with pytest.raises(UnknownSilence):
        await desk.end_silence("absent")
    with pytest.raises(UnknownChannel):
        await desk.test("absent")


async def test_a_silence_can_be_seen_and_taken_back(desk: AlertDesk, it: Alerting) -> None:
    wanted = Silence(id="", until=it.clock.wall() + 60, reason="r", by="Ana", created_at=0.0)
    silence = await desk.silence(wanted)
    assert silence == replace(wanted, id=silence.id)
    assert await desk.silences() == [silence]
    await desk.end_silence(silence.id)
    assert await desk.silences() == []


async def test_a_test_message_says_for_each_channel_how_it_went(desk: AlertDesk, it: Alerting) -> None:
    it.notifier.faults["chat"] = Timeout("chat", "no answer within 10 s")
    tried = await desk.test()
    assert [(each.channel.name, each.delivered, each.text) for each in tried] == [
        ("mail", True, "delivered"),
        ("chat", False, "chat: no answer within 10 s"),
    ]
    assert [each.channel.name for each in await desk.test("mail")] == ["mail"]
