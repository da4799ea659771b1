-- Many postings in one statement, each under its own key (S-02): the laws judge every transfer as if it came alone.
-- A key used before brings the first transfer back, other legs under it are an error, and then nothing is written.
CREATE FUNCTION settlement_post_all(
    refs text[], keys text[], purposes text[], cases text[], commands text[], the_at timestamptz, the_by text,
    posting integer[], operators text[], provinces text[], kinds text[], counterparts text[], fens bigint[]
) RETURNS TABLE (transfer_id bigint, transfer_ref text) LANGUAGE plpgsql AS $$
DECLARE
    used text;
    written bigint;
    earlier bigint;
BEGIN
    INSERT INTO settlement_account (operator, province, kind, counterpart)
    SELECT DISTINCT l.operator, l.province, l.kind, l.counterpart
    FROM unnest(operators, provinces, kinds, counterparts) AS l(operator, province, kind, counterpart)
    WHERE NOT EXISTS (
        SELECT 1 FROM settlement_account a WHERE a.operator = l.operator AND a.province = l.province
            AND a.kind = l.kind AND a.counterpart = l.counterpart
    )
    ORDER BY 1, 2, 3, 4
    ON CONFLICT DO NOTHING;

    -- In the order of their keys, so that two batches never wait for each other.
    INSERT INTO settlement_transfer (ref, key, purpose, case_ref, command_ref, at, by_ref)
    SELECT p.ref, p.key, p.purpose, p.case_ref, p.command_ref, the_at, the_by
    FROM unnest(refs, keys, purposes, cases, commands) AS p(ref, key, purpose, case_ref, command_ref)
    ORDER BY p.key
    ON CONFLICT (key) DO NOTHING;

    -- Whoever bears our ref is new.
    INSERT INTO settlement_entry (transfer_id, account_id, fen)
    SELECT t.id, a.id, l.fen
    FROM unnest(refs) WITH ORDINALITY AS p(ref, n) JOIN settlement_transfer t ON t.ref = p.ref
    JOIN unnest(posting, operators, provinces, kinds, counterparts, fens)
        AS l(posting, operator, province, kind, counterpart, fen) ON l.posting = p.n
    JOIN settlement_account a ON a.operator = l.operator AND a.province = l.province
        AND a.kind = l.kind AND a.counterpart = l.counterpart;
    GET DIAGNOSTICS written = ROW_COUNT;

    SELECT coalesce(sum(o.legs), 0), min(o.key) FILTER (WHERE o.ours IS DISTINCT FROM settlement_legs_of(o.id))
    INTO earlier, used
    FROM (
        SELECT t.id, t.key, count(*) AS legs, settlement_legs(
            array_agg(l.operator), array_agg(l.province), array_agg(l.kind), array_agg(l.counterpart), array_agg(l.fen)
        ) AS ours
        FROM unnest(refs, keys) WITH ORDINALITY AS p(ref, key, n)
        JOIN settlement_transfer t ON t.key = p.key AND t.ref <> p.ref
        JOIN unnest(posting, operators, provinces, kinds, counterparts, fens)
            AS l(posting, operator, province, kind, counterpart, fen) ON l.posting = p.n
        GROUP BY t.id, t.key, p.n
    ) AS o;
    IF used IS NOT NULL THEN
        RAISE EXCEPTION 'key % was used for another transfer', used USING ERRCODE = 'unique_violation';
    END IF;
    IF written + earlier <> cardinality(fens) THEN
        RAISE EXCEPTION '% of % entries written', written, cardinality(fens) - earlier
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN QUERY SELECT t.id, t.ref::text FROM unnest(keys) WITH ORDINALITY AS p(key, n)
        JOIN settlement_transfer t ON t.key = p.key ORDER BY p.n;
END $$;
