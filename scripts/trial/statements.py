"""False statements of the ledger itself, by whoever holds its key: the entries stand, and
what one of them says of the others is not so. Found by who walks the whole log."""

import json

import table
import tlog
from blake3 import blake3
from log import put, spelled


def run_all(trial):
    section = table.Section("statements", [])
    for name, log, place in false_statements(trial.log):
        own = put(trial.work, "own", log.note())
        said = trial.by.verify_log(put(trial.work, "said.ndjson", log.lines()), [trial.kept, own])
        section.intact(f"{name}: verify_log", said, 0 if place is None else 3)
        if place is not None and place not in (said.place or ""):
            section.failures.append(f"{name}: verify_log names {said.place}, not {place}")
    trial.failures += section.failures


def closed(original, covers=None, lie=None, **more):
    """The log with a closing over its first entries, whose index `lie` changes."""
    log = original.copy()
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
    return said_in(log, "ledger/closings", "ledger.closing.recorded.v1", body)


def said_in(log, stream, kind, body):
    revision = sum(json.loads(entry)["stream"] == stream for entry in log.entries)
    log.entries.append(spelled({
        "body": body, "id": f"said-{len(log.entries)}", "occurred_at": "2030-01-02T00:00:00Z",
        "position": len(log.entries), "precision": "minute",
        "previous": blake3(log.entries[-1]).hexdigest(),
        "recorded_at": f"2099-01-01T00:00:00.{len(log.entries):06}Z", "revision": revision,
        "source": {"system": "plumbline"}, "stream": stream, "type": kind, "v": 1}))
    return log


def false_statements(log):
    last = len(log.entries)
    here, later = f"position {last}", f"position {last + 1}"
    streams = len({json.loads(entry)["stream"] for entry in log.entries})

    def lying(lie, **more):
        return closed(log, lie=lie, **more)

    yield "a true closing", closed(log), None
    yield "a true closing of less", closed(log, last - 10), None
    yield "wrong number of entries of a stream", lying(lambda r: [[r[0][0], r[0][1] + 1, r[0][2]], *r[1:]]), here
    yield "a stream left out", lying(lambda r: r[:20] + r[21:]), here
    yield "a stream twice", lying(lambda r: r[:21] + r[20:]), here
    yield "a stream twice, the number as it should be", lying(lambda r: r[:21] + r[20:], streams=streams), here
    yield "a stream that is none", lying(lambda r: [*r[:-1], ["fee/x", *r[-1][1:]]]), here
    yield "wrong last entry of a stream", lying(lambda r: [[r[0][0], r[0][1], r[1][2]], *r[1:]]), here
    yield "streams out of order", lying(lambda r: [r[1], r[0], *r[2:]]), here
    yield "number of streams", closed(log, streams=streams - 1), here
    yield "the index of another size", closed(log, last - 10, size=last), here
    yield "of more entries than come before it", closed(log, size=last + 5), here
    yield "of no entry", closed(log, size=0), here
    twice = closed(log, last - 10)
    first = json.loads(twice.entries[-1])["body"]
    yield ("of no more than the closing before it",
           said_in(twice, "ledger/closings", "ledger.closing.recorded.v1", first), later)
    yield from openings(log, last)


def openings(log, last):
    here, later = f"position {last}", f"position {last + 1}"

    def roles(*acts):
        told = log.copy()
        grant = {"classes": ["personal"], "member": "m", "role": "r", "valid_from": "2030-01-01T00:00:00Z"}
        shown = {"members": [{"class": "personal"}], "result": "出示", "role": "r", "who": "m"}
        for act, more in acts:
            if act == "opened":
                said_in(told, "ledger/access", "access.recorded.v1", {**shown, **more})
            else:
                said_in(told, "ledger/roles", f"vault.role.{act}.v1", {**grant, **more})
        return told

    granted, opened = ("granted", {}), ("opened", {})
    yield "an opening that a role allows", roles(granted, opened), None
    yield "an opening, and then its role taken away", roles(granted, opened, ("revoked", {})), None
    yield "a refusal", roles(("opened", {"result": "拒绝"})), None
    yield "an opening without a role", roles(opened), here
    yield "an opening before its role", roles(opened, granted), here
    yield "an opening after its role", roles(granted, ("revoked", {}), opened), f"position {last + 2}"
    yield "an opening by another", roles(granted, ("opened", {"who": "n"})), later
    yield "an opening of another class", roles(granted, ("opened", {"members": [{"class": "informant"}]})), later
    yield "an opening when the role had run out", roles(("granted", {"valid_to": "2030-01-02T00:00:00Z"}), opened), later
    yield "an opening before the role begins", roles(("granted", {"valid_from": "2030-01-02T00:00:01Z"}), opened), later
