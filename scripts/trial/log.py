"""A log as values, and every form in which a verifier is shown one.

Written from schemas/FORMAT.md; shares no line with the program that writes logs.
"""

import base64
import hashlib
import json
import pathlib
import shutil

import ed25519
import tlog
from blake3 import blake3

FRAME_ENTRIES = 60
SEGMENT_FRAMES = 5
ZEROS = b"\0" * 32


def spelled(value):
    """Canonical for values without numbers beyond integers; names are ASCII here."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def changed(entry, **members):
    return spelled({**json.loads(entry), **members})


def put(folder, path, data):
    path = pathlib.Path(folder) / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def key_id(name, kind, public):
    return tlog.sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def vkey(name, seed, kind=1):
    public = ed25519.public_key(seed)
    data = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{data}"


def signature_line(text, name, seed):
    own = key_id(name, 1, ed25519.public_key(seed))
    return f"— {name} {base64.b64encode(own + ed25519.sign(seed, text.encode())).decode()}\n"


def cosignature_line(text, name, seed, moment):
    own = key_id(name, 4, ed25519.public_key(seed))
    signature = ed25519.sign(seed, f"cosignature/v1\ntime {moment}\n{text}".encode())
    return f"— {name} {base64.b64encode(own + moment.to_bytes(8, 'big') + signature).decode()}\n"


def signed(text, name, seed):
    return f"{text}\n{signature_line(text, name, seed)}"


class Log:
    """Entries, the records sealed beside them, and the key that signs."""

    def __init__(self, entries, seed, origin, sealed=None):
        self.entries, self.seed, self.origin = list(entries), seed, origin
        self.sealed = sealed or {}

    def copy(self):
        return Log(self.entries, self.seed, self.origin, self.sealed)

    def chained(self, begin=0):
        """Made anew from an entry on, as whoever holds the key would."""
        previous = blake3(self.entries[begin - 1]).hexdigest() if begin else "0" * 64
        for at in range(begin, len(self.entries)):
            value = json.loads(self.entries[at])
            value.update(position=at, previous=previous)
            self.entries[at] = spelled(value)
            previous = blake3(self.entries[at]).hexdigest()
        return self

    def text(self, size=None, origin=None):
        size = len(self.entries) if size is None else size
        root = tlog.tree_root([tlog.leaf_hash(entry) for entry in self.entries[:size]])
        return f"{origin or self.origin}\n{size}\n{base64.b64encode(root).decode()}\n"

    def note(self, size=None, seed=None, origin=None):
        return signed(self.text(size, origin), origin or self.origin, seed or self.seed)

    # As tiles, as lines, as a ledger's folder.

    def tiles(self, folder, note=None):
        """Tiles, bundles and checkpoint of exactly these entries."""
        shutil.rmtree(folder, ignore_errors=True)
        rows = [[tlog.leaf_hash(entry) for entry in self.entries]]
        while len(rows[-1]) >= 256:
            row = rows[-1]
            rows.append([tlog.tree_root(row[at : at + 256]) for at in range(0, len(row) - 255, 256)])
        for level, index, width in tlog.tiles_of(len(self.entries)):
            put(folder, tlog.tile_path(level, index, width),
                b"".join(rows[level][index * 256 : index * 256 + width]))
        for index, width in tlog.bundles_of(len(self.entries)):
            part = self.entries[index * 256 : index * 256 + width]
            put(folder, tlog.tile_path("entries", index, width), in_bundle(part))
        put(folder, "checkpoint", note or self.note())
        return folder

    def lines(self):
        return b"".join(entry + b"\n" for entry in self.entries)

    def ledger(self, folder, like, note=None):
        """The folder of a ledger whose open log has these entries."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(like, folder, ignore=shutil.ignore_patterns("derived"))
        for path in (folder / "logs" / "open").glob("*.seg"):
            path.unlink()
        for name, data in self.segments():
            put(folder, f"logs/open/{name}", data)
        for path in ("logs/open/checkpoint", "heads/open.checkpoint"):
            put(folder, path, note or self.note())
        return folder

    def segments(self):
        """Names and bytes of segment files (FORMAT.md §7, §8)."""
        step = FRAME_ENTRIES * SEGMENT_FRAMES
        for first in range(0, len(self.entries), step):
            data = self.header(first)
            for at in range(first, min(first + step, len(self.entries)), FRAME_ENTRIES):
                data += self.frame(at, min(at + FRAME_ENTRIES, first + step))
            yield f"{first:020}.seg", data

    def before(self, position):
        return blake3(self.entries[position - 1]).digest() if position else ZEROS

    def header(self, first):
        leaves = [tlog.leaf_hash(entry) for entry in self.entries[:first]]
        nodes, begin = [], 0
        for bit in range(63, -1, -1):
            if first >> bit & 1:
                nodes.append(tlog.tree_root(leaves[begin : begin + (1 << bit)]))
                begin += 1 << bit
        head = b"PLUMBSEG" + number(1, 2) + number(len(nodes), 2) + bytes(4) + number(first, 8)
        head += hashlib.sha256(self.origin.encode()).digest() + self.before(first) + b"".join(nodes)
        return with_digest(head.ljust(4064, b"\0"))

    def frame(self, begin, end):
        entries = self.entries[begin:end]
        records = [number(at, 4) + record for at in range(len(entries))
                   for record in self.sealed.get(begin + at, [])]
        section, sealed = in_bundle(entries), b"".join(records)
        head = b"PLF1" + number(len(entries), 4) + number(1, 8) + number(begin, 8)
        head = with_digest(head + self.before(begin) + number(len(section), 4) + number(len(sealed), 4))
        return head + section + sealed + trailer(head, entries, sealed)


def number(value, width):
    return value.to_bytes(width, "big")


def with_digest(data):
    return data + blake3(data).digest()


def trailer(head, entries, sealed):
    links = b"".join(blake3(entry).digest() for entry in entries)
    return blake3(head + links + blake3(sealed).digest()).digest()


def in_bundle(entries):
    return b"".join(number(len(entry), 2) + entry for entry in entries)


def of_bundle(data):
    out, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        out.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return out


class Frame:
    """Where the parts of a frame lie in its file."""

    def __init__(self, data, at):
        entries = int.from_bytes(data[at + 56 : at + 60], "big")
        sealed = int.from_bytes(data[at + 60 : at + 64], "big")
        self.at, self.section, self.sealed = at, at + 96, at + 96 + entries
        self.trailer = self.sealed + sealed
        self.end = self.trailer + 32
        self.position = int.from_bytes(data[at + 16 : at + 24], "big")


def frames_of(data):
    at, out = 4096, []
    while data[at : at + 4] == b"PLF1":
        out.append(Frame(data, at))
        at = out[-1].end
    return out


def read_ledger(folder):
    """Entries of a ledger's open log, and the records sealed beside them."""
    entries, sealed = [], {}
    for path in sorted((folder / "logs" / "open").glob("*.seg")):
        data = path.read_bytes()
        for frame in frames_of(data):
            part = of_bundle(data[frame.section : frame.sealed])
            at = frame.sealed
            while at < frame.trailer:
                index = int.from_bytes(data[at : at + 4], "big")
                end = at + 49 + int.from_bytes(data[at + 45 : at + 49], "big")
                sealed.setdefault(frame.position + index, []).append(data[at + 4 : end])
                at = end
            entries += part
    return entries, sealed
