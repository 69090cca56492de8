#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast queued tokens reach meters on MQTT: a real broker, a street of meters that decrypt, a
gateway that makes the tokens. All deliveries fall due at one moment; the time from there until the
gateway has each meter's word is set against what the slowest part could do at best.

    METERGATE=build/release/metergate tests/bench/token_delivery_bench.py [meters]

The limits are measured on the same machine in the same run: the broker carrying as many questions
and answers with nobody thinking about them, and the disk taking as many commits as the gateway made.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "street"))
os.environ.setdefault("METERGATE_MODELS", str(HERE.parents[1] / "meters" / "models" / "data"))

import paho.mqtt.client as mqtt  # noqa: E402
from harness.keyed import KeyedCase  # noqa: E402
from harness.running import until  # noqa: E402
from harness.utility import utc  # noqa: E402

METERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
MESSAGE = b"x" * 180  # octets of an order to a meter on MQTT, and of its answer
PATIENCE = 600


class Bench(KeyedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": METERS}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["log"]["level"] = "warning"
        # Nothing but tokens on the wires.
        config["schedule"][0].update(registers_s=0, relay_s=0, clock_s=0, logs_s=0, daily_s=0,
                                     profile_s=0)

    @classmethod
    def wait_for_all(cls):
        cls.gateway.wait_for_sessions(cls.street.meters, patience=PATIENCE)

    def runTest(self):
        self.utility.wait_for_gateway()


def issue_all(bench, due):
    """As many tokens, made and queued before the moment they are due; how long making took."""
    begin = time.monotonic()
    orders = [bench.issue(meter, "credit", fields={"not_before": due}, energy_wh=10_000)
              for meter in bench.street.meters]
    until("all tokens made", lambda: count(bench, "token_issue") == len(orders), PATIENCE)
    return time.monotonic() - begin


def count(bench, table, where="1"):
    return bench.gateway.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0]


def redeemed(bench):
    return count(bench, "issued_token", "state = 'redeemed'")


def cpu_s(part):
    fields = part.stat().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def broker_alone(port, messages):
    """Seconds for as many questions and answers, asked by one client and answered by another."""
    done, asked, answered = threading.Event(), threading.Event(), [0]
    asker, answerer = mqtt.Client("bench-asker"), mqtt.Client("bench-answerer")

    def answer(client, _data, message):
        client.publish("bench/answer", message.payload, qos=1)

    def heard(*_):
        answered[0] += 1
        if answered[0] == messages:
            done.set()

    for client, topic, on_message in ((answerer, "bench/question", answer),
                                      (asker, "bench/answer", heard)):
        client.max_inflight_messages_set(1000)
        client.on_message = on_message
        client.on_subscribe = lambda *_: asked.set()
        asked.clear()
        client.connect("127.0.0.1", port)
        client.loop_start()
        client.subscribe(topic, 1)
        assert asked.wait(10)
    begin = time.monotonic()
    for _ in range(messages):
        asker.publish("bench/question", MESSAGE, qos=1)
    assert done.wait(PATIENCE)
    took = time.monotonic() - begin
    for client in (asker, answerer):
        client.loop_stop()
    return took


def disk_alone(folder, commits):
    """Seconds for as many durable appends of a page."""
    descriptor = os.open(folder / "disk", os.O_CREAT | os.O_WRONLY)
    begin = time.monotonic()
    for _ in range(commits):
        os.write(descriptor, bytes(4096))
        os.fdatasync(descriptor)
    took = time.monotonic() - begin
    os.close(descriptor)
    return took


def main():
    Bench.setUpClass()
    try:
        bench = Bench()
        bench.wait_for_all()
        lead_s = max(10, METERS // 15)
        due_at = time.monotonic() + lead_s
        making = issue_all(bench, utc(lead_s))
        if time.monotonic() > due_at:
            raise SystemExit(f"making took {making:.1f} s, longer than the {lead_s} s until due")
        gateway_before, street_before = cpu_s(bench.gateway), cpu_s(bench.street)
        early = redeemed(bench)
        until("all decided", lambda: count(bench, "issued_token", "state = 'outstanding'") == 0,
              PATIENCE)
        took = time.monotonic() - due_at
        gateway_cpu = cpu_s(bench.gateway) - gateway_before
        street_cpu = cpu_s(bench.street) - street_before
        taken = sum(len(bench.street.orders(meter, "token")) for meter in bench.street.meters[:50])
        assert (early, redeemed(bench), taken) == (0, METERS, min(METERS, 50)), (early, taken)
        limits = {"broker alone": broker_alone(bench.broker.port, METERS),
                  # The order is on disk before it leaves, and its answer before it is told.
                  "disk alone, 2 commits each": disk_alone(bench.folder, 2 * METERS),
                  "gateway's own work (CPU)": gateway_cpu,
                  "street's own work (CPU)": street_cpu}
        print(f"{'workload':44} {'figure':>16} {'limit':>16} {'ratio':>7}")
        print(f"{f'{METERS} tokens made over the broker':44} {METERS / making:12.0f} /s")
        for name, limit in limits.items():
            print(f"{f'{METERS} delivered, against: {name}':60} {METERS / took:8.0f} /s "
                  f"{METERS / limit:8.0f} /s {limit / took:6.2f}")
    finally:
        Bench.doClassCleanups()


if __name__ == "__main__":
    main()
