package connect

import (
	"io"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/sshclient"
)

// Printer shows progress on a terminal: one line for the steps that take longer
// than Delay, rewritten in place and wiped at the end.
type Printer struct{}

// NewPrinter writes to w, a terminal. Steps shorter than delay (0: 300 ms) are
// not shown.
func NewPrinter(w io.Writer, delay time.Duration) *Printer { return &Printer{} }

// Event is an access.Progress.
func (p *Printer) Event(e access.Event) {}

// Prompter returns p's line wiped while next asks; it is silent meanwhile.
func (p *Printer) Prompter(next sshclient.Prompter) sshclient.Prompter { return next }

// Stop wipes the line and ends the printing. Calling it again does nothing.
func (p *Printer) Stop() {}

// Timings collects events for --timings.
type Timings struct{}

// Event is an access.Progress.
func (t *Timings) Event(e access.Event) {}

// Write prints a line per step: when it started, how long it took, what it gave.
func (t *Timings) Write(w io.Writer) error { return nil }

// Tee passes events on to each that is not nil.
func Tee(list ...access.Progress) access.Progress { return func(access.Event) {} }
