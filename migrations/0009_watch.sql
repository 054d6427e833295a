-- What the cron notes of itself and tells people: its heartbeat, when it was away, alerts that are yet to be sent. All of
-- it is small. Instants are epoch ms.

-- One row: when the cron ran last. A run of the cron writes it first, and so proves that D1 takes writes.
CREATE TABLE heartbeat (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at INTEGER NOT NULL,
  refusing_since INTEGER,        -- while a setting that receiving needs is wrong, and KICC is answered 5001
  told_run INTEGER NOT NULL DEFAULT 0, -- what a run tells, it tells only while this is what it read: once
  daily TEXT,                    -- the last KST day of which the daily line was told
  console TEXT                   -- scheme and host where people reach the console, for links
);

-- From when to when KICC may have called in vain.
CREATE TABLE absences (
  id INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,          -- cron (it did not run, or D1 took no writes), refused (acks of 5001)
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  told_at INTEGER
);

-- One row per alert and channel, until it is sent.
CREATE TABLE alert_outbox (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,         -- the beginning of the SHA-256 of the URL of the webhook, or email
  host TEXT NOT NULL,            -- of the webhook, for people. Its path is a secret
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  raised_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  taken_until INTEGER,           -- so long no other run sends it
  error TEXT                     -- of the last try
);
