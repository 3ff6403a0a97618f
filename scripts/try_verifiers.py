#!/usr/bin/env python3
"""Tampers with a log in every way and sees the verifiers find it.

    try_verifiers.py PLUMB      the built program, which makes and serves the log

For each kind of tampering a fresh copy is changed, and each verifier that claims to
cover it must end with the code that is expected, 3 (proved broken) nearly always,
and name the place; never with 0. Also an intact log, from files and from a running
server. Ends with "N passed, N failed". Needs what verify_log.py and verify_chain.sh
need.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
KIT = HERE.parent / "schemas" / "vectors" / "tlog"
sys.path[:0] = [str(KIT)]

import ed25519  # noqa: E402
import tlog  # noqa: E402
from blake3 import blake3  # noqa: E402

EVENTS = 700
passed, failed = 0, 0


def count(name, verifier, code, expected, output, place):
    global passed, failed
    told = place is None or re.search(place, output)
    if code in expected and told:
        passed += 1
        return
    failed += 1
    print(f"FAILED {name}: {verifier} gave {code}, not {expected}, place {place!r}:\n{output}")


def run(*command, data=None):
    done = subprocess.run([str(part) for part in command], input=data, capture_output=True)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


class Log:
    """A log as values, and the folder of tiles and the file that show it."""

    def __init__(self, entries, seed, origin):
        self.entries, self.seed, self.origin = list(entries), seed, origin

    def copy(self):
        return Log(self.entries, self.seed, self.origin)

    def chained(self, begin=0):
        """Made anew from an entry on, as whoever holds the key would."""
        previous = blake3(self.entries[begin - 1]).hexdigest() if begin else "0" * 64
        for at in range(begin, len(self.entries)):
            value = json.loads(self.entries[at])
            value.update(position=at, previous=previous)
            self.entries[at] = spelled(value)
            previous = blake3(self.entries[at]).hexdigest()
        return self

    def note(self, size=None, seed=None, origin=None):
        size = len(self.entries) if size is None else size
        origin = self.origin if origin is None else origin
        root = tlog.tree_root([tlog.leaf_hash(entry) for entry in self.entries[:size]])
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        return signed(text, origin, self.seed if seed is None else seed)

    def write(self, folder, note=None):
        """Tiles, bundles and checkpoint of exactly these entries."""
        shutil.rmtree(folder, ignore_errors=True)
        leaves = [tlog.leaf_hash(entry) for entry in self.entries]
        rows = [leaves]
        while len(rows[-1]) >= 256:
            row = rows[-1]
            rows.append([tlog.tree_root(row[at : at + 256]) for at in range(0, len(row) - 255, 256)])
        for level, index, width in tlog.tiles_of(len(self.entries)):
            put(folder, tlog.tile_path(level, index, width),
                b"".join(rows[level][index * 256 : index * 256 + width]))
        for index, width in tlog.bundles_of(len(self.entries)):
            part = self.entries[index * 256 : index * 256 + width]
            put(folder, tlog.tile_path("entries", index, width),
                b"".join(len(entry).to_bytes(2, "big") + entry for entry in part))
        put(folder, "checkpoint", (note or self.note()).encode())


def spelled(value):
    """Canonical for values without numbers beyond integers; names are ASCII here."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed(text, name, seed):
    data = b"\x01" + ed25519.public_key(seed)
    key_id = tlog.sha256(name.encode() + b"\n" + data)[:4]
    line = base64.b64encode(key_id + ed25519.sign(seed, text.encode())).decode()
    return f"{text}\n— {name} {line}\n"


def put(folder, path, data):
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def changed(entry, **members):
    return spelled({**json.loads(entry), **members})


class Trial:
    def __init__(self, plumb, work):
        self.plumb, self.work = plumb, work
        self.ledger, self.tiles = work / "ledger", work / "tiles"

    def make(self):
        assert run(self.plumb, "init", self.ledger)[0] == 0
        lines = "".join(
            json.dumps({"id": f"e-{number}", "stream": f"fee/{number % 50}", "type": "fee.paid.v1",
                        "occurred_at": "2026-03-05T16:20:00+08:00", "source": {"system": "bank"},
                        "body": {"amount_fen": number}}) + "\n"
            for number in range(EVENTS))
        code, out = run(self.plumb, "append", "--dir", self.ledger, "-", data=lines.encode())
        assert code == 0, out
        self.receipts = work_file(self.work / "receipts", out)
        assert run(self.plumb, "export", "tiles", self.tiles, "--dir", self.ledger)[0] == 0
        keys = json.loads(run(self.plumb, "keys", "show", "--json", "--dir", self.ledger)[1])
        self.key = keys["open"]["vkey"]
        text = (self.ledger / "keys" / "open.key").read_text().strip()
        seed = base64.b64decode(text.split("+", 4)[4])[1:]
        whole = tlog.Log(tlog.Folder(self.tiles), EVENTS + 1)
        entries = [entry for index, _ in tlog.bundles_of(EVENTS + 1) for entry in whole.bundle(index)]
        self.log = Log(entries, seed, keys["open"]["origin"])
        # The program's own tiles are those of the definition.
        again = self.work / "again"
        self.log.write(again)
        for path in sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file()):
            same = (again / path).read_bytes() == (self.tiles / path).read_bytes()
            count("tiles by the definition", path, 0 if same else 3, (0,), "", None)
        self.kept = work_file(self.work / "kept", self.log.note(600))

    def verify_log(self, place, *more):
        return run(sys.executable, HERE / "verify_log.py", place, "--key", self.key, *more)

    def check_log(self, place, key=None):
        return run(sys.executable, KIT / "check_log.py", place, "--key", key or self.key, "--full")

    def chain(self, place, *more):
        return run(HERE / "verify_chain.sh", place, *more)

    def lines(self, log, name="lines"):
        return work_file(self.work / name, b"".join(entry + b"\n" for entry in log.entries))

    def intact(self):
        for place in (self.tiles, self.lines(self.log)):
            own = work_file(self.work / "own", self.log.note())
            more = ("--checkpoint", self.kept, "--checkpoint", own)
            count("intact", "verify_log", *found(self.verify_log(place, *more)), "verified")
        count("intact", "check_log", *found(self.check_log(self.tiles)), "^pass")
        file = self.lines(self.log)
        chain = self.chain(file, "--receipts", self.receipts)
        count("intact", "verify_chain", *found(chain), f"{EVENTS} 张回执")

    # Tampering with files of the published log: the checkpoint stays.

    def files(self):
        partial = tlog.tile_path(0, 2, EVENTS + 1 - 512)
        bundle = tlog.tile_path("entries", 1)

        def flip(path, at):
            def work(folder):
                data = bytearray((folder / path).read_bytes())
                data[at] ^= 1
                put(folder, path, bytes(data))
            return work

        def cut(path, bytes_left):
            return lambda folder: put(folder, path, (folder / path).read_bytes()[:bytes_left])

        def entries(path, work):
            def change(folder):
                data, out, at = (folder / path).read_bytes(), [], 0
                while at < len(data):
                    length = int.from_bytes(data[at : at + 2], "big")
                    out.append(data[at : at + 2 + length])
                    at += 2 + length
                put(folder, path, b"".join(work(out)))
            return change

        both, hashes_only = "both", "check"
        yield "byte of an entry", flip(bundle, 500), both, "25[67]|entries/001"
        yield "byte of an entry's length", flip(bundle, 1), both, "entries/001|256"
        yield "last byte of the last bundle", flip(tlog.tile_path("entries", 2, EVENTS + 1 - 512), -1), both, "700|entries/002"
        yield "entry dropped", entries(bundle, lambda e: e[:9] + e[10:]), both, "entries/001"
        yield "entries swapped", entries(bundle, lambda e: [e[1], e[0], *e[2:]]), both, "256|entries/001"
        yield "entry duplicated", entries(bundle, lambda e: e[:9] + e[8:]), both, "entries/001"
        yield "entry replaced by its neighbour", entries(bundle, lambda e: [e[1], *e[1:]]), both, "256|entries/001"
        yield "bundle cut", cut(bundle, 5000), both, "entries/001"
        yield "bundle missing", lambda folder: (folder / bundle).unlink(), both, "entries/001"
        yield "bundle empty", cut(bundle, 0), both, "entries/001"
        yield "bundle of another place", lambda f: put(f, bundle, (f / tlog.tile_path("entries", 0)).read_bytes()), both, "256|entries/001"
        yield "byte of a leaf", flip("tile/0/000", 40), both, "tile/0/000|position 1"
        yield "byte of the last leaf", flip(partial, -1), both, "0/002|position 700"
        yield "byte of a hash above", flip("tile/1/000.p/2", 3), hashes_only, "tile/"
        yield "tile cut", cut("tile/0/001", 8191), both, "tile/0/001"
        yield "tile missing", lambda folder: (folder / "tile/0/001").unlink(), both, "tile/0/001"
        yield "tile above missing", lambda folder: (folder / "tile/1/000.p/2").unlink(), hashes_only, "tile/1/000"
        yield "partial tile in the place of a full one", cut("tile/0/000", 32 * 100), both, "tile/0/000"
        yield "partial tile wider than it says", lambda f: put(f, partial, (f / partial).read_bytes() + b"x" * 32), both, "tile/0/002"
        yield "tiles exchanged", lambda f: put(f, "tile/0/000", (f / "tile/0/001").read_bytes()), both, "tile/0/000|tile/1|position 0"

        def note(work):
            return lambda f: put(f, "checkpoint", work((f / "checkpoint").read_text()).encode())

        size = f"\n{EVENTS + 1}\n"
        root = self.log.note().split("\n")[2]
        yield "size of the checkpoint", note(lambda n: n.replace(size, f"\n{EVENTS}\n")), both, "checkpoint"
        yield "leading zero in the size", note(lambda n: n.replace(size, f"\n0{EVENTS + 1}\n")), both, "checkpoint"
        yield "root of the checkpoint", note(lambda n: n.replace(root, base64.b64encode(b"r" * 32).decode())), both, "checkpoint"
        yield "origin of the checkpoint", note(lambda n: n.replace("/open\n", "/shut\n", 1)), both, "checkpoint"
        yield "byte of the signature", note(lambda n: n[:-8] + ("B" if n[-8] != "B" else "C") + n[-7:]), both, "checkpoint"
        other_size = signed(f"{self.log.origin}\n{EVENTS}\n{root}\n", self.log.origin, self.log.seed)
        yield "checkpoint of another size, signed", note(lambda n: other_size), both, "root|checkpoint|tile"
        yield "checkpoint missing", lambda f: (f / "checkpoint").unlink(), both, None
        yield "checkpoint no text", lambda f: put(f, "checkpoint", b"\xff\xfe"), both, "checkpoint"

    def second(self):
        """SM2 and SM3 (FORMAT.md, section 16), by OpenSSL and by Python's."""
        if shutil.which("openssl") is None:
            print("NOT CHECKED: openssl is not here")
            return
        probe = run("openssl", "pkeyutl", "-help")[1] + run("openssl", "list", "-digest-algorithms")[1]
        if "-rawin" not in probe or "sm3" not in probe.lower():
            print("NOT CHECKED: this OpenSSL has no SM2 with SM3")
            return
        ledger = self.work / "second"
        assert run(self.plumb, "init", "--sm", ledger)[0] == 0
        event = {"id": "e-1", "stream": "fee/1", "type": "fee.paid.v1", "source": {"system": "bank"},
                 "occurred_at": "2026-03-05T16:20:00+08:00", "body": {"amount_fen": 1}}
        for number in range(3):
            line = json.dumps({**event, "id": f"e-{number}"}).encode()
            assert run(self.plumb, "append", "--dir", ledger, "-", data=line + b"\n")[0] == 0
        keys = json.loads(run(self.plumb, "keys", "show", "--json", "--dir", ledger)[1])
        key, other = keys["open"]["vkey"], keys["sealed"]["further"][0]["vkey"]
        sm2 = keys["open"]["further"][0]["vkey"]
        show = lambda *more: run(self.plumb, "checkpoint", "show", "--dir", ledger, *more)[1]  # noqa: E731
        note, head = show(), show("--sm")

        def sm(text, vkey=sm2):
            return run(HERE / "verify_sm.sh", work_file(self.work / "note", text), vkey)

        for name, text in [("checkpoint", note), ("SM3 head", head)]:
            count(f"intact {name}", "verify_sm", *found(sm(text)), "verified")
            lines = text.split("\n")
            signed_by = lambda line: line[:1] == "—" and base64.b64decode(line.split(" ")[2])[:4].hex()  # noqa: E731
            line = next(at for at, line in enumerate(lines) if signed_by(line) == sm2.split("+")[1])
            signature = bytearray(base64.b64decode(lines[line].split(" ")[2]))
            signature[-1] ^= 1
            bad = lines[line].rsplit(" ", 1)[0] + " " + base64.b64encode(bytes(signature)).decode()
            for what, changed_text, code in [
                ("size changed", text.replace("\n5\n", "\n4\n", 1), 3),
                ("root changed", text.replace(lines[lines.index("") - 1], base64.b64encode(b"r" * 32).decode(), 1), 3),
                ("origin changed", text.replace("/open\n", "/shut\n", 1), 3),
                ("signature changed", "\n".join([*lines[:line], bad, *lines[line + 1:]]), 3),
                ("line missing", "\n".join([*lines[:line], *lines[line + 1:]]), 4),
            ]:
                code_found, out = sm(changed_text)
                count(f"{name}: {what}", "verify_sm", code_found, (code,), out, None)
            code_found, out = sm(text, other)
            count(f"{name}: another key", "verify_sm", code_found, (4,), out, None)
        if "sm3" not in hashlib.algorithms_available:
            print("NOT CHECKED: this Python has no SM3")
            return
        # Before it is served: a server closes the day, with entries of its own.
        file = work_file(self.work / "second.ndjson", run(self.plumb, "log", "--ndjson", "--dir", ledger)[1])
        shown = self.work / "second-tiles"
        assert run(self.plumb, "export", "tiles", shown, "--dir", ledger)[0] == 0
        count("SM3 head, exported", "export", *found(sm((shown / "checkpoint.sm3").read_text())), "verified")
        with self.serving(ledger) as (_, public):
            with urllib.request.urlopen(f"{public}/checkpoint.sm3") as answer:
                count("SM3 head, served", "serve", *found(sm(answer.read().decode())), "verified")
        outside = ("--key", key, "--checkpoint", work_file(self.work / "first", note), "--sm3")
        log = lambda text: run(sys.executable, HERE / "verify_log.py", file, *outside, work_file(self.work / "head", text))  # noqa: E731
        count("SM3 root", "verify_log", *found(log(head)), "verified")
        root = head.split("\n")[3]
        for what, text, place in [
            ("SM3 root changed", head.replace(root, base64.b64encode(b"r" * 32).decode()), "head"),
            ("SM3 head over more", head.replace("\n5\n", "\n6\n", 1), "head"),
            ("SM3 head of another log", head.replace("/open\n", "/shut\n", 1), "head"),
        ]:
            code_found, out = log(text)
            count(what, "verify_log", code_found, (3,), out, place)

    def tampered_files(self):
        for number, (name, work, which, place) in enumerate(self.files()):
            folder = self.work / f"files-{number}"
            shutil.copytree(self.tiles, folder)
            work(folder)
            gone = name == "checkpoint missing"
            code, out = self.check_log(folder)
            count(name, "check_log", code, (3,), out, place)
            if which == "both":
                code, out = self.verify_log(folder)
                count(name, "verify_log", code, (4,) if gone else (3,), out, place)
            shutil.rmtree(folder)

    # Tampering by whoever holds the log's key: tiles and checkpoint made anew.

    def histories(self):
        log = self.log
        def with_entry(at, **members):
            other = log.copy()
            other.entries[at] = changed(other.entries[at], **members)
            return other

        def dropped():
            other = log.copy()
            del other.entries[300]
            return other

        middle = json.loads(log.entries[300])
        yield "an entry changed, signed anew", with_entry(300, body={"amount_fen": 9}), "301", "both"
        yield "an entry changed, chained and signed anew", with_entry(300, body={"amount_fen": 9}).chained(301), "kept", "log"
        yield "an entry dropped, signed anew", dropped(), "300", "both"
        yield "an entry dropped, chained and signed anew", dropped().chained(300), "revision|3[0-9][0-9]", "log"
        yield "position counted wrong", with_entry(300, position=299), "300", "both"
        yield "recorded before the one before", with_entry(300, recorded_at="2020-01-01T00:00:00.000000Z"), "300", "both"
        yield "recorded at the same moment", with_entry(300, recorded_at=json.loads(log.entries[299])["recorded_at"]), "300", "both"
        yield "a revision left out", with_entry(300, revision=middle["revision"] + 1).chained(301), "300", "log"
        yield "moved to another stream", with_entry(300, stream="fee/9999").chained(301), "300", "log"
        yield "of a later format", with_entry(300, v=2).chained(301), "300", "log"
        other = log.copy()
        other.entries[300] = json.dumps(middle).encode()
        yield "spelled otherwise", other, "300", "both"
        other = log.copy()
        other.entries[300] = log.entries[300][:-1] + b',"v":1}'
        yield "a name twice", other, "300", "both"
        other = log.copy()
        other.entries[300] = b"[]"
        yield "no object", other, "300", "both"
        other = log.copy()
        other.entries[0] = changed(log.entries[0], body={**json.loads(log.entries[0])["body"], "origin": "x/open"})
        yield "created as another log", other.chained(1), "position 0|kept", "log"
        cut = log.copy()
        cut.entries = cut.entries[:500]
        yield "cut back below a kept checkpoint", cut, "kept", "log"
        more = log.copy()
        more.entries[650] = changed(more.entries[650], body={"amount_fen": 7})
        yield "a fork after the kept checkpoint", more, "651", "both"

    # False statements of the ledger itself, by whoever holds its key: the entries stand,
    # and what one of them says of the others is not so.

    def closed(self, covers=None, lie=None, **more):
        """The log with a closing over its first entries, whose index `lie` changes."""
        log = self.log.copy()
        covers = len(log.entries) if covers is None else covers
        index = {}
        for entry in log.entries[:covers]:
            stream = json.loads(entry)["stream"]
            index[stream] = [index.get(stream, [0])[0] + 1, blake3(entry).hexdigest()]
        rows = [[name, *index[name]] for name in sorted(index, key=str.encode)]
        rows = lie(rows) if lie else rows
        leaves = [tlog.leaf_hash(f"plumbline stream v1\n{name}\n{number}\n{last}\n".encode())
                  for name, number, last in rows]
        body = {"root": tlog.tree_root(leaves).hex(), "size": covers, "streams": len(rows), **more}
        return self.said(log, "ledger/closings", "ledger.closing.recorded.v1", body)

    def said(self, log, stream, kind, body, **members):
        revision = sum(json.loads(entry)["stream"] == stream for entry in log.entries)
        log.entries.append(spelled({
            "body": body, "id": f"said-{len(log.entries)}", "occurred_at": "2030-01-02T00:00:00Z",
            "position": len(log.entries), "precision": "minute",
            "previous": blake3(log.entries[-1]).hexdigest(),
            "recorded_at": f"2099-01-01T00:00:00.{len(log.entries):06}Z", "revision": revision,
            "source": {"system": "plumbline"}, "stream": stream, "type": kind, "v": 1, **members}))
        return log

    def false_statements(self):
        last = len(self.log.entries)
        here, later = f"position {last}", f"position {last + 1}"
        swapped = lambda rows: [rows[1], rows[0], *rows[2:]]
        wrong_count = lambda rows: [[rows[0][0], rows[0][1] + 1, rows[0][2]], *rows[1:]]
        wrong_last = lambda rows: [[rows[0][0], rows[0][1], rows[1][2]], *rows[1:]]
        renamed = lambda rows: [*rows[:-1], ["fee/x", *rows[-1][1:]]]
        yield "a true closing", self.closed(), None
        yield "a true closing of less", self.closed(600), None
        yield "wrong number of entries of a stream", self.closed(lie=wrong_count), here
        yield "a stream left out", self.closed(lie=lambda rows: rows[:20] + rows[21:]), here
        yield "a stream twice", self.closed(lie=lambda rows: rows[:21] + rows[20:]), here
        yield "a stream twice, the number as it should be", self.closed(
            lie=lambda rows: rows[:21] + rows[20:], streams=51), here
        yield "a stream that is none", self.closed(lie=renamed), here
        yield "wrong last entry of a stream", self.closed(lie=wrong_last), here
        yield "streams out of order", self.closed(lie=swapped), here
        yield "number of streams", self.closed(streams=50), here
        yield "the index of another size", self.closed(600, size=last), here
        yield "of more entries than come before it", self.closed(size=last + 5), here
        yield "of no entry", self.closed(size=0), here
        twice = self.closed(600)
        first = json.loads(twice.entries[-1])["body"]
        yield "of no more than the closing before it", self.said(
            twice, "ledger/closings", "ledger.closing.recorded.v1", first), later

        def roles(*acts):
            log = self.log.copy()
            grant = {"classes": ["personal"], "member": "m", "role": "r",
                     "valid_from": "2030-01-01T00:00:00Z"}
            shown = {"members": [{"class": "personal"}], "result": "出示", "role": "r", "who": "m"}
            for act, more in acts:
                if act == "opened":
                    self.said(log, "ledger/access", "access.recorded.v1", {**shown, **more})
                else:
                    self.said(log, "ledger/roles", f"vault.role.{act}.v1", {**grant, **more})
            return log

        granted, opened = ("granted", {}), ("opened", {})
        yield "an opening that a role allows", roles(granted, opened), None
        yield "an opening, and then its role taken away", roles(granted, opened, ("revoked", {})), None
        yield "a refusal", roles(("opened", {"result": "拒绝"})), None
        yield "an opening without a role", roles(opened), here
        yield "an opening before its role", roles(opened, granted), here
        yield "an opening after its role", roles(granted, ("revoked", {}), opened), f"position {last + 2}"
        yield "an opening by another", roles(granted, ("opened", {"who": "n"})), later
        yield "an opening of another class", roles(
            granted, ("opened", {"members": [{"class": "informant"}]})), later
        yield "an opening when the role had run out", roles(
            ("granted", {"valid_to": "2030-01-02T00:00:00Z"}), opened), later
        yield "an opening before the role begins", roles(
            ("granted", {"valid_from": "2030-01-02T00:00:01Z"}), opened), later

    def said_falsely(self):
        for name, log, place in self.false_statements():
            file = self.lines(log, "said.ndjson")
            own = work_file(self.work / "own", log.note())
            code, out = self.verify_log(file, "--checkpoint", self.kept, "--checkpoint", own)
            count(name, "verify_log", code, (0,) if place is None else (3,), out, place or "verified")

    def tampered_histories(self):
        for name, log, place, which in self.histories():
            folder, file = self.work / "history", self.lines(log, "history.ndjson")
            log.write(folder)
            for shown in (folder, file):
                more = ["--checkpoint", self.kept]
                if shown == file:
                    more += ["--checkpoint", work_file(self.work / "own", log.note())]
                code, out = self.verify_log(shown, *more)
                count(name, f"verify_log {shown.name}", code, (3,), out, place)
            if which == "both":
                code, out = self.chain(file)
                count(name, "verify_chain", code, (3,), out, "position")
            shutil.rmtree(folder)

    def keys(self):
        """Another key proves nothing, and never a log sound."""
        stranger = bytes(32)
        data = b"\x01" + ed25519.public_key(stranger)
        key_id = tlog.sha256(self.log.origin.encode() + b"\n" + data)[:4].hex()
        vkey = f"{self.log.origin}+{key_id}+{base64.b64encode(data).decode()}"
        code, out = self.check_log(self.tiles, vkey)
        count("another key", "check_log", code, (4,), out, None)
        folder = self.work / "stranger"
        self.log.write(folder, self.log.note(seed=stranger))
        code, out = self.verify_log(folder)
        count("signed by a stranger", "verify_log", code, (4,), out, None)
        code, out = run(sys.executable, HERE / "verify_log.py", folder, "--key", vkey)
        count("a stranger's key in place of the log's", "verify_log", code, (4,), out, None)
        code, out = self.verify_log(self.lines(self.log))
        count("no checkpoint", "verify_log", code, (4,), out, None)
        early = work_file(self.work / "early", self.log.note(100))
        code, out = self.verify_log(self.lines(self.log), "--checkpoint", early)
        count("a checkpoint of the first entries only", "verify_log", code, (4,), out, None)
        later = self.log.copy()
        later.entries.append(changed(self.log.entries[-1], id="e-x"))
        more = work_file(self.work / "later", later.note())
        code, out = self.verify_log(self.tiles, "--checkpoint", more)
        count("rolled back below a kept checkpoint", "verify_log", code, (3,), out, "later")
        forked = self.log.copy()
        forked.entries[-1] = changed(self.log.entries[-1], id="e-y")
        two = work_file(self.work / "two", forked.note())
        code, out = self.verify_log(self.tiles, "--checkpoint", two)
        count("two histories signed", "verify_log", code, (3,), out, "two")

    def chains(self):
        """What only the shell can be asked: lines and receipts."""
        whole = self.lines(self.log).read_bytes()
        promised = [json.loads(line) for line in self.receipts.read_text().splitlines()]
        for name, data, place in [
            ("line dropped", whole.replace(self.log.entries[5] + b"\n", b""), "position 5"),
            ("lines swapped", b"".join(e + b"\n" for e in [*self.log.entries[:5], self.log.entries[6], self.log.entries[5], *self.log.entries[7:]]), "position 5"),
            ("line duplicated", whole.replace(self.log.entries[5], self.log.entries[5] + b"\n" + self.log.entries[5]), "position 6"),
            ("byte changed", whole.replace(b'"amount_fen":77}', b'"amount_fen":78}', 1), "position 79"),
            ("last line unended", whole[:-1], "end"),
            ("first line gone", whole.split(b"\n", 1)[1], "position 0"),
            ("a line that is no JSON", whole.replace(self.log.entries[9], b"{"), "position"),
        ]:
            code, out = self.chain(work_file(self.work / "chain", data))
            count(name, "verify_chain", code, (3,), out, place)
        for name, lines, place in [
            ("receipt of another hash", [{**promised[3], "hash": promised[4]["hash"]}], "position 4"),
            ("receipt of an entry that is not there", [{**promised[3], "position": 9999}], "9999"),
        ]:
            file = work_file(self.work / "promised", "".join(json.dumps(line) + "\n" for line in lines))
            code, out = self.chain(self.lines(self.log), "--receipts", file)
            count(name, "verify_chain", code, (3,), out, place)
        cut = work_file(self.work / "cut", b"".join(e + b"\n" for e in self.log.entries[:500]))
        code, out = self.chain(cut, "--receipts", self.receipts)
        count("cut back below a receipt", "verify_chain", code, (3,), out, "position 500")
        code, out = self.chain(self.work / "nowhere")
        count("nothing there", "verify_chain", code, (4,), out, None)

    @contextlib.contextmanager
    def serving(self, ledger):
        """Internal address, and the open log's public one."""
        server = subprocess.Popen(
            [self.plumb, "serve", "--no-timers", "--dir", ledger, "--listen", "127.0.0.1:0",
             "--public", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        try:
            addresses = {}
            while len(addresses) < 2:
                line = server.stderr.readline()
                assert line, "the server ended"
                for url in re.findall(r"http://[^/\s]+", line):
                    addresses["public" if "/log/open" in line else "internal"] = url
            yield addresses["internal"], addresses["public"] + "/log/open"
        finally:
            server.terminate()
            server.wait()

    def over_http(self):
        with self.serving(self.ledger) as (internal, public):
            count("a running server", "check_log", *found(self.check_log(public)), "^pass")
            count("a running server", "verify_log",
                  *found(self.verify_log(public, "--checkpoint", self.kept)), "verified")
            count("a running server", "verify_chain",
                  *found(self.chain(internal, "--receipts", self.receipts)), "whole")
        folder = self.work / "served"
        shutil.copytree(self.tiles, folder)
        path = folder / tlog.tile_path("entries", 1)
        path.write_bytes(path.read_bytes().replace(b"amount_fen", b"amount_fun", 1))

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *given):
                super().__init__(*given, directory=str(folder))

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as site:
            threading.Thread(target=site.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{site.server_address[1]}"
            for name, (code, out) in [("check_log", self.check_log(url)), ("verify_log", self.verify_log(url))]:
                count("tampered, over HTTP", name, code, (3,), out, "256|entries/001")
            site.shutdown()
        code, out = self.verify_log("http://127.0.0.1:9/log/open")
        count("nobody there", "verify_log", code, (4,), out, None)


def found(result):
    """For `count`: an intact log gives 0."""
    return result[0], (0,), result[1]


def work_file(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as work:
        trial = Trial(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(work))
        trial.make()
        for part in (trial.intact, trial.tampered_files, trial.tampered_histories,
                     trial.said_falsely, trial.keys, trial.chains, trial.second,
                     trial.over_http):
            part()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
