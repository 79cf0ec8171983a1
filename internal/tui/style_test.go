package tui

import (
	"errors"
	"image/color"
	"regexp"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
)

var colours = regexp.MustCompile(`\x1b\[[0-9;]*?(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;|48;)[0-9;]*m`)

func TestLightAndDark(t *testing.T) {
	d := start(t, 120, 40)
	dark := d.m.View().Content
	d.send(tea.BackgroundColorMsg{Color: color.White})
	light := d.m.View().Content
	if dark == light || !colours.MatchString(dark) || !colours.MatchString(light) {
		t.Error("the colours do not follow the background")
	}
}

// Without colours the selection and the states still show.
func TestNoColour(t *testing.T) {
	d := start(t, 120, 40, func(o *Options, _ *fakeBackend) { o.NoColor = true })
	for _, keys := range []string{"1", "2", "3", "?"} {
		d.press(keys)
		if c := colours.FindString(d.m.View().Content); c != "" {
			t.Errorf("after %s there is the colour %q", keys, c)
		}
	}
	d.press("esc", "1").expectSelected("gateway-001").expectRow(9, "offline")
}

func TestASCII(t *testing.T) {
	d := start(t, 120, 40, func(o *Options, _ *fakeBackend) { o.ASCII = true })
	d.press("enter").expectRow(0, "* online").expect("+- Connect to")
	for _, line := range d.lines() {
		if strings.ContainsAny(line, "●○│─╭╯▸✓") {
			t.Errorf("%q has more than ASCII", line)
		}
	}
}

// Text from outside cannot reach the terminal raw, wherever it stands.
func TestEverythingIsEscaped(t *testing.T) {
	const evil = "x\x1b]0;pwned\x07\u202ey\nz"
	d := start(t, 200, 50, func(_ *Options, f *fakeBackend) {
		f.stream = &fakeStream{}
		f.stream.send(Page{SIMs: []access.SIM{{
			ID: evil, Name: evil, IMSI: evil, IMEI: evil, IP: evil, Plan: evil, Cell: evil, Status: evil, Online: true, Tags: access.NewTags(map[string]string{evil: evil}),
		}}})
		for i := range f.mappings {
			m := &f.mappings[i]
			m.SIM, m.IMSI, m.By, m.Sources, m.Hostname = evil, evil, message.Verbatim(evil), []string{evil}, evil
		}
		f.account = Account{Profile: evil, Coverage: evil, Operator: evil}
	})
	look := func(where string) {
		t.Helper()
		if s := d.m.View().Content; strings.ContainsAny(s, "\x07\u202e") || strings.Contains(s, "\x1b]") || len(d.lines()) != 50 {
			t.Errorf("%s: raw text on the screen:\n%q", where, s)
		}
	}
	look("SIMs")
	d.press("y")
	look("copy")
	d.press("esc", "enter")
	look("form")
	d.press("esc", "c")
	d.job().events = append(d.job().events, Question{Text: evil, Prompt: evil, Answer: func(string, bool) {}})
	d.settle()
	look("question")
	d.press("esc")
	d.job().step("sim", true, evil, evil)
	d.job().events = append(d.job().events, Ended{Err: errors.New(evil), Notes: []string{evil}, Mapping: evil})
	d.settle()
	look("error")
	d.press("e")
	look("details")
	d.press("esc", "esc", "2")
	look("mappings")
	d.press("d")
	look("delete")
}

// A Japanese line does not begin with what ends a phrase, unless there is no room
// for more.
func TestWrapJapanese(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want []string
	}{
		{"接続は切れます。", 14, []string{"接続は切れま", "す。"}},
		{"接続は切れます。", 16, []string{"接続は切れます。"}},
		{"abcdefg。", 7, []string{"abcdefg", "。"}},
		{"あ、い、", 2, []string{"あ", "、", "い", "、"}},
		{"あ\n。", 4, []string{"あ", "。"}},
	} {
		if got := wrap(c.text, c.w); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: %q, want %q", c.text, c.w, got, c.want)
		}
	}
}
