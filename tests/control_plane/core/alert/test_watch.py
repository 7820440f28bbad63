"""Raising, repeating, resolving: by example, and what holds for every course of values."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.alert.rule import Aggregation, Comparison, Rule
from control_plane.core.alert.watch import Command, Raise, Repeat, Resolve, Watch, step, told

RULE = Rule(
    id="r",
    name="n",
    metric="m",
    aggregation=Aggregation.VALUE,
    comparison=Comparison.ABOVE,
    threshold=10.0,
    hysteresis=0.2,
    for_s=30.0,
    repeat_after_s=100.0,
)
SOON = replace(RULE, for_s=0.0)
Course = list[tuple[float, float | None]]


def watched(rule: Rule, course: Course, watch: Watch | None = None) -> tuple[Watch, list[tuple[float, Command]]]:
    """Everything that is raised or repeated is told at once."""
    watch, commands = watch or Watch(), []
    for at, value in course:
        watch, command = step(rule, watch, value=value, at=at)
        if command is not None:
            commands.append((at, command))
        if isinstance(command, Raise | Repeat):
            watch = told(watch, at)
    return watch, commands


def test_a_value_that_is_bad_long_enough_raises() -> None:
    _, commands = watched(RULE, [(0, 11.0), (15, 12.0), (30, 13.0), (45, 14.0)])
    assert commands == [(30, Raise(value=13.0, since=0))]


def test_a_value_that_comes_back_in_time_raises_nothing() -> None:
    assert watched(RULE, [(0, 11.0), (15, 9.9), (30, 11.0), (45, 11.0)])[1] == []


def test_a_gap_in_the_data_starts_the_waiting_anew() -> None:
    assert watched(RULE, [(0, 11.0), (15, None), (30, 11.0), (45, 11.0)])[1] == []


def test_an_open_alert_is_told_again_while_it_is_bad() -> None:
    _, commands = watched(SOON, [(0, 11.0), (50, 11.0), (100, 12.0), (199, 12.0), (200, 12.0)])
    assert [(at, type(command)) for at, command in commands] == [(0, Raise), (100, Repeat), (200, Repeat)]


def test_a_rule_can_tell_only_once() -> None:
    assert len(watched(replace(SOON, repeat_after_s=0.0), [(0, 11.0), (1e9, 11.0)])[1]) == 1


def test_an_alert_that_nobody_was_told_of_asks_to_be_told() -> None:
    watch, command = step(SOON, Watch(raised_at=0.0), value=11.0, at=5.0)
    assert command == Repeat(value=11.0)
    assert step(SOON, told(watch, 5.0), value=11.0, at=6.0)[1] is None


def test_an_alert_is_resolved_when_the_value_is_good_long_enough() -> None:
    course: Course = [(0, 11.0), (30, 11.0), (40, 7.0), (50, 7.0), (70, 7.0)]
    assert watched(RULE, course)[1][1:] == [(70, Resolve(value=7.0))]


def test_between_good_and_bad_nothing_changes() -> None:
    watch, commands = watched(SOON, [(0, 11.0), (10, 9.0), (500, 9.0)])
    assert (len(commands), watch.raised_at) == (1, 0)
    assert watched(RULE, [(0, 9.0), (100, 9.0)])[1] == []


def test_without_data_an_alert_stays_and_is_not_repeated() -> None:
    watch, commands = watched(SOON, [(0, 11.0), (1000, None)])
    assert (len(commands), watch.raised_at) == (1, 0)


def test_after_a_restart_an_open_alert_goes_on() -> None:
    watch = Watch(raised_at=0.0, notified_at=0.0)
    assert watched(RULE, [(50, 11.0)], watch)[1] == []
    assert watched(SOON, [(50, 1.0)], watch)[1] == [(50, Resolve(value=1.0))]


VALUES = st.none() | st.sampled_from([0.0, 7.9, 8.1, 10.0, 10.1, 50.0])
COURSES = st.lists(st.tuples(st.sampled_from([1.0, 10.0, 30.0, 150.0]), VALUES), max_size=60)
RULES = st.builds(
    lambda for_s, repeat, slack: replace(RULE, for_s=for_s, repeat_after_s=repeat, hysteresis=slack),
    st.sampled_from([0.0, 20.0]),
    st.sampled_from([0.0, 60.0]),
    st.sampled_from([0.0, 0.2]),
)


def timed(pauses: Course) -> Course:
    at, course = 0.0, []
    for pause, value in pauses:
        at += pause
        course.append((at, value))
    return course


@given(RULES, COURSES)
def test_alerts_are_raised_and_resolved_in_turn_for_values_that_say_so(rule: Rule, pauses: Course) -> None:
    is_open = False
    for _, command in watched(rule, timed(pauses))[1]:
        match command:
            case Raise():
                assert not is_open
                assert rule.is_bad(command.value)
                is_open = True
            case Repeat():
                assert is_open
                assert rule.is_bad(command.value)
            case Resolve():
                assert is_open
                assert rule.is_good(command.value)
                is_open = False


@given(RULES, COURSES)
def test_nobody_is_told_more_often_than_the_rule_says(rule: Rule, pauses: Course) -> None:
    last = None
    for at, command in watched(rule, timed(pauses))[1]:
        if isinstance(command, Repeat):
            assert rule.repeat_after_s > 0
            assert last is not None
            assert at - last >= rule.repeat_after_s
        last = at


@given(RULES, COURSES)
def test_the_same_course_always_ends_the_same(rule: Rule, pauses: Course) -> None:
    assert watched(rule, timed(pauses)) == watched(rule, timed(pauses))
