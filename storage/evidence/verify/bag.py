"""The outer shell (RFC 8493): every file listed, unchanged, and of a kind that may be there."""

import hashlib
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass

from storage.evidence.verify.archive import Archive
from storage.evidence.verify.report import Refusal

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](\S+)")


@dataclass(frozen=True, slots=True)
class Shell:
    """Which files a format has: its own tag file, what must be there, and what may."""

    note: str
    required: frozenset[str]
    payload: re.Pattern[str]

    @property
    def tags(self) -> frozenset[str]:
        """Return the names of all tag files."""
        return frozenset({"bagit.txt", "bag-info.txt", MANIFEST, TAG_MANIFEST, self.note})


BUNDLE = Shell(
    note="bundle.note",
    required=frozenset(f"data/{name}" for name in ("bundle.json", "log.txt", "disclosures.jsonl", "keys/log.vkey")),
    payload=re.compile(
        r"data/(bundle\.json|log\.txt|disclosures\.jsonl|README\.txt|blobs/[0-9a-f]{64}"
        r"|checkpoints/(0|[1-9][0-9]{0,15})(\.note|\.cosig|\.tsr|-[a-z0-9-]{1,64}\.tsr|\.note\.ots)"
        r"|consistency/[0-9]{1,16}-[0-9]{1,16}\.txt"
        r"|keys/(log\.vkey|rotation-[1-9][0-9]{0,15}\.note|tsa-roots\.pem|c2pa-roots\.pem)"
        r"|views/(events\.csv|events\.jsonl|dossier\.html|dossier\.pdf|prov\.json))"
    ),
)


def check_bag(archive: Archive, shell: Shell = BUNDLE) -> dict[str, str]:
    """Return the hash of every payload file by its path; refuse anything unlisted, missing or changed."""
    names = archive.names
    for name in sorted(names):
        if name not in shell.tags and not shell.payload.fullmatch(name):
            raise Refusal("file-kind", file=name)
    for name in sorted((shell.tags | shell.required) - names):
        raise Refusal("bag-incomplete", file=name)
    if archive.text("bagit.txt").replace("\r\n", "\n") != DECLARATION:
        raise Refusal("bag-form", file="bagit.txt")
    payload = _manifest(archive, MANIFEST)
    _compare(archive, payload, {name for name in names if name.startswith("data/")})
    tags = _manifest(archive, TAG_MANIFEST)
    _compare(archive, tags, shell.tags - {TAG_MANIFEST})
    return payload


def _manifest(archive: Archive, name: str) -> dict[str, str]:
    listed: dict[str, str] = {}
    for line in archive.text(name).splitlines():
        match = _LINE.fullmatch(line)
        if match is None or match[2] in listed:
            raise Refusal("bag-form", file=name)
        listed[match[2]] = match[1]
    return listed


def _compare(archive: Archive, listed: Mapping[str, str], there: Set[str]) -> None:
    for name in sorted(there - listed.keys()):
        raise Refusal("bag-listing", file=name, why="is not listed")
    for name in sorted(listed.keys() - there):
        raise Refusal("bag-listing", file=name, why="is listed and missing")
    for name, digest in sorted(listed.items()):
        hasher = hashlib.sha256()
        for chunk in archive.chunks(name):
            hasher.update(chunk)
        if hasher.hexdigest() != digest:
            raise Refusal("bag-file", file=name)
