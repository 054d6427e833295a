-- What the hook refused and a person should see: once per content, at most 1,000 rows. Those that came from a
-- KICC_SOURCES address or with the token (trusted) have 500 of their own. Instants are epoch ms.
CREATE TABLE quarantine (
  id TEXT PRIMARY KEY,           -- qrt_ + 32 hex digits: SHA-256 of trusted, reason, reference and body
  trusted INTEGER NOT NULL,
  reason TEXT NOT NULL,          -- token, address, too-large, unreadable
  address TEXT,                  -- of the last receipt
  knew_token INTEGER NOT NULL,
  reference TEXT,
  content_type TEXT,
  received_at INTEGER NOT NULL,  -- the first receipt
  receipts INTEGER NOT NULL DEFAULT 1,
  bytes INTEGER NOT NULL,        -- as many as are kept
  whole INTEGER NOT NULL,        -- 0 where only the beginning is kept: it can never be released
  body TEXT NOT NULL             -- base64
) WITHOUT ROWID;

-- The list, newest first.
CREATE INDEX quarantine_by_time ON quarantine (received_at);
-- Who holds how many of a class: it says whose oldest row makes room.
CREATE INDEX quarantine_by_class ON quarantine (trusted, address, received_at);
