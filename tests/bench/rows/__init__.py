# SPDX-License-Identifier: Apache-2.0
"""One module a group of rows of the table."""
