# SPDX-License-Identifier: Apache-2.0
"""Whatever a test made the gateway say is held against the published schemas, as strict as the
gateway's own encoders are (tests/docs/documents.py)."""

import sys
from pathlib import Path

from .utility import ROOT

sys.path.append(str(Path(__file__).resolve().parents[2] / "docs"))
from documents import CLOSED, validator  # noqa: E402

_VALIDATORS = {}


def definition(name):
    """One of the words that the schemas share."""
    return CLOSED["north-common.json"]["$defs"][name]


def schema_of(topic):
    if topic == f"{ROOT}/state":
        return "north-gateway-state.json"
    if "/result/" in topic or topic == f"{ROOT}/refused" or not topic.startswith(ROOT):
        return "north-result.json"
    *above, leaf = topic.removeprefix(f"{ROOT}/").split("/")
    if above[2:] == ["token"]:
        return "north-token.json"
    return "north-meter-state.json" if leaf == "state" else f"north-{leaf}.json"


def faults(heard):
    """Of one message, as text."""
    name = schema_of(heard.topic)
    if name not in CLOSED:
        return [f"{heard.topic}: no schema describes this topic"]
    if name not in _VALIDATORS:
        _VALIDATORS[name] = validator(name, CLOSED)
    return [f"{heard.topic} {heard.payload[:300]}: {error.json_path}: {error.message[:300]}"
            for error in _VALIDATORS[name].iter_errors(heard.body)]
