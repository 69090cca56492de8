-- Parameters of `change-registry`, whose meter in this table is the box (`_box`).
ALTER TABLE command ADD COLUMN registry_change TEXT;
ALTER TABLE command ADD COLUMN registry_meter TEXT;
ALTER TABLE command ADD COLUMN registry_new_meter TEXT;
ALTER TABLE command ADD COLUMN registry_location TEXT;
ALTER TABLE command ADD COLUMN registry_new_location TEXT;
ALTER TABLE command ADD COLUMN registry_customer TEXT;
ALTER TABLE command ADD COLUMN registry_serial TEXT;
ALTER TABLE command ADD COLUMN registry_seat TEXT;
ALTER TABLE command ADD COLUMN registry_effective_ms INTEGER;

-- A meter is found by the number on its plate (J-15).
CREATE INDEX meter_serial ON meter (serial);
