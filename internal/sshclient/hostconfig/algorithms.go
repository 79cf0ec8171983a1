package hostconfig

// Algorithms are the lists of ssh_config as it has them: names between commas in the
// order of preference, or + - ^ and names to add to the default, to take out of it, and
// to put first. "" is the default.
type Algorithms struct {
	Ciphers, KeyExchanges, MACs, HostKeys, PublicKeyAuths string
}

func (s *keywords) algorithms() (a Algorithms) {
	a.Ciphers, _ = s.take("ciphers")
	a.KeyExchanges, _ = s.take("kexalgorithms")
	a.MACs, _ = s.take("macs")
	a.HostKeys, _ = s.take("hostkeyalgorithms")
	old, _ := s.take("pubkeyacceptedkeytypes") // its name before OpenSSH 8.5
	if a.PublicKeyAuths, _ = s.take("pubkeyacceptedalgorithms"); a.PublicKeyAuths == "" {
		a.PublicKeyAuths = old
	}
	return a
}
