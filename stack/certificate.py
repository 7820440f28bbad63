"""A certificate for TLS on one machine, signed by nobody but itself."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID: Final = timedelta(days=397)
"""Browsers take no longer ones."""

RENEWED_BEFORE: Final = timedelta(days=30)

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")


def provide(folder: Path, server_name: str) -> tuple[Path, Path]:
    """Certificate and key in the folder; made anew when they are missing, for other names, or about to end."""
    certificate, key = folder / "self-signed.pem", folder / "self-signed.key"
    names = _names(server_name)
    if not (key.exists() and certificate.exists() and _serves(certificate.read_bytes(), names)):
        private = ec.generate_private_key(ec.SECP256R1())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_secret(key, _pem(private))
        certificate.write_bytes(_signed(private, names))
    return certificate, key


def _names(server_name: str) -> tuple[str, ...]:
    """`server_name` as Nginx has it: several names, `_` for any."""
    asked = (name for name in server_name.split() if name != "_" and not name.startswith("~"))
    return tuple(dict.fromkeys((*asked, *LOCAL_NAMES)))


def _serves(pem: bytes, names: tuple[str, ...]) -> bool:
    try:
        known = x509.load_pem_x509_certificate(pem)
        extension = known.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound):
        return False
    lasts = known.not_valid_after_utc - datetime.now(UTC) > RENEWED_BEFORE
    return lasts and {str(name.value) for name in extension.value} == set(names)


def _signed(private: ec.EllipticCurvePrivateKey, names: tuple[str, ...]) -> bytes:
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks of other machines may be a little behind.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([_general(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _general(name: str) -> x509.GeneralName:
    address: IPv4Address | IPv6Address
    try:
        address = ip_address(name)
    except ValueError:
        return x509.DNSName(name)
    return x509.IPAddress(address)


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_secret(path: Path, content: bytes) -> None:
    """Readable by the owner alone from its first moment on."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
