package sshclient

import (
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
)

// algorithms returns what to offer: what the library holds to be secure or what
// ssh_config lists, and the named legacy ones after it. (The library's own defaults
// are looser.)
func algorithms(legacy []string, listed hostconfig.Algorithms) (ssh.Algorithms, error) {
	a, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	a.HostKeys = openSSHOrder(a.HostKeys)
	if err := restrict(&a, old, listed); err != nil {
		return a, err
	}
	for _, name := range legacy {
		if !addLegacy(&a, old, name) {
			return a, message.WithHint(message.Errorf("legacy: %q is not an algorithm that can be allowed", safetext.Trim(name)),
				"known names: %s", strings.Join(legacyNames(old), ", "))
		}
	}
	return a, nil
}

// addLegacy allows name wherever it is known; one that is allowed already is fine.
func addLegacy(a *ssh.Algorithms, old ssh.Algorithms, name string) (known bool) {
	add := func(to *[]string, from []string) {
		if slices.Contains(*to, name) {
			known = true
		} else if slices.Contains(from, name) {
			*to, known = append(*to, name), true
		}
	}
	add(&a.KeyExchanges, old.KeyExchanges)
	add(&a.Ciphers, old.Ciphers)
	add(&a.MACs, old.MACs)
	add(&a.HostKeys, old.HostKeys)
	add(&a.PublicKeyAuths, old.PublicKeyAuths)
	return known
}

func legacyNames(old ssh.Algorithms) []string {
	names := slices.Concat(old.KeyExchanges, old.Ciphers, old.MACs, old.HostKeys, old.PublicKeyAuths)
	slices.Sort(names)
	return slices.Compact(names)
}

// openSSHOrder prefers host keys as OpenSSH does, so that both clients pin the
// same key of a device that has several.
func openSSHOrder(all []string) []string {
	first := []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521,
		ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256,
	}
	return withFirst(first, all)
}

// withFirst returns all, those in first before the rest. Names in first that all
// lacks are left out.
func withFirst(first, all []string) []string {
	out := make([]string, 0, len(all))
	for _, name := range slices.Concat(first, all) {
		if slices.Contains(all, name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}
