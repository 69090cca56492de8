-- The first schema of the ledger. Names carry their unit: _ms and _s count from 1970-01-01 UTC,
-- `day` counts days from there. Words (states, reasons, verbs) are kept as words, so that reordering
-- an enumeration in the code can't change what a stored row means.

CREATE TABLE meter (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  serial TEXT NOT NULL DEFAULT '',
  first_seen_ms INTEGER NOT NULL,
  last_transaction INTEGER NOT NULL DEFAULT 0,
  supply_reported TEXT NOT NULL DEFAULT 'unknown',
  supply_causes INTEGER NOT NULL DEFAULT 0,
  supply_read_ms INTEGER,
  supply_desired TEXT NOT NULL DEFAULT 'unknown',
  last_contact_ms INTEGER,
  session_state TEXT NOT NULL DEFAULT '',
  clock_offset_ms INTEGER
) STRICT;

-- All data belongs to one tenancy: (meter, epoch).
CREATE TABLE tenancy (
  meter INTEGER NOT NULL REFERENCES meter,
  epoch INTEGER NOT NULL,
  starts_ms INTEGER NOT NULL,
  ends_ms INTEGER,
  sealed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meter, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  meter INTEGER NOT NULL REFERENCES meter,
  body_digest TEXT NOT NULL,
  verb TEXT NOT NULL,
  -- parameters, each verb its own
  token_digits TEXT,
  token_kind TEXT,
  token_allow_repeat INTEGER,
  relay_state TEXT,
  read_classes TEXT,
  read_from_s INTEGER,
  read_to_s INTEGER,
  clock_time_s INTEGER,
  cancel_id TEXT,
  -- who, when, why
  issued_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  stated_expires_ms INTEGER NOT NULL,
  not_before_ms INTEGER,
  priority TEXT NOT NULL,
  operator TEXT NOT NULL,
  work_order TEXT NOT NULL,
  comment TEXT NOT NULL,
  response_topic TEXT NOT NULL,
  correlation_data BLOB NOT NULL,
  origin TEXT NOT NULL,
  -- where it stands: a copy of the last step
  state TEXT NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  transaction_id INTEGER NOT NULL DEFAULT 0,
  accepted_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  result_json TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX command_of_meter ON command (meter, key);
CREATE INDEX command_live ON command (key) WHERE ended = 0;
CREATE INDEX command_ended ON command (changed_ms) WHERE ended = 1;
CREATE INDEX command_token ON command (meter, token_digits) WHERE token_digits IS NOT NULL;

CREATE TABLE command_step (
  command INTEGER NOT NULL REFERENCES command ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  meter_reason TEXT,
  meter_raw TEXT NOT NULL,
  transaction_id INTEGER NOT NULL,
  result_json TEXT NOT NULL,
  PRIMARY KEY (command, number)
) STRICT, WITHOUT ROWID;

-- OBIS codes as small numbers, so that data rows stay small.
CREATE TABLE channel (
  key INTEGER PRIMARY KEY,
  obis TEXT NOT NULL UNIQUE
) STRICT;

-- Load profile as it arrives: time first, so that a half-hour of all meters fills pages one after
-- another instead of touching one page per meter. Even and odd days have a table each: a table that
-- is emptied as a whole gives its pages back without writing them, a deleted row does not.
CREATE TABLE profile_hot_0 (
  start_s INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  value INTEGER NOT NULL,
  marks INTEGER NOT NULL,
  PRIMARY KEY (start_s, meter, epoch, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE profile_hot_1 (
  start_s INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  value INTEGER NOT NULL,
  marks INTEGER NOT NULL,
  PRIMARY KEY (start_s, meter, epoch, channel)
) STRICT, WITHOUT ROWID;

-- Load profile at rest: one blob per meter, epoch and day (storage/blobs/profile_blob.hpp). Weeks
-- first: a night's fold touches the pages of one week, a month of one meter is five short reads,
-- and old weeks go as a whole.
CREATE TABLE profile_day (
  week INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  day INTEGER NOT NULL,
  points BLOB NOT NULL,
  PRIMARY KEY (week, meter, epoch, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily (
  day INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  channel INTEGER NOT NULL,
  value INTEGER NOT NULL,
  marks INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (day, meter, epoch, channel)
) STRICT, WITHOUT ROWID;

-- One row per reading; its registers as storage/blobs/reading_blob.hpp writes them.
CREATE TABLE register_reading (
  read_ms INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  registers BLOB NOT NULL,
  PRIMARY KEY (read_ms, meter, epoch)
) STRICT, WITHOUT ROWID;

-- Days on which a meter has readings: the way to its last one without walking through all others.
CREATE TABLE register_day (
  day INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  PRIMARY KEY (day, meter, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_entry (
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  log INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  meter_time_s INTEGER NOT NULL,
  code INTEGER NOT NULL,
  raw_code INTEGER NOT NULL,
  cause INTEGER NOT NULL,
  detail INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (meter, epoch, log, sequence),
  FOREIGN KEY (meter, epoch) REFERENCES tenancy
) STRICT, WITHOUT ROWID;
CREATE INDEX log_entry_received ON log_entry (received_ms);

-- Where collection stands: everything before `position` was read or stands among the holes.
CREATE TABLE cursor (
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (meter, epoch, kind),
  FOREIGN KEY (meter, epoch) REFERENCES tenancy
) STRICT, WITHOUT ROWID;

CREATE TABLE hole (
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  from_s INTEGER NOT NULL,
  to_s INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  next_try_ms INTEGER NOT NULL,
  PRIMARY KEY (meter, epoch, from_s, to_s),
  FOREIGN KEY (meter, epoch) REFERENCES tenancy
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_message (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL,
  correlation_data BLOB NOT NULL,
  expires_ms INTEGER
) STRICT;

-- One row per meter-day and kind of data that the broker has not been given yet. `first_s` and
-- `last_s` are its first and last unpublished time, counted from the start of the day. Weeks first,
-- so that the days of a meter's backlog share pages and the newest are found without a search.
CREATE TABLE outbox_data (
  week INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  day INTEGER NOT NULL,
  version INTEGER NOT NULL,
  first_s INTEGER NOT NULL,
  last_s INTEGER NOT NULL,
  PRIMARY KEY (week, kind, meter, epoch, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  level TEXT NOT NULL,
  event TEXT NOT NULL,
  meter TEXT NOT NULL,
  log TEXT NOT NULL,
  text TEXT NOT NULL,
  fields_json TEXT NOT NULL
) STRICT;
CREATE INDEX journal_at ON journal (at_ms);

-- How far the store's own housekeeping is.
CREATE TABLE care (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
