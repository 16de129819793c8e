package bench

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/gateway"
	"github.com/lunas-pay/lunas/internal/payment"
)

const (
	// openLife is how long all QRs can be watched while they are open: they live 75 s, and the last ones must be answered.
	openLife = 70 * time.Second
	// openPerMerchant keeps the queries of a merchant below the engine's budget of 200 a second: one in 5 s for each QR.
	openPerMerchant = 500
)

// OpenReport is what one gateway with many open QRs takes. The provider is a process of its own.
type OpenReport struct {
	QRs          int     `json:"qrs"`
	Merchants    int     `json:"merchants"`
	Seconds      float64 `json:"seconds"` // how long they were watched
	Queries      float64 `json:"queries_per_second"`
	ClosestQuery float64 `json:"closest_queries_s"` // of one QR
	CPU          float64 `json:"cpu_seconds_per_second,omitempty"`
	CPUPerQuery  float64 `json:"cpu_us_per_query,omitempty"`
	BytesPerQR   float64 `json:"bytes_per_qr"`                 // heap and stacks, beyond those of the idle gateway
	Resident     float64 `json:"resident_megabytes,omitempty"` // of the whole process
}

func (r *OpenReport) rows() [][2]string {
	rows := [][2]string{
		{"open QRs", fmt.Sprintf("%d of %d merchants, watched for %.0f s", r.QRs, r.Merchants, r.Seconds)},
		{"queries/s", fmt.Sprintf("%.0f; the closest two of a QR %.2f s apart", r.Queries, r.ClosestQuery)},
	}
	if r.CPU > 0 {
		rows = append(rows, [2]string{"CPU seconds a second", fmt.Sprintf("%.2f (%.0f µs a query, both commits included)", r.CPU, r.CPUPerQuery)})
	}
	rows = append(rows, [2]string{"bytes per open QR", fmt.Sprintf("%.0f", r.BytesPerQR)})
	if r.Resident > 0 {
		rows = append(rows, [2]string{"resident memory", fmt.Sprintf("%.0f MB, the whole process", r.Resident)})
	}
	return rows
}

// keepOpen makes QRs that nobody pays, and measures what asking about them takes. It needs a program that understands
// "sandbox --partners N": this one.
func keepOpen(ctx context.Context, o Options, folder string) (*OpenReport, error) {
	r := &OpenReport{QRs: o.Open, Merchants: (o.Open + openPerMerchant - 1) / openPerMerchant}
	provider, stop, err := startProvider(ctx, r.Merchants)
	if err != nil {
		return nil, err
	}
	defer stop()
	o.Terminals, o.Database = r.Merchants, filepath.Join(folder, "open.db")
	conf, err := qrConfig(o, provider+"/OVOSNAP")
	if err != nil {
		return nil, err
	}
	g, err := gateway.Open(ctx, gateway.Options{Clock: gateway.RealClock(), Migrate: true, Config: conf})
	if err != nil {
		return nil, err
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	serving, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- g.Serve(serving, front) }()
	from, until, err := r.watch(ctx, g, o)
	end()
	if err := errors.Join(err, <-ended); err != nil {
		return nil, err
	}
	return r, r.countQueries(ctx, o.Database, from, until)
}

// startProvider runs the sandbox as another process.
func startProvider(ctx context.Context, partners int) (url string, stop func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, program, "sandbox", "--listen", "127.0.0.1:0", "--partners", strconv.Itoa(partners))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "Wallets"); ok {
			address, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			return strings.TrimSuffix(address, "/"), stop, nil
		}
	}
	stop()
	return "", nil, errors.New("the sandbox ended before it told its address")
}

// watch makes the QRs and measures while all of them are open.
func (r *OpenReport) watch(ctx context.Context, g *gateway.Gateway, o Options) (from, until time.Time, err error) {
	idle := inUse()
	began := time.Now()
	if err := makeQRs(ctx, g, o); err != nil {
		return from, until, err
	}
	if took := time.Since(began); took+o.OpenFor > openLife {
		return from, until, fmt.Errorf("%d QRs took %s to make, so that the first would expire under the measurement: ask for fewer, or for a shorter time", o.Open, took.Round(time.Second))
	}
	from, cpu := time.Now(), cpuTime()
	select {
	case <-time.After(o.OpenFor):
	case <-ctx.Done():
		return from, until, ctx.Err()
	}
	until = time.Now()
	r.Seconds = until.Sub(from).Seconds()
	r.CPU = (cpuTime() - cpu).Seconds() / r.Seconds
	r.Resident = residentBytes() / 1e6
	r.BytesPerQR = (inUse() - idle) / float64(o.Open)
	return from, until, nil
}

func makeQRs(ctx context.Context, g *gateway.Gateway, o Options) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, o.Concurrency)
	for range o.Concurrency {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(o.Open); i = next.Add(1) - 1 {
				order := engine.Order{
					MerchantID: qrMerchantID(int(i) % o.Terminals), Mode: payment.Test, Method: payment.QRIS, Amount: 12500, Reference: "INV",
				}
				if err := makeQR(ctx, g, order); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// makeQR orders one and waits until it can be shown.
func makeQR(ctx context.Context, g *gateway.Gateway, order engine.Order) error {
	p, _, err := g.Engine.Request(ctx, order)
	for err == nil && (p.State == payment.Created || p.State == payment.Presenting) {
		p, err = g.Engine.Wait(ctx, p.MerchantID, p.ID, p.Version)
	}
	if err == nil && p.State != payment.Awaiting {
		err = fmt.Errorf("a QR is %s and cannot be scanned", p.State)
	}
	return err
}

// countQueries reads from the log how often was asked, and how close.
func (r *OpenReport) countQueries(ctx context.Context, database string, from, until time.Time) error {
	db, err := sql.Open(driver(database), database)
	if err != nil {
		return err
	}
	defer db.Close()
	var n int
	var closest sql.NullInt64
	err = db.QueryRowContext(ctx, `SELECT count(*), min(gap) FROM (
		SELECT at, at - lag(at) OVER (PARTITION BY payment_id ORDER BY at) AS gap FROM exchanges
		WHERE operation = 'query' AND side = 'request') AS asked WHERE at BETWEEN $1 AND $2`, from.UnixMicro(), until.UnixMicro()).Scan(&n, &closest)
	if err != nil {
		return fmt.Errorf("count the queries: %w", err)
	}
	if n == 0 {
		return errors.New("nobody asked about the open QRs")
	}
	r.Queries, r.ClosestQuery = float64(n)/r.Seconds, (time.Duration(closest.Int64) * time.Microsecond).Seconds()
	r.CPUPerQuery = r.CPU / r.Queries * 1e6
	return nil
}
