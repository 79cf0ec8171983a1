package simcache

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/napter-connect/napter-connect/internal/access"
)

func sample(n int) access.SIM {
	name := fmt.Sprintf("gateway-%06d", n)
	return access.SIM{
		ID: fmt.Sprintf("89423100220%08d", n), Name: name, IMSI: fmt.Sprintf("44010%010d", n),
		IMEI: "353000000000001", Tags: access.NewTags(map[string]string{"name": name, "site": "Tokyo", "line": fmt.Sprint(n % 7)}),
		Status: "active", Online: n%2 == 0, SeenAt: time.UnixMilli(1795000000000 + int64(n)),
		IP: "10.128.0.1",
	}
}

func samples(n int) []access.SIM {
	list := make([]access.SIM, n)
	for i := range list {
		list[i] = sample(i)
	}
	return list
}

func load(t testing.TB, c *Cache) List {
	t.Helper()
	list, err := c.Load()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestListComesBackAsSaved(t *testing.T) {
	c := Open(filepath.Join(t.TempDir(), "cache"), "https://api.soracom.io", "OP1")
	if got := load(t, c); len(got.SIMs) != 0 || !got.Listed.IsZero() {
		t.Fatalf("a missing file is %+v, want nothing", got)
	}
	name := "a\tb\\n\n\r\x1b[31m 'ゲートウェイ' \u202e\xff\\"
	tags := map[string]string{"name": name, "a\tb": "c\nd", "empty": "", "\\": "\\\\", "z": ""}
	odd := access.SIM{ID: "7", Name: name, Tags: access.NewTags(tags)}
	want := []access.SIM{sample(1), odd, {ID: "8942310022000000001"}}
	listed := time.Unix(1795000000, 0)
	if err := c.Save(want, listed); err != nil {
		t.Fatal(err)
	}
	got := load(t, c)
	if diff := cmp.Diff(List{SIMs: want, Listed: listed}, got); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(tags, got.SIMs[1].TagMap()); diff != "" {
		t.Error(diff)
	}
	if tags := got.SIMs[2].TagMap(); tags != nil {
		t.Errorf("a SIM without tags has %v", tags)
	}
	if info, err := os.Stat(c.path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if other := Open(c.dir, "https://api.soracom.io", "OP2"); len(load(t, other).SIMs) != 0 {
		t.Error("another operator sees the SIMs")
	}
	if other := Open(c.dir, "https://g.api.soracom.io", "OP1"); len(load(t, other).SIMs) != 0 {
		t.Error("another endpoint has the SIMs")
	}
}

func TestMergeReplacesAndAdds(t *testing.T) {
	c := Open(t.TempDir(), "e", "o")
	first, second := sample(1), sample(2)
	if err := c.Merge(first); err != nil { // makes the file
		t.Fatal(err)
	}
	if err := c.Merge(second); err != nil {
		t.Fatal(err)
	}
	first.Name, first.Online = "", true
	if err := c.Merge(first, sample(3)); err != nil {
		t.Fatal(err)
	}
	want := List{SIMs: []access.SIM{first, second, sample(3)}}
	if diff := cmp.Diff(want, load(t, c)); diff != "" {
		t.Error(diff)
	}
	if err := c.Merge(); err != nil {
		t.Fatal(err)
	}
}

func TestMergingDoesNotGrowTheFileForEver(t *testing.T) {
	c := Open(t.TempDir(), "e", "o")
	listed := time.Unix(1795000000, 0)
	if err := c.Save(samples(3), listed); err != nil {
		t.Fatal(err)
	}
	for i := range 3000 {
		s := sample(i % 3)
		s.Status = fmt.Sprint(i)
		if err := c.Merge(s); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(c.path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 2*slack {
		t.Errorf("3 SIMs take %d bytes", info.Size())
	}
	got := load(t, c)
	if len(got.SIMs) != 3 || got.SIMs[2].Status != "2999" || !got.Listed.Equal(listed) {
		t.Errorf("got %+v", got)
	}
}

func TestDamagedFilesAreEmptyOrLoseTheirDamagedLines(t *testing.T) {
	whole := string(format(samples(2), time.Unix(1, 0)))
	head, lines, _ := strings.Cut(whole, "\n")
	for _, c := range []struct {
		name, content string
		want          int
	}{
		{"empty", "", 0},
		{"no header", lines, 0},
		{"another version", strings.Replace(whole, "\t1\t", "\t2\t", 1), 0},
		{"JSON", `{"sims":[]}`, 0},
		{"negative count", strings.Replace(whole, "\t2\t", "\t-2\t", 1), 0},
		{"cut in the last line", whole[:len(whole)-3], 1},
		{"header only", head + "\n", 0},
		{"a strange line", whole + "nonsense\n\n\t\t\t\t\t\t\t\n", 2},
		{"NULs", whole + strings.Repeat("\x00", 512), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			cache := Open(t.TempDir(), "e", "o")
			if err := os.WriteFile(cache.path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := load(t, cache); len(got.SIMs) != c.want {
				t.Errorf("%d SIMs, want %d", len(got.SIMs), c.want)
			}
			if err := cache.Merge(sample(9)); err != nil {
				t.Fatal(err)
			}
			got := load(t, cache).SIMs
			if len(got) != c.want+1 || got[len(got)-1].ID != sample(9).ID {
				t.Errorf("after a merge: %d SIMs, want %d", len(got), c.want+1)
			}
		})
	}
}

func TestManyWritersAndReadersAtOnce(t *testing.T) {
	c := Open(t.TempDir(), "e", "o")
	if err := c.Save(samples(50), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 20 {
				var err error
				if i%10 == 0 {
					err = c.Save(samples(50), time.Unix(1, 0))
				} else {
					err = c.Merge(sample(w))
				}
				if err != nil {
					t.Error(err)
				}
				list, err := c.Load()
				if err != nil || len(list.SIMs) != 50 {
					t.Errorf("%d SIMs, %v", len(list.SIMs), err)
				}
			}
		})
	}
	all.Wait()
}

func TestStarting(t *testing.T) {
	c := Open(t.TempDir(), "e", "o")
	odd := access.SIM{ID: "77", Name: "tab\tbed", IMSI: "99"}
	if err := c.Save(append(samples(100), odd), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	renamed, added := sample(5), sample(500)
	renamed.Name = "renamed"
	if err := c.Merge(renamed, added); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		text string
		most int
		want []string
	}{
		{"GATEWAY-00000", 1000, []string{"gateway-000000", "gateway-000001", "gateway-000002", "gateway-000003", "gateway-000004", "gateway-000006", "gateway-000007", "gateway-000008", "gateway-000009"}},
		{"gateway-0005", 10, []string{"gateway-000500"}},
		{"ren", 10, []string{"renamed"}},
		{sample(5).ID, 10, []string{"renamed"}},
		{sample(6).IMSI, 10, []string{"gateway-000006"}},
		{"tab\tb", 10, []string{"tab\tbed"}},
		{"7", 10, []string{"tab\tbed"}},
		{"", 3, []string{"renamed", "gateway-000500", "gateway-000000", "gateway-000001", "tab\tbed"}},
		{"x", 10, nil},
	} {
		found, err := c.Starting(x.text, x.most)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range found {
			names = append(names, s.Name)
		}
		if diff := cmp.Diff(x.want, names); diff != "" {
			t.Errorf("%q: %s", x.text, diff)
		}
	}
}

func TestMeant(t *testing.T) {
	list := List{SIMs: []access.SIM{
		{ID: "8981100000000000001", Name: "Gateway", IMSI: "440100000000001"}, {ID: "8981100000000000002", Name: "工場Ａ"},
		{ID: "8981100000000000003", Name: "dup"}, {ID: "8981100000000000004", Name: "DUP"}, {ID: "8981100000000000005"},
	}}
	for target, want := range map[string]int{
		"gateway": 1, "GATEWAY.napter": 1, "8981100000000000002": 1, "sim-8981100000000000002": 1, "440100000000001": 1,
		"工場ａ": 1, "dup": 2, "gate": 0, "": 0, "440100000000002": 0,
	} {
		if got := list.Meant(target); len(got) != want {
			t.Errorf("%q means %v, want %d", target, got, want)
		}
	}
}

func TestChoicesFindTheirOperator(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	work := Choice{ProfileDir: "/home/a/.soracom", Profile: "work"}
	home := Choice{ProfileDir: "/home/a/.soracom", Profile: "work", Coverage: "g"}
	if _, ok := Find(dir, work); ok {
		t.Fatal("something is known before anything was remembered")
	}
	for _, r := range []struct {
		c                  Choice
		endpoint, operator string
	}{{work, "jp", "OP1"}, {home, "g", "OP2"}, {work, "jp", "OP3"}} {
		if err := Remember(dir, r.c, r.endpoint, r.operator); err != nil {
			t.Fatal(err)
		}
	}
	for choice, want := range map[Choice]*Cache{work: Open(dir, "jp", "OP3"), home: Open(dir, "g", "OP2")} {
		if got, ok := Find(dir, choice); !ok || *got != *want {
			t.Errorf("%+v finds %v, want %v", choice, got, want)
		}
	}
	if err := os.WriteFile(operatorsFile(dir), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Remember(dir, work, "jp", "OP1"); err != nil {
		t.Fatal(err)
	}
	if _, ok := Find(dir, work); !ok {
		t.Error("a damaged file stays damaged")
	}
}

// plain is a SIM as one would read it from JSON.
type plain struct {
	ID, Name, IMSI, IMEI, Status, IP string

	Tags        map[string]string
	Online, Arc bool
	SeenAt      time.Time
}

// TestReadingIsMuchQuickerThanJSON holds the reason for a format of our own.
func TestReadingIsMuchQuickerThanJSON(t *testing.T) {
	c := Open(t.TempDir(), "e", "o")
	sims := samples(20_000)
	if err := c.Save(sims, time.Now()); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(sims)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := time.Duration(1<<62), time.Duration(1<<62)
	for range 5 { // the best of some: the machine may be busy
		start := time.Now()
		if _, err := c.Load(); err != nil {
			t.Fatal(err)
		}
		ours = min(ours, time.Since(start))
		start = time.Now()
		var back []plain
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		theirs = min(theirs, time.Since(start))
	}
	t.Logf("20,000 SIMs: %v, as JSON %v", ours, theirs)
	if 2*ours > theirs {
		t.Errorf("%v for 20,000 SIMs, JSON takes %v", ours, theirs)
	}
}

func BenchmarkLoad100k(b *testing.B) {
	c := Open(b.TempDir(), "e", "o")
	if err := c.Save(samples(100_000), time.Now()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStarting100k(b *testing.B) {
	c := Open(b.TempDir(), "e", "o")
	if err := c.Save(samples(100_000), time.Now()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		found, err := c.Starting("gateway-0012", 1000)
		if err != nil || len(found) != 100 {
			b.Fatal(len(found), err)
		}
	}
}

func BenchmarkSave100k(b *testing.B) {
	c, sims := Open(b.TempDir(), "e", "o"), samples(100_000)
	for b.Loop() {
		if err := c.Save(sims, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMergeOneInto100k(b *testing.B) {
	c := Open(b.TempDir(), "e", "o")
	if err := c.Save(samples(100_000), time.Now()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := c.Merge(sample(5)); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add(string(appendLine(nil, sample(1))))
	f.Add("a\tb\\\tc\n")
	f.Fuzz(func(t *testing.T, data string) {
		once := parseLines(data, 0)
		var lines []byte
		for _, s := range once {
			lines = appendLine(lines, s)
		}
		if diff := cmp.Diff(once, parseLines(string(lines), 0)); diff != "" {
			t.Error(diff)
		}
	})
}
