package sshclient

import (
	"bytes"
	"io"
	"net"
	"testing"
)

// pieces is a connection on which bytes come in pieces of one size.
type pieces struct {
	net.Conn
	rest []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	n := copy(b, p.rest[:min(p.size, len(p.rest))])
	p.rest = p.rest[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// FuzzIntro: however a peer's first bytes come, what is before the banner and after
// it is what came there, no more than headLimit of it is kept, and none is withheld
// from the library unless nothing can come of it.
func FuzzIntro(f *testing.F) {
	f.Add([]byte("SSH-2.0-OpenSSH_9.2\r\n\x00\x00\x01"), 1)
	f.Add([]byte("hello\nSSH-2.0-x\nSSH-2.0-y\n"), 3)
	f.Add([]byte("220 ftp\r\n"), 4)
	f.Add([]byte("SSH-1.5-old\n"), 100)
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n"), 2)
	f.Add(bytes.Repeat([]byte("x\n"), headLimit), 1000)
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		w := newWire(&pieces{rest: in, size: max(size, 1)})
		got, err := io.ReadAll(w)
		before, after, banner := w.intro()
		parseKexInit(after)
		switch {
		case err == nil && !bytes.Equal(got, in):
			t.Fatalf("%q came as %q", in, got)
		case err != nil && hopeless(in) == nil:
			t.Fatalf("%q is given up: %v", in, err)
		case len(before)+len(after) > headLimit:
			t.Fatalf("%d bytes are kept", len(before)+len(after))
		case !bytes.HasPrefix(in, before):
			t.Fatalf("%q begins %q?", in, before)
		case !banner && len(after) > 0:
			t.Fatalf("%q has %q after no banner", in, after)
		}
		if !banner {
			return
		}
		line, tail, _ := bytes.Cut(in[len(before):], []byte("\n"))
		if !bytes.HasPrefix(line, []byte("SSH-")) || !bytes.HasPrefix(tail, after) || len(before) > 0 && before[len(before)-1] != '\n' {
			t.Fatalf("%q is taken apart as %q and %q", in, before, after)
		}
	})
}
