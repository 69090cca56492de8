-- Invocation counters of meters that are ciphered with (IEC 62056-5-3, 5.3.3): those below the end may
-- have been used, and a counter used twice under one key would open the cipher. Written before use.
CREATE TABLE dlms_counter (
  meter INTEGER PRIMARY KEY REFERENCES meter,
  reserved_end INTEGER NOT NULL
) STRICT;
