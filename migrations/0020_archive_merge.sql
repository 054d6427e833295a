-- Index objects of the archive are merged piece by piece, one or more a run of the cron, so that a search reads few of them
-- however much is archived, and no run has more to do than it can.
ALTER TABLE archive_index ADD COLUMN run TEXT;                  -- pieces of one sorted run share it, null where the object is one itself
ALTER TABLE archive_index ADD COLUMN begins TEXT NOT NULL DEFAULT ''; -- the least key of the piece

-- One row: the merge under way.
CREATE TABLE archive_merge (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  run TEXT NOT NULL,             -- what the result is called
  level INTEGER NOT NULL,        -- of the result
  sources TEXT NOT NULL,         -- JSON: the runs that become one
  pieces TEXT NOT NULL,          -- JSON: name and least key of each piece that is written
  after TEXT NOT NULL            -- the last entry that is written. A step changes it only while it is what it read
);
