"""A forger who owns the true key: takes a bundle apart, changes it, and mends every checksum."""

import hashlib
import json
import zipfile
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.evidence.commitments import b64url, digest, disclose
from storage.evidence.leaf import canonical
from storage.evidence.merkle import fold, leaf_hash, node_hash
from storage.evidence.notes import SigningKey

TAGS = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bundle.note")


class Forged:
    """The files of a bundle by their path, free to be changed."""

    def __init__(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as archive:
            names = archive.namelist()
            self.top = names[0].partition("/")[0]
            self.files = {name.partition("/")[2]: archive.read(name) for name in names}

    # --- reading -----------------------------------------------------------------------------

    @property
    def about(self) -> dict[str, Any]:
        """Return bundle.json."""
        found: dict[str, Any] = json.loads(self.files["data/bundle.json"])
        return found

    @property
    def lines(self) -> list[bytes]:
        """Return the lines of log.txt."""
        return self.files["data/log.txt"].split(b"\n")[:-1]

    @lines.setter
    def lines(self, lines: list[bytes]) -> None:
        self.files["data/log.txt"] = b"".join(line + b"\n" for line in lines)

    @property
    def disclosures(self) -> list[dict[str, Any]]:
        """Return the lines of disclosures.jsonl."""
        return [json.loads(line) for line in self.files["data/disclosures.jsonl"].splitlines()]

    @disclosures.setter
    def disclosures(self, rows: list[dict[str, Any]]) -> None:
        self.files["data/disclosures.jsonl"] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    def find(self, type_: str) -> int:
        """Return the number of the line of the first event of a type."""
        return next(i for i, line in enumerate(self.lines) if f'"type":"{type_}"'.encode() in line)

    def leaf(self, at: int) -> dict[str, Any]:
        """Return the event on a line."""
        found: dict[str, Any] = json.loads(self.lines[at])
        return found

    # --- changing ----------------------------------------------------------------------------

    def put_leaf(self, at: int, leaf: dict[str, Any]) -> None:
        """Replace the event on a line."""
        lines = self.lines
        lines[at] = canonical(leaf)
        self.lines = lines

    def replace_words(self, at: int, field: str, value: Any) -> None:
        """Replace a field's words and its commitment in the event, as a careful forger would."""
        text = disclose(field, value)
        leaf = self.leaf(at)
        leaf["fields"][field] = digest(text)
        self.put_leaf(at, leaf)
        self.disclosures = [
            row | {"d": text} if (row["seq"], row["field"]) == (leaf["seq"], field) else row for row in self.disclosures
        ]

    def sign_history(self, key: SigningKey) -> None:
        """Chain the projects anew and sign every checkpoint of a changed log that hides no two events side by side."""
        tails: dict[str, bytes] = {}
        hashes: list[bytes] = []
        lines = self.lines
        for at, line in enumerate(lines):
            if line.startswith(b"~0 "):
                hashes.append(b64decode(line[3:]))
                continue
            leaf = json.loads(line)
            leaf["pprev"] = b64url(tails[leaf["project"]]) if leaf["project"] in tails else ""
            lines[at] = canonical(leaf)
            tails[leaf["project"]] = leaf_hash(lines[at])
            hashes.append(leaf_hash(lines[at]))
        self.lines = lines
        for name in [n for n in self.files if n.startswith("data/checkpoints/")]:
            size = int(Path(name).stem)
            self.files[name] = checkpoint(key, size, root(hashes[:size])).encode()

    def retell(self, leaves: Sequence[dict[str, Any]], key: SigningKey) -> None:
        """Make another history out of some events of a log that hides nothing: numbered, chained and signed anew."""
        numbers = {leaf["seq"]: number for number, leaf in enumerate(leaves)}
        counts: Counter[str] = Counter()
        lines = []
        for leaf in leaves:
            refs = [numbers[ref] for ref in leaf["refs"] if ref in numbers]
            new = leaf | {"seq": numbers[leaf["seq"]], "pseq": counts[leaf["project"]], "refs": refs}
            counts[leaf["project"]] += 1
            lines.append(canonical(new))
        kept = [row | {"seq": numbers[row["seq"]]} for row in self.disclosures if row["seq"] in numbers]
        self.disclosures = sorted(kept, key=lambda row: row["seq"])
        self.lines = lines
        for name in [name for name in self.files if name.startswith("data/checkpoints/")]:
            del self.files[name]
        self.files["data/bundle.json"] = json.dumps(self.about | {"size": len(lines)}).encode()
        self.files[f"data/checkpoints/{len(lines)}.note"] = b""
        self.sign_history(key)

    def pack(self, path: Path, key: SigningKey, change_tags: Callable[["Forged"], None] | None = None) -> Path:
        """Write the bundle with fresh checksums and a true signature."""
        payload = {name: data for name, data in self.files.items() if name.startswith("data/")}
        self.files["manifest-sha256.txt"] = listing(payload)
        about = self.about
        sha = hashlib.sha256(self.files["manifest-sha256.txt"]).hexdigest()
        text = f"colophon-bundle/1\n{about['origin']}\n{about['id']}\n{about['size']}\n{sha}\n"
        self.files["bundle.note"] = key.sign(text).encode()
        if change_tags is not None:
            change_tags(self)
        tags = {name: self.files[name] for name in TAGS if name != "tagmanifest-sha256.txt"}
        self.files["tagmanifest-sha256.txt"] = listing(tags)
        return self.zip_as_is(path)

    def zip_as_is(self, path: Path) -> Path:
        """Write the files without mending anything."""
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in self.files.items():
                archive.writestr(f"{self.top}/{name}", data)
        return path


class Witness:
    """Somebody who signs checkpoints that they saw (C2SP cosignature/v1)."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._name = name
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._raw = b"\x04" + self._private.public_key().public_bytes_raw()
        self._id = hashlib.sha256(name.encode() + b"\n" + self._raw).digest()[:4]

    @property
    def vkey(self) -> str:
        """Return the key that it is known by."""
        return f"{self._name}+{self._id.hex()}+{b64encode(self._raw).decode()}"

    def cosign(self, note: bytes, at: int) -> bytes:
        """Return the line of a cosignature over a checkpoint."""
        text = note.decode().partition("\n\n")[0] + "\n"
        signature = self._private.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        return self.line(self._id + at.to_bytes(8, "big") + signature)

    def line(self, payload: bytes) -> bytes:
        """Return a signature line of any payload."""
        return f"— {self._name} {b64encode(payload).decode()}\n".encode()


def listing(files: dict[str, bytes]) -> bytes:
    """Return a BagIt manifest."""
    rows = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "".join(rows).encode()


def checkpoint(key: SigningKey, size: int, root_hash: bytes) -> str:
    """Return a signed checkpoint."""
    return key.sign(f"{key.verifier.name}\n{size}\n{b64encode(root_hash).decode()}\n")


def root(hashes: list[bytes]) -> bytes:
    """Return the root over leaf hashes (RFC 6962 section 2.1), by its definition."""
    if len(hashes) == 1:
        return hashes[0]
    if not hashes:
        return fold([])
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(root(hashes[:k]), root(hashes[k:]))
