-- A replay of many is asked for by whatever a list is filtered by: also the result, and a number or its beginning. Code that
-- does not know these columns replays what the other columns say, which is more: before a rollback, replays under way are stopped.
ALTER TABLE replays ADD COLUMN result TEXT;
ALTER TABLE replays ADD COLUMN q TEXT;
