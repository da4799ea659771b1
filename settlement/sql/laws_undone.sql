DROP FUNCTION settlement_post(
    text, text, text, text, text, timestamptz, text, bigint, text[], text[], text[], text[], bigint[]
);
DROP FUNCTION settlement_legs(text[], text[], text[], text[], bigint[]);
DROP FUNCTION settlement_legs_of(bigint);
DROP TRIGGER lawful ON settlement_transfer;
DROP TRIGGER lawful ON settlement_entry;
DROP TRIGGER in_time ON settlement_entry;
DROP TRIGGER only_added ON settlement_account;
DROP TRIGGER only_added ON settlement_transfer;
DROP TRIGGER only_added ON settlement_entry;
DROP TRIGGER not_emptied ON settlement_account;
DROP TRIGGER not_emptied ON settlement_transfer;
DROP TRIGGER not_emptied ON settlement_entry;
DROP FUNCTION settlement_only_added();
DROP FUNCTION settlement_transfer_lawful();
DROP FUNCTION settlement_entry_lawful();
DROP FUNCTION settlement_entry_in_time();
DROP FUNCTION settlement_check_transfer(bigint);
DROP FUNCTION settlement_check_reversal(bigint, bigint);
ALTER TABLE settlement_transfer DROP COLUMN xact;
