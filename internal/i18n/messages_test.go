package i18n_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// makers are the functions that take the English format of a message, or a text, and
// which of their arguments it is. Speakers take one that was made elsewhere too.
var (
	makers = map[string][]int{
		"message.New": {0}, "message.Errorf": {0}, "message.WithHint": {1}, "message.Plural": {1, 2}, "Usagef": {1}, "Word": {0},
	}
	speakers = map[string][]int{"say": {0}, "notice": {0}, "Sprintf": {0}}
)

// outside are the packages that say nothing of their own to a person: the simulator
// speaks as the API and the device do, and most of the rest is for tests.
var outside = []string{"internal/message", "internal/simulator", "internal/tools", "internal/hometest", "internal/sshdtest", "internal/termtest", "internal/waystest"}

// sources is what the program's sources say in English, with a place of each.
type sources struct {
	formats  map[string]string // those of messages
	literals map[string]bool   // the strings of package main: help is among them
}

// english reads the sources. Words of the operating system and of libraries, which
// message.Of puts into the language too, stand in testdata/system.txt.
func english(t *testing.T) sources {
	t.Helper()
	const root = "../.."
	found := sources{
		formats:  map[string]string{"%s or %s": "message.Either"}, // its package is one of the outside ones
		literals: map[string]bool{},
	}
	system, err := os.ReadFile(filepath.Join("testdata", "system.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for words := range strings.Lines(string(system)) {
		found.formats[strings.TrimSpace(words)] = "message.Of"
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && (slices.Contains(outside, filepath.ToSlash(name)) || strings.HasPrefix(d.Name(), ".git")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		return formatsOf(t, path, found)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func formatsOf(t *testing.T, path string, found sources) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			if text, ok := literal(e); ok && slices.Contains([]string{"main", "cli"}, file.Name.Name) {
				found.literals[text] = true
			}
		}
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		place, name := files.Position(call.Pos()).String(), callee(call.Fun)
		if name == "fmt.Errorf" || name == "errors.New" {
			t.Errorf("%s: %s makes an error that nobody can translate: take message.Errorf", place, name)
		}
		made, spoken := makers[name], speakers[name]
		for _, i := range slices.Concat(made, spoken) {
			if i >= len(call.Args) {
				continue
			}
			if text, ok := literal(call.Args[i]); ok {
				found.formats[text] = place
				continue
			}
			if id, ok := call.Args[i].(*ast.Ident); spoken != nil || ok && forwarded(file, call, id.Name) {
				continue
			}
			t.Errorf("%s: the format is no literal, so that nobody can know whether it is translated", place)
		}
		return true
	})
	return nil
}

// literal is the text of a string literal, or of several that are put together.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, ok1 := literal(e.X)
		right, ok2 := literal(e.Y)
		return left + right, ok1 && ok2 && e.Op == token.ADD
	}
	return "", false
}

// callee is a function's name: of ours as in message.New, of a method alone. Those
// of fmt are not meant.
func callee(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && slices.Contains([]string{"message", "fmt", "errors"}, x.Name) {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

// forwarded reports that a call stands in a function which got the format as its
// own argument.
func forwarded(file *ast.File, call *ast.CallExpr, name string) bool {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || call.Pos() < f.Pos() || call.End() > f.End() {
			continue
		}
		for _, p := range f.Type.Params.List {
			for _, n := range p.Names {
				if n.Name == name {
					return true
				}
			}
		}
	}
	return false
}

var verbForm = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*\d*(\.\d+)?[a-zA-Z%]`)

// wordless formats say nothing of their own: "%s: %w".
func wordless(format string) bool {
	return !strings.ContainsFunc(verbForm.ReplaceAllString(format, ""), unicode.IsLetter)
}

// catalogue is the Japanese by the English. Its file is sorted, an entry a line, so
// that changes of two people meet in a line only where they say the same thing.
func catalogue(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.ReadFile("ja.json")
	if err != nil {
		t.Fatal(err)
	}
	tokens, all, last := json.NewDecoder(bytes.NewReader(file)), map[string]string{}, ""
	next := func() (words string, line int) {
		token, err := tokens.Token()
		if err != nil {
			t.Fatal(err)
		}
		words, _ = token.(string)
		return words, bytes.Count(file[:tokens.InputOffset()], []byte("\n")) + 1
	}
	for next(); tokens.More(); {
		format, line1 := next()
		japanese, line2 := next()
		if want := len(all) + 2; line1 != want || line2 != want {
			t.Errorf("%q does not stand alone on line %d", format, want)
		}
		if format <= last {
			t.Errorf("%q comes after %q: it stands there twice, or is not sorted", format, last)
		}
		all[format], last = japanese, format
	}
	return all
}

func TestCatalogueIsSorted(t *testing.T) { catalogue(t) }

// Every message of the sources has its Japanese, and the catalogue holds no other.
// TestHelpIsTranslated finds help that has none.
func TestMessagesAreComplete(t *testing.T) {
	said, all := english(t), catalogue(t)
	for _, format := range slices.Sorted(maps.Keys(said.formats)) {
		if _, ok := all[format]; !ok && !wordless(format) {
			t.Errorf("%s: no Japanese for %q", said.formats[format], format)
		}
	}
	for _, format := range slices.Sorted(maps.Keys(all)) {
		if said.formats[format] == "" && !said.literals[format] {
			t.Errorf("nothing says %q any more", format)
		}
	}
}

func TestMessagesAreJapanese(t *testing.T) {
	same := []string{"arc", "SIMs"} // names that are written in Latin letters, but otherwise
	for format, japanese := range catalogue(t) {
		if slices.ContainsFunc([]rune(format), isJapanese) {
			t.Errorf("%q is not English", format)
		}
		if !slices.ContainsFunc([]rune(japanese), isJapanese) && !slices.Contains(same, format) {
			t.Errorf("%q is not translated: %q", format, japanese)
		}
	}
}

// A message takes the same arguments in both languages. Help is no format.
func TestMessagesTakeTheSameArguments(t *testing.T) {
	said := english(t)
	for format, japanese := range catalogue(t) {
		if said.formats[format] == "" {
			continue
		}
		e, err1 := verbs(strings.ReplaceAll(format, "%w", "%v"))
		j, err2 := verbs(strings.ReplaceAll(japanese, "%w", "%v"))
		if err1 != nil || err2 != nil || !maps.Equal(e, j) {
			t.Errorf("%v in English and %v in Japanese (%v, %v):\n\t%s\n\t%s", e, j, err1, err2, format, japanese)
		}
	}
}
