DROP FUNCTION settlement_book_digests(text, text, date, date, timestamptz, text[], text[], text[], integer);
DROP FUNCTION settlement_book_nets(text, text, date, date, timestamptz, text[], text[], text[]);
DROP FUNCTION settlement_book_bucket(text, integer);

-- The centre's side of a reconciliation (S-03, docs/book-digest.md), one row a case and day, its six accounts side by
-- side: a fourth of the rows to be grouped and joined, and a case is hashed once.

-- What the centre holds of one company's book between two days: the ledger says how much, and the settled commands say
-- on which day. Where both agree, which is the rule, a case's rows are its commands' legs, day by day. Where the ledger
-- says something else and nobody has the case in hand any more, what is apart stands on the case's last day: the ledger
-- counts. While somebody has it in hand (money on its way, a command or a work order open, moved since `still_moving`)
-- home is held to what it was told and said done. A refund that came back stands in the books, and the order that
-- waits for the person's choice, perhaps for months, keeps nobody from counting (C-05).
CREATE FUNCTION settlement_book_days(
    the_operator text, the_province text, first_on date, last_on date, still_moving timestamptz,
    kinds text[], accounts text[], home_kinds text[]
) RETURNS TABLE (
    case_ref text, on_date date,
    agent bigint, prepayment bigint, receivable bigint, unbilled bigint, late_fee bigint, penalty bigint
) LANGUAGE sql STABLE SET work_mem = '128MB' AS $$
    WITH told AS MATERIALIZED (
        SELECT c.case_ref, c.booked_on AS on_date,
            sum((c.legs ->> 'agent')::bigint) AS agent, sum((c.legs ->> 'prepayment')::bigint) AS prepayment,
            sum((c.legs ->> 'receivable')::bigint) AS receivable, sum((c.legs ->> 'unbilled')::bigint) AS unbilled,
            sum((c.legs ->> 'late_fee')::bigint) AS late_fee, sum((c.legs ->> 'penalty')::bigint) AS penalty
        FROM bss_command c
        WHERE c.operator = the_operator AND c.province = the_province AND c.state = 'DONE'
            AND c.booked_on BETWEEN first_on AND last_on
        GROUP BY 1, 2
    ), cases AS MATERIALIZED (
        SELECT t.case_ref FROM told t
        UNION
        SELECT t.case_ref FROM settlement_transfer t
        WHERE t.at >= first_on::timestamp AT TIME ZONE 'Asia/Shanghai'
            AND t.at < (last_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AND t.case_ref <> ''
            AND EXISTS (
                SELECT FROM settlement_entry e JOIN settlement_account a ON a.id = e.account_id
                WHERE e.transfer_id = t.id AND a.operator = the_operator AND a.province = the_province
                    AND a.kind = ANY(home_kinds)
            )
    ), mapped AS (
        SELECT a.id, k.account FROM settlement_account a JOIN unnest(kinds, accounts) AS k(kind, account) USING (kind)
    ), commanded AS (
        SELECT c.case_ref, sum(c.agent) AS agent, sum(c.prepayment) AS prepayment, sum(c.receivable) AS receivable,
            sum(c.unbilled) AS unbilled, sum(c.late_fee) AS late_fee, sum(c.penalty) AS penalty
        FROM (
            SELECT t.case_ref, t.agent, t.prepayment, t.receivable, t.unbilled, t.late_fee, t.penalty FROM told t
            UNION ALL
            SELECT c.case_ref, (c.legs ->> 'agent')::bigint, (c.legs ->> 'prepayment')::bigint,
                (c.legs ->> 'receivable')::bigint, (c.legs ->> 'unbilled')::bigint,
                (c.legs ->> 'late_fee')::bigint, (c.legs ->> 'penalty')::bigint
            FROM bss_command c JOIN cases USING (case_ref)
            WHERE c.operator = the_operator AND c.province = the_province AND c.state = 'DONE'
                AND (c.booked_on < first_on OR c.booked_on > last_on)
        ) AS c GROUP BY 1
    ), posted AS (
        SELECT t.case_ref, sum(e.fen) FILTER (WHERE m.account = 'agent') AS agent,
            sum(e.fen) FILTER (WHERE m.account = 'prepayment') AS prepayment,
            sum(e.fen) FILTER (WHERE m.account = 'receivable') AS receivable,
            sum(e.fen) FILTER (WHERE m.account = 'unbilled') AS unbilled,
            sum(e.fen) FILTER (WHERE m.account = 'late_fee') AS late_fee,
            sum(e.fen) FILTER (WHERE m.account = 'penalty') AS penalty
        FROM cases JOIN settlement_transfer t USING (case_ref) JOIN settlement_entry e ON e.transfer_id = t.id
        JOIN mapped m ON m.id = e.account_id
        GROUP BY 1
    ), apart AS MATERIALIZED (
        SELECT * FROM (
            SELECT case_ref, coalesce(p.agent, 0) - coalesce(c.agent, 0) AS agent,
                coalesce(p.prepayment, 0) - coalesce(c.prepayment, 0) AS prepayment,
                coalesce(p.receivable, 0) - coalesce(c.receivable, 0) AS receivable,
                coalesce(p.unbilled, 0) - coalesce(c.unbilled, 0) AS unbilled,
                coalesce(p.late_fee, 0) - coalesce(c.late_fee, 0) AS late_fee,
                coalesce(p.penalty, 0) - coalesce(c.penalty, 0) AS penalty
            FROM posted p FULL JOIN commanded c USING (case_ref)
        ) AS d
        WHERE d.agent <> 0 OR d.prepayment <> 0 OR d.receivable <> 0
            OR d.unbilled <> 0 OR d.late_fee <> 0 OR d.penalty <> 0
    ), moved AS (
        SELECT a.case_ref, c.booked_on, c.at AS commanded_at, t.at AS posted_at
        FROM apart a
        LEFT JOIN LATERAL (
            SELECT max(one.booked_on) AS booked_on, max(one.ended_at) AS at FROM bss_command one
            WHERE one.case_ref = a.case_ref AND one.operator = the_operator AND one.province = the_province
                AND one.legs <> '{}'
        ) c ON true
        LEFT JOIN LATERAL (
            SELECT max(one.at) AS at FROM settlement_transfer one WHERE one.case_ref = a.case_ref
        ) t ON true
    ), at_rest AS MATERIALIZED (
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
    SELECT t.case_ref, t.on_date, t.agent::bigint, t.prepayment::bigint, t.receivable::bigint, t.unbilled::bigint,
        t.late_fee::bigint, t.penalty::bigint
    FROM told t WHERE t.case_ref NOT IN (SELECT r.case_ref FROM at_rest r)
    UNION ALL
    SELECT n.case_ref, n.on_date, sum(n.agent)::bigint, sum(n.prepayment)::bigint, sum(n.receivable)::bigint,
        sum(n.unbilled)::bigint, sum(n.late_fee)::bigint, sum(n.penalty)::bigint
    FROM (
        SELECT t.* FROM told t WHERE t.case_ref IN (SELECT r.case_ref FROM at_rest r)
        UNION ALL
        SELECT a.case_ref, r.on_date, a.agent, a.prepayment, a.receivable, a.unbilled, a.late_fee, a.penalty
        FROM apart a JOIN at_rest r USING (case_ref) WHERE r.on_date BETWEEN first_on AND last_on
    ) AS n GROUP BY 1, 2
$$;

-- The first bytes of a text's SHA-256 as a number, big-endian: four for the bucket, eight for the digest.
CREATE FUNCTION settlement_book_bucket(case_ref text, buckets integer) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT (('x' || encode(substr(sha256(convert_to(case_ref, 'UTF8')), 1, 4), 'hex'))::bit(32)::bigint % buckets)::integer
$$;
CREATE FUNCTION settlement_book_hash(line text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT ('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$$;

-- The rows of the digest: one a case, account and day; a sum of zero is none.
CREATE FUNCTION settlement_book_nets(
    the_operator text, the_province text, first_on date, last_on date, still_moving timestamptz,
    kinds text[], accounts text[], home_kinds text[]
) RETURNS TABLE (case_ref text, account text, on_date date, fen bigint) LANGUAGE sql STABLE AS $$
    SELECT d.case_ref, l.account, d.on_date, l.fen
    FROM settlement_book_days(
        the_operator, the_province, first_on, last_on, still_moving, kinds, accounts, home_kinds
    ) AS d CROSS JOIN LATERAL (VALUES
        ('agent', d.agent), ('prepayment', d.prepayment), ('receivable', d.receivable),
        ('unbilled', d.unbilled), ('late_fee', d.late_fee), ('penalty', d.penalty)
    ) AS l(account, fen) WHERE l.fen <> 0
$$;

-- The same as digests by bucket: the rows of a case and day are hashed where they stand, each where it is not zero.
-- A sum of bigint is exact and does not pay for a numeric a row.
CREATE FUNCTION settlement_book_digests(
    the_operator text, the_province text, first_on date, last_on date, still_moving timestamptz,
    kinds text[], accounts text[], home_kinds text[], buckets integer
) RETURNS TABLE (bucket integer, digest text, nets bigint) LANGUAGE sql STABLE AS $$
    SELECT h.bucket, mod(mod(h.hash, 18446744073709551616) + 18446744073709551616, 18446744073709551616)::text, h.nets
    FROM (
        SELECT d.bucket,
            coalesce(sum(settlement_book_hash(d.case_ref || '|agent' || d.day || d.agent))
                FILTER (WHERE d.agent <> 0), 0)
            + coalesce(sum(settlement_book_hash(d.case_ref || '|prepayment' || d.day || d.prepayment))
                FILTER (WHERE d.prepayment <> 0), 0)
            + coalesce(sum(settlement_book_hash(d.case_ref || '|receivable' || d.day || d.receivable))
                FILTER (WHERE d.receivable <> 0), 0)
            + coalesce(sum(settlement_book_hash(d.case_ref || '|unbilled' || d.day || d.unbilled))
                FILTER (WHERE d.unbilled <> 0), 0)
            + coalesce(sum(settlement_book_hash(d.case_ref || '|late_fee' || d.day || d.late_fee))
                FILTER (WHERE d.late_fee <> 0), 0)
            + coalesce(sum(settlement_book_hash(d.case_ref || '|penalty' || d.day || d.penalty))
                FILTER (WHERE d.penalty <> 0), 0) AS hash,
            count(*) FILTER (WHERE d.agent <> 0) + count(*) FILTER (WHERE d.prepayment <> 0)
            + count(*) FILTER (WHERE d.receivable <> 0) + count(*) FILTER (WHERE d.unbilled <> 0)
            + count(*) FILTER (WHERE d.late_fee <> 0) + count(*) FILTER (WHERE d.penalty <> 0) AS nets
        FROM (
            SELECT b.*, settlement_book_bucket(b.case_ref, buckets) AS bucket,
                '|' || to_char(b.on_date, 'YYYY-MM-DD') || '|' AS day
            FROM settlement_book_days(
                the_operator, the_province, first_on, last_on, still_moving, kinds, accounts, home_kinds
            ) AS b OFFSET 0
        ) AS d GROUP BY d.bucket
    ) AS h WHERE h.nets > 0 ORDER BY h.bucket
$$;
