"""What was measured, each figure with what it must be and what the machine itself can do; and the page made of it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured value. `least` and `most` are bars it is held to, `aim` what we would like; `floor` is the least
    work with the same result (a statement sent by pgbench, an empty page), measured in the same run; `rows`: at so many
    cases."""

    what: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None
    aim: float | None = None
    floor: float | None = None
    rows: int | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the bar is held; None where there is none."""
        if self.least is not None:
            return self.value >= self.least
        return self.value <= self.most if self.most is not None else None

    @property
    def bar(self) -> str:
        """The bar in words."""
        if self.least is not None:
            return f"at least {say(self.least)}"
        return f"at most {say(self.most)}" if self.most is not None else ""


@dataclass
class Section:
    """The figures of one scenario, with what was done to get them."""

    title: str
    about: str
    machine: dict[str, str]
    measured_on: str = field(default_factory=lambda: date.today().isoformat())  # noqa: DTZ011  (the day as people see it)
    figures: list[Figure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    curve: str = ""

    def add(self, what: str, value: float, unit: str, **rest: float | None) -> None:
        """Notes a figure, and prints it for whoever waits."""
        figure = Figure(what, value, unit, **rest)  # type: ignore[arg-type]
        self.figures.append(figure)
        where = f" at {figure.rows:,} cases" if figure.rows else ""
        floor = f", floor {say(figure.floor)}" if figure.floor is not None else ""
        verdict = {True: ", holds", False: ", DOES NOT HOLD", None: ""}[figure.holds]
        print(
            f"  {what}{where}: {say(value)} {unit}{floor}{' (' + figure.bar + verdict + ')' if figure.bar else ''}",
            flush=True,
        )

    def remark(self, text: str) -> None:
        """Notes something that a reader should know."""
        self.remarks.append(text)
        print(f"  {text}", flush=True)


def say(value: float | None) -> str:
    """A number with as many digits as matter."""
    if value is None:
        return ""
    if value != 0 and abs(value) < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.1 else f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0")


class Kept:
    """The newest figures of every scenario, kept between runs so that one may be measured again by itself."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.sections: dict[str, Section] = {}
        if file.exists():
            for name, one in json.loads(file.read_text()).items():
                one["figures"] = [Figure(**each) for each in one["figures"]]
                self.sections[name] = Section(**one)

    def put(self, name: str, section: Section) -> None:
        """Keeps a section in place of the one from before."""
        self.sections[name] = section
        whole = {name: asdict(one) for name, one in self.sections.items()}
        self.file.write_text(json.dumps(whole, ensure_ascii=False, indent=1))


def page(sections: dict[str, Section], images: dict[str, str]) -> str:
    """docs/benchmarks.md: everything that has a bar at the top, then each scenario with its tables and its plot.

    `images` holds what a reader who does not see a plot is told, by file name; a section's `curve` names its file.
    """
    held = [(one, figure) for one in sections.values() for figure in one.figures if figure.holds is not None]
    missed = [pair for pair in held if not pair[1].holds]
    lines = [
        "# Benchmarks",
        "",
        "Made by `./bench`, never by hand. Figures differ from machine to machine; therefore each stands beside its"
        " **floor**: the least work with the same result, measured in the same run on the same machine.",
        "",
        *_machines(sections),
        "## Bars",
        "",
        f"{len(held) - len(missed)} of {len(held)} bars hold." if held else "",
        "",
        "| what | at cases | measured | bar | aim | |",
        "|---|---:|---:|---|---:|---|",
        *(_held(figure) for _section, figure in held),
        "",
    ]
    for section in sections.values():
        lines += [f"## {section.title}", "", section.about.strip(), ""]
        lines += [f"Measured on {section.measured_on}.", ""]
        lines += _tables(section.figures)
        if section.curve:
            lines += [f"![{images[section.curve]}](images/{section.curve})", ""]
        lines += [f"- {one}" for one in section.remarks] + ([""] if section.remarks else [])
    return "\n".join(lines).rstrip() + "\n"


def _held(figure: Figure) -> str:
    rows = f"{figure.rows:,}" if figure.rows else ""
    verdict = "✓ holds" if figure.holds else "✗ **falls short**"
    return (
        f"| {figure.what} | {rows} | {say(figure.value)} {figure.unit} | {figure.bar} | {say(figure.aim)} | {verdict} |"
    )


def _machines(sections: dict[str, Section]) -> Iterable[str]:
    shared: dict[str, Any] = {}
    for section in sections.values():
        shared |= section.machine
    return ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in shared.items()), ""]


def _tables(figures: list[Figure]) -> list[str]:
    """Figures that were taken at several numbers of cases side by side, the others in a table of their own."""
    lines: list[str] = []
    single = [one for one in figures if one.rows is None]
    if single:
        lines += ["| what | measured | floor | bar |", "|---|---:|---:|---|"]
        lines += [f"| {f.what} | {say(f.value)} {f.unit} | {say(f.floor)} | {f.bar} |" for f in single] + [""]
    sizes = sorted({one.rows for one in figures if one.rows is not None})
    if sizes:
        lines += [
            f"| what | {' | '.join(f'{size:,} cases' for size in sizes)} | bar |",
            f"|---|{'---:|' * len(sizes)}---|",
        ]
        for what in dict.fromkeys(one.what for one in figures if one.rows is not None):
            same = {one.rows: one for one in figures if one.what == what}
            cells = [_cell(same[size]) if size in same else "" for size in sizes]
            bar = next((one.bar for one in same.values() if one.bar), "")
            lines.append(f"| {what} | {' | '.join(cells)} | {bar} |")
        lines.append("")
    return lines


def _cell(figure: Figure) -> str:
    floor = f" ({say(figure.floor)})" if figure.floor is not None else ""
    return f"{say(figure.value)} {figure.unit}{floor}"
