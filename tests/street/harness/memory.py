# SPDX-License-Identifier: Apache-2.0
"""What stands in the memory of a running process: every page it may write to, read as root."""

import base64
import re
from pathlib import Path

_AREA = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+\s*(.*)$")


def shapes_of_key(text):
    """Its octets, and what they look like when they are written down."""
    octets = bytes.fromhex(text)
    return {octets, octets.hex().encode(), octets.hex().upper().encode(),
            base64.b64encode(octets).rstrip(b"=")}


def _writable(process):
    for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines():
        start, end, rights, _name = _AREA.match(line).groups()
        if rights.startswith("rw"):
            yield int(start, 16), int(end, 16)


def found_in(process, octets, before=0):
    """Where these octets stand: for each place its address and so many octets before it. A page
    that went while we were on the way to it holds nothing any more."""
    places = []
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for start, end in _writable(process):
            try:
                memory.seek(start)
                content = memory.read(end - start) or b""
            except OSError:
                continue
            at = content.find(octets)
            while at >= 0:
                places.append((start + at, content[max(0, at - before):at]))
                at = content.find(octets, at + 1)
    return places
