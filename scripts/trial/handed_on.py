"""Changes of a log's key (FORMAT.md, section 15) that do not hold, and keys that sign
outside their time: histories made by whoever holds a key of the log, signed anew."""

import base64
import json

import tlog
from kinds import Kind
from log import Log, changed, signature_line, signed, spelled, vkey
from statements import said_in

AFTER = "trial.example/after/open"
SEEDS = [bytes([number]) * 32 for number in (31, 32, 33, 34)]
PERSONS = [("officer/1", b"p" * 32), ("officer/2", b"q" * 32)]
ROTATED, RESTORED = "ledger.key.rotated.v1", "ledger.restored.v1"


class Keyed:
    """A log on its way, and the key in force."""

    def __init__(self, log):
        self.log, self.name, self.seed = log.copy(), log.origin, log.seed
        self.at, self.sizes = [], []

    def root(self):
        return tlog.tree_root([tlog.leaf_hash(entry) for entry in self.log.entries])

    def more(self, count=2):
        for _ in range(count):
            said_in(self.log, "ledger/other", "ledger.verified.v1", {"result": "x"})
        return self

    def rotate(self, seed, name=None, old=None, signers=None, text=None, stream="ledger/keys", **body):
        """As a rotation is, but for what is given."""
        own, name = old or (self.name, self.seed), name or self.name
        statement = text or f"plumbline key rotation v1\n{vkey(*own)}\n{vkey(name, seed)}\n"
        by = [own, (name, seed)] if signers is None else signers
        note = f"{statement}\n" + "".join(signature_line(statement, *one) for one in by)
        told = {"old_key": vkey(*own), "new_key": vkey(name, seed), "note": note, **body}
        told = {key: value for key, value in told.items() if value is not None}
        return self.taken(stream, ROTATED, told, name, seed)

    def restore(self, seed, name=AFTER, persons=PERSONS, signers=None, kept=None, lost=None, reason="x", **body):
        size, root = len(self.log.entries), self.root()
        kept, lost = kept or (size, root), lost or (size + 5, b"l" * 32)
        own = (self.name, self.seed)
        head = "\n".join(f"{word} {at[0]} {base64.b64encode(at[1]).decode()}" for word, at in (("kept", kept), ("lost", lost)))
        by = "\n".join(f"by {vkey(*person)}" for person in persons)
        statement = f"plumbline restoration v1\n{vkey(*own)}\n{vkey(name, seed)}\n{head}\n{by}\nreason {reason}\n"
        signers = [own, (name, seed), *persons] if signers is None else signers
        note = f"{statement}\n" + "".join(signature_line(statement, *one) for one in signers)
        told = {"old_key": vkey(*own), "new_key": vkey(name, seed), "note": note, "reason": reason,
                "persons": [person[0] for person in persons], "kept_size": kept[0], "kept_root": kept[1].hex(),
                "lost_size": lost[0], "lost_root": lost[1].hex(), **body}
        return self.taken("ledger/keys", RESTORED, told, name, seed)

    def taken(self, stream, kind, body, name, seed):
        self.at.append(len(self.log.entries))
        said_in(self.log, stream, kind, body)
        self.name, self.seed = name, seed
        return self

    def note(self, size=None, name=None, seed=None):
        return signed(self.log.text(size, name or self.name), name or self.name, seed or self.seed)

    def changes(self):
        return b"".join(entry + b"\n" for entry in self.log.entries if b'"stream":"ledger/keys"' in entry)

    def shown(self, note=None):
        return Shown(self.log, note or self.note(), self.changes())


class Shown:
    """What a verifier is shown: entries, the head, and the changes that are handed out."""

    def __init__(self, log, note, changes):
        self.log, self.head, self.changes = log, note, changes


def intact(log):
    """Rotated twice, then restored under another origin."""
    return Keyed(log).rotate(SEEDS[0]).more().rotate(SEEDS[1]).more().restore(SEEDS[2]).more()


def histories(log):
    """Each with what it is now; the first change stands at the end of the log that was."""
    first, own = len(log.entries), (log.origin, log.seed)
    here, stranger = f"{first}", (log.origin, b"s" * 32)
    public = dict(check_log=3)

    def then(keyed):
        return keyed.more().shown()

    def rotation(title, /, place=here, claims=public, **given):
        return Kind(f"rotation: {title}", lambda: then(Keyed(log).rotate(SEEDS[0], **given)), place, **claims)

    yield rotation("without the old key's line", signers=[(log.origin, SEEDS[0])])
    yield rotation("without the new key's line", signers=[own])
    yield rotation("signed by a stranger alone", signers=[stranger])
    # The changes that are handed out then lead from no key that is trusted.
    yield rotation("by a stranger's key to his next one", old=stranger, claims=dict(check_log=4))
    yield rotation("to a key of another origin", name="other.example/open")
    other = f"plumbline key rotation v1\n{vkey(*own)}\n{vkey(log.origin, b'z' * 32)}\n"
    yield rotation("the note is of another key than the body", text=other, signers=[own, (log.origin, b"z" * 32)])
    yield rotation("the body names another old key", old_key=vkey(*stranger))
    yield rotation("without its note", note=None)
    yield rotation("of no such form", text="plumbline key rotation v2\n")
    yield Kind("rotation: to a key that the log had", lambda: then(Keyed(log).rotate(SEEDS[0]).more().rotate(log.seed)), f"{first + 3}", **public)
    yield Kind("rotation: by the key before the one in force", lambda: then(Keyed(log).rotate(SEEDS[0]).more().rotate(SEEDS[1], old=own)), f"{first + 3}", **public)

    def left_out(number):
        def change():
            keyed = intact(log)
            del keyed.log.entries[keyed.at[number]]
            keyed.log.chained(keyed.at[number])
            return renumbered(keyed).shown()
        return change

    yield Kind("rotation: the first one left out, all chained anew", left_out(0), "[0-9]", **public)
    yield Kind("rotation: the second one left out, all chained anew", left_out(1), "[0-9]", **public)
    # An export has no head of its own, and the one handed in is of another origin by
    # another key: of a log that was never restored, for all that it shows.
    yield Kind("the restoration left out, all chained anew", left_out(2), "checkpoint|own|head|[0-9]",
               **{**public, "replay_lines": 4, "verify_log_lines": 4})
    yield Kind("rotation: in another stream, so none", lambda: then(Keyed(log).rotate(SEEDS[0], stream="ledger/keyz")), None,
               **dict.fromkeys(("verify", "replay", "replay_lines", "replay_tiles", "verify_log", "verify_log_lines", "check_log"), 4))

    def restoration(title, /, claims=public, **given):
        return Kind(f"restoration: {title}", lambda: then(Keyed(log).restore(SEEDS[2], **given)), here, **claims)

    new = (AFTER, SEEDS[2])
    yield restoration("without the old key's line", signers=[new, *PERSONS])
    yield restoration("without the new key's line", signers=[own, *PERSONS])
    yield restoration("signed by one person", signers=[own, new, PERSONS[0]])
    yield restoration("by one person twice", persons=[PERSONS[0], PERSONS[0]])
    yield restoration("a person signs with the log's key", persons=[PERSONS[0], ("officer/3", log.seed)])
    yield restoration("under the same origin", name=log.origin)
    yield restoration("without a reason", reason=" ")
    yield restoration("less lost than kept", lost=(3, b"l" * 32))
    yield restoration("another number of entries kept", kept=(first - 1, b"k" * 32))
    # Who reads the handed-out changes alone knows no root before them.
    yield restoration("another history kept", kept=(first, b"k" * 32), claims=dict(check_log=None))
    yield restoration("the body names another number lost", lost_size=first + 6)
    yield Kind("restoration: the body names another reason", lambda: then(reworded(Keyed(log).restore(SEEDS[2]))), here, **public)
    lost_note = signed(f"{log.origin}\n{first + 7}\n{base64.b64encode(b'l' * 32).decode()}\n", *own)
    yield restoration("its lost_note is another checkpoint", lost_note=lost_note)

    # Keys outside their time, by who holds one that was replaced, or is to come.
    def signed_by(name, seed, size=None):
        return lambda: intact(log).shown(intact(log).note(size, name, seed))

    whole = len(intact(log).log.entries)
    after_first = Keyed(log).rotate(SEEDS[0]).more()
    yield Kind("head: by the key that was replaced", lambda: after_first.shown(after_first.note(None, *own)), here, **public)
    yield Kind("head: under the origin that ended, over all", signed_by(log.origin, SEEDS[1]), f"{first + 6}", **public)
    yield Kind("head: by the first key under its origin, over all", signed_by(*own), f"{first + 6}|{first}", **public)
    yield Kind("head: of the new origin by a stranger", signed_by(AFTER, b"s" * 32), None,
               **dict.fromkeys(("verify", "replay", "replay_lines", "replay_tiles", "verify_log", "verify_log_lines", "check_log"), 4))
    assert whole == first + 9


def reworded(keyed):
    entry = keyed.log.entries[-1]
    body = {**json.loads(entry)["body"], "reason": "y"}
    keyed.log.entries[-1] = changed(entry, body=body)
    return keyed


def renumbered(keyed):
    """Revisions of each stream without a gap, as whoever writes a history anew makes them."""
    counts, entries = {}, keyed.log.entries
    for at, entry in enumerate(entries):
        value = json.loads(entry)
        revision = counts.get(value["stream"], 0)
        counts[value["stream"]] = revision + 1
        if value["revision"] != revision:
            entries[at] = changed(entry, revision=revision)
    keyed.log.chained()
    return keyed


def elsewhere(log):
    """Histories that hold by themselves, and not beside the changes known from elsewhere."""
    first, own = len(log.entries), (log.origin, log.seed)
    here = f"{first}"

    def goes_on(keyed, *by):
        return keyed.shown(keyed.note(None, *by))

    yield Kind("from elsewhere: the key that was replaced signs on, its rotation left out", lambda: goes_on(Keyed(log).more(4), *own), here)
    yield Kind("from elsewhere: rotated to another key", lambda: goes_on(Keyed(log).rotate(SEEDS[3]).more()), here)
    yield Kind("from elsewhere: rotated later", lambda: goes_on(Keyed(log).more(1).rotate(SEEDS[0]).more()), here)


# A bundle of a log whose key was rotated twice, made by the program.


def rotated(must, work, case):
    """A ledger with a bundle of each of its keys' times; its keys, the log as it signs now,
    and the changes of its key."""
    ledger, keys = work / "rotated", []
    must("init", ledger, "--origin", "trial.example/rotated")
    for number in range(3):
        if number:
            must("keys", "rotate", "--dir", ledger)
        keys.append(json.loads(must("keys", "show", "--json", "--dir", ledger))["open"]["vkey"])
        event = {"id": f"e-{number}", "stream": case, "type": "fee.paid.v1", "occurred_at": "2026-03-05T16:20:00+08:00",
                 "source": {"system": "hall"}, "body": {"amount_fen": 100 + number}}
        must("append", "--dir", ledger, "-", data=json.dumps(event).encode() + b"\n")
        must("closing", "run", "--dir", ledger, "--log", "open")
        must("bundle", "create", case, "--dir", ledger, "-o", work / f"rotated-{number}.zip")
    text = (ledger / "keys" / "open.key").read_text().strip()
    log = Log([], base64.b64decode(text.split("+", 4)[4])[1:], "trial.example/rotated/open")
    return keys, log, must("keys", "history", "--dir", ledger)


def in_bundle(folder, change):
    """Changes the entries of an unpacked bundle's cases."""
    path = folder / "entries/case.ndjson"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    change(lines)
    path.write_bytes(b"".join(spelled(line) + b"\n" for line in lines))


def otherwise(origin, keys):
    """Ways to hand a key on that do not hold, each a change to a bundle's entries."""
    def rotations(lines):
        return [line for line in lines if line["type"] == "ledger.key.rotated.v1"]

    def stated(old, new, *signers):
        text = f"plumbline key rotation v1\n{old}\n{new}\n"
        note = signed(text, *signers[0]) + "".join(signature_line(text, *one) for one in signers[1:])
        return {"old_key": old, "new_key": new, "note": note}

    stranger, other = (origin, b"s" * 32), ("other.example/open", b"8" * 32)

    def by_a_stranger(lines):
        body = rotations(lines)[0]["body"]
        body.update(stated(body["old_key"], body["new_key"], stranger))

    def elsewhere(lines):
        rotations(lines)[0]["body"] = stated(vkey(*other), vkey(other[0], b"9" * 32), other, (other[0], b"9" * 32))

    def to_another(lines):
        rotations(lines)[1]["body"]["new_key"] = keys[0]

    def exchanged(lines):
        one, two = rotations(lines)
        one["body"], two["body"] = two["body"], one["body"]

    yield "a change signed by a stranger", by_a_stranger
    yield "a change of another log's key", elsewhere
    yield "a change whose body names another key", to_another
    yield "a change in the place of the other", exchanged
    yield "a change left out", lambda lines: lines.remove(rotations(lines)[0])
    yield "a change left out, the last one", lambda lines: lines.remove(rotations(lines)[1])
    yield "the entry of a change moved to another stream", lambda lines: rotations(lines)[0].update(stream="ledger/other")
