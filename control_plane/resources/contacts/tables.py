"""Tables of contacts, their numbers, their lists, and of numbers that must not be called."""

from typing import Any

from sqlalchemy import ForeignKey, Index, and_, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable


class ContactNumber(Tenanted, Base):
    """A telephone number of a contact. No two contacts of a tenant share one: that is how people are recognised."""

    __tablename__ = "contact_numbers"
    __table_args__ = (Index("ix_contact_numbers_contact_id", "contact_id"),)

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    e164: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(Words)
    position: Mapped[int]
    """0: the one that is called first."""


class DoNotCall(Tenanted, Stamped, Base):
    """A number that is not called, whether it belongs to a contact or not. It stays when the contact goes."""

    __tablename__ = "do_not_call"
    __table_args__ = (
        Index("uq_do_not_call_e164", "tenant_id", "e164", unique=True),
        Index("ix_do_not_call_created_at", "tenant_id", "created_at", "id"),
    )

    e164: Mapped[str]
    reason: Mapped[str] = mapped_column(Words)
    source: Mapped[str]
    """`person`, `user`, `import` or `call`."""


class ListMember(Tenanted, Base):
    """A contact's place on a list, with what is said to this person in particular."""

    __tablename__ = "list_members"
    __table_args__ = (Index("ix_list_members_contact_id", "contact_id"),)

    list_id: Mapped[str] = mapped_column(ForeignKey("contact_lists.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    variables: Mapped[dict[str, Any]]
    added_at: Mapped[float]


class ContactList(Tenanted, Stamped, Searchable, Base):
    """People for one purpose: a campaign, a reminder."""

    __tablename__ = "contact_lists"
    __table_args__ = (
        Index("ix_contact_lists_created_at", "tenant_id", "created_at", "id"),
        Index("ix_contact_lists_name", "tenant_id", "name", "id"),
    )

    name: Mapped[str] = mapped_column(Words)
    description: Mapped[str] = mapped_column(Words)


ContactList.contacts = column_property(
    select(func.count())
    .select_from(ListMember)
    .where(ListMember.list_id == ContactList.id)
    .correlate_except(ListMember)
    .scalar_subquery()
)


class Contact(Tenanted, Stamped, Searchable, Base):
    """One person."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_created_at", "tenant_id", "created_at", "id"),
        Index("ix_contacts_updated_at", "tenant_id", "updated_at", "id"),
        Index("ix_contacts_name", "tenant_id", "name", "id"),
    )

    name: Mapped[str] = mapped_column(Words)
    email: Mapped[str]
    language: Mapped[str]
    """Empty: the tenant's."""
    zone: Mapped[str]
    zone_source: Mapped[str]
    """`number`: the first zone that the number may be in; `person`, `user`: who corrected it. Empty without a zone."""
    numbers_text: Mapped[str]
    """The numbers beside each other, for the search and the audit log; written by `set_numbers` alone."""
    attributes: Mapped[dict[str, Any]]
    tags: Mapped[list[str]]
    note: Mapped[str] = mapped_column(Words)
    consent_basis: Mapped[str]
    consent_at: Mapped[float | None]
    consent_source: Mapped[str] = mapped_column(Words)

    numbers: Mapped[list[ContactNumber]] = relationship(
        order_by=ContactNumber.position, cascade="all, delete-orphan", passive_deletes=True
    )
    places: Mapped[list[ListMember]] = relationship(viewonly=True, order_by=ListMember.added_at)
    suppressions: Mapped[list[DoNotCall]] = relationship(
        viewonly=True,
        secondary=ContactNumber.__table__,
        primaryjoin=lambda: Contact.id == ContactNumber.contact_id,
        secondaryjoin=lambda: and_(
            ContactNumber.e164 == DoNotCall.e164, ContactNumber.tenant_id == DoNotCall.tenant_id
        ),
    )

    @property
    def do_not_call(self) -> bool:
        return bool(self.suppressions)

    @property
    def lists(self) -> list[str]:
        return [place.list_id for place in self.places]

    @property
    def consent(self) -> dict[str, Any]:
        return {"basis": self.consent_basis, "at": self.consent_at, "source": self.consent_source}
