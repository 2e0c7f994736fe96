-- What is kept out of the contract's total is owed beside it, in lines of its own (PM-16).
DROP TRIGGER terms_filled;
CREATE TRIGGER terms_filled BEFORE UPDATE ON terms WHEN OLD.state = 'draft' AND NEW.plan_id IS NOT NULL BEGIN
    SELECT CASE WHEN (SELECT SUM(amount_fen) FROM terms_line WHERE terms_id = NEW.id AND fund <> 'attached') IS NOT NEW.total_fen
        THEN RAISE(ABORT, 'the schedule is not the total') END;
    SELECT CASE WHEN (SELECT COALESCE(SUM(amount_fen), 0) FROM terms_line WHERE terms_id = NEW.id AND fund = 'attached')
            IS NOT (SELECT COALESCE(SUM(price_fen), 0) FROM terms_attached WHERE terms_id = NEW.id AND merged = 0)
        THEN RAISE(ABORT, 'the lines of what is apart are not its prices') END;
    SELECT CASE WHEN (SELECT COALESCE(SUM(amount_fen), 0) FROM terms_line WHERE terms_id = NEW.id AND loan = 1) IS NOT NEW.loan_fen + NEW.fund_loan_fen
        THEN RAISE(ABORT, 'the loan lines are not the loan') END;
END;
