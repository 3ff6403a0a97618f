#!/usr/bin/env python3
"""Checks schemas/vectors/ from outside, in another language.

Written from schemas/FORMAT.md with Python's hashlib and json and two packages:
`pip install blake3 cryptography`. Ends with 0 if every vector holds, with 1 and
the vector's place if one does not. Knows nothing of the Rust code.
"""

import base64
import hashlib
import json
import pathlib
import re
import struct
import sys

from blake3 import blake3
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "schemas" / "vectors"
LEDGER = ("position", "previous", "recorded_at", "revision", "v")
checked = 0


def holds(condition, place):
    global checked
    checked += 1
    if not condition:
        sys.exit(f"check_vectors: {place} does not hold")


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def canonical(value):
    """RFC 8785 for values without fractions."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{canonical(n)}:{canonical(value[n])}" for n in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        # json escapes what RFC 8785 does, and U+007F as itself.
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def sha256(data):
    return hashlib.sha256(data).digest()


def b3(data):
    return blake3(data).digest()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# The tree (FORMAT.md, section 4).


def leaf(entry):
    return sha256(b"\x00" + entry)


def node(left, right):
    return sha256(b"\x01" + left + right)


def split(size):
    return 1 << ((size - 1).bit_length() - 1)


def root(leaves):
    """Level by level, an odd last node going up as it is: equal to RFC 6962."""
    if not leaves:
        return sha256(b"")
    while len(leaves) > 1:
        odd = leaves[len(leaves) & ~1:]
        leaves = [node(*leaves[i:i + 2]) for i in range(0, len(leaves) - 1, 2)] + odd
    return leaves[0]


def root_of_inclusion(leaf_hash, index, size, proof):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return None
    node_index, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return None
        if node_index & 1 or node_index == last:
            found = node(sibling, found)
            while node_index and not node_index & 1:
                node_index, last = node_index >> 1, last >> 1
        else:
            found = node(found, sibling)
        node_index, last = node_index >> 1, last >> 1
    return found if last == 0 else None


def consistent(old, old_root, new, new_root, proof):
    """RFC 9162, section 2.1.4.2."""
    if old > new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == sha256(b"")
    proof = ([old_root] if old & (old - 1) == 0 else []) + list(proof)
    if not proof:
        return False
    node_index, last = old - 1, new - 1
    while node_index & 1:
        node_index, last = node_index >> 1, last >> 1
    old_found = new_found = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if node_index & 1 or node_index == last:
            old_found, new_found = node(sibling, old_found), node(sibling, new_found)
            while node_index and not node_index & 1:
                node_index, last = node_index >> 1, last >> 1
        else:
            new_found = node(new_found, sibling)
        node_index, last = node_index >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


# Checkpoints (section 5).


def note_parts(note, vkey):
    """The signed text, if the key's signature on it is good."""
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    if len(key) != 33 or key[0] != 1 or sha256(name.encode() + b"\n" + key)[:4].hex() != key_id:
        return None
    text, blank, lines = note.partition("\n\n")
    lines = signature_lines(lines) if blank and not CONTROL.search(note) else None
    if not lines:
        return None
    own = [data[4:] for signer, data in lines if signer == name and data[:4].hex() == key_id]
    try:
        for signature in own:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, (text + "\n").encode())
    except InvalidSignature:
        return None
    return text + "\n" if own else None


# All but the line end (section 5).
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
SIGNATURE_LINE = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


def signature_lines(lines):
    """Name and data of each line; none at all if one has not its form (section 5)."""
    found = []
    *whole, rest = lines.split("\n")
    for line in whole:
        match = SIGNATURE_LINE.fullmatch(line)
        if not match or len(match[2]) % 4:
            return None
        data = base64.b64decode(match[2])
        if len(data) < 5 or base64.b64encode(data).decode() != match[2]:
            return None
        found.append((match[1], data))
    return None if rest else found


def checkpoint(note, vkey):
    text = note_parts(note, vkey)
    lines = (text or "").split("\n")
    if len(lines) != 4 or lines[0] != vkey.split("+", 1)[0]:
        return None
    if not lines[1].isdecimal() or str(int(lines[1])) != lines[1] or int(lines[1]) >= 1 << 64:
        return None
    found = base64.b64decode(lines[2])
    return (int(lines[1]), found) if len(found) == 32 else None


# Sealed members (section 6).


def hchacha20(key, nonce):
    state = list(struct.unpack("<4I8I4I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            mixed = state[z] ^ state[x]
            state[z] = (mixed << turn | mixed >> (32 - turn)) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        for row in range(4):
            quarter(row, 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def xchacha(key, nonce):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])), b"\0\0\0\0" + nonce[16:]


def derived(key, label, *parts):
    message = label + b"\0" + b"".join(struct.pack(">Q", len(p)) + p for p in parts)
    return blake3(message, key=key).digest()


# Second digests and signatures (section 16).

KINDS = {"sm2": b"\xffoid/1.2.156.10197.1.501", "ml-dsa-44": b"\x06"}


def sm3(data):
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(data)
    return hasher.finalize()


def sm3_root(entries):
    row = [sm3(b"\x00" + entry) for entry in entries]
    while len(row) > 1:
        odd = row[len(row) & ~1:]
        row = [sm3(b"\x01" + row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0] if row else sm3(b"")


def sm2_verifies(curve, public, user_id, message, r, s):
    """GB/T 32918.2-2016, 7.1, with school arithmetic."""
    p, a, b, n, gx, gy = (int(curve[name], 16) for name in ("p", "a", "b", "n", "gx", "gy"))

    def plus(one, other):
        if one is None or other is None:
            return one or other
        if one[0] == other[0]:
            if (one[1] + other[1]) % p == 0:
                return None
            slope = (3 * one[0] * one[0] + a) * pow(2 * one[1], -1, p)
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, p)
        x = (slope * slope - one[0] - other[0]) % p
        return x, (slope * (one[0] - x) - one[1]) % p

    def times(number, point):
        found = None
        while number:
            if number & 1:
                found = plus(found, point)
            point, number = plus(point, point), number >> 1
        return found

    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    if public[0] != 4 or (y * y - x * x * x - a * x - b) % p:
        return False
    fixed = b"".join(number.to_bytes(32, "big") for number in (a, b, gx, gy, x, y))
    digest = sm3(sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + fixed) + message)
    t = (r + s) % n
    if not (0 < r < n and 0 < s < n and t):
        return False
    point = plus(times(s, (gx, gy)), times(t, (x, y)))
    return point is not None and (int.from_bytes(digest, "big") + point[0]) % n == r


def two_numbers(der):
    """DER of SEQUENCE { INTEGER r, INTEGER s }, in its one spelling."""
    def integer(data):
        number = int.from_bytes(data[2:2 + data[1]], "big")
        return number, data[2 + data[1]:]

    def spelled(number):
        digits = number.to_bytes(number.bit_length() // 8 + 1, "big")
        return b"\x02" + bytes([len(digits)]) + digits

    r, rest = integer(der[2:])
    s, _ = integer(rest)
    body = spelled(r) + spelled(s)
    return (r, s) if b"\x30" + bytes([len(body)]) + body == der else (0, 0)


def signature_under(note, vkey, algorithm):
    """The public key of a vkey, and its signature under a note."""
    name, key_id, data = vkey.split("+", 2)
    data = base64.b64decode(data)
    kind = KINDS[algorithm]
    holds(data.startswith(kind), f"second.json: the kind of {algorithm}")
    found = sha256(name.encode() + b"\n" + data)[:4]
    holds(found.hex() == key_id, f"second.json: the id of {algorithm}")
    for line in note.partition("\n\n")[2].split("\n"):
        _, _, rest = line.partition(" ")
        signer, _, signed = rest.partition(" ")
        if signer == name and base64.b64decode(signed)[:4] == found:
            return name, data[len(kind):], base64.b64decode(signed)[4:]
    holds(False, f"second.json: the line of {algorithm}")


def cosigned_message(name, checkpoint_text, moment):
    """c2sp.org/tlog-cosignature."""
    origin, size, found = checkpoint_text.split("\n")[:3]

    def text(value):
        return bytes([len(value.encode())]) + value.encode()

    return (b"subtree/v1\n\0" + text(name) + moment + text(origin) + bytes(8)
            + int(size).to_bytes(8, "big") + base64.b64decode(found))


def mldsa_verifies(public, message, signature):
    try:
        MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def check_second():
    """FORMAT.md, section 16."""
    vectors, log = load("second.json"), load("log.json")
    curve, user_id = vectors["curve"], b"1234567812345678"
    for vector in vectors["sm3"]:
        holds(sm3(bytes.fromhex(vector["input"])).hex() == vector["digest"], vector["source"])
    for vector in vectors["sm2"]:
        public, message = bytes.fromhex(vector["public"]), bytes.fromhex(vector["message"])
        numbers = int(vector["r"], 16), int(vector["s"], 16)
        der = bytes.fromhex(vector["der"])
        holds(two_numbers(der) == numbers, vector["source"] + ": DER")
        holds(sm2_verifies(curve, public, user_id, message, *numbers), vector["source"])
        holds(not sm2_verifies(curve, public, b"ALICE123@YAHOO.COM", message, *numbers),
              vector["source"] + ": another user id")
    for vector in vectors["ml_dsa_44"]:
        public, message = bytes.fromhex(vector["public"]), bytes.fromhex(vector["message"])
        signature = bytes.fromhex(vector["signature"])
        made = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(vector["seed"])).public_key()
        holds(made.public_bytes_raw() == public, vector["source"] + ": public key")
        holds(mldsa_verifies(public, message, signature), vector["source"])
        holds(not mldsa_verifies(public, message + b"x", signature), vector["source"] + ": changed")
    entries = [vector["entry"].encode() for vector in log["entries"]]
    for vector in vectors["heads"]:
        place = f"second.json, head {vector['size']}"
        note, text = vector["checkpoint"], vector["checkpoint"].partition("\n\n")[0] + "\n"
        holds(checkpoint(note, log["vkey"]) is not None, place + ": Ed25519")
        _, public, signature = signature_under(note, vectors["sm2_vkey"], "sm2")
        numbers = two_numbers(signature)
        holds(sm2_verifies(curve, public, user_id, text.encode(), *numbers), place + ": SM2")
        name, public, stamped = signature_under(note, vectors["ml_dsa_44_vkey"], "ml-dsa-44")
        message = cosigned_message(name, text, stamped[:8])
        holds(mldsa_verifies(public, message, stamped[8:]), place + ": ML-DSA-44")
        head = vector["sm3_head"]
        text = head.partition("\n\n")[0] + "\n"
        expected = base64.b64encode(sm3_root(entries[:vector["size"]])).decode()
        origin = vectors["sm2_vkey"].split("+", 1)[0]
        holds(text == f"plumbline sm3 checkpoint v1\n{origin}\n{vector['size']}\n{expected}\n",
              place + ": SM3 root")
        _, public, signature = signature_under(head, vectors["sm2_vkey"], "sm2")
        numbers = two_numbers(signature)
        holds(sm2_verifies(curve, public, user_id, text.encode(), *numbers), place + ": SM3 head")


# Files (sections 7 and 8).


def segment(data, origin):
    """The header's numbers and the frames of a file."""
    holds(data[:10] == b"PLUMBSEG\x00\x01" and b3(data[:4064]) == data[4064:4096], "a header")
    holds(data[24:56] == sha256(origin.encode()), "the origin in a header")
    count, = struct.unpack(">H", data[10:12])
    first, = struct.unpack(">Q", data[16:24])
    frontier = [data[88 + 32 * i:120 + 32 * i] for i in range(count)]
    frames, at = [], 4096
    while any(data[at:]):
        frames.append(frame(data[at:]))
        at += frames[-1]["bytes"]
    return first, data[56:88], frontier, frames


def frame(data):
    head = struct.unpack(">4sIQQ32sII", data[:64])
    magic, count, epoch, first, previous, entries_bytes, sealed_bytes = head
    holds(magic == b"PLF1" and b3(data[:64]) == data[64:96], "a frame's header")
    body, entries, at = data[96:96 + entries_bytes], [], 0
    while at < len(body):
        length, = struct.unpack(">H", body[at:at + 2])
        entries.append(body[at + 2:at + 2 + length])
        at += 2 + length
    end = 96 + entries_bytes + sealed_bytes
    sealed = data[96 + entries_bytes:end]
    trailer = b3(data[:96] + b"".join(map(b3, entries)) + b3(sealed))
    holds(len(entries) == count and trailer == data[end:end + 32], "a frame's trailer")
    return {"epoch": epoch, "first": first, "previous": previous, "entries": entries,
            "sealed": sealed, "bytes": end + 32}


def check_spellings():
    for index, vector in enumerate(load("canonical.json")["vectors"]):
        spelled = canonical(json.loads(vector["text"]))
        holds(spelled == vector["canonical"], f"canonical.json, vector {index}")


def check_log():
    log = load("log.json")
    last, entries, leaves = b"\0" * 32, [], []
    for vector in log["entries"]:
        place = f"log.json, entry {vector['position']}"
        text = vector["entry"].encode()
        value = json.loads(text)
        holds(canonical(value) == vector["entry"], place + ": spelling")
        own = {name: value.pop(name) for name in LEDGER}
        holds(canonical(value) == vector["submission"], place + ": submission")
        holds(own == {"position": vector["position"], "previous": last.hex(),
                      "recorded_at": vector["recorded_at"], "revision": vector["revision"], "v": 1},
              place + ": the ledger's members")
        last = b3(text)
        entries.append(text)
        leaves.append(leaf(text))
        holds(last.hex() == vector["link"], place + ": link")
        holds(leaves[-1].hex() == vector["leaf"], place + ": leaf")
    for vector in log["roots"]:
        size = vector["size"]
        holds(root(leaves[:size]).hex() == vector["root"], f"log.json, root {size}")
        at, nodes = 0, []
        for bit in reversed(range(size.bit_length())):
            if size >> bit & 1:
                nodes.append(root(leaves[at:at + (1 << bit)]).hex())
                at += 1 << bit
        holds(nodes == vector["frontier"], f"log.json, frontier {size}")
    check_files(log, entries)
    check_notes(log, entries, leaves)


def check_files(log, entries):
    seen, last, frames = [], b"\0" * 32, []
    for number, file in enumerate(log["segments"]):
        first, previous, frontier, found = segment(bytes.fromhex(file["bytes"]), log["origin"])
        place = f"log.json, {file['name']}"
        holds(file["name"] == f"{first:020}.seg" and first == len(seen), place + ": name")
        holds(previous == last, place + ": previous")
        nodes = [node.hex() for node in frontier]
        holds(nodes == log["roots"][first]["frontier"], place + ": frontier")
        for group in found:
            holds(group["first"] == len(seen) and group["previous"] == last, place + ": frame")
            seen += group["entries"]
            last = b3(seen[-1])
            frames.append({"epoch": group["epoch"], "entries": len(group["entries"]), "segment": number})
    holds(seen == entries, "log.json, segments: entries")
    holds(frames == log["frames"], "log.json, frames")


def check_notes(log, entries, leaves):
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(log["seed"])).public_key()
    public = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_id = sha256(log["origin"].encode() + b"\n\x01" + public)[:4].hex()
    key = base64.b64encode(b"\x01" + public).decode()
    holds(log["vkey"] == f"{log['origin']}+{key_id}+{key}", "log.json, vkey")
    for vector in log["checkpoints"]:
        stated = checkpoint(vector["note"], log["vkey"])
        holds(stated == (vector["size"], root(leaves[:vector["size"]])), "log.json, a checkpoint")
    for vector in log["receipts"]:
        receipt = vector["receipt"]
        position = receipt["position"]
        place = f"log.json, receipt {position}"
        holds(receipt["hash"] == b3(entries[position]).hex(), place)
        holds(receipt["id"] == json.loads(entries[position])["id"], place)
        head, _, note = vector["tlog_proof"].partition("\n\n")
        lines = head.split("\n")
        holds(lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {position}"], place + ": proof")
        size, signed = checkpoint(note, log["vkey"])
        path = [base64.b64decode(line) for line in lines[2:]]
        found = root_of_inclusion(leaves[position], position, size, path)
        holds(found == signed, place + ": proof")


def check_sealed():
    sealed, log = load("sealed.json"), load("log.json")
    key = bytes.fromhex(sealed["key"])
    subject = b3(b"plumbline subject v1\0" + sealed["subject"].encode())[:16]
    holds(subject.hex() == sealed["subject_id"], "sealed.json, subject")
    for vector in sealed["vectors"]:
        place = f"sealed.json, position {vector['position']}"
        parts = [vector[name].encode() for name in ("system", "id", "member")]
        salt = b64url(derived(key, b"plumbline salt v1", *parts)[:16])
        holds(salt == vector["salt"], place + ": salt")
        triple = [salt, vector["member"], json.loads(vector["value"])]
        disclosure = b64url(canonical(triple).encode())
        holds(disclosure == vector["disclosure"], place + ": disclosure")
        digest = b64url(sha256(disclosure.encode()))
        holds(digest == vector["digest"], place + ": digest")
        body = json.loads(log["entries"][vector["position"]]["entry"])["body"]
        holds(digest in body["_sd"] and vector["member"] not in body, place + ": entry")
        nonce = derived(key, b"plumbline nonce v1", digest.encode())[:24]
        holds(nonce.hex() == vector["nonce"], place + ": nonce")
        cipher, short = xchacha(key, nonce)
        found = cipher.encrypt(short, disclosure.encode(), digest.encode())
        holds(found.hex() == vector["ciphertext"], place + ": ciphertext")
        record = bytes.fromhex(vector["record"])
        head = subject + bytes([vector["class"]]) + nonce + struct.pack(">I", len(found))
        holds(record[4:] == head + found, place + ": record")
        try:
            cipher.decrypt(short, found, digest[::-1].encode())
            holds(False, place + ": it opens against another digest")
        except InvalidTag:
            pass


def checked_path(place, entry_leaf, index, size, path, expected):
    proof = [base64.b64decode(text, validate=True) for text in path]
    holds(root_of_inclusion(entry_leaf, index, size, proof) == expected, place)


def check_streams():
    """FORMAT.md, section 10."""
    vectors, log = load("streams.json"), load("log.json")
    entries = [vector["entry"].encode() for vector in log["entries"]]

    def index_of(entries):
        streams = {}
        for entry in entries:
            name = json.loads(entry)["stream"].encode()
            count, _ = streams.get(name, (0, None))
            streams[name] = (count + 1, b3(entry).hex())
        return [f"plumbline stream v1\n{name.decode()}\n{count}\n{last}\n"
                for name, (count, last) in sorted(streams.items())]

    for vector in vectors["indexes"]:
        place = f"streams.json, index {vector['size']}"
        texts = index_of(entries[:vector["size"]])
        holds(texts == [item["text"] for item in vector["leaves"]], place + ": leaves")
        leaves = [leaf(text.encode()) for text in texts]
        holds([item.hex() for item in leaves] == [item["leaf"] for item in vector["leaves"]],
              place + ": leaf hashes")
        holds(root(leaves).hex() == vector["root"], place)
    covered = len(entries)
    entries += [entry.encode() for entry in vectors["entries"]]
    for extract in vectors["extracts"]:
        place = f"streams.json, extract of {extract['stream']}"
        size, signed_root = checkpoint(extract["checkpoint"], log["vkey"])
        holds(size == len(entries), place + ": checkpoint")
        own = [entry for entry in entries if json.loads(entry)["stream"] == extract["stream"]]
        holds([item["entry"].encode() for item in extract["entries"]] == own, place + ": entries")
        for item in extract["entries"]:
            position = json.loads(item["entry"])["position"]
            checked_path(place, leaf(item["entry"].encode()), position, size, item["path"], signed_root)
        coverage = extract["coverage"]
        tail = [entry.encode() for entry in coverage["tail"]]
        holds(tail == entries[covered:], place + ": tail")
        nodes = [base64.b64decode(text) for text in coverage["frontier"]]
        grown, number = nodes, size - len(tail)
        for entry in tail:
            node_hash, bits = leaf(entry), number
            while bits & 1:
                node_hash, bits = node(grown.pop(), node_hash), bits >> 1
            grown.append(node_hash)
            number += 1
        top = grown[-1]
        for left in reversed(grown[:-1]):
            top = node(left, top)
        holds(top == signed_root, place + ": the tail's root")
        closing = json.loads(tail[coverage["closing"] - covered])["body"]
        holds(closing["size"] == size - len(tail), place + ": closing")
        index = coverage["index"]
        around = [index["member"]] if "member" in index else [
            index["absent"][side] for side in ("before", "after") if index["absent"][side]]
        for item in around:
            text = f"plumbline stream v1\n{item['stream']}\n{item['count']}\n{item['last']}\n"
            checked_path(place, leaf(text.encode()), item["index"], closing["streams"],
                         item["path"], bytes.fromhex(closing["root"]))
        if "absent" in index:
            holds(around[0]["index"] + 1 == around[1]["index"], place + ": neighbours")


def check_keys():
    """Section 15, by the kit's own reading of it."""
    kit = str(VECTORS / "tlog")
    sys.path.insert(0, kit)
    import keychanges
    import tlog

    log, vectors = load("log.json"), load("keys.json")
    entries = [one["entry"] for one in log["entries"]] + vectors["entries"]

    def followed(changes):
        """The keys after so many changes, and the root and size there."""
        keys, leaves = keychanges.Succession(tlog.Key(log["vkey"])), []
        for entry in entries:
            value = json.loads(entry)
            if keychanges.is_change(value):
                if len(keys.changes) == changes:
                    break
                keys.follow(value, root(leaves))
            leaves.append(leaf(entry.encode()))
        return keys, root(leaves), len(leaves)

    keys, _, size = followed(2)
    holds(size == len(entries), "keys.json, its entries")
    holds([(key.name, key.public) for _, key in keys.terms]
          == [(tlog.Key(text).name, tlog.Key(text).public) for text in vectors["vkeys"]],
          "keys.json, the keys in force")
    for change, name in zip(keys.changes, ("rotation", "restoration")):
        holds(change.text == vectors[name]["text"], f"keys.json, the text of the {name}")
    previous = b3(entries[len(log["entries"]) - 1].encode())
    for entry in vectors["entries"]:
        holds(json.loads(entry)["previous"] == previous.hex(), "keys.json, a link")
        previous = b3(entry.encode())
    for number, vector in enumerate(vectors["notes"]):
        try:
            head = keys.checkpoint(vector["note"])
            found = (head.size, None)
        except tlog.Broken as error:
            found = (vector["size"], error.place)
        position = vector["position"]
        expected = None if position is None else f"position {position}"
        holds(found == (vector["size"], expected), f"keys.json, note {number}")
    for name, changes in (("refused", 0), ("refused_restorations", 1)):
        for vector in vectors[name]:
            keys, root_there, size = followed(changes)
            value = json.loads(vector["entry"])
            holds(value["position"] == size, f"keys.json, {vector['name']}")
            try:
                keys.follow(value, root_there)
                holds(False, f"keys.json, {vector['name']}: it was followed")
            except tlog.Broken as error:
                holds(error.place == f"position {size}", f"keys.json, {vector['name']}")


def check_proofs():
    leaves = [leaf(str(index).encode()) for index in range(70_000)]
    roots = {}

    def root_at(size):
        if size not in roots:
            roots[size] = root(leaves[:size])
        return roots[size]

    for vector in load("tree.json")["roots"]:
        holds(root_at(vector["size"]).hex() == vector["root"], f"tree.json, size {vector['size']}")
    proofs = load("proofs.json")
    for vector in proofs["inclusion"]:
        path = [bytes.fromhex(node) for node in vector["proof"]]
        index, size = vector["index"], vector["size"]
        found = root_of_inclusion(leaves[index], index, size, path)
        holds(found == root_at(size), f"proofs.json, inclusion of {index} in {size}")
    for vector in proofs["consistency"]:
        path = [bytes.fromhex(node) for node in vector["proof"]]
        old, new = vector["old"], vector["new"]
        old_root = root_at(old) if old else sha256(b"")
        holds(consistent(old, old_root, new, root_at(new), path), f"proofs.json, {old} to {new}")


def check_refusals():
    """What Python can refuse without a reader of its own."""
    refusals = load("refusals.json")
    for vector in refusals["checkpoints"]:
        try:
            taken = checkpoint(vector["note"], vector["vkey"]) is not None
        except ValueError:
            taken = False
        holds(not taken, f"refusals.json, checkpoint {vector['code']}")
    for vector in refusals["inclusion"]:
        path = [bytes.fromhex(node) for node in vector["proof"]]
        found = root_of_inclusion(bytes.fromhex(vector["leaf"]), vector["index"], vector["size"], path)
        holds(found is None or found.hex() != vector["root"], "refusals.json, inclusion")
    for vector in refusals["consistency"]:
        path = [bytes.fromhex(node) for node in vector["proof"]]
        roots = bytes.fromhex(vector["old_root"]), bytes.fromhex(vector["new_root"])
        taken = consistent(vector["old"], roots[0], vector["new"], roots[1], path)
        holds(not taken, "refusals.json, consistency")
    for vector in refusals["entries"]:
        if vector["code"] == "spelling":
            holds(canonical(json.loads(vector["entry"])) != vector["entry"], "refusals.json, spelling")


def check_known():
    known = load("known.json")
    for vector in known["blake3"]:
        holds(b3(bytes.fromhex(vector["input"])).hex() == vector["digest"], vector["source"])
    for vector in known["sha256"]:
        holds(sha256(bytes.fromhex(vector["input"])).hex() == vector["digest"], vector["source"])
    leaves = [leaf(bytes.fromhex(text)) for text in known["rfc6962"]["leaves"]]
    for size, expected in enumerate(known["rfc6962"]["roots"], 1):
        holds(root(leaves[:size]).hex() == expected, f"known.json, root {size}")
    for vector in known["ed25519"]:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["secret"]))
        signed = key.sign(bytes.fromhex(vector["message"]))
        holds(signed.hex() == vector["signature"], vector["source"])
    note = known["signed_note"]
    holds(note_parts(note["note"], note["public_key"]) == note["text"], note["source"])
    vector = {name: bytes.fromhex(known["xchacha20poly1305"][name])
              for name in ("key", "nonce", "aad", "plaintext", "ciphertext_and_tag")}
    cipher, short = xchacha(vector["key"], vector["nonce"])
    found = cipher.encrypt(short, vector["plaintext"], vector["aad"])
    holds(found == vector["ciphertext_and_tag"], "known.json, xchacha20poly1305")


if __name__ == "__main__":
    check_known()
    check_spellings()
    check_log()
    check_sealed()
    check_proofs()
    check_streams()
    check_keys()
    check_refusals()
    check_second()
    print(f"schemas/vectors: {checked} checks hold")
