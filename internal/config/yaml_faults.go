package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/napter-connect/napter-connect/internal/message"
)

// faultText is what the library says of a fault. Its texts with arguments count
// only when they are the library's, to the letter.
func faultText(fault yaml.Error) message.Text {
	said := fault.GetMessage()
	if token := fault.GetToken(); token != nil {
		prefix := fmt.Sprintf("mapping key %q already defined at ", token.Value)
		if place, ok := strings.CutPrefix(said, prefix); ok {
			return message.New("mapping key %q already defined at %s", token.Value, place)
		}
	}
	var node *yaml.UnexpectedNodeTypeError
	if errors.As(fault, &node) {
		known := message.New("%s was used where %s is expected",
			message.Said(node.Actual.YAMLName()), message.Said(node.Expected.YAMLName()))
		if known.String() == said {
			return known
		}
	}
	return message.Said(said)
}
