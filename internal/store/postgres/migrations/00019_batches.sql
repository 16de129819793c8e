-- +goose Up

-- Payments are found by their batch alone: whatever is found by batch and reference number is found by its batch too.
INSERT INTO search_words (merchant_id, word, payment_id)
SELECT DISTINCT merchant_id, 'batch:' || split_part(substr(word, 8), '/', 1), payment_id FROM search_words WHERE word >= 'number:' AND word < 'number;'
ON CONFLICT (merchant_id, word, payment_id) DO NOTHING;
