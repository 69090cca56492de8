# SPDX-License-Identifier: Apache-2.0
"""The gateway: its configuration, its process, its command line, its ledger seen from outside."""

import contextlib
import copy
import json
import re
import socket
import sqlite3
import subprocess

from .running import Running, until

SCHEDULE = {"name": "default", "registers_s": 5, "relay_s": 5, "clock_s": 60, "logs_s": 5,
            "daily_s": 60, "profile_s": 10, "back_fill_days": 1}


def toml(table, path=""):
    """Enough TOML for a configuration: tables are dicts, arrays of tables are lists of dicts."""
    def is_tables(value):
        return isinstance(value, list) and value and isinstance(value[0], dict)

    out = [f"{key} = {json.dumps(value)}" for key, value in table.items()
           if not isinstance(value, dict) and not is_tables(value)]
    for key, value in table.items():
        name = path + key
        if isinstance(value, dict):
            out += ["", f"[{name}]", toml(value, name + ".")]
        elif is_tables(value):
            for one in value:
                out += ["", f"[[{name}]]", toml(one, name + ".")]
    return "\n".join(out)


def dlms_access_to(street):
    """What the street's DLMS meters want to be shown: table `dlms`."""
    key_file = str(street.folder / "dlms-keys" / "{id}.toml")
    if street.dlms_security == "lls":
        return {"authentication": "lls", "key_file": key_file}
    keys = {"system_title": "4d54470000000001", "key_file": key_file}
    if street.dlms_security.startswith("ecdsa"):
        suite = 2 if street.dlms_security == "ecdsa-p384" else 1
        return {"authentication": "hls-ecdsa", "suite": suite, **keys}
    return {"authentication": "hls-gmac", **keys}


def named_meters(street):
    """Those a range cannot hold, for each is known by its serial number."""
    meters = [{"id": meter, "model": "virtual-credit-mode-c", "line": "mode-c",
               "device_address": street.serial(meter)} for meter in street.on_mode_c]
    if street.mode_e:
        meters += [{"id": meter, "model": street.dlms_model, "line": "hdlc", "address": 17 + index,
                    "device_address": street.serial(meter)}
                   for index, meter in enumerate(street.on_hdlc)]
    meters += [{"id": meter, "model": street.dlms_model, "line": "call",
                "serial": street.serial(meter)} for meter in street.calling]
    return meters


def configuration_of(street, north_port, folder):
    """A gateway that finds the street and answers quickly enough for tests."""
    config = {
        "site": "street", "model_directories": [str(street.models)],
        "storage": {"file": str(folder / "store" / "ledger.db")},
        "control": {"socket": str(folder / "control.sock")},
        "log": {"level": "debug"},
        "sessions": {"probe_min_s": 1, "probe_max_s": 2},
        "north": {"broker": {"host": "127.0.0.1", "port": north_port, "reconnect_max_ms": 1000}},
        "line": [], "meter_range": [],
        "schedule": [dict(SCHEDULE)],
    }
    alike = {"digits": 3, "model": "virtual-prepayment-modbus"}
    if street.on_line:
        config["line"].append({"name": "line-a", "device": str(street.folder / "line-a"),
                               "parity": "none"})
        config["meter_range"].append(
            {**alike, "prefix": "a-", "count": len(street.on_line), "line": "line-a",
             "first_address": 1})
    if street.on_tcp:
        config["line"].append({"name": "tcp", "host": "127.0.0.1", "port": street.tcp_port})
        config["meter_range"].append(
            {**alike, "prefix": "tcp-", "count": len(street.on_tcp), "line": "tcp",
             "first_address": 1})
    if street.dlms_security != "none":
        config["dlms"] = dlms_access_to(street)
    if named := named_meters(street):
        config["meter"] = named
    if street.on_mode_c:
        config["line"].append({"name": "mode-c", "device": str(street.folder / "mode-c"),
                               "protocol": "mode-c"})
    if street.on_hdlc and street.mode_e:
        config["line"].append({"name": "hdlc", "device": str(street.folder / "hdlc"),
                               "protocol": "dlms", "opening": "mode-e"})
    elif street.on_hdlc:
        config["line"].append({"name": "hdlc", "device": str(street.folder / "hdlc"),
                               "protocol": "dlms"})
        config["meter_range"].append(
            {**alike, "prefix": "hdlc-", "count": len(street.on_hdlc), "line": "hdlc",
             "model": street.dlms_model, "first_address": 17})
    if street.on_dlms:
        config["line"].append({"name": "dlms", "host": "127.0.0.1", "port": street.dlms_port,
                               "protocol": "dlms"})
        config["meter_range"].append(
            {**alike, "prefix": "dlms-", "count": len(street.on_dlms), "line": "dlms",
             "model": street.dlms_model, "first_address": 1})
    if street.calling:
        config["line"].append({"name": "call", "listen": street.dial_port,
                               "listen_address": "127.0.0.1", "protocol": "dlms"})
    if street.on_modem:
        config["line"].append({"name": "modem", "mqtt_root": "dlms", "protocol": "dlms",
                               "answer_timeout_ms": 2000})
        config["meter_range"].append(
            {**alike, "prefix": "modem-", "count": len(street.on_modem), "line": "modem",
             "model": street.dlms_model})
    if street.on_mqtt or street.on_modem:
        config["mqtt_meters"] = {"timeout_ms": 2000, "broker": {
            "host": "127.0.0.1", "port": north_port, "reconnect_max_ms": 1000}}
    if street.on_mqtt:
        config["meter_range"].append({**alike, "prefix": "mqtt-", "count": len(street.on_mqtt),
                                      "model": "virtual-prepayment-mqtt"})
    return config


class Gateway(Running):
    def __init__(self, binary, folder, config, name="gateway"):
        super().__init__(name, folder)
        self.binary = binary
        self.config = copy.deepcopy(config)
        self.file = folder / f"{name}.toml"
        self.environment = {}  # of every start
        self._journal_from = 0
        self.write()

    def write(self):
        self.file.write_text(toml(self.config) + "\n")

    @property
    def store(self):
        return self.config["storage"]["file"]

    def start(self, crash_at=None, environment=None, ready=True, before=None):
        self.write()
        environment = {**self.environment, **(environment or {})}
        if crash_at:
            environment["METERGATE_CRASH_AT"] = crash_at
        self.launch([self.binary, "run", "--config", self.file], environment, before)
        if ready:
            until("the gateway's control socket", lambda: self.must_live() and self.status())
        return self

    # ---- as an engineer on the box --------------------------------------------------------------

    def run(self, *arguments, config=True, stdin=None, patience=60):
        """One subcommand; `.stdout` and `.returncode` as a shell would see them."""
        command = [self.binary, *arguments, *(["--config", self.file] if config else [])]
        return subprocess.run([str(part) for part in command], input=stdin, timeout=patience,
                              capture_output=True, text=True, check=False)

    def json_lines(self, *arguments):
        return [json.loads(line) for line in self.run(*arguments, "--json").stdout.splitlines()]

    def ask(self, method, **params):
        """All lines of the control socket's answer, or nothing when nobody is there."""
        try:
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(20)
                control.connect(self.config["control"]["socket"])
                control.sendall(json.dumps({"method": method, "params": params}).encode() + b"\n")
                lines = [json.loads(line) for line in self._lines(control)]
        except OSError:
            return None
        return lines

    @staticmethod
    def _lines(control):
        for line in control.makefile():
            yield line
            if json.loads(line).get("end"):
                return

    def status(self):
        answer = self.ask("status")
        return answer[-1] if answer else None

    def sessions(self):
        return {line["meter"]: line["state"] for line in self.ask("meters") or () if "meter" in line}

    def wait_for_sessions(self, meters, state="online", patience=30):
        until(lambda: f"{state}: {meters}, now {self.sessions()}",
              lambda: self.must_live() and
              all(self.sessions().get(meter) == state for meter in meters), patience)

    # ---- the ledger, read with SQLite's own library --------------------------------------------

    def rows(self, query, *values):
        """While the gateway writes or after it was killed: a reader never disturbs it."""
        return self.rows_at_once((query, *values))[0]

    def rows_at_once(self, *queries):
        """The rows of several queries, all of the same moment."""
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=20,
                                                isolation_level=None)) as ledger:
            ledger.row_factory = sqlite3.Row
            ledger.execute("BEGIN")
            return [ledger.execute(query, values).fetchall() for query, *values in queries]

    def command(self, command_id):
        found = self.rows("SELECT c.*, m.id AS meter_id FROM command c JOIN meter m "
                          "ON m.key = c.meter WHERE c.id = ?", command_id)
        return found[0] if found else None

    def steps(self, command_id):
        return self.rows("SELECT s.* FROM command_step s JOIN command c ON c.key = s.command "
                         "WHERE c.id = ? ORDER BY number", command_id)

    def journal(self, event, meter=None):
        """Log lines with that id since the last `forget_journal`, from the ledger."""
        return self.rows("SELECT * FROM journal WHERE event = ? AND (? IS NULL OR meter = ?) "
                         "AND id > ? ORDER BY id", event, meter, meter, self._journal_from)

    def forget_journal(self):
        self._journal_from = self.rows("SELECT ifnull(max(id), 0) FROM journal")[0][0]

    def logged(self, event):
        """Log lines with that id, from the error stream."""
        return re.findall(rf"^.*\b{event}\b.*$", self.text(), re.MULTILINE)
