# SPDX-License-Identifier: Apache-2.0
"""docs/asyncapi.yaml: every reference resolves, and its channels are the topics of mqtt-api.md."""

import unittest

import yaml
from documents import DOCS, SCHEMAS, codes, page, section, tables

DOCUMENT = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
PREFIX = "{root}/v1/{site}/"
OF_THE_BOX = {"schemas/north-command-change-registry.json"}  # commands without a meter


def walk(part, path=""):
    yield path, part
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from walk(inner, f"{path}/{key}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from walk(inner, f"{path}/{number}")


def resolve(reference):
    file, _, pointer = reference.partition("#")
    place = SCHEMAS[file.removeprefix("schemas/")] if file else DOCUMENT
    for key in filter(None, pointer.split("/")):
        place = place[key]
    return place


def whole(part):
    return resolve(part["$ref"]) if "$ref" in part else part


class AsyncApi(unittest.TestCase):
    def test_every_reference_resolves(self):
        for path, part in walk(DOCUMENT):
            if isinstance(part, dict) and "$ref" in part:
                with self.subTest(path):
                    self.assertEqual(list(part), ["$ref"])
                    self.assertTrue(resolve(part["$ref"]))

    def test_the_version_is_one_that_this_layout_belongs_to(self):
        self.assertEqual(DOCUMENT["asyncapi"], "3.0.0")
        self.assertEqual(set(DOCUMENT) - {"asyncapi", "info", "defaultContentType", "servers",
                                          "channels", "operations", "components"}, set())

    def test_every_parameter_of_an_address_is_described_and_no_other(self):
        for name, channel in DOCUMENT["channels"].items():
            with self.subTest(name):
                wanted = {part.strip("{}") for part in (channel["address"] or "").split("/")
                          if part.startswith("{")}
                self.assertEqual(set(channel.get("parameters", {})), wanted)

    def test_the_channels_are_the_topics_of_the_page(self):
        rows = tables(section(page("mqtt-api.md"), "2 Topics"))[0][1:]
        told = {PREFIX + codes(row[0])[0]:
                (row[1] == "to the gateway", row[2] == "1", row[3] == "yes",
                 [code for code in codes(row[4]) if code.startswith("north-")])
                for row in rows}
        channels = {channel["address"]: name for name, channel in DOCUMENT["channels"].items()
                    if channel["address"]}
        self.assertEqual(set(channels), set(told))
        for operation in DOCUMENT["operations"].values():
            channel = whole(operation["channel"])
            comes_in, once, retained, named = told[channel["address"]]
            with self.subTest(channel["address"]):
                self.assertEqual(operation["action"], "receive" if comes_in else "send")
                self.assertEqual(operation["bindings"]["mqtt"]["qos"], int(once))
                self.assertEqual(operation["bindings"]["mqtt"]["retain"], retained)
                schemas = {whole(message)["payload"]["schema"]["$ref"]
                           for message in channel["messages"].values()}
                schema = named[0]
                wanted = {f"schemas/{name}" for name in SCHEMAS
                          if name.startswith(schema.split("{")[0])} - OF_THE_BOX \
                    if "{" in schema else {f"schemas/{one}.json" for one in named}
                self.assertEqual(schemas, wanted)

    def test_every_channel_with_an_address_has_one_operation(self):
        used = [operation["channel"]["$ref"] for operation in DOCUMENT["operations"].values()]
        self.assertEqual(sorted(used), sorted(f"#/channels/{name}" for name, channel
                                              in DOCUMENT["channels"].items()
                                              if channel["address"]))

    def test_the_verbs_are_those_of_the_schemas(self):
        verbs = SCHEMAS["north-common.json"]["$defs"]["verb"]["enum"]
        of_meters = {verb for verb in verbs
                     if f"schemas/north-command-{verb}.json" not in OF_THE_BOX}
        self.assertEqual(set(DOCUMENT["components"]["parameters"]["verb"]["enum"]), of_meters)
        self.assertEqual(set(DOCUMENT["channels"]["command"]["messages"]), of_meters)


if __name__ == "__main__":
    unittest.main()
