"""A time-stamping authority of our own: openssl's, with a certificate authority made for the test."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """
[req]
distinguished_name = name
[name]
[tsa]
default_tsa = here
[here]
dir = {folder}
serial = $dir/serial
signer_cert = $dir/tsa.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
"""


@dataclass(frozen=True, slots=True)
class LocalAuthority:
    """Answers RFC 3161 queries with `openssl ts`; `fails` makes it refuse."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "LocalAuthority":
        """Make the certificates and the key."""
        folder.mkdir()
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        authority = cls(folder)
        new = ("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf")
        authority._openssl(
            *new,
            "-x509",
            "-days",
            "30",
            "-subj",
            "/CN=Test CA",
            "-extensions",
            "ca",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
        )
        authority._openssl(*new, "-subj", "/CN=Test TSA", "-keyout", "tsa.key", "-out", "tsa.csr")
        sign = ("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30")
        authority._openssl(*sign, "-extfile", "tsa.cnf", "-extensions", "stamping", "-out", "tsa.pem")
        return authority

    @property
    def roots(self) -> bytes:
        """The certificate that it is trusted by."""
        return (self.folder / "ca.pem").read_bytes()

    async def post(self, _url: str, query: bytes) -> bytes:
        """Answer a query."""
        (self.folder / "query.tsq").write_bytes(query)
        self._openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=30)
