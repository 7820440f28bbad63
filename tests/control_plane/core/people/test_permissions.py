"""Who may do what."""

import pytest

from control_plane.core.people.permissions import ALL, PERMISSIONS, SYSTEM, Role, granted, may_appoint


def test_every_role_may_read_what_is_no_secret() -> None:
    assert all("contacts:read" in PERMISSIONS[role] for role in Role)


def test_a_viewer_changes_nothing_and_sees_no_people() -> None:
    allowed = PERMISSIONS[Role.VIEWER]
    assert all(name.endswith(":read") for name in allowed)
    assert not allowed & {"users:read", "keys:read", "audit:read"}


def test_an_agent_works_with_customers_and_changes_no_settings() -> None:
    allowed = PERMISSIONS[Role.AGENT]
    assert {"contacts:write", "orders:write", "calls:write"} <= allowed
    assert not allowed & {"settings:write", "bots:write", "users:write"}


def test_nobody_can_be_given_a_way_to_change_the_audit_log() -> None:
    assert "audit:read" in ALL
    assert "audit:write" not in ALL
    assert granted(["audit:write", "audit:read"], limit=ALL) == {"audit:read"}


def test_no_role_of_a_tenant_reaches_the_installation() -> None:
    assert not any(set(SYSTEM) & allowed for allowed in PERMISSIONS.values())


@pytest.mark.parametrize(
    ("actor", "role", "expected"),
    [
        (Role.OWNER, Role.OWNER, True),
        (Role.ADMIN, Role.ADMIN, True),
        (Role.ADMIN, Role.OWNER, False),
        (Role.AGENT, Role.VIEWER, False),
    ],
)
def test_nobody_makes_anybody_mightier_than_themselves(actor: Role, role: Role, expected: bool) -> None:
    assert may_appoint(actor, role) is expected


def test_a_key_gets_no_more_than_its_maker_has() -> None:
    maker = PERMISSIONS[Role.AGENT]
    assert granted(["contacts:write", "users:write", "made:up"], limit=maker) == {"contacts:write"}
    assert granted(["system:write"], limit=ALL | set(SYSTEM)) == frozenset()
