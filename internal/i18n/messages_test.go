package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// makers are the functions that take the English format of a message, and which
// of their arguments it is. Those of speakers take one of a table too.
var (
	makers   = map[string]int{"message.New": 0, "message.Errorf": 0, "message.WithHint": 1, "usagef": 1}
	speakers = map[string]int{"say": 0, "notice": 0, "Sprintf": 0}
)

// outside are the packages that say nothing of their own to a person: the simulator
// speaks as the API and the device do, and most of the rest is for tests.
var outside = []string{"internal/message", "internal/simulator", "internal/tools", "internal/hometest", "internal/sshdtest", "internal/termtest", "internal/waystest"}

// english finds the English formats in the program's sources, with a place of each.
func english(t *testing.T) map[string]string {
	t.Helper()
	const root = "../.."
	found := map[string]string{ // the package of these is one of the outside ones
		"%s or %s": "message.Either",
	}
	for words := range i18n.JapaneseSystem() {
		found[words] = "message.Of"
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
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

func formatsOf(t *testing.T, path string, found map[string]string) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		place, name := files.Position(call.Pos()).String(), callee(call.Fun)
		if name == "fmt.Errorf" || name == "errors.New" {
			t.Errorf("%s: %s makes an error that nobody can translate: take message.Errorf", place, name)
		}
		i, made := makers[name]
		if at, spoken := speakers[name]; spoken {
			i = at
		} else if !made {
			return true
		}
		if i >= len(call.Args) {
			return true
		}
		if text, ok := literal(call.Args[i]); ok {
			found[text] = place
			return true
		}
		if id, ok := call.Args[i].(*ast.Ident); !made || ok && forwarded(file, call, id.Name) {
			return true
		}
		t.Errorf("%s: the format is no literal, so that nobody can know whether it is translated", place)
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

// Every message of the sources has its Japanese, and the table holds no other.
func TestMessagesAreComplete(t *testing.T) {
	sources, table := english(t), i18n.JapaneseMessages()
	for _, format := range slices.Sorted(maps.Keys(sources)) {
		if _, ok := table[format]; !ok && !wordless(format) {
			t.Errorf("%s: no Japanese for %q", sources[format], format)
		}
	}
	help := i18n.JapaneseHelp()
	for _, format := range slices.Sorted(maps.Keys(table)) {
		if _, ok := sources[format]; !ok && help[format] == "" {
			t.Errorf("nothing says %q any more", format)
		}
	}
}

// A message stands in one of the tables only, and is Japanese.
func TestMessagesAreJapanese(t *testing.T) {
	seen := map[string]bool{}
	for _, part := range i18n.JapaneseParts() {
		for format, japanese := range part {
			if seen[format] {
				t.Errorf("%q stands in two tables: move it to jaShared", format)
			}
			seen[format] = true
			if !slices.ContainsFunc([]rune(japanese), isJapanese) {
				t.Errorf("%q is not translated: %q", format, japanese)
			}
		}
	}
}

// A message takes the same arguments in both languages. Those of help are no
// formats.
func TestMessagesTakeTheSameArguments(t *testing.T) {
	help := i18n.JapaneseHelp()
	for format, japanese := range i18n.JapaneseMessages() {
		if help[format] != "" {
			continue
		}
		e, err1 := verbs(strings.ReplaceAll(format, "%w", "%v"))
		j, err2 := verbs(strings.ReplaceAll(japanese, "%w", "%v"))
		if err1 != nil || err2 != nil || !maps.Equal(e, j) {
			t.Errorf("%v in English and %v in Japanese (%v, %v):\n\t%s\n\t%s", e, j, err1, err2, format, japanese)
		}
	}
}
