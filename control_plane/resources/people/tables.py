"""What is stored about people who sign in, and about the keys of programs.

Nothing here opens a door by itself: of passwords, tokens, links and keys only hashes are kept. The one exception is the
secret of one-time codes, which has to be known to check them.
"""

from typing import Final

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.crud import Searchable

ACTIVE: Final = "active"
INVITED: Final = "invited"
"""Has not followed the invitation yet, and has no password."""
DISABLED: Final = "disabled"

SETUP: Final = "setup"
INVITE: Final = "invite"
RESET: Final = "reset"


class User(Tenanted, Stamped, Searchable, Base):
    """Somebody of a tenant. One address is one user in the whole installation: it is all that a sign-in tells."""

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", "email", unique=True),
        Index("ix_users_created_at", "tenant_id", "created_at", "id"),
        Index("ix_users_name", "tenant_id", "name", "id"),
    )
    __secret__ = ("password_hash", "totp_secret", "totp_pending", "recovery_hashes")
    __unlisted__ = ("words", "last_login_at", "totp_last_step")  # type: ignore[assignment]  # the mixin has one

    email: Mapped[str]
    """In lower case."""
    name: Mapped[str] = mapped_column(Words)
    role: Mapped[str]
    """Of `core.people.permissions.Role`."""
    status: Mapped[str]
    """ACTIVE, INVITED or DISABLED."""
    language: Mapped[str]
    """Of the pages and letters for them: `es`, `en`; empty: the tenant's."""
    password_hash: Mapped[str] = mapped_column(default="")
    totp_secret: Mapped[str] = mapped_column(default="")
    """Empty: no codes are asked for."""
    totp_pending: Mapped[str] = mapped_column(default="")
    """A secret that was shown and not confirmed yet."""
    totp_last_step: Mapped[int] = mapped_column(default=0)
    """Of the last code that was used: none is good twice."""
    recovery_hashes: Mapped[list[str]] = mapped_column(default=list)
    """Of the codes on paper that are left."""
    last_login_at: Mapped[float | None]


class SessionFamily(Tenanted, Base):
    """One sign-in, and everything that follows from it: each refresh token is made from the one before."""

    __tablename__ = "session_families"
    __table_args__ = (Index("ix_session_families_user", "tenant_id", "user_id", "used_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[float]
    used_at: Mapped[float]
    """When its last token was made."""
    expires_at: Mapped[float]
    """Unless it is used before."""
    address: Mapped[str]
    user_agent: Mapped[str] = mapped_column(Words)
    ended_at: Mapped[float | None]
    reason: Mapped[str] = mapped_column(default="")
    """Why it ended: `logout`, `logout_everywhere`, `password_changed`, `reused`, `disabled`, `removed`."""


class RefreshToken(Base):
    """One token of a family. It stays when it was used, so that a second use is seen."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_family_id", "family_id"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("session_families.id", ondelete="CASCADE"))
    used_at: Mapped[float | None]
    expires_at: Mapped[float]


class OneTimeLink(Tenanted, Base):
    """A link that was mailed or shown, good once."""

    __tablename__ = "one_time_links"
    __table_args__ = (Index("ix_one_time_links_user", "tenant_id", "user_id", "kind"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """SETUP, INVITE or RESET."""
    user_id: Mapped[str] = mapped_column(default="")
    """Whose it is; empty for SETUP."""
    created_at: Mapped[float]
    expires_at: Mapped[float]
    used_at: Mapped[float | None]


class LoginFailures(Base):
    """Wrong passwords for one address, whether somebody has it or not: a lock must not tell."""

    __tablename__ = "login_failures"

    email_hash: Mapped[str] = mapped_column(primary_key=True)
    """Of `ports.people.Secrets`."""
    count: Mapped[int]
    first_at: Mapped[float]
    """When the first of these came."""
    locked_until: Mapped[float]


class ApiKey(Tenanted, Stamped, Searchable, Base):
    """What a program shows instead of a password. It may do what its scopes say, as far as its maker still may."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("uq_api_keys_prefix", "prefix", unique=True),
        Index("ix_api_keys_created_at", "tenant_id", "created_at", "id"),
        Index("ix_api_keys_name", "tenant_id", "name", "id"),
    )
    __secret__ = ("hash",)
    __unlisted__ = ("words", "last_used_at")  # type: ignore[assignment]  # the mixin has one

    name: Mapped[str] = mapped_column(Words)
    prefix: Mapped[str]
    """The public part, by which it is found: `cg_4fJ2kQ9x`."""
    hash: Mapped[str]
    scopes: Mapped[list[str]]
    """Permissions."""
    made_by: Mapped[str]
    """Id of the user; empty: the operator."""
    expires_at: Mapped[float | None]
    last_used_at: Mapped[float | None]
    """To the minute."""
    revoked_at: Mapped[float | None]
