package cli

import (
	"fmt"
	"io"
	"time"
)

// waitingDelay is how long a wait lasts before it is shown: quick ones would only
// flicker.
const waitingDelay = 300 * time.Millisecond

// Waiting shows on a terminal what takes so long. The returned function ends it.
func Waiting(w io.Writer, what string) (done func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-stop:
		case <-time.After(waitingDelay):
			_, _ = fmt.Fprintf(w, "%s …", what)
			<-stop
			_, _ = fmt.Fprint(w, "\r\x1b[K")
		}
	}()
	return func() { close(stop); <-stopped }
}
