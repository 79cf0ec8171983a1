package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestTheDocumentedExampleIsRead holds docs/configuration.md to the program: its
// example is valid and has every key.
func TestTheDocumentedExampleIsRead(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("there is no example")
	}
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Load(path, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[File](), reflect.TypeFor[Rule]()} {
		for field := range typ.Fields() {
			key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if !strings.Contains(example, key+":") {
				t.Errorf("the key %s is not in the example", key)
			}
		}
	}
	rule := f.For("router-7", map[string]string{"site": "Tokyo"})
	if rule.User != "admin" || rule.Port != 50022 || len(rule.Identity) != 1 || rule.Identity[0] != "~/.ssh/field" {
		t.Errorf("the text under the example promises something else than %+v", rule)
	}
}
