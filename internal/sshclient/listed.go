package sshclient

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
)

// restrict leaves of a, the default, what ssh_config lists, in its order. old are
// those that are allowed only by name.
func restrict(a *ssh.Algorithms, old ssh.Algorithms, listed hostconfig.Algorithms) error {
	if listed.PublicKeyAuths != "" {
		a.PublicKeyAuths, old.PublicKeyAuths = withCertificates(a.PublicKeyAuths), withCertificates(old.PublicKeyAuths)
	}
	for _, l := range []struct {
		option, spec string
		names        *[]string
		old          []string
	}{
		{"KexAlgorithms", listed.KeyExchanges, &a.KeyExchanges, old.KeyExchanges},
		{"Ciphers", listed.Ciphers, &a.Ciphers, old.Ciphers},
		{"HostKeyAlgorithms", listed.HostKeys, &a.HostKeys, old.HostKeys},
		{"PubkeyAcceptedAlgorithms", listed.PublicKeyAuths, &a.PublicKeyAuths, old.PublicKeyAuths},
	} {
		all := slices.Concat(*l.names, l.old)
		if *l.names = amend(l.spec, *l.names, all); len(*l.names) == 0 {
			return noneListed(l.option, l.spec, all)
		}
	}
	macs := amend(listed.MACs, a.MACs, slices.Concat(a.MACs, old.MACs))
	if len(macs) > 0 {
		a.MACs = macs
		return nil
	}
	// None of the listed MACs is there: what is left are the ciphers that need none.
	a.Ciphers = slices.DeleteFunc(a.Ciphers, func(name string) bool { return !slices.Contains(authenticated(), name) })
	if len(a.Ciphers) == 0 {
		return noneListed("MACs", listed.MACs, slices.Concat(a.MACs, old.MACs))
	}
	return nil
}

func noneListed(option, spec string, all []string) error {
	return message.WithHint(message.Errorf("ssh_config: %s names nothing that this program has: %s", option, safetext.Trim(spec)),
		"it has %s; for others use your own ssh with ProxyCommand napter-connect proxy %%h %%p", strings.Join(all, ", "))
}

// amend reads a list as ssh_config(5) has it; all are the names that there are. Names
// that are not there, as OpenSSH's own lists have some, are left out.
func amend(spec string, byDefault, all []string) []string {
	if spec == "" {
		return byDefault
	}
	matching := func(list string, from []string) (found []string) {
		for pattern := range strings.SplitSeq(list, ",") {
			for _, name := range from {
				if ok, err := path.Match(strings.TrimSpace(pattern), name); ok && err == nil {
					found = append(found, name)
				}
			}
		}
		return found
	}
	var names []string
	switch spec[0] {
	case '+':
		names = slices.Concat(byDefault, matching(spec[1:], all))
	case '^':
		names = slices.Concat(matching(spec[1:], all), byDefault)
	case '-':
		out := matching(spec[1:], byDefault)
		return slices.DeleteFunc(slices.Clone(byDefault), func(name string) bool { return slices.Contains(out, name) })
	default:
		names = matching(spec, all)
	}
	return withFirst(names, names) // each once
}

// withCertificates adds the algorithms of certificates for such keys.
func withCertificates(names []string) []string {
	out := slices.Clone(names)
	for _, name := range names {
		out = append(out, certificateAlgorithm(name))
	}
	return out
}

// certificateAlgorithm is what OpenSSH calls a signature algorithm when the key comes
// as a certificate.
func certificateAlgorithm(name string) string {
	return strings.TrimSuffix(name, "@openssh.com") + "-cert-v01@openssh.com"
}

// leftOut notes what the device has and ssh_config's lists leave out: allowed is what
// they let through. That, and not an old device, is then what has to be changed.
func (e *AlgorithmError) leftOut(afterBanner []byte, listed hostconfig.Algorithms, allowed ssh.Algorithms) *AlgorithmError {
	offers, ok := parseKexInit(afterBanner)
	if !ok {
		return e
	}
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	note := func(option, spec string, allowed, all, offered []string) {
		if spec == "" || len(common(allowed, offered)) > 0 {
			return
		}
		for _, name := range common(all, offered) {
			e.LeftOut = append(e.LeftOut, option+"=+"+name)
		}
	}
	note("KexAlgorithms", listed.KeyExchanges, allowed.KeyExchanges, slices.Concat(good.KeyExchanges, old.KeyExchanges), offers.KeyExchanges)
	note("HostKeyAlgorithms", listed.HostKeys, allowed.HostKeys,
		slices.Concat(openSSHOrder(good.HostKeys), old.HostKeys), offers.HostKeys)
	note("Ciphers", listed.Ciphers, allowed.Ciphers, slices.Concat(good.Ciphers, old.Ciphers), offers.Ciphers)
	if len(common(authenticated(), common(allowed.Ciphers, offers.Ciphers))) == 0 {
		note("MACs", listed.MACs, allowed.MACs, slices.Concat(good.MACs, old.MACs), offers.MACs)
	}
	return e
}
