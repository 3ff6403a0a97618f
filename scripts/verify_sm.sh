#!/usr/bin/env bash
# Checks the SM2 signature on a Plumbline checkpoint with OpenSSL alone.
#
#   verify_sm.sh NOTE VKEY
#
# NOTE is a file: a checkpoint (`plumb checkpoint show`, GET /log/open/checkpoint) or
# an SM3 head (`plumb checkpoint show --sm`, GET /log/open/checkpoint.sm3). VKEY is
# the log's SM2 public key, obtained elsewhere and not from the operator's machine
# (`plumb keys show --json`: .open.further[], algorithm "sm2").
# Needs bash, coreutils and OpenSSL 3 with SM2 and SM3. Written from
# schemas/FORMAT.md; shares no line with the program that signed.
#
# Exit code 0: signed by this key. 3: the key's line is there and does not fit.
# 4: cannot tell (no line of this key, or no SM2 here). 2: usage.
# It shows who signed which origin, size and root, and not that the entries have this
# root: scripts/verify_log.py --sm3 NOTE hashes them.
set -euo pipefail

# The algorithm in a vkey: FF, then the object identifier of SM2 with SM3 (GM/T 0006).
ALGORITHM="ff$(printf 'oid/1.2.156.10197.1.501' | od -An -tx1 | tr -d ' \n')"
# SubjectPublicKeyInfo up to the point: id-ecPublicKey on the curve 1.2.156.10197.1.301.
SPKI=3059301306072a8648ce3d020106082a811ccf5501822d034200
# The signer's id in the digest, the default of GM/T 0009.
USER_ID=1234567812345678

usage() { sed -n '2,/^set -e/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2; exit 2; }
verdict() { printf '%s\n' "$2"; exit "$1"; }
hex_of() { od -An -v -tx1 | tr -d ' \n'; }
bytes_of() { local hex; hex=$(cat); printf "$(printf '%s' "$hex" | sed 's/../\\x&/g')"; }

[ $# -eq 2 ] && [ -r "$1" ] || usage
note=$1 name=${2%%+*} rest=${2#*+}
id=${rest%%+*} key=${rest#*+}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

openssl list -digest-algorithms 2>/dev/null | grep -qi sm3 ||
    verdict 4 "不能判定 / cannot tell: this OpenSSL has no SM3"
key=$(printf '%s' "$key" | openssl base64 -d -A | hex_of)
point=${key#"$ALGORITHM"}
[ "$point" != "$key" ] && [ ${#point} -eq 130 ] || { echo "not an SM2 vkey" >&2; usage; }
found=$({ printf '%s\n' "$name"; printf '%s' "$key" | bytes_of; } | openssl dgst -sha256 -binary |
    head -c 4 | hex_of)
[ "$found" = "$id" ] || { echo "the vkey's id does not fit its key" >&2; usage; }
printf '%s' "$SPKI$point" | bytes_of >"$work/key.der"

# A note of which a line has not its form is none (schemas/FORMAT.md §5).
malformed() { verdict 3 "核验不通过 / NOT verified: not a signed note: $1"; }
LC_ALL=C tr -d '\n' <"$note" | LC_ALL=C grep -q '[[:cntrl:]]' && malformed "a control character"
[ -s "$note" ] && [ -z "$(tail -c 1 "$note")" ] || malformed "the last line has no end"
# The text is all up to the empty line, its last line end included.
sed '/^$/,$d' "$note" >"$work/text"
sed '1,/^$/d' "$note" >"$work/lines"
[ -s "$work/lines" ] || malformed "no signature line"
checked=0
while IFS= read -r line; do
    [[ "$line" =~ ^—\ ([^\ +]+)\ ([A-Za-z0-9+/]+={0,2})$ ]] || malformed "$line"
    signer=${BASH_REMATCH[1]} data=${BASH_REMATCH[2]}
    printf '%s' "$data" | openssl base64 -d -A >"$work/signed" 2>"$work/said" || : >"$work/signed"
    [ "$(openssl base64 -A <"$work/signed")" = "$data" ] && [ "$(wc -c <"$work/signed")" -gt 4 ] ||
        malformed "$line"
    [ "$signer" = "$name" ] || continue
    [ "$(head -c 4 "$work/signed" | hex_of)" = "$id" ] || continue
    tail -c +5 "$work/signed" >"$work/signature"
    openssl pkeyutl -verify -rawin -digest sm3 -pkeyopt "distid:$USER_ID" \
        -pubin -keyform DER -inkey "$work/key.der" -in "$work/text" \
        -sigfile "$work/signature" >"$work/said" 2>&1 ||
        verdict 3 "核验不通过 / NOT verified: the signature by $name+$id does not fit the text"
    checked=$((checked + 1))
done <"$work/lines"
[ "$checked" -gt 0 ] || verdict 4 "不能判定 / cannot tell: no signature by $name+$id"
verdict 0 "核验通过 / verified: $name+$id signed
$(cat "$work/text")"
