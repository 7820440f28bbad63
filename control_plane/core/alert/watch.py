"""When an alert is raised, told again and resolved."""

from dataclasses import dataclass, replace

from control_plane.core.alert.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Where one rule stands for one group. Plain times, so that it can be kept and gone on with."""

    bad_since: float | None = None
    good_since: float | None = None
    raised_at: float | None = None
    """None while there is no alert."""
    notified_at: float | None = None
    """When somebody was last told; None when nobody was yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    value: float
    since: float
    """When the value became bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """Tell again, or for the first time when nobody could be told before."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    value: float


Command = Raise | Repeat | Resolve


def step(rule: Rule, watch: Watch, *, value: float | None, at: float) -> tuple[Watch, Command | None]:
    """The next state, and what is to be done for it to be true.

    A value of None is no data: an alert stays as it is, and neither what was bad nor what was good has lasted.
    Who executes `Raise` and `Repeat` says with `told` whether somebody was told.
    """
    if value is None:
        return replace(watch, bad_since=None, good_since=None), None
    if watch.raised_at is None:
        return _quiet(rule, watch, value=value, at=at)
    return _raised(rule, watch, value=value, at=at)


def told(watch: Watch, at: float) -> Watch:
    return replace(watch, notified_at=at)


def _quiet(rule: Rule, watch: Watch, *, value: float, at: float) -> tuple[Watch, Command | None]:
    if not rule.is_bad(value):
        return Watch(), None
    since = at if watch.bad_since is None else watch.bad_since
    if at - since < rule.for_s:
        return Watch(bad_since=since), None
    return Watch(bad_since=since, raised_at=at), Raise(value=value, since=since)


def _raised(rule: Rule, watch: Watch, *, value: float, at: float) -> tuple[Watch, Command | None]:
    if rule.is_good(value):
        since = at if watch.good_since is None else watch.good_since
        if at - since >= rule.for_s:
            return Watch(), Resolve(value=value)
        return replace(watch, bad_since=None, good_since=since), None
    watch = replace(watch, good_since=None)
    return watch, Repeat(value=value) if rule.is_bad(value) and _is_due(rule, watch, at=at) else None


def _is_due(rule: Rule, watch: Watch, *, at: float) -> bool:
    if watch.notified_at is None:
        return True
    return rule.repeat_after_s > 0 and at - watch.notified_at >= rule.repeat_after_s
