-- Counts by hour, which the cron adds up: plots and metrics read a few hundred rows, whatever there is of notifications.
CREATE TABLE rollups (
  hour INTEGER NOT NULL,         -- its beginning, epoch ms. 0 stands for ever
  name TEXT NOT NULL,            -- received, delivered, failed, gone, delay_ms (their sum), delay_1000 … delay_more
  count INTEGER NOT NULL,
  PRIMARY KEY (hour, name)
) WITHOUT ROWID;

-- How far the receipts are counted. What a run adds, it adds only while run is what it read: once.
CREATE TABLE rollup_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  run INTEGER NOT NULL,
  seq INTEGER NOT NULL           -- of the last notification that is counted
);
INSERT INTO rollup_cursor VALUES (1, 0, 0);
