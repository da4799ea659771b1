-- One simulated province: a small BSS of its own. Copied as a template database; the portal's Django never sees it.
-- Money is whole fen. Every effect of an order is committed together with its row in command_log.

CREATE TABLE temper (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    kind text NOT NULL DEFAULT 'honest',
    knobs jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO temper DEFAULT VALUES;

CREATE TABLE plans (
    code text PRIMARY KEY,
    name text NOT NULL,
    monthly_fen bigint NOT NULL CHECK (monthly_fen >= 0)
);

CREATE TABLE lines (
    number text PRIMARY KEY,
    holder_name text NOT NULL,
    holder_id text NOT NULL,
    holder_kind text NOT NULL CHECK (holder_kind IN ('person', 'unit', 'heir')),
    real_name boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('normal', 'one_way', 'two_way', 'lost', 'preclosed', 'closed')),
    sms boolean NOT NULL,
    service_password text NOT NULL,
    plan_code text NOT NULL REFERENCES plans,
    single_card boolean NOT NULL,
    goes_with_it jsonb NOT NULL,
    charging text NOT NULL DEFAULT 'on' CHECK (charging IN ('on', 'stopped')),
    stopped_from timestamptz,
    stopped_by text,
    barred jsonb NOT NULL DEFAULT '[]', -- what a filing bars at once: roaming, premium, international
    free_until timestamptz, -- domestic service of a filed line; past it the line only receives
    no_report_until timestamptz, -- an open case: nothing of this line goes to a credit bureau
    points bigint NOT NULL,
    equipment jsonb NOT NULL,
    coupons jsonb NOT NULL DEFAULT '[]',
    subscriptions jsonb NOT NULL DEFAULT '[]', -- [{"name", "monthly_fen"}]
    auto_pay jsonb NOT NULL DEFAULT '[]',
    roaming_by date,
    unbilled_from date,
    unbilled_settled boolean NOT NULL DEFAULT false,
    closed_at timestamptz
);

CREATE TABLE holds (
    number text NOT NULL REFERENCES lines,
    authority text NOT NULL,
    kind text NOT NULL,
    since date NOT NULL,
    object_to text NOT NULL
);
CREATE INDEX ON holds (number);

CREATE TABLE contracts (
    number text NOT NULL REFERENCES lines,
    id text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    signed_on date NOT NULL,
    ends_on date NOT NULL,
    monthly_fen bigint NOT NULL,
    months_total bigint NOT NULL,
    subsidy_fen bigint NOT NULL,
    claimed_fen bigint NOT NULL,
    formula text NOT NULL,
    percent bigint NOT NULL,
    minimum_fen bigint NOT NULL,
    published_on date,
    version text, -- of the formula, as the province names it
    document_id text,
    document_sha256 text,
    released_by text,
    PRIMARY KEY (number, id)
);

CREATE TABLE bills (
    number text NOT NULL REFERENCES lines,
    month text NOT NULL,
    fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    carried boolean NOT NULL DEFAULT false, -- what a settlement left open is disputed: it no longer holds up a closure
    credited boolean NOT NULL DEFAULT false, -- what it charged for time after the charges had stopped is taken off
    PRIMARY KEY (number, month)
);

CREATE TABLE buckets (
    number text NOT NULL REFERENCES lines,
    id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('own', 'gifted', 'deposit')),
    name text NOT NULL,
    fen bigint NOT NULL CHECK (fen >= 0),
    PRIMARY KEY (number, id)
);

CREATE TABLE ties (
    number text NOT NULL REFERENCES lines,
    id text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    change text NOT NULL,
    price_fen bigint NOT NULL,
    on_date date,
    needs text NOT NULL, -- a paper the province wants before it prepares this tie; '' for none
    by_hand boolean NOT NULL, -- its system leaves this tie to its staff
    state text NOT NULL DEFAULT 'tied' CHECK (state IN ('tied', 'prepared', 'untied')),
    prepared_by text,
    PRIMARY KEY (number, id)
);

-- What happened to a line outside every case; money as it changed the balance.
CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL REFERENCES lines,
    kind text NOT NULL CHECK (kind IN ('top_up', 'bill_run', 'calls', 'plan_change')),
    at timestamptz NOT NULL,
    fen bigint NOT NULL,
    bucket text NOT NULL DEFAULT '',
    name text NOT NULL DEFAULT ''
);
CREATE INDEX ON events (number);

CREATE TABLE roamed (
    number text NOT NULL REFERENCES lines,
    place text NOT NULL,
    on_date date NOT NULL
);
CREATE INDEX ON roamed (number);

-- What the partners abroad bill for those stays, from the day it arrives.
CREATE TABLE roaming_charges (
    number text NOT NULL REFERENCES lines,
    id text NOT NULL,
    place text NOT NULL,
    on_date date NOT NULL,
    fen bigint NOT NULL CHECK (fen >= 0),
    arrives_on date NOT NULL,
    PRIMARY KEY (number, id)
);

-- What happened to each command id, once and for good; `reply` is what a repeated id gets again.
CREATE TABLE command_log (
    command_id text PRIMARY KEY,
    case_ref text NOT NULL,
    verb text NOT NULL,
    payload jsonb NOT NULL,
    at timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    effective_at timestamptz,
    reply jsonb NOT NULL
);

CREATE TABLE effects (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command_id text NOT NULL UNIQUE REFERENCES command_log,
    case_ref text NOT NULL,
    number text NOT NULL,
    verb text NOT NULL,
    fen bigint NOT NULL,
    at timestamptz NOT NULL,
    undoes text,
    undo jsonb NOT NULL -- what a later reversal must know of how things were
);
CREATE INDEX ON effects (case_ref);

-- The province's own books: signed fen, debit positive; the rows of one command sum to zero; rows are only added.
CREATE TABLE book (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command_id text NOT NULL REFERENCES command_log,
    case_ref text NOT NULL,
    number text NOT NULL,
    account text NOT NULL,
    fen bigint NOT NULL CHECK (fen <> 0),
    at timestamptz NOT NULL
);
CREATE INDEX ON book (command_id);
CREATE INDEX ON book (at);

-- The book as it is reconciled: days in Shanghai; a payment in by number stands under prepayment whole.
CREATE VIEW booked AS
SELECT b.id, b.command_id, b.case_ref, b.fen, b.at, (b.at AT TIME ZONE 'Asia/Shanghai')::date AS on_date,
    CASE WHEN c.verb = 'pay_in' AND b.account = 'receivable' THEN 'prepayment' ELSE b.account END AS account,
    ('x' || left(encode(sha256(convert_to(b.case_ref, 'UTF8')), 'hex'), 8))::bit(32)::bigint AS case_hash
FROM book b LEFT JOIN command_log c USING (command_id);

CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON book FOR EACH ROW EXECUTE FUNCTION only_added();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON book FOR EACH STATEMENT EXECUTE FUNCTION only_added();

CREATE FUNCTION book_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(fen) FROM book WHERE command_id = NEW.command_id) <> 0 THEN
        RAISE EXCEPTION 'the book rows of a command sum to zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON book DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION book_balances();
