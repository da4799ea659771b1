-- What waited for a second person is paid only once that person said yes, whatever steps lie between, and its sum stays:
-- the function of refunds.sql anew. Judged at commit, when the decision is written too (D-10).
CREATE OR REPLACE FUNCTION settlement_payout_approved() RETURNS trigger LANGUAGE plpgsql AS $$
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
