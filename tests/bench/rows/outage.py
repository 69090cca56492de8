# SPDX-License-Identifier: Apache-2.0
"""P10: what gathered while the broker was away, and what comes meanwhile (workload M3)."""

import json
import statistics
import subprocess
import tempfile
import threading
import time
from datetime import datetime

import paho.mqtt.client as mqtt

from harness.running import until
from measuring import Finding, agree, percentile, ratio_text
from streets import Scene, wait_for_answers

ROWS = ("P10",)
WINDOW = 20  # of the gateway's shipped configuration: publications without an acknowledgement


def run(bench, wanted):
    del wanted
    yield from _drain(bench)
    yield from _away(bench)


class Crowd:
    """Counts messages as they come, by Debian's own client: whoever hears takes the machine from who
    speaks, and a program in Python would take most of it."""

    def __init__(self, broker, topic, messages):
        self._messages = messages
        self._log = tempfile.TemporaryFile("w+", encoding="ascii")
        self._process = subprocess.Popen(
            ["mosquitto_sub", "-p", str(broker.port), "-t", topic, "-q", "0", "-C", str(messages),
             "-F", "%U %l %t"], stdout=self._log, text=True)
        until("the subscription", lambda: f" 0 {topic}\n" in broker.log.read_text())

    def hear(self):
        """Messages a second, their octets each, and their topics."""
        self._process.wait(300)
        self._log.seek(0)
        came = [line.split() for line in self._log]
        assert len(came) == self._messages, f"{len(came)} of {self._messages} messages heard"
        seconds = float(came[-1][0]) - float(came[0][0])
        return len(came) / seconds, sum(int(one[1]) for one in came) // len(came), {
            one[2] for one in came}


class Listener:
    """Hears all readings, and when each came."""

    def __init__(self, port, lasting=False):
        self.doubles = 0
        self.live, self.readings = [], {}
        self._changed = threading.Lock()
        self._subscribed = threading.Event()
        self.client = mqtt.Client("bench-hearer", clean_session=not lasting)
        self.client.on_message = self._heard
        self.client.on_connect = lambda client, *_: client.subscribe(
            "metergate/v1/street/meter/+/registers", 1)
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self._subscribed.wait(10)

    def _heard(self, _client, _data, message):
        at = time.time()
        body = json.loads(message.payload)
        with self._changed:
            for reading in body["readings"]:
                read_at = datetime.fromisoformat(reading["read_at"].replace("Z", "+00:00"))
                key = (body["meter"], reading["read_at"])
                self.doubles += key in self.readings
                self.readings[key] = at
                self.live.append(at - read_at.timestamp())

    def stop(self):
        self.client.loop_stop()


def _drain(bench):
    meters, days = bench.sized((2_000, 3), (1_000, 3), (20, 2))
    ratios, rates, bare_rates, alone_rates, delays = [], [], [], [], []
    for _ in range(bench.pairs):
        with Scene(bench, line=4, baud=115_200, schedule={"registers_s": 1},
                   broker_lines=("log_type subscribe",)) as scene:
            scene.gateway.config["mqtt_meters"] = {"broker": {
                "host": "127.0.0.1", "port": scene.broker.port}}
            scene.gateway.config["meter_range"].append(
                {"prefix": "flat-", "count": meters, "digits": 5,
                 "model": "virtual-prepayment-mqtt"})
            (scene.folder / "store").mkdir(exist_ok=True)
            bench.program("store_bench", "backlog", scene.gateway.store, meters, days)
            wanted = meters * days
            listener = Listener(scene.broker.port)
            crowd = Crowd(scene.broker, "metergate/v1/street/meter/+/profile", wanted)
            scene.start_gateway()
            rate, octets, topics = crowd.hear()
            delays += list(listener.live)
            listener.stop()
            scene.gateway.stop()
            agree("meter-days left in the outbox", 0, scene.gateway.rows(
                "SELECT count(*) FROM outbox_data WHERE kind = 3")[0][0])
            agree("meters heard of", meters, len(topics))
            publish = ("mqtt_bench", "publish", scene.broker.port, wanted, octets, WINDOW)
            crowd = Crowd(scene.broker, "bench/topic/+", wanted)
            bench.program(*publish)
            bare_rates.append(crowd.hear()[0])
            alone = bench.program(*publish)
            alone_rates.append(alone["messages"] / alone["seconds"])
        rates.append(rate)
        ratios.append(rates[-1] / bare_rates[-1])
    p99 = percentile(delays, 0.99) if delays else 0
    met = statistics.median(ratios) >= 0.8
    yield Finding(
        "P10", f"backlog of {days} days x {meters} meters, a message a meter-day",
        f"{statistics.median(rates):.0f} messages/s",
        f"bare Paho publish loop, heard as well: {statistics.median(bare_rates):.0f}/s",
        ratio_text(ratios), ">= 0.8", met)
    yield Finding(
        "P10", "for comparison: the bare loop with nobody to hear it",
        f"{statistics.median(alone_rates):.0f} messages/s", "", "", "", None)
    yield Finding(
        "P10", f"live readings during it: read to heard ({len(delays)})", f"p99 {1e3 * p99:.0f} ms",
        "", "", "p99 <= 1 s", p99 <= 1, {})


def _away(bench):
    """The broker is killed while a line is read, and comes back."""
    away_s = bench.sized(20, 20, 3)
    with Scene(bench, line=bench.sized(32, 32, 4), baud=bench.sized(9600, 9600, 115200),
               schedule={"registers_s": 1},
               broker_lines=("persistence true", "autosave_on_changes true",
                             "autosave_interval 1")) as scene:
        scene.start_gateway()
        scene.utility_ready()
        listener = Listener(scene.broker.port, lasting=True)
        meters = len(scene.street.meters)
        wait_for_answers(scene, 3 * meters)
        scene.broker.kill()
        gone = time.monotonic()
        answers = scene.line_statistics()["answers"]
        until("the outage to be over", lambda: time.monotonic() - gone >= away_s, away_s + 5)
        read_meanwhile = scene.line_statistics()["answers"] - answers
        scene.broker.start()
        wait_for_answers(scene, scene.line_statistics()["answers"] + 3 * meters)
        since = scene.gateway.rows("SELECT max(read_ms) FROM register_reading")[0][0]
        until("the newest reading of that moment to be heard", lambda: any(
            at for (_, at) in list(listener.readings) if _ms(at) >= since), 60)
        stored = {(row[0], row[1]) for row in scene.gateway.rows(
            "SELECT m.id, r.read_ms FROM register_reading r JOIN meter m ON m.key = r.meter "
            "WHERE r.read_ms <= ?", since - 5_000)}
        heard = {(meter, _ms(at)) for meter, at in list(listener.readings)}
        first = min(at for _, at in heard)
        lost = {row for row in stored if row[1] >= first} - heard
        scene.gateway.stop()
        listener.stop()
    yield Finding(
        "P10", f"broker killed for {away_s} s while {read_meanwhile} answers came",
        f"{len(lost)} lost, {listener.doubles} told twice of {len(heard)}", "rows of the store", "",
        "0 lost, 0 twice", not lost and not listener.doubles and read_meanwhile > 0)


def _ms(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
