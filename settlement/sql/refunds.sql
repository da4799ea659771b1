-- 1. Refunds that came back stand in the books, so that their cases are compared as every other case at rest (S-03, C-05):
-- the function of reconciling.sql anew. The person may take months to choose another way; meanwhile nothing moves, and
-- the order that waits for the choice keeps nobody from counting.
CREATE OR REPLACE FUNCTION settlement_book_nets(
    the_operator text, the_province text, first_on date, last_on date, still_moving timestamptz,
    kinds text[], accounts text[], home_kinds text[]
) RETURNS TABLE (case_ref text, account text, on_date date, fen numeric) LANGUAGE sql STABLE
SET work_mem = '64MB' AS $$
    WITH told AS (
        SELECT c.case_ref, leg.key AS account, c.booked_on AS on_date, sum(leg.value::bigint) AS fen
        FROM bss_command c CROSS JOIN jsonb_each_text(c.legs) AS leg
        WHERE c.operator = the_operator AND c.province = the_province AND c.state = 'DONE'
            AND c.booked_on BETWEEN first_on AND last_on
        GROUP BY 1, 2, 3
    ), cases AS (
        SELECT t.case_ref FROM told t
        UNION
        SELECT t.case_ref FROM settlement_transfer t
        JOIN settlement_entry e ON e.transfer_id = t.id JOIN settlement_account a ON a.id = e.account_id
        WHERE t.at >= first_on::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND t.at < (last_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND t.case_ref <> '' AND a.operator = the_operator AND a.province = the_province
            AND a.kind = ANY(home_kinds)
    ), commanded AS (
        SELECT c.case_ref, leg.key AS account, sum(leg.value::bigint) AS fen
        FROM cases JOIN bss_command c USING (case_ref) CROSS JOIN jsonb_each_text(c.legs) AS leg
        WHERE c.operator = the_operator AND c.province = the_province AND c.state = 'DONE' AND c.booked_on IS NOT NULL
        GROUP BY 1, 2
    ), posted AS (
        SELECT t.case_ref, k.account, sum(e.fen) AS fen
        FROM cases JOIN settlement_transfer t USING (case_ref) JOIN settlement_entry e ON e.transfer_id = t.id
        JOIN settlement_account a ON a.id = e.account_id
        JOIN unnest(kinds, accounts) AS k(kind, account) ON k.kind = a.kind
        GROUP BY 1, 2
    ), apart AS (
        SELECT coalesce(p.case_ref, c.case_ref) AS case_ref, coalesce(p.account, c.account) AS account,
            coalesce(p.fen, 0) - coalesce(c.fen, 0) AS fen
        FROM posted p FULL JOIN commanded c ON c.case_ref = p.case_ref AND c.account = p.account
        WHERE coalesce(p.fen, 0) <> coalesce(c.fen, 0)
    ), moved AS (
        SELECT a.case_ref, c.booked_on, c.at AS commanded_at, t.at AS posted_at
        FROM (SELECT DISTINCT apart.case_ref FROM apart) a
        LEFT JOIN LATERAL (
            SELECT max(one.booked_on) AS booked_on, max(one.ended_at) AS at FROM bss_command one
            WHERE one.case_ref = a.case_ref AND one.operator = the_operator AND one.province = the_province
                AND one.legs <> '{}'
        ) c ON true
        LEFT JOIN LATERAL (
            SELECT max(one.at) AS at FROM settlement_transfer one WHERE one.case_ref = a.case_ref
        ) t ON true
    ), at_rest AS (
        SELECT m.case_ref, coalesce(m.booked_on, (m.posted_at AT TIME ZONE 'Asia/Shanghai')::date) AS on_date
        FROM moved m
        WHERE coalesce(greatest(m.commanded_at, m.posted_at) <= still_moving, true)
        AND NOT EXISTS (
            SELECT FROM bss_command o WHERE o.case_ref = m.case_ref AND o.legs <> '{}'
                AND o.state IN ('INTENDED', 'SENT', 'UNKNOWN')
        ) AND NOT EXISTS (
            SELECT FROM settlement_payment p WHERE p.case_ref = m.case_ref AND p.state IN ('INTENDED', 'SENT', 'UNKNOWN')
        ) AND coalesce((
            SELECT p.state IN ('PAID', 'REFUSED', 'EXPIRED') FROM settlement_payout p
            WHERE p.case_ref = m.case_ref ORDER BY p.id DESC LIMIT 1
        ), true) AND NOT EXISTS (
            SELECT FROM portal_workorder w WHERE w.case_ref = m.case_ref AND w.kind <> 'books'
                AND w.state NOT IN ('CANCELLED', 'DONE') AND NOT (w.kind = 'refund' AND w.facts ? 'payout')
        )
    )
    SELECT n.case_ref, n.account, n.on_date, sum(n.fen) FROM (
        SELECT t.case_ref, t.account, t.on_date, t.fen FROM told t
        UNION ALL
        SELECT a.case_ref, a.account, r.on_date, a.fen FROM apart a JOIN at_rest r USING (case_ref)
        WHERE r.on_date BETWEEN first_on AND last_on
    ) AS n GROUP BY 1, 2, 3 HAVING sum(n.fen) <> 0
$$;

-- 2. A request that was decided is not decided again, and who asked for what does not change, be it a refund (D-10):
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

-- 3. What waits for a second person is paid only once that person said yes, and its sum stays: judged at commit, when
-- the decision is written too.
CREATE FUNCTION settlement_payout_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.ref, OLD.case_ref, OLD.fen) IS DISTINCT FROM (NEW.ref, NEW.case_ref, NEW.fen) THEN
        RAISE EXCEPTION 'payout % stays what it is (C-05)', OLD.ref USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'AWAITING' AND NEW.state NOT IN ('AWAITING', 'REFUSED') AND NOT EXISTS (
        SELECT FROM settlement_approval WHERE payout_id = NEW.id AND state = 'APPROVED'
    ) THEN
        RAISE EXCEPTION 'payout % waits for a second person (D-10)', OLD.ref
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER approved AFTER UPDATE ON settlement_payout DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION settlement_payout_approved();
ALTER TABLE settlement_payout ENABLE ALWAYS TRIGGER approved;

-- 4. What was late is written down once (S-05).
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_laterefund
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_laterefund
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
ALTER TABLE settlement_laterefund ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_laterefund ENABLE ALWAYS TRIGGER not_emptied;
