"""The certificates that content credentials are signed with: an authority of the operator's own, and a signer below it.

What they prove: that a file was signed by whoever holds this operator's key, and not changed since. What they do not
prove: who that is. Nobody outside has looked into the operator, so a validator that was not given the authority's
certificate calls the signer unknown ("Valid" rather than "Trusted" in C2PA's words).
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_AUTHORITY_YEARS: Final = 20
_SIGNER_DAYS: Final = 365
_RENEW_BEFORE: Final = timedelta(days=30)
_COORDINATE_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """A key, its certificate with the authority's behind it (PEM), and the authority's alone (PEM)."""

    key: ec.EllipticCurvePrivateKey
    chain: bytes
    authority: bytes

    def sign(self, data: bytes) -> bytes:
        """Return an ES256 signature as COSE has it: r and s, 32 bytes each (RFC 9053 section 2.1)."""
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


def signing_identity(folder: Path, name: str, now: datetime | None = None) -> SigningIdentity:
    """Return the signer of an operator, made on first use and renewed a month before its certificate ends; blocking.

    `name` is the log's origin; it stands in the certificates. The keys are files of mode 0600 in `folder`.
    """
    now = now or datetime.now(UTC)
    ca_key, ca = _authority(folder, name, now)
    key_file, chain_file = folder / "c2pa.key", folder / "c2pa.pem"
    if not (chain_file.exists() and key_file.exists() and _lasts(chain_file, ca, now)):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signer_certificate(key, name, ca_key, ca, now)
        _write(key_file, _private_pem(key))
        _write(chain_file, _pem(certificate) + _pem(ca))
    return SigningIdentity(_read_key(key_file), chain_file.read_bytes(), _pem(ca))


def _authority(folder: Path, name: str, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key_file, certificate_file = folder / "c2pa-ca.key", folder / "c2pa-ca.pem"
    if not (key_file.exists() and certificate_file.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(f"{name} content credentials CA")
        usage = _usage(key_cert_sign=True)
        builder = _builder(subject, subject, key.public_key(), now, timedelta(days=365 * _AUTHORITY_YEARS))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(usage, critical=True)
        _write(key_file, _private_pem(key))
        _write(certificate_file, _pem(builder.sign(key, hashes.SHA256())))
    return _read_key(key_file), x509.load_pem_x509_certificate(certificate_file.read_bytes())


def _signer_certificate(
    key: ec.EllipticCurvePrivateKey,
    name: str,
    ca_key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    now: datetime,
) -> x509.Certificate:
    """Make an end certificate as C2PA demands it: version 3, its usage named, and the authority's key identifier."""
    builder = _builder(_name(name), ca.subject, key.public_key(), now, timedelta(days=_SIGNER_DAYS))
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return builder.add_extension(issuer, critical=False).sign(ca_key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, lasting: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    # An hour ago: a validator's clock may be behind.
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + lasting)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.Name:
    # X.520 allows 64 characters in each.
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Colophon"), x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]
    )


def _lasts(chain_file: Path, ca: x509.Certificate, now: datetime) -> bool:
    certificate = x509.load_pem_x509_certificates(chain_file.read_bytes())[0]
    return certificate.issuer == ca.subject and certificate.not_valid_after_utc - now > _RENEW_BEFORE


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file} holds no key on an elliptic curve")
    return key


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, data: bytes) -> None:
    """Write a secret whole or not at all, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = file.with_name(f".{file.name}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
