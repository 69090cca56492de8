# SPDX-License-Identifier: Apache-2.0
"""The virtual street: meters on true wires, and the truth about them."""

import json
import socket
from datetime import datetime, timezone

from .broker import free_port
from .running import Running, until


def seconds(text):
    """Seconds since 1970 of an RFC 3339 time or a date."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00"))
               .replace(tzinfo=timezone.utc).timestamp())


class Street(Running):
    def __init__(self, binary, models, folder, broker_port, *, line=3, tcp=2, mqtt=5,
                 hdlc=0, dlms=0, call=0, modem=0, mode_c=0, mode_e=False, dlms_security="none",
                 dlms_model="virtual-prepayment-dlms",
                 history_days=1, token_rule="open", options=(), environment=None):
        super().__init__("street", folder)
        self.binary, self.models, self.folder = binary, models, folder / "street"
        self.shape = ["--dir", self.folder, "--models", models,
                      "--lines", 1 if line else 0, "--meters", line, "--tcp-meters", tcp,
                      "--mqtt-meters", mqtt, "--broker-port", broker_port,
                      "--dlms-meters", hdlc, "--dlms-tcp-meters", dlms,
                      "--dlms-security", dlms_security, "--dlms-model", dlms_model]
        self.dial_port = free_port() if call else 0
        if call:
            self.shape += ["--dlms-dial-in", call, "--dlms-dial-port", self.dial_port]
        if mode_c:
            self.shape += ["--mode-c-meters", mode_c]
        if mode_e:
            self.shape += ["--dlms-mode-e"]
        if modem:
            self.shape += ["--dlms-mqtt-meters", modem]
        self.environment = environment or {}
        self.options = ["--history-days", history_days, "--token-rule", token_rule, *options]
        self.on_line = [f"a-{n:03d}" for n in range(1, line + 1)]
        self.on_tcp = [f"tcp-{n:03d}" for n in range(1, tcp + 1)]
        self.on_mqtt = [f"mqtt-{n:03d}" for n in range(1, mqtt + 1)]
        self.on_hdlc = [f"hdlc-{n:03d}" for n in range(1, hdlc + 1)]
        self.on_dlms = [f"dlms-{n:03d}" for n in range(1, dlms + 1)]
        self.calling = [f"call-{n:03d}" for n in range(1, call + 1)]
        self.on_modem = [f"modem-{n:03d}" for n in range(1, modem + 1)]
        self.on_mode_c = [f"mode-c-{n:03d}" for n in range(1, mode_c + 1)]
        self.mode_e = mode_e
        self.meters = (self.on_line + self.on_tcp + self.on_mqtt + self.on_hdlc + self.on_dlms
                       + self.calling + self.on_modem + self.on_mode_c)
        self.dlms_security, self.dlms_model = dlms_security, dlms_model
        self.tcp_port = self.dlms_port = 0

    def start(self):
        self.launch([self.binary, "sim", "run", *self.shape, "--tcp-port", self.tcp_port,
                     "--dlms-tcp-port", self.dlms_port, *self.options], self.environment)
        until("the street's control socket", lambda: self.must_live() and self._answers(), 60)
        ports = self.do("list")
        self.tcp_port, self.dlms_port = ports["tcp_port"], ports["dlms_port"]
        return self

    def _answers(self):
        try:
            return bool(self.do("list"))
        except OSError:
            return False

    def do(self, action, meter=None, **fields):
        """One command of gateway/sim/street/commands.cpp."""
        request = {"command": action, **({"meter": meter} if meter else {}), **fields}
        with socket.socket(socket.AF_UNIX) as street:
            street.settimeout(60)
            street.connect(str(self.folder / "control.sock"))
            street.sendall(json.dumps(request).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = street.recv(1 << 20)
                if not part:
                    raise OSError("the street hung up")
                answer += part
        told = json.loads(answer)
        if not told["ok"]:
            raise AssertionError(f"sim ctl {action} {meter}: {told['error']}")
        return told

    def truth(self, meter):
        return self.do("truth", meter)

    def orders(self, meter, kind=None):
        """The orders the meter has seen, in its own order."""
        return [order for order in self.truth(meter)["orders"] if kind in (None, order["kind"])]

    def serial(self, meter):
        return next(m["serial"] for m in self.do("list")["meters"] if m["meter"] == meter)
