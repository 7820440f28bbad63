"""Everything that the business API may refuse, by its stable code.

The codes are a contract with whoever calls the API: they are listed in docs/api.md, never renamed, and mean one thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Told:
    """How a refusal is told: its HTTP status and a title for people."""

    status: int
    title: str


REFUSALS: Final[Mapping[str, Told]] = {
    # any resource
    "invalid": Told(422, "The request is not valid"),
    "not_allowed": Told(403, "This is not permitted"),
    "conflict": Told(409, "It contradicts what is stored"),
    "in_use": Told(409, "Something else still needs it"),
    "version_mismatch": Told(412, "It was changed meanwhile"),
    "changed_meanwhile": Told(409, "Somebody changed it at the same moment"),
    "idempotency_key_reused": Told(422, "The idempotency key was used for something else"),
    # signing in
    "wrong_credentials": Told(401, "Address and password do not belong together"),
    "totp_needed": Told(401, "A code of the authenticator is needed"),
    "wrong_code": Told(401, "The code is not right"),
    "session_ended": Told(401, "The session has ended"),
    "user_disabled": Told(403, "The account is shut"),
    "wrong_password": Told(403, "The password is not right"),
    "users_only": Told(403, "Only somebody with an account can do this"),
    "registration_closed": Told(403, "Nobody can register here"),
    "setup_done": Told(409, "The installation is set up already"),
    "totp_on": Told(409, "Codes are asked for already"),
    "bad_link": Told(410, "The link is not good any more"),
    "weak_password": Told(422, "The password is too weak"),
    # what the installation has sealed
    "secret_lost": Told(409, "The secret cannot be opened any more"),
    # bots and flows
    "not_published": Told(409, "It has no published version"),
    "too_many_chats": Told(503, "Too many try bots out already"),
    "brain_unavailable": Told(503, "The model does not answer"),
    # calls
    "too_many_live_calls": Told(429, "The company has as many calls as it may"),
    # sellers, products, orders
    "sku_taken": Told(409, "Another product has this SKU"),
    "out_of_stock": Told(409, "There are not enough pieces"),
    "illegal_transition": Told(409, "The order cannot become this"),
    "order_not_draft": Told(409, "The order is not a draft any more"),
    "no_seller_available": Told(409, "No seller can take it now"),
    # people and keys
    "email_taken": Told(409, "Somebody has this address already"),
    "not_invited": Told(409, "There is no open invitation"),
    "last_owner": Told(409, "A tenant cannot be without an owner"),
    "not_yourself": Told(409, "Nobody does this to themselves"),
    "key_revoked": Told(409, "The key was revoked"),
    # webhooks to tenants
    "limit_reached": Told(409, "There are as many as there may be"),
    "delivery_pending": Told(409, "The delivery has not ended"),
    # contacts, imports, personal data
    "number_taken": Told(409, "Another contact has this number"),
    "do_not_call": Told(409, "This number must not be called"),
    "too_many_letters": Told(429, "Too many letters were sent"),
    "no_own_number": Told(409, "The tenant has no number to call with"),
    "file_too_large": Told(413, "The file is too large"),
    "no_number_column": Told(422, "No column of the file holds telephone numbers"),
    "import_ended": Told(409, "The import has ended"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of the request: its path, and why."""

    field: str
    message: str


class Refused(Exception):
    """A request that is understood and not carried out. Nothing was changed.

    `code` is a key of REFUSALS, or `unknown_<resource>` for what does not exist or belongs to somebody else; both are
    told the same way, so that nobody learns which.
    """

    def __init__(self, code: str, detail: str = "", *, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.faults = faults


def unknown(one: str) -> Refused:
    """There is no such thing, as far as whoever asks may know. `one`: `product`, `order_line`."""
    return Refused(f"unknown_{one}", f"No {one.replace('_', ' ')} has this id.")


def invalid(field: str, message: str) -> Refused:
    """One field of the request is wrong."""
    return Refused("invalid", f"{field}: {message}", faults=(Fault(field, message),))


def told(refused: Refused) -> Told:
    """How it is told. Raises KeyError for a code that nobody has declared."""
    if refused.code.startswith("unknown_") and refused.code not in REFUSALS:
        return Told(404, f"There is no such {refused.code.removeprefix('unknown_').replace('_', ' ')}")
    return REFUSALS[refused.code]
