-- What operators did: who, what, when. Written in the transaction of the change itself wherever D1 holds both.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,           -- epoch ms
  who TEXT NOT NULL,             -- token, delivery-token, or the e-mail address that Cloudflare Access vouches for
  what TEXT NOT NULL,            -- replay, close, ...
  subject TEXT,                  -- the id of what it was done to
  note TEXT
);
