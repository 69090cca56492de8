-- By whose right a command was accepted, so that it can be judged again when the command is carried
-- out. Empty: no right was asked for, or an earlier release took the command.
ALTER TABLE command ADD COLUMN grant_operator TEXT;
ALTER TABLE command ADD COLUMN grant_proof TEXT;
ALTER TABLE command ADD COLUMN grant_key TEXT;
ALTER TABLE command ADD COLUMN grant_second_operator TEXT;
ALTER TABLE command ADD COLUMN grant_second_key TEXT;
