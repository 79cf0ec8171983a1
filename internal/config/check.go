package config

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// checker collects the first fault, with the place of the value.
type checker struct {
	doc *ast.File
	err *Error
}

// check holds values against their limits.
func check(f File, doc *ast.File) error {
	c := &checker{doc: doc}
	c.oneOf("$.coverageType", f.CoverageType, "jp", "g")
	c.oneOf("$.service", f.Service, "air", "arc")
	c.oneOf("$.predict", f.Predict, PredictModes()...)
	c.duration("$.duration", f.Duration, time.Second, MaxDuration)
	c.duration("$.linger", f.Linger, 0, MaxDuration)
	c.duration("$.keeperIdle", f.KeeperIdle, time.Second, 7*24*time.Hour)
	c.sources(f.Source)
	for i, r := range f.SIMs {
		c.rule(fmt.Sprintf("$.sims[%d]", i), r)
	}
	if c.err == nil {
		return nil
	}
	return c.err
}

func (c *checker) rule(path string, r Rule) {
	c.oneOf(path+".service", r.Service, "air", "arc")
	if node := c.node(path + ".port"); node != nil && !hostport.ValidPort(r.Port) {
		c.fail(path+".port", message.New("port %d is out of range", r.Port), message.New("use a port from 1 to 65535"))
	}
	if strings.HasPrefix(r.User, "-") || strings.ContainsFunc(r.User, notPrintable) {
		c.fail(path+".user", message.New("%q can't be a user's name", r.User), message.Text{})
	}
	if strings.HasPrefix(r.Tag, "=") {
		c.fail(path+".tag", message.New("tag %q has no key", r.Tag), message.New("write key=value or key"))
	}
}

func notPrintable(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

func (c *checker) sources(list []string) {
	for i, text := range list {
		path := fmt.Sprintf("$.source[%d]", i)
		if text == "auto" {
			if len(list) > 1 {
				c.fail(path, message.New("auto cannot be combined with other ranges"), message.New("give auto alone, or ranges alone"))
			}
			continue
		}
		if _, err := ParseSource(text); err != nil {
			c.fail(path, message.Of(err), message.Hint(err))
		}
	}
}

func (c *checker) oneOf(path, value string, allowed ...string) {
	if value == "" {
		return
	}
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	list := message.EitherOf(allowed)
	c.fail(path, message.New("%s must be %s, not %q", lastKey(path), list, value), message.New("write %s", list))
}

// duration also refuses an explicit 0 where min is more: an absent
// key means the default.
func (c *checker) duration(path string, value Duration, minimum, maximum time.Duration) {
	v := time.Duration(value)
	if c.node(path) == nil || (minimum <= v && v <= maximum) {
		return
	}
	c.fail(path, message.New("%s %s is out of range", lastKey(path), v),
		message.New("use %s to %s", minimum, maximum))
}

func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func (c *checker) fail(path string, what, next message.Text) {
	if c.err != nil {
		return
	}
	c.err = &Error{Message: what, hint: next}
	if node := c.node(path); node != nil {
		position := node.GetToken().Position
		c.err.Line, c.err.Column = position.Line, position.Column
	}
}

// node is the value at a YAML path, or nil.
func (c *checker) node(path string) ast.Node {
	p, err := yaml.PathString(path)
	if err != nil {
		return nil
	}
	node, err := p.FilterFile(c.doc)
	if err != nil {
		return nil
	}
	return node
}
