package connect

import (
	"fmt"
	"io"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
)

// ShowOptions say how a job's steps are shown.
type ShowOptions struct {
	To    io.Writer
	Texts *i18n.Texts
	// Line draws one line that changes, on a terminal; ReadOut prints each step on a
	// line of its own, for users who can't see a line change.
	Line, ReadOut bool
	// Timings tells at the end how long each step took.
	Timings bool
}

// Show shows steps while they happen, until stop. p is nil without Line.
func Show(o ShowOptions) (events access.Progress, p *Printer, stop func()) {
	var list []access.Progress
	switch {
	case o.ReadOut:
		list = append(list, func(e access.Event) {
			if !e.Done {
				_, _ = fmt.Fprintln(o.To, Words(e.Step, o.Texts)+"…")
			}
		})
	case o.Line:
		p = NewPrinter(o.To, 0, o.Texts)
		list = append(list, p.Event)
	}
	timings := &Timings{}
	if o.Timings {
		list = append(list, timings.Event)
	}
	return Tee(list...), p, func() {
		if p != nil {
			p.Stop()
		}
		if o.Timings {
			_ = timings.Write(o.To, o.Texts.Say)
		}
	}
}
