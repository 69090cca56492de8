-- Changes of tenancy and of supplier: where each tenancy came from and how far the box is with it;
-- what belongs to a tenancy besides readings. Times in milliseconds since 1970-01-01 UTC where the
-- name ends in _ms, in seconds of the meter's clock where it ends in _s.

-- What opened the tenancy: the transaction of the order (0: not ours), how it was recognised, and
-- what the meter was asked to do. `synchronised_ms` is empty while its data is still to be fetched.
ALTER TABLE tenancy ADD COLUMN effective_s INTEGER;
ALTER TABLE tenancy ADD COLUMN transaction_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenancy ADD COLUMN command TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy ADD COLUMN actions INTEGER;
ALTER TABLE tenancy ADD COLUMN relay_after TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy ADD COLUMN synchronised_ms INTEGER;
ALTER TABLE tenancy ADD COLUMN checks_json TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy ADD COLUMN erased_ms INTEGER;
-- The first tenancy of a meter is synchronised by the schedule.
UPDATE tenancy SET synchronised_ms = starts_ms;
CREATE INDEX tenancy_to_synchronise ON tenancy (meter, epoch) WHERE synchronised_ms IS NULL;

CREATE TABLE billing_snapshot (
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  meter_time_s INTEGER NOT NULL,
  cause TEXT NOT NULL,
  import_wh INTEGER NOT NULL,
  import_varh INTEGER NOT NULL,
  balance_minor INTEGER NOT NULL,
  tariff_id INTEGER NOT NULL,
  supplier_id INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (meter, epoch, sequence),
  FOREIGN KEY (meter, epoch) REFERENCES tenancy
) STRICT, WITHOUT ROWID;

-- As last read: place 0 is the active tariff, the others wait for their time.
CREATE TABLE tariff (
  meter INTEGER NOT NULL REFERENCES meter,
  place INTEGER NOT NULL,
  tariff_id INTEGER NOT NULL,
  supplier_id INTEGER NOT NULL,
  supplier_name TEXT NOT NULL,
  price_minor_per_kwh INTEGER NOT NULL,
  activates_s INTEGER,
  read_ms INTEGER NOT NULL,
  PRIMARY KEY (meter, place)
) STRICT, WITHOUT ROWID;

-- Parameters of `change-tenancy`, `change-supplier` and `set-tariff`.
ALTER TABLE command ADD COLUMN change_effective_s INTEGER;
ALTER TABLE command ADD COLUMN change_actions INTEGER;
ALTER TABLE command ADD COLUMN change_relay TEXT;
ALTER TABLE command ADD COLUMN change_event INTEGER;
ALTER TABLE command ADD COLUMN change_situation TEXT;
ALTER TABLE command ADD COLUMN change_uncollected INTEGER;
ALTER TABLE command ADD COLUMN supplier_id INTEGER;
ALTER TABLE command ADD COLUMN supplier_name TEXT;
ALTER TABLE command ADD COLUMN tariff_id INTEGER;
ALTER TABLE command ADD COLUMN tariff_price INTEGER;
