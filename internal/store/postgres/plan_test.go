package postgres_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/lunas-pay/lunas/internal/payment"
	"github.com/lunas-pay/lunas/internal/store"
	"github.com/lunas-pay/lunas/internal/store/sqldb"
	"github.com/lunas-pay/lunas/internal/store/storetest"
)

// planned is how many payments of a merchant the plans are made for: so many that reading all of them is dearer than an index.
const planned = 20_000

// filled writes payments of two merchants with their words, as a year leaves them: nearly all paid, few of them tests.
func filled(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	do := func(statement string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, owner := range []string{storetest.Merchant, "mer_other"} {
		do(`INSERT INTO payments (merchant_id, id, version, amount, created_at, updated_at, recap_day, batch, reference_number, mode, account, rail,
				method, state, rare_state, terminal, reference, phone, body)
			SELECT $1, 'pay_' || lpad(n::text, 26, '0'), 3, 12500, n * 1000000::bigint, n * 1000000::bigint, 20260321, 1 + n / 500, 1 + n % 500,
				CASE WHEN n % 100 = 7 THEN 'test' ELSE 'live' END, 'ovo', 'ovo', 'ovo_push', s.state, CASE WHEN s.state = 'paid' THEN '' ELSE s.state END,
				'till-1', 'order-' || n, '', repeat('x', 300)
			FROM generate_series(1, $2::int) n, LATERAL (SELECT CASE WHEN n % 50 = 3 THEN 'declined' WHEN n % 1000 = 1 THEN 'review' ELSE 'paid' END AS state) s`, owner, planned)
		do(`INSERT INTO search_words (merchant_id, word, payment_id)
			SELECT $1, w.word, 'pay_' || lpad(n::text, 26, '0') FROM generate_series(1, $2::int) n,
				LATERAL (VALUES ('amount:12500'), ('batch:' || (1 + n / 500)), ('phone:' || n % 1000)) AS w (word)`, owner, planned)
	}
	do(`VACUUM ANALYZE payments`)
	do(`VACUUM ANALYZE search_words`)
}

var buffersForm = regexp.MustCompile(`Buffers: shared(?: hit=([0-9]+))?(?: read=([0-9]+))?`)

// Every list of payments walks its index on a real PostgreSQL with statistics, and touches few of the table's pages.
func TestListsWalkTheirIndexes(t *testing.T) {
	t.Parallel()
	conn := connect(t, newDSN(t))
	filled(t, conn)
	var pages int
	if err := conn.QueryRow(t.Context(), `SELECT relpages FROM pg_class WHERE oid = 'payments'::regclass`).Scan(&pages); err != nil || pages < 1000 {
		t.Fatalf("the table has %d pages, %v: too few to tell", pages, err)
	}
	id := func(n int) string { return fmt.Sprintf("pay_%026d", n) }
	const most = 200 // pages of table and indexes, for a page of twenty payments
	for name, c := range map[string]struct {
		f     store.Filter
		index string
	}{
		"all":       {store.Filter{}, "payments_pkey"},
		"page":      {store.Filter{Before: id(planned / 2)}, "payments_pkey"},
		"live":      {store.Filter{Mode: payment.Live, Before: id(planned / 2)}, "payments_pkey"},
		"test":      {store.Filter{Mode: payment.Test}, "payments_test"},
		"reference": {store.Filter{Reference: "order-777"}, "payments_reference"},
		"both":      {store.Filter{Reference: "order-777", States: []payment.State{payment.Declined, payment.Paid}}, "payments_reference"},
		"rare":      {store.Filter{States: []payment.State{payment.Review, payment.Reversed}}, "payments_rare"},
		"rare page": {store.Filter{States: []payment.State{payment.Review}, Mode: payment.Live, Before: id(planned / 2)}, "payments_rare"},
		"declined":  {store.Filter{States: []payment.State{payment.Declined}}, "payments_rare"},
		"paid":      {store.Filter{States: []payment.State{payment.Paid}}, "payments_pkey"},
		"day":       {store.Filter{After: id(900), Before: id(1400)}, "payments_pkey"},
		"open":      {store.Filter{States: []payment.State{payment.Pushing}}, ""},
		"amount":    {store.Filter{Word: "amount:12500", Before: id(planned / 2), States: []payment.State{payment.Paid}}, "search_words_pkey"},
		"batch":     {store.Filter{Word: "batch:12"}, "search_words_pkey"},
		"phone":     {store.Filter{Word: "phone:77", Mode: payment.Live}, "search_words_pkey"},
	} {
		c.f.MerchantID = storetest.Merchant
		statement, args := sqldb.List(c.f, false)
		rows, _ := conn.Query(t.Context(), "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) "+statement, args...)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan := strings.Join(lines, "\n")
		found := buffersForm.FindStringSubmatch(plan)
		if found == nil {
			t.Fatalf("%s: the plan tells of no pages:\n%s", name, plan)
		}
		hit, _ := strconv.Atoi(found[1])
		read, _ := strconv.Atoi(found[2])
		if hit+read > most || !strings.Contains(plan, c.index) || strings.Contains(plan, "Seq Scan on payments") || strings.Contains(plan, "Seq Scan on search_words") {
			t.Errorf("a list by %s does not walk %s, or touches %d pages of %d:\n%s", name, c.index, hit+read, pages, plan)
		}
	}
}
