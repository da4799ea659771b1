DROP TRIGGER approved ON settlement_payout;
DROP FUNCTION settlement_payout_approved();
DROP TRIGGER only_added ON settlement_laterefund;
DROP TRIGGER not_emptied ON settlement_laterefund;
