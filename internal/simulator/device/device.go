// Package device is a simulated device behind a SIM: it speaks SSH and HTTP on
// connections that it is handed, and has no socket of its own.
package device

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator/device/shell"
)

// Options describe a device. Without AuthorizedKeys, Password and NoAuth nobody
// gets in. Every user name is accepted.
type Options struct {
	Seed  uint64 // with SimID it decides the host key and the hardware
	Name  string // host name; the SIM ID when empty
	SimID string

	AuthorizedKeys []ssh.PublicKey // may log in by public key
	Password       string          // may log in by password and keyboard-interactive; empty: by neither
	NoPassword     bool            // refuse the method password, so that the password is asked by keyboard-interactive
	NoInteractive  bool            // refuse the method keyboard-interactive
	NoAuth         bool            // let everybody in, by the method none
	Banner         string          // sent before authentication

	Now func() time.Time // the device's clock; nil is time.Now
}

// Device is one simulated device. Its methods may be called concurrently; making
// one costs next to nothing, as its key is made when it is first used.
type Device struct {
	opts Options
	host *shell.Host

	signer func() ssh.Signer
	config func() *ssh.ServerConfig
	web    func() *http.Server
}

// New returns a device. It listens nowhere: hand it connections.
func New(o Options) *Device {
	if o.Name == "" {
		o.Name = o.SimID
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Device{opts: o, host: newHost(o)}
	d.signer = sync.OnceValue(d.newSigner)
	d.config = sync.OnceValue(d.newConfig)
	d.web = sync.OnceValue(d.newWeb)
	return d
}

// HostKey is the device's ed25519 host key, the same for the same seed and SIM ID.
func (d *Device) HostKey() ssh.PublicKey { return d.signer().PublicKey() }

func (d *Device) newSigner() ssh.Signer {
	seed := digest("host key", d.opts)
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		panic(err) // an ed25519 key always makes a signer
	}
	return signer
}

// digest is what the seed and the SIM ID decide for one purpose.
func digest(purpose string, o Options) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "napter-connect simulator\x00%s\x00%d\x00%s", purpose, o.Seed, o.SimID))
}

func newHost(o Options) *shell.Host {
	boards := []struct{ model, kernel, machine string }{
		{"Raspberry Pi 4 Model B Rev 1.4", "6.6.51+rpt-rpi-v8", "aarch64"},
		{"Raspberry Pi 3 Model B Plus Rev 1.3", "6.6.51+rpt-rpi-v7", "armv7l"},
		{"Armadillo-IoT Gateway G4", "5.10.228-r0", "aarch64"},
		{"Intel NUC11 Essential", "6.1.0-28-amd64", "x86_64"},
	}
	h := digest("hardware", o)
	board := boards[int(h[0])%len(boards)]
	up := time.Duration(binary.BigEndian.Uint32(h[1:5])%(90*24*3600)+3600) * time.Second
	return &shell.Host{
		Name: cleanName(o.Name, "device"), Model: board.model, Kernel: board.kernel, Machine: board.machine,
		Serial: fmt.Sprintf("%x", h[5:13]), SimID: o.SimID,
		Boot: o.Now().Add(-up), Now: o.Now,
	}
}

// cleanName makes a name fit for a prompt and a path: letters and digits of any
// script stay, the rest becomes a hyphen, as the control characters of a SIM's name
// must not reach a terminal.
func cleanName(name, fallback string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, name)
	if clean = strings.Trim(clean, "."); clean == "" { // no "..", no hidden home
		return fallback
	}
	return clean
}
