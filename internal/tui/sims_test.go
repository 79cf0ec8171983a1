package tui

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

func TestFilterNarrowsAndClears(t *testing.T) {
	d := start(t, 120, 40)
	d.expectRow(0, "online", "gateway-001", "8981100000000000000", "10.128.0.0").expectSelected("gateway-001")
	d.press("/").types("TOKYO").expectRow(0, "gateway-001") // the site tag
	d.types(" gw").expectRow(0, "tokyo-gw-014").expect("1 of 13").expectSelected("tokyo-gw-014")
	d.press("enter").expectFooter("esc clear filter")
	d.press("esc").expect("13 of 13").expectSelected("tokyo-gw-014") // stays where one was
	d.press("esc", "esc").expect("13 of 13")
	if d.quit {
		t.Error("Esc quits")
	}
}

func TestLettersAreTextWhileFiltering(t *testing.T) {
	d := start(t, 80, 24)
	d.press("/").types("qcd?123")
	if d.quit || len(d.fake.jobs) > 0 {
		t.Fatal("a letter was a command")
	}
	d.expect("qcd?123", "No SIM fits")
	d.press("ctrl+u").expectRow(0, "gateway-001")
	d.press("down", "down").expectSelected("工場")
}

// Half-width and full-width characters are the same to people.
func TestFilterFindsJapanese(t *testing.T) {
	d := start(t, 80, 24)
	d.press("/").types("カメラ").expectRow(0, "ｶﾒﾗ-大阪").expect("1 of 13")
	d.press("ctrl+u").types("ｇａｔｅｗａｙ").expect("gateway-001")
}

func TestNamesAreShownEscaped(t *testing.T) {
	d := start(t, 120, 40)
	d.expect(`evil\x1b]0;pwned\x07`, `safe-\u202egnp.exe`).expectNot("\u202e").expectNot("\x07")
}

// Where there is no column of SIM IDs, the ID stands in for a name that is missing.
func TestNamelessSIMsShowTheirID(t *testing.T) {
	for _, name := range []string{"", "  "} {
		d := start(t, 40, 12, func(_ *Options, f *fakeBackend) {
			f.stream = &fakeStream{end: io.EOF}
			f.stream.send(Page{SIMs: []access.SIM{
				{ID: "8981100000000000000", Name: "gateway-001", Status: "active", Online: true},
				{ID: "8981100000000000006", Name: name, Status: "active", Online: true},
				{ID: "8981100000000000007", Name: name, Status: "active"},
				{IMSI: "440100000000008", Name: name, Status: "active", Online: true},
			}})
		})
		d.expectRow(0, "gateway-001").expectRow(1, "8981100000000000006").expectRow(2, "440100000000008")
		d.expectRow(3, "8981100000000000007").expectNot("8981100000000000000")
		dimmed := d.m.style.Dim.Render("8981100000000000006")
		if s := d.m.View().Content; !strings.Contains(s, dimmed) || strings.Contains(s, d.m.style.Dim.Render("gateway-001")) {
			t.Errorf("the ID does not stand out from names:\n%q", s)
		}
		d.press("down").expectSelected("8981100000000000006")
		d.send(sizeOf(80, 24))
		if n := strings.Count(d.lines()[firstRow+1], "8981100000000000006"); n != 1 {
			t.Errorf("the ID is there %d times where it has a column: %q", n, d.lines()[firstRow+1])
		}
	}
}

// Pages come while one is somewhere in the list: the cursor stays on its SIM, at
// its place on the screen.
func TestPagesStreamIn(t *testing.T) {
	d := start(t, 80, 24, func(_ *Options, f *fakeBackend) {
		f.stream = &fakeStream{}
		f.stream.send(Page{SIMs: manySIMs(2000, f.now())})
	})
	d.expect("2,000 of 2,000", "2000 SIMs so far")
	d.press("down", "down", "down").expectSelected("-000030")
	line := d.lines()[firstRow+3]
	d.fake.stream.send(Page{SIMs: []access.SIM{{ID: "new", Name: "new-one", Status: "active", Online: true}, {ID: "off", Name: "another"}}})
	d.settle()
	d.expect("2,002 of 2,002").expectSelected("-000030")
	if now := d.lines()[firstRow+3]; now != line {
		t.Errorf("the row moved from %q to %q", line, now)
	}
	d.fake.stream.end = io.EOF
	d.settle()
	d.expectNot("so far")
}

// Without having chosen a row one stays at the first.
func TestFirstRowStaysSelected(t *testing.T) {
	d := start(t, 80, 24, func(_ *Options, f *fakeBackend) {
		f.stream = &fakeStream{}
		f.stream.send(Page{SIMs: []access.SIM{{ID: "1", Name: "offline-one", Status: "active", Stale: true}}, Cached: true})
	})
	d.expectSelected("offline-one")
	d.fake.stream.send(Page{SIMs: []access.SIM{{ID: "2", Name: "online-one", Status: "active", Online: true}}})
	d.settle()
	d.expectSelected("online-one").expectRow(1, "offline-one")
}

// What the cache says is replaced, and what the API does not know any more goes.
func TestCacheIsNotTrusted(t *testing.T) {
	d := start(t, 80, 24, func(_ *Options, f *fakeBackend) {
		f.stream = &fakeStream{}
		f.stream.send(Page{Cached: true, SIMs: []access.SIM{{ID: "1", Name: "old-name", Status: "active", Online: true}, {ID: "2", Name: "gone", Status: "active", Online: true}}})
	})
	d.expect("old-name", "gone")
	d.fake.stream.send(Page{SIMs: []access.SIM{{ID: "1", Name: "new-name", Status: "active"}}})
	d.fake.stream.send(Page{Cached: true, SIMs: []access.SIM{{ID: "1", Name: "old-name"}}})
	d.fake.stream.end = io.EOF
	d.settle()
	d.expect("new-name", "1 of 1").expectNot("old-name").expectNot("gone")
	d.press("c").expectStatus("offline")
}

func TestSlowdownIsVisible(t *testing.T) {
	d := start(t, 120, 24, func(_ *Options, f *fakeBackend) {
		f.stream = &fakeStream{}
		f.stream.send(Page{SIMs: someSIMs(f.now())})
		f.stream.send(Page{Wait: 7 * time.Second})
	})
	d.expect("API rate limit reached; continuing in 7 s")
	d.fake.stream.send(Page{SIMs: []access.SIM{{ID: "x"}}})
	d.settle()
	d.expectNot("slow down")
}

func TestServerSearch(t *testing.T) {
	d := start(t, 80, 24)
	d.fake.found["893500"] = []access.SIM{{ID: "8935", Name: "found-by-serial-number", Status: "active", Online: true}}
	d.press("/").types("893500")
	if len(d.fake.searched) > 0 {
		t.Fatal("asked without a pause")
	}
	d.advance(searchDelay)
	d.expectRow(0, "found-by-serial-number").expectSelected("found-by-serial-number")
	if fmt.Sprint(d.fake.searched) != "[893500]" {
		t.Errorf("asked for %v", d.fake.searched)
	}
	d.types("x").expectNot("found-by-serial-number")
	d.press("backspace").types("1").advance(time.Second)
	if fmt.Sprint(d.fake.searched) != "[893500 8935001]" {
		t.Errorf("asked for %v", d.fake.searched)
	}
}

// The answer to an old question changes nothing but what is known.
func TestOldAnswersAreDropped(t *testing.T) {
	d := start(t, 80, 24)
	d.press("/").types("tok")
	d.send(searchMsg{gen: d.m.sims.searchGen - 1, sims: []access.SIM{{ID: "z", Name: "stale"}}})
	d.expectNot("stale")
	d.send(pageMsg{gen: d.m.sims.gen - 1, page: Page{SIMs: []access.SIM{{ID: "z", Name: "tok-stale"}}}})
	d.expectNot("tok-stale")
}

func TestOneCharacterIsNotSearchedFor(t *testing.T) {
	d := start(t, 80, 24)
	d.press("/").types("東").advance(time.Second)
	if len(d.fake.searched) > 0 {
		t.Errorf("asked for %v", d.fake.searched)
	}
}

func TestOnlineOnlyAndSorting(t *testing.T) {
	d := start(t, 120, 40)
	d.press("a").expect("9 of 13", "online only").expectNot("pump-07")
	d.press("a", "s").expect("sorted by name").expectRow(0, "a-very-long").expectRow(1, "elevator")
	d.expectSelected("a-very-long")
	d.press("s").expect("sorted by last seen").expectRow(0, "gateway-001")
	d.press("s").expectNot("sorted by")
}

func TestKeysSayWhyTheyCannotAct(t *testing.T) {
	d := start(t, 120, 40)
	d.press("/").types("pump-07").press("enter", "c").expectStatus("offline").expectNoFooter("connect now")
	d.press("enter").expectNoDialog()
	d.advance(toastTime).expectStatus("OP0012345678")
	d.press("esc", "e").expectStatus("no error")
	d.press("/").types("sleeper").press("enter", "o").expectStatus("suspended")
	d.fake.mappings = nil
	d.press("esc", "2", "r", "D").expectStatus("Nothing that was made here").press("d").expectStatus("No mapping is selected")
}

func TestListErrorStays(t *testing.T) {
	d := start(t, 120, 40, func(_ *Options, f *fakeBackend) {
		f.stream = &fakeStream{end: message.WithHint(errors.New("the API is away"), "look at your network")}
	})
	d.expectStatus("the API is away", "look at your network").expectFooter("e details")
	d.advance(time.Minute).expectStatus("the API is away")
	d.press("e").expectDialog("That did not work", "Next step", "look at your network")
	d.press("esc").expectNoDialog().press("esc").expectStatus("OP0012345678")
	d.fake.stream = &fakeStream{end: io.EOF}
	d.fake.stream.send(Page{SIMs: someSIMs(d.clock)})
	d.press("r").expectRow(0, "gateway-001")
}

func TestDetails(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {160, 40}} {
		d := start(t, size[0], size[1], func(_ *Options, f *fakeBackend) {
			f.recent["8981100000000000000"] = config.Use{Protocol: "ssh", User: "pi", Port: 22, At: f.now().Add(-3 * time.Hour)}
		})
		d.expect("440100000000000", "10.128.0.0", "8981100000000000000", "gateway-001")
		if size[0] > 100 {
			d.expect("350000000000000", "LTE 440-10", "22 198.51.100.0:20022 7 h 59 min", "ssh pi :22, 3 h", "role = gateway")
		}
	}
}

func TestTooSmall(t *testing.T) {
	d := start(t, 39, 24)
	d.expect("too small", "40 columns").expectNot("gateway-001")
	d.press("c", "2", "d", "/").types("abc")
	if len(d.fake.jobs)+len(d.fake.deleted) > 0 {
		t.Error("keys act in the dark")
	}
	d.send(sizeOf(80, 24))
	d.h = 24
	d.expectRow(0, "gateway-001").expectNot("abc")
	d.send(sizeOf(40, 9))
	d.press("q")
	if !d.quit {
		t.Error("q does not quit")
	}
}

func TestStatusLine(t *testing.T) {
	d := start(t, 120, 40)
	d.expectStatus("default", "Japan", "OP0012345678", "203.0.113.10 (3 services agree)")
	d.fake.addressErr = errors.New("the services disagree")
	d.press("r").expectStatus("the services disagree")
	d.press("esc").expectStatus("unknown")
}

func TestHelpComesFromTheKeys(t *testing.T) {
	d := start(t, 120, 60)
	d.press("?").expectDialog("Keys", "connect now", "page down", "There is no error to show")
	d.press("?").expectNoDialog()
}

func TestEveryKeyIsTakenOnce(t *testing.T) {
	d := start(t, 120, 40)
	for tab := range 3 {
		d.press(fmt.Sprint(tab + 1))
		seen := map[string]bool{}
		for _, c := range d.m.commands() {
			for _, k := range c.key.Keys() {
				if seen[k] {
					t.Errorf("screen %d: %s has two meanings", tab+1, k)
				}
				seen[k] = true
			}
		}
	}
}

func TestCopy(t *testing.T) {
	d := start(t, 120, 40)
	d.press("y").expectDialog("Copy", "8981100000000000000", "napter-connect ssh gateway-001", "198.51.100.0:20022")
	d.press("down", "enter").expectNoDialog().expectStatus("Copied napter-connect ssh gateway-001")
	if d.osc52 != "napter-connect ssh gateway-001" || len(d.fake.copied) != 1 {
		t.Errorf("the terminal got %q, the system %q", d.osc52, d.fake.copied)
	}
	d.press("down", "down", "y").expect("napter-connect ssh 8981100000000000002") // its name needs quoting
}

func TestRealCursor(t *testing.T) {
	d := start(t, 80, 24)
	if d.m.View().Cursor != nil {
		t.Error("a cursor without a text field")
	}
	d.press("/").types("日本")
	if c := d.m.View().Cursor; c == nil || c.X != 2+4 || c.Y != 1 {
		t.Errorf("the cursor is at %+v", c)
	}
}
