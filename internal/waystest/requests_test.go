//go:build linux

package waystest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/napter-connect/napter-connect/internal/simulator"
)

// Two hundred requests at once, each on a connection of its own, all of them open
// before the first request is sent: more than a browser would make.
func TestTwoHundredRequestsThroughForward(t *testing.T) {
	const parallel = 200
	w := newWorld(t, simulator.Options{})
	for _, flags := range [][]string{nil, {"--tls"}} {
		t.Run(fmt.Sprint(flags), func(t *testing.T) {
			w.sim.ResetRequests()
			f := w.start(append(append([]string{"forward"}, flags...), "gateway-001", "0:80")...)
			addr, _, _ := strings.Cut(f.line(t), " -> ")
			var dialed, done sync.WaitGroup
			dialed.Add(parallel)
			for range parallel {
				done.Go(func() {
					if err := get(addr, &dialed); err != nil {
						t.Error(err)
					}
				})
			}
			done.Wait()
			if made := w.sim.Count("createPortMappingForSim"); made != 1 {
				t.Errorf("%d mappings were made", made)
			}
			_ = f.Process.Signal(os.Interrupt)
			_ = f.Wait()
			w.clean()
		})
	}
	w.stopKeeper()
}

// get asks for the device's page when all others are connected too.
func get(addr string, dialed *sync.WaitGroup) error {
	c, err := net.Dial("tcp", addr)
	dialed.Done()
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	dialed.Wait()
	r, err := http.NewRequest(http.MethodGet, "http://"+addr+"/", nil)
	if err != nil {
		return err
	}
	r.Close = true
	if err := r.Write(c); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), r)
	if err != nil {
		return err
	}
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(page), "gateway-001") {
		return fmt.Errorf("%s: %q", answer.Status, page)
	}
	return nil
}
