-- Counts by hour, which the cron adds up: plots and metrics read a few hundred rows, whatever there is of notifications.
CREATE TABLE rollups (
  hour INTEGER NOT NULL,         -- its beginning, epoch ms; 0 stands for ever
  name TEXT NOT NULL,            -- received, delivered, failed, gone; delay_ms, their sum; delay_1000 … delay_more
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, name)
) WITHOUT ROWID;

-- How far the receipts are counted. What a run adds, it adds only while `run` is what it read: once.
CREATE TABLE rollup_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  run INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  id TEXT NOT NULL
);
INSERT INTO rollup_cursor VALUES (1, 0, 0, '');

-- How many entries of the history are counted. It stays null for a prompt one, delivered by its first attempt within
-- 60 s: that is counted as the receipts are, without a write.
ALTER TABLE notifications ADD COLUMN counted INTEGER;

-- Attempts to be counted, of all but the prompt ones, for whose sake nothing is ever written here. It takes the place
-- of `troubled`, which kept its rows for good and did not know of a late delivery by the first attempt.
DROP INDEX troubled;
CREATE INDEX uncounted ON notifications (settled_at)
  WHERE json_array_length(history) > coalesce(counted, 0)
    AND NOT (state = 'delivered' AND attempts = 1 AND counted IS NULL AND settled_at <= received_at + 60000);
