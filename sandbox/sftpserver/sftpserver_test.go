package sftpserver_test

import (
	"io"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/lunas-pay/lunas/sandbox/sftpserver"
)

const registrations = "Merchant Name,Partner Reference\nKopi,kopi/tebet\nTeh,teh/menteng\n,\n"

// start serves a folder and gives the address.
func start(t *testing.T, o sftpserver.Options) (*sftpserver.Server, string) {
	t.Helper()
	if o.Folder == "" {
		o.Folder = t.TempDir()
	}
	s, err := sftpserver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s, l.Addr().String()
}

// dial connects, if the host key has the fingerprint.
func dial(t *testing.T, address, password, fingerprint string) (*sftp.Client, error) {
	t.Helper()
	c, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: sftpserver.DemoUser, Auth: []ssh.AuthMethod{ssh.Password(password)}, Timeout: time.Minute,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if ssh.FingerprintSHA256(key) != fingerprint {
				return os.ErrPermission
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	client, err := sftp.NewClient(c)
	if err == nil {
		t.Cleanup(func() { _ = client.Close(); _ = c.Close() })
	}
	return client, err
}

func connect(t *testing.T, s *sftpserver.Server, address string) *sftp.Client {
	t.Helper()
	c, err := dial(t, address, sftpserver.DemoPassword, s.HostKey())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func put(c *sftp.Client, name, content string) error {
	f, err := c.Create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, content)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

func get(t *testing.T, c *sftp.Client, name string) string {
	t.Helper()
	f, err := c.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A file under its final name is answered row by row; one that is still coming is not.
func TestAnswers(t *testing.T) {
	t.Parallel()
	s, address := start(t, sftpserver.Options{})
	s.Fail(sftpserver.Faults{RefuseRows: []int{2}})
	c := connect(t, s, address)
	if err := put(c, "/inbox/a.csv.tmp", registrations); err != nil {
		t.Fatal(err)
	}
	if list, err := c.ReadDir("/outbox"); err != nil || len(list) != 0 {
		t.Errorf("before the rename %d answers are there, %v", len(list), err)
	}
	if err := c.PosixRename("/inbox/a.csv.tmp", "/inbox/a.csv"); err != nil {
		t.Fatal(err)
	}
	want := "Partner Reference,Status,MID,TID,Remarks\nkopi/tebet,APPROVED,000000000900001,00900001,\n" +
		"teh/menteng,REJECTED,,,merchant document is not valid\n,REJECTED,,,Partner Reference is empty\n"
	if got := get(t, c, "/outbox/a_result.csv"); got != want {
		t.Errorf("answer =\n%s\nwant\n%s", got, want)
	}
	for i, bad := range []string{"not,what,it,should\n1,2,3,4\n", "", "\"", "PK\x03\x04nothing"} {
		if err := put(c, "/inbox/b.csv.tmp", bad); err != nil {
			t.Fatal(err)
		}
		name := "/inbox/b" + string(rune('0'+i)) + ".csv"
		if err := c.Rename("/inbox/b.csv.tmp", name); err != nil {
			t.Fatal(err)
		}
		if got := get(t, c, strings.Replace(strings.Replace(name, "inbox", "outbox", 1), ".csv", "_result.csv", 1)); !strings.Contains(got, "REJECTED") && !strings.HasPrefix(got, "PK") {
			t.Errorf("%q is answered %q", bad, got)
		}
	}
}

// The answer comes when the sandbox's clock says so.
func TestALateAnswer(t *testing.T) {
	t.Parallel()
	due := make(chan time.Time)
	s, address := start(t, sftpserver.Options{After: func(d time.Duration) <-chan time.Time {
		if d != time.Hour {
			t.Errorf("the answer is due after %s", d)
		}
		return due
	}})
	s.Fail(sftpserver.Faults{AnswerAfter: time.Hour})
	c := connect(t, s, address)
	if err := put(c, "/inbox/a.csv.tmp", registrations); err != nil {
		t.Fatal(err)
	}
	if err := c.PosixRename("/inbox/a.csv.tmp", "/inbox/a.csv"); err != nil {
		t.Fatal(err)
	}
	if list, err := c.ReadDir("/outbox"); err != nil || len(list) != 0 {
		t.Errorf("at once %d answers are there, %v", len(list), err)
	}
	due <- time.Time{}
	for { // it is written just after that
		list, err := c.ReadDir("/outbox")
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 && list[0].Name() == "a_result.csv" {
			return
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s, address := start(t, sftpserver.Options{})
	if _, err := dial(t, address, "wrong", s.HostKey()); err == nil {
		t.Error("a wrong password opens the server")
	}
	s.Fail(sftpserver.Faults{OtherHostKey: true})
	if _, err := dial(t, address, sftpserver.DemoPassword, s.HostKey()); err == nil {
		t.Error("another host key is not noticed")
	}
	s.Fail(sftpserver.Faults{CutAfter: 10})
	c := connect(t, s, address)
	if err := put(c, "/inbox/a.csv.tmp", registrations); err == nil {
		t.Error("the connection is not cut")
	}
	c = connect(t, s, address)
	if info, err := c.Stat("/inbox/a.csv.tmp"); err != nil || info.Size() != 10 {
		t.Errorf("after the cut there are %v, %v", info, err)
	}
	s.Fail(sftpserver.Faults{DiskFull: 5})
	if err := put(c, "/inbox/full.csv.tmp", registrations); err == nil {
		t.Error("the disk is not full")
	}
	for _, elsewhere := range []string{"/host-0.key", "/../x", "/inbox/../host-0.key", "/outbox/mine.csv"} {
		if err := put(c, elsewhere, "x"); err == nil {
			t.Errorf("%s can be written", elsewhere)
		}
	}
	if _, err := c.Open("/host-0.key"); err == nil {
		t.Error("the host key can be read")
	}
	if list, err := c.ReadDir("/"); err != nil || len(list) != 2 {
		t.Errorf("the folder shows %d entries, %v", len(list), err)
	}
}

// Faults are ordered over HTTP, not by another site.
func TestControl(t *testing.T) {
	t.Parallel()
	s, _ := start(t, sftpserver.Options{})
	do := func(method, body string, headers ...string) int {
		r := httptest.NewRequest(method, "/control/sftp", strings.NewReader(body))
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		s.Control().ServeHTTP(w, r)
		return w.Code
	}
	if got := do("POST", `{"cut_after":7,"answer_after":"30s","refuse_rows":[1,3]}`); got != 200 || s.Faults().CutAfter != 7 || s.Faults().AnswerAfter != 30*time.Second {
		t.Errorf("%d, faults = %+v", got, s.Faults())
	}
	if got := do("GET", ""); got != 200 {
		t.Errorf("GET = %d", got)
	}
	if got := do("POST", `{"rain":1}`); got != 400 {
		t.Errorf("an unknown fault = %d", got)
	}
	if got := do("POST", `{}`, "Sec-Fetch-Site", "cross-site"); got != 403 {
		t.Errorf("another site = %d", got)
	}
}
