"""As whom somebody acts who has proved who they are."""

from control_plane.core.people.permissions import ALL, PERMISSIONS, SYSTEM, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.resources.people.key_use import KnownKey
from control_plane.resources.people.sessions import Person

EVERYTHING = ALL | frozenset(SYSTEM)


def runs_installation(person: Person) -> bool:
    """The first company owns the machine: its owners and admins see the processes, too."""
    return person.tenant_id == DEFAULT_TENANT and person.role in (Role.OWNER, Role.ADMIN)


def permissions(person: Person) -> frozenset[str]:
    usual = PERMISSIONS[Role(person.role)]
    return usual | frozenset(SYSTEM) if runs_installation(person) else usual


def of_person(person: Person, address: str) -> Principal:
    return Principal(
        tenant_id=person.tenant_id,
        kind=Kind.USER,
        id=person.user_id,
        name=person.email,
        role=person.role,
        permissions=permissions(person),
        address=address,
    )


def of_key(key: KnownKey, address: str) -> Principal:
    return Principal(
        tenant_id=key.tenant_id,
        kind=Kind.KEY,
        id=key.id,
        name=key.name,
        permissions=frozenset(key.permissions),
        address=address,
    )


def operator(tenant_id: str, address: str) -> Principal:
    """Whoever runs the installation."""
    return Principal(
        tenant_id=tenant_id,
        kind=Kind.OPERATOR,
        name="operator",
        role=Role.OWNER,
        permissions=EVERYTHING,
        address=address,
    )
