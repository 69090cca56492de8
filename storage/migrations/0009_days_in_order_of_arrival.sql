-- The days of load profiles lay in the tree of their key, by week and meter: a month of one meter in
-- five places, and every night of a week the pages of all its nights once more. Now they lie as they
-- come, a month side by side, a night side by side, and their key is an index of small entries. Four
-- weeks come first in it: a night touches few of its pages, and so does a month of one meter.
CREATE TABLE profile_day_as_it_comes (
  four_weeks INTEGER NOT NULL,          -- days since 1970-01-01 / 28
  meter INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  day INTEGER NOT NULL,
  points BLOB NOT NULL,                 -- storage/blobs/profile_blob.hpp
  UNIQUE (four_weeks, meter, epoch, day)
) STRICT;
INSERT INTO profile_day_as_it_comes
  SELECT (week - (week % 4 + 4) % 4) / 4, meter, epoch, day, points
  FROM profile_day ORDER BY week, meter, epoch, day;
DROP TABLE profile_day;
ALTER TABLE profile_day_as_it_comes RENAME TO profile_day;
