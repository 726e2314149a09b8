"""What was measured, and docs/benchmarks.md made of it."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ops.places import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """One measurement; `bar` is what was asked for, in words, `met` whether it is."""

    what: str
    value: float
    unit: str
    bar: str = ""
    met: bool | None = None


@dataclass
class Report:
    """Figures by scenario, in the order of measuring."""

    figures: dict[str, list[Figure]] = field(default_factory=dict)

    def add(self, scenario: str, what: str, value: float, unit: str, bar: str = "", met: bool | None = None) -> None:
        """Notes a figure, and shows it."""
        self.figures.setdefault(scenario, []).append(Figure(what, value, unit, bar, met))
        verdict = "" if met is None else "  met" if met else "  NOT MET"
        print(f"  {what}: {value:,.2f} {unit}{f'  (bar: {bar})' if bar else ''}{verdict}", flush=True)

    def write(self, page: Path = PAGE) -> None:
        """Writes the page, with the machine and the day."""
        lines = [
            "# Measured speed",
            "",
            "Made by `./bench`. Absolute numbers belong to the machine and its load; what holds elsewhere",
            "are the ratios to the floor measured in the same run.",
            "",
            f"- machine: {os.cpu_count()} processors, {platform.machine()}, {platform.system()}",
            f"- Python {platform.python_version()}",
            f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f} when it ended",
        ]
        for scenario, figures in self.figures.items():
            lines += ["", f"## {scenario}", "", "| | measured | bar | |", "|---|---:|---|---|"]
            for one in figures:
                verdict = "" if one.met is None else "met" if one.met else "**not met**"
                lines.append(f"| {one.what} | {one.value:,.2f} {one.unit} | {one.bar} | {verdict} |")
        page.write_text("\n".join(lines) + "\n", encoding="utf-8")
