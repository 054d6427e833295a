-- Every kind of notification. Adding columns rewrites no row, so that a full database takes this at once. The code of
-- 1.0.0 goes on to write rows of the one kind that it knows.
ALTER TABLE notifications ADD COLUMN kind TEXT NOT NULL DEFAULT 'wechat.cancel';
-- When it happened, where that is not cancel_date.
ALTER TABLE notifications ADD COLUMN event_date TEXT;
-- The id of the one that this may be a repeat of (weak slots).
ALTER TABLE notifications ADD COLUMN repeats TEXT;

-- Where it came, a token in it masked. The door is null where the path is none.
ALTER TABLE quarantine ADD COLUMN path TEXT;
ALTER TABLE quarantine ADD COLUMN door TEXT;
-- What the body says it is, unproven: a flood displaces itself by it.
ALTER TABLE quarantine ADD COLUMN mall_id TEXT;

ALTER TABLE replays ADD COLUMN state TEXT NOT NULL DEFAULT 'dead';
ALTER TABLE replays ADD COLUMN kind TEXT;
ALTER TABLE replays ADD COLUMN mall_id TEXT;

ALTER TABLE cancellations ADD COLUMN kind TEXT NOT NULL DEFAULT 'wechat.cancel';

-- One row per approval that the merchant announced: the columns of cancellations, by pgCno.
CREATE TABLE approvals (
  pg_cno TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  mall_id TEXT NOT NULL,
  shop_order_no TEXT,
  reference TEXT,
  state TEXT NOT NULL,
  announced_at INTEGER NOT NULL,
  due_after_ms INTEGER NOT NULL,
  due_at INTEGER,
  asks INTEGER NOT NULL DEFAULT 0,
  asking_until INTEGER,
  notification_id TEXT,
  history TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;

CREATE INDEX approvals_by_state ON approvals (state, announced_at);
CREATE INDEX approvals_by_time ON approvals (announced_at);
CREATE INDEX approvals_due ON approvals (due_at) WHERE state = 'expected';
CREATE INDEX approvals_late ON approvals (due_at) WHERE state IN ('failed', 'unresolved');
CREATE INDEX approvals_by_reference ON approvals (reference) WHERE reference IS NOT NULL;

-- A notification that names no mallId is ours where one of its ids was announced.
CREATE INDEX cancellations_by_pg_cno ON cancellations (pg_cno);
CREATE INDEX cancellations_by_shop_order_no ON cancellations (shop_order_no) WHERE shop_order_no IS NOT NULL;
CREATE INDEX approvals_by_shop_order_no ON approvals (shop_order_no) WHERE shop_order_no IS NOT NULL;
