# SPDX-License-Identifier: Apache-2.0
"""A mosquitto of our own on a free port of the loopback."""

import getpass
import socket

from .running import Running, until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


LASTING = ("persistence true", "autosave_on_changes true", "autosave_interval 1")


class Broker(Running):
    """`settings` are more lines of mosquitto.conf; with LASTING its sessions outlive it."""

    def __init__(self, folder, settings=(), name="broker"):
        super().__init__(name, folder)
        self.folder = folder
        self.settings = settings
        self.port = None

    def start(self):
        """The first start finds a port; later ones keep it."""
        for _ in range(5):
            port = self.port or free_port()
            self._write(port)
            self.launch(["mosquitto", "-c", self.folder / f"{self.name}.conf"])
            if until("the broker's listener", lambda: not self.alive or self._listens(port)) \
                    and self.alive:
                self.port = port
                return self
        raise AssertionError(f"no broker:\n{self.tail()}")

    def _write(self, port):
        store = self.folder / self.name
        store.mkdir(exist_ok=True)
        lines = [f"listener {port} 127.0.0.1", f"user {getpass.getuser()}",
                 "set_tcp_nodelay true", "max_queued_messages 0",
                 "log_type error", "log_type warning", "log_type notice",
                 f"persistence_location {store}/", *self.settings]
        if not any(line.startswith("allow_anonymous") for line in self.settings):
            lines.append("allow_anonymous true")
        (self.folder / f"{self.name}.conf").write_text("\n".join(lines) + "\n")

    @staticmethod
    def _listens(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
