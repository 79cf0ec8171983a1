package tui

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/message"
)

var update = flag.Bool("update", false, "write the golden views")

// scenes are what the UI looks like in all its states.
var scenes = []struct {
	name string
	play func(d *driver)
}{
	{"SIMs", func(*driver) {}},
	{"filter", func(d *driver) { d.press("/").types("tokyo 日本").press("backspace", "backspace") }},
	{"nothing fits", func(d *driver) { d.press("/").types("zzz") }},
	{"form", func(d *driver) { d.press("enter") }},
	{"form with a mistake", func(d *driver) { d.press("enter", "right", "tab").types("x") }},
	{"progress", func(d *driver) {
		d.press("c")
		d.job().step(access.StepLogin, true, "OP0012345678", "")
		d.job().step(access.StepAddress, true, "203.0.113.10", "")
		d.job().step(access.StepMapping, false, "", "")
		d.settle()
		d.advance(2 * time.Second)
	}},
	{"error", func(d *driver) {
		d.press("c")
		d.job().step(access.StepSIM, true, "", "offline")
		d.job().events = append(d.job().events, Ended{Err: message.WithHint(errors.New("the SIM gateway-001 is offline since yesterday"), "wait until the device is back")})
		d.settle()
	}},
	{"question", func(d *driver) {
		d.press("c")
		d.job().events = append(d.job().events, Question{Text: "The host key is SHA256:abc.", Prompt: "Trust it (yes/no)? "})
		d.settle()
	}},
	{"mappings", func(d *driver) { d.press("2", "down") }},
	{"delete", func(d *driver) { d.press("2", "down", "d") }},
	{"sessions", func(d *driver) { d.press("o", "enter"); beside(d); d.press("3") }},
	{"no sessions", func(d *driver) { d.press("3") }},
	{"copy", func(d *driver) { d.press("y") }},
	{"help", func(d *driver) { d.press("?") }},
	{"list error", func(d *driver) {
		d.fake.mappingsErr = message.WithHint(errors.New("the API is away (503)"), "try again in a moment")
		d.press("r")
	}},
}

func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{40, 12}, {80, 24}, {120, 40}} {
		for _, lang := range i18n.Languages() {
			name := fmt.Sprintf("%dx%d-%s", size[0], size[1], lang)
			t.Run(name, func(t *testing.T) {
				var b strings.Builder
				for _, scene := range scenes {
					d := start(t, size[0], size[1], func(o *Options, f *fakeBackend) {
						o.Lang = lang
						f.recent["8981100000000000000"] = config.Use{Protocol: "ssh", User: "pi", Port: 22, At: f.now().Add(-3 * time.Hour)}
					})
					scene.play(d)
					lines := d.lines()
					checkFrame(t, scene.name, lines, size[0], size[1])
					fmt.Fprintf(&b, "== %s ==\n", scene.name)
					for _, line := range lines {
						b.WriteString(strings.TrimRight(line, " ") + "\n")
					}
				}
				golden(t, filepath.Join("testdata", name+".txt"), b.String())
			})
		}
	}
}

// checkFrame: a frame has exactly the terminal's lines, none wider than it.
func checkFrame(t *testing.T, name string, lines []string, w, h int) {
	t.Helper()
	if len(lines) != h {
		t.Errorf("%s: %d lines in %d", name, len(lines), h)
	}
	for _, line := range lines {
		if width(line) > w {
			t.Errorf("%s: %d columns in %d: %q", name, width(line), w, line)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("the view has changed (-update accepts it):\n%s", diff)
	}
}

// Every size from the smallest on is drawn whole, in all scenes.
func TestEverySizeIsDrawn(t *testing.T) {
	for _, scene := range scenes {
		d := start(t, 80, 24)
		scene.play(d)
		for w := 40; w <= 200; w += 7 {
			for h := 10; h <= 60; h += 5 {
				d.send(sizeOf(w, h))
				checkFrame(t, fmt.Sprintf("%s at %dx%d", scene.name, w, h), d.lines(), w, h)
			}
		}
	}
}
