package lease

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sample is a good entry of a dead owner.
func sample(t testing.TB, change func(map[string]any)) []byte {
	t.Helper()
	f := &fakeAPI{}
	p := f.add(request(testSpec()))
	r := newRecord("entry", testSpec(), time.Now(), ownerRecord{ID: "dead", Owner: Owner{PID: 1, Started: time.Now()}})
	r.State, r.Mapping = Live, &p
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if change == nil {
		return data
	}
	fields := map[string]any{}
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	change(fields)
	if data, err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	return data
}

func set(key string, value any) func(map[string]any) {
	return func(m map[string]any) { m[key] = value }
}

func setMapping(key string, value any) func(map[string]any) {
	return func(m map[string]any) { m["mapping"].(map[string]any)[key] = value }
}

func TestBadEntries(t *testing.T) {
	good := sample(t, nil)
	cases := map[string][]byte{
		"empty":            {},
		"half":             good[:len(good)/2],
		"not JSON":         []byte("hello\x1b[31m"),
		"null":             []byte("null"),
		"list":             []byte("[1]"),
		"twice":            append(append([]byte{}, good...), good...),
		"no version":       sample(t, set("version", 0)),
		"negative version": sample(t, set("version", -1)),
		"text version":     sample(t, set("version", "1")),
		"other ID":         sample(t, set("id", "other")),
		"state":            sample(t, set("state", "open")),
		"no SIM":           sample(t, set("simId", "")),
		"port 0":           sample(t, set("port", 0)),
		"port 65536":       sample(t, set("port", 65536)),
		"no source":        sample(t, set("sources", []string{})),
		"bad source":       sample(t, set("sources", []string{"everywhere"})),
		"empty source":     sample(t, set("sources", []string{""})),
		"duration":         sample(t, set("durationSeconds", -5)),
		"no time":          sample(t, set("since", "0001-01-01T00:00:00Z")),
		"owner's path":     sample(t, set("owner", map[string]any{"id": "../../etc/passwd"})),
		"no mapping":       sample(t, set("mapping", nil)),
		"mapping's IP":     sample(t, setMapping("ipAddress", "napter.example")),
		"mapping's port":   sample(t, setMapping("port", 0)),
		"too large":        sample(t, set("command", strings.Repeat("x", maxFileSize))),
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			m, f := open(t, dir), &fakeAPI{}
			path := filepath.Join(dir, "entry.json")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			l := create(t, m, f)
			list, problems, err := m.Entries()
			if err != nil || len(list) != 1 || list[0].ID != l.id {
				t.Fatal(list, err)
			}
			if len(problems) != 1 || problems[0].File != "entry.json" || problems[0].Aside != "entry.json.bad" || problems[0].Hint().IsZero() {
				t.Fatalf("problems: %+v", problems)
			}
			if kept, err := os.ReadFile(path + ".bad"); err != nil || string(kept) != string(data) {
				t.Error("it was not set aside as it was:", err)
			}
			entries(t, m) // reported once
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, problems, _ = m.Entries(); len(problems) != 1 || problems[0].Aside != "entry.json.1.bad" {
				t.Errorf("problems: %+v", problems)
			}
		})
	}
}

func TestGoodEntry(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	// Fields of a later edition of the same version do no harm.
	if err := os.WriteFile(filepath.Join(dir, "entry.json"), sample(t, set("later", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if list := entries(t, m); len(list) != 1 || list[0].Alive || list[0].State != Live {
		t.Error(list)
	}
}

func TestNewerEntryIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	path := filepath.Join(dir, "entry.json")
	if err := os.WriteFile(path, []byte(`{"version": 2, "port": {"shape": "unknown"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		list, problems, err := m.Entries()
		if err != nil || len(list) != 0 || len(problems) != 1 || problems[0].Aside != "" || !strings.Contains(problems[0].Hint().String(), "update") {
			t.Fatal(list, problems, err)
		}
	}
	if !exists(path) {
		t.Error("it is gone")
	}
	if err := m.Reap(t.Context(), nil, nil); err == nil {
		t.Error("a reaper called a journal clean that it could not read")
	}
}

func TestFolderInPlaceOfAnEntry(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	if err := os.Mkdir(filepath.Join(dir, "entry.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, problems, err := m.Entries(); err != nil || len(problems) != 1 {
		t.Fatal(problems, err)
	}
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	base := t.TempDir()
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "leases"), "relative", ""} {
		_, err := Open(Options{Dir: dir})
		if e, ok := errors.AsType[*DirError](err); !ok || e.Hint().IsZero() {
			t.Errorf("%q: %v", dir, err)
		}
	}
}

// A folder that goes away under a long-lived process comes back, and the process
// is still alive to the others.
func TestFolderRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("open files can't be removed")
	}
	dir := filepath.Join(t.TempDir(), "leases")
	m, f := open(t, dir), &fakeAPI{}
	create(t, m, f)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	l := create(t, m, f)
	other := open(t, dir)
	if list := entries(t, other); len(list) != 1 || !list[0].Alive || list[0].ID != l.id {
		t.Fatalf("%+v", list)
	}
	if o, err := l.Delete(t.Context(), f); o != Deleted || err != nil {
		t.Fatal(o, err)
	}
}

// What a process leaves that dies while it writes is cleared away; what a live
// one is writing is not.
func TestTemporaryFiles(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	dead := filepath.Join(dir, m.tempPrefix("dead")+"1.tmp")
	mine := filepath.Join(dir, m.tempPrefix(m.owner.ID)+"1.tmp")
	for _, path := range []string{dead, mine} {
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	entries(t, m)
	if exists(dead) || !exists(mine) {
		t.Error("dead's:", exists(dead), "mine:", exists(mine))
	}
}

func TestClose(t *testing.T) {
	dir, f := t.TempDir(), &fakeAPI{}
	m := open(t, dir)
	l := create(t, m, f)
	for range 2 {
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if o, err := l.Delete(t.Context(), f); o != Pending || !errors.Is(err, ErrClosed) {
		t.Error(o, err)
	}
	if _, err := m.Create(t.Context(), f, testSpec()); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	next := open(t, dir)
	if list := entries(t, next); len(list) != 1 || list[0].Alive {
		t.Error(list)
	}
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add(sample(f, nil))
	f.Add([]byte(`{"version":1,"id":"entry","state":"intent","simId":"x","port":1,"sources":["::/0"],"durationSeconds":1,"since":"2026-01-01T00:00:00Z","owner":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRecord("entry", data)
		if err != nil {
			return
		}
		// Whatever is accepted can be worked with.
		_, _, _ = r.describe(), r.expired(time.Now()), r.spec()
		if r.State != Intent {
			if _, err := r.Mapping.Addr(); err != nil {
				t.Error(err)
			}
		}
	})
}
