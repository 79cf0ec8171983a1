//go:build linux

package waystest_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// script makes an executable shell script in the home's bin folder, which leads
// PATH.
func (w *world) script(name, text string) string {
	w.t.Helper()
	bin := filepath.Join(w.Dir, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(bin, name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if !strings.HasPrefix(w.Env[0], "PATH="+bin) {
		w.Env[0] = strings.Replace(w.Env[0], "PATH=", "PATH="+bin+":", 1)
	}
	return path
}

// waitFor waits until a file has text, and returns it.
func (w *world) waitFor(name string) string {
	w.t.Helper()
	var text []byte
	w.until(name, func() error {
		var err error
		if text, err = os.ReadFile(filepath.Join(w.Dir, name)); err == nil && len(text) == 0 {
			err = fmt.Errorf("it is empty")
		}
		return err
	})
	return string(text)
}

func TestChromiumLoadsThePage(t *testing.T) {
	chromium := sshdtest.Tool(t, "chromium")
	w := newWorld(t, simulator.Options{})
	block, _ := pem.Decode(w.sim.CACertPEM())
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256(ca.RawSubjectPublicKeyInfo)
	// The simulator's authority takes the place of the public ones, and its host
	// names that of the public ones; all else is a browser as it is.
	browser := w.script("browser", fmt.Sprintf(`echo chatter; echo chatter >&2
%s --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --user-data-dir=%s/chromium \
  --host-resolver-rules='MAP * 127.0.0.1' --ignore-certificate-errors-spki-list=%s --dump-dom "$1" > %s/dom.part 2> %s/chromium.log
mv %s/dom.part %s/dom`, chromium, w.Dir, base64.StdEncoding.EncodeToString(key[:]), w.Dir, w.Dir, w.Dir, w.Dir))
	w.Env = append(w.Env, "BROWSER="+browser)
	o := w.start("open", "gateway-001", "--path", "/")
	url := strings.TrimSpace(o.line(t))
	var dom []byte
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline) && dom == nil; time.Sleep(20 * time.Millisecond) {
		dom, _ = os.ReadFile(filepath.Join(w.Dir, "dom"))
	}
	if !strings.HasPrefix(url, "https://") || !strings.Contains(string(dom), "gateway-001") {
		log, _ := os.ReadFile(filepath.Join(w.Dir, "chromium.log"))
		t.Errorf("of %s the browser saw %q\n%s", url, dom, log)
	}
	_ = o.Process.Signal(os.Interrupt)
	if rest, _ := io.ReadAll(o.out); len(rest) > 0 {
		t.Errorf("stdout has %q too", rest)
	}
	_ = o.Wait()
	w.clean()
	w.stopKeeper()
}

func TestOpenPrintsTheURL(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.script("xdg-open", "touch "+filepath.Join(w.Dir, "started"))
	for _, c := range []struct {
		args []string
		vars []string
		told string
	}{
		{[]string{"--print"}, []string{"DISPLAY=:99"}, ""},
		{nil, nil, "there is no display"},
		{nil, []string{"DISPLAY=:99", "SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22"}, "this is an SSH session"},
		{[]string{"--scheme", "https", "--print"}, nil, ""},
	} {
		cmd := w.command("napter-connect", append([]string{"open", "gateway-001:80"}, c.args...)...)
		cmd.Env = append(cmd.Env, c.vars...)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 200)
		n, _ := out.Read(line)
		told := ""
		if c.told != "" {
			text := make([]byte, 500)
			k, _ := errs.Read(text)
			told = string(text[:k])
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		rest, _ := io.ReadAll(out)
		more, _ := io.ReadAll(errs)
		_ = cmd.Wait()
		if !strings.HasPrefix(string(line[:n]), "https://") || strings.Count(string(line[:n]), "\n") != 1 || len(rest) > 0 ||
			!strings.Contains(told, c.told) || len(more) > 0 {
			t.Errorf("%+v: stdout %q and %q, stderr %q and %q", c, line[:n], rest, told, more)
		}
		w.clean()
	}
	if _, err := os.Stat(filepath.Join(w.Dir, "started")); err == nil {
		t.Error("a browser was started")
	}
	w.stopKeeper()
}

// The desktop's own program shows the page where there is one.
func TestOpenUsesTheDesktop(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	w.script("xdg-open", `echo "$1" > `+filepath.Join(w.Dir, "url"))
	w.Env = append(w.Env, "DISPLAY=:99")
	o := w.start("open", "gateway-001:https")
	url := o.line(t)
	if got := w.waitFor("url"); got != url {
		t.Errorf("the browser got %q, stdout %q", got, url)
	}
	if m := w.sim.Mappings(); len(m) != 1 || m[0].TLS || m[0].DevicePort != 443 {
		t.Errorf("mappings %+v", m)
	}
	_ = o.Process.Signal(syscall.SIGHUP)
	_ = o.Wait()
	w.clean()
	w.stopKeeper()
}

// A viewer gets a local address; its end is the end.
func TestOpenStartsViewers(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	gateway, _ := w.sim.SIMByName("gateway-001")
	for _, port := range []int{5900, 3389} {
		w.sim.SetDevicePort(gateway.ID, port, func(c net.Conn) { _, _ = io.WriteString(c, "screen\n") })
	}
	w.Env = append(w.Env, "DISPLAY=:99", "TMPDIR="+w.Dir)
	talk := `exec 3<>/dev/tcp/$host/$port; read line <&3; echo "$line" > ` + filepath.Join(w.Dir, "seen")
	w.script("vncviewer", `exec bash -c 'host=${0%%::*} port=${0##*::}; `+talk+`' "$1"`)
	w.script("remmina", `cp "$2" `+filepath.Join(w.Dir, "rdp")+`
exec bash -c 'addr=$(tr -d "\r" < "$0" | cut -d: -f3-); host=${addr%:*} port=${addr##*:}; `+talk+`' "$2"`)
	for _, service := range []string{"vnc", "rdp"} {
		_ = os.Remove(filepath.Join(w.Dir, "seen"))
		r := w.run("napter-connect", "open", "gateway-001:"+service)
		if r.status != 0 || r.err != "" || !strings.HasPrefix(r.out, service+"://127.0.0.1:") {
			t.Errorf("%s: %+v", service, r)
		}
		if got := w.waitFor("seen"); got != "screen\n" {
			t.Errorf("%s: the viewer saw %q", service, got)
		}
		w.clean()
	}
	if got := w.waitFor("rdp"); !strings.HasPrefix(got, "full address:s:127.0.0.1:") || strings.Count(got, "\n") != 1 {
		t.Errorf("the file has %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(w.Dir, "*.rdp")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	w.stopKeeper()
}

// Enter ends it; the end of the input does not.
func TestOpenEndsAtEnter(t *testing.T) {
	w := newWorld(t, simulator.Options{})
	cmd := w.command("napter-connect", "open", "gateway-001")
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	told := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(terminal)
		told <- string(all)
	}()
	w.until("the mapping", func() error { return more(w.sim.Count("createPortMappingForSim"), 0) })
	w.until("the first connection", func() error { return more(len(w.sim.Mappings()), 0) })
	if _, err := terminal.Write([]byte{4}); err != nil { // Ctrl-D
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		t.Fatalf("the end of the input ended it: %v\n%s", err, <-told)
	case <-time.After(500 * time.Millisecond):
	}
	if _, err := terminal.WriteString("\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, <-told)
	}
	w.clean()
	w.stopKeeper()
}
