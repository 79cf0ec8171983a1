package message

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// wireText is a text on its way to another process. Arguments are said already,
// as the English format wants them, except for those that are texts themselves.
type wireText struct {
	English string     `json:"english"`
	Format  string     `json:"format,omitempty"`
	Args    []wireText `json:"args,omitempty"`
}

// MarshalJSON keeps what a translation needs, so that the receiver of the text
// can say it in its own language.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.wire()) }

func (t Text) wire() wireText {
	w := wireText{English: t.english, Format: t.format}
	verbs := verbsOf(t.format)
	for i, arg := range t.args {
		switch arg := arg.(type) {
		case Text:
			w.Args = append(w.Args, arg.wire())
		case error:
			w.Args = append(w.Args, Of(arg).wire())
		case said:
			w.Args = append(w.Args, wireText{English: string(arg)})
		default:
			w.Args = append(w.Args, wireText{English: fmt.Sprintf(verbs[i], arg)})
		}
	}
	return w
}

// UnmarshalJSON takes what MarshalJSON gave.
func (t *Text) UnmarshalJSON(b []byte) error {
	var w wireText
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	*t = w.text()
	return nil
}

func (w wireText) text() Text {
	t := Text{english: w.English, format: w.Format}
	for _, arg := range w.Args {
		if arg.Format == "" {
			t.args = append(t.args, said(arg.English))
		} else {
			t.args = append(t.args, arg.text())
		}
	}
	return t
}

// said is an argument that was formatted before: it is itself under every verb.
type said string

func (s said) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, string(s)) }

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([-+# 0]*\d*(?:\.\d+)?)([a-zA-Z%])`)

// verbsOf are the verbs of a format by the index of their argument.
func verbsOf(format string) map[int]string {
	verbs, next := map[int]string{}, 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[3] == "%" {
			continue
		}
		if m[1] != "" {
			n, _ := strconv.Atoi(m[1])
			next = n - 1
		}
		verbs[next] = "%" + m[2] + m[3]
		next++
	}
	return verbs
}
