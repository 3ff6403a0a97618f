#!/usr/bin/env python3
"""Is this a sound C2SP tiled transparency log?

    check_log.py PREFIX --key VKEY [--witness VKEY]... [--full] [--json]
    check_log.py --vectors

PREFIX is a URL or a folder that holds `checkpoint` and `tile/`. Works with any log
of c2sp.org/tlog-tiles. Every hash tile is read and compared with the tile above it
up to the signed root, every entry bundle with its tile; above 2,000 tiles a sample
and the right edge, unless --full is given. Over HTTP the headers, the refusal of
addresses that are none, and growth during the run are looked at too.

Exit code 0: sound. 3: proved broken, with the place. 4: cannot tell (no checkpoint
there, the log cannot be reached, no signature by the key). 2: wrong usage.
"""

import argparse
import json
import random
import sys
import time

import keychanges
import tlog
from tlog import Broken, CannotTell, Missing, WIDTH

TILES_ALL = 2000
SAMPLE = 200


class Report:
    """What was looked at, one line each."""

    def __init__(self):
        self.lines, self.verdict = [], "pass"

    def passed(self, check, detail=""):
        self.lines.append({"check": check, "result": "pass", "detail": detail})

    def advised(self, check, detail):
        """Against a SHOULD: told, and no failure."""
        self.lines.append({"check": check, "result": "advice", "detail": detail})

    def failed(self, check, place, detail):
        self.verdict = "fail"
        line = {"check": check, "result": "fail", "place": place, "detail": detail}
        self.lines.append(line)

    def unknown(self, check, detail):
        if self.verdict == "pass":
            self.verdict = "cannot-tell"
        self.lines.append({"check": check, "result": "cannot-tell", "detail": detail})

    def run(self, check, work):
        """Runs one check; false if those that build on it make no sense."""
        try:
            self.passed(check, work() or "")
        except Broken as error:
            self.failed(check, error.place, error.reason)
            return False
        except CannotTell as error:
            self.unknown(check, str(error))
            return False
        return True

    def exit_code(self):
        return {"pass": 0, "fail": 3, "cannot-tell": 4}[self.verdict]


class Checker:
    def __init__(self, source, key, witnesses, full, report):
        self.source, self.key, self.witnesses = source, key, witnesses
        self.full, self.report, self.random = full, report, random.Random(1)
        self.over_http = isinstance(source, tlog.Site)

    def run(self):
        if not self.report.run("checkpoint", self.checkpoint):
            return
        self.log = tlog.Log(self.source, self.head.size)
        checks = [
            ("cosignatures", self.cosignatures, self.witnesses),
            ("root", self.root, True),
            ("tiles", self.tiles, True),
            ("entries", self.entries, True),
            ("key changes", self.key_changes, self.keys.changes),
            ("proofs", self.proofs, True),
            ("addresses", self.addresses, self.over_http),
            ("headers", self.headers, self.over_http),
            ("growth", self.growth, True),
        ]
        for name, work, wanted in checks:
            if wanted:
                self.report.run(name, work)

    def read_checkpoint(self):
        try:
            answer = self.source.get("checkpoint")
        except Missing:
            # A mistyped prefix looks the same.
            raise CannotTell("there is none: is this the prefix of a log?") from None
        try:
            note = answer.body.decode()
        except UnicodeDecodeError:
            raise Broken("checkpoint", "is no UTF-8") from None
        # A log of Plumbline tells how its key changed; others need the one key.
        self.keys = keychanges.handed_out(self.source, self.key)
        if len(self.keys.terms) == 1:
            return answer, tlog.Checkpoint(note, self.key)
        return answer, self.keys.checkpoint(note)

    def checkpoint(self):
        self.answer, self.head = self.read_checkpoint()
        return f"{self.head.origin}, {self.head.size} entries, signed"

    def cosignatures(self):
        missing = [key.name for key in self.witnesses if self.head.cosigned(key) is None]
        if missing:
            raise CannotTell("not cosigned by " + ", ".join(missing))
        return f"{len(self.witnesses)} of {len(self.witnesses)} witnesses"

    def root(self):
        if self.log.root() != self.head.root:
            place = ", ".join(
                tlog.tile_path(level, index, width)
                for level, index, width in tlog.tiles_of(self.head.size)
                if width < WIDTH
            )
            raise Broken(place or "tile/0/000", "the right edge has another root than was signed")
        return "the right edge has the signed root"

    def chosen(self, all_of):
        """All of them, or a sample with both ends."""
        all_of = list(all_of)
        if self.full or len(all_of) <= TILES_ALL:
            return all_of, f"all {len(all_of)}"
        some = sorted(self.random.sample(all_of, SAMPLE) + all_of[:2] + all_of[-2:])
        return some, f"{len(some)} of {len(all_of)}, chosen at random: --full reads all"

    def tiles(self):
        """Each full tile's own root is a hash of the tile above it; what has none
        above is held by the signed root."""
        tiles, words = self.chosen(tlog.tiles_of(self.head.size))
        for level, index, width in tiles:
            hashes = self.log.tile(level, index)
            if width == WIDTH:
                above = self.log.tile(level + 1, index // WIDTH)[index % WIDTH]
                if tlog.tree_root(hashes) != above:
                    place = tlog.tile_path(level, index)
                    raise Broken(place, f"is not what tile/{level + 1}/… says of it")
        return words

    def entries(self):
        """Each entry has the hash that its tile says."""
        bundles, words = self.chosen(tlog.bundles_of(self.head.size))
        for index, width in bundles:
            hashes = self.log.tile(0, index)
            for at, entry in enumerate(self.log.bundle(index)):
                if tlog.leaf_hash(entry) != hashes[at]:
                    place = tlog.tile_path("entries", index, width)
                    raise Broken(place, f"entry {index * WIDTH + at} has another hash than its leaf")
        return words + " bundles"

    def key_changes(self):
        """Each change of key that is handed out stands in the log where it says."""
        here = [one for one in self.keys.changes if one.position < self.head.size]
        for change in here:
            index, at = divmod(change.position, WIDTH)
            entries = self.log.bundle(index)
            if at >= len(entries) or as_json(entries[at]) != change.entry:
                raise Broken(f"position {change.position}", "the log holds another entry than key-changes")
        return f"{len(here)} changes of key"

    def proofs(self):
        """Proofs made of tiles lead to the signed root."""
        size = self.head.size
        picks = {0, size - 1, *(self.random.randrange(size) for _ in range(20))} if size else ()
        for index in picks:
            leaf = self.log.tile(0, index // WIDTH)[index % WIDTH]
            path = self.log.inclusion(index)
            if tlog.root_by_inclusion(leaf, index, size, path) != self.head.root:
                raise Broken(f"entry {index}", "its inclusion proof does not lead to the root")
        for old in picks:
            path = self.log.consistency(old)
            if not tlog.consistent(old, self.log.root(0, old), size, self.head.root, path):
                raise Broken(f"size {old}", "the log does not continue what it was")
        return f"{len(picks)} of inclusion, {len(picks)} of consistency"

    def addresses(self):
        """What is no tile of this log is not there."""
        size = self.head.size
        beyond = size // WIDTH * 2 + 1_000_000
        for path in [
            tlog.tile_path(0, beyond),
            tlog.tile_path(0, beyond, 1),
            tlog.tile_path("entries", beyond),
            "tile/64/000",
            "tile/00/000",
            "tile/0/0",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/x000/000",
            "tile/9/000.p/1",
        ]:
            try:
                self.source.get(path)
            except (Missing, CannotTell):
                continue
            raise Broken(path, "is served, and is no tile of this log")
        return "11 that are none"

    def headers(self):
        def kind(answer):
            return (answer.headers.get("content-type") or "").replace(" ", "").lower()

        if kind(self.answer) != "text/plain;charset=utf-8":
            raise Broken("checkpoint", f"content-type {self.answer.headers.get('content-type')}")
        caching = (self.answer.headers.get("cache-control") or "").lower()
        if not any(word in caching for word in ("no-store", "no-cache", "max-age=")):
            self.report.advised("headers", "checkpoint: nothing hinders caching it for long")
        if not self.head.size:
            return "no tile yet"
        width = min(self.head.size, WIDTH)
        for kind_of in (0, "entries"):
            path = tlog.tile_path(kind_of, 0, width)
            try:
                answer = self.source.get(path)
            except Missing:
                path = tlog.tile_path(kind_of, 0)
                answer = self.source.get(path)
            if kind(answer) != "application/octet-stream":
                raise Broken(path, f"content-type {answer.headers.get('content-type')}")
            if "max-age=" not in (answer.headers.get("cache-control") or ""):
                self.report.advised("headers", f"{path}: immutable, and no cache may keep it")
        return "content types"

    def growth(self):
        """A later checkpoint continues the first, and the first's tiles stay."""
        if self.over_http:
            time.sleep(0.5)
        _, later = self.read_checkpoint()
        if later.size < self.head.size:
            raise Broken("checkpoint", f"{later.size} entries after {self.head.size}")
        if later.size == self.head.size:
            if later.root != self.head.root:
                raise Broken("checkpoint", f"two roots were signed over {later.size} entries")
            return "the log did not grow meanwhile"
        log = tlog.Log(self.source, later.size)
        if log.root() != later.root or log.root(0, self.head.size) != self.head.root:
            raise Broken("checkpoint", f"{later.size} entries do not continue {self.head.size}")
        for level, index, width in tlog.tiles_of(self.head.size):
            if width < WIDTH:
                tlog.Log(self.source, self.head.size).tile(level, index)
        return f"from {self.head.size} to {later.size} entries"


# The vectors of this folder, tried on the functions above.


def as_json(entry):
    try:
        return json.loads(entry)
    except ValueError:
        return None


def hashes(texts):
    return [bytes.fromhex(text) for text in texts]


def try_vectors(report):
    def paths():
        vectors = tlog.load("paths.json")
        for good in vectors["good"]:
            parsed = tlog.parse_tile_path(good["path"])
            if parsed != (good["kind"], good["index"], good["width"]):
                raise Broken(good["path"], f"read as {parsed}")
            if tlog.tile_path(*parsed) != good["path"]:
                raise Broken(good["path"], "written otherwise")
        for bad in vectors["bad"]:
            if tlog.parse_tile_path(bad) is not None:
                raise Broken(bad, "taken for an address")
        return f"{len(vectors['good'])} good, {len(vectors['bad'])} bad"

    def geometry():
        for tree in tlog.load("geometry.json")["trees"]:
            levels = {}
            for level, index, width in tlog.tiles_of(tree["size"]) if tree["size"] < 10**8 else ():
                full, partial = levels.get(level, (0, 0))
                levels[level] = (full + 1, partial) if width == WIDTH else (full, width)
            found = [list(levels[level]) for level in sorted(levels)]
            if tree["size"] < 10**8 and found != tree["levels"]:
                raise Broken(f"size {tree['size']}", f"{found}")
        return "full tiles and partial widths"

    def checkpoints():
        vectors = tlog.load("checkpoints.json")
        key = tlog.Key(vectors["key"])
        for case in vectors["cases"]:
            try:
                head = tlog.Checkpoint(case["note"], key)
                result = "ok" if (head.size, head.root.hex()) == (case.get("size"), case.get("root")) else "other"
            except Broken:
                result = "broken"
            except CannotTell:
                result = "cannot-tell"
            if result != case["result"]:
                raise Broken(case["name"], f"{result}, not {case['result']}")
        for vkey in vectors["bad_keys"]:
            try:
                tlog.Key(vkey)
            except ValueError:
                continue
            raise Broken(vkey, "taken for a key")
        return f"{len(vectors['cases'])} notes"

    def cosignatures():
        vectors = tlog.load("cosignatures.json")
        log, witness = tlog.Key(vectors["log_key"]), tlog.Key(vectors["witness_key"])
        for case in vectors["cases"]:
            try:
                found = tlog.Checkpoint(case["note"], log).cosigned(witness)
                result = "missing" if found is None else found
            except Broken:
                result = "broken"
            if result != case["result"]:
                raise Broken(case["name"], f"{result}, not {case['result']}")
        return f"{len(vectors['cases'])} notes"

    def proofs():
        vectors = tlog.load("proofs.json")
        for case in vectors["inclusion"]:
            leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
            found = tlog.root_by_inclusion(leaf, case["index"], case["size"], hashes(case["proof"]))
            if (found == root) != case["holds"]:
                raise Broken(case["name"], "judged otherwise")
        for case in vectors["consistency"]:
            old_root, new_root = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
            proof = hashes(case["proof"])
            if tlog.consistent(case["old"], old_root, case["new"], new_root, proof) != case["holds"]:
                raise Broken(case["name"], "judged otherwise")
        return f"{len(vectors['inclusion'])} of inclusion, {len(vectors['consistency'])} of consistency"

    def texts():
        vectors = tlog.load("tlog_proofs.json")
        key = tlog.Key(vectors["key"])
        for case in vectors["cases"]:
            try:
                index, path, note = tlog.parse_proof(case["text"])
                head = tlog.Checkpoint(note, key)
                leaf = tlog.leaf_hash(bytes.fromhex(case["entry"]))
                root = tlog.root_by_inclusion(leaf, index, head.size, path)
                holds = root == head.root
            except (ValueError, Broken, CannotTell):
                holds = False
            if holds != case["holds"]:
                raise Broken(case["name"], "judged otherwise")
        return f"{len(vectors['cases'])} texts"

    for name, work in [
        ("paths", paths), ("geometry", geometry), ("checkpoints", checkpoints),
        ("cosignatures", cosignatures), ("proofs", proofs), ("tlog-proofs", texts),
    ]:
        report.run(name, work)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("log", nargs="?", metavar="PREFIX", help="a URL or a folder")
    parser.add_argument("--key", metavar="VKEY", help="the log's public key")
    parser.add_argument("--witness", metavar="VKEY", action="append", default=[],
                        help="a witness that must have cosigned; may be repeated")
    parser.add_argument("--full", action="store_true", help="read every tile and entry")
    parser.add_argument("--vectors", action="store_true", help="try this folder's vectors")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    report = Report()
    if asked.vectors:
        try_vectors(report)
    elif not asked.log or not asked.key:
        parser.error("PREFIX and --key, or --vectors")
    else:
        try:
            key, witnesses = tlog.Key(asked.key), [tlog.Key(vkey) for vkey in asked.witness]
        except ValueError as error:
            parser.error(f"not a key: {error}")
        source = tlog.open_source(asked.log)
        Checker(source, key, witnesses, asked.full, report).run()
    if asked.json:
        print(json.dumps({"schema": "tlog.check/1", "verdict": report.verdict,
                          "exit_code": report.exit_code(), "checks": report.lines}))
    else:
        for line in report.lines:
            place = f" {line['place']}:" if "place" in line else ""
            print(f"{line['result']:<12}{line['check']}:{place} {line['detail']}".rstrip())
        print(report.verdict)
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main())
