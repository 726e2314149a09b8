"""How well, and how fast, texts find the office that answers them."""

import os
from pathlib import Path

from ops.places import ROOT

from .report import Section

TITLE = "Routing"
ABOUT = """
The router learns from the earlier months of an archive of real petitions and is judged on the last, which it has not seen;
the label is the subject that the petitioner chose. The floor of the shares is a linear support vector machine over plain
n-grams of characters on the same texts. Processor time of one core.
"""
LAST = "2019-07.jsonl"


def run(section: Section) -> None:
    """Judges, where this machine has the archive: in MADANG_PETITIONS, or in shared/ beside the checkout."""
    folder = Path(os.environ.get("MADANG_PETITIONS", ROOT.parent / "shared" / "data" / "petitions"))
    files = sorted(folder.glob("*.jsonl"))
    if LAST not in [file.name for file in files]:
        section.remark("Not measured: the archive of real petitions is not on this machine.")
        return
    import json

    from madang.kernel.analytics.queries.learned import Example
    from madang.services.petitions.queries import evaluation_of

    def read(file: Path) -> list[Example]:
        rows = (json.loads(line) for line in file.read_text("utf-8").splitlines())
        return [Example(row.get("title", ""), row["content"], row["category"]) for row in rows]

    earlier = [example for file in files if file.name < LAST for example in read(file)]
    report = evaluation_of(earlier, read(folder / LAST))
    section.add("first suggestion right", report.top1, "", least=0.54, floor=0.54)
    section.add("right one among the first three", report.top3, "", least=0.78, floor=0.78)
    section.add("macro F1", report.macro_f1, "", least=0.51, floor=0.51)
    section.add("time of one text", report.ms, "ms", most=5)
    section.remark(f"Learned from {len(earlier):,} petitions, judged on {report.texts:,}.")
