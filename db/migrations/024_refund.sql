-- The number of the refunds' migration.
SELECT 1;
