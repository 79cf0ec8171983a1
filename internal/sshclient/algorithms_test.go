package sshclient

import (
	"testing"

	"golang.org/x/crypto/ssh"
)

// Whatever a device sends in place of its KEXINIT, reading it for the error
// message must not fail.
func FuzzParseKexInit(f *testing.F) {
	names := struct {
		Cookie                                [16]byte `sshtype:"20"`
		Kex, HostKeys, C2S, S2C, MAC2S, MAC2C []string
	}{Kex: []string{"a"}, HostKeys: []string{"b", "c"}, S2C: []string{"d"}, MAC2C: []string{"e"}}
	body := ssh.Marshal(names)
	packet := append([]byte{0, 0, 0, byte(len(body) + 1), 4}, body...)
	if a, ok := parseKexInit(packet); !ok || a.KeyExchanges[0] != "a" || len(a.HostKeys) != 2 || a.Ciphers[0] != "d" || a.MACs[0] != "e" {
		f.Fatalf("%+v, %v", a, ok)
	}
	f.Add(packet)
	f.Add(packet[:40])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0, 20})
	f.Fuzz(func(_ *testing.T, b []byte) {
		_ = newAlgorithmError("gw", &ssh.AlgorithmNegotiationError{What: "cipher"}, b).Hint()
	})
}
