# SPDX-License-Identifier: Apache-2.0
"""Runs the rows of the bench and prints one table. docs/performance.md tells what each row is."""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measuring import Bench, Finding  # noqa: E402

# In the order they are run: what needs the quietest machine comes first.
MODULES = ("store", "line", "command", "size", "outage", "sync", "dlms")


def main():
    rows = {row: name for name in MODULES for row in module(name).ROWS}
    arguments = parse(rows)
    wanted = set(arguments.only.split(",")) if arguments.only else set(rows)
    if arguments.module:
        wanted = set(module(arguments.module).ROWS)
    if unknown := wanted - set(rows):
        raise SystemExit(f"no such row: {', '.join(sorted(unknown))}; known: {', '.join(rows)}")
    arguments.scratch.mkdir(parents=True, exist_ok=True)
    os.environ["METERGATE"] = str(arguments.metergate.resolve())
    bench = Bench(arguments.programs.resolve(), arguments.metergate.resolve(), arguments.size,
                  arguments.scratch)
    os.environ["METERGATE_MODELS"] = str(bench.models)
    begun, load_before = time.monotonic(), os.getloadavg()
    priority = before_neighbours() if arguments.size != "smoke" else 0
    findings, broken = [], []
    for name in MODULES:
        mine = wanted & set(module(name).ROWS)
        if not mine:
            continue
        try:
            for finding in module(name).run(bench, mine):
                findings.append(finding)
                print(f"{finding.row}: {finding.workload}: {finding.figure}, {finding.ratio}",
                      file=sys.stderr, flush=True)
        except Exception:  # one row that cannot be measured must not hide the others
            broken.append((name, sorted(mine)))
            traceback.print_exc()
    print(table(findings))
    if arguments.json:
        report = {"machine": machine(arguments.metergate, load_before),
                  "niceness": priority, "size": arguments.size,
                  "minutes": round((time.monotonic() - begun) / 60, 1),
                  "rows": [vars(finding) for finding in findings]}
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")
    for name, lost in broken:
        print(f"not measured: {', '.join(lost)} ({name}); the reason is above", file=sys.stderr)
    return 1 if broken else 0


def before_neighbours():
    """Product and yardsticks go before what else runs on a shared machine, where that is allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    except PermissionError:
        pass
    return os.getpriority(os.PRIO_PROCESS, 0)


def module(name):
    return importlib.import_module(f"rows.{name}")


def parse(rows):
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/bench")
    parser.add_argument("--quick", dest="size", action="store_const", const="quick",
                        default="full", help="one pair and small sizes: minutes, rougher")
    parser.add_argument("--smoke", dest="size", action="store_const", const="smoke",
                        help="the smallest sizes: shows that every row runs, measures nothing")
    parser.add_argument("--only", help=f"rows, with commas between: {','.join(rows)}")
    parser.add_argument("--module", choices=MODULES, help="all rows of one file of tests/bench/rows")
    parser.add_argument("--json", type=Path, help="everything that was measured goes there too")
    parser.add_argument("--programs", type=Path, default=Path("build/release/tests/bench"))
    parser.add_argument("--metergate", type=Path, default=Path("build/release/metergate"))
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()),
                        help="where ledgers are written; on the disk that is to be measured")
    return parser.parse_args()


def table(findings: list[Finding]):
    heads = ("row", "workload", "figure", "yardstick of the same run", "ratio", "goal", "")
    verdict = {True: "met", False: "MISSED", None: ""}
    lines = [heads] + [(f.row, f.workload, f.figure, f.yardstick, f.ratio, f.goal, verdict[f.met])
                       for f in findings]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines)


def machine(metergate, load_before):
    def version(package):
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], text=True,
                              capture_output=True, check=False)
        return done.stdout or "unknown"

    with open("/proc/meminfo", encoding="ascii") as meminfo:
        memory_kb = int(meminfo.readline().split()[1])
    system = platform.freedesktop_os_release()
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "cores": os.cpu_count(), "memory_gib": round(memory_kb / 1024 / 1024),
        "system": system.get("PRETTY_NAME", "unknown"), "architecture": platform.machine(),
        "load_average": {"before": load_before, "after": os.getloadavg()},
        "versions": {name: version(name) for name in (
            "libmodbus5", "libpaho-mqtt1.3", "libpaho-mqttpp3-1", "mosquitto", "libsqlite3-0")},
        "metergate": subprocess.run([str(metergate), "--version"], text=True, capture_output=True,
                                    check=False).stdout.strip(),
    }


if __name__ == "__main__":
    sys.exit(main())
