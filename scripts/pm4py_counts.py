#!/usr/bin/env python3
"""Counts cases, events and activities of exported logs with PM4Py.

`pm4py_counts.py CASES EVENTS ACTIVITIES FILE...`: each FILE, XES (.xes) or OCEL 2.0
(.json), must hold these counts. Ends with 0 if all do, with 1 and the difference
otherwise. Needs `pip install pm4py`; shares nothing with the program, so that both
would have to be wrong in the same way to agree.
"""

import sys

import pm4py


def of_xes(path):
    """Cases, events and activities of an XES log."""
    log = pm4py.read_xes(path, show_progress_bar=False)
    return (
        log["case:concept:name"].nunique(),
        len(log),
        log["concept:name"].nunique(),
    )


def of_ocel(path):
    """Cases, events and source activities (an attribute: the type is the act's)."""
    ocel = pm4py.read_ocel2_json(path)
    relations = ocel.relations
    cases = relations[relations["ocel:type"] == "case"]
    return (
        cases["ocel:oid"].nunique(),
        len(ocel.events),
        ocel.events["activity"].nunique(),
    )


def main(arguments):
    wanted, paths = tuple(int(text) for text in arguments[:3]), arguments[3:]
    wrong = 0
    for path in paths:
        found = of_ocel(path) if path.endswith(".json") else of_xes(path)
        same = found == wanted
        wrong += not same
        print(f"{path}: cases, events, activities {found}", "as wanted" if same else f"not {wanted}")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
