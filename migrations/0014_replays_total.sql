-- How many a replay of many began with, counted up to a bound: the console shows how far it is. The code of 1.0.0 leaves it 0.
ALTER TABLE replays ADD COLUMN total INTEGER NOT NULL DEFAULT 0;
