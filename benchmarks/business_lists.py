"""The lists that the benchmarks of the business API ask for."""

from typing import Final

from benchmarks.business_data import DAY_S, UNTIL

LISTS: Final[tuple[tuple[str, str, dict[str, str]], ...]] = (
    ("calls", "/api/calls", {}),
    ("calls, in the middle", "/api/calls", {"to": str(UNTIL - 180 * DAY_S)}),
    ("calls, one bot", "/api/calls", {"bot_id": "cobros"}),
    ("calls, inbound", "/api/calls", {"direction": "inbound"}),
    ("calls, cause", "/api/calls", {"cause": "busy"}),
    ("calls, cause that is not there", "/api/calls", {"cause": "rejected"}),
    ("calls, number", "/api/calls", {"number": "+573001004242"}),
    ("calls, recorded", "/api/calls", {"has_recording": "true"}),
    ("calls, 295 s or longer", "/api/calls", {"min_duration": "295"}),
    ("calls, p95 2 s or more (none)", "/api/calls", {"min_latency": "2000"}),
    ("calls, q: common name", "/api/calls", {"q": "lopez"}),
    ("calls, q: rare number", "/api/calls", {"q": "3001004242"}),
    ("calls, said: common words", "/api/calls", {"said": "cita manana"}),
    ("calls, said: never", "/api/calls", {"said": "xilofono"}),
    ("products", "/api/products", {}),
    ("products, by name", "/api/products", {"sort": "name"}),
    ("products, q: common", "/api/products", {"q": "numero 99"}),
    ("products, q: rare", "/api/products", {"q": "sku-4242 vacuna"}),
    ("products, q: never", "/api/products", {"q": "xilofono"}),
    ("products, q: two letters, never", "/api/products", {"q": "zz"}),
    ("contacts", "/api/contacts", {}),
    ("contacts, by name", "/api/contacts", {"sort": "name"}),
    ("contacts, q: common name", "/api/contacts", {"q": "maria"}),
    ("contacts, q: rare name", "/api/contacts", {"q": "gomez 4241"}),
    ("contacts, q: number", "/api/contacts", {"q": "3001004242"}),
    ("contacts, number", "/api/contacts", {"number": "+573001004242"}),
    ("contacts, end of a number", "/api/contacts", {"number": "1004242"}),
    ("contacts, tag of one in a thousand", "/api/contacts", {"tag": "vip"}),
    ("contacts, tag of nobody", "/api/contacts", {"tag": "none"}),
    ("contacts, on a list of 5,000", "/api/contacts", {"list_id": "list-0"}),
    ("contacts, on a list of 25", "/api/contacts", {"list_id": "list-7"}),
    ("contact lists", "/api/lists", {}),
    ("members of a list of 5,000", "/api/lists/list-0/members", {}),
    ("orders", "/api/orders", {}),
    ("orders, placed", "/api/orders", {"status": "placed"}),
    ("orders, q: number", "/api/orders", {"q": "3001004242"}),
)
