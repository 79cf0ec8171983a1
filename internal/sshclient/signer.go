package sshclient

import (
	"io"
	"slices"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// candidate is a key to try: its public half, and its private half when the
// device wants a signature. It is an ssh.MultiAlgorithmSigner.
type candidate struct {
	label message.Text // where it comes from, safe to print
	// pub may be a certificate, and is nil for an encrypted key of an old format
	// without a .pub file, which must be opened before it can be tried.
	pub  ssh.PublicKey
	open func() (ssh.Signer, error)
	// allowSHA1 lets an RSA key sign with ssh-rsa, for old devices.
	allowSHA1 bool
	// accepted are the algorithms of ssh_config's list, those of certificates by their
	// own names; nil is no list.
	accepted []string
	// failed is why it could not sign, after it was accepted.
	failed error
}

var _ ssh.MultiAlgorithmSigner = (*candidate)(nil)

func (k *candidate) PublicKey() ssh.PublicKey { return k.pub }

// fingerprint is SHA256:..., as ssh-keygen -l prints it.
func (k *candidate) fingerprint() string {
	if k.pub == nil {
		return ""
	}
	return ssh.FingerprintSHA256(k.pub)
}

// Algorithms prefers SHA-512 as OpenSSH does; some servers refuse SHA-256.
func (k *candidate) Algorithms() []string {
	all := k.possible()
	if k.accepted == nil {
		return all
	}
	_, certificate := k.pub.(*ssh.Certificate)
	return slices.DeleteFunc(all, func(name string) bool {
		if certificate {
			name = certificateAlgorithm(name)
		}
		return !slices.Contains(k.accepted, name)
	})
}

func (k *candidate) possible() []string {
	format := sshkey.Plain(k.pub).Type()
	if format != ssh.KeyAlgoRSA {
		return []string{format}
	}
	if k.allowSHA1 || k.accepted != nil {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	}
	return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
}

func (k *candidate) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return k.SignWithAlgorithm(rand, data, k.Algorithms()[0])
}

func (k *candidate) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (sig *ssh.Signature, err error) {
	defer func() { k.failed = err }()
	if !slices.Contains(k.Algorithms(), algorithm) {
		return nil, message.Errorf("%s: %s is not allowed for this key", k.label, algorithm)
	}
	signer, err := k.open()
	if err != nil {
		return nil, message.Errorf("%s: %w", k.label, err)
	}
	s, ok := signer.(ssh.AlgorithmSigner)
	if !ok {
		return nil, message.Errorf("%s: %w", k.label, message.Errorf("the key can't sign with a named algorithm"))
	}
	return s.SignWithAlgorithm(rand, data, algorithm)
}
