"""Who asks."""

from control_plane.core.people.principal import Kind, Principal, system


def test_somebody_may_do_what_they_were_given() -> None:
    who = Principal(tenant_id="t", kind=Kind.USER, permissions=frozenset({"contacts:read"}))
    assert who.may("contacts:read")
    assert not who.may("contacts:write")


def test_the_gateway_at_work_is_named_in_the_audit_log_and_may_nothing_over_http() -> None:
    who = system("t", "import")
    assert (who.kind, who.name, who.tenant_id) == (Kind.SYSTEM, "import", "t")
    assert not who.permissions
