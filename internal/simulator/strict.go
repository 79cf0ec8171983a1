package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object reads a JSON object by the letter: exact names, exact types, nothing
// beside what is known. (encoding/json into a struct ignores the case of names
// and accepts null for anything.) The first offence is kept.
type object struct {
	path   string
	fields map[string]json.RawMessage
	used   map[string]bool
	err    *apiError
	parent *object
}

// parseObject parses body as one JSON object.
func parseObject(body []byte) *object {
	o := &object{used: map[string]bool{}}
	dec := json.NewDecoder(bytes.NewReader(body))
	switch {
	case !utf8.Valid(body):
		o.fail("the body is not UTF-8")
	case dec.Decode(&o.fields) != nil || o.fields == nil:
		o.fail("the body is not a JSON object")
	default:
		if _, err := dec.Token(); err != io.EOF {
			o.fail("the body holds more than one JSON object")
		}
	}
	return o
}

func (o *object) fail(format string, args ...any) {
	root := o
	for root.parent != nil {
		root = root.parent
	}
	if root.err == nil {
		root.err = badRequest(fmt.Sprintf(format, args...))
	}
}

func (o *object) has(name string) bool { _, ok := o.fields[name]; return ok }

func (o *object) take(name string) (json.RawMessage, bool) {
	o.used[name] = true
	raw, ok := o.fields[name]
	return raw, ok
}

// text is the string called name, "" when absent.
func (o *object) text(name string) string {
	raw, ok := o.take(name)
	if !ok {
		return ""
	}
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil {
		o.fail("%s%s must be a string", o.path, name)
		return ""
	}
	return *s
}

// flag is the boolean called name, false when absent.
func (o *object) flag(name string) bool {
	raw, ok := o.take(name)
	if !ok {
		return false
	}
	var b *bool
	if json.Unmarshal(raw, &b) != nil || b == nil {
		o.fail("%s%s must be a boolean", o.path, name)
		return false
	}
	return *b
}

// whole is the number called name, def when absent. A float with a whole value
// (22.0) is accepted, since the definition says number.
func (o *object) whole(name string, def, low, high int) int {
	raw, ok := o.take(name)
	if !ok {
		return def
	}
	var f *float64
	if json.Unmarshal(raw, &f) != nil || f == nil {
		o.fail("%s%s must be a number", o.path, name)
		return def
	}
	if *f != math.Trunc(*f) || *f < float64(low) || *f > float64(high) {
		o.fail("%s%s must be a whole number from %d to %d", o.path, name, low, high)
		return def
	}
	return int(*f)
}

// texts is the array of strings called name, nil when absent.
func (o *object) texts(name string) []string {
	raw, ok := o.take(name)
	if !ok {
		return nil
	}
	var list []*string
	if json.Unmarshal(raw, &list) != nil || list == nil || slices.Contains(list, nil) {
		o.fail("%s%s must be an array of strings", o.path, name)
		return nil
	}
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = *s
	}
	return out
}

// object is the object called name; empty when absent.
func (o *object) object(name string) *object {
	child := &object{path: o.path + name + ".", used: map[string]bool{}, parent: o}
	raw, ok := o.take(name)
	if ok && (json.Unmarshal(raw, &child.fields) != nil || child.fields == nil) {
		o.fail("%s%s must be an object", o.path, name)
	}
	return child
}

// require fails when the field is absent.
func (o *object) require(name string) {
	if !o.has(name) {
		o.fail("%s%s is required", o.path, name)
	}
}

// done fails on fields that nobody asked for.
func (o *object) done() {
	for name := range o.fields {
		if !o.used[name] {
			o.fail("unknown field %s%s", o.path, name)
		}
	}
}

// query reads query parameters by the letter.
type query struct {
	values url.Values
	used   map[string]bool
	err    *apiError
}

func parseQuery(raw string) *query {
	q := &query{used: map[string]bool{}}
	values, err := url.ParseQuery(raw)
	if err != nil {
		q.fail("the query is malformed")
	}
	q.values = values
	return q
}

func (q *query) fail(format string, args ...any) {
	if q.err == nil {
		q.err = badRequest(fmt.Sprintf(format, args...))
	}
}

// text is a parameter given once, "" when absent.
func (q *query) text(name string) string {
	q.used[name] = true
	list := q.values[name]
	if len(list) > 1 {
		q.fail("%s is given more than once", name)
	}
	if len(list) == 0 {
		return ""
	}
	if list[0] == "" {
		q.fail("%s is empty", name)
	}
	return list[0]
}

// whole is an integer parameter, def when absent.
func (q *query) whole(name string, def, low, high int64) int64 {
	s := q.text(name)
	if s == "" {
		return def
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		q.fail("%s must be an integer", name)
		return def
	}
	if n < low || n > high {
		q.fail("%s must be from %d to %d", name, low, high)
		return def
	}
	return n
}

// choice is a parameter that is one of the given words, the first by default.
func (q *query) choice(name string, words ...string) string {
	s := q.text(name)
	if s == "" {
		return words[0]
	}
	if !slices.Contains(words, s) {
		q.fail("%s must be one of %s", name, strings.Join(words, ", "))
	}
	return s
}

// search is a parameter of searchSims: repeated, or separated by commas, each
// value of two characters or more.
func (q *query) search(name string) []string {
	q.used[name] = true
	var out []string
	for _, list := range q.values[name] {
		for _, v := range strings.Split(list, ",") {
			if utf8.RuneCountInString(v) < 2 {
				q.fail("each value of %s must have at least 2 characters", name)
			}
			out = append(out, v)
		}
	}
	return out
}

// done fails on parameters that nobody asked for.
func (q *query) done() *apiError {
	for name := range q.values {
		if !q.used[name] {
			q.fail("unknown query parameter %s", name)
		}
	}
	return q.err
}
