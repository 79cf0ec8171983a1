package i18n_test

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// texts returns all fields by their path.
func texts(t *testing.T, l i18n.Lang) map[string]string {
	t.Helper()
	all := map[string]string{}
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if !v.Type().Field(i).IsExported() {
					continue // the messages have a test of their own
				}
				walk(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.String:
			all[path[1:]] = v.String()
		default:
			t.Fatalf("%s is a %s: the tables hold strings", path, v.Kind())
		}
	}
	walk("", reflect.ValueOf(*i18n.For(l)))
	return all
}

// TestTablesAreComplete: no text is missing in any language.
func TestTablesAreComplete(t *testing.T) {
	for _, l := range i18n.Languages() {
		for name, text := range texts(t, l) {
			if text == "" {
				t.Errorf("%s: %s is empty", l, name)
			}
		}
	}
}

// TestTablesTakeTheSameArguments: a format gets the same arguments whatever the
// language is.
func TestTablesTakeTheSameArguments(t *testing.T) {
	english, japanese := texts(t, i18n.English), texts(t, i18n.Japanese)
	for name, text := range english {
		e, err1 := verbs(text)
		j, err2 := verbs(japanese[name])
		if err1 != nil || err2 != nil || !maps.Equal(e, j) {
			t.Errorf("%s takes %v in English and %v in Japanese (%v, %v):\n\t%s\n\t%s", name, e, j, err1, err2, text, japanese[name])
		}
	}
}

var verb = regexp.MustCompile(`%(\[(\d+)\])?[-+# 0]*\d*(\.\d+)?([a-zA-Z%])`)

// verbs returns the verb that each argument is printed with, by its number.
func verbs(format string) (map[int]string, error) {
	found, next := map[int]string{}, 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[4] == "%" {
			continue
		}
		if m[2] != "" {
			next, _ = strconv.Atoi(m[2])
		}
		if old, ok := found[next]; ok && old != m[4] {
			return nil, fmt.Errorf("argument %d is printed as %%%s and %%%s", next, old, m[4])
		}
		found[next] = m[4]
		next++
	}
	for i := range len(found) {
		if _, ok := found[i+1]; !ok {
			return nil, fmt.Errorf("argument %d is left out", i+1)
		}
	}
	return found, nil
}

// TestJapaneseIsJapanese: what has no Japanese letter is a name that Japanese
// writes alike, and listed here.
func TestJapaneseIsJapanese(t *testing.T) {
	same := []string{
		"ja", "SIM", "SIM ID", "IMSI", "IMEI", "ICCID", "MSISDN", "TLS", "Arc", "OK",
		"SSH", "HTTP", "HTTPS", "VNC", "RDP", "%.1f kB", "%.1f MB", "%d B", "%s: %s", "%s…",
	}
	for name, text := range texts(t, i18n.Japanese) {
		if !slices.ContainsFunc([]rune(text), isJapanese) && !slices.Contains(same, text) {
			t.Errorf("%s is not translated: %q", name, text)
		}
	}
	for name, text := range texts(t, i18n.English) {
		if slices.ContainsFunc([]rune(text), isJapanese) {
			t.Errorf("%s has Japanese in the English table: %q", name, text)
		}
	}
}

func isJapanese(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == '、' || r == '。'
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		asked string
		env   map[string]string
		want  i18n.Lang
	}{
		{"", nil, i18n.English},
		{"", map[string]string{"LANG": "ja_JP.UTF-8"}, i18n.Japanese},
		{"", map[string]string{"LANG": "ja_JP.utf8"}, i18n.Japanese},
		{"", map[string]string{"LANG": "ja"}, i18n.Japanese},
		{"", map[string]string{"LANG": "ja_JP.eucJP"}, i18n.English},
		{"", map[string]string{"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, i18n.English},
		{"", map[string]string{"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "C"}, i18n.English},
		{"", map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, i18n.Japanese},
		{"", map[string]string{"LC_ALL": "C.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8"}, i18n.English},
		{"", map[string]string{"LC_ALL": "ja_JP.UTF-8@cjknarrow"}, i18n.Japanese},
		{"", map[string]string{"LC_ALL": "", "LANG": "ja_JP"}, i18n.Japanese},
		{"", map[string]string{"LANG": "jam_JM.UTF-8"}, i18n.English},
		{"en", map[string]string{"LC_ALL": "ja_JP.UTF-8"}, i18n.English},
		{"ja", map[string]string{"LC_ALL": "C"}, i18n.Japanese},
		{"JA-jp", nil, i18n.Japanese},
	} {
		if got := i18n.Choose(c.asked, func(n string) string { return c.env[n] }); got != c.want {
			t.Errorf("asked %q, %v: %s, want %s", c.asked, c.env, got, c.want)
		}
	}
	for text, want := range map[string]bool{"en": true, "ja": true, "fr": false, "": false, "japanese": false} {
		if _, ok := i18n.Parse(text); ok != want {
			t.Errorf("Parse(%q) is %v", text, ok)
		}
	}
}
