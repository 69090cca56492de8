# SPDX-License-Identifier: Apache-2.0
"""Changes of tenancy: how they are ordered, and what the witnesses have of them."""

from .keyed import ROLES, KeyedCase
from .profile_blob import decode
from .running import PATIENCE
from .utility import ROOT, utc


class TenancyCase(KeyedCase):
    roles = (*ROLES, {"name": "tenancy", "functions": [], "tenancy": True})
    operators = (*KeyedCase.operators, {"name": "customer-service", "roles": ["tenancy"]})

    # ---- orders ---------------------------------------------------------------------------------

    def change(self, meter, situation="leaves-now", valid_s=600, by="customer-service", **params):
        return self.utility.order(meter, "change-tenancy", {"situation": situation, **params},
                                  operator=by, expires_at=utc(valid_s))

    def changed(self, meter, **params):
        """A change that succeeded and is synchronised: what was told of it at the end."""
        command = self.change(meter, **params)
        self.checker.settled(command, "succeeded")
        return self.synchronised(meter, command)

    def synchronised(self, meter, command, patience=PATIENCE):
        return self.utility.wait_for(
            f"the synchronisation after {command}",
            lambda h: h.topic == f"{ROOT}/meter/{meter}/tenancy"
            and h.body["phase"] == "synchronised" and h.body.get("command") == command,
            patience).body

    # ---- witnesses ------------------------------------------------------------------------------

    def told(self, meter, phase):
        return {h.payload: h.body for h in self.utility.heard
                if h.topic == f"{ROOT}/meter/{meter}/tenancy" and h.body["phase"] == phase}

    def fired(self, meter, kind="tenancy"):
        return [one for one in self.street.truth(meter)["changes_fired"] if one["kind"] == kind]

    def starts(self, meter, epoch):
        """Starts of all intervals the ledger holds of one tenancy."""
        key = self.gateway.rows("SELECT key FROM meter WHERE id = ?", meter)[0]["key"]
        *hot, days = self.gateway.rows_at_once(
            *((f"SELECT * FROM {table} WHERE meter = ? AND epoch = ?", key, epoch)
              for table in ("profile_hot_0", "profile_hot_1", "profile_day")))
        found = {row["start_s"] for table in hot for row in table}
        for row in days:
            found |= {start for start, _ in decode(row["day"] * 86_400, row["points"])}
        return found

    def log_times(self, meter, epoch):
        return [(row["log"], row["meter_time_s"]) for row in self.gateway.rows(
            "SELECT e.* FROM log_entry e JOIN meter m ON m.key = e.meter"
            " WHERE m.id = ? AND e.epoch = ?", meter, epoch)]

    def findings(self, told):
        return {check["item"]: check["holds"] for check in told["checks"]}
