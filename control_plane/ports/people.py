"""What signing in needs: passwords, access tokens, secrets that are handed out once, one-time codes."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Overloaded(Exception):
    """More passwords wait to be worked than the machine can take in a moment. Answer 503 and try again later."""


class PasswordHasher(Protocol):
    """Slow on purpose; works beside the event loop.

    Passwords are compared in the form NFKC, so that the same letters typed on another keyboard are the same password.
    """

    async def hash(self, password: str) -> str:
        """The text to store: method, parameters and salt are in it. Raises Overloaded, and ValueError for a password
        longer than `core.people.password_rules.LONGEST`."""
        ...

    async def verify(self, password: str, hashed: str) -> bool:
        """Whether this is the password. For somebody who does not exist pass `hashed=""`: it takes as long, and is
        False, so that nobody learns by the clock who has an account. Raises Overloaded."""
        ...

    def needs_rehash(self, hashed: str) -> bool:
        """Whether it was made with other parameters than today's: hash again now that the password is at hand."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says of its holder; good without a look into the database, hence for minutes only."""

    user_id: str
    tenant_id: str
    role: str
    session_id: str
    """Of the family of refresh tokens: ending the family ends it when the access token runs out."""
    ops: bool = False
    """May see the pages of operation and the metrics sidecar, which know nothing of tenants."""
    issued_at: float = 0.0
    """Unix seconds, whole ones; set by `issue`."""
    expires_at: float = 0.0


class AccessTokens(Protocol):
    def issue(self, claims: AccessClaims, *, now: float, ttl_s: int) -> str:
        """A token good from `now` (Clock.wall) for so long; the times in `claims` are not looked at."""
        ...

    def read(self, token: str, *, now: float) -> AccessClaims | None:
        """What it says; None when it is not ours, has run out, or is from the future. Never raises."""
        ...


class NewToken(NamedTuple):
    """`token` goes to its holder once, `hash` into the database."""

    token: str
    hash: str


class NewApiKey(NamedTuple):
    """`key` goes to its holder once; `prefix` is public, may be shown in lists, and the row is found by it."""

    key: str
    prefix: str
    hash: str


class Secrets(Protocol):
    """Random texts of which only a keyed hash is kept: refresh tokens, links by mail, API keys."""

    def new_token(self) -> NewToken:
        """192 bits of chance, made of letters, digits, hyphen and underscore: fit for addresses and cookies."""
        ...

    def hash_of(self, token: str) -> str:
        """64 hexadecimal digits, always the same for the same token: the row can be found by it."""
        ...

    def matches(self, token: str, hashed: str) -> bool:
        """Whether it is the one of this hash, in constant time."""
        ...

    def new_api_key(self) -> NewApiKey:
        """`cg_<8 characters>_<32 characters>`; its prefix is `cg_<8 characters>`."""
        ...

    def prefix_of(self, key: str) -> str:
        """The public part; empty when the text has not the form of an API key."""
        ...


class OneTimeCodes(Protocol):
    """Six digits by the clock (RFC 6238), and codes on paper for whoever lost the telephone."""

    def new_secret(self) -> str:
        """Base32, 160 bits. It has to be kept as it is: whoever reads it can make the codes."""
        ...

    def uri(self, secret: str, *, account: str, issuer: str) -> str:
        """`otpauth://totp/…`, for authenticator programs."""
        ...

    def qr_svg(self, uri: str) -> str:
        """The same as a picture: an `<svg>` element that refers to nothing outside."""
        ...

    def verify(self, secret: str, code: str, *, now: float, last_step: int) -> int | None:
        """The time step the code belongs to, else None. One step (30 s) early or late is fine.

        Only steps after `last_step` count (0 at first): store the answer in the same statement that checks it
        (`UPDATE … WHERE last_step < :step`), so that a code works once.
        """
        ...

    def new_recovery_codes(self) -> tuple[NewToken, ...]:
        """Eight, each good once: delete its hash when it was used."""
        ...

    def recovery_hash(self, code: str) -> str:
        """As stored, however the person wrote it: capitals, blanks and hyphens do not matter."""
        ...
