DROP FUNCTION settlement_book_digests(text, text, date, date, timestamptz, text[], text[], text[], integer);
DROP FUNCTION settlement_book_nets(text, text, date, date, timestamptz, text[], text[], text[]);
DROP FUNCTION settlement_book_days(text, text, date, date, timestamptz, text[], text[], text[]);
DROP FUNCTION settlement_book_hash(text);
DROP FUNCTION settlement_book_bucket(text, integer);
