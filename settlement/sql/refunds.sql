-- 1. A request that was decided is not decided again, and who asked for what does not change, be it a refund (D-10):
-- the function of netting.sql anew.
CREATE OR REPLACE FUNCTION settlement_approval_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'ASKED' AND NEW.state <> OLD.state
        OR (OLD.verb, OLD.operator, OLD.transfer_id, OLD.statement_id, OLD.payout_id, OLD.reason, OLD.asked_by)
            IS DISTINCT FROM
            (NEW.verb, NEW.operator, NEW.transfer_id, NEW.statement_id, NEW.payout_id, NEW.reason, NEW.asked_by)
        OR OLD.state <> 'ASKED' AND (OLD.decided_by, OLD.posted_id) IS DISTINCT FROM (NEW.decided_by, NEW.posted_id)
    THEN
        RAISE EXCEPTION 'request % stands as it was asked and decided (D-10)', OLD.ref
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- 2. What waits for a second person is paid only once that person said yes, whatever steps lie between, and its sum
-- stays: judged at commit, when the decision is written too (D-10).
CREATE FUNCTION settlement_payout_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.ref, OLD.case_ref, OLD.fen) IS DISTINCT FROM (NEW.ref, NEW.case_ref, NEW.fen) THEN
        RAISE EXCEPTION 'payout % stays what it is (C-05)', OLD.ref USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state NOT IN ('AWAITING', 'REFUSED') AND (
        OLD.state = 'AWAITING' OR EXISTS (SELECT FROM settlement_approval WHERE payout_id = NEW.id)
    ) AND NOT EXISTS (SELECT FROM settlement_approval WHERE payout_id = NEW.id AND state = 'APPROVED') THEN
        RAISE EXCEPTION 'payout % waits for a second person (D-10)', OLD.ref
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER approved AFTER UPDATE ON settlement_payout DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION settlement_payout_approved();
ALTER TABLE settlement_payout ENABLE ALWAYS TRIGGER approved;

-- 3. What was late is written down once (S-05).
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_laterefund
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_laterefund
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
ALTER TABLE settlement_laterefund ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_laterefund ENABLE ALWAYS TRIGGER not_emptied;
