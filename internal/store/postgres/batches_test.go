package postgres_test

import (
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Payments from before batches were words are found by them: the migration makes the words of the numbers.
func TestPastBatchesBecomeWords(t *testing.T) {
	t.Parallel()
	conn := connect(t, newDSN(t))
	migration := string(must[[]byte](t)(os.ReadFile("migrations/00019_batches.sql")))
	for range 2 { // the second time there is nothing to do
		for _, statement := range []string{
			`INSERT INTO search_words (merchant_id, word, payment_id) VALUES ('kopi', 'number:12/345', 'pay_1'), ('kopi', 'number:12/346', 'pay_1'),
				('kopi', 'number:210326/7', 'pay_2'), ('kopi', 'amount:5', 'pay_2'), ('kopi', 'numbers', 'pay_3') ON CONFLICT DO NOTHING`, migration,
		} {
			if _, err := conn.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	rows, _ := conn.Query(t.Context(), `SELECT word || ' ' || payment_id FROM search_words WHERE word LIKE 'batch:%' ORDER BY word`)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want := []string{"batch:12 pay_1", "batch:210326 pay_2"}; err != nil || !slices.Equal(found, want) {
		t.Errorf("batches are found by %q, %v, want %q", found, err, want)
	}
}
