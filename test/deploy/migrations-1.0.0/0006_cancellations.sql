-- One row per cancellation that the merchant announced. Rows written: announcing 4 (row, two lists, asking), a reference
-- adds 1; a query 1 to claim, 2 to settle. Instants are epoch ms.
CREATE TABLE cancellations (
  cancel_pg_cno TEXT PRIMARY KEY,
  mall_id TEXT NOT NULL,
  pg_cno TEXT NOT NULL,
  shop_order_no TEXT,
  reference TEXT,
  state TEXT NOT NULL,           -- expected, notified, reconciled, failed, unresolved
  announced_at INTEGER NOT NULL,
  due_after_ms INTEGER NOT NULL,
  due_at INTEGER,                -- expected: when KICC is asked next; failed, unresolved: when it is looked at again
  asks INTEGER NOT NULL DEFAULT 0,
  asking_until INTEGER,          -- set while KICC is being asked
  notification_id TEXT,          -- what settled it
  history TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;

-- Lists, newest first, of one state and of all. The primary key stands behind both: keyset pages.
CREATE INDEX cancellations_by_state ON cancellations (state, announced_at);
CREATE INDEX cancellations_by_time ON cancellations (announced_at);
-- What KICC is to be asked about, and what is past asking but may still be settled by a late success.
CREATE INDEX cancellations_due ON cancellations (due_at) WHERE state = 'expected';
CREATE INDEX cancellations_late ON cancellations (due_at) WHERE state IN ('failed', 'unresolved');
-- A notification without cancelPgCno belongs to the one cancellation that has its reference.
CREATE INDEX cancellations_by_reference ON cancellations (reference) WHERE reference IS NOT NULL;
