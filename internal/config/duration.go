package config

import (
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/napter-connect/napter-connect/internal/message"
)

// MaxDuration is the longest life of a mapping (the API's limit).
const MaxDuration = 8 * time.Hour

// Duration is a Go duration as text, such as 90m.
type Duration time.Duration

// String is the duration as Go writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalYAML writes the duration as text.
func (d Duration) MarshalYAML() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalYAML reads a Go duration; it takes the node, so that an error knows
// its line.
func (d *Duration) UnmarshalYAML(node ast.Node) error {
	v, err := time.ParseDuration(node.String())
	if err != nil {
		return &yaml.SyntaxError{
			Message: notDuration().String(),
			Token:   node.GetToken(),
		}
	}
	*d = Duration(v)
	return nil
}

func notDuration() message.Text { return message.New("not a duration; write it as 90m or 1h30m") }
