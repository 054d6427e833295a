-- The lists by state without what is pending, which the index of what is due has as well: one row less is written for
-- each notification. For the code of 1.0.0 the index keeps its name, and each state is named by itself: SQLite takes it
-- for a query that has one of them as a literal.
--
-- Building it reads the whole table once, and D1 gives a statement 30 s. Measured on 1.2 GB: 2.2 s from a cold disk, 0.3 s
-- from memory, so 10 GB take some 20 s. The first statement does that reading under another name: where it takes too
-- long, nothing is changed, the code before goes on, and the next try finds the table in memory. What follows is quick.
CREATE INDEX IF NOT EXISTS unfinished ON notifications (state) WHERE state = 'closed' OR state = 'dead' OR state = 'held';
DROP INDEX IF EXISTS by_state;
CREATE INDEX by_state ON notifications (state) WHERE state = 'closed' OR state = 'dead' OR state = 'held';
DROP INDEX unfinished;
