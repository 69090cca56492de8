# SPDX-License-Identifier: Apache-2.0
"""P6 and P18: memory, threads, start and stop with many meters (workloads M1, T1)."""

import contextlib
import os
import sqlite3
import statistics
import time
from pathlib import Path

import paho.mqtt.client as mqtt

from harness.running import until
from measuring import Finding, percentile
from streets import Scene

ROWS = ("P6", "P18")
BASE_KB = 12 * 1024
EACH_KB = 1.5
THREADS = 4


def run(bench, wanted):
    if "P6" in wanted:
        for meters in bench.sized((1_000, 10_000), (1_000, 10_000), (100,)):
            yield _memory(bench, meters)
    if "P18" in wanted:
        yield from _start_stop(bench)


def _many(scene, meters):
    """So many meters on MQTT more than stand on the street."""
    port = scene.broker.port
    scene.gateway.config["mqtt_meters"] = {"broker": {
        "host": "127.0.0.1", "port": port, "reconnect_max_ms": 1000}}
    scene.gateway.config["meter_range"].append(
        {"prefix": "flat-", "count": meters, "digits": 5, "model": "virtual-prepayment-mqtt"})


def _announce(port, meters):
    """All of them are born: their modems' retained presence."""
    client = mqtt.Client("bench-modems")
    client.max_inflight_messages_set(1_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    births = [client.publish(
        f"meters/v1/flat-{number:05d}/presence", _birth(number), qos=1, retain=True)
        for number in range(1, meters + 1)]
    for birth in births:
        birth.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def _birth(number):
    return f'{{"state":"online","serial":"FL{number:08d}","firmware":"1.0"}}'


def _status(process):
    fields = {}
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        fields[name] = value.split()[0] if value.split() else ""
    return {name: int(fields[name]) for name in ("VmRSS", "RssAnon", "VmHWM", "Threads")}


def _memory(bench, meters):
    with Scene(bench) as scene:
        _many(scene, meters)
        _announce(scene.broker.port, meters)
        gateway = scene.start_gateway()
        until(lambda: f"{meters} meters online: {gateway.status()}", lambda: (
            gateway.status() or {}).get("meters_reachable") == meters, 300)
        time.sleep(bench.sized(60, 10, 1))  # the workload: idle for so long
        seen = _status(gateway.process)
        lines = len(scene.config["line"])
    allowed = BASE_KB + EACH_KB * meters
    met = seen["VmRSS"] <= allowed and seen["Threads"] <= THREADS + lines
    return Finding(
        "P6", f"resident, {meters} MQTT meters online and idle; {seen['Threads']} threads",
        f"{seen['VmRSS'] / 1024:.1f} MB ({seen['RssAnon'] / 1024:.1f} its own)",
        "12 MB + 1.5 kB a meter", f"{seen['VmRSS'] / allowed:.2f}",
        f"<= {allowed / 1024:.1f} MB, <= {THREADS + lines} threads", met, {"status": seen})


# ---- start and stop ---------------------------------------------------------------------------------

def _fill(store, gigabytes):
    """Days of a past that nobody asks about, so that the file has its size."""
    row = bytes(700)  # longer ones would take a page each
    with contextlib.closing(sqlite3.connect(store)) as ledger:
        ledger.execute("PRAGMA synchronous = OFF")
        week = 1_000
        for _ in range(round(gigabytes * 14)):
            week += 1
            ledger.executemany(
                "INSERT INTO profile_day VALUES (?, ?, 1, ?, ?)",
                ((week // 4, meter, week * 7 + day, row) for meter in range(1, 13_901)
                 for day in range(7)))
            ledger.commit()
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.sync()  # or the first stops wait for the disk to write what nobody but the bench left it


def _start_stop(bench):
    meters = bench.sized(10_000, 10_000, 100)
    times = bench.sized(20, 5, 2)
    starts, stops, codes = [], [], []
    with Scene(bench, line=bench.sized(32, 32, 4), turn_round_ms=10,
               schedule={"registers_s": 1}) as scene:
        _many(scene, meters)
        scene.start_gateway()
        scene.wait_online()
        scene.gateway.stop(30)
        _fill(scene.gateway.store, bench.sized(1, 0.2, 0))
        size = Path(scene.gateway.store).stat().st_size
        for meter in scene.street.meters:
            scene.street.do("silence", meter)
        for _ in range(times):
            known = len(scene.requests())
            begin = time.monotonic_ns()
            scene.gateway.start(ready=False)
            until("the first request", lambda: len(scene.requests()) > known, 60)
            starts.append((scene.requests()[known][0] - begin) / 1e9)
            # Stopped while it waits for a meter that is dead.
            until("the next request", lambda: len(scene.requests()) > known + 1, 60)
            begin = time.monotonic()
            codes.append(scene.gateway.stop(30))
            stops.append(time.monotonic() - begin)
    middle = statistics.median(starts)
    yield Finding(
        "P18", f"start: {meters} meters, a store of {size / 1e9:.2f} GB, to the first request",
        f"{1e3 * middle:.0f} ms (most {1e3 * max(starts):.0f})", "", "", "<= 300 ms",
        middle <= 0.3, {"starts_s": starts})
    yield Finding("P18", "the same for the first poll, which waits for no broker",
                  f"{1e3 * middle:.0f} ms", "", "", "<= 50 ms", middle <= 0.05)
    allowed = 0.5 + 0.5  # a transaction with a dead meter ends with its longest time-out
    yield Finding(
        "P18", "stop, with a dead meter in flight", f"{1e3 * statistics.median(stops):.0f} ms "
        f"(most {1e3 * max(stops):.0f})", "time-out 500 ms + 0.5 s", "",
        f"<= {1e3 * allowed:.0f} ms", max(stops) <= allowed and set(codes) == {0},
        {"stops_s": stops, "exit_codes": codes, "p90": percentile(stops, 0.9)})
