"""Goes on in one of the commands: `python ops run`, from any folder, with what follows for that command."""

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    sys.exit(import_module(f"ops.{sys.argv[1]}").main(sys.argv[2:]))
