-- Tokens made on this box, each a transaction with who, why and under which key; what a meter's
-- tokens depend on. Times in milliseconds since 1970-01-01 UTC.

-- What enters a meter's decoder key (IEC 62055-41 6.1). `pending_issue` names the key change that is
-- on its way: until both sides have it, tokens are made under the old key.
CREATE TABLE meter_sts (
  meter INTEGER PRIMARY KEY REFERENCES meter,
  pan TEXT NOT NULL,
  supply_group INTEGER NOT NULL,
  tariff_index INTEGER NOT NULL,
  key_revision INTEGER NOT NULL,
  key_type INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  algorithm INTEGER NOT NULL,
  base_date INTEGER NOT NULL,
  pending_issue INTEGER
) STRICT;

-- Parameters of `issue-token` and `resend-tokens`.
ALTER TABLE command ADD COLUMN issue_function TEXT;
ALTER TABLE command ADD COLUMN issue_value INTEGER;
ALTER TABLE command ADD COLUMN issue_word TEXT;
ALTER TABLE command ADD COLUMN issue_old_group INTEGER;
ALTER TABLE command ADD COLUMN issue_confirmed INTEGER;
ALTER TABLE command ADD COLUMN issue_delivery TEXT;
ALTER TABLE command ADD COLUMN issue_channel TEXT;
ALTER TABLE command ADD COLUMN issue_cleared INTEGER;

CREATE TABLE token_issue (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,               -- of the command that asked for it
  meter INTEGER NOT NULL REFERENCES meter,
  epoch INTEGER NOT NULL,
  function TEXT NOT NULL,
  value INTEGER,                         -- Wh, W, a tariff index, a supply group, a revision
  word TEXT NOT NULL,                    -- a meter test, a register
  issued_ms INTEGER NOT NULL,
  operator TEXT NOT NULL,
  second_operator TEXT NOT NULL,         -- who agreed, where two must
  identity_proof TEXT NOT NULL,          -- signature, local-user, broker
  work_order TEXT NOT NULL,
  comment TEXT NOT NULL,
  base_date INTEGER NOT NULL,
  tid INTEGER,                           -- none in meter tests and key changes
  vending_key TEXT NOT NULL,             -- its public name
  delivery TEXT NOT NULL,                -- remote, hand
  channel TEXT NOT NULL,                 -- sms, email, print
  changed_ms INTEGER NOT NULL,
  -- the attributes a key change leads to
  to_supply_group INTEGER,
  to_tariff_index INTEGER,
  to_key_revision INTEGER
) STRICT;
CREATE INDEX token_issue_of_meter ON token_issue (meter, key);
-- Never two tokens of one meter with the same TID, whatever the clock did.
CREATE UNIQUE INDEX token_issue_tid ON token_issue (meter, base_date, tid) WHERE tid IS NOT NULL;

CREATE TABLE issued_token (
  issue INTEGER NOT NULL REFERENCES token_issue,
  number INTEGER NOT NULL,               -- from 1, in the order of entry
  digits TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',       -- the meter's word when it refused
  command TEXT NOT NULL DEFAULT '',      -- the delivery that carries or carried it
  changed_ms INTEGER NOT NULL,
  PRIMARY KEY (issue, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX issued_token_digits ON issued_token (digits);

-- Every time a token was handed to somebody (J-05).
CREATE TABLE token_handover (
  issue INTEGER NOT NULL REFERENCES token_issue,
  at_ms INTEGER NOT NULL,
  channel TEXT NOT NULL,
  operator TEXT NOT NULL,
  command TEXT NOT NULL
) STRICT;
CREATE INDEX token_handover_of_issue ON token_handover (issue, at_ms);
