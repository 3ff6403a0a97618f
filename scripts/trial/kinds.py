"""Kinds of tampering, each said once and shown to every verifier.

A kind is a name and a change. `Kind.place` is what a verifier must name.
"""

import base64
import json
import re

import tlog
from log import changed, frames_of, number, put, signed, spelled, trailer, vkey, with_digest


class Kind:
    def __init__(self, name, change, place=None, **claims):
        """`claims`: the exit code by verifier where it is not 3; None where none is claimed."""
        self.name, self.change, self.place, self.claims = name, change, place, claims


AT = 300
MEMBERS = {
    "id": "e-x", "stream": "fee/9999", "type": "fee.refunded.v1", "occurred_at": "2026-03-05T16:21:00+08:00",
    "precision": "day", "source": {"system": "bank2"}, "body": {"amount_fen": 9}, "recorded_at": "2020-01-01T00:00:00.000000Z",
    "revision": 9, "position": 299, "previous": "0" * 64, "v": 2, "parties": [{"capacity": "x", "id": "p"}],
    "secrecy": "none", "late_reason": "x",
}


def histories(log):
    """Made by whoever holds the log's key: another history, signed anew.

    What is `loose` is not chained anew, so whoever walks the chain finds it. What is chained
    is found by what a log must fulfil beside its chain, or by a checkpoint kept elsewhere.
    """
    def edited(work):
        def change():
            other = log.copy()
            work(other.entries)
            return other
        return change

    def one(**members):
        def work(entries):
            entries[AT] = changed(entries[AT], **members)
        return work

    def raw(data):
        def work(entries):
            entries[AT] = data(entries[AT])
        return work

    def swap(entries):
        entries[AT], entries[AT + 1] = entries[AT + 1], entries[AT]

    def drop(entries):
        del entries[AT]

    def twice(entries):
        entries.insert(AT, entries[AT])

    def other(entries):
        entries[AT] = entries[AT + 1]

    def strange(entries):
        entries.insert(AT, changed(entries[AT], id="e-strange", stream="fee/strange", revision=0))

    near = f"{AT - 1}|{AT}|{AT + 1}"
    later = "[345][0-9][0-9]|revision|kept|root|checkpoint"
    loose = dict(chain=3)
    for member, value in MEMBERS.items():
        yield Kind(f"member `{member}` of an entry changed", edited(one(**{member: value})), near, **loose)
    middle = json.loads(log.entries[AT])
    same_moment = json.loads(log.entries[AT - 1])["recorded_at"]
    yield Kind("recorded at the moment of the entry before", edited(one(recorded_at=same_moment)), near, **loose)
    for name, work in [("dropped", drop), ("duplicated", twice), ("exchanged with the next", swap),
                       ("replaced by the next", other), ("of nobody put in", strange)]:
        yield Kind(f"an entry {name}", edited(work), near, **loose)
    for name, data in [
        ("spelled with blanks", lambda e: json.dumps(json.loads(e)).encode()),
        ("with a name twice", lambda e: e[:-1] + b',"v":1}'),
        ("with members out of order", lambda e: e[:-7] + b',"v":1,"u":1}'),
        ("with an escape that is not the one spelling", lambda e: e.replace(b'"bank"', b'"b\\u0061nk"')),
        ("with a fraction", lambda e: re.sub(rb'"amount_fen":\d+', b'"amount_fen":1.5', e)),
        ("with a number beyond 2^53", lambda e: re.sub(rb'"amount_fen":\d+', b'"amount_fen":9007199254740993', e)),
        ("with a member that no entry has", lambda e: changed(e, zebra=1)),
        ("without its type", lambda e: spelled({k: v for k, v in json.loads(e).items() if k != "type"})),
        ("that is no object", lambda e: b"[]"),
        ("that is no JSON", lambda e: b"{"),
        ("that is no UTF-8", lambda e: e.replace(b'"bank"', b'"b\xffnk"')),
        ("nested to 40 levels", lambda e: changed(e, body=json.loads("[" * 40 + "]" * 40))),
    ]:
        # The shell reads JSON and the chain, and no spelling.
        yield Kind(f"an entry {name}", edited(raw(data)), near, **loose)

    def chained(work, begin=AT):
        def change():
            other = edited(work)()
            return other.chained(begin)
        return change

    rest = dict(chain=None)
    for name, work in [("an entry changed", one(body={"amount_fen": 9})), ("an entry dropped", drop),
                       ("an entry duplicated", twice), ("an entry of nobody put in", strange),
                       ("two entries exchanged", swap)]:
        yield Kind(f"{name}, all chained anew", chained(work), later, **rest)
    yield Kind("a revision left out, all chained anew", chained(one(revision=middle["revision"] + 1)), later, **rest)
    yield Kind("moved to another stream, all chained anew", chained(one(stream="fee/9999")), later, **rest)
    yield Kind("of a later format, all chained anew", chained(one(v=2)), later, **rest)
    yield Kind("created as another log, all chained anew", chained(created_elsewhere, 0), "0|kept|root|checkpoint", **rest)
    yield Kind("a closing with another root, all chained anew", chained(closed_otherwise("root", "0" * 64), 0), "[0-9]|kept", **rest)
    yield Kind("a closing of more entries than there were, all chained anew", chained(closed_otherwise("size", 10**6), 0), "[0-9]|kept", **rest)
    yield Kind("cut back below a checkpoint kept elsewhere", edited(lambda e: e.__delitem__(slice(400, None))), "kept|600|400|checkpoint", **rest)
    yield Kind("begun later: the first entry dropped", edited(lambda e: e.__delitem__(0)), "0|1", **loose)


def created_elsewhere(entries):
    body = {**json.loads(entries[0])["body"], "origin": "x/open"}
    entries[0] = changed(entries[0], body=body)


def closed_otherwise(member, value):
    def work(entries):
        for at, entry in enumerate(entries):
            if b'"ledger.closing.recorded.v1"' in entry:
                entries[at] = changed(entry, body={**json.loads(entry)["body"], member: value})
    return work


# Tampering with bytes of a ledger's folder, by somebody without the key or with it.


def flip(data, at, by=1):
    data = bytearray(data)
    data[at] ^= by
    return bytes(data)


def ledger_files(log):
    names = [name for name, _ in log.segments()]
    second = f"logs/open/{names[1]}"

    def in_second(work):
        return lambda folder: put(folder, second, work((folder / second).read_bytes()))

    def frame(at):
        return lambda data: frames_of(data)[at]

    def at_frame(offset, number_of=1):
        def work(data):
            found = frames_of(data)[number_of]
            return flip(data, offset(found))
        return in_second(work)

    header = {"magic": 0, "version": 9, "count of frontier nodes": 11, "first position": 23,
              "origin": 24, "link to the entry before": 56, "frontier": 90, "padding": 3000, "digest": 4070}
    for name, at in header.items():
        yield Kind(f"byte of a segment's header: {name}", in_second(lambda d, at=at: flip(d, at)))
    parts = {"magic": lambda f: f.at, "count": lambda f: f.at + 7, "epoch": lambda f: f.at + 15,
             "position": lambda f: f.at + 23, "link": lambda f: f.at + 24, "length of entries": lambda f: f.at + 59,
             "length of sealed records": lambda f: f.at + 63, "digest": lambda f: f.at + 70,
             "length of an entry": lambda f: f.section + 1, "an entry": lambda f: f.section + 40,
             "the last entry": lambda f: f.sealed - 3, "a sealed record": lambda f: f.sealed + 60,
             "the last sealed byte": lambda f: f.trailer - 1, "trailer": lambda f: f.trailer + 5}
    for name, offset in parts.items():
        yield Kind(f"byte of a frame: {name}", at_frame(offset))

    def moved(order):
        def work(data):
            found = frames_of(data)
            pieces = [data[f.at : f.end] for f in found]
            return data[:4096] + b"".join(pieces[at] for at in order(len(pieces)))
        return in_second(work)

    yield Kind("a frame dropped", moved(lambda n: [0, *range(2, n)]))
    yield Kind("two frames exchanged", moved(lambda n: [1, 0, *range(2, n)]))
    yield Kind("a frame twice", moved(lambda n: [0, 0, *range(1, n)]))
    yield Kind("the last frame dropped", moved(lambda n: range(n - 1)))
    yield Kind("a frame cut off", in_second(lambda d: d[: frames_of(d)[-1].end - 10]))
    yield Kind("bytes after the last frame", in_second(lambda d: d + b"more"))
    for count in (1, 512, 300_000):
        first = f"logs/open/{names[0]}"
        where = frames_of(dict(log.segments())[names[0]])[-1].end
        yield Kind(f"{count} zeros after the last frame of a segment that is not the last",
                   lambda f, count=count: put(f, first, (f / first).read_bytes() + bytes(count)),
                   f"{names[0]} byte {where}")

    def resealed(data, work):
        """An entry changed, and the frame's own digests made anew over it."""
        f = frames_of(data)[1]
        section = work(data[f.section : f.sealed])
        entries, at = [], 0
        while at < len(section):
            length = int.from_bytes(section[at : at + 2], "big")
            entries.append(section[at + 2 : at + 2 + length])
            at += 2 + length
        sealed = data[f.sealed : f.trailer]
        head = with_digest(data[f.at : f.at + 4] + number(len(entries), 4) + data[f.at + 8 : f.at + 56] + number(len(section), 4) + data[f.at + 60 : f.at + 64])
        return data[: f.at] + head + section + sealed + trailer(head, entries, sealed) + data[f.end :]

    yield Kind("an entry changed, its frame's digests made anew",
               in_second(lambda d: resealed(d, lambda s: s.replace(b'"amount_fen":4', b'"amount_fen":5', 1))))
    yield Kind("an entry dropped, its frame's digests made anew",
               in_second(lambda d: resealed(d, lambda s: s[2 + int.from_bytes(s[:2], "big") :])))
    for name, at in [("first position", 23), ("link", 56), ("frontier", 90), ("origin", 30)]:
        yield Kind(f"a segment's {name} changed, its digest made anew",
                   in_second(lambda d, at=at: with_digest(flip(d[:4064], at)) + d[4096:]))

    def remove(path):
        return lambda folder: (folder / path).unlink()

    yield Kind("a segment removed", remove(second))
    yield Kind("the first segment removed", remove(f"logs/open/{names[0]}"))
    yield Kind("the last segment removed", remove(f"logs/open/{names[-1]}"))
    yield Kind("a segment emptied", in_second(lambda d: b""))
    yield Kind("a segment cut within its header", in_second(lambda d: d[:2000]))
    yield Kind("a segment renamed", lambda f: (f / second).rename(f / "logs/open/00000000000000000301.seg"))

    def exchange(folder):
        one, other = (folder / "logs/open" / name for name in names[:2])
        a, b = one.read_bytes(), other.read_bytes()
        one.write_bytes(b)
        other.write_bytes(a)

    yield Kind("two segments exchanged", exchange)
    head = "heads/open.checkpoint"
    text = log.text()
    root = text.split("\n")[2]
    forged = base64.b64encode(b"r" * 32).decode()
    for name, note in [
        ("root of the kept head", log.note().replace(root, forged)),
        ("size of the kept head", log.note().replace(f"\n{len(log.entries)}\n", f"\n{len(log.entries) - 1}\n")),
        ("another root signed as the head", signed(text.replace(root, forged), log.origin, log.seed)),
        ("a head of more entries, signed", signed(text.replace(f"\n{len(log.entries)}\n", f"\n{len(log.entries) + 5}\n"), log.origin, log.seed)),
        ("a head that is no text", b"\xff\xfe"),
    ]:
        yield Kind(name, lambda f, note=note: put(f, head, note))


# Tampering with the files of a published log.


def tile_files(log):
    size = len(log.entries)
    partial = tlog.tile_path(0, 2, size - 512)
    last = tlog.tile_path("entries", 2, size - 512)
    bundle = tlog.tile_path("entries", 1)

    def in_file(path, work):
        return lambda folder: put(folder, path, work((folder / path).read_bytes()))

    def entries(work):
        def change(data):
            out, at = [], 0
            while at < len(data):
                length = int.from_bytes(data[at : at + 2], "big")
                out.append(data[at : at + 2 + length])
                at += 2 + length
            return b"".join(work(out))
        return in_file(bundle, change)

    here = "entries/001|25[67]|256"
    hashes = dict(verify_log=None)
    yield Kind("byte of an entry", in_file(bundle, lambda d: flip(d, 500)), here)
    yield Kind("byte of an entry's length", in_file(bundle, lambda d: flip(d, 1)), here)
    yield Kind("last byte of the last bundle", in_file(last, lambda d: flip(d, -1)), f"{size - 1}|entries/002")
    yield Kind("entry dropped", entries(lambda e: e[:9] + e[10:]), "entries/001|26[0-9]")
    yield Kind("entries exchanged", entries(lambda e: [e[1], e[0], *e[2:]]), here)
    yield Kind("entry duplicated", entries(lambda e: e[:9] + e[8:]), "entries/001|26[0-9]")
    yield Kind("entry replaced by its neighbour", entries(lambda e: [e[1], *e[1:]]), here)
    yield Kind("bundle cut", in_file(bundle, lambda d: d[:5000]), "entries/001|2[56][0-9]")
    yield Kind("bundle with bytes after it", in_file(bundle, lambda d: d + b"\0\1x"), "entries/001|51[0-9]")
    yield Kind("bundle missing", lambda f: (f / bundle).unlink(), "entries/001|256")
    yield Kind("bundle empty", in_file(bundle, lambda d: b""), "entries/001|256")
    yield Kind("bundle of another place", lambda f: put(f, bundle, (f / tlog.tile_path("entries", 0)).read_bytes()), here)
    yield Kind("byte of a leaf", in_file("tile/0/000", lambda d: flip(d, 40)), "tile/0/000|position 1|open 1|^1$|0")
    yield Kind("byte of the last leaf", in_file(partial, lambda d: flip(d, -1)), f"0/002|{size - 1}|512")
    yield Kind("byte of a hash above", in_file("tile/1/000.p/2", lambda d: flip(d, 3)), "tile/|0", **hashes)
    yield Kind("tile cut", in_file("tile/0/001", lambda d: d[:-1]), "tile/0/001|256")
    yield Kind("tile with bytes after it", in_file("tile/0/001", lambda d: d + b"x" * 32), "tile/0/001|256")
    yield Kind("tile empty", in_file("tile/0/001", lambda d: b""), "tile/0/001|256")
    yield Kind("tile missing", lambda f: (f / "tile/0/001").unlink(), "tile/0/001|256")
    yield Kind("tile above missing", lambda f: (f / "tile/1/000.p/2").unlink(), "tile/1/000|0", **hashes)
    yield Kind("partial tile in the place of a full one", in_file("tile/0/000", lambda d: d[: 32 * 100]), "tile/0/000|0")
    yield Kind("partial tile wider than it says", in_file(partial, lambda d: d + b"x" * 32), "tile/0/002|512")
    yield Kind("tiles exchanged", lambda f: put(f, "tile/0/000", (f / "tile/0/001").read_bytes()), "tile/0/000|tile/1|position 0|0")
    for name, note, place in notes(log):
        code = dict.fromkeys(("verify_log", "check_log", "replay_tiles"), place) if place == 4 else place or {}
        yield Kind(name, lambda f, note=note: put(f, "checkpoint", note), "checkpoint|root|tile|[0-9]", **code)
    yield Kind("checkpoint missing", lambda f: (f / "checkpoint").unlink(), None,
               verify_log=4, replay_tiles=None, check_log=4)


def notes(log):
    """Checkpoints changed: what they are now, and 4 where nothing is proved by them, or a
    verifier's own code where it sees less in them than others."""
    text, note, size = log.text(), log.note(), len(log.entries)
    root = text.split("\n")[2]
    forged = base64.b64encode(b"r" * 32).decode()

    def resign(changed_text):
        return signed(changed_text, log.origin, log.seed)

    head, line = note.split("\n\n")
    data = line.rsplit(" ", 1)[1].strip()

    def with_data(change):
        raw = bytearray(base64.b64decode(data))
        return note.replace(data, base64.b64encode(bytes(change(raw))).decode())

    def bit(at):
        def change(raw):
            raw[at] ^= 1
            return raw
        return with_data(change)

    yield "checkpoint: size", note.replace(f"\n{size}\n", f"\n{size - 1}\n"), None
    yield "checkpoint: leading zero in the size", note.replace(f"\n{size}\n", f"\n0{size}\n"), None
    yield "checkpoint: a size that is no number", note.replace(f"\n{size}\n", "\nmany\n"), None
    yield "checkpoint: root", note.replace(root, forged), None
    yield "checkpoint: root cut", note.replace(root, root[:-5]), None
    yield "checkpoint: origin", note.replace("/open\n", "/shut\n", 1), None
    yield "checkpoint: a line put in", note.replace("\n\n", "\nextra\n\n", 1), None
    yield "checkpoint: no empty line", note.replace("\n\n", "\n", 1), None
    for name, at in [("first", 4), ("middle", 35), ("last", 67)]:
        yield f"checkpoint: {name} byte of the signature", bit(at), None
    yield "checkpoint: signature cut", with_data(lambda raw: raw[:-1]), None
    yield "checkpoint: signature longer", with_data(lambda raw: raw + b"x"), None
    yield "checkpoint: signature empty", with_data(lambda raw: raw[:4]), None
    own = base64.b64decode(data)[:4]
    foreign = "— someone.example " + base64.b64encode(bytes(68)).decode() + "\n"
    for name, more in [
        ("a second line of the key that does not fit", f"— {log.origin} {base64.b64encode(own + bytes(64)).decode()}\n"),
        ("a foreign line that is no base64", foreign.replace("AAAA", "!!!!", 1)),
        ("a foreign line without its dash", foreign.replace("— ", "- ")),
        ("a foreign line without a signature", "— someone.example AAAAAA==\n"),
        ("a foreign line of a name with a plus", foreign.replace("someone", "some+one")),
        ("an empty line after the signatures", "\n"),
        ("a carriage return after a signature", foreign.replace("\n", "\r\n")),
        ("text after the signatures", "more\n"),
    ]:
        yield f"checkpoint: {name}", note + more, None
    yield "checkpoint: the last line without its end", note[:-1], None
    yield "checkpoint: another key's id on the signature", bit(1), 4
    yield "checkpoint: signed by a stranger of the same name", log.note(seed=bytes(32)), 4
    yield "checkpoint: of another size, signed", resign(f"{log.origin}\n{size - 1}\n{root}\n"), None
    yield "checkpoint: of another root, signed", resign(text.replace(root, forged)), None
    yield "checkpoint: no text", b"\xff\xfe", None
    yield "checkpoint: nothing", b"", None


def policy_text(log, name, seed):
    return f"log {vkey(log.origin, log.seed)}\nwitness W {vkey(name, seed, 4)}\nquorum W\n"
