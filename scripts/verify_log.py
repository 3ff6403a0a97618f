#!/usr/bin/env python3
"""Verifies a whole Plumbline log: every entry, its chain, its tree, its signature.

    verify_log.py PLACE --key VKEY [--key-changes FILE]... [--checkpoint FILE]...
                  [--sm3 FILE]... [--json]

PLACE is a URL (http://host:8711/log/open), a folder of tiles (`plumb export tiles`),
or a file with one entry a line (`plumb log --ndjson`), which needs a --checkpoint.
Python's standard library and the package `blake3` (pip install blake3); beside it
needs tlog.py, keychanges.py and ed25519.py, from schemas/vectors/tlog or from its own folder.
Written from schemas/FORMAT.md; shares no line with the program that wrote the log.

Checks of each entry: one JSON object in its one spelling; `position` counts up from
0; `previous` is BLAKE3 of the entry before; `recorded_at` rises; `revision` counts up
in each stream. A closing (`ledger/closings`) states the index of the streams of the
entries that it covers. An opening of sealed members (`ledger/access`, in a sealed log)
was allowed by the roles (`ledger/roles`) told of before it. A change of the log's key
(`ledger/keys`) is vouched for by the key before it, so that --key may be any key that the
log has had, or with --key-changes (`plumb keys history`, or `key-changes` beside a
published checkpoint) one that came later than the entries at hand; each checkpoint needs
the one in force at its size. Of the log: the RFC 6962 root over all entries is the signed
one, and so are the roots at the sizes of all checkpoints that were kept elsewhere
(--checkpoint): one that does not fit shows a fork, one that is larger a rollback.
With --sm3 the root of the SM3 tree (FORMAT.md, section 16) is computed too and held
against a signed SM3 head, whose signature scripts/verify_sm.sh checks; it needs a
Python whose OpenSSL has SM3.

Exit code 0: verified. 3: proved broken, with the place. 4: cannot tell. 2: usage.
What it cannot show: what was true before recording, what was never submitted, and,
without a checkpoint from elsewhere, whether others were shown another log.
"""

import argparse
import base64
import datetime
import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "schemas" / "vectors" / "tlog")]

import keychanges  # noqa: E402
import tlog  # noqa: E402
from tlog import Broken, CannotTell  # noqa: E402

try:
    from blake3 import blake3
except ImportError:
    sys.exit("verify_log: pip install blake3")

INTEGER_MAX = 2**53 - 1
CLOSINGS = ("ledger.closing.recorded.v1", "ledger.sealed_closing.recorded.v1")


def canonical(value):
    """The one spelling of FORMAT.md, section 1."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > INTEGER_MAX:
        raise ValueError("a number out of range")
    if isinstance(value, float):
        raise ValueError("a number with a fraction")
    return json.dumps(value, ensure_ascii=False)


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def sm3(data):
    return hashlib.new("sm3", data).digest()


class Sm3Tree:
    """RFC 6962 with SM3 (FORMAT.md, section 16)."""

    def __init__(self):
        self.size, self.frontier = 0, []

    def add(self, entry):
        node, number = sm3(b"\x00" + entry), self.size
        while number & 1:
            node = sm3(b"\x01" + self.frontier.pop() + node)
            number >>= 1
        self.frontier.append(node)
        self.size += 1

    def root(self):
        if not self.frontier:
            return sm3(b"")
        node = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            node = sm3(b"\x01" + left + node)
        return node


def moment(text):
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None


class Roles:
    """FORMAT.md, section 17: who might open what, and whether who did might."""

    def __init__(self):
        # By role and member, in the order of the log: from when, until when, classes;
        # None for a removal.
        self.told, self.openings = {}, 0

    def add(self, value, place):
        where, body = (value.get("stream"), value.get("type")), value.get("body")
        body = body if isinstance(body, dict) else {}
        if where in (("ledger/roles", "vault.role.granted.v1"),
                     ("ledger/roles", "vault.role.revoked.v1")):
            begin = moment(body.get("valid_from"))
            if not body.get("role") or not body.get("member") or not begin:
                raise Broken(place, "does not name role, member and valid_from")
            grant = None
            if where[1] == "vault.role.granted.v1":
                grant = moment(body.get("valid_to")), body.get("classes") or []
            self.told.setdefault((body["role"], body["member"]), []).append((begin, grant))
        elif where == ("ledger/access", "access.recorded.v1") and body.get("result") == "出示":
            self.openings += 1
            at, classes = moment(value.get("occurred_at")), self._classes(body, value)
            for member in body.get("members") or []:
                if member.get("class") not in classes:
                    raise Broken(place, f"is an opening of {member.get('class')} that the role "
                                        f"of {body.get('who')} did not allow at {at}")

    def _classes(self, body, value):
        """What the role opened at the moment of an access, as told by then."""
        at, place = moment(value.get("occurred_at")), f"position {value['position']}"
        told = self.told.get((body.get("role"), body.get("who")), [])
        last = next((grant for begin, grant in reversed(told) if at and begin <= at), None)
        if last is None or (last[0] and at >= last[0]):
            raise Broken(place, f"is an opening by {body.get('who')}, who did not hold the role "
                                f"{body.get('role')}")
        return last[1]


class Chain:
    """What the entries so far leave to the next."""

    def __init__(self):
        self.size, self.previous, self.recorded, self.created = 0, "0" * 64, "", None
        self.revisions, self.frontier, self.keys = {}, [], None
        # Streams of the entries that the last closing covers, with their number and
        # last link; stream and link of the entries after them.
        self.index, self.covered, self.since, self.closings = {}, 0, [], 0
        self.roles = Roles()

    def add(self, entry):
        place = f"position {self.size}"
        if len(entry) > 65535:
            raise Broken(place, "more than 65,535 bytes")
        try:
            value = json.loads(entry.decode(), object_pairs_hook=unique)
            if not isinstance(value, dict) or canonical(value).encode() != entry:
                raise ValueError("not spelled as entries are")
        except (ValueError, RecursionError) as error:
            raise Broken(place, f"no entry: {error}") from None
        if value.get("v") != 1 or value.get("position") != self.size:
            raise Broken(place, f"says that it is position {value.get('position')}")
        if value.get("previous") != self.previous:
            raise Broken(place, "does not continue the entry before it (previous)")
        recorded = value.get("recorded_at")
        if not isinstance(recorded, str) or recorded <= self.recorded:
            raise Broken(place, "was not recorded after the entry before it")
        stream = value.get("stream")
        if value.get("revision") != self.revisions.get(stream, 0) or not isinstance(stream, str):
            raise Broken(place, f"revision {value.get('revision')} does not continue {stream}")
        self.revisions[stream] = value["revision"] + 1
        if self.size == 0:
            self.created = value.get("body") if isinstance(value.get("body"), dict) else {}
            try:
                self.keys = keychanges.Succession(tlog.Key(self.created.get("checkpoint_key", "")))
            except (ValueError, AttributeError):
                pass
        if self.keys and keychanges.is_change(value):
            self.keys.follow(value, self.root())
        if stream == "ledger/closings" and value.get("type") in CLOSINGS:
            self._close(value.get("body"), place)
        self.roles.add(value, place)
        self.previous, self.recorded = blake3(entry).hexdigest(), recorded
        self.since.append((stream, self.previous))
        self._grow(tlog.leaf_hash(entry))

    def _close(self, body, place):
        """FORMAT.md, section 10."""
        size = body.get("size") if isinstance(body, dict) else None
        if not isinstance(size, int) or not self.covered < size <= self.size:
            raise Broken(place, f"is a closing of {size} entries: of none, of later ones, or of "
                                "no more than the one before it")
        taken = size - self.covered
        for stream, link in self.since[:taken]:
            self.index[stream] = (self.index.get(stream, (0, ""))[0] + 1, link)
        del self.since[:taken]
        self.covered, self.closings = size, self.closings + 1
        names = sorted(self.index, key=str.encode)
        index = tlog_tree(
            f"plumbline stream v1\n{name}\n{self.index[name][0]}\n{self.index[name][1]}\n"
            for name in names)
        if body.get("streams") != len(names) or body.get("root") != index.hex():
            raise Broken(place, f"is a closing with another index than the first {size} entries have")

    def _grow(self, node):
        number = self.size
        while number & 1:
            node = tlog.node_hash(self.frontier.pop(), node)
            number >>= 1
        self.frontier.append(node)
        self.size += 1

    def root(self):
        if not self.frontier:
            return tlog.EMPTY_ROOT
        node = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            node = tlog.node_hash(left, node)
        return node


def tlog_tree(texts):
    """The root of RFC 6962 over texts."""
    level = [tlog.leaf_hash(text.encode()) for text in texts]
    while len(level) > 1:
        pairs = [tlog.node_hash(*level[at:at + 2]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2:]
    return level[0] if level else tlog.EMPTY_ROOT


def entries_of(place, size):
    """Every entry of a log, in order."""
    if pathlib.Path(place).is_file():
        with open(place, "rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    raise Broken(place, "the last line has no end")
                yield line[:-1]
        return
    log = tlog.Log(tlog.open_source(place), size)
    for index, width in tlog.bundles_of(size):
        leaves = log.tile(0, index)
        for at, entry in enumerate(log.bundle(index)):
            if tlog.leaf_hash(entry) != leaves[at]:
                where = f"position {index * tlog.WIDTH + at}"
                raise Broken(where, f"is not the leaf in {tlog.tile_path(0, index, width)}")
            yield entry


def read_changes(files):
    out = []
    for file in files:
        try:
            text = pathlib.Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CannotTell(f"{file}: {error}") from None
        out += keychanges.told(text, file)
    return out


def read_heads(asked, key):
    """Checkpoints with their places; the log's own is the first, if it has one."""
    heads = []
    if not pathlib.Path(asked.place).is_file():
        try:
            note = tlog.open_source(asked.place).get("checkpoint").body
        except tlog.Missing:
            raise CannotTell(f"no checkpoint at {asked.place}") from None
        heads.append(("checkpoint", note, False))
    for file in asked.checkpoint:
        try:
            heads.append((file, pathlib.Path(file).read_bytes(), True))
        except OSError as error:
            raise CannotTell(str(error)) from None
    if not heads:
        raise CannotTell("a file of entries needs a --checkpoint")
    return [(place, Head(note.decode(errors="replace"), key, place, handed_in))
            for place, note, handed_in in heads]


def read_sm3_heads(asked, key):
    """(size, root, place) of each SM3 head, by size; nobody's signature is checked."""
    heads = []
    for file in asked.sm3:
        try:
            text = pathlib.Path(file).read_text(encoding="utf-8").partition("\n\n")[0]
            title, origin, size, root = text.split("\n")
            heads.append((int(size), base64.b64decode(root, validate=True), file))
        except OSError as error:
            raise CannotTell(str(error)) from None
        except ValueError:
            raise Broken(file, "is no SM3 head") from None
        if title != "plumbline sm3 checkpoint v1" or origin != key.name:
            raise Broken(file, f"is no SM3 head of the log {key.name}")
    if heads and "sm3" not in hashlib.algorithms_available:
        raise CannotTell("this Python has no SM3: its OpenSSL lacks it")
    return sorted(heads)


class Head:
    """What a checkpoint says. A line of the key that is given must fit; whether the one
    that the size needs is there, is known when the entries have been read."""

    def __init__(self, note, key, place, handed_in):
        self.note, self.handed_in, self.malformed = note, handed_in, None
        self.origin = self.size = self.root = None
        try:
            text, signatures = tlog.split_note(note)
            self.origin, self.size, self.root = tlog.parse_checkpoint(text)
        except ValueError as error:
            if not handed_in:
                raise Broken(place, str(error)) from None
            self.malformed = str(error)
            return
        if keychanges.signed(key, text, signatures) is False:
            raise Broken(place, f"the signature by {key.name} does not fit the text")


    def is_another(self, keys):
        """Whether this was handed in and is no checkpoint of the log (FORMAT.md, section 5):
        the wrong file, which says nothing of it."""
        named = [(key.name, key.id) for _, key in keys]
        if not self.handed_in or self.origin in [name for name, _ in named]:
            return False
        if self.note.startswith("c2sp.org/tlog-proof@v1\n"):
            return True
        parts = [line.removeprefix("— ").split(" ") for line in self.note.split("\n") if line.startswith("— ")]
        lines = [(part[0], (tlog.unbase64(part[1]) or b"")[:4]) for part in parts if len(part) == 2]
        return not any(line in named for line in lines)


def compare(heads):
    """Two heads over as many entries must be one."""
    for number, (place, head) in enumerate(heads):
        for other_place, other in heads[:number]:
            if head.size == other.size and head.root != other.root:
                raise Broken(place, f"another root than {other_place} over {head.size} entries: "
                                    "the log's key signed two histories")


def verify(asked, key, result):
    heads = read_heads(asked, key)
    is_file = pathlib.Path(asked.place).is_file()
    size = None if is_file else heads[0][1].size
    wanted, roots = {head.size for _, head in heads}, {}
    chain, tree, sm3_heads = Chain(), Sm3Tree(), read_sm3_heads(asked, key)

    def reached():
        if chain.size in wanted:
            roots[chain.size] = chain.root()
        while sm3_heads and sm3_heads[0][0] == tree.size:
            _, root, place = sm3_heads.pop(0)
            if root != tree.root():
                raise Broken(place, f"another SM3 root than that of the first {tree.size} entries")
            result["sm3_covered"] = tree.size

    reached()
    for entry in entries_of(asked.place, size):
        if is_file and not chain.size and not any_entry(asked.place):
            raise CannotTell(f"{asked.place} is no export of entries, one a line")
        chain.add(entry)
        if asked.sm3:
            tree.add(entry)
        result["checked"], result["closings"] = chain.size, chain.closings
        result["openings"] = chain.roles.openings
        reached()
    result["available"] = chain.size
    keys = keys_of(asked, chain, key, heads)
    others = [(place, head) for place, head in heads if head.is_another(keys.terms)]
    heads = [one for one in heads if one not in others]
    hold(heads, roots, chain, result)
    if sm3_heads:
        size, _, place = sm3_heads[0]
        raise Broken(place, f"was signed over {size} entries, {tree.size} are here")
    for place, head in heads:
        keys.checkpoint(head.note, place)
    own = chain.keys.changes if chain.keys else []
    result["key_changes"] = [f"position {one.position}: {one.words()}" for one in own]
    if others:
        raise CannotTell(f"{others[0][0]} is no checkpoint of this log, which proves nothing for or "
                         "against it: is it the right file, and the right log?")
    if result["covered"] < chain.size:
        raise CannotTell(f"no checkpoint covers the entries from position {result['covered']} on")


def any_entry(place):
    """Whether any line of a file begins as an entry does: else it is another file."""
    with open(place, "rb") as lines:
        return any(line.startswith(b"{") for line in lines)


def hold(heads, roots, chain, result):
    """Checkpoints against the roots of the entries that were read."""
    for place, head in heads:
        if head.malformed:
            raise Broken(place, head.malformed)
    compare(heads)
    for place, head in sorted(heads, key=lambda head: head[1].size):
        if head.size > chain.size:
            raise Broken(place, f"was signed over {head.size} entries, {chain.size} are here")
        if head.root != roots[head.size]:
            raise Broken(place, f"another root than that of the first {head.size} entries")
        result["covered"] = head.size


def keys_of(asked, chain, key, heads):
    """The log's keys, from its entries and from what is told elsewhere, once they are
    known to go with the key that is given."""
    keys = chain.keys if chain.size else keychanges.Succession(key)
    for later in asked.later if keys else []:
        keys = keys.continued(later)
    stated = {one.position for one in chain.keys.changes} if chain.keys else set()
    for change in keys.changes if keys else []:
        if change.position < chain.size and change.position not in stated:
            raise Broken(f"position {change.position}", "the log's key was changed here, as is known "
                                                        "from elsewhere, and this entry does not say so")
    if chain.size:
        if keys is None or all(own.name != key.name for _, own in keys.terms):
            if all(head.origin != key.name for _, head in heads):
                raise CannotTell(f"--key is of the log {key.name}, this one is {chain.created.get('origin')}")
            raise Broken("position 0", f"creates the log {chain.created.get('origin')}")
        if not keys.holds(key):
            raise CannotTell("--key is none that the log has had")
        if chain.created.get("origin") != keys.terms[0][1].name:
            raise Broken("position 0", "names an origin that is not its key's")
    return keys


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("place", metavar="PLACE")
    parser.add_argument("--key", metavar="VKEY", required=True, help="the log's public key")
    parser.add_argument("--key-changes", metavar="FILE", action="append", default=[],
                        help="entries that changed the log's key since; may be repeated")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[],
                        help="a checkpoint kept elsewhere; may be repeated")
    parser.add_argument("--sm3", metavar="FILE", action="append", default=[],
                        help="a signed SM3 head; its signature is for verify_sm.sh to check")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        key = tlog.Key(asked.key)
    except ValueError as error:
        parser.error(f"--key: {error}")
    result = {"schema": "plumbline.verify-log/1", "verdict": "pass", "exit_code": 0,
              "key_changes": [], "checked": 0, "closings": 0, "openings": 0, "available": None,
              "covered": 0, "sm3_covered": 0, "place": None, "reason": None}
    try:
        asked.later = read_changes(asked.key_changes)
        verify(asked, key, result)
    except Broken as error:
        result.update(verdict="fail", exit_code=3, place=error.place, reason=error.reason)
    except CannotTell as error:
        result.update(verdict="cannot_tell", exit_code=4, reason=str(error))
    if asked.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        words = {0: "核验通过 / verified", 3: "核验不通过 / NOT verified", 4: "不能判定 / cannot tell"}
        print(f"{words[result['exit_code']]}: {result['checked']} 条 / entries, {key.name}")
        for change in result["key_changes"]:
            print(f"  {change}")
        if result["reason"]:
            print(f"  {result['place'] or ''} {result['reason']}".rstrip())
        print("本结果不能证明:入账之前的真实性;未报送的事项。/ Not shown: what was true before "
              "recording, what was never submitted.")
    return result["exit_code"]


if __name__ == "__main__":
    sys.exit(main())
