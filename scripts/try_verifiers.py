#!/usr/bin/env python3
"""Tampers with evidence in every way and sees the verifiers find it.

    try_verifiers.py PLUMB [--write] [--only SECTION]...

PLUMB is the built program; `plumb-replay` lies beside it. For each kind of tampering
(`trial/kinds.py`, `trial/documents.py`) each verifier that claims to cover it must end
with the code that is expected, 3 (proved broken) nearly always, and name the place;
never with 0. What was seen is the tables of schemas/TAMPERING.md: another result than
is written there fails, --write writes it. Also intact evidence, from files and from a
running server. Needs what verify_log.py and verify_chain.sh need; Node for the page.
"""

import argparse
import base64
import contextlib
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "trial"), str(HERE.parent / "schemas" / "vectors" / "tlog")]

import documents  # noqa: E402
import handed_on  # noqa: E402
import kinds  # noqa: E402
import second  # noqa: E402
import statements  # noqa: E402
import table  # noqa: E402
import tlog  # noqa: E402
from kinds import Kind  # noqa: E402
from log import Log, changed, cosignature_line, put, read_ledger, signed, vkey  # noqa: E402
from verifiers import Verifiers, run  # noqa: E402

EVENTS = 530
KEPT = 450
WITNESS = ("witness.example/w", b"\7" * 32)
STRANGER = bytes(32)
REPORT = ("RP06", "--from", "2026-01-01", "--to", "2026-12-31")

TITLES = {
    "verify": "`plumb verify`", "replay": "`plumb-replay verify` folder", "replay_tiles": "`plumb-replay verify` tiles",
    "replay_lines": "`plumb-replay verify` export", "verify_log": "`verify_log.py` tiles",
    "verify_log_lines": "`verify_log.py` export", "chain": "`verify_chain.sh`", "check_log": "`check_log.py`",
    "checkpoint": "`plumb verify checkpoint --policy`", "inclusion": "`plumb verify inclusion`", "plumb": "`plumb verify receipt --dir`",
    "tiles": "`plumb verify receipt --url`", "archive": "`plumb verify archive`",
    "replay_archive": "`plumb-replay verify`",
    "bundle": "`plumb verify bundle`", "replay_bundle": "`plumb-replay verify`", "page": "the page",
    "report": "`plumb report verify`", "replay_report": "`plumb-replay report verify`",
}


class Trial:
    def __init__(self, plumb, work):
        self.plumb, self.work = plumb, work
        self.ledger, self.sections = work / "ledger", []
        self.number = 0

    def fresh(self, name):
        self.number += 1
        path = self.work / f"{self.number}-{name}"
        path.parent.mkdir(exist_ok=True)
        return path

    def must(self, *arguments, data=None):
        code, out, err = run(self.plumb, *arguments, data=data)
        assert code == 0, f"plumb {arguments}: {code} {out} {err}"
        return out

    def section(self, name, verifiers):
        self.sections.append(table.Section(name, verifiers))
        return self.sections[-1]

    def make(self):
        """A ledger whose sealed members, closing and receipts are the program's own."""
        self.must("init", self.ledger, "--origin", "trial.example/1")
        def events(begin, end):
            return "".join(
                json.dumps({"id": f"e-{number}", "stream": f"fee/{number % 50}", "type": "fee.paid.v1",
                            "occurred_at": "2026-03-05T16:20:00+08:00", "source": {"system": "bank"},
                            "body": {"amount_fen": 100 + number, "payer": "某某某"}}, ensure_ascii=False) + "\n"
                for number in range(begin, end)).encode()
        self.must("append", "--dir", self.ledger, "-", data=events(0, 500))
        self.must("closing", "run", "--dir", self.ledger, "--log", "open")
        out = self.must("append", "--signed", "--dir", self.ledger, "-", data=events(500, EVENTS))
        self.receipts = put(self.work, "receipts", out)
        keys = json.loads(self.must("keys", "show", "--json", "--dir", self.ledger))
        self.key = keys["open"]["vkey"]
        text = (self.ledger / "keys" / "open.key").read_text().strip()
        seed = base64.b64decode(text.split("+", 4)[4])[1:]
        entries, sealed = read_ledger(self.ledger)
        self.log = Log(entries, seed, keys["open"]["origin"], sealed)
        assert len(entries) == EVENTS + 2, len(entries)
        self.kept = put(self.work, "kept", self.log.note(KEPT))
        self.tiles = self.work / "tiles"
        self.must("export", "tiles", self.tiles, "--dir", self.ledger)
        again = self.log.tiles(self.work / "again")
        for path in sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file()):
            assert (again / path).read_bytes() == (self.tiles / path).read_bytes(), f"{path} is not by the definition"
        # The ledger as the trial writes it: other frames and segments, the same entries.
        self.written = self.log.ledger(self.work / "written", self.ledger)
        node = shutil.which("node")
        replay = self.plumb.with_name("plumb-replay")
        self.by = Verifiers(self.plumb, replay, self.key, node)

    # The log, whoever shows it.

    def forms(self, log, names):
        """How each verifier is shown a history, and what it is held against."""
        own = put(self.work, f"{self.number}-own", log.note())
        self.number += 1
        tiles, lines = log.tiles(self.fresh("tiles")), put(self.work, f"{self.number}-lines", log.lines())
        ledger = log.ledger(self.fresh("ledger"), self.written)
        kept = [self.kept]
        jobs = {
            "verify": lambda: self.by.plumb_verify(ledger, kept),
            "replay": lambda: self.by.replay_verify(ledger, kept),
            "replay_tiles": lambda: self.by.replay_verify(tiles, kept),
            "replay_lines": lambda: self.by.replay_verify(lines, [own, *kept]),
            "verify_log": lambda: self.by.verify_log(tiles, kept),
            "verify_log_lines": lambda: self.by.verify_log(lines, [own, *kept]),
            "chain": lambda: self.by.chain(lines),
        }
        answers = dict(zip(names, table.together([jobs[name] for name in names])))
        for folder in (tiles, ledger):
            shutil.rmtree(folder)
        return answers

    def histories(self):
        names = ["verify", "replay", "replay_lines", "replay_tiles", "verify_log", "verify_log_lines", "chain"]
        section = self.section("histories", names)
        for name, said in self.forms(self.log, names).items():
            section.intact(name, said)
        for kind in kinds.histories(self.log):
            wanted = [name for name in names if kind.claims.get(name, 3) is not None]
            section.take(kind, self.forms(kind.change(), wanted))

    def key_changes(self):
        """How the log's key was handed on, held by who trusts its first key."""
        names = ["verify", "replay", "replay_lines", "replay_tiles", "verify_log", "verify_log_lines", "check_log"]
        section = self.section("keys", names)
        log = self.log
        for name, said in self.keyed_forms(handed_on.intact(log).shown(), names).items():
            section.intact(name, said)
        for kind in handed_on.histories(log):
            wanted = [name for name in names if kind.claims.get(name, 3) is not None]
            section.take(kind, self.keyed_forms(kind.change(), wanted))
        known = put(self.work, "known-changes", handed_on.Keyed(log).rotate(handed_on.SEEDS[0]).changes())
        beside = handed_on.Keyed(log).more().shown()
        beside.log = log.copy()
        beside.head = log.note()
        for name, said in self.keyed_forms(beside, names[:-1], known, vkey(log.origin, handed_on.SEEDS[0])).items():
            section.intact(f"made before, under the next key: {name}", said)
        for kind in handed_on.elsewhere(log):
            kind.claims["check_log"] = None
            section.take(kind, self.keyed_forms(kind.change(), names[:-1], known))

    def keyed_bundles(self):
        """Bundles of a log whose key was rotated, sealed anew by the key in force."""
        if not self.by.node:
            return print("NOT CHECKED: node is not here, so the page of a bundle is not")
        section = self.section("keyed-bundles", ["bundle", "replay_bundle", "page"])
        keys, log, history = handed_on.rotated(self.must, self.work, "fee/1")
        changes = put(self.work, "rotated-changes", history)
        folder, packed = self.work / "rotated-bundle", self.fresh("zips")
        packed.mkdir()
        shutil.unpack_archive(self.work / "rotated-2.zip", folder)
        more = ["--key-changes", changes]

        def ask(files, key, more=()):
            for file in files:
                shutil.copy(file, packed)
            page = self.by.page(packed, f"{key}\n{history}" if more else key)
            return {file.stem: {"bundle": self.by.plumb_bundle(file, *more, key=key), "page": page[file.stem],
                                "replay_bundle": self.by.replay_verify(file, [], *more, key=key)} for file in files}

        made = [self.work / f"rotated-{number}.zip" for number in range(3)]
        for key in keys:
            for stem, answers in ask(made, key, more).items():
                for name, said in answers.items():
                    section.intact(f"{stem}: {name}", said)
        answers = ask(made[:1], keys[2])["rotated-0"]
        section.take(Kind("made before a rotation, held against a later key alone", None), answers)
        found = list(handed_on.otherwise(log.origin, keys))
        files = []
        for number, (_, change) in enumerate(found):
            copied = self.fresh("bundle")
            shutil.copytree(folder, copied)
            handed_on.in_bundle(copied, change)
            documents.Bundle(copied, log).reseal(log.seed)
            files.append(self.work / f"keyed-{number}.zip")
            pack(copied, files[-1])
            shutil.rmtree(copied)
        answers = ask(files, keys[0])
        for number, (name, _) in enumerate(found):
            section.take(Kind(name, None, "entries|about"), answers[f"keyed-{number}"])

    def keyed_forms(self, shown, names, known=None, key=None):
        own = put(self.work, f"{self.number}-own", shown.head)
        self.number += 1
        log = shown.log
        tiles, lines = log.tiles(self.fresh("tiles"), shown.head), put(self.work, f"{self.number}-lines", log.lines())
        put(tiles, "key-changes", shown.changes)
        ledger = log.ledger(self.fresh("ledger"), self.written, shown.head)
        more = ["--key-changes", known] if known else []
        key = key or self.key
        replay = lambda place, kept: self.by.replay_verify(place, kept, *more, key=key)  # noqa: E731
        jobs = {
            "verify": lambda: self.by.plumb_verify(ledger, [], "--key", key, *more),
            "replay": lambda: replay(ledger, []),
            "replay_tiles": lambda: replay(tiles, []),
            "replay_lines": lambda: replay(lines, [own]),
            "verify_log": lambda: self.by.verify_log(tiles, [], key, more),
            "verify_log_lines": lambda: self.by.verify_log(lines, [own], key, more),
            "check_log": lambda: self.by.check_log(tiles, key),
        }
        answers = dict(zip(names, table.together([jobs[name] for name in names])))
        for folder in (tiles, ledger):
            shutil.rmtree(folder)
        return answers

    def ledger_files(self):
        section = self.section("ledger", ["verify", "replay"])
        section.intact("verify", self.by.plumb_verify(self.written, [self.kept]))
        for kind in kinds.ledger_files(self.log):
            folder = self.fresh("files")
            shutil.copytree(self.written, folder)
            kind.change(folder)
            section.take(kind, dict(zip(section.verifiers, table.together([
                lambda: self.by.plumb_verify(folder, [self.kept]), lambda: self.by.replay_verify(folder, [self.kept])]))))
            shutil.rmtree(folder)

    def tile_files(self):
        section = self.section("tiles", ["check_log", "verify_log", "replay_tiles"])
        def ask(folder):
            return dict(zip(section.verifiers, table.together([
                lambda: self.by.check_log(folder), lambda: self.by.verify_log(folder, [self.kept]),
                lambda: self.by.replay_verify(folder, [self.kept])])))
        for name, said in ask(self.tiles).items():
            section.intact(name, said)
        for kind in kinds.tile_files(self.log):
            folder = self.fresh("files")
            shutil.copytree(self.tiles, folder)
            kind.change(folder)
            section.take(kind, ask(folder))
            shutil.rmtree(folder)

    # Checkpoints, by a policy and against a ledger.

    def checkpoints(self):
        section = self.section("checkpoints", ["checkpoint"])
        policy = put(self.work, "policy", kinds.policy_text(self.log, *WITNESS))
        text = self.log.text()
        whole = self.log.note() + cosignature_line(text, *WITNESS, 1_700_000_000)
        section.intact("checkpoint", self.by.plumb_checkpoint([put(self.work, "whole", whole)], policy, self.ledger))
        line = whole.splitlines()[-1]
        raw = base64.b64decode(line.rsplit(" ", 1)[1])

        def cosigned(data):
            return whole.replace(line, line.rsplit(" ", 1)[0] + " " + base64.b64encode(bytes(data)).decode())

        root = text.split("\n")[2]
        other = text.replace(root, base64.b64encode(b"r" * 32).decode())
        stranger = put(self.work, "stranger-policy", kinds.policy_text(self.log, WITNESS[0], STRANGER))
        both = [
            (Kind(name, note, None, **({"checkpoint": 4} if code == 4 else code or {})), [put_note(note, line)], policy)
            for name, note, code in kinds.notes(self.log)]
        for name, data in [("moment", kinds.flip(raw, 11)), ("first byte", kinds.flip(raw, 12)), ("last byte", kinds.flip(raw, -1)),
                           ("cut", raw[:-1]), ("without its moment", raw[:4] + raw[12:])]:
            both.append((Kind(f"cosignature: {name}", None), [cosigned(data)], policy))
        both += [
            (Kind("cosignature: of another checkpoint", None), [self.log.note() + cosignature_line(other, *WITNESS, 1)], policy),
            (Kind("cosignature: another key's id", None, checkpoint=4), [cosigned(kinds.flip(raw, 1))], policy),
            (Kind("cosignature: by a stranger of the same name", None, checkpoint=4), [self.log.note() + cosignature_line(text, WITNESS[0], STRANGER, 1)], policy),
            (Kind("cosignature: none", None, checkpoint=4), [self.log.note()], policy),
            (Kind("cosignature: by whom the policy does not name", None, checkpoint=4), [whole], stranger),
            (Kind("cosigned, and the log's own line gone", None, checkpoint=4), ["\n".join([text, line, ""])], policy),
            (Kind("two checkpoints of one size with two roots, both signed", None), [whole, signed(other, self.log.origin, self.log.seed)], policy),
            (Kind("two histories signed, the ledger shows the other", None), [signed(other, self.log.origin, self.log.seed)], None),
            (Kind("rolled back: signed over more than the ledger has", None), [signed(text.replace(f"\n{len(self.log.entries)}\n", "\n9999\n"), self.log.origin, self.log.seed)], None),
            (Kind("an early root that is not the ledger's", None), [signed(f"{self.log.origin}\n300\n{root}\n", self.log.origin, self.log.seed)], None),
        ]
        for kind, notes, by in both:
            paths = [put(self.work, f"note-{number}", note) for number, note in enumerate(notes)]
            section.take(kind, {"checkpoint": self.by.plumb_checkpoint(paths, by, self.ledger)})

    # Proofs.

    def proofs(self):
        section = self.section("proofs", ["inclusion"])
        index, log = 300, tlog.Log(tlog.open_source(str(self.tiles)), len(self.log.entries))

        def ask(proof, entry):
            return {"inclusion": self.by.plumb_inclusion(put(self.work, "proof", proof), put(self.work, "entry", entry))}

        made = self.must("prove", "inclusion", str(index), "--dir", self.ledger)
        section.intact("inclusion", ask(made, self.log.entries[index])["inclusion"])
        paths = lambda at, size: [base64.b64encode(one).decode() for one in log.inclusion(at, size)]  # noqa: E731
        assert made == "\n".join(["c2sp.org/tlog-proof@v1", f"index {index}", *paths(index, log.size)]) + "\n\n" + self.log.note()
        for kind in documents.proofs(self.log, index, paths, kinds.notes(self.log)):
            section.take(kind, ask(*kind.change))

    # Receipts.

    def receipt_forms(self, section, kind, told, ledger, tiles, lines):
        file = put(self.work, "receipt", json.dumps(told, ensure_ascii=False) + "\n")
        jobs = {
            "plumb": lambda: self.by.plumb_receipt(file, ledger),
            "tiles": lambda: self.by.plumb_receipt_at(file, tiles),
            "replay": lambda: self.by.replay_verify(ledger, [], "--receipts", file),
            "chain": lambda: self.by.chain(lines, "--receipts", file),
        }
        return dict(zip(jobs, table.together(list(jobs.values()))))

    def receipt_kinds(self):
        section = self.section("receipts", ["plumb", "tiles", "replay", "chain"])
        upgraded = self.must("receipt", "upgrade", self.receipts, "--dir", self.ledger)
        receipts = [json.loads(line) for line in upgraded.splitlines() if line.startswith("{")]
        one, other = receipts[3], receipts[4]
        lines = put(self.work, "lines", self.log.lines())
        own = (self.written, self.tiles, lines)
        for name, said in self.receipt_forms(section, None, one, *own).items():
            section.intact(name, said)
        for kind in documents.receipts(one, other, self.log.seed):
            section.take(kind, self.receipt_forms(section, kind, kind.change, *own))
        at = one["position"]
        for name, work, claims in [
            ("the entry changed, all chained and signed anew", lambda e: e.__setitem__(at, changed(e[at], body={"amount_fen": 1})), {}),
            ("the entry dropped, all chained and signed anew", lambda e: e.__delitem__(at), {}),
            ("another entry put in its place", lambda e: e.insert(at, changed(e[at], id="e-new")), {}),
            ("cut back below the entry", lambda e: e.__delitem__(slice(at - 5, None)), {"tiles": 4}),
        ]:
            history = self.log.copy()
            work(history.entries)
            history.chained(at - 6)
            shown = (history.ledger(self.fresh("ledger"), self.written), history.tiles(self.fresh("tiles")),
                     put(self.work, "lines", history.lines()))
            section.take(Kind(f"log: {name}", None, None, **claims), self.receipt_forms(section, None, one, *shown))

    # What a ledger gives away.

    def archives(self):
        section = self.section("archives", ["archive", "replay_archive"])
        whole = self.work / "archive"
        self.must("export", "archive", whole, "--dir", self.ledger, "--at", "2026-01-02T03:04:05Z")
        def ask(folder, kept):
            return {"archive": self.by.plumb_archive(folder, kept), "replay_archive": self.by.replay_verify(folder, kept)}
        for name, said in ask(whole, [self.kept]).items():
            section.intact(name, said)
        for kind in documents.files(whole):
            # Which of the two was changed, manifest and signature do not tell; and a manifest
            # may then list another file otherwise.
            kind.place = None if kind.place == "archive.json" else kind.place
            kind.claims["replay_archive"] = None
            folder = self.fresh("archive")
            shutil.copytree(whole, folder)
            kind.change(folder)
            section.take(kind, {"archive": self.by.plumb_archive(folder)})
            shutil.rmtree(folder)
        for kind in kinds.histories(self.log):
            folder = self.fresh("archive")
            shutil.copytree(whole, folder)
            history = kind.change()
            put(folder, "logs/open.ndjson", history.lines())
            put(folder, "heads/open.checkpoint", history.note())
            documents.Archive(folder, self.log).reseal()
            kind.name = f"sealed anew by the log's key: {kind.name}"
            section.take(kind, ask(folder, [self.kept]))
            shutil.rmtree(folder)

    def bundles(self):
        if not self.by.node:
            return print("NOT CHECKED: node is not here, so the page of a bundle is not")
        section = self.section("bundles", ["bundle", "replay_bundle", "page"])
        whole, packed = self.work / "bundle.zip", self.fresh("zips")
        self.must("bundle", "create", "fee/7", "--dir", self.ledger, "-o", whole)
        folder = self.work / "bundle"
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(folder)
        packed.mkdir()
        shutil.copy(whole, packed / "intact.zip")
        found = list(documents.files(folder))
        for number, kind in enumerate(found):
            copied = self.fresh("bundle")
            shutil.copytree(folder, copied)
            kind.change(copied)
            pack(copied, packed / f"{number}.zip")
            shutil.rmtree(copied)
            # A manifest that was changed lists others otherwise, or its note is of another.
            # The page carries the same files, and differs from whatever was changed.
            kind.place = None if kind.place == "manifest.json" else f"{kind.place}|verify.html"
        page = self.by.page(packed, self.key)
        section.intact("page", page["intact"])
        section.intact("bundle", self.by.plumb_bundle(packed / "intact.zip"))
        answers = table.together([lambda n=n: (self.by.plumb_bundle(packed / f"{n}.zip"), self.by.replay_verify(packed / f"{n}.zip"))
                                  for n in range(len(found))])
        for number, kind in enumerate(found):
            bundle, replay = answers[number]
            section.take(kind, {"bundle": bundle, "replay_bundle": replay, "page": page[str(number)]})

    def reports(self):
        section = self.section("reports", ["report", "replay_report"])
        ledger, whole = self.work / "fees", self.work / "report.json"
        self.must("init", ledger, "--origin", "trial.example/2")
        common = {"source": {"system": "hall"}, "venue": {"kind": "main_hall"}}

        def events(begin, end):
            for number in range(begin, end):
                own = {"stream": f"fee/{number % 6}", "actor": {"officer": f"officer/{number % 5}", "unit": f"unit/{number % 4}"}, **common}
                at = f"2026-03-{5 + number:02}"
                line = {"fee_code": "SF-1", "qty": 2, "amount_fen": 9000 + number}
                yield {"id": f"a-{number}", "type": "fee.assessed.v1", "occurred_at": f"{at}T10:20:00+08:00", "body": {"fee_no": f"F-{number}", "lines": [line]}, **own}
                yield {"id": f"p-{number}", "type": "fee.paid.v1", "occurred_at": f"{at}T16:20:00+08:00", "body": {"amount_fen": 12000 + number, "payer": "某"}, **own}

        def append(begin, end):
            lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events(begin, end))
            self.must("append", "--dir", ledger, "-", data=lines.encode())

        append(0, 12)
        self.must("report", "run", *REPORT, "--format", "json", "-o", whole, "--dir", ledger)
        # The log goes on: a report names the prefix that it was made from.
        append(12, 14)

        def ask(file, shown):
            return dict(zip(section.verifiers, table.together([lambda: self.by.plumb_report(file, shown), lambda: self.by.replay_report(file, shown)])))

        for name, said in ask(whole, ledger).items():
            section.intact(name, said)
        text = whole.read_bytes()
        for kind in documents.reports(text, lambda value: spelled_as(text, value)):
            section.take(kind, ask(put(self.work, "changed.json", kind.change), ledger))
        entries, sealed = read_ledger(ledger)
        key = (ledger / "keys" / "open.key").read_text().strip()
        log = Log(entries, base64.b64decode(key.split("+", 4)[4])[1:], "trial.example/2/open", sealed)
        for name, work, either in [
            ("the log written anew with another fee", lambda e: e.__setitem__(2, changed(e[2], body={"amount_fen": 1})), False),
            ("the log written anew without an entry", lambda e: e.__delitem__(4), False),
            ("the log cut back below what it was made from", lambda e: e.__delitem__(slice(9, None)), True),
        ]:
            history = log.copy()
            work(history.entries)
            shown = history.chained(1).ledger(self.fresh("fees"), ledger)
            section.take(Kind(f"report: {name}", None, None, either=either), ask(whole, shown))

    # Keys, and what only the network shows: no table, since no tampering.

    def strangers(self):
        section = table.Section("strangers", [])
        other = vkey(self.log.origin, STRANGER)
        section.intact("another key: check_log", self.by.check_log(self.tiles, other), 4)
        section.intact("another key: verify_log", self.by.verify_log(self.tiles, [], other), 4)
        stranger = self.log.tiles(self.fresh("stranger"), self.log.note(seed=STRANGER))
        section.intact("signed by a stranger: verify_log", self.by.verify_log(stranger), 4)
        lines = put(self.work, "lines", self.log.lines())
        section.intact("no checkpoint: verify_log", self.by.verify_log(lines), 4)
        early = put(self.work, "early", self.log.note(100))
        section.intact("a checkpoint of the first entries only: verify_log", self.by.verify_log(lines, [early]), 4)
        # Files of another log, or of none, accuse nobody (FORMAT.md, section 5).
        foreign = put(self.work, "foreign", signed(self.log.text().replace("trial", "other"), "other.example/1/open", STRANGER))
        for name, file in [("another log's checkpoint", foreign), ("a letter", put(self.work, "letter", "no note\n"))]:
            section.intact(f"{name}: verify_log", self.by.verify_log(self.tiles, [file]), 4)
            section.intact(f"{name}: verify_log, export", self.by.verify_log(lines, [self.kept, file]), 4)
            section.intact(f"{name}: plumb-replay", self.by.replay_verify(self.tiles, [file]), 4)
            section.intact(f"{name} for a log: verify_log", self.by.verify_log(file, [self.kept]), 4)
            section.intact(f"{name} for a log: plumb-replay", self.by.replay_verify(file, [self.kept]), 4)
            section.intact(f"{name} for a log: verify_chain", self.by.chain(file), 4)
        elsewhere = vkey("other.example/1/open", STRANGER)
        section.intact("another log's key: check_log", self.by.check_log(self.tiles, elsewhere), 4)
        section.intact("another log's key: verify_log", self.by.verify_log(self.tiles, [], elsewhere), 4)
        section.intact("another log's key: plumb-replay", self.by.replay_verify(self.tiles, [], key=elsewhere), 4)
        section.intact("nobody there: verify_log", self.by.verify_log("http://127.0.0.1:9/log/open"), 4)
        section.intact("nothing there: verify_chain", self.by.chain(self.work / "nowhere"), 4)
        whole = self.log.lines()
        for name, data in [("last line unended", whole[:-1]), ("first line gone", whole.split(b"\n", 1)[1])]:
            section.intact(f"{name}: verify_chain", self.by.chain(put(self.work, "chain", data)), 3)
        self.failures = section.failures

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
        section = table.Section("http", [])
        with self.serving(self.ledger) as (internal, public):
            section.intact("served: check_log", self.by.check_log(public))
            section.intact("served: verify_log", self.by.verify_log(public, [self.kept]))
            section.intact("served: verify_chain", self.by.chain(internal, "--receipts", self.receipts))
        folder = self.fresh("served")
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
            section.intact("tampered, over HTTP: check_log", self.by.check_log(url), 3)
            section.intact("tampered, over HTTP: verify_log", self.by.verify_log(url), 3)
            site.shutdown()
        self.failures += section.failures


def put_note(note, line):
    """A changed checkpoint with its witness's line, where it still has lines."""
    if isinstance(note, bytes) or not note.endswith("\n") or "\n\n" not in note:
        return note
    return note + line + "\n"


def spelled_as(like, value):
    """In the spelling of the file it was read from, so that nothing else differs."""
    for spell in (dict(indent=2), dict(indent=1), dict(separators=(",", ":")), {}):
        for end in (b"\n", b""):
            if json.dumps(json.loads(like), ensure_ascii=False, **spell).encode() + end == like:
                return json.dumps(value, ensure_ascii=False, **spell).encode() + end
    return json.dumps(value, ensure_ascii=False).encode()


def pack(folder, target):
    """A zip file as bundles are: stored, in order, of 1980."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()):
            archive.writestr(zipfile.ZipInfo(path), (folder / path).read_bytes())


ALL = ["histories", "key_changes", "keyed_bundles", "ledger_files", "tile_files", "checkpoints", "proofs", "receipt_kinds", "archives", "bundles", "reports"]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("plumb")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", action="append", choices=ALL)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        trial = Trial(pathlib.Path(asked.plumb).resolve(), pathlib.Path(work))
        trial.make()
        trial.failures = []
        for name in asked.only or ALL:
            getattr(trial, name)()
        if not asked.only:
            trial.strangers()
            trial.over_http()
            second.run_all(trial)
            statements.run_all(trial)
        wrong = trial.failures + [one for section in trial.sections for one in section.failures]
        claimed = {}
        for section in trial.sections:
            for name, count in section.claimed().items():
                claimed[name] = claimed.get(name, 0) + count
            print(f"{section.name}: {len(section.rows)} kinds, "
                  + ", ".join(f"{TITLES.get(name, name)} {count}" for name, count in section.claimed().items()))
        few = [name for name, count in claimed.items() if count < table.LEAST and not asked.only]
        wrong += [f"fewer than {table.LEAST} kinds for {TITLES[name]}" for name in few]
        wrong += table.hold(trial.sections, TITLES, asked.write and not wrong)
        for one in wrong:
            print("FAILED", one)
        print(f"{sum(len(section.rows) for section in trial.sections)} kinds, {len(wrong)} failed")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
