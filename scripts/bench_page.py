#!/usr/bin/env python3
"""How long the page of a bundle takes to verify a case of 1,000 entries, beside the program.

    bench_page.py PLUMB [--browser PROGRAM] [--rounds N] [--entries N]

One ledger, one bundle; in each round the program verifies the whole zip file (which
includes judging it again), then a browser opens the page that lies in it and one kept
apart is given the zip file. Prints the medians and their ratios as one JSON object.
"""

import argparse
import json
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "trial"), str(HERE.parent / "schemas" / "vectors" / "tlog")]

from browser import Browser, Page  # noqa: E402
from verifiers import run  # noqa: E402

CASE = "approval/990100-XK-2026-000417"


def events(entries):
    """One long case among others, of the size that entries of a city have."""
    for number in range(entries + entries // 2):
        own = number % 3 != 2
        yield json.dumps({
            "id": f"e-{number}", "stream": CASE if own else f"approval/{number % 97}", "type": "approval.stage.completed.v1",
            "occurred_at": f"2026-03-{1 + number % 28:02}T16:20:00+08:00", "source": {"system": "hall"},
            "actor": {"officer": f"officer/990100-{number % 700:04}", "unit": "unit/990100-XZSP", "role": "承办人"},
            "item": {"code": "990100-00417"}, "venue": {"kind": "main_hall"},
            "body": {"stage": f"审查环节{number % 5}", "role": "审核人", "opinion": "同意", "wd_used": number % 9,
                     "materials_hash": f"{number:064x}"},
        }, ensure_ascii=False)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("plumb")
    parser.add_argument("--browser", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--entries", type=int, default=1000)
    asked = parser.parse_args()
    plumb = pathlib.Path(asked.plumb).resolve()
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        ledger, bundle, viewer = work / "ledger", work / "bundle.zip", work / "viewer.html"

        def must(*arguments, data=None):
            code, out, err = run(plumb, *arguments, data=data)
            assert code == 0, f"{arguments}: {out} {err}"
            return out

        must("init", ledger, "--origin", "bench.example/1")
        must("append", "--dir", ledger, "-", data="\n".join(events(asked.entries)).encode())
        must("closing", "run", "--dir", ledger, "--log", "open")
        must("bundle", "create", CASE, "--dir", ledger, "-o", bundle)
        must("bundle", "viewer", "-o", viewer)
        key = json.loads(must("keys", "show", "--json", "--dir", ledger))["open"]["vkey"]
        shutil.unpack_archive(bundle, work / "unpacked")
        browser = Browser(asked.browser, work / "profile")
        times = {name: [] for name in ("native_wall", "native_processor", "page", "page_given_the_zip")}
        try:
            page = Page(browser)
            for _ in range(asked.rounds):
                began, used = time.perf_counter(), processor_seconds()
                done = subprocess.run([plumb, "verify", "bundle", bundle, "--key", key], stdout=subprocess.DEVNULL)
                assert done.returncode == 0
                times["native_wall"].append(time.perf_counter() - began)
                times["native_processor"].append(processor_seconds() - used)
                for name, path in (("page", work / "unpacked" / "verify.html"), ("page_given_the_zip", viewer)):
                    page.open(path)
                    page.wait("document.readyState === 'complete'")
                    if path == viewer:
                        page.choose(bundle)
                    # Until the key is compared the verdict is "cannot tell"; the work is the same.
                    assert page.wait("document.documentElement.dataset.verdict") == "cannot_tell"
                    took = page.wait("document.documentElement.dataset.milliseconds")
                    times[name].append(int(took) / 1000)
        finally:
            browser.close()
        middle = {name: statistics.median(values) for name, values in times.items()}
        entries = sum(1 for _ in open(work / "unpacked" / "entries" / "case.ndjson"))
        print(json.dumps({
            "schema": "plumbline.bench.page/1", "entries": entries, "rounds": asked.rounds, "bundle_bytes": bundle.stat().st_size,
            "milliseconds": {name: round(value * 1000, 1) for name, value in middle.items()},
            "page_to_native": round(middle["page"] / middle["native_wall"], 2),
            "page_given_the_zip_to_native": round(middle["page_given_the_zip"] / middle["native_wall"], 2),
        }))


if __name__ == "__main__":
    main()
