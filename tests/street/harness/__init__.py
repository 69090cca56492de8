# SPDX-License-Identifier: Apache-2.0
"""Starts the parts of a street as a stranger would and watches them from outside.

Nothing in here knows the gateway's code: it reads docs/mqtt-api.md, docs/operations.md and the
ledger's tables, and judges by three witnesses that know nothing of each other."""
