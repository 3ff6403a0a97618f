#!/usr/bin/env python3
"""Disclosures opened by the program, processed by the reference library of RFC 9901.

    try_disclosures.py PLUMB      the built program, which makes a ledger

An entry's body with its `_sd` is what an issuer's signed part holds, so it is signed
with a key of the moment, put together with the disclosures as `plumb vault open` gives
them, and handed to the library: it must give back the body as it was submitted. Left
out, exchanged or changed disclosures must not. Ends with "N passed, N failed". Needs
the packages sd-jwt and jwcrypto.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.verifier import SDJWTVerifier

KEY = JWK.generate(kty="EC", crv="P-256")
passed, failed = 0, 0


def count(name, holds, told=""):
    global passed, failed
    if holds:
        passed += 1
        return
    failed += 1
    print(f"FAILED {name}: {told}")


def run(*command, data=None):
    done = subprocess.run([str(part) for part in command], input=data, capture_output=True)
    assert done.returncode == 0, (command, done.stderr.decode())
    return done.stdout.decode()


def presented(body, disclosures):
    """What the library makes of a body and disclosures."""
    signed = JWS(json.dumps(body, ensure_ascii=False).encode())
    signed.add_signature(KEY, alg="ES256", protected=json.dumps({"alg": "ES256"}))
    text = "~".join([signed.serialize(compact=True), *disclosures, ""])
    return SDJWTVerifier(text, lambda issuer, header: KEY).get_verified_payload()


def again(disclosure, **changes):
    """A disclosure with another salt, name or value, as a forger would write it."""
    salt, name, value = json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    told = [changes.get("salt", salt), changes.get("name", name), changes.get("value", value)]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    plumb = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as work:
        ledger = pathlib.Path(work) / "ledger"
        run(plumb, "init", ledger)
        bodies = {
            "a": {"amount_fen": 12000, "method": "扫码", "payer": "张三丰 \"三\"\\ \u2028é"},
            "b": {"amount_fen": 1, "payer": {"name": "李四", "id_no": "11010519491231002X"}},
        }
        lines = "".join(
            json.dumps({"id": name, "stream": f"fee/{name}", "type": "fee.paid.v1", "body": body,
                        "occurred_at": "2026-03-05T16:20:00+08:00", "source": {"system": "bank"}}) + "\n"
            for name, body in bodies.items())
        run(plumb, "append", "--dir", ledger, "-", data=lines.encode())
        run(plumb, "vault", "grant", "r", "m", "--class", "personal", "--purpose", "x", "--by", "a",
            "--approved-by", "b", "--dir", ledger)
        stored = {}
        for line in run(plumb, "log", "--ndjson", "--dir", ledger).splitlines():
            entry = json.loads(line)
            stored[entry["id"]] = entry.get("body")
        opened = {}
        for name, body in bodies.items():
            count("sealed as stored", "payer" not in stored[name] and stored[name].get("_sd"), stored[name])
            out = run(plumb, "vault", "open", f"fee/{name}", "--as", "m", "--role", "r",
                      "--purpose", "x", "--json", "--dir", ledger)
            opened[name] = [member["disclosure"] for member in json.loads(out)["members"]]
            found = presented(stored[name], opened[name])
            count("the body as it was submitted", found == body, found)
        open_part = {"amount_fen": 12000, "method": "扫码"}
        one = opened["a"][0]
        for name, disclosures in [
            ("no disclosure", []),
            ("the disclosure of another entry", opened["b"]),
            ("another value", [again(one, value="王五")]),
            ("another name", [again(one, name="refund_to")]),
            ("another salt", [again(one, salt="AAAAAAAAAAAAAAAAAAAAAA")]),
        ]:
            found = presented(stored["a"], disclosures)
            count(name, found == open_part, found)
        count("the forger's spelling is the program's", again(one) == one, again(one))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
