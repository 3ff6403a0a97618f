"""Kinds of tampering with what a log gives away: receipts, reports, archives, bundles."""

import base64
import copy
import hashlib
import json

import ed25519
from blake3 import blake3
from kinds import Kind, flip
from log import key_id, put, signed


def receipts(receipt, other, seed):
    """A signed receipt with its proof, changed; and unsigned ones of a log that broke its word."""
    def with_members(**members):
        return {**receipt, **members}

    def in_signature(at):
        raw = flip(base64.b64decode(receipt["signature"]), at)
        return with_members(signature=base64.b64encode(raw).decode())

    def unsigned(**members):
        plain = {name: value for name, value in receipt.items() if name not in ("signature", "origin", "proof")}
        return {**plain, **members}

    def promised(seed_of, **members):
        """Signed over what it says."""
        told = {**receipt, **members}
        text = f"plumbline receipt v1\n{told['origin']}\n{told['id']}\n{told['position']}\n{told['hash']}\n"
        own = key_id(told["origin"], 1, ed25519.public_key(seed_of))
        line = base64.b64encode(own + ed25519.sign(seed_of, text.encode())).decode()
        return {**told, "signature": line}

    signature = dict(chain=None)
    for name, told in [
        ("id", with_members(id="e-9999")), ("id of another receipt", with_members(id=other["id"])),
        ("position", with_members(position=receipt["position"] + 1)), ("position 0", with_members(position=0)),
        ("position beyond the log", with_members(position=99999)), ("hash", with_members(hash="0" * 64)),
        ("one digit of the hash", with_members(hash=("0" if receipt["hash"][0] != "0" else "1") + receipt["hash"][1:])),
        ("hash of another receipt", with_members(hash=other["hash"])), ("hash cut", with_members(hash=receipt["hash"][:-2])),
        ("hash that is none", with_members(hash="no digest")), ("hash in capitals", with_members(hash=receipt["hash"].upper())),
        ("origin", with_members(origin="another.example/open")), ("no origin", with_members(origin="")),
        ("signature of another receipt", with_members(signature=other["signature"])),
        ("signature that is none", with_members(signature="!")), ("signature cut", with_members(signature=receipt["signature"][:-4])),
        ("first byte of the signature", in_signature(4)), ("a byte in its middle", in_signature(35)), ("its last byte", in_signature(67)),
    ]:
        by_hash = name.startswith("position") or name.startswith("hash") or name.startswith("one digit")
        # Without looking at the signature, the shell compares position and hash alone.
        yield Kind(f"receipt: {name}", told, None, **({} if by_hash and "capitals" not in name else signature))
    head, note = receipt["proof"].split("\n\n", 1)
    first, index, *path = head.split("\n")
    forged = base64.b64encode(b"h" * 32).decode()

    def proof(path=path, index=index, note=note):
        return with_members(proof="\n".join([first, index, *path]) + "\n\n" + note)

    other_note = other["proof"].split("\n\n", 1)[1]
    for name, told in [
        ("the lowest hash of its proof", proof([forged, *path[1:]])),
        ("a hash in the middle of its proof", proof([*path[:4], forged, *path[5:]])),
        ("the highest hash of its proof", proof([*path[:-1], forged])),
        ("two hashes of its proof exchanged", proof([path[1], path[0], *path[2:]])),
        ("a hash of its proof dropped", proof(path[1:])), ("a hash more in its proof", proof([*path, forged])),
        ("the index in its proof", proof(index=f"index {receipt['position'] + 1}")),
        ("the proof of another receipt", with_members(proof=other["proof"])),
        ("a proof that is none", with_members(proof="proof")),
        ("the root in its proof's checkpoint", proof(note=note.replace(note.split("\n")[2], forged))),
        ("the signature in its proof's checkpoint", proof(note=note.replace(note[-20:-10], "AAAAAAAAAA"))),
    ]:
        yield Kind(f"receipt: {name}", told, None, **signature)
    assert other_note == note, "one checkpoint for both"
    yield Kind("receipt: another key's id on the signature", in_signature(1), None, plumb=4, tiles=4, replay=4, chain=None)
    yield Kind("receipt: signed by a stranger", promised(bytes(32)), None, plumb=4, tiles=4, replay=4, chain=None)
    yield Kind("receipt: a promise of another entry, signed by the log", promised(seed, id="e-gone", hash="1" * 64), "e-gone|position")
    yield Kind("receipt: a promise beyond the log, signed by the log", promised(seed, id="e-gone", position=99999), "e-gone|99999", tiles=4)
    yield Kind("receipt: a promise of another id, signed by the log", promised(seed, id="e-gone"), "e-gone", chain=None)
    yield Kind("receipt: unsigned, of another hash", unsigned(hash="1" * 64), None)
    yield Kind("receipt: unsigned, of another id", unsigned(id="e-gone"), None, chain=None)
    yield Kind("receipt: unsigned, of another position", unsigned(position=receipt["position"] + 1), None)
    yield Kind("receipt: unsigned, beyond the log", unsigned(position=99999), None, tiles=4)


def proofs(log, index, paths, notes):
    """A proof that an entry is in the log, and the entry beside it, changed. `paths` gives
    the audit path of an entry in the tree of a size; `notes` are changed checkpoints."""
    size, entry = len(log.entries), log.entries[index]
    forged, first, own = base64.b64encode(b"h" * 32).decode(), "c2sp.org/tlog-proof@v1", paths(index, size)

    def proof(path=own, index=f"index {index}", note=log.note(), first=first):
        return "\n".join([first, index, *path]) + "\n\n" + note

    def kind(name, told, code=3, entry=entry):
        return Kind(f"proof: {name}", (told, entry), None, inclusion=code)

    for name, told in [("of another version", proof(first="c2sp.org/tlog-proof@v2")), ("without its first line", proof().split("\n", 1)[1]),
                       ("a checkpoint in its place", log.note()), ("an entry in its place", entry.decode()), ("nothing", "")]:
        yield kind(name, told, 4)
    for name, text in [("of the next entry", f"index {index + 1}"), ("of the first entry", "index 0"), ("beyond the tree", f"index {size}"),
                       ("with a leading zero", f"index 0{index}"), ("below zero", "index -1"), ("that is no number", "index many"),
                       ("beyond 64 bits", f"index {1 << 64}"), ("missing", "")]:
        yield kind(f"an index {name}", proof(index=text))
    middle = len(own) // 2
    for name, path in [
        ("the lowest hash", [forged, *own[1:]]), ("a hash in the middle", [*own[:middle], forged, *own[middle + 1 :]]),
        ("the highest hash", [*own[:-1], forged]), ("two hashes exchanged", [own[1], own[0], *own[2:]]), ("hashes in reverse", own[::-1]),
        ("the lowest hash dropped", own[1:]), ("the highest hash dropped", own[:-1]), ("a hash more", [*own, forged]),
        ("a hash twice", [own[0], *own]), ("no hash", []), ("a hash cut", [own[0][:-4], *own[1:]]), ("a hash with a blank", [" " + own[0], *own[1:]]),
        ("a hash that is no base64", ["!" * 44, *own[1:]]), ("the path of the next entry", paths(index + 1, size)),
        ("the path in a smaller tree", paths(index, KEPT)),
    ]:
        yield kind(name, proof(path))
    yield kind("a proof in the tree of another size", proof(paths(index, KEPT), note=log.note()))
    yield kind("extra data that is no base64", proof().replace("\nindex", "\nextra !\nindex", 1))
    for name, text, code in notes:
        if not isinstance(text, bytes):
            # Without an empty line before the checkpoint, none is there.
            # The path is the same in a tree of one entry less, and the log signed that root.
            code = None if name == "checkpoint: of another size, signed" else code or 3
            yield kind(name, proof(note=text), code)
    for name, other in [("a byte changed", flip(entry, 40)), ("cut", entry[:-1]), ("with a blank after it", entry + b" "), ("another one", log.entries[index + 1]), ("nothing", b"")]:
        yield kind(f"beside it the entry, {name}", proof(), entry=other)


KEPT = 450


def leaves(value, path=()):
    """Every scalar of a document; of a list of documents the first alone."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        scalars = not value or not isinstance(value[0], (dict, list))
        for at, inner in enumerate(value if scalars else value[:1]):
            yield from leaves(inner, (*path, at))
    else:
        yield path


def another(value):
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    digit = next((at for at, letter in enumerate(value) if letter.isdigit()), None)
    if digit is None:
        return value + "x"
    return value[:digit] + str((int(value[digit]) + 1) % 10) + value[digit + 1 :]


def reports(text, spell):
    """Every figure and word of a report's JSON, its rows, and its bytes."""
    document = json.loads(text)
    # What names another report, version or log leaves nothing to compare with.
    untold = {"report": 4, "version": 4, "origin": 4, "schema": 4}
    for path in leaves(document):
        changed = copy.deepcopy(document)
        inner = changed
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = another(inner[path[-1]])
        name = ".".join(str(part) for part in path)
        code = untold.get(str(path[-1])) if len(path) < 3 else None
        yield Kind(f"report: `{name}` changed", spell(changed), None, either=code is not None or "made_from" in path)

    def rows(work):
        changed = copy.deepcopy(document)
        changed["rows"] = work(changed["rows"])
        return spell(changed)

    yield Kind("report: a row dropped", rows(lambda r: r[1:]))
    yield Kind("report: the last row dropped", rows(lambda r: r[:-1]))
    yield Kind("report: rows exchanged", rows(lambda r: [r[1], r[0], *r[2:]]))
    yield Kind("report: a row twice", rows(lambda r: [r[0], *r]))
    yield Kind("report: no row", rows(lambda r: []))
    yield Kind("report: a byte more", text + b"\n")
    yield Kind("report: spelled otherwise", json.dumps(document, ensure_ascii=False).encode() + b" \n")
    yield Kind("report: cut", text[: len(text) // 2], either=True)


class Archive:
    """An archive's folder, its manifest made anew by whoever holds the log's key."""

    def __init__(self, folder, log):
        self.folder, self.log = folder, log

    def reseal(self):
        manifest = json.loads((self.folder / "archive.json").read_bytes())
        for file in manifest["files"]:
            path = self.folder / file["path"]
            if path.exists():
                file.update(digests(file["path"], path.read_bytes()))
        manifest["files"] = [file for file in manifest["files"] if (self.folder / file["path"]).exists()]
        data = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
        put(self.folder, "archive.json", data)
        put(self.folder, "archive.note", signed(note_text("archive", self.log.origin, data), self.log.origin, self.log.seed))


def note_text(of, origin, manifest):
    return f"plumbline {of} v1\n{origin}\n{base64.b64encode(hashlib.sha256(manifest).digest()).decode()}\n"


def files(folder):
    """Every file of a folder: a byte, the end, the whole."""
    for path in sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()):
        if (folder / path).stat().st_size > 0:
            yield Kind(f"{path}: a byte", lambda f, p=path: put(f, p, flip((f / p).read_bytes(), (f / p).stat().st_size // 2)), path)
            yield Kind(f"{path}: its end cut", lambda f, p=path: put(f, p, (f / p).read_bytes()[:-1]), path)
        yield Kind(f"{path}: a byte more", lambda f, p=path: put(f, p, (f / p).read_bytes() + b"\n"), path)
        yield Kind(f"{path}: gone", lambda f, p=path: (f / p).unlink(), path)
    yield Kind("a file more", lambda f: put(f, "more.txt", b"x"), "more.txt")


class Bundle:
    """An unpacked bundle, sealed anew by whoever holds a key of the log's name."""

    BESIDE = ("manifest.json", "manifest.note", "verify.html")

    def __init__(self, folder, log):
        self.folder, self.log = folder, log

    def text(self, path):
        return (self.folder / path).read_text(encoding="utf-8")

    def reseal(self, seed=None):
        manifest = json.loads(self.text("manifest.json"))
        paths = sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        manifest["files"] = [digests(path, (self.folder / path).read_bytes()) for path in paths if path not in self.BESIDE]
        page, (head, tail) = (self.folder / "verify.html").read_bytes(), (manifest["page"][part]["size"] for part in ("head", "tail"))
        data = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
        put(self.folder, "manifest.json", data)
        put(self.folder, "manifest.note", signed(note_text("bundle", self.log.origin, data), self.log.origin, seed or self.log.seed))
        carried = {path: self.text(path) for path in sorted(manifest["page"]["carries"]) if (self.folder / path).exists()}
        texts = json.dumps(carried, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        put(self.folder, "verify.html", page[:head] + texts.encode() + page[len(page) - tail :])


def digests(path, data):
    return {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "blake3": blake3(data).hexdigest()}
