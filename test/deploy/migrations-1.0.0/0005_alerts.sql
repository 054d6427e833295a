-- What a person was told and is still so: an alert goes out when this and what the cron sees differ.
CREATE TABLE alerts (
  name TEXT PRIMARY KEY,         -- dead, held, overdue, …: the conditions of src/conditions.ts
  count INTEGER NOT NULL,        -- the least since it was told: more than that is news
  detail TEXT,
  told_at INTEGER NOT NULL       -- epoch ms
) WITHOUT ROWID;

-- What a step saw that no row tells, for the cron to alert: one row a name, written once a minute at most.
CREATE TABLE sightings (
  name TEXT PRIMARY KEY,
  first_at INTEGER NOT NULL,     -- of those no further than 10 min apart
  last_at INTEGER NOT NULL
) WITHOUT ROWID;
