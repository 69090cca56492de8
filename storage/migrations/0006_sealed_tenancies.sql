-- Parameters of `export-tenancy` and `erase-tenancy`, and whether a change of the registry orders
-- the changes of tenancy that follow from it.
ALTER TABLE command ADD COLUMN sealed_epoch INTEGER;
ALTER TABLE command ADD COLUMN sealed_publish INTEGER;
ALTER TABLE command ADD COLUMN registry_change_tenancy INTEGER;
