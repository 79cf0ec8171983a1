//go:build unix && !race

// Bubble Tea v2.0.10 closes its input while its reader may still ask for the
// descriptor: the race detector sees that, in a library, in programs that are
// about to end. So these tests run without it (.ci/run does so too).

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/termtest"
	"github.com/napter-connect/napter-connect/internal/tools/shot"
)

var updatePictures = flag.Bool("update-pictures", false, "write docs/img")

// pictureTime is the clock of the pictures.
var pictureTime = time.Date(2026, 10, 1, 9, 30, 0, 0, time.UTC)

// picture is one screen of the README.
type picture struct {
	name, title string
	lang        string
	steps       []step
}

// step waits until the screen has something, and then types.
type step struct{ expect, keys string }

// pictures are what a person comes across first.
func pictures() []picture {
	list := step{"services agree", ""}
	return []picture{
		{"connect", "The connect form with the address that will be let in", "en", []step{
			list, {"gateway-001", "/gateway\r"}, {" of 40", "\r"}, {"203.0.113.10/32", ""}}},
		{"mappings", "The Mappings screen: whose each mapping is, and how long it lives", "en", []step{
			list, {"gateway-001", "2"}, {"someone else", ""}}},
		{"sims-ja", "SIM の一覧 (日本語表示)", "ja", []step{{"サービスで一致", ""}, {"gateway-001", "/工場\r"}, {" / 40", ""}}},
	}
}

// TestPictures: the README shows the UI as it is. -update-pictures draws anew.
func TestPictures(t *testing.T) {
	for _, p := range pictures() {
		for name, theme := range map[string]shot.Theme{"dark": shot.Dark(), "light": shot.Light()} {
			file := filepath.Join("..", "..", "docs", "img", p.name+"-"+name+".svg")
			t.Run(p.name+"-"+name, func(t *testing.T) {
				want, err := os.ReadFile(file)
				got := p.draw(t, theme)
				switch {
				case *updatePictures:
					if err := os.WriteFile(file, got, 0o644); err != nil {
						t.Fatal(err)
					}
				case err != nil:
					t.Fatal(err)
				case !bytes.Equal(got, want):
					t.Errorf("%s is out of date: go test ./cmd/napter-connect -run TestPictures -update-pictures", file)
				}
			})
		}
	}
}

func (p picture) draw(t *testing.T, theme shot.Theme) []byte {
	sim, err := simulator.Start(t.Context(), simulator.Options{SIMs: 40, Now: func() time.Time { return pictureTime }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sim.Close() }()
	vars, err := worldVariables(sim, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	vars["TERM"], vars["COLORTERM"], vars["NO_COLOR"] = "xterm-256color", "", ""
	openMappings(t, sim, vars)
	e, tty := termtest.Open(t, termtest.Options{Columns: 104, Rows: 26, Background: theme.Background})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sys := osSystem().with(vars)
	sys.in, sys.out, sys.err, sys.now = tty, tty, tty, func() time.Time { return pictureTime }
	done := make(chan int)
	go func() { done <- runContext(ctx, []string{"--lang", p.lang}, sys, nil) }()
	for _, s := range p.steps {
		e.Expect(s.expect)
		e.Type(s.keys)
	}
	e.Settle(200 * time.Millisecond)
	var svg []byte
	e.With(func(screen *vt.Emulator) { svg = shot.SVG(screen, theme, p.title, documentation()) })
	cancel()
	<-done
	return svg
}

// openMappings opens what the Mappings screen shows: one of each kind.
func openMappings(t *testing.T, sim *simulator.Simulator, vars map[string]string) {
	t.Helper()
	for i, spec := range []simulator.MappingSpec{
		{SimID: gateway, DevicePort: 22, Duration: 8 * time.Hour},
		{SimID: gateway, DevicePort: 443, Duration: 4 * time.Minute, TLS: true},
	} {
		if _, err := sim.AddMapping(spec); err != nil {
			t.Fatalf("mapping %d: %v", i, err)
		}
	}
	sys := osSystem().with(vars)
	var out, errs bytes.Buffer
	sys.out, sys.err, sys.now = &out, &errs, func() time.Time { return pictureTime }
	if status := run([]string{"mappings", "create", "Gateway-Osaka", "80", "--duration", "2h"}, sys); status != 0 {
		t.Fatal(errs.String())
	}
}

// documentation writes the endpoints of a simulator as those of a documentation
// (RFC 5737): they are new in each run, and as long.
func documentation() func(string) string {
	endpoint := regexp.MustCompile(`127\.0\.0\.1:\d{5}\b`)
	seen := map[string]string{}
	return func(text string) string {
		return endpoint.ReplaceAllStringFunc(text, func(found string) string {
			if seen[found] == "" {
				seen[found] = fmt.Sprintf("192.0.2.1:%d", 30022+len(seen)*111)
			}
			return seen[found] + strings.Repeat(" ", len(found)-len(seen[found]))
		})
	}
}
