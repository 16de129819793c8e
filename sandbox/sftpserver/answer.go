package sftpserver

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// ReferenceColumn is the column of a registration by which the answer names it.
const ReferenceColumn = "Partner Reference"

// AnswerColumns are those of an answer: a row for each row of the file that came, in its order.
func AnswerColumns() []string { return []string{ReferenceColumn, "Status", "MID", "TID", "Remarks"} }

// came plans the answer to a file that has got its final name.
func (s *Server) came(at string) {
	file := path.Base(at)
	s.mu.Lock()
	again := s.answered[file]
	s.answered[file] = true
	after := s.faults.AnswerAfter
	s.mu.Unlock()
	if strings.HasSuffix(file, ".tmp") || path.Dir("/"+at) != Inbox || again {
		return
	}
	if after <= 0 {
		s.answer(file)
		return
	}
	s.running.Go(func() {
		select {
		case <-s.options.After(after):
			s.answer(file)
		case <-s.done.Done():
		}
	})
}

// answer writes the answer to a file, in the form in which it came. A file that cannot be read is answered by a row that
// says so.
func (s *Server) answer(file string) {
	content, err := s.root.ReadFile(path.Join(Inbox[1:], file))
	if err != nil {
		return // it was taken away
	}
	book := bytes.HasPrefix(content, []byte("PK\x03\x04"))
	rows, err := read(content, book)
	out := [][]string{AnswerColumns()}
	if err != nil {
		out = append(out, []string{"", "REJECTED", "", "", err.Error()})
	} else {
		out = append(out, s.judge(rows)...)
	}
	written, err := write(out, book)
	if err != nil {
		return
	}
	ext := path.Ext(file)
	to := path.Join(Outbox[1:], strings.TrimSuffix(file, ext)+"_result"+ext)
	if s.root.WriteFile(to+".tmp", written, 0o600) == nil {
		_ = s.root.Rename(to+".tmp", to) // a client who looks meanwhile sees no half of it
	}
}

// judge answers each row: an empty cell or an order to refuse it is a reason not to accept it.
func (s *Server) judge(rows [][]string) (out [][]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reference := slices.Index(rows[0], ReferenceColumn)
	for i, row := range rows[1:] {
		row = append(row, make([]string, max(0, len(rows[0])-len(row)))...)
		answer := []string{row[reference], "REJECTED", "", "", ""}
		switch {
		case slices.Contains(s.faults.RefuseRows, i+1):
			answer[4] = "merchant document is not valid"
		case row[reference] == "":
			answer[4] = ReferenceColumn + " is empty"
		default:
			s.given++
			answer[1], answer[2], answer[3] = "APPROVED", fmt.Sprintf("%015d", 900_000+s.given), fmt.Sprintf("%08d", 900_000+s.given)
		}
		out = append(out, answer)
	}
	return out
}

func read(content []byte, book bool) (rows [][]string, err error) {
	if book {
		f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: 64 << 20})
		if err != nil {
			return nil, errors.New("the workbook cannot be read")
		}
		defer f.Close()
		if rows, err = f.GetRows(f.GetSheetName(0)); err != nil {
			return nil, errors.New("the workbook cannot be read")
		}
	} else {
		r := csv.NewReader(bytes.NewReader(content))
		r.FieldsPerRecord = -1
		if rows, err = r.ReadAll(); err != nil {
			return nil, errors.New("this is no CSV")
		}
	}
	if len(rows) == 0 || !slices.Contains(rows[0], ReferenceColumn) {
		return nil, errors.New("the column " + ReferenceColumn + " is missing")
	}
	return rows, nil
}

func write(rows [][]string, book bool) ([]byte, error) {
	var out bytes.Buffer
	if !book {
		w := csv.NewWriter(&out)
		err := w.WriteAll(rows)
		return out.Bytes(), err
	}
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			return nil, err
		}
	}
	err := f.Write(&out)
	return out.Bytes(), err
}
