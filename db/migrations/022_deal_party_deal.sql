-- All parties of a deal, those that ended too: what asks for them does not read everybody's.
CREATE INDEX deal_party_deal ON deal_party(deal_id, customer_id);
