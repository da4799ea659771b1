"""Laws that live in PostgreSQL: history and audit only grow, and a link of the audit chain is made in one call."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION tongban_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

TABLES = ("portal_movement", "portal_auditentry", "portal_auditanchor")


def _guard(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION tongban_append_only();
CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION tongban_append_only();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tongban_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM tongban_app;
    END IF;
END $$;
"""  # noqa: S608 (the names are the constants above)


# The lock is held to the end of the transaction: two appends to one chain cannot read the same head, and a sequence
# or a timestamp is never taken for the order of commits (RELIABILITY 6.20). A clock that went back (the demo's may)
# stays on the chain's last day. The text that is hashed is documented in portal/audit.py, which recomputes it.
APPEND = r"""
CREATE FUNCTION tongban_audit_append(
    p_chain text, p_day date, p_verb text, p_subject text, p_by text, p_role text, p_rules text, p_facts text,
    p_at text, p_mac text
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_day date; v_seq integer; v_prev text; v_hash text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tongban audit ' || p_chain, 0));
    SELECT day, seq, hash INTO v_day, v_seq, v_prev FROM portal_auditentry
        WHERE chain = p_chain ORDER BY day DESC, seq DESC LIMIT 1;
    IF v_day IS NULL THEN
        v_day := p_day; v_seq := 0; v_prev := repeat('0', 64);
    ELSIF v_day < p_day THEN
        v_day := p_day; v_seq := 0;
    END IF;
    v_seq := v_seq + 1;
    IF concat(p_chain, p_verb, p_subject, p_by, p_role, p_rules, p_facts, p_at, p_mac) LIKE E'%\n%' THEN
        RAISE EXCEPTION 'a line break in an audit field' USING ERRCODE = 'check_violation';
    END IF;
    v_hash := encode(sha256(convert_to(concat_ws(E'\n', p_chain, to_char(v_day, 'YYYY-MM-DD'), v_seq, p_verb, p_subject,
        p_by, p_role, p_rules, p_facts, p_at, p_mac, v_prev), 'UTF8')), 'hex');
    INSERT INTO portal_auditentry
        (chain, day, seq, verb, subject_ref, by_ref, by_role, rules, facts, at_text, mac, prev_hash, hash)
        VALUES (p_chain, v_day, v_seq, p_verb, p_subject, p_by, p_role, p_rules, p_facts, p_at, p_mac, v_prev, v_hash);
    RETURN v_hash;
END $$;
"""


class Migration(migrations.Migration):
    """Triggers and the append function; going back is not offered, for these are the laws."""

    dependencies = [("portal", "0001_ground_floor")]
    operations = [migrations.RunSQL(sql) for sql in (APPEND_ONLY, *map(_guard, TABLES), APPEND)]
