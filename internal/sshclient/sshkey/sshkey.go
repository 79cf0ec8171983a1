// Package sshkey compares public SSH keys and says what they are.
package sshkey

import (
	"strings"

	"golang.org/x/crypto/ssh"
)

// Plain is the key that a certificate certifies, or the key itself.
func Plain(k ssh.PublicKey) ssh.PublicKey {
	if c, ok := k.(*ssh.Certificate); ok {
		return c.Key
	}
	return k
}

// Same reports whether a and b are one key; nil is none.
func Same(a, b ssh.PublicKey) bool {
	return a != nil && b != nil && string(a.Marshal()) == string(b.Marshal())
}

// Type is what OpenSSH calls a key's type: ED25519, RSA, ECDSA.
func Type(key ssh.PublicKey) string {
	t := Plain(key).Type()
	if strings.HasPrefix(t, "ecdsa-") {
		return "ECDSA"
	}
	return strings.ToUpper(strings.TrimPrefix(t, "ssh-"))
}

// Describe is a key's type and fingerprint.
func Describe(key ssh.PublicKey) string {
	return Type(key) + " " + ssh.FingerprintSHA256(key)
}
