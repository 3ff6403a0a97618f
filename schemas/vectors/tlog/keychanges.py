"""Changes of a log's key, as Plumbline's logs record them (schemas/FORMAT.md, §15).

Which key must have signed a checkpoint of which size, followed from one key that is
trusted. Other logs have no such entries, and then the one key signs everything.
"""

import json

import tlog
from tlog import Broken, CannotTell

STREAM = "ledger/keys"
ROTATED = ("ledger.key.rotated.v1", "ledger.sealed_key.rotated.v1")
RESTORED = ("ledger.restored.v1", "ledger.sealed_restored.v1")


def is_change(entry):
    """Whether an entry, read as JSON, changes the log's key."""
    return entry.get("stream") == STREAM and entry.get("type") in ROTATED + RESTORED


class Change:
    """The statement of one entry; ValueError if it is none."""

    def __init__(self, entry):
        self.entry, self.position, body = entry, entry["position"], entry.get("body")
        if not isinstance(body, dict) or not isinstance(body.get("note"), str):
            raise ValueError("it has no note")
        self.text, self.signatures = tlog.split_note(body["note"])
        lines = self.text.split("\n")
        self.kept = self.lost = None
        self.reason = ""
        if entry["type"] in ROTATED:
            head, old, new, end = lines if len(lines) == 4 else ("", "", "", "x")
            if head != "plumbline key rotation v1" or end:
                raise ValueError("the note is not of a rotation")
            self.old, self.new = tlog.Key(old), tlog.Key(new)
            if self.old.name != self.new.name:
                raise ValueError("the two keys are of different origins")
            self.persons, stated = [], {}
        else:
            stated = self._restoration(lines)
        stated |= {"old_key": lines[1], "new_key": lines[2]}
        for name, value in stated.items():
            if body.get(name) != value:
                raise ValueError(f"its `{name}` is not what its note states")
        self._lost_note(body.get("lost_note"))

    def _restoration(self, lines):
        if len(lines) != 9 or lines[0] != "plumbline restoration v1" or lines[8]:
            raise ValueError("the note is not of a restoration")
        self.old, self.new = tlog.Key(lines[1]), tlog.Key(lines[2])
        self.kept, self.lost = (self._head(lines[at], name)
                                for at, name in ((3, "kept"), (4, "lost")))
        for line in lines[5:7]:
            if not line.startswith("by "):
                raise ValueError("no person in its place")
        self.persons = [tlog.Key(line[3:]) for line in lines[5:7]]
        self.reason = lines[7].removeprefix("reason ")
        if not lines[7].startswith("reason ") or not self.reason.strip():
            raise ValueError("there is no reason")
        if self.old.name == self.new.name:
            raise ValueError("the origin stays the same")
        if self.lost[0] < self.kept[0] or self.lost[0] == self.kept[0] and self.lost != self.kept:
            raise ValueError("what is lost does not continue what is kept")
        first, second = self.persons
        keys = {first.public, second.public, self.old.public, self.new.public}
        if first.name == second.name or len(keys) != 4:
            raise ValueError("one person signs twice, or as the log")
        return {"kept_size": self.kept[0], "kept_root": self.kept[1].hex(),
                "lost_size": self.lost[0], "lost_root": self.lost[1].hex(),
                "persons": [first.name, second.name], "reason": self.reason}

    @staticmethod
    def _head(line, name):
        word, _, rest = line.partition(" ")
        size, _, root = rest.partition(" ")
        if word != name:
            raise ValueError(f"no line `{name}` in its place")
        return tlog.parse_checkpoint(f"x\n{size}\n{root}\n")[1:]

    def _lost_note(self, note):
        if self.lost is None or note is None:
            return
        text, signatures = tlog.split_note(note)
        origin, *head = tlog.parse_checkpoint(text)
        if origin != self.old.name or tuple(head) != tuple(self.lost):
            raise ValueError("its lost_note is another checkpoint than it states")
        if signed(self.old, text, signatures) is False:
            raise ValueError("its lost_note is not signed as it says")

    def check(self):
        for key in [self.old, self.new, *self.persons]:
            if not signed(key, self.text, self.signatures):
                raise ValueError(f"{key.name}+{key.id.hex()} did not sign it")

    def words(self):
        if self.kept is None:
            return f"the key {self.old.id.hex()} was replaced by {self.new.id.hex()}"
        names = " and ".join(person.name for person in self.persons)
        return (f"restored from a backup: {self.lost[0]} entries of {self.old.name} were signed "
                f"over, {self.kept[0]} were kept, it goes on as {self.new.name}; signed by "
                f"{names}; reason: {self.reason}")


def signed(key, text, signatures):
    """True, False if a line does not fit, None if there is none of the key."""
    own = [data[4:] for name, data in signatures if (name, data[:4]) == (key.name, key.id)]
    return all(key.verify(one, text.encode()) for one in own) if own else None


def same(one, other):
    return (one.name, one.public) == (other.name, other.public)


class Succession:
    """The keys of a log, from its first on."""

    def __init__(self, key):
        self.terms, self.changes = [(0, key)], []

    def follow(self, entry, root=None):
        """Takes the next entry that changes the key; Broken if it does not hold."""
        place = f"position {entry.get('position')}"
        try:
            change = Change(entry)
            if not same(change.old, self.current):
                raise ValueError("it is not by the key in force")
            if self.changes and self.changes[-1].position >= change.position:
                raise ValueError("it stands before the change that it follows")
            if any(change.new.public == key.public for _, key in self.terms):
                raise ValueError("the new key was the log's before")
            if change.kept and any(change.new.name == key.name for _, key in self.terms):
                raise ValueError("the new origin was the log's before")
            change.check()
            if change.kept and (change.kept[0] != change.position
                                or root is not None and change.kept[1] != root):
                raise ValueError("it states other entries before it than there are")
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(place, f"the log's key is not handed on as it must be: {error}") from None
        self._take(change)

    def _take(self, change):
        self.changes.append(change)
        self.terms.append((change.position + 1, change.new))

    @property
    def current(self):
        return self.terms[-1][1]

    def holds(self, key):
        return any(same(key, own) for _, own in self.terms)

    def continued(self, later):
        """These keys and what `later` tells of them besides; the same if they share no key.
        Broken where the two differ: the log's key vouched for two histories."""
        ahead, behind = (
            next((at for at, (_, key) in enumerate(keys.terms) if same(key, of.terms[0][1])), None)
            for keys, of in ((self, later), (later, self)))
        if ahead is None and behind is None:
            return self
        longer, at, shorter = (self, ahead, later) if ahead is not None else (later, behind, self)
        shared = longer.changes[at:]
        for one, other in zip(shared, shorter.changes):
            if one.position != other.position or not same(one.new, other.new):
                raise Broken(f"position {min(one.position, other.position)}",
                             f"the log's key was handed on twice, here and at position "
                             f"{max(one.position, other.position)}")
        out = Succession(longer.terms[0][1])
        rest = shorter.changes if len(shorter.changes) > len(shared) else shared
        for change in [*longer.changes[:at], *rest]:
            out._take(change)
        return out

    def checkpoint(self, note, place="checkpoint"):
        """The checkpoint, if the key in force at its size has signed it."""
        try:
            text, signatures = tlog.split_note(note)
            origin, size, _ = tlog.parse_checkpoint(text)
        except ValueError as error:
            raise Broken(place, str(error)) from None
        due = max(at for at, (start, _) in enumerate(self.terms) if start <= size)
        if self.terms[due][1].name == origin:
            try:
                return tlog.Checkpoint(note, self.terms[due][1], place)
            except CannotTell:
                pass
        elif all(key.name != origin for _, key in self.terms):
            raise Broken(place, f"of the log {origin}, not of {self.current.name}")
        for at, (start, key) in enumerate(self.terms):
            if key.name != origin or at == due:
                continue
            found = signed(key, text, signatures)
            if found is False:
                raise Broken(place, f"the signature by {key.name} does not fit the text")
            if found and at > due:
                raise Broken(f"position {start - 1}", f"{place}: {size} entries are signed with a "
                                                      "key that this entry introduced later")
            if found:
                lost = [one for one in self.changes[at:due] if one.kept]
                change = (lost or self.changes[at:])[0]
                what = "are lost: " + lost[0].words() if lost else "are signed with a key that this entry retired"
                raise Broken(f"position {change.position}", f"{place}: {size} entries {what}")
        raise CannotTell(f"{place}: no signature by a key of {origin}")


def told(text, place):
    """Changes that were obtained elsewhere, entries one a line, as the keys of each log."""
    logs = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            entry = json.loads(line)
            if not is_change(entry):
                raise ValueError("no entry that changes a log's key")
            old = Change(entry).old
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Broken(f"{place}:{number}", str(error)) from None
        keys = next((one for one in logs if same(one.current, old)), None)
        if keys is None:
            logs.append(keys := Succession(old))
        keys.follow(entry)
    return logs


def handed_out(source, key):
    """The keys of a published log, by the changes that it hands out, if `key` is one of
    them; else that key alone."""
    try:
        lines = source.get("key-changes").body.decode().splitlines()
        entries = [json.loads(line) for line in lines]
    except (tlog.Missing, CannotTell, ValueError, OSError):
        entries = []
    keys = None
    for entry in filter(is_change, entries):
        if keys is None:
            try:
                keys = Succession(Change(entry).old)
            except (ValueError, KeyError, TypeError) as error:
                raise Broken(f"position {entry.get('position')}", f"key-changes: {error}") from None
        keys.follow(entry)
    return keys if keys and keys.holds(key) else Succession(key)
