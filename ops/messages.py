"""Compiling translations (.po to .mo), which need no tool of the system: `python -m ops.messages`."""

from pathlib import Path

from ops.places import ROOT


def compile_messages(root: Path = ROOT) -> int:
    """Compile each .po below madang/ that is newer than its .mo; returns how many were compiled."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    done = 0
    for source in sorted((root / "madang").rglob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        language = source.parent.parent.name
        with source.open("rb") as text:
            catalog = read_po(text, locale=language, abort_invalid=True)
        new = target.with_suffix(".mo.new")
        with new.open("wb") as out:
            write_mo(out, catalog)
        new.rename(target)
        done += 1
    return done


if __name__ == "__main__":
    print(f"{compile_messages()} compiled")
