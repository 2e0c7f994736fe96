-- A node that is opened again or gets another day comes near, due and overdue once more, and is told of once more: once
-- in each turn.
ALTER TABLE deal_node ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deal_node_event ADD COLUMN turn INTEGER NOT NULL DEFAULT 0; -- the node's, then
DROP INDEX deal_node_event_once;
CREATE UNIQUE INDEX deal_node_event_once ON deal_node_event(node_id, event, turn) WHERE event IN ('near', 'due', 'overdue');
