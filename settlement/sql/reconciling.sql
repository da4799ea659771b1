-- The centre's side of a reconciliation (S-03, docs/book-digest.md), each question one statement.

-- What the centre holds of one company's book between two days: the ledger says how much, and the settled commands say
-- on which day. Where both agree, which is the rule, a case's rows are its commands' legs, day by day. Where the ledger
-- says something else and nobody has the case in hand any more, what is apart stands on the case's last day: the ledger
-- counts. While somebody has it in hand (money on its way, a command or a work order open, moved since `still_moving`)
-- home is held to what it was told and said done.
CREATE FUNCTION settlement_book_nets(
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
            SELECT p.state = 'PAID' FROM settlement_payout p WHERE p.case_ref = m.case_ref ORDER BY p.id DESC LIMIT 1
        ), true) AND NOT EXISTS (
            SELECT FROM portal_workorder w WHERE w.case_ref = m.case_ref AND w.kind <> 'books'
                AND w.state NOT IN ('CANCELLED', 'DONE')
        )
    )
    SELECT n.case_ref, n.account, n.on_date, sum(n.fen) FROM (
        SELECT t.case_ref, t.account, t.on_date, t.fen FROM told t
        UNION ALL
        SELECT a.case_ref, a.account, r.on_date, a.fen FROM apart a JOIN at_rest r USING (case_ref)
        WHERE r.on_date BETWEEN first_on AND last_on
    ) AS n GROUP BY 1, 2, 3 HAVING sum(n.fen) <> 0
$$;

-- In which bucket a case stands.
CREATE FUNCTION settlement_book_bucket(case_ref text, buckets integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT (('x' || left(encode(sha256(convert_to(case_ref, 'UTF8')), 'hex'), 8))::bit(32)::bigint % buckets)::integer
$$;

-- The same as digests by bucket.
CREATE FUNCTION settlement_book_digests(
    the_operator text, the_province text, first_on date, last_on date, still_moving timestamptz,
    kinds text[], accounts text[], home_kinds text[], buckets integer
) RETURNS TABLE (bucket integer, digest text, nets bigint) LANGUAGE sql STABLE AS $$
    SELECT h.bucket,
        mod(mod(sum(h.hash), 18446744073709551616) + 18446744073709551616, 18446744073709551616)::text, count(*)
    FROM (
        SELECT settlement_book_bucket(n.case_ref, buckets) AS bucket,
            ('x' || left(encode(sha256(convert_to(
                n.case_ref || '|' || n.account || '|' || to_char(n.on_date, 'YYYY-MM-DD') || '|' || n.fen, 'UTF8'
            )), 'hex'), 16))::bit(64)::bigint::numeric AS hash
        FROM settlement_book_nets(
            the_operator, the_province, first_on, last_on, still_moving, kinds, accounts, home_kinds
        ) AS n
    ) AS h GROUP BY h.bucket ORDER BY h.bucket
$$;

-- What a run found is never deleted: a difference that is gone is closed by the run that saw it agree.
CREATE TRIGGER only_added BEFORE DELETE ON settlement_reconciliation
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_reconciliation
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER only_added BEFORE DELETE ON settlement_difference
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_difference
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
ALTER TABLE settlement_reconciliation ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_reconciliation ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_difference ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_difference ENABLE ALWAYS TRIGGER not_emptied;
