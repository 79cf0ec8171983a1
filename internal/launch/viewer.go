package launch

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
)

// Schemes of viewers.
const (
	VNC = "vnc"
	RDP = "rdp"
)

// NoViewerError says that no program for a scheme was found.
type NoViewerError struct {
	Scheme string
	Tried  []string
}

// Text names the programs that were looked for.
func (e *NoViewerError) Text() message.Text {
	return message.New("no %s viewer was found (%s)", strings.ToUpper(e.Scheme), strings.Join(e.Tried, ", "))
}

func (e *NoViewerError) Error() string { return e.Text().String() }

// View starts the platform's viewer for a local address. ended tells of its end.
// clean removes what was made for it; call it when the viewer has ended.
func (d Desktop) View(scheme string, addr netip.AddrPort) (ended <-chan error, clean func(), err error) {
	if err := d.check(); err != nil {
		return nil, nil, err
	}
	clean = func() {}
	file := ""
	if scheme == RDP {
		if file, clean, err = writeRDP(addr); err != nil {
			return nil, nil, err
		}
	}
	tried := &NoViewerError{Scheme: scheme}
	for _, args := range viewers(runtime.GOOS, scheme, addr, file, d.getenv) {
		path, err := exec.LookPath(args[0])
		if err != nil {
			tried.Tried = append(tried.Tried, filepath.Base(args[0]))
			continue
		}
		args[0] = path
		if ended, err = d.start(args); err != nil {
			clean()
			return nil, nil, err
		}
		return ended, clean, nil
	}
	clean()
	return nil, nil, tried
}

// writeRDP writes a file that remote desktop clients open. It holds the address
// and nothing else; the client asks for the rest.
func writeRDP(addr netip.AddrPort) (file string, remove func(), err error) {
	f, err := os.CreateTemp("", "napter-connect-*.rdp")
	if err != nil {
		return "", nil, message.Errorf("writing the viewer's file: %w", err)
	}
	remove = func() { _ = os.Remove(f.Name()) }
	_, err = fmt.Fprintf(f, "full address:s:%s\r\n", addr)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		remove()
		return "", nil, message.Errorf("writing the viewer's file: %w", err)
	}
	return f.Name(), remove, nil
}

// viewers are the command lines to try, by the platform. Each program stays until
// its window is closed.
func viewers(goos, scheme string, addr netip.AddrPort, file string, getenv func(string) string) [][]string {
	url := scheme + "://" + addr.String()
	// host::port is a port, where host:number would be a display.
	display := addr.Addr().String() + "::" + fmt.Sprint(addr.Port())
	if addr.Addr().Is6() {
		display = net.JoinHostPort(addr.Addr().String(), ":"+fmt.Sprint(addr.Port()))
	}
	switch {
	case goos == "darwin" && scheme == VNC:
		return [][]string{{"open", "-W", url}}
	case goos == "darwin":
		return [][]string{{"open", "-W", file}}
	case goos == "windows" && scheme == VNC:
		return windowsVNC(display, addr, getenv)
	case goos == "windows":
		return [][]string{{"mstsc.exe", file}}
	case scheme == VNC:
		return [][]string{{"vncviewer", display}, {"xtigervncviewer", display}, {"remmina", "-c", url}, {"krdc", url}, {"vinagre", url}}
	}
	return [][]string{{"remmina", "-c", file}, {"xfreerdp3", file}, {"xfreerdp", file}, {"wlfreerdp", file}, {"krdc", url}}
}

// windowsVNC looks where the usual viewers install themselves, which is not in
// PATH.
func windowsVNC(display string, addr netip.AddrPort, getenv func(string) string) [][]string {
	list := [][]string{{"vncviewer.exe", display}}
	for _, folder := range []string{getenv("ProgramFiles"), getenv("ProgramFiles(x86)")} {
		if folder == "" {
			continue
		}
		list = append(list,
			[]string{filepath.Join(folder, "RealVNC", "VNC Viewer", "vncviewer.exe"), display},
			[]string{filepath.Join(folder, "TigerVNC", "vncviewer.exe"), display},
			[]string{filepath.Join(folder, "TightVNC", "tvnviewer.exe"), "-host=" + addr.Addr().String(), fmt.Sprintf("-port=%d", addr.Port())})
	}
	return list
}
