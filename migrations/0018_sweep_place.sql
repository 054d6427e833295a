-- Up to where the last run of the sweep looked, while more is due than one run looks at: the next run goes on there. What
-- waits in front, and needs nothing, keeps nobody behind it from being found.
CREATE TABLE sweep_place (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  due_at INTEGER NOT NULL,
  seq INTEGER NOT NULL
);
INSERT INTO sweep_place VALUES (1, 0, 0);
