-- Laws of the statements (S-01): what is frozen does not change. ENABLE ALWAYS, as the ledger's.

-- 1. Lines, corrections and papers are only added, and a statement's figures are never changed: what moves is its state,
--    who works on it and until when.
CREATE FUNCTION settlement_statement_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - '{state,due_at,owner,lease_token,lease_until,failures}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{state,due_at,owner,lease_token,lease_until,failures}'::text[]
        OR OLD.state = 'SETTLED' AND NEW.state <> 'SETTLED'
    THEN
        RAISE EXCEPTION 'statement % is frozen (S-01)', OLD.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- 2. Lines and corrections are written in the transaction that froze their statement.
CREATE FUNCTION settlement_with_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT xact FROM settlement_statement WHERE id = NEW.statement_id) IS DISTINCT FROM txid_current() THEN
        RAISE EXCEPTION 'statement % is complete, nothing is added to it (S-01)', NEW.statement_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER stands BEFORE UPDATE ON settlement_statement
    FOR EACH ROW EXECUTE FUNCTION settlement_statement_stands();
CREATE TRIGGER only_added BEFORE DELETE ON settlement_statement
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_statement
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER with_statement AFTER INSERT ON settlement_statementline
    FOR EACH ROW EXECUTE FUNCTION settlement_with_statement();
CREATE TRIGGER with_statement AFTER INSERT ON settlement_statementcorrection
    FOR EACH ROW EXECUTE FUNCTION settlement_with_statement();
ALTER TABLE settlement_statement ENABLE ALWAYS TRIGGER stands;
ALTER TABLE settlement_statement ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_statement ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_statementline ENABLE ALWAYS TRIGGER with_statement;
ALTER TABLE settlement_statementcorrection ENABLE ALWAYS TRIGGER with_statement;

DO $$
DECLARE
    the_table text;
BEGIN
    FOREACH the_table IN ARRAY '{settlement_statementline,settlement_statementcorrection,settlement_statementpaper}'::text[]
    LOOP
        EXECUTE format('CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION settlement_only_added()', the_table);
        EXECUTE format('CREATE TRIGGER not_emptied BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added()', the_table);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_added', the_table);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER not_emptied', the_table);
    END LOOP;
END $$;

-- 3. A request that was decided is not decided again, and who asked for what does not change (D-10).
CREATE FUNCTION settlement_approval_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'ASKED' AND NEW.state <> OLD.state
        OR (OLD.verb, OLD.operator, OLD.transfer_id, OLD.statement_id, OLD.reason, OLD.asked_by)
            IS DISTINCT FROM (NEW.verb, NEW.operator, NEW.transfer_id, NEW.statement_id, NEW.reason, NEW.asked_by)
        OR OLD.state <> 'ASKED' AND (OLD.decided_by, OLD.posted_id) IS DISTINCT FROM (NEW.decided_by, NEW.posted_id)
    THEN
        RAISE EXCEPTION 'request % stands as it was asked and decided (D-10)', OLD.ref
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stands BEFORE UPDATE ON settlement_approval
    FOR EACH ROW EXECUTE FUNCTION settlement_approval_stands();
CREATE TRIGGER only_added BEFORE DELETE ON settlement_approval
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_approval
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
ALTER TABLE settlement_approval ENABLE ALWAYS TRIGGER stands;
ALTER TABLE settlement_approval ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_approval ENABLE ALWAYS TRIGGER not_emptied;
