-- A row that is there is not replaced because it is not deleted.
--
-- With recursive triggers, which every connection of the store has (it reads the setting back), REPLACE
-- deletes what it replaces and the no_delete triggers refuse. Triggers of their own against it said the
-- same once more and made each insert open a savepoint: a tenth of an import. Where the birth of a unit
-- may be deleted (PM-07), it may be replaced.

DROP TRIGGER unit_history_no_replace;
DROP TRIGGER unit_price_no_replace;
DROP TRIGGER publication_unit_no_replace;
DROP TRIGGER publication_item_no_replace;
