# SPDX-License-Identifier: Apache-2.0
"""P11 to P13: the ledger against bare SQLite loops (workloads S1, S2, S3)."""

import statistics

from measuring import Finding, agree, per_second, ratio_text, spread

ROWS = ("P11", "P12", "P13")


def run(bench, wanted):
    if {"P11", "P13"} & wanted:
        yield from (finding for finding in _bulk(bench) if finding.row in wanted)
    if "P12" in wanted:
        yield _live(bench)


def _stored(bench, program, mode, *size):
    with bench.folder() as folder:
        return bench.program(program, mode, folder / "store.db", *size)


def _bulk(bench):
    meters, days = bench.sized((300, 395), (20, 395), (2, 60))
    against_blobs, against_naive, products, blobs, months = [], [], [], [], []
    for _ in range(bench.sized(5, 5, 1)):
        blob = _stored(bench, "bare_store", "blob", meters, days)
        product = _stored(bench, "store_bench", "bulk", meters, days)
        naive = _stored(bench, "bare_store", "naive", max(1, meters // 10), days)
        agree("intervals stored", product["intervals"], blob["intervals"], meters * days * 48)
        agree("intervals read back", product["read_back"], blob["read_back"])
        rate = product["intervals"] / product["seconds"]
        against_blobs.append(rate * blob["seconds"] / blob["intervals"])
        against_naive.append(rate * naive["seconds"] / naive["intervals"])
        months.append(product["month_us"])
        products.append(product)
        blobs.append(blob)
    rate = statistics.median(p["intervals"] / p["seconds"] for p in products)
    bare = statistics.median(b["intervals"] / b["seconds"] for b in blobs)
    size = f"{meters} meters x {days} days"
    yield Finding(
        "P11", f"store a profile, {size}, a month a commit", per_second(rate),
        f"bare blob loop {per_second(bare)}", ratio_text(against_blobs), ">= 0.6, 3 M/s",
        statistics.median(against_blobs) >= 0.6 and rate >= 3e6,
        {"against_blobs": against_blobs, "against_naive": against_naive, "products": products})
    yield Finding(
        "P11", "the same against rows of texts with an index", per_second(rate), "naive schema",
        ratio_text(against_naive), ">= 7", statistics.median(against_naive) >= 7)
    rest = [p["at_rest"] / p["intervals"] for p in products]
    yield Finding(
        "P13", f"octets at rest an interval, {size}", f"{spread(rest)[0]:.2f}",
        f"bare blobs {blobs[0]['at_rest'] / blobs[0]['intervals']:.2f}",
        ratio_text([p["at_rest"] / b["at_rest"] for p, b in zip(products, blobs)]), "<= 6",
        statistics.median(rest) <= 6)
    yield Finding(
        "P13", "read a month of one meter (S3)", f"{spread(months)[0]:.0f} us",
        f"bare blobs {statistics.median(b['month_us'] for b in blobs):.0f} us",
        ratio_text([p["month_us"] / b["month_us"] for p, b in zip(products, blobs)]), "<= 50 us",
        statistics.median(months) <= 50, {"months_us": months})


def _live(bench):
    meters, days = bench.sized((2000, 6), (2000, 2), (20, 2))
    ratios, written, products = [], [], []
    for _ in range(bench.sized(2, 1, 1)):  # octets do not vary with the load of the machine
        product = _stored(bench, "store_bench", "live", meters, days)
        obvious = _stored(bench, "bare_store", "obvious-live", meters, days)
        agree("intervals stored", product["intervals"], obvious["intervals"])
        each = product["written"] / product["intervals"]
        written.append(each)
        ratios.append(obvious["written"] / obvious["intervals"] / each)
        products.append(product)
    parts = products[0]
    share = {name: parts[f"written_{name}"] / parts["intervals"]
             for name in ("storing", "publishing")}
    fold = written[0] - sum(share.values())
    return Finding(
        "P12", f"octets written an interval, time order, {meters} meters x 2 x {days} days, "
        f"published and folded", f"{spread(written)[0]:.0f} "
        f"({share['storing']:.0f} + {share['publishing']:.0f} + {fold:.0f})",
        "rows by meter and time", ratio_text(ratios) + " less", "<= 100",
        statistics.median(written) <= 100, {"products": products})
