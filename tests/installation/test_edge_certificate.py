"""The certificate that is made when nobody gives one."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from stack import certificate


def names(path: Path) -> set[str]:
    known = x509.load_pem_x509_certificate(path.read_bytes())
    found = known.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return {str(each.value) for each in found.value}


def test_it_is_for_the_name_and_for_this_machine_and_its_key_is_secret(tmp_path: Path) -> None:
    path, key = certificate.provide(tmp_path, "voz.example.com _")
    assert names(path) == {"voz.example.com", "localhost", "127.0.0.1", "::1"}
    assert key.stat().st_mode & 0o777 == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path, key)


def test_it_stays_until_the_name_changes(tmp_path: Path) -> None:
    path, _ = certificate.provide(tmp_path, "_")
    before = path.read_bytes()
    certificate.provide(tmp_path, "_")
    assert path.read_bytes() == before
    certificate.provide(tmp_path, "other.example")
    assert "other.example" in names(path)


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_a_broken_one_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path, _ = certificate.provide(tmp_path, "_")
    path.write_bytes(content)
    certificate.provide(tmp_path, "_")
    assert "localhost" in names(path)


def test_it_is_made_anew_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "VALID", timedelta(days=29))
    path, _ = certificate.provide(tmp_path, "_")
    before = path.read_bytes()
    certificate.provide(tmp_path, "_")
    assert path.read_bytes() != before
