-- Laws of the invoices (S-04). ENABLE ALWAYS, as the ledger's.

-- 1. What was issued is never changed: what moves is who works on it and until when, and once to the archive.
CREATE FUNCTION settlement_invoice_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - '{state,due_at,owner,lease_token,lease_until,failures}'::text[]
        IS DISTINCT FROM to_jsonb(NEW) - '{state,due_at,owner,lease_token,lease_until,failures}'::text[]
        OR OLD.state <> NEW.state AND (OLD.state, NEW.state) <> ('ISSUED', 'ARCHIVED')
    THEN
        RAISE EXCEPTION 'invoice % was issued (S-04)', OLD.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- 2. Red notes of one invoice are written one after the other, so that two together cannot take back too much.
CREATE FUNCTION settlement_invoice_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.of_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock('settlement_invoice'::regclass::oid::int, (NEW.of_id % 2147483647)::int);
    END IF;
    RETURN NEW;
END $$;

-- 3. Lines belong to the transaction that issued their invoice.
CREATE FUNCTION settlement_with_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT xact FROM settlement_invoice WHERE id = NEW.invoice_id) IS DISTINCT FROM txid_current() THEN
        RAISE EXCEPTION 'invoice % is complete, nothing is added to it (S-04)', NEW.invoice_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- 4. At commit: an invoice is the sum of its lines, all of its sign; a red note is of an invoice (never of a red note)
--    of the same company, case and rates, and with all red notes before it takes back no more than each line holds.
CREATE FUNCTION settlement_check_invoice(the_invoice bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    mine settlement_invoice%ROWTYPE;
    original settlement_invoice%ROWTYPE;
BEGIN
    SELECT * INTO STRICT mine FROM settlement_invoice WHERE id = the_invoice;
    IF NOT EXISTS (
        SELECT 1 FROM settlement_invoiceline WHERE invoice_id = the_invoice HAVING
            sum(net_fen) = mine.net_fen AND sum(vat_fen) = mine.vat_fen AND sum(gross_fen) = mine.gross_fen
    ) THEN
        RAISE EXCEPTION 'invoice % is not the sum of its lines (S-04)', mine.number USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM settlement_invoiceline WHERE invoice_id = the_invoice AND (
            sign(gross_fen) <> sign(mine.gross_fen) OR sign(vat_fen) = -sign(mine.gross_fen)
            OR sign(net_fen) = -sign(mine.gross_fen)
        )
    ) THEN
        RAISE EXCEPTION 'invoice % mixes charges and red lines (S-04)', mine.number USING ERRCODE = 'check_violation';
    END IF;
    IF mine.of_id IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO STRICT original FROM settlement_invoice WHERE id = mine.of_id;
    IF original.kind <> 'final' OR (original.operator, original.province, original.case_ref, original.voucher)
        IS DISTINCT FROM (mine.operator, mine.province, mine.case_ref, mine.voucher)
    THEN
        RAISE EXCEPTION 'red note % is of no invoice of its case (S-04)', mine.number USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM settlement_invoiceline l
        JOIN settlement_invoice i ON i.id = l.invoice_id AND i.of_id = original.id
        LEFT JOIN settlement_invoiceline o ON o.invoice_id = original.id AND o.kind = l.kind AND o.rate = l.rate
        GROUP BY l.kind, o.id, o.net_fen, o.vat_fen, o.gross_fen
        HAVING o.id IS NULL OR o.net_fen + sum(l.net_fen) < 0 OR o.vat_fen + sum(l.vat_fen) < 0
            OR o.gross_fen + sum(l.gross_fen) < 0
    ) THEN
        RAISE EXCEPTION 'red note % takes back more than invoice % holds (S-04)', mine.number, original.number
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION settlement_invoice_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settlement_check_invoice(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER stands BEFORE UPDATE ON settlement_invoice
    FOR EACH ROW EXECUTE FUNCTION settlement_invoice_stands();
CREATE TRIGGER in_turn BEFORE INSERT ON settlement_invoice
    FOR EACH ROW EXECUTE FUNCTION settlement_invoice_in_turn();
CREATE TRIGGER only_added BEFORE DELETE ON settlement_invoice
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
CREATE CONSTRAINT TRIGGER lawful AFTER INSERT ON settlement_invoice DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION settlement_invoice_lawful();
CREATE TRIGGER with_invoice AFTER INSERT ON settlement_invoiceline
    FOR EACH ROW EXECUTE FUNCTION settlement_with_invoice();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_invoiceline
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_invoiceline
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON settlement_invoicepaper
    FOR EACH ROW EXECUTE FUNCTION settlement_only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON settlement_invoicepaper
    FOR EACH STATEMENT EXECUTE FUNCTION settlement_only_added();

ALTER TABLE settlement_invoice ENABLE ALWAYS TRIGGER stands;
ALTER TABLE settlement_invoice ENABLE ALWAYS TRIGGER in_turn;
ALTER TABLE settlement_invoice ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_invoice ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_invoice ENABLE ALWAYS TRIGGER lawful;
ALTER TABLE settlement_invoiceline ENABLE ALWAYS TRIGGER with_invoice;
ALTER TABLE settlement_invoiceline ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_invoiceline ENABLE ALWAYS TRIGGER not_emptied;
ALTER TABLE settlement_invoicepaper ENABLE ALWAYS TRIGGER only_added;
ALTER TABLE settlement_invoicepaper ENABLE ALWAYS TRIGGER not_emptied;
