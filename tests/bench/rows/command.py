# SPDX-License-Identifier: Apache-2.0
"""P7, P9 and P8: a token command over the broker, on an idle line and on a busy one (C1, C2)."""

import bisect
import statistics

from harness.broker import Broker
from harness.running import until
from measuring import Finding, percentile
from streets import FIRST_REGISTER, IDENTIFICATION, WRITE, Scene, wait_for_answers

ROWS = ("P7", "P9", "P8")
# Of a read by its function code; 23 also writes the four registers that say which part of a profile.
REQUEST_OCTETS = {3: 8, 23: 21}


def run(bench, wanted):
    if {"P7", "P9"} & wanted:
        yield from (finding for finding in _idle(bench) if finding.row in wanted)
    if "P8" in wanted:
        yield from _busy(bench)


def _commands(bench, scene, times, pause_ms):
    told = bench.program("mqtt_bench", "command", scene.broker.port, "street", "a-",
                         len(scene.street.meters), times, pause_ms)
    if told["succeeded"] != times:
        raise AssertionError(f"{told['succeeded']} of {times} tokens succeeded")
    return [{"meter": int(meter[2:]), "at_ns": at, "accepted_us": accepted, "final_us": final}
            for meter, at, accepted, final in told["commands"]]


def _first_octets(scene, commands):
    """Of each command: seconds until the first octet to its meter for its sake, which asks who the
    meter is, and until the first one of the order itself."""
    of_meter = {}
    for at, address, function, first, _ in scene.requests():
        if function == WRITE or first == IDENTIFICATION:
            of_meter.setdefault(address, []).append((at, function))
    out = []
    for command in commands:
        mine = of_meter[command["meter"]]
        begin = bisect.bisect_left(mine, (command["at_ns"], 0))
        later = mine[begin:]
        order = next(at for at, function in later if function == WRITE)
        out.append(((later[0][0] - command["at_ns"]) / 1e9, (order - command["at_ns"]) / 1e9))
    return out


def _default_broker_echo(bench, times):
    """What Debian's broker and Paho do together as they come."""
    with bench.folder() as folder:
        broker = Broker(folder)
        broker.start()
        conf = folder / "broker.conf"
        broker.put_away()
        conf.write_text(conf.read_text().replace("set_tcp_nodelay true\n", ""))
        broker.launch(["mosquitto", "-c", conf])
        try:
            until("the broker's listener", lambda: broker._listens(broker.port))
            return bench.program("mqtt_bench", "echo", broker.port, times, 0)
        finally:
            broker.put_away()


def _idle(bench):
    times = bench.sized(80, 40, 20)
    lines, p7, p9, order_ms, echoes, syncs = [], [], [], [], [], []
    first_all, accepted_all = [], []
    with Scene(bench, line=bench.sized(32, 32, 4), baud=115_200, options=["--unpaced"]) \
            as scene:
        scene.start_gateway()
        scene.utility_ready()
        # Short turns: a disk that others use is another one every few seconds.
        for _ in range(bench.sized(5, 5, 1)):
            echo = bench.program("mqtt_bench", "echo", scene.broker.port, times, 1)
            disk = bench.program("bare_store", "disk", scene.folder / "disk", times)
            commands = _commands(bench, scene, times, 3)
            octets = _first_octets(scene, commands)
            first = [1e6 * one for one, _ in octets]
            accepted = [command["accepted_us"] for command in commands]
            sync = disk["median_us"]
            p7.append(statistics.median(first) / (0.5 * echo["p50_us"] + sync))
            p9.append(statistics.median(accepted) / (2 * echo["p50_us"] + sync))
            order_ms.append(1e3 * statistics.median(order for _, order in octets))
            echoes.append(echo["p50_us"])
            syncs.append(sync)
            first_all += first
            accepted_all += accepted
            lines.append({"echo": echo, "disk": disk, "first_us": statistics.median(first),
                          "accepted_us": statistics.median(accepted),
                          "final_us": statistics.median(c["final_us"] for c in commands)})
    slow = _default_broker_echo(bench, bench.sized(50, 20, 3))
    first_ms, accepted_ms = (statistics.median(v) / 1e3 for v in (first_all, accepted_all))
    p99_ms = percentile(first_all, 0.99) / 1e3
    ratio = statistics.median(p7)
    yield Finding(
        "P7", f"idle line: command to first octet, durable before ({order_ms[0]:.1f} ms to the "
        "order's own)", f"{first_ms:.2f} ms, p99 {p99_ms:.1f}",
        f"half an echo + fdatasync {(echoes[0] / 2 + syncs[0]) / 1e3:.2f} ms", f"{ratio:.2f}",
        "<= 1.5, p99 <= 5 ms", ratio <= 1.5 and p99_ms <= 5, {"pairs": lines})
    yield Finding(
        "P7", "the same against Debian's broker and Paho as they come", f"{first_ms:.2f} ms",
        f"half an echo {slow['p50_us'] / 2e3:.1f} ms", f"{slow['p50_us'] / 2e3 / first_ms:.0f} x",
        ">= 60 x", slow["p50_us"] / 2e3 / first_ms >= 60)
    ratio = statistics.median(p9)
    yield Finding(
        "P9", "idle line: command to accepted", f"{accepted_ms:.2f} ms",
        f"2 echoes + fdatasync {(2 * echoes[0] + syncs[0]) / 1e3:.2f} ms", f"{ratio:.2f}", "<= 1",
        ratio <= 1, {"pairs": lines})
    yield Finding(
        "P9", "the same against Debian's broker and Paho as they come", f"{accepted_ms:.2f} ms",
        f"echo {slow['p50_us'] / 1e3:.1f} ms", f"{slow['p50_us'] / 1e3 / accepted_ms:.0f} x",
        ">= 100 x", slow["p50_us"] / 1e3 / accepted_ms >= 100)


def _busy(bench):
    times = bench.sized(600, 60, 3)
    for syncing in (False, True):
        with Scene(bench, line=bench.sized(32, 32, 4), baud=bench.sized(9600, 9600, 115200),
                   turn_round_ms=20, history_days=30,
                   schedule={"registers_s": 1, "back_fill_days": 30,
                             **({"profile_s": 3600} if syncing else {})}) as scene:
            scene.start_gateway()
            if syncing:
                until("the profile to be read", lambda: any(
                    first not in (FIRST_REGISTER, IDENTIFICATION)
                    for *_, first, _ in scene.requests()), 60)
            else:
                scene.wait_online()
                wait_for_answers(scene, len(scene.street.meters))
            begin = scene.line_statistics()
            commands = _commands(bench, scene, times, 667)
            after = scene.line_statistics()
            octets = _first_octets(scene, commands)
            waits = [1e3 * first for first, _ in octets]
            orders = [1e3 * order for _, order in octets]
            window = [r for r in scene.requests() if r[0] >= commands[0]["at_ns"]]
            longest, largest = max((1e3 * scene.transaction_s(count, REQUEST_OCTETS[function]), count)
                                   for *_, function, _, count in window
                                   if function in REQUEST_OCTETS)
            share = _busy_share(scene, begin, after)
            # What a command may wait for, also while profiles are read: the poll of 40 registers.
            allowed = 1e3 * scene.transaction_s() + 5
        p99 = percentile(waits, 0.99)
        what = ("while profiles are read" if syncing else "32 meters polled")
        yield Finding(
            "P8", f"busy line, {what}, longest read {largest} registers: command to first octet "
            f"(the order's own: p99 {percentile(orders, 0.99):.0f} ms)",
            f"p50 {statistics.median(waits):.0f} ms, p99 {p99:.0f} ms",
            f"the transaction in flight {longest:.0f} ms", f"{p99 / longest:.2f}",
            f"p99 <= {allowed:.0f} ms", p99 <= allowed,
            {"waits_ms": waits, "line_share": share})


def _busy_share(scene, begin, after):
    return {name: after[name] - begin[name] for name in ("requests", "answers", "early_requests")}
