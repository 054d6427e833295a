-- One row per notification: the truth about its state. Rows lie in the order of their receipt (seq), so that inserting
-- appends, every index ends with a small number in place of the id, and lists need no index for what is delivered, which
-- is nearly everything. Rows written for one delivered at the first attempt: insert 7 (row, id, by_state, due, three
-- search indexes), claim 1, settle 1 (row) = 9; a reference adds 1. Instants are epoch ms.
CREATE TABLE notifications (
  seq INTEGER PRIMARY KEY,       -- received_at in microseconds, counted on within one millisecond
  id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,           -- pending, delivered, dead, held, closed
  reason TEXT,                   -- why it is held or dead
  contradicts TEXT,              -- the id that a held one contradicts
  source TEXT NOT NULL,          -- notification, status-api, test
  source_address TEXT,
  reference TEXT,
  mall_id TEXT,
  shop_order_no TEXT,
  pg_cno TEXT,
  cancel_pg_cno TEXT,
  res_cd TEXT NOT NULL,
  res_msg TEXT NOT NULL,
  cancel_date TEXT,
  currency TEXT,
  amount TEXT,
  received_at INTEGER NOT NULL,
  receipts INTEGER NOT NULL DEFAULT 1,
  receipt TEXT NOT NULL,         -- the last receipt's own id: storing the same receipt twice counts it once
  attempts INTEGER NOT NULL,     -- ever
  tries INTEGER NOT NULL,        -- since the last replay
  next_attempt_at INTEGER,
  claim TEXT,                    -- who holds the lease: claiming twice by the same hand counts once
  claimed_at INTEGER,
  lease_until INTEGER,           -- set while an attempt is open. Not indexed: a claim then writes one row
  enqueued_at INTEGER,           -- by the sweep
  settled_at INTEGER,            -- when the last attempt ended
  delivered_at INTEGER,
  confirm TEXT,                  -- asking, confirmed, or null where KICC is not asked
  confirm_tries INTEGER NOT NULL DEFAULT 0,
  note TEXT,                     -- of the person who closed it
  history TEXT NOT NULL DEFAULT '[]',
  counted INTEGER,               -- how many of its entries the rollups have
  content_type TEXT,
  body TEXT NOT NULL             -- base64 of the bytes that came
);

-- Lists by state, newest first; replaying by time. seq stands behind each index: keyset pages.
CREATE INDEX by_state ON notifications (state) WHERE state <> 'delivered';
-- What is due. Leased rows stay in it until they are settled.
CREATE INDEX due ON notifications (next_attempt_at) WHERE state = 'pending';
-- Search, and the look at other notifications of one cancellation while storing.
CREATE INDEX by_cancel_pg_cno ON notifications (cancel_pg_cno) WHERE cancel_pg_cno IS NOT NULL;
CREATE INDEX by_pg_cno ON notifications (pg_cno) WHERE pg_cno IS NOT NULL;
CREATE INDEX by_shop_order_no ON notifications (shop_order_no) WHERE shop_order_no IS NOT NULL;
CREATE INDEX by_reference ON notifications (reference) WHERE reference IS NOT NULL;
-- Attempts that the rollups have not counted, of all but the prompt ones (delivered by the first attempt within 60 s),
-- for whose sake nothing is ever written here: those are counted along with their receipts.
CREATE INDEX uncounted ON notifications (settled_at)
  WHERE json_array_length(history) > coalesce(counted, 0)
    AND NOT (state = 'delivered' AND attempts = 1 AND counted IS NULL AND settled_at <= received_at + 60000);

-- Part of the statement that stores a success for the first time: failures of the same cancellation that nobody was
-- told of yet need a person. A second statement for it would cost the ack more than this does. A success that is held
-- itself supersedes nothing, for the first goes its way, until a person replays it.
CREATE TRIGGER supersede AFTER INSERT ON notifications
WHEN new.res_cd = '0000' AND new.cancel_pg_cno IS NOT NULL AND new.state = 'pending'
BEGIN
  UPDATE notifications SET state = 'held', reason = 'superseded', contradicts = new.id
  WHERE cancel_pg_cno = new.cancel_pg_cno AND +state = 'pending' AND res_cd <> '0000';
END;

-- Up to where the last run looked for old ones to prune; 0 where it came to the end.
CREATE TABLE prune_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL
);
INSERT INTO prune_cursor VALUES (1, 0);

-- A replay of many, worked off by the cron.
CREATE TABLE replays (
  id INTEGER PRIMARY KEY,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  asked_at INTEGER NOT NULL      -- what dies after this is not part of it
);
