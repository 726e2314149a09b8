"""`./bench`: measures the whole system and writes docs/benchmarks.md."""

import argparse
import sys

import django


def main() -> int:
    """The command; returns 0."""
    names = ("filing", "pages", "bulk", "routing", "lists")
    parser = argparse.ArgumentParser(prog="./bench", description="Measures the system and writes docs/benchmarks.md.")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="which measurements (default: all)")
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="numbers of cases")
    parser.add_argument("--seconds", type=int, default=10, help="how long each load lasts (default: 10)")
    chosen = parser.parse_args()
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["localhost", "testserver"]

    from . import databases, filing, scale, system
    from .report import Report

    report = Report()
    print("> Making the demo country to measure on (once)", flush=True)
    databases.drop(databases.copy("madang_bench_probe").rpartition("/")[2])
    databases.use(databases.DEMO)
    steps = {
        "filing": lambda: filing.run(report, chosen.seconds),
        "pages": lambda: system.pages(report, 60),
        "bulk": lambda: system.bulk(report, 5000),
        "routing": lambda: system.routing(report),
        "lists": lambda: scale.run(report, sorted(chosen.rows)),
    }
    for name in chosen.only:
        print(f"> {name}", flush=True)
        steps[name]()
    report.write()
    print("docs/benchmarks.md is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
