package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Status is where a document stands on its way through a reviewer's hands.
type Status string

// The statuses.
const (
	Made      Status = "made"
	Submitted Status = "submitted"
	Returned  Status = "returned"
	Approved  Status = "approved"
)

// Entry is a line of the archive: a document was made, or its status changed. Lines are only ever added.
type Entry struct {
	At       time.Time `json:"at"`
	Document string    `json:"document"`
	Status   Status    `json:"status"`
	By       string    `json:"by"`
	Note     string    `json:"note,omitempty"`

	// Of a document that was made.
	File        string `json:"file,omitempty"`
	SHA256      string `json:"sha256,omitempty"`
	Run         string `json:"run,omitempty"`
	Suite       string `json:"suite,omitempty"`
	Environment string `json:"environment,omitempty"`
	Verdict     string `json:"verdict,omitempty"`
}

// Document is a document of the archive, with everything that happened to it, the oldest first.
type Document struct {
	Entry   // as it was made
	History []Entry
}

// Stands is where it stands now.
func (d Document) Stands() Status { return d.History[len(d.History)-1].Status }

// ParseArchive reads the lines of an archive, in the order of documents.
func ParseArchive(lines []byte) ([]Document, error) {
	var all []Document
	scanner := bufio.NewScanner(bytes.NewReader(lines))
	scanner.Buffer(nil, 1<<20)
	for n := 1; scanner.Scan(); n++ {
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		var e Entry
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("line %d of the archive cannot be read: %w", n, err)
		}
		i := slices.IndexFunc(all, func(d Document) bool { return d.Document == e.Document })
		switch {
		case e.Status == Made && i < 0:
			all = append(all, Document{Entry: e, History: []Entry{e}})
		case e.Status != Made && i >= 0:
			all[i].History = append(all[i].History, e)
		default:
			return nil, fmt.Errorf("line %d of the archive does not fit the lines before it", n)
		}
	}
	return all, scanner.Err()
}

// Move gives the line by which a document comes to another status, or says why it cannot.
func Move(all []Document, id string, to Status, by, note string, at time.Time) (Entry, error) {
	i := slices.IndexFunc(all, func(d Document) bool { return d.Document == id })
	if i < 0 {
		return Entry{}, fmt.Errorf("the archive has no document %q; lunas evidence list shows them", id)
	}
	may := map[Status][]Status{
		Made: {Submitted}, Submitted: {Returned, Approved}, Returned: {Submitted}, Approved: nil,
	}
	now := all[i].Stands()
	if !slices.Contains(may[now], to) {
		return Entry{}, fmt.Errorf("document %s is %s, so it cannot become %s", id, now, to)
	}
	if strings.TrimSpace(by) == "" {
		return Entry{}, errors.New("say who: --by NAME")
	}
	return Entry{At: at.In(WIB).Truncate(time.Second), Document: id, Status: to, By: by, Note: note}, nil
}

// Line writes an entry as a line of the archive.
func (e Entry) Line() ([]byte, error) {
	b, err := json.Marshal(e)
	return append(b, '\n'), err
}
