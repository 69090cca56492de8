# SPDX-License-Identifier: Apache-2.0
"""A mosquitto with the shipped configuration and access list, certificates, and clients for it."""

import getpass
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
from documents import DOCS

CONFIG = DOCS.parent / "config" / "mosquitto"
PATIENCE = 20


class Authority:
    """A certificate authority, and certificates with a common name each."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                      "-nodes", "-days", "2", "-subj", "/CN=authority", "-keyout", "ca.key",
                      "-out", "ca.pem")

    def certify(self, name, *, address=False):
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                      "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        extension = self.folder / f"{name}.ext"
        extension.write_text("subjectAltName=IP:127.0.0.1\n" if address else "")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-days", "2", "-extfile", extension.name,
                      "-out", f"{name}.pem")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


class Client:
    """Connected with a certificate; remembers what it hears and how its publications fared."""

    def __init__(self, port, trusted, identity, subscriptions=(), client_id="any"):
        self.heard = []
        self.connected = None
        self._changed = threading.Condition()
        self._subscriptions = subscriptions
        self._pending = len(subscriptions)
        self.client = mqtt.Client(client_id, protocol=mqtt.MQTTv5)
        context = ssl.create_default_context(cafile=str(trusted / "ca.pem"))
        context.load_cert_chain(f"{identity}.pem", f"{identity}.key")
        self.client.tls_set_context(context)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.wait(lambda: self._pending == 0 and self.connected is not None)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def wait(self, condition):
        with self._changed:
            if not self._changed.wait_for(condition, PATIENCE):
                raise AssertionError(f"not in {PATIENCE} s; heard {self.heard}")

    def _notify(self, change):
        with self._changed:
            change()
            self._changed.notify_all()

    def _on_connect(self, client, _data, _flags, reason, _properties):
        self._notify(lambda: setattr(self, "connected", reason.value == 0))
        if self._subscriptions:
            for topic in self._subscriptions:
                client.subscribe(topic, 1)

    def _on_subscribe(self, *_):
        self._notify(lambda: setattr(self, "_pending", self._pending - 1))

    def _on_message(self, _client, _data, message):
        self._notify(lambda: self.heard.append((message.topic, message.payload.decode())))

    def publish(self, topic, payload, retain=False):
        self.client.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE)


class Broker:
    """mosquitto with config/mosquitto as it is shipped, but for its port and its folders."""

    def __init__(self, folder, certificates):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        shipped = (CONFIG / "mosquitto.conf").read_text()
        own = (shipped.replace("/etc/mosquitto/certs", str(certificates))
               .replace("/etc/mosquitto/acl", str(CONFIG / "acl"))
               .replace("/var/lib/mosquitto/", f"{folder}/")
               .replace("listener 8883", f"listener {self.port} 127.0.0.1")
               .replace("log_dest syslog", "log_dest stderr"))
        file = folder / "mosquitto.conf"
        file.write_text(f"{own}\nuser {getpass.getuser()}\n")
        self.log = folder / "broker.log"
        with open(self.log, "w") as log:
            self._process = subprocess.Popen(["mosquitto", "-c", file], stderr=log)
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(self.log.read_text())
            time.sleep(0.05)

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def put_away(self):
        self._process.kill()
        self._process.wait()
