package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/napter-connect/napter-connect/internal/message"
)

// faultText is what the library says of a fault, in words that can be translated
// where they are among the common ones.
func faultText(fault yaml.Error) message.Text {
	said := fault.GetMessage()
	for _, known := range knownFaults(fault) {
		if known.String() == said {
			return known
		}
	}
	return message.Verbatim(said)
}

// knownFaults are what people's mistakes lead to. A text counts only when it is
// the library's, to the letter.
func knownFaults(fault yaml.Error) []message.Text {
	known := []message.Text{
		notDuration(),
		message.New("mapping value is not allowed in this context"),
		message.New("value is not allowed in this context"),
		message.New("value is not allowed in this context. map key-value is pre-defined"),
		message.New("non-map value is specified"),
		message.New("unexpected key name"),
		message.New("found character '\t' that cannot start any token"),
		message.New("found a tab character where an indentation space is expected"),
		message.New("',' or ']' must be specified"),
		message.New("',' or '}' must be specified"),
		message.New("sequence end token ']' not found"),
		message.New("could not find flow mapping end token '}'"),
		message.New("could not find end character of single-quoted text"),
		message.New("could not find end character of double-quoted text"),
	}
	if token := fault.GetToken(); token != nil {
		prefix := fmt.Sprintf("mapping key %q already defined at ", token.Value)
		if place, ok := strings.CutPrefix(fault.GetMessage(), prefix); ok {
			known = append(known, message.New("mapping key %q already defined at %s", token.Value, place))
		}
	}
	var node *yaml.UnexpectedNodeTypeError
	if errors.As(fault, &node) {
		known = append(known, message.New("%s was used where %s is expected",
			nodeText(node.Actual.YAMLName()), nodeText(node.Expected.YAMLName())))
	}
	return known
}

// nodeText is the library's name for a kind of node.
func nodeText(name string) message.Text {
	switch name {
	case "mapping":
		return message.New("mapping")
	case "sequence":
		return message.New("sequence")
	case "string":
		return message.New("string")
	case "boolean":
		return message.New("boolean")
	case "int":
		return message.New("int")
	}
	return message.Verbatim(name)
}
