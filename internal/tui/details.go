package tui

import (
	"fmt"

	"github.com/napter-connect/napter-connect/internal/access"
)

// detailsPane shows all that is known about one SIM.
type detailsPane struct {
	*env
	width, height int
}

func (d *detailsPane) setSize(w, h int) { d.width, d.height = w, h }
func (d *detailsPane) visible() bool    { return d.width > 0 && d.height > 0 }

// stateWord is a SIM's state in a word.
func stateWord(e *env, s access.SIM) string { return e.text.Say(s.State().Text(s.Status)) }

// render gives the lines of the pane, filled.
func (d *detailsPane) render(s access.SIM, ok bool) []string {
	lines := make([]string, 0, d.height)
	if ok {
		lines = append(lines, d.style.Title.Render(cut(safe(s.Label()), d.width, d.style.more)))
		for _, p := range d.pairs(s) {
			lines = append(lines, d.pair(p))
		}
		if d.folds() {
			lines = d.twoColumns(lines)
		}
	}
	lines = lines[:min(len(lines), d.height)]
	for i, line := range lines {
		lines[i] = line + spaces(d.width-width(line))
	}
	for len(lines) < d.height {
		lines = append(lines, spaces(d.width))
	}
	return lines
}

type pair struct{ label, value string }

func (d *detailsPane) pairs(s access.SIM) []pair {
	t := d.text
	list := []pair{
		{t.Word("Status"), d.style.symbols[s.State()] + " " + stateWord(d.env, s)},
		{"SIM ID", s.ID}, {t.Word("IP"), s.IP}, {"IMSI", s.IMSI}, {"IMEI", s.IMEI}, {t.Word("Plan"), s.Plan}, {t.Word("Cell"), s.Cell},
	}
	switch {
	case s.Online:
		list = append(list, pair{t.Word("Last seen"), d.text.Word("now")})
	case !s.SeenAt.IsZero():
		list = append(list, pair{t.Word("Last seen"), s.SeenAt.In(d.now().Location()).Format("2006-01-02 15:04:05")})
	}
	mappings := d.mappingsOf(s)
	if len(mappings) > 0 {
		list = append(list, pair{}) // stands out, and comes before the tags
	}
	for i, m := range mappings {
		label := ""
		if i == 0 {
			label = t.Word("Mappings")
		}
		list = append(list, pair{label, fmt.Sprintf("%d %s %s", m.DevicePort, m.Addr, left(m.Expires.Sub(d.now()), d.text))})
	}
	if use, ok := d.recent[s.ID]; ok {
		login := use.Protocol
		if use.User != "" {
			login += " " + use.User
		}
		list = append(list, pair{t.Word("Last used"), fmt.Sprintf("%s :%d, %s", login, use.Port, ago(use.At, d.now(), d.text))})
	}
	label := t.Word("Tags")
	for key, value := range s.Tags.All() {
		list = append(list, pair{label, key + " = " + value})
		label = ""
	}
	kept := list[:0]
	for _, p := range list {
		if p.value != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

// folds: the pane is wide and low, and has two columns.
func (d *detailsPane) folds() bool { return d.width >= 72 }

const labelWidth = 12

func (d *detailsPane) pair(p pair) string {
	w := d.width
	if d.folds() {
		w = w/2 - 1
	}
	return d.style.Dim.Render(fit(p.label, labelWidth, d.style.more)) + " " +
		cut(safe(p.value), w-labelWidth-1, d.style.more)
}

// twoColumns folds a long list where there is more width than height.
func (d *detailsPane) twoColumns(lines []string) []string {
	if len(lines) <= d.height {
		return lines
	}
	var out []string
	half := d.height - 1
	out = append(out, lines[0])
	for i := 1; i <= half && i < len(lines); i++ {
		line := lines[i]
		if i+half < len(lines) {
			line += spaces(d.width/2-width(line)) + lines[i+half]
		}
		out = append(out, line)
	}
	return out
}
