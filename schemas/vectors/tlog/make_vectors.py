#!/usr/bin/env python3
"""Writes the vectors of this folder. They are committed; running this again must
change nothing. Roots and proofs are made here by the definitions of RFC 6962, not
by the functions of `tlog.py` that are tried with them.
"""

import base64
import hashlib
import json
import pathlib

import ed25519

FOLDER = pathlib.Path(__file__).resolve().parent
ORIGIN, WITNESS = "example.com/log", "witness.example.com/w1"
SEED, OTHER_SEED, WITNESS_SEED = (hashlib.sha256(text).digest() for text in (b"log", b"other", b"w1"))


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mth(leaves):
    """Merkle Tree Hash, RFC 6962 section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def path(m, leaves):
    """PATH(m, D[n]), section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m < k:
        return path(m, leaves[:k]) + [mth(leaves[k:])]
    return path(m - k, leaves[k:]) + [mth(leaves[:k])]


def proof(m, leaves):
    """PROOF(m, D[n]), section 2.1.2."""

    def subproof(m, leaves, whole):
        if m == len(leaves):
            return [] if whole else [mth(leaves)]
        k = 1
        while 2 * k < len(leaves):
            k *= 2
        if m <= k:
            return subproof(m, leaves[:k], whole) + [mth(leaves[k:])]
        return subproof(m - k, leaves[k:], False) + [mth(leaves[:k])]

    return subproof(m, leaves, True) if 0 < m < len(leaves) else []


def b64(data):
    return base64.b64encode(data).decode()


def vkey(name, seed, kind):
    data = bytes([kind]) + ed25519.public_key(seed)
    return f"{name}+{key_id(name, data).hex()}+{b64(data)}"


def key_id(name, data):
    return sha256(name.encode(), b"\n", data)[:4]


def line(name, seed, kind, message, prefix=b""):
    data = bytes([kind]) + ed25519.public_key(seed)
    return f"— {name} {b64(key_id(name, data) + prefix + ed25519.sign(seed, message))}\n"


def text(origin, size, root):
    return f"{origin}\n{size}\n{b64(root)}\n"


def signed(body, name=ORIGIN, seed=SEED):
    return body + "\n" + line(name, seed, 1, body.encode())


def cosignature(body, moment, seed=WITNESS_SEED, claimed=None):
    message = f"cosignature/v1\ntime {moment}\n{body}".encode()
    stamp = (moment if claimed is None else claimed).to_bytes(8, "big")
    return line(WITNESS, seed, 4, message, stamp)


ENTRIES = [f"entry {number}".encode() for number in range(70)]
LEAVES = [sha256(b"\0", entry) for entry in ENTRIES]


def write(name, value):
    out = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    (FOLDER / name).write_text(out, encoding="utf-8")


def paths():
    good = [
        ("tile/0/000", 0, 0, 256), ("tile/0/001.p/1", 0, 1, 1), ("tile/0/273.p/112", 0, 273, 112),
        ("tile/1/001.p/17", 1, 1, 17), ("tile/2/000.p/1", 2, 0, 1), ("tile/7/000.p/255", 7, 0, 255),
        ("tile/63/999", 63, 999, 256), ("tile/0/x001/000", 0, 1000, 256),
        ("tile/0/x001/x234/067", 0, 1234067, 256), ("tile/0/x001/x234/067.p/9", 0, 1234067, 9),
        ("tile/entries/000", "entries", 0, 256), ("tile/entries/x001/x234/067.p/8", "entries", 1234067, 8),
        ("tile/0/x123/x456/789", 0, 123456789, 256), ("tile/10/000", 10, 0, 256),
    ]
    bad = [
        "tile/64/000", "tile/100/000", "tile/00/000", "tile/01/000", "tile/-1/000", "tile/+1/000",
        "tile//000", "tile/a/000", "tile/0/", "tile/0", "tile/", "", "/tile/0/000", "tile/0/0",
        "tile/0/00", "tile/0/0000", "tile/0/1000", "tile/0/000/", "tile/0/x000/000", "tile/0/x000",
        "tile/0/001/000", "tile/0/x001", "tile/0/x001/x000", "tile/0/X001/000", "tile/0/x01/000",
        "tile/0/x0001/000", "tile/0/00a", "tile/0/０００", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/000.p/1/", "tile/0/000.p/1000",
        "tile/0/000.p/-1", "tile/0/000.p/1.p/1", "tile/entries", "tile/entries/", "tile/data/000",
        "tile/entries/0/000", "tile/8/0/000", "checkpoint",
        "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/999",
    ]
    good = [dict(zip(("path", "kind", "index", "width"), case)) for case in good]
    write("paths.json", {"good": good, "bad": bad})


def geometry():
    sizes = [0, 1, 2, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 65792, 70000, 16777215,
             16777216, 16777217, 4294967295, 4294967296, 4294967297]
    trees = []
    for size in sizes:
        levels, level = [], 0
        while size // 256**level:
            levels.append([size // 256 ** (level + 1), size // 256**level % 256])
            level += 1
        trees.append({"size": size, "levels": levels})
    what = "per level, lowest first: full tiles, and the width of the partial one (0: none)"
    write("geometry.json", {"what": what, "trees": trees})


def checkpoints():
    root = mth(LEAVES)
    body = text(ORIGIN, 70, root)
    sound = signed(body)
    ours = sound.split("\n\n")[1]
    other = line(ORIGIN, OTHER_SEED, 1, body.encode())
    own_id = base64.b64decode(ours.rsplit(" ", 1)[1])[:4]

    def own_line(signature):
        return f"— {ORIGIN} {b64(own_id + signature)}\n"

    cases = [("plain", sound, "ok"), ("foreign line before", body + "\n" + other + ours, "ok"),
             ("two lines of the key", sound + ours, "ok"),
             ("foreign line after", sound + line("someone.example", OTHER_SEED, 1, body.encode()), "ok"),
             ("line of an unknown type", sound + "— " + ORIGIN + " " + b64(b"\xff" * 9) + "\n", "ok"),
             ("cosigned", sound + cosignature(body, 1700000000), "ok"),
             ("extension line", signed(body + "extension\n"), "ok")]
    empty = signed(text(ORIGIN, 0, mth([])))
    broken = {
        "another size": sound.replace("\n70\n", "\n71\n"),
        "another root": signed(body).replace(b64(root), b64(LEAVES[0])),
        "another origin": sound.replace(ORIGIN + "\n", "example.com/other\n", 1),
        "signed for another origin": signed(text("example.com/other", 70, root)),
        "leading zero": signed(text(ORIGIN, "070", root)),
        "sign": signed(text(ORIGIN, "+70", root)),
        "hexadecimal": signed(text(ORIGIN, "0x46", root)),
        "no number": signed(text(ORIGIN, "", root)),
        "full-width digits": signed(text(ORIGIN, "７０", root)),
        "size beyond 2^63": signed(text(ORIGIN, 2**63, root)),
        "root of 31 bytes": signed(text(ORIGIN, 70, root[:31])),
        "root without padding": signed(body.replace("=", "")),
        "root in another base64": signed(body.replace(b64(root), b64(root).replace("=", "-"))),
        "blanks after the size": signed(text(ORIGIN, "70 ", root)),
        "carriage returns": signed(body.replace("\n", "\r\n")),
        "two lines": signed(f"{ORIGIN}\n70\n"),
        "no signature": body,
        "no blank line": body + ours,
        "signature line without dash": sound.replace("— ", "- "),
        "signature that is no base64": body + f"\n— {ORIGIN} !!!!\n",
        "last line unended": sound[:-1],
        "empty line after the signatures": sound + "\n",
        "text after the signatures": sound + "more\n",
        "foreign line without dash": sound + other.replace("— ", "- "),
        "foreign line that is no base64": sound + "— someone.example !!!!\n",
        "foreign line without a signature": sound + "— someone.example AAAA\n",
        "foreign line without a name": sound + "—  " + b64(bytes(9)) + "\n",
        "foreign name with a plus": sound + "— some+one " + b64(bytes(9)) + "\n",
        "foreign name with a wide blank": sound + "— some\u3000one " + b64(bytes(9)) + "\n",
        "carriage return after a signature": sound[:-1] + "\r\n",
        "tab in the origin": signed(text(ORIGIN + "\t", 70, root)),
        "signature cut": body + "\n" + own_line(bytes(63)),
        "signature too long": body + "\n" + own_line(bytes(65)),
        "a second line of the key that does not fit": sound + own_line(bytes(64)),
        "a first line of the key that does not fit": body + "\n" + own_line(bytes(64)) + ours,
        "a bit of the signature": sound[:-4] + ("A" if sound[-4] != "A" else "B") + sound[-3:],
        "empty": "",
    }
    cases += [(name, note, "broken") for name, note in broken.items()]
    cases += [("only a foreign signature", body + "\n" + other, "cannot-tell"),
              ("the key's name with another id", body + f"\n— {ORIGIN} {b64(b'0000' + bytes(64))}\n", "cannot-tell")]
    cases = [{"name": name, "note": note, "result": result} for name, note, result in cases]
    for case in cases:
        if case["result"] == "ok":
            case.update(size=70, root=root.hex())
    cases.append({"name": "empty tree", "note": empty, "result": "ok", "size": 0, "root": mth([]).hex()})
    key = vkey(ORIGIN, SEED, 1)
    bad_keys = ["", key[:-4], key.replace("+", "-"), key.replace(key.split("+")[1], "00000000"),
                vkey(ORIGIN, SEED, 6), ORIGIN]
    write("checkpoints.json", {"key": key, "cases": cases, "bad_keys": bad_keys})


def cosignatures():
    body = text(ORIGIN, 70, mth(LEAVES))
    sound = signed(body)
    moment = 1700000000
    other = text(ORIGIN, 69, mth(LEAVES[:69]))
    cut = cosignature(body, moment)
    cases = [
        ("cosigned", sound + cosignature(body, moment), moment),
        ("first of two lines", sound.replace("\n\n", "\n\n" + cosignature(body, moment)), moment),
        ("not cosigned", sound, "missing"),
        ("by another key of that name", sound + cosignature(body, moment, OTHER_SEED), "missing"),
        ("plain signature by the witness's key", sound + line(WITNESS, WITNESS_SEED, 1, body.encode()), "missing"),
        ("of another text", sound + cosignature(other, moment), "broken"),
        ("another time", sound + cosignature(body, moment, claimed=moment + 1), "broken"),
        ("plain signature under the id of cosignatures", sound + line(WITNESS, WITNESS_SEED, 4, body.encode(), moment.to_bytes(8, "big")), "broken"),
        ("cut", sound + cut.rsplit(" ", 1)[0] + " " + b64(base64.b64decode(cut.rsplit(" ", 1)[1])[:-1]) + "\n", "broken"),
    ]
    cases = [{"name": name, "note": note, "result": result} for name, note, result in cases]
    write("cosignatures.json", {
        "log_key": vkey(ORIGIN, SEED, 1), "witness_key": vkey(WITNESS, WITNESS_SEED, 4),
        "what": "result: POSIX seconds of the witness's cosignature, or missing, or broken",
        "cases": cases})


def proofs():
    def included(name, index, size, hashes, holds, leaf=None, root=None):
        return {"name": name, "index": index, "size": size, "leaf": (leaf or LEAVES[index % 70]).hex(),
                "root": (root or mth(LEAVES[:size])).hex(), "proof": [h.hex() for h in hashes], "holds": holds}

    def continues(name, old, new, hashes, holds, old_root=None, new_root=None):
        return {"name": name, "old": old, "new": new, "old_root": (old_root or mth(LEAVES[:old])).hex(),
                "new_root": (new_root or mth(LEAVES[:new])).hex(), "proof": [h.hex() for h in hashes],
                "holds": holds}

    inclusion, consistency = [], []
    for size in (1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 64, 65, 70):
        for index in sorted({0, 1, size // 2, size - 2, size - 1} & set(range(size))):
            inclusion.append(included(f"{index} in {size}", index, size, path(index, LEAVES[:size]), True))
        for old in sorted({0, 1, 2, size // 2, size - 1, size} & set(range(size + 1))):
            consistency.append(continues(f"{old} to {size}", old, size, proof(old, LEAVES[:size]), True))
    sound, other = path(5, LEAVES), path(6, LEAVES)
    inclusion += [
        included("last hash missing", 5, 70, sound[:-1], False),
        included("a hash too many", 5, 70, sound + sound[:1], False),
        included("two hashes swapped", 5, 70, [sound[1], sound[0], *sound[2:]], False),
        included("another leaf's path", 5, 70, other, False),
        included("another place", 6, 70, sound, False, leaf=LEAVES[5]),
        included("another size", 5, 64, sound, False, root=mth(LEAVES)),
        included("beyond the tree", 70, 70, sound, False),
        included("another leaf", 5, 70, sound, False, leaf=LEAVES[4]),
        included("another root", 5, 70, sound, False, root=mth(LEAVES[:69])),
        included("no hashes", 5, 70, [], False),
    ]
    sound = proof(33, LEAVES)
    consistency += [
        continues("first hash missing", 33, 70, sound[1:], False),
        continues("a hash too many", 33, 70, sound + sound[:1], False),
        continues("backwards", 70, 33, sound, False),
        continues("another old root", 33, 70, sound, False, old_root=mth(LEAVES[:32])),
        continues("another new root", 33, 70, sound, False, new_root=mth(LEAVES[:69])),
        continues("another old size", 34, 70, sound, False, old_root=mth(LEAVES[:33])),
        continues("no hashes", 33, 70, [], False),
        continues("same size, another root", 70, 70, [], False, old_root=mth(LEAVES[:69])),
        continues("same size with a hash", 70, 70, sound[:1], False),
        continues("nothing before, with a hash", 0, 70, sound[:1], False),
        continues("nothing before, another empty root", 0, 70, [], False, old_root=LEAVES[0]),
    ]
    write("proofs.json", {"inclusion": inclusion, "consistency": consistency})


def tlog_proofs():
    body = text(ORIGIN, 70, mth(LEAVES))
    note = signed(body)

    def proof_text(index, hashes, note=note, extra="", first="c2sp.org/tlog-proof@v1"):
        lines = "".join(b64(h) + "\n" for h in hashes)
        return f"{first}\n{extra}index {index}\n{lines}\n{note}"

    sound = path(5, LEAVES)
    one = signed(text(ORIGIN, 1, mth(LEAVES[:1])))
    cases = [
        ("plain", proof_text(5, sound), 5, True),
        ("with extra data", proof_text(5, sound, extra="extra aGVsbG8=\n"), 5, True),
        ("cosigned", proof_text(5, sound, note + cosignature(body, 1700000000)), 5, True),
        ("one entry", proof_text(0, [], one), 0, True),
        ("another version", proof_text(5, sound, first="c2sp.org/tlog-proof@v2"), 5, False),
        ("index with a leading zero", proof_text("05", sound), 5, False),
        ("another index", proof_text(6, sound), 5, False),
        ("another entry", proof_text(5, sound), 6, False),
        ("extra data that is no base64", proof_text(5, sound, extra="extra !\n"), 5, False),
        ("a hash cut", proof_text(5, sound[:-1] + [sound[-1][:31]]), 5, False),
        ("no index", proof_text(5, sound).replace("index 5\n", ""), 5, False),
        ("a checkpoint of another key", proof_text(5, sound, signed(body, seed=OTHER_SEED)), 5, False),
        ("a checkpoint of another size", proof_text(5, sound, signed(text(ORIGIN, 69, mth(LEAVES[:69])))), 5, False),
        ("no checkpoint", proof_text(5, sound, ""), 5, False),
    ]
    cases = [{"name": name, "text": content, "entry": ENTRIES[entry].hex(), "holds": holds}
             for name, content, entry, holds in cases]
    write("tlog_proofs.json", {"key": vkey(ORIGIN, SEED, 1), "cases": cases})


for make in (paths, geometry, checkpoints, cosignatures, proofs, tlog_proofs):
    make()
