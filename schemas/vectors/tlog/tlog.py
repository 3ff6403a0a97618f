"""C2SP transparency logs: tile addresses, checkpoints, proofs, and where to read.

Written from c2sp.org/tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature,
tlog-proof and RFC 6962, with Python's standard library alone. Knows nothing of
what entries mean, and shares no line with any log's writer.
"""

import base64
import binascii
import hashlib
import json
import pathlib
import re
import time
import urllib.error
import urllib.request

import ed25519

WIDTH = 256
HASH = 32
# Tiles kept in memory, 10 MB or so.
TILES_KEPT = 1024


class Broken(Exception):
    """Proved broken: `place` says where, the text says what."""

    def __init__(self, place, reason):
        super().__init__(f"{place}: {reason}")
        self.place, self.reason = place, reason


class CannotTell(Exception):
    """Nothing is proved, for or against."""


class Missing(Exception):
    """The resource is not there; whether it should be, the reader knows."""


# Addresses and geometry (tlog-tiles).


def tile_path(kind, index, width=WIDTH):
    """`kind` is a level from 0 to 63, or "entries"."""
    digits = [index % 1000]
    while index >= 1000:
        index //= 1000
        digits.append(index % 1000)
    above = "".join(f"x{group:03}/" for group in reversed(digits[1:]))
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{kind}/{above}{digits[0]:03}{partial}"


def parse_tile_path(path):
    """(kind, index, width), or None if the text is no address of a tile."""
    found = re.fullmatch(
        r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
        path,
        re.ASCII,
    )
    if not found:
        return None
    kind, above, last, width = found.groups()
    if kind != "entries" and int(kind) > 63:
        return None
    if above.startswith("x000/"):
        return None
    index = int(above.replace("x", "").replace("/", "") + last)
    width = WIDTH if width is None else int(width)
    if index >= 2**64 or (found.group(4) is not None and width >= WIDTH):
        return None
    return (kind if kind == "entries" else int(kind), index, width)


def tiles_of(size):
    """(level, index, width) of every hash tile of a tree, lowest level first."""
    level = 0
    while size >> (8 * level):
        count = size >> (8 * level)
        for index in range(count // WIDTH):
            yield level, index, WIDTH
        if count % WIDTH:
            yield level, count // WIDTH, count % WIDTH
        level += 1


def bundles_of(size):
    """(index, width) of every entry bundle of a tree."""
    return [(index, width) for level, index, width in tiles_of(size) if level == 0]


# Hashes and proofs (RFC 6962, section 2.1).


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


EMPTY_ROOT = sha256(b"")


def tree_root(hashes):
    """The root over consecutive nodes of one level, the first of which begins at
    a multiple of every power of two that is needed: over a full tile, or over all
    leaves of a tree."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        pairs = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) - len(row) % 2 :]
    return row[0]


def _split(size):
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_length(index, size):
    length = 0
    while size > 1:
        left = _split(size)
        index, size = (index, left) if index < left else (index - left, size - left)
        length += 1
    return length


def root_by_inclusion(leaf, index, size, proof):
    """The root that an audit path leads to; None if it does not fit the place."""
    if index >= size or len(proof) != inclusion_length(index, size):
        return None

    def up(index, size, rest):
        if size == 1:
            return leaf
        left = _split(size)
        if index < left:
            return node_hash(up(index, left, rest[:-1]), rest[-1])
        return node_hash(rest[-1], up(index - left, size - left, rest[:-1]))

    return up(index, size, proof)


def consistent(old, old_root, new, new_root, proof):
    """Whether the tree of `new` continues the tree of `old` (RFC 9162, 2.1.4.2)."""
    if old > new:
        return False
    if old == 0 or old == new:
        same = old_root == EMPTY_ROOT if old == 0 else old_root == new_root
        return not proof and same
    proof = list(proof)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if old & (old - 1) == 0:
        first = old_root
    elif proof:
        first = proof.pop(0)
    else:
        return False
    one = other = first
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            one, other = node_hash(sibling, one), node_hash(sibling, other)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            other = node_hash(other, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and one == old_root and other == new_root


# Notes, checkpoints, cosignatures (signed-note, tlog-checkpoint, tlog-cosignature).

ED25519, COSIGNATURE = 1, 4


def unbase64(text):
    """Standard Base64 with padding and nothing else, or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


class Key:
    """A public key: `name+id+base64(type ‖ 32 bytes)`."""

    def __init__(self, vkey):
        parts = vkey.strip().split("+", 2)
        data = unbase64(parts[2]) if len(parts) == 3 else None
        if not data or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
            raise ValueError("not an Ed25519 key (name+id+base64)")
        self.name, self.kind, self.public = parts[0], data[0], data[1:]
        self.id = sha256(self.name.encode() + b"\n" + data)[:4]
        if self.id.hex() != parts[1]:
            raise ValueError("the key's id does not fit")

    def verify(self, signature, message):
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            return ed25519.verify(self.public, signature, message)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def split_note(note):
    """(text, [(name, key id ‖ signature)]); ValueError if any part of it, any signature
    line too, has not its form: then it is no signed note."""
    text, separator, lines = note.partition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise ValueError("not a signed note: no signature line, or the last one has no end")
    if any(letter < " " and letter != "\n" for letter in note):
        raise ValueError("not a signed note: a control character")
    signatures = []
    for line in lines[:-1].split("\n"):
        name, blank, data = line.removeprefix("— ").partition(" ")
        data = unbase64(data)
        named = name and "+" not in name and not any(letter.isspace() for letter in name)
        if not line.startswith("— ") or not blank or not named or data is None or len(data) < 5:
            raise ValueError("not a signature line: " + line)
        signatures.append((name, data))
    return text + "\n", signatures


def parse_checkpoint(text):
    """(origin, size, root); extension lines are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1]:
        raise ValueError("not a checkpoint")
    origin, size, root = lines[0], lines[1], unbase64(lines[2])
    if not re.fullmatch("0|[1-9][0-9]*", size, re.ASCII) or int(size) >= 2**63:
        raise ValueError("the size is no decimal number without leading zeros")
    if root is None or len(root) != HASH:
        raise ValueError("the root is not 32 bytes in base64")
    return origin, int(size), root


class Checkpoint:
    """A checkpoint whose log's signature fits."""

    def __init__(self, note, key, place="checkpoint"):
        try:
            self.text, self.signatures = split_note(note)
            self.origin, self.size, self.root = parse_checkpoint(self.text)
        except ValueError as error:
            raise Broken(place, str(error)) from None
        own = [data[4:] for name, data in self.signatures if (name, data[:4]) == (key.name, key.id)]
        if self.origin != key.name:
            if not own:
                # The wrong key, or the wrong log: neither says anything of this one.
                raise CannotTell(f"{place}: of the log {self.origin}, and the key is of {key.name}")
            raise Broken(place, f"of the log {self.origin}, not of {key.name}")
        if not own:
            raise CannotTell(f"{place}: no signature by the key {key.name}+{key.id.hex()}")
        if not all(key.verify(signature, self.text.encode()) for signature in own):
            raise Broken(place, f"the signature by {key.name} does not fit the text")

    def cosigned(self, key, place="checkpoint"):
        """When a witness cosigned this (POSIX seconds), or None if it did not."""
        found = None
        for name, data in self.signatures:
            if (name, data[:4]) != (key.name, key.id):
                continue
            if len(data) != 4 + 8 + 64:
                raise Broken(place, f"the cosignature by {name} has another length")
            moment = int.from_bytes(data[4:12], "big")
            message = f"cosignature/v1\ntime {moment}\n{self.text}".encode()
            if not key.verify(data[12:], message):
                raise Broken(place, f"the cosignature by {name} does not fit the text")
            found = moment
        return found


def parse_proof(text):
    """(index, hashes, note) of a tlog-proof; ValueError if it is none."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise ValueError("not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        if unbase64(lines.pop(0)[6:]) is None:
            raise ValueError("extra data that is no base64")
    index = lines.pop(0) if lines else ""
    if not re.fullmatch("index (0|[1-9][0-9]*)", index, re.ASCII):
        raise ValueError("no index line")
    hashes = [unbase64(line) for line in lines]
    if any(data is None or len(data) != HASH for data in hashes):
        raise ValueError("a line that is no hash")
    return int(index[6:]), hashes, note


# Where a log is read.


class Answer:
    def __init__(self, body, headers):
        self.body, self.headers = body, headers


class Folder:
    """A log as files."""

    def __init__(self, root):
        self.root = pathlib.Path(root)

    def get(self, path):
        try:
            return Answer((self.root / path).read_bytes(), None)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise Missing(path) from None
        except OSError as error:
            raise CannotTell(f"{path}: {error}") from None


class Site:
    """A log at a URL."""

    def __init__(self, prefix):
        self.prefix = prefix.rstrip("/")

    def get(self, path):
        request = urllib.request.Request(f"{self.prefix}/{path}")
        request.add_header("User-Agent", "tlog-check/1")
        for attempt in range(3):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return Answer(answer.read(), answer.headers)
            except urllib.error.HTTPError as error:
                if error.code in (404, 410):
                    raise Missing(path) from None
                if error.code < 500 or attempt == 2:
                    raise CannotTell(f"{path}: status {error.code}") from None
            except OSError as error:
                if attempt == 2:
                    raise CannotTell(f"{path}: {error}") from None
            time.sleep(0.2)
        raise CannotTell(path)


def open_source(place):
    return Site(place) if re.match("https?://", place) else Folder(place)


class Log:
    """A log's tiles and bundles up to one checkpoint; each must have its length."""

    def __init__(self, source, size):
        self.source, self.size, self.read = source, size, {}

    def _get(self, kind, index, width):
        path = tile_path(kind, index, width)
        try:
            return path, self.source.get(path).body
        except Missing:
            if width == WIDTH:
                raise Broken(path, "is not there") from None
        # The full tile may have replaced it.
        try:
            body = self.source.get(tile_path(kind, index)).body
        except Missing:
            raise Broken(path, "is not there") from None
        return path, body

    def tile(self, level, index):
        """The hashes of a tile that a tree of this size has."""
        if (level, index) not in self.read:
            width = min((self.size >> (8 * level)) - index * WIDTH, WIDTH)
            path, body = self._get(level, index, width)
            if len(body) not in (width * HASH, WIDTH * HASH):
                raise Broken(path, f"{len(body)} bytes, not {width * HASH}")
            hashes = [body[at : at + HASH] for at in range(0, width * HASH, HASH)]
            if len(self.read) >= TILES_KEPT:
                self.read.pop(next(iter(self.read)))
            self.read[level, index] = hashes
        return self.read[level, index]

    def bundle(self, index):
        """The entries of a bundle."""
        width = min(self.size - index * WIDTH, WIDTH)
        path, body = self._get("entries", index, width)
        entries, at = [], 0
        while at < len(body):
            length = int.from_bytes(body[at : at + 2], "big")
            entry = body[at + 2 : at + 2 + length]
            if at + 2 > len(body) or len(entry) != length:
                raise Broken(path, f"ends inside entry {index * WIDTH + len(entries)}")
            entries.append(entry)
            at += 2 + length
        if len(entries) not in (width, WIDTH):
            raise Broken(path, f"{len(entries)} entries, not {width}")
        return entries[:width]

    def root(self, begin=0, size=None):
        """The root over the leaves from `begin` on, from the highest tiles that hold
        it: a tree's right edge is read, and no more."""
        size = self.size if size is None else size
        if size == 0:
            return EMPTY_ROOT
        if size & (size - 1) == 0:
            return self.node(size.bit_length() - 1, begin // size)
        left = _split(size)
        return node_hash(self.root(begin, left), self.root(begin + left, size - left))

    def node(self, height, index):
        """A complete tree node, from the tile that holds it or its leaves."""
        level, above = height // 8, height % 8
        first = index << above
        hashes = self.tile(level, first // WIDTH)
        return tree_root(hashes[first % WIDTH : first % WIDTH + (1 << above)])

    def inclusion(self, index, size=None):
        size, begin, path = self.size if size is None else size, 0, []
        while size > 1:
            left = _split(size)
            if index < left:
                path.append(self.root(begin + left, size - left))
                size = left
            else:
                path.append(self.root(begin, left))
                begin, index, size = begin + left, index - left, size - left
        return path[::-1]

    def consistency(self, old, new=None):
        new = self.size if new is None else new
        if old in (0, new):
            return []
        begin, whole, path = 0, True, []
        while old != new:
            left = _split(new)
            if old <= left:
                path.append(self.root(begin + left, new - left))
                new = left
            else:
                path.append(self.root(begin, left))
                begin, old, new, whole = begin + left, old - left, new - left, False
        if not whole:
            path.append(self.root(begin, new))
        return path[::-1]


def load(name):
    """A file of vectors of this folder."""
    folder = pathlib.Path(__file__).resolve().parent
    return json.loads((folder / name).read_text(encoding="utf-8"))
