"""Contacts with numbers, lists and orders for the benchmarks of the business API, made by the database itself."""

from typing import Final

from sqlalchemy import Connection, text

from benchmarks.business_data import JSON, SERIES

LISTS: Final = 200
MEMBERS: Final = 5_000
"""Of the first list; the others have a hundredth of it."""

NAME: Final = "CASE i % 5 WHEN 0 THEN '{}' WHEN 1 THEN '{}' WHEN 2 THEN '{}' WHEN 3 THEN '{}' ELSE '{}' END || ' ' || i"
WRITTEN: Final = NAME.format("María López", "Ana Gómez", "Iván Ñíguez", "Zoé Peña", "Cliente")
FOLDED: Final = NAME.format("maria lopez", "ana gomez", "ivan niguez", "zoe pena", "cliente")
NUMBER: Final = "'+57300' || (1000000 + i)"

CONTACTS: Final = (
    f"""
INSERT INTO contacts (id, tenant_id, name, email, language, zone, zone_source, numbers_text, note, consent_basis,
  consent_source, words, attributes, tags, created_at, updated_at, version)
SELECT 'contact-' || i, 'default', {WRITTEN}, 'c' || i || '@example.com', '', 'America/Bogota', 'number', {NUMBER}, '',
  CASE WHEN i % 2 = 0 THEN 'explicit' ELSE '' END, '', {FOLDED} || ' c' || i || '@example.com ' || {NUMBER}, {{json}},
  CASE i % 1000 WHEN 0 THEN {{vip}} WHEN 1 THEN {{blue}} ELSE {{none}} END, 1700000000 + i, 1700000000 + i, 1
FROM ({{series}}) AS numbers
""",
    f"""
INSERT INTO contact_numbers (tenant_id, e164, contact_id, label, position)
SELECT 'default', {NUMBER}, 'contact-' || i, '', 0 FROM ({{series}}) AS numbers
""",
)
LIST_ROWS: Final = (
    """
INSERT INTO contact_lists (id, tenant_id, name, description, words, created_at, updated_at, version)
SELECT 'list-' || i, 'default', 'Campaña ' || i, '', 'campana ' || i, 1700000000 + i, 1700000000 + i, 1
FROM ({series}) AS numbers
""",
    """
INSERT INTO list_members (tenant_id, list_id, contact_id, variables, added_at)
SELECT 'default', 'list-0', 'contact-' || (i * {apart}), {json}, 1700000000 FROM ({series}) AS numbers
""",
    """
INSERT INTO list_members (tenant_id, list_id, contact_id, variables, added_at)
SELECT 'default', 'list-' || (1 + i % {others}), 'contact-' || i, {json}, 1700000000 FROM ({series}) AS numbers
""",
)
ORDERS: Final = (
    f"""
INSERT INTO orders (id, tenant_id, number, status, contact_id, customer_name, customer_phone, customer_email, note,
  seller_id, currency, source, call_id, conversation_id, words, address, subtotal, discount, tax, total, created_at,
  updated_at, version)
SELECT 'order-' || i, 'default', 'P-' || i, CASE i % 4 WHEN 0 THEN 'placed' WHEN 1 THEN 'draft' ELSE 'delivered' END,
  'contact-' || i, {WRITTEN}, {NUMBER}, '', '', '', 'COP', 'user', '', '',
  'p-' || i || ' ' || {FOLDED} || ' ' || {NUMBER}, {{json}}, 450000, 0, 0, 450000, 1700000000 + i, 1700000000 + i, 1
FROM ({{series}}) AS numbers
""",
    """
INSERT INTO order_lines (id, tenant_id, order_id, product_id, sku, name, position, quantity, reserved, unit_price,
  discount, tax_rate, subtotal, tax, total)
SELECT 'line-' || i, 'default', 'order-' || i, 'product-' || i, 'SKU-' || i, 'Vacuna número ' || i, 0, 1, 0, 450000, 0,
  0, 450000, 0, 450000
FROM ({series}) AS numbers
""",
)


def make_people(connection: Connection, contacts: int) -> None:
    """So many contacts, each with a number and an order; two tags, each of one in a thousand."""
    members = min(MEMBERS, contacts // 2)
    for statement in CONTACTS:
        _make(connection, statement, rows=contacts)
    for statement, rows in zip(LIST_ROWS, (LISTS, members, members), strict=True):
        _make(connection, statement, rows=rows, apart=contacts // members, others=LISTS - 1)
    for statement in ORDERS:
        _make(connection, statement, rows=contacts)


def _make(connection: Connection, statement: str, *, rows: int, **more: int) -> None:
    dialect = connection.dialect.name

    def tags(*names: str) -> str:
        told = ", ".join(f'"{name}"' for name in names)
        return JSON[dialect].replace("{}", f"[{told}]")

    filled = statement.format(
        json=JSON[dialect], series=SERIES[dialect], vip=tags("vip"), blue=tags("azul"), none=tags(), **more
    )
    connection.execute(text(filled), {"calls": rows})
