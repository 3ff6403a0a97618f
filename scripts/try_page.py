#!/usr/bin/env python3
"""Opens the page of an evidence bundle in a real browser, and tampers with it.

    try_page.py PLUMB [--browser PROGRAM] [--shots FOLDER]

PLUMB is the built program, which makes the bundle. Opened from file:// the page must say
that an intact bundle passes under its key, that a tampered one fails and where, that it
shows nothing where its program was changed; it must fit a telephone, print on A4 and ask
no network for anything. --shots keeps pictures and prints for people to look at. Without
Chromium it says NOT CHECKED and ends with 77.
"""

import argparse
import base64
import http.server
import json
import pathlib
import re
import shutil
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "trial"), str(HERE.parent / "schemas" / "vectors" / "tlog")]

import documents  # noqa: E402
import handed_on  # noqa: E402
from browser import Browser, Page  # noqa: E402
from kinds import flip  # noqa: E402
from log import Log, cosignature_line, put, vkey  # noqa: E402
from try_verifiers import STRANGER, WITNESS, pack  # noqa: E402
from verifiers import run  # noqa: E402

CASE = "approval/990100-XK-2026-000417"
SKIPPED = 77
A4_POINTS = (595, 842)


class Trial:
    def __init__(self, plumb, work, page, shots):
        self.plumb, self.work, self.page, self.shots = plumb, work, page, shots
        self.passed, self.failed, self.number = 0, 0, 0

    def must(self, *arguments, data=None):
        code, out, err = run(self.plumb, *arguments, data=data)
        assert code == 0, f"plumb {arguments}: {code} {out} {err}"
        return out

    def check(self, name, holds, told=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {name}: {told}")

    def make(self):
        """A case with a sealed value, a finding's worth of acts, a closing and a witness."""
        ledger = self.work / "ledger"
        self.must("init", ledger, "--origin", "trial.example/1")
        common = {"source": {"system": "hall"}, "precision": "minute"}
        def event(number, kind, at, body, stream=CASE):
            return json.dumps({"id": f"e-{number}", "stream": stream, "type": kind, "occurred_at": f"2026-03-{at}+08:00",
                               "body": body, "actor": {"officer": "officer/7", "unit": "unit/1"}, **common}, ensure_ascii=False)
        first = [event(number, "fee.paid.v1", f"{5 + number % 20:02}T16:20:00", {"amount_fen": 12000 + number, "payer": "某某某 <b>&amp;"})
                 for number in range(12)]
        self.must("append", "--dir", ledger, "-", data="\n".join(first).encode())
        self.must("closing", "run", "--dir", ledger, "--log", "open")
        more = [event(20, "fee.paid.v1", "28T10:00:00", {"amount_fen": 500, "payer": "某"}), event(21, "fee.paid.v1", "28T11:00:00", {"amount_fen": 7}, "fee/1")]
        self.must("append", "--dir", ledger, "-", data="\n".join(more).encode())
        keys = json.loads(self.must("keys", "show", "--json", "--dir", ledger))["open"]
        text = (ledger / "keys" / "open.key").read_text().strip()
        self.log = Log([], base64.b64decode(text.split("+", 4)[4])[1:], keys["origin"])
        note = self.must("checkpoint", "show", "--dir", ledger)
        put(ledger, "heads/open.cosigned", note + cosignature_line(note[: note.index("\n\n") + 1], *WITNESS, 1_772_000_000))
        self.key, self.witness = keys["vkey"], vkey(*WITNESS, 4)
        for member in ("甲", "乙"):
            self.must("vault", "grant", "审查", member, "--class", "personal", "--purpose", "履职", "--by", "丙",
                      "--approved-by", "丁", "--dir", ledger)
        self.zip = self.work / "bundle.zip"
        self.must("bundle", "create", CASE, "--dir", ledger, "-o", self.zip, "--level", "full", "--role", "审查", "--purpose", "复核",
                  "--approved-by", "甲", "--approved-by", "乙", "--matter", "试验", "--investigator", "甲", "--investigator", "乙")
        self.viewer = self.work / "viewer.html"
        self.must("bundle", "viewer", "-o", self.viewer)
        self.folder = self.work / "bundle"
        shutil.unpack_archive(self.zip, self.folder)

    # What the page says.

    def verdict(self, seconds=60):
        return self.page.wait("document.documentElement.dataset.verdict", seconds)

    def shown(self):
        return self.page.ask("document.body.innerText")

    def forget(self):
        self.page.ask("delete document.documentElement.dataset.verdict")

    def paste(self, text, seconds=60):
        self.forget()
        self.page.ask(f"document.querySelector('textarea').value = {json.dumps(text)}; document.querySelector('.ask button').click()")
        return self.verdict(seconds)

    def keep(self, name):
        if self.shots:
            put(self.shots, f"{name}.png", self.page.picture())

    def open(self, path):
        self.page.open(path)
        self.page.wait("document.readyState === 'complete'")

    def intact(self):
        self.open(self.folder / "verify.html")
        self.check("without a key", self.verdict() == "cannot_tell", self.shown())
        self.keep("without-key")
        told, said = self.paste("no key", 0.5), self.page.ask("document.querySelector('.key .bad').textContent")
        self.check("what was pasted is no key, and the page says so", told is None and bool(said), f"{told} {said}")
        self.check("with its key", self.paste(self.key) == "pass", self.shown())
        self.check("it shows the case", CASE in self.shown() and "某某某 <b>&amp;" in self.shown(), self.shown())
        self.check("with its witness too", self.paste(f"{self.key}\n{self.witness}") == "pass" and WITNESS[0] in self.shown(), self.shown())
        self.check("it says that these are all", "全部记录" in self.shown(), self.shown())
        self.keep("passes")
        self.check("a witness who has not cosigned", self.paste(f"{self.key}\n{vkey('absent.example/w', STRANGER, 4)}") == "cannot_tell", self.shown())
        self.check("a stranger's key", self.paste(vkey(self.log.origin, STRANGER)) == "fail", self.shown())
        self.keep("stranger")

    def narrow(self):
        self.page.width(390)
        self.open(self.folder / "verify.html")
        self.verdict()
        wide = self.page.ask("document.documentElement.scrollWidth")
        self.check("a telephone's width", wide <= 390, f"{wide} pixels")
        self.keep("narrow")
        self.page.width(1200)

    def printed(self):
        for name in ("verify.html", "record.html"):
            self.open(self.folder / name)
            if name == "verify.html":
                self.verdict()
            paper = self.page.printed()
            boxes = re.findall(rb"/MediaBox *\[ *0 0 ([\d.]+) ([\d.]+)", paper)
            sizes = {(round(float(width)), round(float(height))) for width, height in boxes}
            self.check(f"{name} on paper", sizes == {A4_POINTS}, f"{len(boxes)} pages of {sizes}")
            if self.shots:
                put(self.shots, f"{name}.pdf", paper)

    # Pages whose own data or program were changed, and bundles chosen in one kept apart.

    def changed_pages(self):
        page = (self.folder / "verify.html").read_text(encoding="utf-8")
        data = page.index('id="files"')
        for name, old, new, place in [
            ("an amount", '\\"amount_fen\\":12003', '\\"amount_fen\\":92003', "case.ndjson"),
            ("an opened value's member", '\\"member\\":\\"payer\\"', '\\"member\\":\\"payee\\"', "disclosures.ndjson"),
            ("the level told", '\\"level\\": \\"full\\"', '\\"level\\": \\"masked\\"', "about.json"),
        ]:
            self.check(f"{name} is in the page", old in page[data:], old)
            path = put(self.work, "changed.html", page[:data] + page[data:].replace(old, new, 1))
            self.open(path)
            told = self.verdict()
            self.check(f"page with {name} changed", told == "fail" and place in self.shown(), f"{told} {self.shown()}")
            self.check(f"{name}: it names a first place", "first bad" in self.shown(), self.shown())
        self.keep("fails")
        for name, old, new in [("its program", 'const FAIL = "fail"', 'const FAIL = "pass"'), ("a program put in", "<main", "<script>document.documentElement.dataset.verdict='pass'</script><main")]:
            self.open(put(self.work, "changed.html", page.replace(old, new, 1)))
            told = self.verdict(1.5)
            self.check(f"page with {name} changed", told != "pass", f"{told} {self.shown()}")
            if name == "its program":
                self.check("it says that it did not run", told is None and "不可采信" in self.shown(), self.shown())
                self.keep("program-changed")

    def chosen(self):
        for name, place, seed, change in self.bundles():
            folder = self.work / "tampered"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(self.folder, folder)
            bundle = documents.Bundle(folder, self.log)
            change(folder)
            if seed:
                bundle.reseal(seed)
            self.number += 1
            target = self.work / f"tampered-{self.number}.zip"
            pack(folder, target)
            self.open(self.viewer)
            self.page.choose(target)
            told = self.verdict()
            if name == "intact":
                self.check("chosen, intact, unkeyed", told == "cannot_tell", self.shown())
                self.check("chosen, intact", self.paste(f"{self.key}\n{self.witness}") == "pass", self.shown())
                continue
            if told == "cannot_tell":
                told = self.paste(f"{self.key}\n{self.witness}")
            self.check(f"chosen, {name}", told == "fail" and place in self.shown(), f"{told} {self.shown()}")

    def bundles(self):
        own = self.log.seed

        def lines(path, work):
            def change(folder):
                kept = (folder / path).read_bytes().splitlines(keepends=True)
                work(kept)
                put(folder, path, b"".join(kept))
            return change

        def extract(work):
            def change(folder):
                value = json.loads((folder / "complete/0.json").read_bytes())
                work(value)
                put(folder, "complete/0.json", json.dumps(value, ensure_ascii=False))
            return change

        def in_note(folder):
            note = (folder / "checkpoint").read_text()
            line = note.splitlines()[-1].rsplit(" ", 1)[1]
            raw = base64.b64encode(flip(base64.b64decode(line), 30)).decode()
            put(folder, "checkpoint", note.replace(line, raw))

        case = "entries/case.ndjson"
        yield "intact", "", own, lambda folder: None
        yield "a file more", "more.txt", None, lambda folder: put(folder, "more.txt", b"x")
        yield "sealed by a stranger", "manifest.note", STRANGER, lambda folder: None
        yield "an entry left out, sealed anew", "case.ndjson", own, lines(case, lambda kept: kept.pop(3))
        yield "two entries exchanged, sealed anew", "case.ndjson", own, lines(case, lambda kept: kept.insert(2, kept.pop(3)))
        yield "an entry changed, sealed anew", "case.ndjson", own, lines(case, lambda kept: kept.__setitem__(4, kept[4].replace(b"12003", b"92003")))
        yield "the last entry left out of the extract too", "complete/0.json", own, extract(lambda value: value["entries"].pop())
        yield "the tail cut", "complete/0.json", own, extract(lambda value: value["coverage"]["tail"].pop())
        yield "a cosignature changed", "checkpoint", own, in_note
        yield "a node of the tree dropped", "position", own, lines("proofs/case.nodes", lambda kept: kept.pop(0))

    def handed_on(self):
        """A log's key was rotated: the page follows, from any key of the log."""
        keys, log, history = handed_on.rotated(self.must, self.work, CASE)
        def chosen(path):
            self.open(self.viewer)
            self.page.choose(path)
            return self.verdict()
        whole = self.work / "rotated-2.zip"
        self.check("rotated, without a key", chosen(whole) == "cannot_tell", self.shown())
        for number, key in enumerate(keys):
            self.check(f"rotated, under key {number}", self.paste(key) == "pass" and "轮换" in self.shown(), self.shown())
        self.keep("rotated")
        self.check("rotated, a stranger's key", self.paste(vkey(log.origin, STRANGER)) == "fail", self.shown())
        chosen(self.work / "rotated-0.zip")
        self.check("made before, under the last key", self.paste(keys[2]) == "fail" and "更换记录" in self.shown(), self.shown())
        self.check("made before, under the last key with the changes", self.paste(f"{keys[2]}\n{history}") == "pass", self.shown())
        changed = history.replace(f"— {log.origin} ", f"— {log.origin} AAAA", 1)
        told = self.paste(f"{keys[2]}\n{changed}", 0.5)
        self.check("changes that are not signed are none", told is None and changed != history, f"{told}")
        folder = self.work / "rotated-2"
        shutil.unpack_archive(whole, folder)
        for name, change in handed_on.otherwise(log.origin, keys):
            tampered = self.work / "tampered"
            shutil.rmtree(tampered, ignore_errors=True)
            shutil.copytree(folder, tampered)
            handed_on.in_bundle(tampered, change)
            documents.Bundle(tampered, log).reseal(log.seed)
            self.number += 1
            target = self.work / f"tampered-{self.number}.zip"
            pack(tampered, target)
            told = chosen(target)
            if told == "cannot_tell":
                told = self.paste(keys[0])
            place = "更换" if name.startswith("a change") else "case.ndjson"
            self.check(f"rotated, {name}", told == "fail" and place in self.shown(), f"{told} {self.shown()}")

    def no_network(self):
        hits = []

        class Listening(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                hits.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening) as site:
            threading.Thread(target=site.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{site.server_address[1]}/"
            self.open(self.folder / "verify.html")
            self.verdict()
            tried = self.page.ask(f"fetch('{url}').then(() => 'sent', () => 'refused')")
            image = self.page.ask(f"new Promise(done => {{ const i = new Image(); i.onload = () => done('sent'); i.onerror = () => done('refused'); i.src = '{url}'; }})")
            site.shutdown()
        self.check("a request of its own is refused", (tried, image, hits) == ("refused", "refused", []), f"{tried} {image} {hits}")
        # The trial's own attempt is noted by the browser too, and was not sent.
        asked = [one for one in self.page.requests() if not one.startswith(("file:", url))]
        self.check("nothing was asked for but files", not asked, asked)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("plumb")
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome"))
    parser.add_argument("--shots")
    asked = parser.parse_args()
    if not asked.browser:
        print("NOT CHECKED: Chromium is not here (apt-get install chromium)")
        sys.exit(SKIPPED)
    # A browser that is told to end may still be writing its profile.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        work = pathlib.Path(work)
        browser = Browser(asked.browser, work / "profile")
        try:
            trial = Trial(pathlib.Path(asked.plumb).resolve(), work, Page(browser), asked.shots and pathlib.Path(asked.shots))
            trial.make()
            for part in (trial.intact, trial.narrow, trial.printed, trial.changed_pages, trial.chosen, trial.handed_on, trial.no_network):
                part()
        finally:
            browser.close()
    print(f"{trial.passed} passed, {trial.failed} failed")
    sys.exit(1 if trial.failed else 0)


if __name__ == "__main__":
    main()
