-- The receiver compares notifications in its own code now. A database that 1.0.0 made has this trigger, a new one does not.
DROP TRIGGER IF EXISTS supersede;
