"""What lets people and programs in, from parts."""

from control_plane.services.people.people import People
from control_plane.services.staff.invitations import InvitationParts, Invitations
from control_plane.services.staff.key_ring import KeyRing
from control_plane.services.staff.staff import Staff
from control_plane.wiring.parts import Parts
from control_plane.wiring.people import pages


def invitations(parts: Parts) -> Invitations:
    return Invitations(
        InvitationParts(
            store=parts.tenants,
            secrets=parts.secrets,
            mail=parts.mail,
            supervisor=parts.supervisor,
            limiter=parts.limiter,
            public=pages(parts.settings).rstrip("/"),
        )
    )


def key_ring(parts: Parts, people: People) -> KeyRing:
    return KeyRing(parts.tenants, parts.secrets, forget=people.keys.forget)


def staff(parts: Parts, people: People) -> Staff:
    return Staff(parts.tenants, forget=(people.sessions.forget, people.keys.forget))
