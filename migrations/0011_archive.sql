-- The move to the archive: what is under way, one row a stream. A step changes it only while version is what it read,
-- so that two crons at once, or one that was thought dead, never write two different things for the same rows.
CREATE TABLE archive_state (
  stream TEXT PRIMARY KEY,       -- notifications, audit
  version INTEGER NOT NULL,
  cursor INTEGER NOT NULL,       -- up to where the last run looked, 0 where it came to the end
  previous TEXT,                 -- JSON: name and sha256 of the last manifest
  plan TEXT,                     -- JSON: day, numbers and rows of the part under way
  sealed TEXT                    -- the bytes of the manifest, once they are fixed
) WITHOUT ROWID;
INSERT INTO archive_state (stream, version, cursor) VALUES ('audit', 0, 0), ('notifications', 0, 0);

-- The numbers that a day has used, of parts and of manifests.
CREATE TABLE archive_days (
  stream TEXT NOT NULL,
  day TEXT NOT NULL,             -- KST, of receipt
  parts INTEGER NOT NULL,
  manifests INTEGER NOT NULL,
  PRIMARY KEY (stream, day)
) WITHOUT ROWID;

-- The index objects that a search reads.
CREATE TABLE archive_index (
  name TEXT PRIMARY KEY,
  level INTEGER NOT NULL
) WITHOUT ROWID;

-- How large the database was, by day: the last value that a run saw.
CREATE TABLE sizes (
  day TEXT PRIMARY KEY,          -- KST
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
