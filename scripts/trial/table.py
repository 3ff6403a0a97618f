"""What each verifier was seen to find, counted, and as a table in schemas/TAMPERING.md."""

import concurrent.futures
import os
import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "TAMPERING.md"
LEAST = 30


class Section:
    """One kind of evidence: kinds of tampering down, verifiers across."""

    def __init__(self, name, verifiers):
        self.name, self.verifiers, self.rows, self.failures = name, list(verifiers), [], []

    def intact(self, verifier, said, code=0):
        if said.code != code:
            self.failures.append(f"intact: {verifier} gave {said.code}, not {code}: {said.output}")

    def take(self, kind, answers):
        """`answers`: by verifier what it said, or None where it claims nothing."""
        cells = []
        for verifier in self.verifiers:
            said = answers.get(verifier)
            due = kind.claims.get(verifier, 3)
            if said is None or due is None:
                cells.append("–")
                continue
            dues = (3, 4) if kind.claims.get("either") else (due,)
            named = due != 3 or said.code != 3 or (said.place and (not kind.place or re.search(kind.place, said.place)))
            if said.code not in dues or not named:
                self.failures.append(f"{self.name}, {kind.name}: {verifier} gave {said.code}, not {dues}, "
                                     f"and named {said.place!r}, not {kind.place!r}: {said.output[:2000]}")
            cells.append("●" if said.code == 3 else "○")
        self.rows.append((kind.name, cells))

    def claimed(self):
        return {name: sum(row[at] != "–" for _, row in self.rows) for at, name in enumerate(self.verifiers)}

    def text(self, titles):
        heads = [titles.get(name, name) for name in self.verifiers]
        lines = ["| " + " | ".join(["", *heads]) + " |", "|---" * (len(heads) + 1) + "|"]
        lines += ["| " + " | ".join([name, *cells]) + " |" for name, cells in self.rows]
        counts = self.claimed()
        lines.append("| **" + str(len(self.rows)) + "** | " + " | ".join(f"**{counts[v]}**" for v in self.verifiers) + " |")
        return "\n".join(lines) + "\n"


def together(jobs):
    """Runs jobs on all cores; answers in their order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(lambda job: job(), jobs))


def hold(sections, titles, write):
    """The page's sections are what was seen; gives what is wrong."""
    page, wrong = PAGE.read_text(), []
    for section in sections:
        begin, end = f"<!-- {section.name} -->\n", f"<!-- end {section.name} -->"
        if begin not in page or end not in page:
            wrong.append(f"{PAGE.name} has no section {section.name}")
            continue
        head, rest = page.split(begin, 1)
        old, tail = rest.split(end, 1)
        new = section.text(titles)
        if old != new:
            wrong.append(f"{PAGE.name}: the section {section.name} is not what was seen: run with --write")
        page = head + begin + new + end + tail
    if write:
        PAGE.write_text(page)
        return []
    return wrong
