package console

import (
	"errors"
	"io"
	"os"
	"time"
)

// afterEOF keeps a terminal that has gone from being read without a pause.
const afterEOF = 50 * time.Millisecond

// EnterPressed tells of Enter on a terminal. The end of the input is not Enter:
// there is no user then, and a signal or the expiry ends the wait.
func EnterPressed(in *os.File) <-chan struct{} {
	if !IsTerminal(in) {
		return nil
	}
	pressed := make(chan struct{})
	go func() {
		p := make([]byte, 1)
		for {
			n, err := in.Read(p)
			switch {
			case errors.Is(err, io.EOF): // Ctrl-D; after it one can go on typing
				time.Sleep(afterEOF)
			case err != nil:
				return
			case n == 1 && (p[0] == '\n' || p[0] == '\r'):
				close(pressed)
				return
			}
		}
	}()
	return pressed
}
