-- The audit trail, and the registry of meters, locations and customers. Times in milliseconds since
-- 1970-01-01 UTC.

-- Who did what, when and why, for good. Each row holds the hash of itself and of the row before
-- (storage/audit/audit_chain.hpp). Meters and people are named in words, so that a row keeps its
-- meaning whatever becomes of other tables. No index: it would be a second copy that no hash covers.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  meter TEXT NOT NULL,
  operator TEXT NOT NULL,
  second_operator TEXT NOT NULL,
  identity_proof TEXT NOT NULL,
  work_order TEXT NOT NULL,
  comment TEXT NOT NULL,
  details_json TEXT NOT NULL,
  previous BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;

-- How far the trail goes: rows cut off at its end would not be missed otherwise.
CREATE TABLE audit_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  entries INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
-- SHA-256 of `metergate audit trail 1`.
INSERT INTO audit_head
  VALUES (1, 0, x'413d4cbeca51bb8ed6b99172a6505b95d3616c6286366691be83b2f23b512716');

CREATE TRIGGER audit_goes_on BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT entries + 1 FROM audit_head)
  OR NEW.previous IS NOT (SELECT hash FROM audit_head)
BEGIN
  SELECT RAISE(ABORT, 'an audit entry can only follow the last one');
END;
CREATE TRIGGER audit_is_counted AFTER INSERT ON audit BEGIN
  UPDATE audit_head SET entries = NEW.seq, hash = NEW.hash;
END;
CREATE TRIGGER audit_stays_as_written BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'audit entries are never changed');
END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'audit entries are never deleted');
END;
CREATE TRIGGER audit_head_follows BEFORE UPDATE ON audit_head
WHEN NEW.one <> 1 OR NEW.entries <> OLD.entries + 1
  OR NEW.hash IS NOT (SELECT hash FROM audit WHERE seq = NEW.entries)
BEGIN
  SELECT RAISE(ABORT, 'the head of the audit trail only follows its entries');
END;
CREATE TRIGGER audit_head_is_one BEFORE INSERT ON audit_head BEGIN
  SELECT RAISE(ABORT, 'the audit trail has one head');
END;
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head BEGIN
  SELECT RAISE(ABORT, 'the audit trail keeps its head');
END;

-- Which meter stands at which location, and since when; `to_ms` is empty while it does (J-55).
CREATE TABLE placement (
  key INTEGER PRIMARY KEY,
  meter INTEGER NOT NULL REFERENCES meter,
  location TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER CHECK (to_ms >= from_ms)
) STRICT;
CREATE INDEX placement_of_meter ON placement (meter, from_ms);
CREATE INDEX placement_at ON placement (location, from_ms);
-- A meter stands in one place (J-56).
CREATE UNIQUE INDEX placement_now ON placement (meter) WHERE to_ms IS NULL;

-- Which customer a location supplies. The account goes with the customer, not with the location.
CREATE TABLE occupancy (
  key INTEGER PRIMARY KEY,
  customer TEXT NOT NULL,
  location TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER CHECK (to_ms >= from_ms)
) STRICT;
CREATE INDEX occupancy_of_customer ON occupancy (customer, from_ms);
CREATE INDEX occupancy_at ON occupancy (location, from_ms);
CREATE UNIQUE INDEX occupancy_now ON occupancy (location) WHERE to_ms IS NULL;

-- Where each serial number was found: as which meter, on which line and address.
CREATE TABLE seat (
  serial TEXT PRIMARY KEY,
  meter INTEGER NOT NULL REFERENCES meter,
  port TEXT NOT NULL,
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A serial number that answered elsewhere than where it is placed (J-61).
CREATE TABLE registry_conflict (
  key INTEGER PRIMARY KEY,
  serial TEXT NOT NULL,
  recorded_meter INTEGER NOT NULL REFERENCES meter,
  recorded_port TEXT NOT NULL,
  seen_meter INTEGER NOT NULL REFERENCES meter,
  seen_port TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  settled_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX registry_conflict_open ON registry_conflict (serial, seen_meter)
  WHERE settled_ms IS NULL;
