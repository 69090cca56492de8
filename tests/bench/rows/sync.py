# SPDX-License-Identifier: Apache-2.0
"""P14, P15 and P16: big jobs (workloads Q1, Q2): a change of tenancy, and a day's window."""

import time

from harness.running import until
from harness.utility import ROOT, Utility
from measuring import Finding, agree, per_second
from streets import Scene, cpu_ns

MAY = {"access": {"require_signature": False, "always_signed": [], "dual_control": []},
       "role": [{"name": "tenancy", "functions": [], "tenancy": True}],
       "operator": [{"name": "bench", "roles": ["tenancy"]}],
       # A thousand supplies at once is what the fuse is there to stop.
       "relay_off_fuse": {"per_hour": 10_000, "per_line_hour": 10_000}}
ROWS = ("P14", "P15", "P16")
# A stand-in in Python that hears a message for every meter-day measures itself.
OUTCOMES = (f"{ROOT}/meter/+/result/+", f"{ROOT}/state")
ALL_DATA = {"registers_s": 86_400, "daily_s": 86_400, "profile_s": 86_400, "logs_s": 86_400,
            "clock_s": 86_400, "relay_s": 86_400}


def run(bench, wanted):
    for row, measure in (("P14", _over_mqtt), ("P15", _over_a_line), ("P16", _window)):
        if row in wanted:
            yield from measure(bench)


def _change_tenancy(scene, utility, patience):
    """Every meter gets a new tenant now; what its purge takes is collected first."""
    begin = time.monotonic()
    orders = [utility.order(meter, "change-tenancy", {"situation": "leaves-now"}, operator="bench")
              for meter in scene.street.meters]
    for order in orders:
        outcome = utility.outcome(order, patience)
        if outcome["state"] != "succeeded":
            raise AssertionError(f"{order}: {outcome}")
    took = time.monotonic() - begin
    until("all tenancies to be synchronised", lambda: scene.gateway.rows(
        "SELECT count(*) FROM tenancy WHERE epoch = 2 AND synchronised_ms IS NOT NULL")[0][0]
        == len(orders), patience, every=0.5)
    return took, time.monotonic() - begin


def _days_stored(scene):
    return scene.gateway.rows("SELECT count(*) FROM profile_day WHERE epoch = 1")[0][0]


def _over_mqtt(bench):
    meters, days = bench.sized((1_000, 395), (50, 120), (3, 2))
    with Scene(bench, mqtt=meters, history_days=days,
               schedule={"back_fill_days": max(1, days)}, sections=MAY) as scene:
        scene.start_gateway()
        scene.wait_online(600)
        utility = Utility(scene.broker.port, topics=OUTCOMES).start()
        utility.wait_for_gateway()
        begin_cpu = cpu_ns(scene.gateway.process.pid)
        collected, whole = _change_tenancy(scene, utility, 3_600)
        cpu_s = (cpu_ns(scene.gateway.process.pid) - begin_cpu) / 1e9
        utility.put_away()
        stored = _days_stored(scene)
        if stored < meters * (days - 2):
            raise AssertionError(f"{stored} meter-days stored of {meters} x {days}")
        rows = 48 * meters * days
        with bench.folder() as folder:
            bare = bench.program("bare_store", "blob", folder / "store.db", meters, days)
    rate, limit = rows / collected, bare["intervals"] / bare["seconds"]
    each_us = 1e6 * cpu_s / rows
    yield Finding(
        "P14", f"change of tenancy of {meters} MQTT meters x {days} days: collected, purged, "
        f"synchronised after {whole:.0f} s", f"{per_second(rate)} intervals",
        f"bare blob loop, without a wire {per_second(limit)}", f"{rate / limit:.3f}",
        ">= 0.6 of a loop with its wire", False,
        {"collected_s": collected, "whole_s": whole})
    yield Finding(
        "P14", "CPU of the gateway for each interval of it, two channels", f"{each_us:.2f} us",
        f"bare blob loop {1e6 * bare['seconds'] / bare['intervals']:.2f} us", "", "<= 2.5 us",
        each_us <= 2.5, {"cpu_s": cpu_s})


def _over_a_line(bench):
    days = bench.sized(395, 30, 1)
    with Scene(bench, line=1, baud=bench.sized(9600, 9600, 115200), history_days=days,
               schedule={"back_fill_days": days}, sections=MAY) as scene:
        scene.start_gateway()
        utility = Utility(scene.broker.port, topics=OUTCOMES).start()
        utility.wait_for_gateway()
        scene.line_statistics(clear=True)
        _, whole = _change_tenancy(scene, utility, 1_200)
        line = scene.line_statistics()
        utility.put_away()
        requests = [at for at, *_ in scene.requests()]
    over = 1 / scene.lawful_share(line)
    agree("answers", line["answers"], line["requests"])
    yield Finding(
        "P15", f"one meter on a 9600 line: {days} days collected, purged, synchronised "
        f"({len(requests)} requests)", f"{whole:.1f} s",
        f"the line's time for these requests {whole / over:.1f} s", f"{over:.3f}", "<= 1.01",
        over <= 1.01 and scene.violations(line) == 0, {"line": line})


def _window(bench):
    # Time-outs of the dead do not shrink with the octets: the fast line is the harder one.
    for baud in bench.sized((9600, 115_200), (115_200,), (115_200,)):
        yield from _window_at(bench, baud)


def _window_at(bench, baud):
    lines, meters = bench.sized((8, 247), (4, 60), (1, 5))
    dead = max(1, lines * meters // 100)
    with Scene(bench, line=meters, lines=lines, baud=baud, history_days=1,
               schedule=ALL_DATA) as scene:
        names = scene.street.meters
        for meter in names[:: len(names) // dead][:dead]:
            scene.street.do("silence", meter)
        scene.start_gateway()
        healthy = len(names) - len(names[:: len(names) // dead][:dead])
        until("every healthy meter to be read", lambda: scene.gateway.rows(
            "SELECT count(*) FROM cursor WHERE kind = 'daily'")[0][0] >= healthy, 600, every=0.5)
        cpu_s = cpu_ns(scene.gateway.process.pid) / 1e9
        statistics_of = scene.street.do("line-stats")["lines"]
        first = min(at for name in scene.line_names for at, *_ in scene.requests(name))
        last = max(at for name in scene.line_names for at, *_ in scene.requests(name))
        took = (last - first) / 1e9
    lawful = [scene.lawful_share(line) * line["observed_us"] / 1e6 for line in statistics_of]
    over = took / max(lawful)
    yield Finding(
        "P16", f"a day's window: {len(names)} meters on {lines} lines, 1 % dead, {baud}",
        f"{took:.1f} s", f"the fullest line's time for its requests {max(lawful):.1f} s",
        f"{over:.3f}", "<= 1.03", over <= 1.03,
        {"core_share": cpu_s / took, "lawful_s": lawful})
    # A day's data of a line at 9600 baud takes as much longer for the same work.
    share = 100 * cpu_s / took * 9600 / baud
    name = "share of one core during it" + (", reckoned for lines at 9600" if baud != 9600 else "")
    yield Finding("P16", name, f"{share:.1f} %", "", "", "<= 6 %", share <= 6)
