-- Indexes for what is looked up by a unit, a terminal or a link.
--
-- Deleting a unit asks every table that names units whether it is named there: without an index each
-- such question reads the whole table, on the one writer. At most one open call a terminal and reason is
-- a rule of the table now, not only of the code.

CREATE INDEX claim_unit ON claim(unit_id);
DROP INDEX encumbrance_unit;
CREATE INDEX encumbrance_unit ON encumbrance(unit_id);
CREATE INDEX alert_unit ON alert(unit_id);
DROP INDEX alert_open;
CREATE UNIQUE INDEX alert_open ON alert(terminal_id, reason) WHERE answered_ms IS NULL;
CREATE INDEX link_revocation_target ON link_revocation(scope, target);
