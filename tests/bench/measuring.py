# SPDX-License-Identifier: Apache-2.0
"""How a row of the bench is measured: product and yardstick alternately, ratios of each pair."""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "street"))


@dataclass
class Finding:
    """One line of the table. `met` is None where there is no goal, only a figure."""

    row: str
    workload: str
    figure: str
    yardstick: str
    ratio: str
    goal: str
    met: bool | None
    details: dict = field(default_factory=dict)


@dataclass
class Bench:
    """What a row is given: programs, sizes, and a place for files."""

    programs: Path
    metergate: Path
    size: str  # full, quick, or smoke: for a test that only wants to see it run
    scratch: Path

    @property
    def models(self):
        return SOURCE / "meters" / "models" / "data"

    @property
    def pairs(self):
        return 5 if self.size == "full" else 1

    def sized(self, full, quick, smoke):
        return {"full": full, "quick": quick, "smoke": smoke}[self.size]

    def program(self, name, *arguments, patience=1800):
        """The JSON object one of the programs prints."""
        command = [str(self.programs / name), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def machine_watched(self):
        """A list that holds, once the block has ended, how long the machine itself stood still in it."""
        watch = subprocess.Popen([str(self.programs / "standstill")], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True, preexec_fn=_before_all_others)
        found = []
        try:
            yield found
        finally:
            found.append(json.loads(watch.communicate(timeout=60)[0]))

    @contextlib.contextmanager
    def folder(self):
        """Short: the path of a UNIX socket has 107 octets."""
        path = Path(tempfile.mkdtemp(prefix="b-", dir=self.scratch))
        try:
            yield path
        finally:
            if "METERGATE_BENCH_KEEP" not in os.environ:
                shutil.rmtree(path, ignore_errors=True)


def _before_all_others():
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)


def spread(values):
    """Median, least and greatest."""
    return statistics.median(values), min(values), max(values)


def ratio_text(values):
    middle, low, high = spread(values)
    return f"{middle:.2f}" if low == high else f"{middle:.2f} ({low:.2f}-{high:.2f})"


def per_second(count):
    return f"{count / 1e6:.2f} M/s" if count >= 1e6 else f"{count / 1e3:.0f} k/s"


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def process_cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def agree(what, *counts):
    """Counts taken at the far ends have to be the same, or the run says nothing."""
    if len(set(counts)) != 1:
        raise AssertionError(f"{what}: the ends count differently: {counts}")
