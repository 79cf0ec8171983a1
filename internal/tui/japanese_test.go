package tui

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/i18n"
	"github.com/napter-connect/napter-connect/internal/launch"
)

// foreign are words that Japanese writes as they are: names of ours, of keys and
// of standards, and what the scenes' SIMs are named.
var foreign = strings.Fields(`
	napter connect ssh http SSH HTTP HTTPS VNC RDP TCP SIM IMSI IMEI TLS VPN URL config yaml Soracom Arc arc source
	enter esc tab shift ctrl space pgup pgdn home end Enter Esc BROWSER
	gateway tokyo elevator shibuya evil pwned safe egnp exe truck pump very long name that goes and beyond any col column old sleeper
	default LTE TAC ECI plan role site zzz launch SilentError errors errorString process`)

var word = regexp.MustCompile(`[A-Za-z]{3,}`)

// No screen has English on it in Japanese.
func TestScreensAreJapanese(t *testing.T) {
	silent := &launch.SilentError{Name: "gateway-001", Port: 80, Err: launch.ErrSilent}
	play := map[string]func(d *driver){
		"error details": func(d *driver) {
			d.press("c")
			d.job().step(access.StepLogin, true, "OP0012345678", "")
			d.job().events = append(d.job().events, Ended{Err: silent})
			d.settle()
			d.press("e")
		},
		"failed deletion": func(d *driver) {
			d.fake.deleteErr = silent
			d.press("2", "down", "down", "d")
		},
		"list error":         func(d *driver) { d.fake.mappingsErr = silent; d.press("r", "e") },
		"login failed":       func(d *driver) { d.fake.accountErr = silent; d.press("r") },
		"no address":         func(d *driver) { d.fake.addressErr = silent; d.press("r", "enter") },
		"no help for nobody": func(d *driver) { d.press("/").types("zzz").press("enter", "?") },
		"nothing selected":   func(d *driver) { d.press("/").types("zzz").press("enter", "c") },
		"offline":            func(d *driver) { d.press("G", "up", "up", "up", "c") },
		"suspended":          func(d *driver) { d.press("G", "c") },
		"a failing forward": func(d *driver) {
			d.press("o", "enter")
			beside(d)
			d.job().stats.Failure = silent
			d.press("3")
		},
		"stopping": func(d *driver) {
			d.press("o", "enter")
			beside(d)
			d.job().stats.Connections = 1
			d.press("3", "x")
		},
		"quitting":   func(d *driver) { d.press("o", "enter"); beside(d); d.press("q") },
		"cancelling": func(d *driver) { d.press("c", "esc") },
		"too small":  func(d *driver) { d.send(sizeOf(30, 8)) },
		"sorted":     func(d *driver) { d.press("s", "a") },
	}
	for _, scene := range scenes {
		if !slices.Contains([]string{"error", "question", "list error"}, scene.name) { // they have texts of their own
			play[scene.name] = scene.play
		}
	}
	for name, scene := range play {
		for _, size := range [][2]int{{160, 50}, {80, 24}} {
			d := start(t, size[0], size[1], func(o *Options, _ *fakeBackend) { o.Lang = i18n.Japanese })
			scene(d)
			for _, line := range d.lines() {
				for _, w := range word.FindAllString(line, -1) {
					if !slices.ContainsFunc(foreign, func(f string) bool { return strings.HasPrefix(f, w) }) { // a box may cut it
						t.Errorf("%s: %q in %q", name, w, strings.TrimSpace(line))
					}
				}
			}
		}
	}
}
