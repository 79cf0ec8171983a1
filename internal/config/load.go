package config

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/napter-connect/napter-connect/internal/message"
)

// maxFileSize bounds what is read; a real file has a few hundred bytes.
const maxFileSize = 1 << 20

// Error is a fault in config.yaml.
type Error struct {
	Path         string
	Line, Column int // from 1; 0 when unknown
	Message      message.Text
	hint         message.Text
}

// Text is a sentence such as "config.yaml:3:5: unknown key "prot"".
func (e *Error) Text() message.Text {
	if e.Line == 0 {
		return message.New("%s: %s", e.Path, e.Message)
	}
	return message.New("%s:%d:%d: %s", e.Path, e.Line, e.Column, e.Message)
}

func (e *Error) Error() string { return e.Text().String() }

// Hint is the next step.
func (e *Error) Hint() message.Text {
	if e.hint.IsZero() {
		return message.New("correct the file")
	}
	return e.hint
}

// Load reads and checks config.yaml. A missing file is an empty one, unless
// the user named it (explicit). A fault in it is an *Error.
func Load(path string, explicit bool) (File, error) {
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !explicit {
			return File{}, nil
		}
		return File{}, message.WithHint(message.Errorf("reading the configuration: %w", err),
			"check --config and NAPTER_CONNECT_CONFIG, or make the file")
	}
	if err != nil {
		return File{}, message.Errorf("reading the configuration: %w", err)
	}
	f, err := parse(data)
	var fault *Error
	if errors.As(err, &fault) {
		fault.Path = path
	}
	return f, err
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = message.Errorf("%s is larger than 1 MiB", path)
	}
	return data, err
}

// parse decodes and checks a file's content; its errors are of type *Error
// without a path.
func parse(data []byte) (f File, err error) {
	// go-yaml 1.19 panics on some malformed documents (a tag before a scalar
	// where a list is wanted, for one).
	defer func() {
		if r := recover(); r != nil {
			f, err = File{}, &Error{
				Message: message.New("this is not valid YAML"),
				hint:    message.New("write it without tags (!) and anchors (&)"),
			}
		}
	}()
	doc, err := parser.ParseBytes(data, 0)
	if err != nil {
		return File{}, yamlError(err, nil)
	}
	if len(doc.Docs) > 1 {
		return File{}, &Error{
			Message: message.New("there is more than one YAML document"),
			hint:    message.New("keep one, without ---"),
		}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	if err := dec.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return File{}, yamlError(err, doc)
	}
	if err := check(f, doc); err != nil {
		return File{}, err
	}
	return f, nil
}

// yamlError turns the library's errors into one line with a place.
func yamlError(err error, doc *ast.File) *Error {
	var at yaml.Error
	if !errors.As(err, &at) {
		return &Error{Message: message.Of(err)}
	}
	fault := &Error{Message: faultText(at)}
	if token := at.GetToken(); token != nil && token.Position != nil {
		fault.Line, fault.Column = token.Position.Line, token.Position.Column
	}
	var unknown *yaml.UnknownFieldError
	var wrongType *yaml.TypeError
	switch {
	case errors.As(err, &unknown) && unknown.Token != nil:
		fault.Message = message.New("unknown key %q", unknown.Token.Value)
		fault.hint = message.New("known keys here: %s", strings.Join(knownKeys(doc, fault.Column), ", "))
	case errors.As(err, &wrongType):
		fault.Message = message.New("this must be %s", kindName(wrongType.DstType))
	}
	return fault
}

// kindName says what belongs there, after "must be".
func kindName(t reflect.Type) message.Text {
	switch t.Kind() {
	case reflect.Bool:
		return message.New("true or false")
	case reflect.Int:
		return message.New("a number")
	case reflect.Slice:
		return message.New("a list")
	case reflect.Struct:
		return message.New("a map of keys")
	}
	return message.New("a text")
}

// knownKeys are the keys of a rule, or of the file when column is where its
// own keys stand.
func knownKeys(doc *ast.File, column int) []string {
	t := reflect.TypeFor[Rule]()
	if doc != nil && len(doc.Docs) > 0 && mapColumn(doc.Docs[0].Body) == column {
		t = reflect.TypeFor[File]()
	}
	keys := make([]string, 0, t.NumField())
	for field := range t.Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		keys = append(keys, key)
	}
	return keys
}

func mapColumn(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Column
	}
	return 0
}
