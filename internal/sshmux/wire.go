package sshmux

import (
	"bufio"
	"encoding/json"
	"net"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// fromCommand is a message of a command, one JSON object a line. Config comes first,
// answers follow, Go is the last: then the command is an SSH client.
type fromCommand struct {
	Config *sshclient.Config `json:"config,omitempty"`
	// Agent: sessions may forward the command's agent.
	Agent  bool          `json:"agent,omitempty"`
	Fresh  bool          `json:"fresh,omitempty"`
	Linger time.Duration `json:"linger,omitempty"`
	// Expires is when the mapping ends.
	Expires time.Time `json:"expires,omitzero"`
	Verbose bool      `json:"verbose,omitempty"`
	// Prompt: somebody can be asked.
	Prompt bool `json:"prompt,omitempty"`
	// Quiet: what the device says before the login is not wanted.
	Quiet bool `json:"quiet,omitempty"`

	Answer *answer `json:"answer,omitempty"`
	Go     bool    `json:"go,omitempty"`
}

// answer is what the person answered, or why there is no answer.
type answer struct {
	Text string     `json:"text,omitempty"`
	Err  *wireError `json:"error,omitempty"`
}

// toCommand is a message to a command. Welcome comes first and at once, Err or Ready is
// the last.
type toCommand struct {
	Welcome bool         `json:"welcome,omitempty"`
	Ask     *question    `json:"ask,omitempty"`
	Show    message.Text `json:"show,omitzero"`
	Step    *step        `json:"step,omitempty"`
	KeyUsed string       `json:"keyUsed,omitempty"`
	Debug   string       `json:"debug,omitempty"`
	Err     *wireError   `json:"error,omitempty"`
	Ready   *ready       `json:"ready,omitempty"`
}

type question struct {
	Prompt message.Text `json:"prompt"`
	Secret bool         `json:"secret,omitempty"`
}

type step struct {
	Name string     `json:"name"`
	Done bool       `json:"done,omitempty"`
	Err  *wireError `json:"error,omitempty"`
}

// ready says that the process is an SSH server from here on. Shared: the connection
// was there already.
type ready struct {
	Shared bool `json:"shared,omitempty"`
}

const (
	// maxMessage bounds a line, in bytes, and is the buffer of what follows.
	maxMessage = 64 << 10
	// sendLimit bounds a message to a peer that does not read.
	sendLimit = 10 * time.Second
)

// wire is a local connection: messages first, SSH afterwards.
type wire struct {
	net.Conn
	r    *bufio.Reader
	send sync.Mutex
}

func newWire(conn net.Conn) *wire {
	return &wire{Conn: conn, r: bufio.NewReaderSize(conn, maxMessage)}
}

// Read is for SSH, which begins where the messages end.
func (w *wire) Read(p []byte) (int, error) { return w.r.Read(p) }

func (w *wire) put(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return message.Errorf("encoding a message: %w", err)
	}
	w.send.Lock()
	defer w.send.Unlock()
	_ = w.SetWriteDeadline(time.Now().Add(sendLimit))
	defer func() { _ = w.SetWriteDeadline(time.Time{}) }()
	b = append(b, '\n')
	defer clear(b) // it may be a password
	_, err = w.Write(b)
	return err
}

// get receives the next message into v, which must be zero.
func (w *wire) get(v any) error {
	line, err := w.r.ReadSlice('\n')
	if err != nil {
		return err
	}
	defer clear(line) // it may be a password
	if err := json.Unmarshal(line, v); err != nil {
		return message.Errorf("understanding a message: %w", err)
	}
	return nil
}
