//go:build linux

package waystest_test

import (
	"os"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// The program that uses the proxy dies, but its end of the input lives on in some
// process that inherited it: nobody reads the output, and that is enough.
func TestProxyWhoseUserDies(t *testing.T) {
	for _, opening := range []bool{true, false} {
		name := map[bool]string{true: "while it opens", false: "while it is up"}[opening]
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, simulator.Options{})
			if opening {
				defer w.sim.Inject(simulator.Fault{Operation: "createPortMappingForSim", Delay: 300 * time.Millisecond})()
			}
			input, inherited, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = inherited.Close() }()
			output, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd := w.command("napter-connect", "proxy", "gateway-001")
			cmd.Stdin, cmd.Stdout = input, out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_, _ = input.Close(), out.Close()
			if opening {
				w.until("the create", func() error { return more(w.sim.Count("createPortMappingForSim"), 0) })
			} else if _, err := output.Read(make([]byte, 1)); err != nil { // of SSH's banner
				t.Fatal(err)
			}
			_ = output.Close()
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			select {
			case <-ended:
			case <-time.After(cleanLimit):
				_ = cmd.Process.Kill()
				t.Error("it lives on")
			}
			w.clean()
			w.stopKeeper()
		})
	}
}
