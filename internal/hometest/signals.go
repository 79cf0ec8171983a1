package hometest

import (
	"os"
	"os/signal"
)

// Hear has the test's children hear signals that whoever started the test has it
// ignore, as a shell does with Ctrl-C for what runs in the background, and nohup
// with SIGHUP: what is ignored, children inherit; what is caught, they get as usual.
func Hear(signals ...os.Signal) {
	for _, sig := range signals {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
}
