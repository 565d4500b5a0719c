#!/usr/bin/env python3
"""Check a Colophon evidence bundle or receipt. One file, the standard library alone, no network; Python 3.9 or newer.

    python3 colophon_verify.py BUNDLE.zip [--vkey LINE]... [--anchor FILE]... [--witness LINE]... [--json]
    python3 colophon_verify.py RECEIPT.txt [--vkey LINE]...

It is written from the format's document (evidence-format.md) and shares no code with the program that makes bundles,
nor with that program's own verifier. Read it before you trust it; it is short on purpose.

Exit status: 0 verified, 1 refused, 2 wrong usage, 3 only consistent with itself (no key was given from outside).
Not checked here: time stamps (`openssl ts -verify` and `ots verify` do) and content credentials of pictures (a C2PA
tool does).
"""

import argparse
import array
import base64
import binascii
import bisect
import hashlib
import json
import re
import stat
import sys
import time
import zipfile
import zlib

MAX_MEMBERS, MAX_TOTAL, MAX_SMALL, MAX_LINE = 200_000, 16 * 2**30, 64 * 2**20, 4 * 2**20
FORMAT = "colophon-bundle/1"
RECEIPT = "c2sp.org/tlog-proof@v1"
BAD = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, binascii.Error)
UNREADABLE = (zipfile.BadZipFile, OSError, zlib.error, EOFError, NotImplementedError)
LAST = "It shows what was logged, in what order, and no later than when; not who had the idea."

PAYLOAD = re.compile(
    r"data/(bundle\.json|log\.txt|disclosures\.jsonl|README\.txt|blobs/[0-9a-f]{64}"
    r"|checkpoints/(0|[1-9][0-9]{0,15})(\.note|\.cosig|\.tsr|-[a-z0-9-]{1,64}\.tsr|\.note\.ots)"
    r"|consistency/[0-9]{1,16}-[0-9]{1,16}\.txt"
    r"|keys/(log\.vkey|rotation-[1-9][0-9]{0,15}\.note|tsa-roots\.pem|c2pa-roots\.pem)"
    r"|views/(events\.csv|events\.jsonl|dossier\.html|dossier\.pdf|prov\.json))"
)
TAGS = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bundle.note"}
NEEDED = {"data/bundle.json", "data/log.txt", "data/disclosures.jsonl", "data/keys/log.vkey"}
LOG_TYPES = {"log.opened", "key.rotated", "time.anchored", "checkpoint.posted", "clock.skew"}
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
LISTED = re.compile(r"([0-9a-f]{64}) [ *](\S+)")
HIDDEN = re.compile(rb"~([0-9]{1,2}) ([A-Za-z0-9+/]{43}=)")
TS = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")
ACTOR = re.compile(r"u_[0-9a-f]{32}|bot|sys")
PROJECT = re.compile(r"p_[0-9a-f]{32}")
PROOF = re.compile(r"data/consistency/([0-9]+)-([0-9]+)\.txt")
COSIGNED = re.compile(r"data/checkpoints/([0-9]+)\.cosig")
STAMPED = re.compile(r"data/checkpoints/[0-9]+(-[a-z0-9-]+)?\.tsr")
TOLERANCE, LAST_SECOND = 600, 253402300799
COMPLETE = {"gap", "tail", "size"}
LEAF_KEYS = {"actor", "fields", "pprev", "project", "pseq", "refs", "seq", "ts", "type", "v"}


class Refused(Exception):
    """A check failed: its code and one sentence."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code, self.why = code, "".join(c if c.isprintable() else "?" for c in str(why))[:300]


# --- Ed25519 signatures (RFC 8032 section 5.1.7), plainly; only public values, so timing does not matter ----

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _recover(y, sign):
    """Return the x of a point by its y and the lowest bit of x; None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = _recover(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def _add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _add(found, point)
        point, scalar = _add(point, point), scalar >> 1
    return found


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (_recover(BASE_Y, 0), BASE_Y, 1, _recover(BASE_Y, 0) * BASE_Y % P)


def ed25519_verifies(public, message, signature):
    """Tell whether an Ed25519 signature over a message is that of a public key."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = _times(s, BASE), _add(r, _times(k, a))
    return not (left[0] * right[2] - right[0] * left[2]) % P and not (left[1] * right[2] - right[1] * left[2]) % P


# --- small things -------------------------------------------------------------------------------------------


def sha256(data):
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).digest()


def node(left, right):
    """Hash two children of the tree (RFC 9162 section 2.1.1)."""
    return sha256(b"\x01" + left + right)


def b64url(data):
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def un_b64url(text):
    """Decode base64url without padding, in its one canonical spelling."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def un_b64(text):
    """Decode base64 with padding, in its one canonical spelling."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def _no_twins(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_constant(name):
    raise ValueError(name + " is not JSON")


def strict_json(data):
    """Read JSON in UTF-8 without a key twice, NaN or infinities."""
    return json.loads(data.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_no_constant)


def canonical(value):
    """Write JSON with sorted keys and without spaces (RFC 8785 for what events hold)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def utc(second, end="Z"):
    """Write a time as events do."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)) + end


# --- signed notes and keys (C2SP signed-note, tlog-checkpoint) ----------------------------------------------


def read_vkey(line, algorithm=1):
    """Return (name, key id, public key) of `name+hex+base64`; a log's key is of algorithm 1, a witness's of 4."""
    name, key_id, payload = line.strip().split("+", 2)
    raw, key_id = un_b64(payload), bytes.fromhex(key_id)
    if not name or len(raw) != 33 or raw[0] != algorithm or sha256(name.encode() + b"\n" + raw)[:4] != key_id:
        raise ValueError("not a verifier key of this kind")
    return name, key_id, raw[1:]


def read_note(data):
    """Return the text of a signed note, and (name, key id, signature) of each line."""
    text, separator, tail = data.rpartition(b"\n\n")
    if not separator:
        raise ValueError("not a signed note")
    return plain(text) + "\n", read_signatures(tail)


def plain(data):
    """Return text in UTF-8 without control characters but newlines."""
    text = data.decode("utf-8")
    if any(ord(c) < 32 and c != "\n" for c in text):
        raise ValueError("a control character")
    return text


def read_signatures(data):
    """Return (name, key id, signature) of each signature line."""
    text, signatures = plain(data), []
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    for line in text[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, payload = rest.rpartition(" ")
        raw = un_b64(payload)
        if dash != "\u2014" or not name or len(raw) < 5:
            raise ValueError("not a signature line")
        signatures.append((name, raw[:4], raw[4:]))
    return signatures


def signed_by(note, key):
    """Tell whether a key signed a note; raise ValueError where it claims to and the signature is false."""
    text, signatures = note
    name, key_id, public = key
    found = False
    for signer, signer_id, signature in signatures:
        if (signer, signer_id) == (name, key_id):
            if not ed25519_verifies(public, text.encode(), signature):
                raise ValueError("its signature is false")
            found = True
    return found


def read_checkpoint(note):
    """Return (origin, size, root) of a checkpoint."""
    lines = note[0].split("\n")
    if len(lines) != 4 or lines[3] or not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        raise ValueError("a checkpoint has exactly three lines")
    root = un_b64(lines[2])
    if len(root) != 32:
        raise ValueError("a root has 32 bytes")
    return lines[0], int(lines[1]), root


def fault_of(note, keys, size):
    """Return what is wrong with the signature of a note about a size; "" where nothing is."""
    key = [key for since, key, _ in keys if since <= size][-1]
    try:
        return "" if signed_by(note, key) else "it is not signed by the key in force"
    except ValueError as error:
        return str(error)


def consistent(old, new, path, old_root, new_root):
    """Check a consistency proof (RFC 9162 section 2.1.4.2)."""
    if not 0 < old < new:
        return old == new and not path and old_root == new_root
    hashes = ([old_root] if old & (old - 1) == 0 else []) + path
    if not hashes:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    a = b = hashes[0]
    for h in hashes[1:]:
        if not last:
            return False
        if first & 1 or first == last:
            a, b = node(h, a), node(h, b)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            b = node(b, h)
        first, last = first >> 1, last >> 1
    return not last and a == old_root and b == new_root


def included(index, size, path, leaf, root):
    """Check an inclusion proof (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, digest = index, size - 1, leaf
    for h in path:
        if not last:
            return False
        if place & 1 or place == last:
            digest = node(h, digest)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            digest = node(digest, h)
        place, last = place >> 1, last >> 1
    return not last and digest == root


# --- the bag (RFC 8493) in a zip ----------------------------------------------------------------------------


class Bag:
    """The files of a bundle by their path; nothing is ever unpacked to disk."""

    def __init__(self, path):
        try:
            self._file = open(path, "rb")
        except OSError as error:
            raise Refused("archive", "the file cannot be opened") from error
        try:
            self._list()
        except Refused:
            self.close()
            raise

    def close(self):
        """Close the file."""
        self._file.close()

    def _list(self):
        try:
            self._zip = zipfile.ZipFile(self._file)
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError, ValueError) as error:
            raise Refused("archive", "the file cannot be read as a bundle: " + type(error).__name__) from error
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
            raise Refused("archive", "it is too large")
        self.files, tops = {}, set()
        for info in infos:
            # Not `is_dir()`, which falls over an entry without a name.
            if info.filename.endswith("/"):
                continue
            if info.flag_bits & 1 or stat.S_ISLNK(info.external_attr >> 16):
                raise Refused("archive", info.filename + " is encrypted or a link")
            top, _, name = info.filename.partition("/")
            tops.add(top)
            if not SAFE.fullmatch(name) or ".." in name or name in self.files:
                raise Refused("archive", "the path " + info.filename + " is not safe, or there twice")
            self.files[name] = info
        if len(tops) != 1 or not SAFE.fullmatch(next(iter(tops))):
            raise Refused("archive", "it has not one top folder")

    def chunks(self, name):
        """Yield the bytes of a file in pieces."""
        if name not in self.files:
            raise Refused("bag-incomplete", name + " is missing")
        try:
            with self._zip.open(self.files[name]) as file:
                while True:
                    chunk = file.read(1 << 16)
                    if not chunk:
                        return
                    yield chunk
        except (*UNREADABLE, RuntimeError, UnicodeError) as error:
            raise Refused("bag-file", name + " cannot be read") from error

    def read(self, name):
        """Return a small file whole."""
        data = bytearray()
        for chunk in self.chunks(name):
            data += chunk
            if len(data) > MAX_SMALL:
                raise Refused("archive", name + " is too large")
        return bytes(data)

    def text(self, name):
        """Return a small file as UTF-8."""
        try:
            return self.read(name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused("bag-form", name + " is not UTF-8") from error

    def lines(self, name):
        """Yield the lines of a file without their newline."""
        rest = b""
        for chunk in self.chunks(name):
            whole = (rest + chunk).split(b"\n")
            rest = whole.pop()
            yield from whole
            if len(rest) > MAX_LINE:
                raise Refused("archive", "a line of " + name + " is too long")
        if rest:
            raise Refused("bag-form", name + " does not end in a newline")


def check_bag(bag):
    """Refuse anything unlisted, missing, changed, or of a foreign kind; return the payload's hashes."""
    names = set(bag.files)
    for name in sorted(names):
        if name not in TAGS and not PAYLOAD.fullmatch(name):
            raise Refused("file-kind", name + " is not a kind of file that a bundle may hold")
    for name in sorted((TAGS | NEEDED) - names):
        raise Refused("bag-incomplete", name + " is missing")
    if bag.text("bagit.txt").replace("\r\n", "\n") != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        raise Refused("bag-form", "bagit.txt is not that of a bag")
    payload = _listing(bag, "manifest-sha256.txt")
    _compare(bag, payload, {name for name in names if name.startswith("data/")})
    _compare(bag, _listing(bag, "tagmanifest-sha256.txt"), TAGS - {"tagmanifest-sha256.txt"})
    return payload


def _listing(bag, name):
    found = {}
    for line in bag.text(name).splitlines():
        match = LISTED.fullmatch(line)
        if match is None or match[2] in found:
            raise Refused("bag-form", name + " is not a list of files")
        found[match[2]] = match[1]
    return found


def _compare(bag, listed, there):
    for name in sorted(there - set(listed)):
        raise Refused("bag-listing", name + " is not listed")
    for name in sorted(set(listed) - there):
        raise Refused("bag-listing", name + " is listed and missing")
    for name, digest in sorted(listed.items()):
        hasher = hashlib.sha256()
        for chunk in bag.chunks(name):
            hasher.update(chunk)
        if hasher.hexdigest() != digest:
            raise Refused("bag-file", name + ": its bytes are not those of the manifest")


# --- what is signed -----------------------------------------------------------------------------------------


def check_about(bag):
    """Read bundle.json; refuse any other shape."""
    try:
        about = strict_json(bag.read("data/bundle.json"))
        sound = (
            set(about) == {"format", "origin", "id", "size", "projects"}
            and about["format"] == FORMAT
            and isinstance(about["origin"], str)
            and about["origin"].isprintable()
            and not about["origin"].startswith("colophon-")
            and re.fullmatch(r"[\x21-\x7e]{8,128}", about["id"])
            and type(about["size"]) is int
            and 0 < about["size"] < 2**53
            and isinstance(about["projects"], list)
            and all(PROJECT.fullmatch(project) for project in about["projects"])
            and len(set(about["projects"])) == len(about["projects"]) > 0
        )
    except BAD as error:
        raise Refused("bundle-json", "bundle.json cannot be read") from error
    if not sound:
        raise Refused("bundle-json", "bundle.json is not what the format demands")
    return about


def check_keys(bag, about, given):
    """Return (first size, key, line) of every key of the log, each handed over to by the one before; one was given."""
    try:
        trusted = [read_vkey(line) for line in given]
    except BAD as error:
        raise Refused("key", "the public key you gave cannot be read") from error
    lines = bag.text("data/keys/log.vkey").splitlines()
    try:
        keys = [read_vkey(line) for line in lines]
    except BAD as error:
        raise Refused("key", "keys/log.vkey cannot be read") from error
    if not keys or any(key[0] != about["origin"] for key in keys):
        raise Refused("key", "a key is not of this log")
    if trusted and not any(key in trusted for key in keys):
        raise Refused("key-foreign", "the log's key is not the one you gave")
    starts = sorted(int(name[19:-5]) for name in bag.files if name.startswith("data/keys/rotation-"))
    if len(starts) != len(keys) - 1 or len(set(keys)) != len(keys):
        raise Refused("key", "there must be one hand-over a key but the first")
    reigns = [(0, keys[0], lines[0])]
    for since, key, line in zip(starts, keys[1:], lines[1:]):
        wanted = "colophon-rotation/1\n{}\n{}\n{}\n".format(about["origin"], since, line)
        try:
            note = read_note(bag.read(f"data/keys/rotation-{since}.note"))
            sound = note[0] == wanted and signed_by(note, reigns[-1][1]) and signed_by(note, key)
        except BAD as error:
            raise Refused("key", f"the hand-over at {since} has a false signature") from error
        if not sound:
            raise Refused("key", f"the hand-over at {since} is not signed by both keys")
        reigns.append((since, key, line))
    return reigns


def check_checkpoints(bag, about, keys):
    """Return the root at the size of every checkpoint; that of the bundle's own size must be there."""
    roots = {}
    names = [name for name in bag.files if re.fullmatch(r"data/checkpoints/\d+\.note", name)]
    for size in sorted(int(name[17:-5]) for name in names):
        try:
            note = read_note(bag.read(f"data/checkpoints/{size}.note"))
            origin, stated, root = read_checkpoint(note)
        except BAD as error:
            raise Refused("checkpoint", f"checkpoint {size} is not in the form of one") from error
        if (origin, stated) != (about["origin"], size) or not 0 < size <= about["size"]:
            raise Refused("checkpoint", f"checkpoint {size} is of another log or of another size")
        fault = fault_of(note, keys, size)
        if fault:
            raise Refused("checkpoint", f"checkpoint {size}: {fault}")
        roots[size] = root
    if about["size"] not in roots:
        raise Refused("checkpoint", "the checkpoint of {} is missing".format(about["size"]))
    return roots


def check_bundle_note(bag, about, keys):
    """Refuse a list of files that the log did not sign for exactly this bundle."""
    digest = sha256(bag.read("manifest-sha256.txt")).hex()
    wanted = "{}\n{}\n{}\n{}\n{}\n".format(FORMAT, about["origin"], about["id"], about["size"], digest)
    try:
        note = read_note(bag.read("bundle.note"))
    except BAD as error:
        raise Refused("bundle-note", "it is not a signed note") from error
    if note[0] != wanted:
        raise Refused("bundle-note", "it signs another list of files or another bundle")
    fault = fault_of(note, keys, about["size"])
    if fault:
        raise Refused("bundle-note", fault)


def check_witnesses(bag, given):
    """Return (size, second, name) of every cosignature by a witness that was given, and the other witnesses' names."""
    try:
        known = {key[:2]: key[2] for key in (read_vkey(line, 4) for line in given)}
    except BAD as error:
        raise Refused("cosignature", "the witness's key you gave cannot be read") from error
    seen, strangers = [], set()
    for size in sorted(int(match[1]) for match in map(COSIGNED.fullmatch, bag.files) if match):
        try:
            text = read_note(bag.read(f"data/checkpoints/{size}.note"))[0]
            lines = read_signatures(bag.read(f"data/checkpoints/{size}.cosig"))
        except (Refused, *BAD) as error:
            raise Refused("cosignature", f"that of checkpoint {size} is not one, or without its checkpoint") from error
        for name, key_id, payload in lines:
            if (name, key_id) not in known:
                strangers.add(name)
                continue
            second = int.from_bytes(payload[:8], "big")
            message = f"cosignature/v1\ntime {second}\n{text}".encode()
            if second > LAST_SECOND or not ed25519_verifies(known[name, key_id], message, payload[8:]):
                raise Refused("cosignature", f"that of {name} on checkpoint {size} is false")
            seen.append((size, second, name))
    return seen, sorted(strangers)


def check_proofs(bag, about):
    """Return the paths of the consistency proofs by the size they start from; refuse one not in its form."""
    paths = {}
    for match in filter(None, map(PROOF.fullmatch, sorted(bag.files))):
        old, new = int(match[1]), int(match[2])
        if match[0] != f"data/consistency/{old}-{new}.txt" or not 0 < old < new or new != about["size"]:
            raise Refused("consistency", f"{match[0]} does not lead from an earlier size to that of the bundle")
        head, gap, tail = bag.read(match[0]).partition(b"\n\n")
        try:
            first, *hashes = head.decode("ascii").split("\n")
            paths[old] = [un_b64(line) for line in hashes]
        except BAD as error:
            raise Refused("consistency", f"{match[0]} is not in the form of a proof") from error
        sound = gap and first == f"old {old}" and len(hashes) <= 64 and all(len(h) == 32 for h in paths[old])
        if not sound or (tail and tail != bag.read(f"data/checkpoints/{new}.note")):
            raise Refused("consistency", f"{match[0]} is not in the form of a proof")
    return paths


def check_anchors(about, keys, roots, paths, anchors):
    """Return the roots that the pass has to meet, and those that a proof ties in, for what somebody else kept."""
    to_meet, proved = {}, {}
    for data in anchors:
        if data.startswith(RECEIPT.encode()):
            data = data.partition(b"\n\n")[2]
        try:
            note = read_note(data)
            origin, size, root = read_checkpoint(note)
        except BAD as error:
            raise Refused("anchor", "what you brought is no checkpoint") from error
        fault = "it is of another log" if origin != about["origin"] else fault_of(note, keys, size)
        if not fault and size > about["size"]:
            fault = "it is newer than the bundle, so nothing here can prove it; export once more"
        empty = size == 0 and root == sha256(b"")
        if not fault and any(known.get(size, root) != root for known in (roots, to_meet, proved)):
            fault = "it contradicts this log: its history was rewritten"
        if not fault and size not in roots and size in paths:
            if not consistent(size, about["size"], paths[size], root, roots[about["size"]]):
                fault = "it contradicts this log: its proof fails"
            proved[size] = root
        if fault:
            raise Refused("anchor", f"the checkpoint of {size} you brought: {fault}")
        if not empty and size not in roots and size not in paths:
            to_meet[size] = root
    return to_meet, proved


# --- the one pass over the log ------------------------------------------------------------------------------


class Pass:
    """Goes through log.txt and disclosures.jsonl side by side."""

    def __init__(self, bag, about, roots, anchors, told, dated):
        self.about, self.size, self.stack, self.told = about, 0, [], {}
        wanted = [(size, root, "leaf-changed") for size, root in roots.items()]
        wanted += [(size, root, "anchor") for size, root in anchors.items()]
        wanted += [(size, b"", "tell") for size in told]
        self.wanted, self.dated = sorted(wanted, reverse=True), sorted(dated, reverse=True)
        self.projects = {
            name: {"count": 0, "last": b"", "seqs": array.array("q"), "type": "", "bundle": None}
            for name in about["projects"]
        }
        self.enclosed = {path[11:] for path in bag.files if path.startswith("data/blobs/")}
        self.images, self.rotated, self.latest_below = {}, {}, {}
        self.events = self.fields = self.withheld = self.elsewhere = 0
        self.first_ts = self.last_ts = ""
        self.opened = self._disclosures(bag)
        self.next = next(self.opened, None)

    def push(self, level, digest):
        """Add a complete subtree of 2**level leaves; compare with what was signed for the new size."""
        if self.size % (1 << level):
            raise Refused("log-line", f"a hidden stretch does not start where it may, at {self.size}")
        self.size += 1 << level
        while self.stack and self.stack[-1][0] == level:
            digest, level = node(self.stack.pop()[1], digest), level + 1
        self.stack.append((level, digest))
        while self.wanted and self.wanted[-1][0] <= self.size:
            size, root, code = self.wanted.pop()
            if code == "tell":
                if size == self.size:
                    self.told[size] = self.root()
                continue
            if size != self.size:
                code = "anchor" if code == "anchor" else "log-line"
                raise Refused(code, f"a hidden stretch covers the checkpoint of {size}")
            if self.root() != root:
                raise Refused(code, f"the events up to {size} are not those that were signed")

    def root(self):
        """Return the root over everything so far."""
        digest = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            digest = node(left, digest)
        return digest

    def take(self, line):
        """Take one line: an event in its place, or a hidden stretch by its hash."""
        while self.dated and self.size >= self.dated[-1]:
            self.latest_below[self.dated.pop()] = self.last_ts
        if line.startswith(b"~"):
            match = HIDDEN.fullmatch(line)
            if match is None or int(match[1]) > 52:
                raise Refused("log-line", f"at {self.size}: neither an event nor a hidden stretch")
            try:
                self.push(int(match[1]), un_b64(match[2].decode()))
            except ValueError as error:
                raise Refused("log-line", f"at {self.size}: a hidden stretch has no proper hash") from error
            return
        leaf, digest = self._leaf(line), sha256(b"\x00" + line)
        self._place(leaf, digest)
        self._open(leaf)
        self.push(0, digest)

    def _leaf(self, line):
        try:
            leaf = strict_json(line)
            sound = (
                isinstance(leaf, dict)
                and set(leaf) == LEAF_KEYS
                and canonical(leaf) == line
                and type(leaf["v"]) is int
                and leaf["v"] == 1
                and type(leaf["seq"]) is int
                and type(leaf["pseq"]) is int
                and 0 <= leaf["pseq"] < 2**53
                and TS.fullmatch(leaf["ts"])
                and TYPE.fullmatch(leaf["type"])
                and ACTOR.fullmatch(leaf["actor"])
                and isinstance(leaf["project"], str)
                and isinstance(leaf["pprev"], str)
                and isinstance(leaf["refs"], list)
                and all(type(ref) is int for ref in leaf["refs"])
                and isinstance(leaf["fields"], dict)
                and all(FIELD.fullmatch(name) and len(un_b64url(d)) == 32 for name, d in leaf["fields"].items())
            )
        except BAD as error:
            raise Refused("log-line", f"at {self.size}: not an event in canonical form") from error
        if not sound or leaf["seq"] != self.size:
            raise Refused("log-line", f"at {self.size}: not an event in canonical form, or another one")
        return leaf

    def _place(self, leaf, digest):
        seq, name = leaf["seq"], leaf["project"]
        if leaf["ts"] < self.last_ts:
            raise Refused("event", f"event {seq}: its time is before that of an earlier one")
        if any(not 0 <= ref < seq for ref in leaf["refs"]):
            raise Refused("event", f"event {seq} refers to one that is not earlier")
        self.last_ts, self.first_ts = leaf["ts"], self.first_ts or leaf["ts"]
        self.events += 1
        if name == "log":
            if leaf["type"] not in LOG_TYPES:
                raise Refused("event", f"event {seq} is not one of the log itself")
            return
        if name not in self.projects:
            raise Refused("event", f"event {seq}: its project is not in this bundle")
        project = self.projects[name]
        if leaf["pseq"] != project["count"]:
            raise Refused("gap", "project {}: number {} is missing".format(name, project["count"]))
        if leaf["pprev"] != (b64url(project["last"]) if project["count"] else ""):
            raise Refused("event-changed", f"the event before {seq} in its project was changed")
        for ref in leaf["refs"]:
            at = bisect.bisect_left(project["seqs"], ref)
            if project["seqs"][at : at + 1] != array.array("q", [ref]):
                raise Refused("event", f"event {seq} refers to one of another project")
        project.update(count=project["count"] + 1, last=digest, type=leaf["type"])
        project["seqs"].append(seq)

    def _open(self, leaf):
        opened = {}
        while self.next is not None and self.next[0] <= leaf["seq"]:
            seq, name, text = self.next
            if seq < leaf["seq"]:
                raise Refused("disclosure", f"event {seq}, field {name}: the event is not shown")
            if name in opened:
                raise Refused("disclosure", f"event {seq}, field {name}: it is opened twice")
            opened[name] = self._value(leaf, name, text)
            self.next = next(self.opened, None)
        self.fields += len(opened)
        self.withheld += len(leaf["fields"]) - len(opened)
        for name in sorted({"image", "file"} & opened.keys()):
            self._file(leaf["seq"], opened[name])
        if leaf["project"] in self.projects:
            self.projects[leaf["project"]]["bundle"] = opened.get("bundle")
        elif leaf["type"] == "key.rotated" and "vkey" in opened:
            self.rotated[leaf["seq"] + 1] = str(opened["vkey"])

    def _value(self, leaf, name, text):
        place = "event {}, field {}: ".format(leaf["seq"], name)
        if name not in leaf["fields"]:
            raise Refused("disclosure", place + "the event has no such field")
        try:
            if b64url(sha256(text.encode("ascii"))) != leaf["fields"][name]:
                raise Refused("disclosure", place + "its text is not the one that was recorded")
            array = strict_json(un_b64url(text))
            salt, inner, value = array
            sound = isinstance(array, list) and len(un_b64url(salt)) >= 16 and inner == name
        except BAD as error:
            raise Refused("disclosure", place + "it is not a disclosure") from error
        if not sound:
            raise Refused("disclosure", place + "its salt is too short, or it belongs to another field")
        return value

    def _file(self, seq, value):
        try:
            digest, size = value["sha256"], value["size"]
            sound = re.fullmatch(r"[0-9a-f]{64}", digest) and type(size) is int
        except BAD as error:
            raise Refused("disclosure", f"event {seq}: it does not name a file") from error
        if not sound:
            raise Refused("disclosure", f"event {seq}: it does not name a file")
        if digest not in self.enclosed:
            self.elsewhere += 1
        elif self.images.setdefault(digest, size) != size:
            raise Refused("disclosure", f"event {seq}: it gives a file another size than before")

    def _disclosures(self, bag):
        last = -1
        for line in bag.lines("data/disclosures.jsonl"):
            try:
                found = strict_json(line)
                sound = (
                    set(found) == {"seq", "field", "d"}
                    and type(found["seq"]) is int
                    and found["seq"] >= last
                    and FIELD.fullmatch(found["field"])
                    and isinstance(found["d"], str)
                )
            except BAD as error:
                raise Refused("bag-form", "disclosures.jsonl cannot be read") from error
            if not sound:
                raise Refused("bag-form", "disclosures.jsonl is not in its form")
            last = found["seq"]
            yield found["seq"], found["field"], found["d"]


def walk(bag, about, keys, run):
    """Go through the whole log once; refuse at the first thing that does not fit."""
    for line in bag.lines("data/log.txt"):
        if run.size >= about["size"]:
            raise Refused("size", "the log shows more events than the bundle says")
        run.take(line)
    if run.next is not None:
        raise Refused("disclosure", "event {}, field {}: the event is not shown".format(*run.next[:2]))
    if run.size != about["size"]:
        raise Refused("size", "the log shows {} events, the bundle says {}".format(run.size, about["size"]))
    for since, _, line in keys[1:]:
        if run.rotated.get(since) != line:
            raise Refused("key", f"the log holds no event of the hand-over at {since}")
    run.latest_below.update(dict.fromkeys(run.dated, run.last_ts))


def check_tied(about, roots, paths):
    """Hold each consistency proof against the root at its size; return the sizes whose root nothing here tells."""
    for size in sorted(set(paths) & set(roots)):
        if not consistent(size, about["size"], paths[size], roots[size], roots[about["size"]]):
            raise Refused("consistency", f"the proof from {size} does not lead from the events below it to the end")
    return sorted(set(paths) - set(roots))


def check_times(run, seen):
    """Refuse an event that claims to be later than a witness saw it; times in one form compare as text."""
    for size, second, name in seen:
        if run.latest_below[size] > utc(min(second + TOLERANCE, LAST_SECOND), ".000Z"):
            raise Refused("time", f"an event below {size} claims {run.latest_below[size]}, after {name} saw it")


def check_ends(about, run):
    """Refuse a project whose end could be hidden: its last event must be this very export."""
    for name in sorted(about["projects"]):
        project = run.projects[name]
        if not project["count"]:
            raise Refused("tail", f"project {name}: none of its events is shown")
        if project["type"] != "export.made" or project["bundle"] != about["id"]:
            raise Refused("tail", f"project {name}: its last event is not the export of this bundle")


def check_blobs(bag, payload, run):
    """Refuse a picture that is not the one that an event names."""
    for path, digest in sorted(payload.items()):
        if path.startswith("data/blobs/"):
            name = path[len("data/blobs/") :]
            if digest != name:
                raise Refused("blob", name + ": its bytes are not those of its name")
            if name not in run.images:
                raise Refused("blob", name + ": no event shown names it")
            if sum(len(chunk) for chunk in bag.chunks(path)) != run.images[name]:
                raise Refused("blob", name + ": it has another size than its event says")


def check_bundle(path, vkeys, anchors, witnesses=(), answers=None):
    """Return the facts of a sound bundle, and what was not checked; raise Refused. Fills the three answers."""
    bag, answers = Bag(path), {} if answers is None else answers
    try:
        return _check_all(bag, vkeys, anchors, witnesses, answers)
    finally:
        bag.close()


def _check_all(bag, vkeys, anchors, witnesses, answers):
    payload = check_bag(bag)
    about = check_about(bag)
    keys = check_keys(bag, about, vkeys)
    roots = check_checkpoints(bag, about, keys)
    seen, strangers = check_witnesses(bag, witnesses)
    check_bundle_note(bag, about, keys)
    paths = check_proofs(bag, about)
    to_meet, proved = check_anchors(about, keys, roots, paths, anchors)
    run = Pass(bag, about, roots, to_meet, paths, {size for size, _, _ in seen})
    walk(bag, about, keys, run)
    untied = check_tied(about, {**proved, **run.told, **roots}, paths)
    known = "yes" if vkeys else "not checked"
    answers["unchanged"] = known
    check_times(run, seen)
    answers["time"] = "yes" if seen else "not checked"
    check_ends(about, run)
    answers["complete"] = known
    check_blobs(bag, payload, run)
    facts = {
        "log": about["origin"],
        "bundle": about["id"],
        "log size": about["size"],
        "projects": len(about["projects"]),
        "events shown": run.events,
        "fields opened": run.fields,
        "fields withheld or erased": run.withheld,
        "pictures": len(run.images),
        "first event": run.first_ts,
        "last event": run.last_ts,
    }
    for size, second, name in seen:
        facts[f"existed, as {name} says"] = f"events below {size} by {utc(second)}"
    return facts, _unchecked(bag, run, seen, strangers, untied, witnesses)


def _unchecked(bag, run, seen, strangers, untied, witnesses):
    """Return everything in the bundle, or brought to it, that says something and was not looked at."""
    names = sorted(name.rpartition("/")[2] for name in bag.files)
    stamps = [name.rpartition("/")[2] for name in sorted(bag.files) if STAMPED.fullmatch(name)]
    silent = [name for name in (line.partition("+")[0] for line in witnesses) if name not in {x[2] for x in seen}]
    proofs = [name for name in names if name.endswith(".ots")]
    views = [name[11:] for name in sorted(bag.files) if name.startswith("data/views/")]
    found = []
    if stamps:
        note = stamps[-1].partition("-")[0].partition(".")[0] + ".note"
        found.append(f"time stamps: openssl ts -verify -data {note} -in {stamps[-1]} -CAfile ROOTS.pem")
    elif not seen:
        found.append("time: there is no time stamp and no named witness")
    if strangers:
        found.append("signatures of witnesses whose keys were not given (--witness): " + ", ".join(strangers))
    if silent:
        found.append("a witness you named has signed no checkpoint here: " + ", ".join(silent))
    if untied:
        found.append("proofs from sizes whose root is not known here (--anchor): " + ", ".join(map(str, untied)))
    if proofs:
        found.append("OpenTimestamps proofs: ots verify " + proofs[-1])
    if run.images:
        found.append("content credentials inside the pictures: a C2PA tool")
    if run.elsewhere:
        found.append(f"pictures that events name and that are not enclosed: {run.elsewhere}")
    if views:
        found.append("copies for reading, which are not evidence: " + ", ".join(views))
    return found


def check_receipt(data, vkeys):
    """Return the facts of a sound receipt (C2SP tlog-proof), and what it cannot tell; raise Refused."""
    head, _, tail = data.partition(b"\n\n")
    try:
        version, extra, place, *hashes = head.decode("ascii").split("\n")
        leaf, index = un_b64(extra[6:]), int(place[6:])
        path, note = [un_b64(line) for line in hashes], read_note(tail)
        origin, size, root = read_checkpoint(note)
        event = strict_json(leaf)
        sound = (version, extra[:6], place) == (RECEIPT, "extra ", f"index {index}") and len(hashes) <= 64
        sound = sound and canonical(event) == leaf and event["seq"] == index
        facts = {
            "log": origin,
            "event": index,
            "what": str(event["type"]),
            "recorded at": str(event["ts"]),
            "log size": size,
        }
    except BAD as error:
        raise Refused("receipt", "it is not in the form of a receipt") from error
    if not sound or not included(index, size, path, sha256(b"\x00" + leaf), root):
        raise Refused("receipt", "its path does not lead to the root that was signed")
    try:
        keys = [read_vkey(line) for line in vkeys]
    except BAD as error:
        raise Refused("key", "the public key you gave cannot be read") from error
    try:
        if keys and not any(signed_by(note, key) for key in keys if key[0] == origin):
            raise Refused("checkpoint", "it is not signed by the key you gave")
    except ValueError as error:
        raise Refused("checkpoint", "its signature is false") from error
    return facts, ["completeness and time: a receipt shows one event, and has no third party's stamp"]


def main(arguments=None):
    """Check what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="a bundle (zip) or a receipt")
    parser.add_argument("--vkey", action="append", default=[], help="the log's public key, from outside")
    parser.add_argument("--anchor", action="append", default=[], help="a checkpoint or receipt that somebody kept")
    parser.add_argument("--witness", action="append", default=[], help="the public key of a witness")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    try:
        with open(given.file, "rb") as file:
            start = file.read(64)
            receipt = start + file.read(1 << 20) if start.startswith(RECEIPT.encode()) else b""
        anchors = []
        for name in given.anchor:
            with open(name, "rb") as file:
                anchors.append(file.read(1 << 20))
    except OSError as error:
        print(f"cannot read {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return report(given, receipt, anchors)


def report(given, receipt, anchors):
    """Check, print what was found, and return the exit status."""
    answers = dict.fromkeys(("unchanged", "complete", "time"), "not checked")
    facts, unchecked, code, why = {}, [], "verified", ""
    try:
        if receipt:
            facts, unchecked = check_receipt(receipt, given.vkey)
            answers["unchanged"] = "yes" if given.vkey else "not checked"
        else:
            facts, unchecked = check_bundle(given.file, given.vkey, anchors, given.witness, answers)
    except Refused as refusal:
        code, why, status = refusal.code, refusal.why, 1
        answers["complete" if code in COMPLETE else "time" if code == "time" else "unchanged"] = "no"
    else:
        status = 0 if given.vkey else 3
    if status == 3:
        code, why = "self-consistent", "No public key was given from outside (--vkey): it only agrees with itself."
    verdict = "refused" if status == 1 else code
    if given.json:
        found = {"verdict": verdict, "verdicts": answers, "code": code, "why": why, "exit": status}
        print(json.dumps({**found, "facts": facts, "not_checked": unchecked}))
        return status
    print({0: "VERIFIED", 1: "REFUSED", 3: "SELF-CONSISTENT ONLY"}[status])
    for question, answer in answers.items():
        print(f"{question.capitalize()}: {answer}")
    for name, value in facts.items():
        print(f"  {name}: {value}")
    for what in unchecked:
        print("? NOT CHECKED: " + what)
    if why:
        print(f"! [{code}] {why}")
    print(LAST)
    return status


if __name__ == "__main__":
    sys.exit(main())
