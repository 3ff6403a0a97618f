#!/usr/bin/env bash
# Walks a log's BLAKE3 chain with tools that everybody has: curl, jq, b3sum.
#
#   verify_chain.sh FILE            entries, one a line (`plumb log --ndjson`)
#   verify_chain.sh URL             an internal address (http://127.0.0.1:8710)
#   verify_chain.sh … --receipts F  and holds receipts (one a line) against it
#
# Each entry's `position` counts up from 0, its `previous` is the b3sum of the
# entry before, its `recorded_at` rises. A receipt's entry stands at its position
# with its hash.
#
# Exit code 0: the chain is whole. 3: broken, with the position. 4: cannot tell.
# It does not show that the end is not cut off, nor that the whole was not written
# anew: receipts kept elsewhere and `verify_log.py` with a checkpoint do.
set -euo pipefail

usage() { sed -n '4,6s/^# *//p' "$0" >&2; exit 2; }
cannot_tell() { echo "不能判定 / cannot tell: $*"; exit 4; }
broken() { echo "核验不通过 / NOT verified: $*"; exit 3; }

source="" receipts=""
while [ $# -gt 0 ]; do
    case "$1" in
        --receipts) [ $# -ge 2 ] || usage; receipts="$2"; shift 2 ;;
        -*) usage ;;
        *) [ -z "$source" ] || usage; source="$1"; shift ;;
    esac
done
[ -n "$source" ] || usage
for tool in jq b3sum awk; do
    command -v "$tool" >/dev/null || cannot_tell "$tool is missing (apt-get install $tool)"
done
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# All entries, one a line.
entries="$work/entries"
case "$source" in
    http://*|https://*)
        command -v curl >/dev/null || cannot_tell "curl is missing (apt-get install curl)"
        next="/api/v1/events?limit=500"
        while [ -n "$next" ]; do
            curl -sS --fail -D "$work/head" "${source%/}$next" >>"$entries" 2>"$work/error" \
                || cannot_tell "$(tr '\n' ' ' <"$work/error")"
            next="$(tr -d '\r' <"$work/head" | sed -n 's/^[Ll]ink: *<\([^>]*\)>.*rel="\{0,1\}next.*/\1/p')"
        done ;;
    *)
        [ -r "$source" ] || cannot_tell "$source cannot be read"
        cp "$source" "$entries" ;;
esac
[ -s "$entries" ] || cannot_tell "no entries"
grep -q '^{' "$entries" || cannot_tell "$source: no line is an entry: is it the right file?"
[ -z "$(tail -c 1 "$entries")" ] || broken "the last line has no end"

# What each entry says of itself; a line that is no JSON ends the list early.
jq -r '[.position, .previous, .recorded_at] | @tsv' "$entries" >"$work/says" 2>"$work/error" || true
# The digest of each line without its end, a thousand files at a time.
mkdir "$work/lines"
awk -v dir="$work/lines" '{ f = sprintf("%s/%012d", dir, NR - 1); printf "%s", $0 >f; close(f) }' \
    "$entries"
(cd "$work/lines" && find . -type f | sort | sed 's|^\./||' | xargs -n 1000 b3sum --no-names) \
    >"$work/digests"

paste "$work/digests" "$work/says" | LC_ALL=C awk -F'\t' '
    BEGIN { previous = sprintf("%064d", 0) }
    NF < 4 { print NR - 1 ": not an entry"; bad = 1; exit }
    $2 != NR - 1 { print NR - 1 ": says that it is position " $2; bad = 1; exit }
    $3 != previous { print NR - 1 ": does not continue the entry before it"; bad = 1; exit }
    ($4 "") <= (recorded "") { print NR - 1 ": was not recorded after the entry before it"; bad = 1; exit }
    { previous = $1; recorded = $4 }
' >"$work/bad" || true
[ ! -s "$work/bad" ] || broken "position $(cat "$work/bad")"
count="$(wc -l <"$work/digests" | tr -d ' ')"

held=0
if [ -n "$receipts" ]; then
    [ -r "$receipts" ] || cannot_tell "$receipts cannot be read"
    jq -r 'select(.log == "open") | [.position, .hash, .id] | @tsv' "$receipts" >"$work/promised" \
        || cannot_tell "$receipts: not receipts"
    while IFS=$'\t' read -r position hash id; do
        [ "$position" -lt "$count" ] \
            || broken "position $position: the receipt $id was given for it, $count entries are here"
        found="$(sed -n "$((position + 1))p" "$work/digests")"
        [ "$found" = "$hash" ] || broken "position $position: another entry than the receipt $id names"
        held=$((held + 1))
    done <"$work/promised"
fi
echo "链完整 / the chain is whole: $count 条 / entries, $held 张回执 / receipts hold"
echo "最后一条 / the last entry: $(tail -n 1 "$work/digests")"
