"""SM2 and SM3 beside a log (FORMAT.md, section 16), by OpenSSL and by Python's."""

import base64
import hashlib
import json
import shutil
import urllib.request

import table
from log import put
from verifiers import SCRIPTS, Said, run


def run_all(trial):
    if shutil.which("openssl") is None:
        return print("NOT CHECKED: openssl is not here")
    probe = "".join(run("openssl", "pkeyutl", "-help")[1:]) + run("openssl", "list", "-digest-algorithms")[1]
    if "-rawin" not in probe or "sm3" not in probe.lower():
        return print("NOT CHECKED: this OpenSSL has no SM2 with SM3")
    section = table.Section("second", [])
    ledger = trial.work / "second"
    trial.must("init", "--sm", ledger)
    event = {"stream": "fee/1", "type": "fee.paid.v1", "source": {"system": "bank"},
             "occurred_at": "2026-03-05T16:20:00+08:00", "body": {"amount_fen": 1}}
    for number in range(3):
        trial.must("append", "--dir", ledger, "-", data=json.dumps({**event, "id": f"e-{number}"}).encode() + b"\n")
    keys = json.loads(trial.must("keys", "show", "--json", "--dir", ledger))
    other, sm2 = keys["sealed"]["further"][0]["vkey"], keys["open"]["further"][0]["vkey"]
    note = trial.must("checkpoint", "show", "--dir", ledger)
    head = trial.must("checkpoint", "show", "--dir", ledger, "--sm")

    def sm(text, key=sm2):
        code, out, err = run(SCRIPTS / "verify_sm.sh", put(trial.work, "note", text), key)
        return Said(code, out + err)

    for name, text in [("checkpoint", note), ("SM3 head", head)]:
        section.intact(f"{name}: verify_sm", sm(text))
        for what, changed, code in changes(text, sm2):
            section.intact(f"{name}, {what}: verify_sm", sm(changed), code)
        section.intact(f"{name}, another key: verify_sm", sm(text, other), 4)
    if "sm3" not in hashlib.algorithms_available:
        print("NOT CHECKED: this Python has no SM3")
    else:
        roots(trial, section, ledger, keys["open"]["vkey"], note, head, sm)
    trial.failures += section.failures


def changes(text, sm2):
    lines = text.split("\n")

    def is_own(line):
        return line[:1] == "—" and base64.b64decode(line.split(" ")[2])[:4].hex() == sm2.split("+")[1]

    at = next(at for at, line in enumerate(lines) if is_own(line))
    signature = bytearray(base64.b64decode(lines[at].split(" ")[2]))
    signature[-1] ^= 1
    bad = lines[at].rsplit(" ", 1)[0] + " " + base64.b64encode(bytes(signature)).decode()
    yield "size changed", text.replace("\n5\n", "\n4\n", 1), 3
    yield "root changed", text.replace(lines[lines.index("") - 1], base64.b64encode(b"r" * 32).decode(), 1), 3
    yield "origin changed", text.replace("/open\n", "/shut\n", 1), 3
    yield "signature changed", "\n".join([*lines[:at], bad, *lines[at + 1 :]]), 3
    # A note without any line is none (FORMAT §5); without this one it tells nothing.
    alone = sum(line[:1] == "—" for line in lines) == 1
    yield "line missing", "\n".join([*lines[:at], *lines[at + 1 :]]), 3 if alone else 4


def roots(trial, section, ledger, key, note, head, sm):
    # Before it is served: a server closes the day, with entries of its own.
    file = put(trial.work, "second.ndjson", trial.must("log", "--ndjson", "--dir", ledger))
    shown = trial.work / "second-tiles"
    trial.must("export", "tiles", shown, "--dir", ledger)
    section.intact("SM3 head, exported: verify_sm", sm((shown / "checkpoint.sm3").read_text()))
    with trial.serving(ledger) as (_, public):
        with urllib.request.urlopen(f"{public}/checkpoint.sm3") as answer:
            section.intact("SM3 head, served: verify_sm", sm(answer.read().decode()))

    def log(text):
        more = ["--sm3", put(trial.work, "head", text)]
        return trial.by.verify_log(file, [put(trial.work, "first", note)], key, more)

    section.intact("SM3 root: verify_log", log(head))
    root = head.split("\n")[3]
    for what, text in [
        ("root changed", head.replace(root, base64.b64encode(b"r" * 32).decode())),
        ("head over more", head.replace("\n5\n", "\n6\n", 1)),
        ("head of another log", head.replace("/open\n", "/shut\n", 1)),
    ]:
        said = log(text)
        section.intact(f"SM3 {what}: verify_log", said, 3)
        if "head" not in (said.place or ""):
            section.failures.append(f"SM3 {what}: verify_log names {said.place}")
