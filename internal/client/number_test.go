package client

import (
	"encoding/json"
	"testing"
	"time"
)

func TestLenientNumbers(t *testing.T) {
	for in, want := range map[string]int64{
		`22`: 22, `22.0`: 22, `22.9`: 22, `-3`: -3, `-3.7`: -3, `null`: 0, `"1700000000123"`: 1700000000123, `""`: 0, `" 5 "`: 5,
		`1.7e12`: 1700000000000, `1700000000123`: 1700000000123, `1.700000000123E12`: 1700000000123, `0`: 0,
		`"1e3"`: 1000,
	} {
		var n struct{ V Number }
		var m struct{ V Millis }
		m.V, n.V = 99, 99
		doc := []byte(`{"v":` + in + `}`)
		err := json.Unmarshal(doc, &n)
		if fits := int64(int(want)) == want; fits != (err == nil) || fits && int64(n.V) != want {
			t.Errorf("Number %s = %d, %v, want %d if that fits", in, n.V, err, want)
		}
		if err := json.Unmarshal(doc, &m); err != nil || int64(m.V) != want {
			t.Errorf("Millis %s = %d, %v, want %d", in, m.V, err, want)
		}
	}
	for _, in := range []string{`true`, `"abc"`, `[]`, `{}`, `1e99`, `"NaN"`, `"Inf"`, `9223372036854775808`, `-1e19`} {
		var n Number
		var m Millis
		if err := json.Unmarshal([]byte(in), &n); err == nil {
			t.Errorf("Number %s = %d, want an error", in, n)
		}
		if err := json.Unmarshal([]byte(in), &m); err == nil {
			t.Errorf("Millis %s = %d, want an error", in, m)
		}
	}
	if !Millis(0).Time().IsZero() {
		t.Error("Millis 0 is not the zero time")
	}
	equal(t, "Time", Millis(1700000000123).Time().UTC(), time.Date(2023, 11, 14, 22, 13, 20, 123e6, time.UTC))
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{`22`, `22.5`, `1.7e12`, `null`, `"7"`, `"x"`, `-0`, `1e400`, `9223372036854775807`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m, again Millis
		if json.Unmarshal(data, &m) != nil {
			return
		}
		out, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil || again != m {
			t.Fatalf("%q: %d became %d, %v", data, m, again, err)
		}
		var n Number
		err = json.Unmarshal(data, &n)
		if fits := int64(int(m)) == int64(m); fits != (err == nil) || fits && int64(n) != int64(m) {
			t.Fatalf("%q: Number %d (%v), Millis %d", data, n, err, m)
		}
	})
}
