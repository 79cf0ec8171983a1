package keeper

import (
	"bufio"
	"encoding/json"
	"net"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

// wire sends and receives messages on a connection: one JSON object a line.
// Sending is safe for concurrent use; receiving is not.
type wire struct {
	conn net.Conn
	scan *bufio.Scanner
	send sync.Mutex
}

// sendLimit bounds a message to a peer that does not read.
const sendLimit = 10 * time.Second

func newWire(conn net.Conn) *wire {
	w := &wire{conn: conn, scan: bufio.NewScanner(conn)}
	w.scan.Buffer(make([]byte, 0, 4096), maxMessage)
	return w
}

// errClosed says that the peer has gone.
var errClosed = message.Errorf("the connection was closed")

func (w *wire) write(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return message.Errorf("encoding a message: %w", err)
	}
	if len(b) >= maxMessage {
		return message.Errorf("a message of %d bytes is too large", len(b))
	}
	w.send.Lock()
	defer w.send.Unlock()
	_ = w.conn.SetWriteDeadline(time.Now().Add(sendLimit))
	_, err = w.conn.Write(append(b, '\n'))
	return err
}

// read receives the next message into v, which must be zero.
func (w *wire) read(v any) error {
	if !w.scan.Scan() {
		if err := w.scan.Err(); err != nil {
			return message.Errorf("receiving: %w", err)
		}
		return errClosed
	}
	if err := json.Unmarshal(w.scan.Bytes(), v); err != nil {
		return message.Errorf("decoding a message: %w", err)
	}
	return nil
}

func (w *wire) close() { _ = w.conn.Close() }
