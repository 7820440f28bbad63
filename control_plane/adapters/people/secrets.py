"""How secrets that are handed out once are made, and known again."""

import hmac
import re
import secrets
import string
from typing import Final

from control_plane.adapters.people.keys import STORED_SECRETS, derived_key
from control_plane.ports.people import NewApiKey, NewToken

BYTES: Final = 24
"""Of chance: 192 bits, 32 characters. Nobody guesses them, so the hash need not be slow."""
LETTERS: Final = string.ascii_letters + string.digits
_KEY: Final = re.compile(r"(cg_[0-9A-Za-z]{8})_[0-9A-Za-z_-]{32}", re.ASCII)


class HashedSecrets:
    """The Secrets port. Hashes are keyed: who has the database alone can neither check nor make a token.

    `secret` is to outlive the tokens: with another one, none of those handed out is known any more.
    """

    def __init__(self, secret: bytes) -> None:
        self._pepper = derived_key(secret, STORED_SECRETS)

    def new_token(self) -> NewToken:
        token = secrets.token_urlsafe(BYTES)
        return NewToken(token, self.hash_of(token))

    def hash_of(self, token: str) -> str:
        return hmac.new(self._pepper, token.encode(errors="replace"), "sha256").hexdigest()

    def matches(self, token: str, hashed: str) -> bool:
        return hmac.compare_digest(self.hash_of(token).encode(), hashed.encode())

    def new_api_key(self) -> NewApiKey:
        prefix = "cg_" + "".join(secrets.choice(LETTERS) for _ in range(8))
        key = f"{prefix}_{secrets.token_urlsafe(BYTES)}"
        return NewApiKey(key, prefix, self.hash_of(key))

    def prefix_of(self, key: str) -> str:
        found = _KEY.fullmatch(key)
        return found.group(1) if found else ""
