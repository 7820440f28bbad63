"""What the clinic of the showcase sells, who works there, what its customers are called."""

from typing import Any, Final

CURRENCY: Final = "COP"
ZONE: Final = "America/Bogota"
COMPANY: Final = "Clínica Veterinaria San Martín"

PRODUCTS: Final[tuple[dict[str, Any], ...]] = (
    {"sku": "CON-GRAL", "name": "Consulta general", "category": "Servicios", "price": "60000"},
    {"sku": "VAC-RAB", "name": "Vacuna antirrábica", "category": "Vacunas", "price": "45000", "stock": 120},
    {"sku": "VAC-PENTA", "name": "Vacuna pentavalente", "category": "Vacunas", "price": "68000", "stock": 80},
    {"sku": "VAC-FEL", "name": "Triple felina", "category": "Vacunas", "price": "72000", "stock": 46},
    {"sku": "DES-INT", "name": "Desparasitante interno", "category": "Farmacia", "price": "18500", "stock": 240},
    {"sku": "DES-EXT", "name": "Pipeta antipulgas", "category": "Farmacia", "price": "32900", "stock": 160},
    {
        "sku": "ALI-ADU-10",
        "name": "Alimento perro adulto 10 kg",
        "category": "Alimento",
        "price": "189900",
        "stock": 34,
    },
    {"sku": "ALI-CAC-4", "name": "Alimento cachorro 4 kg", "category": "Alimento", "price": "98900", "stock": 41},
    {
        "sku": "ALI-GAT-3",
        "name": "Alimento gato esterilizado 3 kg",
        "category": "Alimento",
        "price": "86500",
        "stock": 52,
    },
    {"sku": "ARE-10", "name": "Arena aglomerante 10 kg", "category": "Higiene", "price": "49900", "stock": 73},
    {"sku": "SHA-PIEL", "name": "Champú piel sensible", "category": "Higiene", "price": "37500", "stock": 28},
    {"sku": "COL-ISA", "name": "Collar isabelino mediano", "category": "Accesorios", "price": "24900", "stock": 15},
    {"sku": "TRA-GAT", "name": "Transportadora para gato", "category": "Accesorios", "price": "129900", "stock": 9},
    {"sku": "BAN-MED", "name": "Baño y peluquería, perro mediano", "category": "Servicios", "price": "55000"},
    {"sku": "EST-GAT", "name": "Esterilización felina", "category": "Servicios", "price": "210000"},
    {"sku": "DEN-LIM", "name": "Limpieza dental", "category": "Servicios", "price": "185000"},
)

_WEEK: Final = {day: [{"start": "08:00", "end": "18:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}

SELLERS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "Lucía Fernández", "skills": ["ventas", "citas"], "languages": ["es"]},
    {"name": "Andrés Quintero", "skills": ["ventas", "envíos"], "languages": ["es", "en"]},
    {"name": "Paula Restrepo", "skills": ["citas", "urgencias"], "languages": ["es"], "status": "busy"},
    {"name": "Sofía Mejía", "skills": ["reclamos"], "languages": ["es", "en"], "status": "away"},
)


def seller(row: dict[str, Any]) -> dict[str, Any]:
    """As it is entered, with the clinic's hours."""
    return {**row, "availability": {"zone": ZONE, "week": _WEEK}, "max_load": 8}


FIRST_NAMES: Final = (
    *("Ana María", "Carlos", "Valentina", "Jorge", "Camila", "Luis Felipe", "Daniela", "Mateo", "Laura", "Santiago"),
    *("Isabella", "Andrés", "Mariana", "Julián", "Paola", "Sebastián", "Gloria", "Hernán", "Natalia", "Ricardo"),
    *("Beatriz", "Esteban", "Claudia", "Tomás", "Adriana", "Gabriel", "Marcela", "Iván", "Rosa Elena", "Nicolás"),
)
LAST_NAMES: Final = (
    *("García", "Rodríguez", "Martínez", "Gómez", "López", "Hernández", "Ramírez", "Torres", "Díaz", "Vargas"),
    *("Moreno", "Jiménez", "Rojas", "Castro", "Ortiz", "Suárez", "Cárdenas", "Peña", "Mendoza", "Salazar"),
)
PETS: Final = ("Luna", "Max", "Rocky", "Nala", "Simón", "Toby", "Mía", "Bruno", "Kira", "Canela", "Thor", "Pelusa")
KINDS: Final = ("perro", "gato", "perro", "gato", "conejo")
TAGS: Final[tuple[list[str], ...]] = (["cliente"], ["cliente", "vacunas"], ["prospecto"], ["cliente", "tienda"], [])

LISTS: Final = ("Refuerzo antirrábica de este mes", "Clientes sin visita en un año", "Compradores de alimento")
"""Names of the lists; each takes every so-many-th contact."""
