# SPDX-License-Identifier: Apache-2.0
"""P19 and P21: profiles of DLMS meters, over a paced line and as fast as the machine allows."""

import statistics

from measuring import Finding, agree, per_second, spread

ROWS = ("P19", "P21")
PLAIN_CPU_S, CIPHERED_CPU_S = 0.026, 0.06  # of a known C client, 10,000 rows of two columns


def run(bench, wanted):
    if "P19" in wanted:
        for baud, information in bench.sized(((9_600, 128), (9_600, 512), (115_200, 128)),
                                             ((9_600, 128), (115_200, 128)), ((115_200, 128),)):
            yield _paced(bench, baud, information)
    if "P21" in wanted:
        yield from (_fast(bench, *goal) for goal in (("none", PLAIN_CPU_S),
                                                     ("gmac", CIPHERED_CPU_S)))
        yield _memory(bench)


def _paced(bench, baud, information):
    rows = bench.sized(480, 240, 48) * baud // 9_600
    with bench.folder() as folder:
        done = bench.program("dlms_bench", "paced", folder, baud, information, rows)
    agree("rows read", done["rows"], rows)
    share = done["least_seconds"] / done["seconds"]
    return Finding(
        "P19", f"{rows} rows of a profile over HDLC, {baud} baud, {information} octets a frame,"
        f" {done['octets'] / rows:.1f} octets a row", f"{share * 100:.1f} %",
        f"the line's own time {done['least_seconds']:.2f} s", f"{share:.3f}", ">= 98 %",
        share >= 0.98, done)


def _fast(bench, security, goal_s):
    rows = bench.sized(10_000, 10_000, 500)
    runs = []
    for _ in range(bench.sized(11, 5, 1)):
        with bench.folder() as folder:
            runs.append(bench.program("dlms_bench", "wrapper", folder, security, rows))
        agree("rows read", runs[-1]["rows"], rows)
    cpu_s = statistics.median(one["cpu_seconds"] for one in runs)
    allowed_s = goal_s * rows / 10_000
    rate = statistics.median(one["rows"] / one["seconds"] for one in runs)
    how = "ciphered by GMAC and AES" if security == "gmac" else "plain"
    return Finding(
        "P21", f"{rows} rows of two columns over TCP, {how}, {runs[0]['octets'] / 1e3:.0f} kB",
        f"{per_second(rate)} rows, {cpu_s * 1e3:.1f} ms of CPU",
        f"a known C client {allowed_s * 1e3:.0f} ms", f"{cpu_s / allowed_s:.2f}",
        f"<= {allowed_s * 1e3:.0f} ms", cpu_s <= allowed_s,
        {"cpu_seconds": spread([one["cpu_seconds"] for one in runs]), "runs": runs})


def _memory(bench):
    count = bench.sized(10_000, 10_000, 100)
    done = bench.program("dlms_bench", "memory", count)
    return Finding("P21", f"memory of {count} ciphered associations in use",
                   f"{done['octets_each']:.0f} octets each", "", "", "", None, done)
