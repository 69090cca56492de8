# SPDX-License-Identifier: Apache-2.0
"""The documents of the MQTT interfaces, read once: schemas, examples, pages and their blocks."""

import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator, RefResolver

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMAS = {file.name: json.loads(file.read_text()) for file in (DOCS / "schemas").glob("*.json")}


def closed(schema):
    """The schema as strict as the gateway's own encoders are: where a published object names its
    fields and leaves the door open to later ones, nothing else may stand there today."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # The branches of `allOf` and `anyOf` only add conditions to an object that is described above.
    out = {key: value if key in ("allOf", "anyOf") else closed(value)
           for key, value in schema.items()}
    if out.get("type") == "object" and isinstance(out.get("properties"), dict):
        out.setdefault("additionalProperties", False)
    return out


def validator(name, schemas=None):
    """Of the schema file `name`; references go to its neighbours."""
    schemas = schemas or SCHEMAS
    return Draft202012Validator(schemas[name],
                                resolver=RefResolver("", schemas[name], store=schemas))


CLOSED = {name: closed(schema) for name, schema in SCHEMAS.items()}


def faults(name, payload, schemas=None):
    """Every way in which the payload is not what the schema says, as text."""
    return [f"{error.json_path}: {error.message}"
            for error in validator(name, schemas).iter_errors(payload)]


def north_schema_of(example):
    """`result.refused` is described by north-result.json."""
    return f"north-{example.split('.')[0]}.json"


def north_examples():
    """`{name: payload}`"""
    return {file.name.removesuffix(".json"): json.loads(file.read_text())
            for file in sorted((DOCS / "examples" / "north").glob("*.json"))}


def page(name):
    return (DOCS / name).read_text()


def blocks(text):
    """`[(name or None, payload)]` of the fenced JSON blocks; the comment before one names it."""
    found = re.finditer(r"(?:^<!-- (\S+) -->\n)?^```json[^\n]*\n(.*?)^```$", text,
                        re.MULTILINE | re.DOTALL)
    return [(match[1], json.loads(match[2])) for match in found]


def tables(text):
    """All tables of a page, each a list of rows of cells; the first row is the heading."""
    out, rows = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))])
        elif rows:
            out.append([rows[0], *rows[2:]])
            rows = []
    return out


def section(text, heading):
    """From a heading to the next of the same or a higher rank."""
    start = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    rest = text[start.end():]
    end = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.MULTILINE)
    return rest[:end.start()] if end else rest


def codes(text):
    """The words between back quotes, in order."""
    return re.findall(r"`([^`]+)`", text)
