"""Filing with and without the sealing of the audit log going on: writers never wait for it."""

import os
import signal
import subprocess
import sys
import time
from statistics import median

from ops.places import ROOT

from . import databases, filing, servers
from .load import Load, drive
from .report import Section

TITLE = "Sealing while people file"
ABOUT = """
Sixteen connections file without a pause, in alternating runs: with nothing else going on, and while a process of its own
seals the audit log over and over, four times a second (in operation the job does it once a minute). Rates and times stand
side by side; the bar compares medians of the runs. Sealing takes its share of the machine's two cores, which is why the
rates differ at all; were writers to wait for it, the longest answers would tell.
"""
PAUSE = 0.25
SEALER = f"""
import sys, time, django
django.setup()
from madang.kernel.audit.actions import seal
done = 0
print("begun", flush=True)
try:
    while True:
        done += seal()
        time.sleep({PAUSE})
except KeyboardInterrupt:
    print(done, flush=True)
"""


def run(section: Section, seconds: int, rounds: int) -> None:
    """Measures on a fresh copy of the demo country."""
    name = "madang_bench_sealing"
    address = databases.copy(name)
    databases.use(name)
    _seal_all()
    tokens = filing.programs(filing.CONNECTIONS)
    plain: list[Load] = []
    sealed: list[Load] = []
    records = 0
    with servers.site(address) as site:

        def load(seed: int) -> Load:
            return drive(
                site.port, [filing.files(token, seed + one, seconds) for one, token in enumerate(tokens)], seconds
            )

        for number in range(rounds):
            for with_sealing in (False, True) if number % 2 == 0 else (True, False):
                if with_sealing:
                    with _Sealer(address) as sealer:
                        sealed.append(load(number * 100))
                    records += sealer.records
                else:
                    plain.append(load(number * 100))
                    _seal_all()
    errors = sum(len(one.errors(201)) for one in plain + sealed)
    for what, loads in (("without sealing", plain), ("while sealing", sealed)):
        section.add(f"filing {what}", median(one.rate for one in loads), "/s")
        section.add(f"filing {what}, p50", median(one.part(0.5) for one in loads), "ms")
        section.add(f"filing {what}, p99", median(one.part(0.99) for one in loads), "ms")
    times = median(one.part(0.99) for one in sealed) / median(one.part(0.99) for one in plain)
    section.add("p99 while sealing by p99 without", times, "", most=1.25)
    section.add("records sealed meanwhile", records, "", least=1)
    section.add("answers that were errors", errors, "", most=0)
    databases.use(databases.DEMO)
    databases.drop(name)


class _Sealer:
    """A process that seals and seals."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.records = 0

    def __enter__(self) -> "_Sealer":
        environment = os.environ | {"DATABASE_URL": self.address, "LOG_LEVEL": "WARNING"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SEALER], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "begun\n"
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.send_signal(signal.SIGINT)
        said, _nothing = self.process.communicate(timeout=60)
        self.records = int(said or 0)


def _seal_all() -> None:
    from madang.kernel.audit.actions import seal

    while seal():
        time.sleep(0)
