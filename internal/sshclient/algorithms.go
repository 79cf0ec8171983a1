package sshclient

import (
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// AlgorithmError says that the device and we have no algorithm in common for
// What ("key exchange", "host key", "client to server cipher", …).
type AlgorithmError struct {
	Host    string
	What    string
	Offered []string // the device's offers for What
	// Legacy are the names that Config.Legacy would need for this device; none
	// when it offers nothing that we could allow.
	Legacy []string
	// LeftOut are options, Name=+algorithm, that would put back what the lists of
	// ssh_config leave out and the device has.
	LeftOut []string
	Err     error
}

func (e *AlgorithmError) Text() message.Text {
	return message.New("%s and this program have no %s algorithm in common: the device offers %s",
		e.Host, kindOfAlgorithm(e.What), strings.Join(e.Offered, ", "))
}

func (e *AlgorithmError) Error() string { return e.Text().String() }

func (e *AlgorithmError) Unwrap() error { return e.Err }

// kindOfAlgorithm says one of the library's values of What.
func kindOfAlgorithm(what string) message.Text {
	switch what {
	case "key exchange":
		return message.New("key exchange")
	case "host key":
		return message.New("host key")
	case "client to server cipher":
		return message.New("client to server cipher")
	case "server to client cipher":
		return message.New("server to client cipher")
	case "client to server MAC":
		return message.New("client to server MAC")
	case "server to client MAC":
		return message.New("server to client MAC")
	case "client to server compression":
		return message.New("client to server compression")
	case "server to client compression":
		return message.New("server to client compression")
	}
	return message.Verbatim(what)
}

// Hint says what to do.
func (e *AlgorithmError) Hint() message.Text {
	if len(e.LeftOut) > 0 {
		return message.New("your ssh_config leaves out what the device has: correct it, or add -o %s", strings.Join(e.LeftOut, " -o "))
	}
	if len(e.Legacy) == 0 {
		return message.New("update the device's SSH server, or use your own ssh with ProxyCommand napter-connect proxy %%h %%p")
	}
	return message.New("the device is old: update it, or allow its algorithms for this SIM alone in config.yaml with legacy: [%s]",
		strings.Join(e.Legacy, ", "))
}

// newAlgorithmError makes one from the library's error, which names only the
// first thing that failed, and from what the device sent after its banner, so
// that one setting names all that is missing.
func newAlgorithmError(host string, err *ssh.AlgorithmNegotiationError, afterBanner []byte) *AlgorithmError {
	e := &AlgorithmError{Host: host, What: err.What, Offered: cleanNames(err.RequestedAlgorithms), Err: err}
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	offers, ok := parseKexInit(afterBanner)
	if !ok {
		all := slices.Concat(old.KeyExchanges, old.HostKeys, old.Ciphers, old.MACs)
		e.Legacy = common(all, err.RequestedAlgorithms)
		return e
	}
	possible := true
	missing := func(good, old, offered []string) {
		if len(common(good, offered)) > 0 {
			return
		}
		found := common(old, offered)
		e.Legacy, possible = append(e.Legacy, found...), possible && len(found) > 0
	}
	missing(good.KeyExchanges, old.KeyExchanges, offers.KeyExchanges)
	missing(good.HostKeys, old.HostKeys, offers.HostKeys)
	missing(good.Ciphers, old.Ciphers, offers.Ciphers)
	if len(common(authenticated(), offers.Ciphers)) == 0 {
		missing(good.MACs, old.MACs, offers.MACs)
	}
	if !possible {
		e.Legacy = nil
	}
	return e
}

// authenticated are the ciphers that need no MAC.
func authenticated() []string {
	return []string{ssh.CipherAES128GCM, ssh.CipherAES256GCM, ssh.CipherChaCha20Poly1305}
}

// common returns the first of our names that the peer has too, or none.
func common(ours, theirs []string) []string {
	for _, name := range ours {
		if slices.Contains(theirs, name) {
			return []string{name}
		}
	}
	return nil
}

func cleanNames(names []string) []string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		out = append(out, safetext.Trim(name))
	}
	return out
}

// parseKexInit reads the server's SSH_MSG_KEXINIT (RFC 4253 sections 6 and 7.1),
// which is the first packet and not encrypted. Of ciphers and MACs it takes those
// that the server sends with.
func parseKexInit(b []byte) (ssh.Algorithms, bool) {
	const header, msgKexInit, cookie = 5, 20, 16
	var a ssh.Algorithms
	if len(b) < header {
		return a, false
	}
	if n := uint64(binary.BigEndian.Uint32(b)) + 4; n <= uint64(len(b)) {
		b = b[:n]
	}
	if len(b) < header+1+cookie || b[header] != msgKexInit {
		return a, false
	}
	rest := b[header+1+cookie:]
	var ignored []string
	for _, to := range []*[]string{&a.KeyExchanges, &a.HostKeys, &ignored, &a.Ciphers, &ignored, &a.MACs} {
		if len(rest) < 4 {
			return a, false
		}
		n := uint64(binary.BigEndian.Uint32(rest))
		if rest = rest[4:]; n > uint64(len(rest)) {
			return a, false
		}
		*to, rest = strings.Split(string(rest[:n]), ","), rest[n:]
	}
	return a, true
}
