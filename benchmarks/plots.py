"""Plots of figures by the number of cases, as SVG that a screen reader finds a name and a description in."""

import re
from pathlib import Path

from .report import Figure, say

MARKS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")
LINES = ("-", "--", "-.", ":")


def curve(file: Path, title: str, figures: list[Figure]) -> str:
    """Draws one line a figure over the numbers of cases, on logarithmic axes; returns the plot in words.

    Lines differ by mark and dash, not by colour alone. The numbers themselves stand in the table above the plot.
    """
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    mpl.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "madang", "font.size": 10}
    names = list(dict.fromkeys(one.what for one in figures))
    drawing, axes = pyplot.subplots(figsize=(8, 4.6), layout="constrained")
    for number, name in enumerate(names):
        points = sorted((one.rows or 0, one.value) for one in figures if one.what == name)
        axes.plot(
            [x for x, _y in points],
            [y for _x, y in points],
            label=name,
            marker=MARKS[number % len(MARKS)],
            linestyle=LINES[number % len(LINES)],
        )
    bar = next((one.most for one in figures if one.most is not None), None)
    if bar is not None:
        axes.axhline(bar, color="black", linewidth=1)
        axes.annotate(f"bar: {say(bar)}", (0.01, bar), xycoords=("axes fraction", "data"), va="bottom")
    axes.set(xscale="log", yscale="log", xlabel="cases", ylabel=figures[0].unit, title=title)
    axes.xaxis.set_major_formatter(lambda x, _place: f"{x:,.0f}")
    axes.yaxis.set_major_formatter(lambda y, _place: say(y))
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    file.parent.mkdir(parents=True, exist_ok=True)
    drawing.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(drawing)
    told = f"{title}: {len(names)} lines over the number of cases; the numbers are in the table."
    _name(file, title, told)
    return told


def _name(file: Path, title: str, told: str) -> None:
    """Puts a role, a name and a description into the drawing."""
    text = file.read_text(encoding="utf-8")
    head = f'\\1 role="img" aria-labelledby="title desc">\n <title id="title">{title}</title>\n <desc id="desc">{told}</desc>'
    text = re.sub(r"(<svg [^>]*?)>", head, text, count=1, flags=re.S)
    file.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
