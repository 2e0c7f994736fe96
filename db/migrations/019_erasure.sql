-- What an erasure takes (CU-35): the words that were written about an erased customer, and nothing else of a
-- row that is otherwise append-only. They become '' where that is no value yet, else '已擦除'.

DROP TRIGGER follow_no_update;
CREATE TRIGGER follow_no_update BEFORE UPDATE ON follow
    WHEN (NEW.id, NEW.customer_id, NEW.project_id, NEW.user_id, NEW.channel, NEW.stage, NEW.at_ms, NEW.recorded_ms, NEW.next_ms)
        IS NOT (OLD.id, OLD.customer_id, OLD.project_id, OLD.user_id, OLD.channel, OLD.stage, OLD.at_ms, OLD.recorded_ms, OLD.next_ms)
        OR NEW.content <> '已擦除' OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased'
    BEGIN SELECT RAISE(ABORT, 'follow is append-only'); END;

DROP TRIGGER answer_no_update;
CREATE TRIGGER answer_no_update BEFORE UPDATE ON answer
    WHEN (NEW.id, NEW.sheet_id, NEW.questionnaire_id, NEW.question_id, NEW.kind, NEW.option_id, NEW.row_id, NEW.score)
        IS NOT (OLD.id, OLD.sheet_id, OLD.questionnaire_id, OLD.question_id, OLD.kind, OLD.option_id, OLD.row_id, OLD.score)
        OR NEW.text IS NOT '已擦除'
        OR (SELECT c.state FROM answer_sheet s JOIN customer c ON c.id = s.customer_id WHERE s.id = OLD.sheet_id) <> 'erased'
    BEGIN SELECT RAISE(ABORT, 'answer is append-only'); END;

DROP TRIGGER ownership_line_no_update;
CREATE TRIGGER ownership_line_no_update BEFORE UPDATE ON ownership_line
    WHEN (NEW.id, NEW.customer_id, NEW.project_id, NEW.from_state, NEW.to_state, NEW.from_owner_id, NEW.to_owner_id, NEW.reason,
            NEW.protected_until_ms, NEW.actor, NEW.at_ms)
        IS NOT (OLD.id, OLD.customer_id, OLD.project_id, OLD.from_state, OLD.to_state, OLD.from_owner_id, OLD.to_owner_id, OLD.reason,
            OLD.protected_until_ms, OLD.actor, OLD.at_ms)
        OR NEW.note <> '' OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased'
    BEGIN SELECT RAISE(ABORT, 'ownership_line is append-only'); END;

DROP TRIGGER collision_decided;
CREATE TRIGGER collision_decided BEFORE UPDATE ON collision
    WHEN OLD.outcome IS NOT NULL AND (
        (NEW.id, NEW.version, NEW.customer_id, NEW.project_id, NEW.claimant_id, NEW.holder_id, NEW.opened_ms, NEW.outcome,
            NEW.decided_by, NEW.decided_ms)
        IS NOT (OLD.id, OLD.version, OLD.customer_id, OLD.project_id, OLD.claimant_id, OLD.holder_id, OLD.opened_ms, OLD.outcome,
            OLD.decided_by, OLD.decided_ms)
        OR NEW.claim <> '已擦除' OR NEW.note <> '已擦除'
        OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased')
    BEGIN SELECT RAISE(ABORT, 'a decided case stays'); END;

DROP TRIGGER opportunity_closed;
CREATE TRIGGER opportunity_closed BEFORE UPDATE ON opportunity
    WHEN OLD.outcome IS NOT NULL AND (
        (NEW.id, NEW.version, NEW.customer_id, NEW.project_id, NEW.stage, NEW.probability_bp, NEW.expected_day, NEW.opened_by,
            NEW.opened_ms, NEW.outcome, NEW.lost_reason, NEW.closed_ms)
        IS NOT (OLD.id, OLD.version, OLD.customer_id, OLD.project_id, OLD.stage, OLD.probability_bp, OLD.expected_day, OLD.opened_by,
            OLD.opened_ms, OLD.outcome, OLD.lost_reason, OLD.closed_ms)
        OR NEW.lost_note <> '' OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased')
    BEGIN SELECT RAISE(ABORT, 'a closed opportunity stays'); END;

DROP TRIGGER queue_ticket_forward;
CREATE TRIGGER queue_ticket_forward BEFORE UPDATE ON queue_ticket
    WHEN (OLD.ended_ms IS NOT NULL AND NOT (OLD.state = 'used' AND NEW.state = 'waiting') -- undone (T28)
            AND ((NEW.id, NEW.version, NEW.customer_id, NEW.unit_id, NEW.user_id, NEW.state, NEW.made_ms, NEW.ended_ms)
                IS NOT (OLD.id, OLD.version, OLD.customer_id, OLD.unit_id, OLD.user_id, OLD.state, OLD.made_ms, OLD.ended_ms)
                OR NEW.reason <> '' OR (SELECT state FROM customer WHERE id = OLD.customer_id) <> 'erased'))
        OR NEW.number <> OLD.number OR NEW.project_id <> OLD.project_id
    BEGIN SELECT RAISE(ABORT, 'illegal change of a queue number'); END;
