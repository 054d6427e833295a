-- What a day takes in R2, its parts and their index entries: the console tells what a month costs.
ALTER TABLE archive_days ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
