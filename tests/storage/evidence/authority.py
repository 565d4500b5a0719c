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
{enclosed}
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
    def make(cls, folder: Path, *, chain: bool = False) -> "LocalAuthority":
        """Make the certificates and the key; with `chain` there is one between, and tokens enclose all."""
        folder.mkdir()
        enclosed = "certs = $dir/chain.pem" if chain else ""
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder, enclosed=enclosed))
        (folder / "serial").write_text("01\n")
        authority = cls(folder)
        authority._certify("ca", "Test CA", "ca", by=None)
        if chain:
            authority._certify("mid", "Test Intermediate", "ca", by="ca")
            chained = [(folder / name).read_text() for name in ("ca.pem", "mid.pem")]
            (folder / "chain.pem").write_text("".join(chained))
        authority._certify("tsa", "Test TSA", "stamping", by="mid" if chain else "ca")
        return authority

    def _certify(self, name: str, subject: str, use: str, *, by: str | None) -> None:
        """Make a key and its certificate, signed by another one's key or by itself."""
        new = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf"]
        new += ["-subj", f"/CN={subject}", "-keyout", f"{name}.key"]
        if by is None:
            self._openssl(*new, "-x509", "-days", "30", "-extensions", use, "-out", f"{name}.pem")
            return
        self._openssl(*new, "-out", f"{name}.csr")
        sign = ["x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial"]
        self._openssl(*sign, "-days", "30", "-extfile", "tsa.cnf", "-extensions", use, "-out", f"{name}.pem")

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
