"""`./bench`: the benchmarks, on a durable database of their own in var/bench."""

import subprocess
import sys
from collections.abc import Sequence

from ops.places import ROOT, venv_python
from ops.say import Stop, fail, line
from ops.supervise import Interrupted, listen_to_signals, sole_use
from ops.workspace import workspace


def main(words: Sequence[str]) -> int:
    """Set up, then go on in `python -m benchmarks` with the words given; returns its exit code."""
    listen_to_signals()
    place = ROOT / "var" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    try:
        with sole_use(place, "./bench"), workspace("bench", throwaway=False) as environment:
            return subprocess.run([venv_python(), "-m", "benchmarks", *words], cwd=ROOT, env=environment).returncode
    except Stop as problem:
        return fail(problem)
    except Interrupted as reason:
        line(f"Stopped ({reason}).")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
