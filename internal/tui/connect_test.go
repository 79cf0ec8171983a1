package tui

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/lease"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

func sizeOf(w, h int) tea.WindowSizeMsg { return tea.WindowSizeMsg{Width: w, Height: h} }

func TestTwoKeysToAShell(t *testing.T) {
	d := start(t, 120, 40)
	d.press("down", "c").expectDialog("Connecting to tokyo-gw-014")
	j := d.job()
	if j.request.SIM.Name != "tokyo-gw-014" || j.request.Protocol != SSH {
		t.Errorf("asked for %+v", j.request)
	}
	j.step(access.StepLogin, false, "", "")
	j.step(access.StepLogin, true, "OP0012345678", "")
	j.step(access.StepMapping, false, "", "")
	d.settle()
	d.expect("✓ logging in  OP0012345678", "0.3 s", "▸ opening the mapping")
	d.advance(2 * time.Second).expect("2.0 s")
	j.events = append(j.events, Started{}, Ended{Ran: true, Mapping: "198.51.100.1:30022", Outcome: lease.Deleted})
	d.settle()
	d.expectNoDialog().expectSelected("tokyo-gw-014")
	d.expectStatus("The session on tokyo-gw-014 has ended.", "The mapping 198.51.100.1:30022 is deleted.")
}

// TestBackInTheList: as soon as a shell is over keys belong to the list again; the
// mapping's deletion goes on beside, and q waits for it without a question.
func TestBackInTheList(t *testing.T) {
	d := start(t, 120, 40)
	d.press("c")
	j := d.job()
	j.events = append(j.events, Started{})
	d.settle()
	d.press("/").expectDialog("Connecting") // typed before the shell: not for the list
	j.events = append(j.events, Returned{})
	d.settle()
	d.expectNoDialog().expectStatus("deleting the mapping…")
	d.press("/").types("tokyo").expect("/ tokyo")
	j.events = append(j.events, Ended{Ran: true, Mapping: "198.51.100.1:30022", Outcome: lease.Deleted})
	d.settle()
	d.expectNoDialog().expect("/ tokyo").expectStatus("The mapping 198.51.100.1:30022 is deleted.")
	d.press("enter", "c")
	j = d.job()
	j.events = append(j.events, Started{}, Returned{})
	d.settle()
	d.press("q").expectNoDialog().expectStatus("Ending what runs")
	j.events = append(j.events, Ended{Ran: true, Err: errors.New("the connection was lost")})
	d.settle()
	if !d.quit {
		t.Error("q did not end the UI after the last deletion")
	}
}

// TestLostShellIsExplained: what broke off comes back as an error with its steps.
func TestLostShellIsExplained(t *testing.T) {
	d := start(t, 120, 40)
	d.press("c")
	j := d.job()
	j.step(access.StepDial, false, "", "")
	j.step(access.StepDial, true, "", "")
	j.events = append(j.events, Started{}, Returned{})
	d.settle()
	d.expectNoDialog()
	j.step(access.StepDelete, false, "", "")
	j.events = append(j.events, Ended{Ran: true, Err: message.WithHint(errors.New("the connection was lost"), "connect again")})
	d.settle()
	d.expectDialog("That did not work", "connecting", "deleting the mapping", "the connection was lost", "Next step: connect again")
}

func TestConnectUsesWhatWasUsedLast(t *testing.T) {
	d := start(t, 120, 40, func(_ *Options, f *fakeBackend) {
		f.recent["8981100000000000000"] = config.Use{Protocol: "ssh", User: "admin", Port: 2222, Duration: time.Hour, Service: "arc"}
		f.defaults = Defaults{User: "pi", Port: 22, Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")}}
	})
	d.press("c")
	r := d.job().request
	if r.User != "admin" || r.Port != 2222 || r.Duration != time.Hour || r.Service != "arc" || len(r.Sources) != 1 {
		t.Errorf("asked for %+v", r)
	}
}

func TestEscCancelsAndCleansUp(t *testing.T) {
	d := start(t, 120, 40)
	d.press("c", "esc").expectDialog("Connecting", "Cancelling")
	if !d.job().cancelled {
		t.Fatal("the job was not cancelled")
	}
	d.press("esc").expectStatus("Cancelling")
	d.job().step(access.StepDelete, false, "", "")
	d.settle()
	d.expect("deleting the mapping")
	d.job().events = append(d.job().events, Ended{Err: context.Canceled, Mapping: "198.51.100.1:30022", Outcome: lease.Deleted})
	d.settle()
	d.expectNoDialog().expectStatus("The mapping 198.51.100.1:30022 is deleted.")
}

func TestErrorStaysWithItsNextStep(t *testing.T) {
	d := start(t, 120, 40)
	d.press("c")
	j := d.job()
	j.step(access.StepSIM, false, "", "")
	j.step(access.StepSIM, true, "", "offline")
	j.events = append(j.events, Ended{Err: message.WithHint(errors.New("the SIM went offline"), "wait for the device")})
	d.settle()
	d.expectDialog("That did not work", "✗ finding the SIM", "the SIM went offline", "Next step: wait for the device")
	d.expectFooter("e details").advance(time.Hour).expectDialog("That did not work")
	d.press("e").expectDialog("Details", "finding the SIM: offline")
	d.press("esc").expectDialog("That did not work").press("esc").expectNoDialog()
}

func TestQuestionsAreAskedInTheUI(t *testing.T) {
	d := start(t, 120, 40)
	d.press("c")
	type answer struct {
		text string
		ok   bool
	}
	var got []answer
	ask := Question{
		Text: "The key is SHA256:abc\x1b[2J", Prompt: "Password: ", Secret: true,
		Answer: func(text string, ok bool) { got = append(got, answer{text, ok}) },
	}
	d.job().events = append(d.job().events, ask)
	d.settle()
	d.expectDialog("A question", `SHA256:abc\x1b[2J`, "Password:")
	d.types("q?secret").expect("********").expectNot("secret").press("enter")
	d.expectDialog("Connecting")
	d.job().events = append(d.job().events, ask)
	d.settle()
	d.press("esc").expectDialog("Connecting")
	if len(got) != 2 || got[0] != (answer{"q?secret", true}) || got[1].ok {
		t.Errorf("the answers were %+v", got)
	}
}

func TestForm(t *testing.T) {
	d := start(t, 120, 40, func(_ *Options, f *fakeBackend) { f.defaults.User = "pi" })
	d.press("enter").expectDialog("Connect to gateway-001", "203.0.113.10/32", "3 services agree", "pi")
	d.press("tab").types("99999").expect("a number from 1 to 65535")
	d.press("enter").expectDialog("Connect to") // and nothing happens
	d.press("ctrl+u").types("2222").press("tab", "ctrl+u").types("root")
	d.press("tab").types("9h").expect("8h at most").press("ctrl+u").types("30m")
	d.press("tab", "right", "right").expect("< Arc >")
	d.press("tab").types("192.0.2.0/33").expect("an IPv4 range").press("ctrl+u")
	d.types("203.0.0.0/8").expect("admits 16777216 addresses").press("ctrl+u").types("192.0.2.7").expect("as you gave it")
	d.press("enter").expectDialog("Connecting")
	r := d.job().request
	if r.Protocol != SSH || r.Port != 2222 || r.User != "root" || r.Duration != 30*time.Minute || r.Service != "arc" ||
		len(r.Sources) != 1 || r.Sources[0] != netip.MustParsePrefix("192.0.2.7/32") {
		t.Errorf("asked for %+v", r)
	}
}

func TestFormFollowsTheProtocol(t *testing.T) {
	d := start(t, 120, 40)
	d.press("enter", "right").expect("< HTTP >", "80", "Soracom encrypts").expectNot("as ssh_config says")
	d.press("right").expect("< HTTPS >", "443")
	d.press("left", "enter")
	if r := d.job().request; r.Protocol != HTTP || r.Port != 80 || !r.TLS {
		t.Errorf("asked for %+v", r)
	}
}

func TestFormSaysWhatCannotBeUsed(t *testing.T) {
	d := start(t, 120, 40, func(_ *Options, f *fakeBackend) { f.unable[VNC] = "no viewer here" })
	d.press("enter", "right", "right", "right").expect("VNC", "no viewer here").press("enter").expectDialog("Connect to")
}

func beside(d *driver) {
	d.job().events = append(d.job().events, Started{
		Beside: true, Local: "127.0.0.1:8080", URL: "http://127.0.0.1:8080/",
		Info: access.Info{Mapping: access.Mapping{Addr: netip.MustParseAddrPort("198.51.100.0:20080"), DevicePort: 80, Expires: d.clock.Add(time.Hour)}},
	})
	d.job().stats = Stats{Mapping: netip.MustParseAddrPort("198.51.100.0:20080"), Expires: d.clock.Add(time.Hour)}
	d.settle()
}

func TestSessions(t *testing.T) {
	d := start(t, 120, 40)
	d.press("o").expectDialog("Connect to gateway-001", "< HTTP >").press("enter")
	beside(d)
	d.expectNoDialog().expectStatus("Opened http://127.0.0.1:8080/")
	d.job().stats.Connections, d.job().stats.In, d.job().stats.Out = 2, 12_300_000, 4567
	d.job().stats.Failure = errors.New("the device refused the connection")
	d.press("3").expect("198.51.100.0:20080 · the device refused").expectRow(0, "browser", "gateway-001:80", "http://127.0.0.1:8080/", "2", "1 h 0 min", "12.3 MB", "4567 B")
	d.press("x").expectDialog("Stop?").press("enter").expectNoDialog() // Cancel is focused
	if d.job().cancelled {
		t.Fatal("stopped though cancelled")
	}
	d.press("x", "right", "enter")
	if !d.job().cancelled {
		t.Fatal("not stopped")
	}
	d.job().events = append(d.job().events, Ended{Err: context.Canceled, Ran: true, Mapping: "198.51.100.0:20080", Outcome: lease.Deleted})
	d.settle()
	d.expectStatus("127.0.0.1:8080 is closed.", "The mapping 198.51.100.0:20080 is deleted.").expect("No forward or browser is running")
}

// What could not be shown can be copied all the same.
func TestNoBrowser(t *testing.T) {
	d := start(t, 120, 40)
	d.press("o", "enter")
	d.job().events = append(d.job().events, Started{
		Beside: true, URL: "https://device.example/", Problem: message.WithHint(errors.New("no window can be opened here"), "open the address elsewhere"),
	})
	d.settle()
	d.expectNoDialog().expectStatus("no window can be opened here", "elsewhere")
	d.press("3", "y").expectDialog("Copy", "https://device.example/")
}

// A forward that breaks says why, wherever one is.
func TestSessionThatBreaks(t *testing.T) {
	d := start(t, 120, 40)
	d.press("f").types("5432").press("enter")
	beside(d)
	d.job().events = append(d.job().events, Ended{Err: message.WithHint(errors.New("the connection was lost"), "try again"), Ran: true})
	d.settle()
	d.advance(time.Minute).expectStatus("the connection was lost", "try again")
}

func TestQuit(t *testing.T) {
	d := start(t, 120, 40)
	d.press("q")
	if !d.quit {
		t.Fatal("q does not quit")
	}
	d = start(t, 120, 40)
	d.press("o", "enter")
	beside(d)
	d.press("q").expectDialog("Quit?", "Running here: 1").press("enter").expectNoDialog()
	if d.quit || d.job().cancelled {
		t.Fatal("quit though cancelled")
	}
	d.press("ctrl+c").expectDialog("Quit?").press("right", "enter").expectStatus("Ending what runs")
	if d.quit || !d.job().cancelled {
		t.Fatal("quit before the job had ended, or did not end it")
	}
	d.job().events = append(d.job().events, Ended{Err: context.Canceled, Ran: true})
	d.settle()
	if !d.quit {
		t.Error("did not quit after the job's end")
	}
}

func TestMappings(t *testing.T) {
	d := start(t, 120, 40)
	d.press("2").expectRow(0, "gateway-001", "22", "198.51.100.0:20022", "7 h 59 min", "in use here: ssh gateway")
	d.expectRow(1, "tokyo-gw-014", "80", "4:59", "someone else's", "yes", "203.0.113.10/32").expectRow(2, "ours, left over")
	d.advance(time.Second).expectRow(1, "4:58").expectRow(0, "7 h 58 min")
	d.press("down").expect("ends in 4:58")
	d.advance(5*time.Minute).expectRow(1, "ended")
}

func TestDeleteAsksForOthers(t *testing.T) {
	d := start(t, 120, 40)
	d.press("2", "down", "d").expectDialog("Delete the mapping?", "created by", "[ Cancel ]")
	d.press("enter").expectNoDialog()
	if len(d.fake.deleted) > 0 {
		t.Fatal("deleted though Cancel was focused")
	}
	d.press("d", "tab", "enter").expectStatus("The mapping 198.51.100.1:20080 is deleted.").expect("2 Mappings 4")
	d.press("up", "d").expectDialog("Delete the mapping?", "in use here by: ssh gateway-001").press("esc")
	d.press("down").expectSelected("left over").press("d").expectNoDialog() // ours: at once
	if len(d.fake.deleted) != 2 {
		t.Errorf("deleted %v", d.fake.deleted)
	}
}

// In the list of SIMs, d is for what leads to the selected one.
func TestDeleteFromTheListOfSIMs(t *testing.T) {
	d := start(t, 120, 40, func(o *Options, f *fakeBackend) {
		other := f.mappings[1]
		other.SIM, other.Addr = "8981100000000000004", netip.MustParseAddrPort("198.51.100.9:20022")
		two := f.mappings[4]
		two.Addr = netip.MustParseAddrPort("198.51.100.9:20023")
		f.mappings = append(f.mappings, other, two)
	})
	d.press("d").expectDialog("Delete the mapping?", "in use here by: ssh gateway-001").press("esc")
	d.press("down", "down").expectSelected("工場").press("d").expectNoDialog().expectStatus("The mapping 198.51.100.2:20022 is deleted.")
	d.press("d").expectNoDialog().expectStatus("No port mapping to this SIM is open.")
	d.press("down").expectSelected("elevator").press("d").expectDialog("Delete the mapping?", "2 mappings will be deleted").press("esc")
	d.press("down").expectSelected("evil").press("d").expectDialog("Delete the mapping?", `to evil\x1b`, "someone else. Whoever uses it", "[ Cancel ]")
	if len(d.fake.deleted) != 1 {
		t.Errorf("deleted %v", d.fake.deleted)
	}
}

func TestDeleteAllThatIsLeftOver(t *testing.T) {
	d := start(t, 120, 40)
	d.press("2", "D").expectDialog("Delete the mapping?", "2 mappings will be deleted").press("right", "enter")
	d.expectStatus("2 mappings are deleted.").expectNot("left over")
	if len(d.fake.deleted) != 2 {
		t.Errorf("deleted %v", d.fake.deleted)
	}
}

func TestDeleteFails(t *testing.T) {
	d := start(t, 120, 40)
	d.fake.deleteErr = message.WithHint(errors.New("forbidden"), "ask for the right")
	d.press("2", "down", "down", "d").expectStatus("198.51.100.2:20022 could not be deleted: forbidden", "ask for the right")
}

// Nothing ticks where nothing counts down, and mappings are listed again only
// while one looks at them.
func TestTicksOnlyWhenSomethingCountsDown(t *testing.T) {
	d := start(t, 80, 24, func(_ *Options, f *fakeBackend) { f.mappings = nil })
	d.advance(toastTime)
	if len(d.timers) > 0 {
		t.Fatalf("timers without a reason: %+v", d.timers)
	}
	d.fake.mappings = someMappings(d.clock)
	d.press("2").expectRow(0, "198.51.100.0").advance(10 * time.Second)
	d.fake.mappings = d.fake.mappings[1:]
	d.advance(mappingsEvery).expectNot("198.51.100.0:")
	d.press("1").advance(mappingsEvery * 2)
	d.press("/").types("zzz").press("enter").advance(toastTime)
	if len(d.timers) > 0 {
		t.Errorf("timers without a reason: %+v", d.timers)
	}
}
