-- Laws of the ledger (S-02). ENABLE ALWAYS: they hold under session_replication_role = replica too.

-- 1. Rows are only added: no UPDATE, DELETE or TRUNCATE, by anybody.
CREATE FUNCTION settlement_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added, and reversed by a new transfer (S-02)', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_account
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_transfer
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_entry
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_account
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_entry
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();

-- 2. A transfer has at least two entries and they sum to zero, and a reversal is exactly opposite: judged at commit.
CREATE FUNCTION settlement_check_transfer(the_transfer bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    legs bigint;
    total numeric;
    undone bigint;
BEGIN
    SELECT count(*), sum(fen) INTO legs, total FROM settlement_entry WHERE transfer_id = the_transfer;
    IF legs < 2 THEN
        RAISE EXCEPTION 'transfer % has % entries, at least two are needed (S-02)', the_transfer, legs
            USING ERRCODE = 'check_violation';
    END IF;
    IF total <> 0 THEN
        RAISE EXCEPTION 'transfer % is off balance by % fen (S-02)', the_transfer, total
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT reverses_id INTO undone FROM settlement_transfer WHERE id = the_transfer;
    IF undone IS NOT NULL THEN
        PERFORM settlement_check_reversal(the_transfer, undone);
    END IF;
END $$;

CREATE FUNCTION settlement_check_reversal(the_transfer bigint, undone bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF undone >= the_transfer OR EXISTS (
        SELECT 1 FROM settlement_transfer WHERE id = undone AND reverses_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'transfer % must point back to an original transfer (S-02)', the_transfer
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        (SELECT account_id, fen FROM settlement_entry WHERE transfer_id = the_transfer
         EXCEPT ALL SELECT account_id, -fen FROM settlement_entry WHERE transfer_id = undone)
        UNION ALL
        (SELECT account_id, -fen FROM settlement_entry WHERE transfer_id = undone
         EXCEPT ALL SELECT account_id, fen FROM settlement_entry WHERE transfer_id = the_transfer)
    ) THEN
        RAISE EXCEPTION 'transfer % is not exactly opposite to the one it reverses (S-02)', the_transfer
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION settlement_transfer_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settlement_check_transfer(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION settlement_entry_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settlement_check_transfer(NEW.transfer_id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER lawful AFTER INSERT ON settlement_transfer DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION settlement_transfer_lawful();
CREATE CONSTRAINT TRIGGER lawful AFTER INSERT ON settlement_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION settlement_entry_lawful();

-- 3. A transfer that was committed gets no further entry: `xact` is the transaction that made it.
ALTER TABLE settlement_transfer ADD COLUMN xact bigint NOT NULL DEFAULT txid_current();

CREATE FUNCTION settlement_entry_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT xact FROM settlement_transfer WHERE id = NEW.transfer_id) IS DISTINCT FROM txid_current() THEN
        RAISE EXCEPTION 'transfer % is complete, no entry is added to it (S-02)', NEW.transfer_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER in_time AFTER INSERT ON settlement_entry FOR EACH ROW EXECUTE FUNCTION settlement_entry_in_time();

ALTER TABLE settlement_account ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_account ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_transfer ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_transfer ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_transfer ENABLE ALWAYS TRIGGER lawful;
ALTER TABLE settlement_entry ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_entry ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_entry ENABLE ALWAYS TRIGGER lawful;
ALTER TABLE settlement_entry ENABLE ALWAYS TRIGGER in_time;

-- One posting: accounts made where missing, the transfer, its entries. The same key again returns the first transfer;
-- the same key with other legs is an error. Gives the transfer's ref and whether it is new.
CREATE FUNCTION settlement_post(
    the_ref text, the_key text, the_purpose text, the_case text, the_command text, the_at timestamptz, the_by text,
    the_reverses bigint, operators text[], provinces text[], kinds text[], counterparts text[], fens bigint[]
) RETURNS TABLE (transfer_id bigint, transfer_ref text, is_new boolean) LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
    found_ref text;
    written bigint;
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

    INSERT INTO settlement_transfer (ref, key, purpose, case_ref, command_ref, at, by_ref, reverses_id)
    VALUES (the_ref, the_key, the_purpose, the_case, the_command, the_at, the_by, the_reverses)
    ON CONFLICT (key) DO NOTHING
    RETURNING id INTO made;

    IF made IS NULL THEN
        SELECT t.id, t.ref INTO made, found_ref FROM settlement_transfer t WHERE t.key = the_key;
        IF settlement_legs(operators, provinces, kinds, counterparts, fens) IS DISTINCT FROM settlement_legs_of(made)
        THEN
            RAISE EXCEPTION 'key % was used for another transfer', the_key USING ERRCODE = 'unique_violation';
        END IF;
        RETURN QUERY SELECT made, found_ref, false;
        RETURN;
    END IF;

    INSERT INTO settlement_entry (transfer_id, account_id, fen)
    SELECT made, a.id, l.fen
    FROM unnest(operators, provinces, kinds, counterparts, fens) AS l(operator, province, kind, counterpart, fen)
    JOIN settlement_account a ON a.operator = l.operator AND a.province = l.province
        AND a.kind = l.kind AND a.counterpart = l.counterpart;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written <> cardinality(fens) THEN
        RAISE EXCEPTION '% of % entries written', written, cardinality(fens) USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN QUERY SELECT made, the_ref, true;
END $$;

-- A canonical text of legs, to compare a repeated posting with the first.
CREATE FUNCTION settlement_legs(
    operators text[], provinces text[], kinds text[], counterparts text[], fens bigint[]
) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(leg, ';' ORDER BY leg) FROM (
        SELECT concat_ws('|', l.operator, l.province, l.kind, l.counterpart, l.fen) AS leg
        FROM unnest(operators, provinces, kinds, counterparts, fens) AS l(operator, province, kind, counterpart, fen)
    ) AS legs
$$;
CREATE FUNCTION settlement_legs_of(the_transfer bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(leg, ';' ORDER BY leg) FROM (
        SELECT concat_ws('|', a.operator, a.province, a.kind, a.counterpart, e.fen) AS leg
        FROM settlement_entry e JOIN settlement_account a ON a.id = e.account_id WHERE e.transfer_id = the_transfer
    ) AS legs
$$;
