# SPDX-License-Identifier: Apache-2.0
"""A stand-in for vending, billing and MDM: it publishes commands and remembers all it hears."""

import contextlib
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .running import PATIENCE, NotInTime, until

ROOT = "metergate/v1/street"


def utc(shift_s=0):
    """Now, or so many seconds later, as RFC 3339."""
    moment = datetime.now(timezone.utc) + timedelta(seconds=shift_s)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Heard:
    topic: str
    payload: bytes
    retained: bool
    again: bool = False  # by the broker, which knows of no answer to the first time
    correlation: bytes = b""
    body: dict = field(default_factory=dict)
    at: float = 0.0


class Utility:
    """`version`: mqtt.MQTTv5 or mqtt.MQTTv311. Its session lasts, so that the broker keeps for it
    what comes while either of them is away."""

    def __init__(self, port, name="utility", version=mqtt.MQTTv5, topics=(f"{ROOT}/#", "answers/#"),
                 username=None, password=None):
        self.port, self.name, self.topics, self.version = port, name, topics, version
        self.heard = []
        self.shift_s = 0   # of its clock
        self.ordered = {}  # command id -> (meter, verb, body)
        self._outcomes = {}  # command id -> its final result
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._subscribed = False
        five = version == mqtt.MQTTv5
        self.client = mqtt.Client(name, protocol=version, **({} if five else
                                                             {"clean_session": False}))
        if username:
            self.client.username_pw_set(username, password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message

    def start(self):
        if self.version == mqtt.MQTTv5:
            lasting = Properties(PacketTypes.CONNECT)
            lasting.SessionExpiryInterval = 3600
            self.client.connect("127.0.0.1", self.port, 10, clean_start=False, properties=lasting)
        else:
            self.client.connect("127.0.0.1", self.port, 10)
        self.client.loop_start()
        self._wait("the utility's subscriptions", lambda: self._subscribed)
        return self

    def wait_until_back(self, patience=PATIENCE):
        """After a broker's end: connected to the new one and subscribed."""
        self._wait("the utility to be back", lambda: self._subscribed, patience)

    def put_away(self):
        """Out of reach; the broker keeps its session. `start` brings it back."""
        self.client.disconnect()
        self.client.loop_stop()
        self._subscribed = False

    # ---- what is heard --------------------------------------------------------------------------

    def _on_connect(self, client, *_):
        client.subscribe([(topic, 1) for topic in self.topics])

    def _on_disconnect(self, *_):
        self._subscribed = False

    def _on_subscribe(self, *_):
        with self._changed:
            self._subscribed = True
            self._changed.notify_all()

    def _on_message(self, _client, _data, message):
        if "/command/" in message.topic:
            return  # our own
        heard = Heard(message.topic, message.payload, bool(message.retain), bool(message.dup),
                      at=time.monotonic())
        if self.version == mqtt.MQTTv5:
            heard.correlation = getattr(message.properties, "CorrelationData", b"")
        with contextlib.suppress(ValueError):  # a will may be empty
            heard.body = json.loads(message.payload)
        with self._changed:
            self.heard.append(heard)
            if heard.body.get("final"):
                self._outcomes.setdefault(heard.body.get("command"), heard.body)
            self._changed.notify_all()

    def _wait(self, what, condition, patience=PATIENCE):
        deadline = time.monotonic() + patience
        with self._changed:
            while True:
                value = condition()
                if value:
                    return value
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise NotInTime(f"waited {patience:g} s for: {what}")

    def wait_for(self, what, accept, patience=PATIENCE, after=0):
        """The first message from number `after` on that `accept` takes."""
        return self._wait(what, lambda: next(
            (heard for heard in self.heard[after:] if accept(heard)), None), patience)

    def steps(self, command_id):
        """Results and refusals of one command, as they came."""
        with self._changed:
            return [h for h in self.heard if h.body.get("command") == command_id
                    and "final" in h.body]

    def outcome(self, command_id, patience=PATIENCE):
        """The final result of a command."""
        try:
            return self._wait("", lambda: self._outcomes.get(command_id), patience)
        except NotInTime:
            states = [h.body.get("state") for h in self.steps(command_id)]
            raise NotInTime(f"command {command_id} {self.ordered.get(command_id, '')} has no "
                            f"outcome after {patience:g} s; heard of it: {states}") from None

    def step(self, command_id, state, patience=PATIENCE):
        return self.wait_for(f"command {command_id} to be {state}",
                             lambda h: h.body.get("command") == command_id
                             and h.body.get("state") == state, patience).body

    def state_of(self, meter):
        """The meter's retained state as last heard."""
        topic = f"{ROOT}/meter/{meter}/state"
        with self._changed:
            return next((h.body for h in reversed(self.heard) if h.topic == topic), None)

    def wait_for_gateway(self, state="online", patience=PATIENCE, after=0):
        """It subscribes before it says that it is there. After a broker's end only what was heard
        since then tells: `after` is the number of messages heard before."""
        self._wait(f"the gateway to be {state}", lambda: next(
            (h.body["state"] for h in reversed(self.heard[after:]) if h.topic == f"{ROOT}/state"),
            None) == state, patience)

    def wait_for_state(self, meter, session, patience=PATIENCE):
        self._wait(f"the retained state of {meter} to be {session}, last {self.state_of(meter)}",
                   lambda: (self._last_state(meter) or {}).get("session", {}).get("state")
                   == session, patience)

    def _last_state(self, meter):
        topic = f"{ROOT}/meter/{meter}/state"
        return next((h.body for h in reversed(self.heard) if h.topic == topic), None)

    # ---- what is published ----------------------------------------------------------------------

    def body(self, params, command_id=None, **fields):
        """A command as docs/mqtt-api.md shows it; `fields` replace, None takes away."""
        whole = {"id": command_id or f"{self.name}-{next(self._numbers)}", "issued_at": utc(self.shift_s),
                 "expires_at": utc(self.shift_s + 600), "operator": "vending", "work_order": "W-1",
                 "params": params, **fields}
        return {key: value for key, value in whole.items() if value is not None}

    def order(self, meter, verb, params, command_id=None, answer_on=None, correlation=b"",
              expiry_s=None, **fields):
        """Publishes a command and returns its id; the broker has it then, nothing more."""
        body = self.body(params, command_id, **fields)
        self.ordered.setdefault(body["id"], (meter, verb, body))
        self.send(meter, verb, json.dumps(body), answer_on, correlation, expiry_s=expiry_s)
        return body["id"]

    def again(self, command_id):
        meter, verb, body = self.ordered[command_id]
        self.send(meter, verb, json.dumps(body))

    def all_end(self, what, command_ids, patience=PATIENCE):
        """Waits until each has its outcome, without a repeat: the broker took them all (`publish`)
        and keeps them for the gateway's session, so one that only a repeat saves was lost."""
        with contextlib.suppress(NotInTime):
            return until(what, lambda: all(map(self.ended, command_ids)), patience)
        lost = [command for command in command_ids if not self.ended(command)]
        told = {command: [h.body["state"] for h in self.steps(command)] for command in lost[:3]}
        with contextlib.suppress(NotInTime):
            self.insist("", lost, lambda: all(map(self.ended, lost)), 10)
        saved = sum(map(self.ended, lost))
        raise NotInTime(f"{what}: {len(lost)} of {len(command_ids)} are missing after {patience:g} "
                        f"s, {saved} of these came with a repeat: {told}")

    def insist(self, what, command_ids, enough, patience=PATIENCE):
        """Repeats what has no outcome yet every second, as a sender does who knows that brokers
        forget, until `enough()`. How many repeats that took."""
        due, repeats = 0.0, 0

        def repeat():
            nonlocal due, repeats
            if enough():
                return True
            if time.monotonic() >= due:
                for command in command_ids:
                    if not self.ended(command):
                        self.again(command)
                        repeats += 1
                due = time.monotonic() + 1
            return False

        until(what, repeat, patience)
        return repeats

    def ended(self, command_id):
        with self._changed:
            return command_id in self._outcomes

    def send(self, meter, verb, payload, answer_on=None, correlation=b"", retained=False,
             expiry_s=None):
        self.publish(f"{ROOT}/meter/{meter}/command/{verb}", payload, answer_on, correlation,
                     retained, expiry_s)

    def publish(self, topic, payload, answer_on=None, correlation=b"", retained=False,
                expiry_s=None):
        properties = None
        if self.version == mqtt.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)
            if answer_on:
                properties.ResponseTopic = answer_on
            if correlation:
                properties.CorrelationData = correlation
            if expiry_s is not None:
                properties.MessageExpiryInterval = expiry_s
        self.wait_until_back()
        sent = self.client.publish(topic, payload, qos=1, retain=retained, properties=properties)
        sent.wait_for_publish(PATIENCE)
        if not sent.is_published():
            raise NotInTime(f"the broker did not take a message for {topic}")
