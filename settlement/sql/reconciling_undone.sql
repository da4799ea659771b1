DROP TRIGGER only_added ON settlement_reconciliation;
DROP TRIGGER not_emptied ON settlement_reconciliation;
DROP TRIGGER only_added ON settlement_difference;
DROP TRIGGER not_emptied ON settlement_difference;
DROP FUNCTION settlement_book_digests(text, text, date, date, timestamptz, text[], text[], text[], integer);
DROP FUNCTION settlement_book_nets(text, text, date, date, timestamptz, text[], text[], text[]);
DROP FUNCTION settlement_book_bucket(text, integer);
