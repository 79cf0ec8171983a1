package i18n_test

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"unicode"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

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
