package sftpserver

import (
	"errors"
	"io"
	"net"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/pkg/sftp"
)

// handler serves one connection.
type handler struct {
	s *Server
	c net.Conn
}

// name is a path below the folder; false: it is in neither inbox nor outbox.
func name(p string) (string, bool) {
	p = path.Clean("/" + p)
	folder := path.Dir(p)
	return p[1:], folder == Inbox || folder == Outbox
}

var errElsewhere = sftp.ErrSSHFxPermissionDenied

// Fileread opens a file.
func (h *handler) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	at, ok := name(r.Filepath)
	if !ok {
		return nil, errElsewhere
	}
	return h.s.root.Open(at)
}

// Filewrite opens a file in the inbox to write it.
func (h *handler) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	at, ok := name(r.Filepath)
	if !ok || !strings.HasPrefix(at, Inbox[1:]) {
		return nil, errElsewhere
	}
	flags, want := os.O_WRONLY, r.Pflags()
	if want.Creat {
		flags |= os.O_CREATE
	}
	if want.Trunc {
		flags |= os.O_TRUNC
	}
	if want.Excl {
		flags |= os.O_EXCL
	}
	f, err := h.s.root.OpenFile(at, flags, 0o600)
	if err != nil {
		return nil, err
	}
	return &writer{f, h}, nil
}

// writer writes a file until a fault happens.
type writer struct {
	*os.File
	h *handler
}

// WriteAt writes, unless the disk is full or the connection is cut.
func (w *writer) WriteAt(b []byte, at int64) (int, error) {
	s := w.h.s
	s.mu.Lock()
	f := s.faults
	cut := f.CutAfter > 0 && at+int64(len(b)) > f.CutAfter
	if cut {
		s.faults.CutAfter = 0
	}
	s.mu.Unlock()
	switch {
	case cut:
		if keep := f.CutAfter - at; keep > 0 {
			_, _ = w.File.WriteAt(b[:keep], at) // the connection is lost all the same
		}
		_ = w.h.c.Close()
		return 0, errors.New("the connection is cut")
	case f.DiskFull > 0 && at+int64(len(b)) > f.DiskFull:
		return 0, errors.New("no space left on device")
	}
	return w.File.WriteAt(b, at)
}

// Filecmd renames and removes.
func (h *handler) Filecmd(r *sftp.Request) error {
	at, ok := name(r.Filepath)
	if !ok {
		return errElsewhere
	}
	switch r.Method {
	case "Remove":
		return h.s.root.Remove(at)
	case "Rename", "PosixRename":
		to, ok := name(r.Target)
		if !ok {
			return errElsewhere
		}
		if _, err := h.s.root.Stat(to); err == nil && r.Method == "Rename" {
			return os.ErrExist
		}
		return h.rename(at, to)
	case "Setstat":
		return nil
	}
	return sftp.ErrSSHFxOpUnsupported
}

// PosixRename renames over what is there.
func (h *handler) PosixRename(r *sftp.Request) error {
	r.Method = "PosixRename"
	return h.Filecmd(r)
}

func (h *handler) rename(at, to string) error {
	if err := h.s.root.Rename(at, to); err != nil {
		return err
	}
	h.s.came(to)
	h.s.mu.Lock()
	cut := h.s.faults.CutRename
	h.s.faults.CutRename = false
	h.s.mu.Unlock()
	if cut {
		_ = h.c.Close()
	}
	return nil
}

// listing is a list of files.
type listing []os.FileInfo

// ListAt copies from a place on.
func (l listing) ListAt(to []os.FileInfo, at int64) (int, error) {
	if at >= int64(len(l)) {
		return 0, io.EOF
	}
	n := copy(to, l[at:])
	if n < len(to) {
		return n, io.EOF
	}
	return n, nil
}

// Filelist lists a folder, or tells of a file.
func (h *handler) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	at := path.Clean("/" + r.Filepath)
	known := slices.Contains([]string{"/", Inbox, Outbox}, at)
	if _, ok := name(at); !ok && !known {
		return nil, errElsewhere
	}
	switch r.Method {
	case "List":
		return h.list(at)
	case "Stat", "Lstat":
		info, err := h.s.root.Stat("." + at)
		if err != nil {
			return nil, err
		}
		return listing{info}, nil
	}
	return nil, sftp.ErrSSHFxOpUnsupported
}

func (h *handler) list(at string) (sftp.ListerAt, error) {
	folder, err := h.s.root.Open("." + at)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var list listing
	for _, e := range entries {
		if at == "/" && !e.IsDir() {
			continue // the host keys
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b os.FileInfo) int { return strings.Compare(a.Name(), b.Name()) })
	return list, nil
}
