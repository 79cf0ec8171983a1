package environ_test

import (
	"slices"
	"testing"

	"github.com/napter-connect/napter-connect/internal/environ"
)

func TestWith(t *testing.T) {
	getenv := func(name string) string { return map[string]string{"A": "1", "B": "2"}[name] }
	list := func() []string { return []string{"A=1", "B=2"} }
	get, all := environ.With(getenv, list, map[string]string{"B": "", "C": "x=y"})
	for name, want := range map[string]string{"A": "1", "B": "", "C": "x=y", "D": ""} {
		if got := get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	got := all()
	slices.Sort(got)
	if want := []string{"A=1", "B=", "C=x=y"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLocale(t *testing.T) {
	all := []string{"LANG=a", "LANGUAGE=b", "LC_ALL=c", "XLC_=d", "LC_CTYPE=e=f"}
	if got, want := environ.Locale(all), []string{"LANG=a", "LC_ALL=c", "LC_CTYPE=e=f"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
