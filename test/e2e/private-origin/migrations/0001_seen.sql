CREATE TABLE seen (path TEXT, webhook_id TEXT, body TEXT);
