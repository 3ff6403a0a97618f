"""The verifiers as strangers run them: a command, its exit code, the place it names."""

import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE.parent
KIT = SCRIPTS.parent / "schemas" / "vectors" / "tlog"


class Said:
    def __init__(self, code, output, place=None):
        self.code, self.output, self.place = code, output, place


def run(*command, data=None):
    done = subprocess.run([str(part) for part in command], input=data, capture_output=True)
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    return done.returncode, out, err


def told(*command):
    """A command that answers with one JSON object."""
    code, out, err = run(*command)
    try:
        value = json.loads(out.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return Said(code, out + err)
    return Said(code, out + err, place_of(value))


def place_of(value):
    """What a report of any schema names first."""
    bad = value.get("first_bad")
    if isinstance(bad, dict):
        named = [bad.get(name) for name in ("file", "check", "place", "log", "position", "id")]
        return " ".join(str(part) for part in named if part is not None)
    if isinstance(value.get("entries"), dict):
        # Of an archive: its files, and its entries.
        named = [one["file"] for one in value.get("bad", [])]
        return " ".join([*named, place_of(value["entries"]) or ""]).strip()
    return value.get("place") or value.get("reason")


def words(*command):
    """A command that answers with lines for people."""
    code, out, err = run(*command)
    named = re.search(r"(position|entry|byte|第|line) ?\d+[^\n]*|tile/\S+|checkpoint[^\n]*", out + err)
    return Said(code, out + err, named and named.group(0))


class Verifiers:
    def __init__(self, plumb, replay, key, node=None):
        self.plumb, self.replay, self.key, self.node = plumb, replay, key, node

    def held(self, kept):
        return [part for path in kept for part in ("--checkpoint", path)]

    def plumb_verify(self, ledger, kept=(), *more):
        return told(self.plumb, "verify", "--json", "--dir", ledger, *self.held(kept), *more)

    def plumb_checkpoint(self, files, policy=None, ledger=None):
        more = (["--policy", policy] if policy else []) + (["--dir", ledger] if ledger else [])
        return told(self.plumb, "verify", "checkpoint", "--json", *files, *more)

    def plumb_receipt(self, file, ledger):
        return told(self.plumb, "verify", "receipt", "--json", file, "--dir", ledger)

    def plumb_receipt_at(self, file, place):
        return told(self.plumb, "verify", "receipt", "--json", file, "--url", place, "--key", self.key)

    def plumb_inclusion(self, file, entry):
        return told(self.plumb, "verify", "inclusion", "--json", file, "--entry", entry, "--key", self.key)

    def plumb_archive(self, folder, kept=()):
        return told(self.plumb, "verify", "archive", "--json", folder, "--key", self.key, *self.held(kept))

    def plumb_bundle(self, file, *more, key=None):
        return told(self.plumb, "verify", "bundle", "--json", file, "--key", key or self.key, *more)

    def plumb_report(self, file, ledger):
        return told(self.plumb, "report", "verify", "--json", file, "--dir", ledger)

    def replay_verify(self, place, kept=(), *more, key=None):
        return told(self.replay, "verify", place, "--json", "--key", key or self.key, *self.held(kept), *more)

    def replay_report(self, file, ledger):
        return words(self.replay, "report", "verify", file, ledger)

    def verify_log(self, place, kept=(), key=None, more=()):
        return told(sys.executable, SCRIPTS / "verify_log.py", place, "--json", "--key", key or self.key,
                    *self.held(kept), *more)

    def check_log(self, place, key=None, witnesses=()):
        more = [part for one in witnesses for part in ("--witness", one)]
        code, out, err = run(sys.executable, KIT / "check_log.py", place, "--json", "--full", "--key", key or self.key, *more)
        named = re.search(r'"place": "([^"]*)"', out)
        return Said(code, out + err, named and named.group(1))

    def chain(self, place, *more):
        return words(SCRIPTS / "verify_chain.sh", place, *more)

    def page(self, folder, trust):
        """What the page's program says of every bundle in a folder, by name."""
        code, out, err = run(self.node, SCRIPTS.parent / "tests" / "viewer" / "verdicts.mjs", folder, trust)
        assert code == 0, err
        codes = {"pass": 0, "fail": 3, "cannot_tell": 4}
        return {line["name"]: Said(codes[line["verdict"]], str(line), place_of(line))
                for line in map(json.loads, out.splitlines())}
