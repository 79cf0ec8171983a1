package sshclient

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/hostconfig"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// keyring is every key that may be tried, in order, and why others may not be.
type keyring struct {
	keys  []*candidate
	notes []message.Text
}

// keyringLoader collects the keys of one configuration.
type keyringLoader struct {
	cfg       *Config
	ask       func(id *identity) (ssh.Signer, error) // opens an encrypted key
	guard     func() (resume func())                 // while an agent works
	allowSHA1 bool
	accepted  []string // nil is no list
	ring      keyring
	ids       []*identity
	agentKeys []ssh.Signer
}

// load reads the files and asks the agent. OpenSSH's order (pubkey_prepare in
// sshconnect2.c): certificates, the agent's keys that the configuration names,
// its other keys, then keys that are only in files; and first of all the one
// that worked last time.
func (l *keyringLoader) load(ctx context.Context) *keyring {
	l.loadIdentities()
	l.loadAgent(ctx)
	l.addCertificates()
	for _, id := range l.ids {
		l.addAgentKeys(func(s ssh.Signer) bool { return sshkey.Same(s.PublicKey(), id.pub) })
	}
	if !l.cfg.IdentitiesOnly {
		l.addAgentKeys(func(ssh.Signer) bool { return true })
	}
	for _, id := range l.ids {
		l.addFile(id)
	}
	slices.SortStableFunc(l.ring.keys, func(a, b *candidate) int {
		return preference(b, l.cfg.PreferredKey) - preference(a, l.cfg.PreferredKey)
	})
	return &l.ring
}

func preference(k *candidate, preferred string) int {
	if preferred != "" && k.fingerprint() == preferred {
		return 1
	}
	return 0
}

func (l *keyringLoader) note(err error) {
	l.ring.notes = append(l.ring.notes, cleanWords(err))
	l.cfg.debugf("key not used: %s", message.Of(err))
}

func (l *keyringLoader) loadIdentities() {
	paths, named := slices.Clone(l.cfg.IdentityFiles), true
	if len(paths) == 0 {
		paths, named = defaultIdentities(), false
	}
	seen := make(map[string]bool)
	for _, path := range paths {
		path = hostconfig.ExpandHome(path)
		if path == "none" || path == "" || seen[path] {
			continue
		}
		seen[path] = true
		id, err := loadIdentity(path)
		if err != nil && (named || !errors.Is(err, fs.ErrNotExist)) {
			l.note(err)
		}
		if err == nil {
			l.ids = append(l.ids, id)
		}
	}
}

func (l *keyringLoader) loadAgent(ctx context.Context) {
	if !hasAgent(l.cfg.AgentSocket) {
		return
	}
	signers, err := agentSigners(ctx, l.cfg.AgentSocket)
	if err != nil {
		l.note(err)
		return
	}
	l.agentKeys = signers
}

func (l *keyringLoader) addCertificates() {
	for _, path := range l.cfg.CertFiles {
		cert, err := readCertificate(hostconfig.ExpandHome(path))
		if err != nil {
			l.note(err)
			continue
		}
		l.addCertificate(path, cert)
	}
	for _, id := range l.ids {
		path := strings.TrimSuffix(id.path, ".pub") + "-cert.pub"
		switch cert, err := readCertificate(path); {
		case err == nil:
			l.addCertificate(path, cert)
		case !errors.Is(err, fs.ErrNotExist):
			l.note(err)
		}
	}
}

// addCertificate finds the private half: in the agent, which may have it open
// already, else in an identity file.
func (l *keyringLoader) addCertificate(path string, cert *ssh.Certificate) {
	label := message.New("certificate %s", safetext.Trim(path))
	for _, s := range l.agentKeys {
		if sshkey.Same(sshkey.Plain(s.PublicKey()), cert.Key) {
			l.add(&candidate{label: label, pub: cert, open: l.fromAgent(s)})
			return
		}
	}
	for _, id := range l.ids {
		if sshkey.Same(id.pub, cert.Key) && (id.signer != nil || id.sealed != nil) && l.askable(id) {
			l.add(&candidate{label: label, pub: cert, open: l.fromFile(id)})
			return
		}
	}
	l.note(message.Errorf("certificate %s: its private key is neither in the agent nor in a file", path))
}

func (l *keyringLoader) addAgentKeys(want func(ssh.Signer) bool) {
	for _, s := range l.agentKeys {
		if want(s) {
			label := message.New("agent key %s", ssh.FingerprintSHA256(s.PublicKey()))
			l.add(&candidate{label: label, pub: s.PublicKey(), open: l.fromAgent(s)})
		}
	}
}

func (l *keyringLoader) addFile(id *identity) {
	switch {
	case l.has(id.pub): // through the agent
	case id.hardware(): // the library can't drive FIDO tokens
		l.note(message.Errorf("%s is a FIDO key, which works only through an SSH agent: "+
			"add it with ssh-add, or use your own ssh with ProxyCommand napter-connect proxy %%h %%p", id.path))
	case id.signer == nil && id.sealed == nil:
		l.note(message.Errorf("%s: only the public half, and the private one is not in the agent", id.path))
	case l.askable(id):
		l.add(&candidate{label: message.Verbatim(safetext.Trim(id.path)), pub: id.pub, open: l.fromFile(id)})
	default:
		l.note(message.Errorf("%s: is encrypted, and nobody can be asked for its passphrase: "+
			"add it to the agent with ssh-add", id.path))
	}
}

// askable says whether the identity can be opened at all.
func (l *keyringLoader) askable(id *identity) bool {
	return id.signer != nil || l.cfg.Prompt != nil
}

// add appends a key that is not in the list yet.
func (l *keyringLoader) add(k *candidate) {
	k.allowSHA1, k.accepted = l.allowSHA1, l.accepted
	if !l.has(k.pub) {
		l.ring.keys = append(l.ring.keys, k)
	}
}

func (l *keyringLoader) has(pub ssh.PublicKey) bool {
	return slices.ContainsFunc(l.ring.keys, func(k *candidate) bool { return sshkey.Same(k.pub, pub) })
}

func (l *keyringLoader) fromAgent(s ssh.Signer) func() (ssh.Signer, error) {
	return func() (ssh.Signer, error) { return &guardedSigner{s, l.guard}, nil }
}

// fromFile opens an encrypted key once, however often it signs.
func (l *keyringLoader) fromFile(id *identity) func() (ssh.Signer, error) {
	return func() (ssh.Signer, error) {
		if id.signer == nil {
			signer, err := l.ask(id)
			if err != nil {
				return nil, err
			}
			id.signer = signer
		}
		return id.signer, nil
	}
}

// guardedSigner stops the connect timeout while an agent signs: it may ask the
// person to confirm, or to touch a token.
type guardedSigner struct {
	ssh.Signer
	guard func() (resume func())
}

func (s *guardedSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	defer s.guard()()
	if a, ok := s.Signer.(ssh.AlgorithmSigner); ok {
		return a.SignWithAlgorithm(rand, data, algorithm)
	}
	return s.Sign(rand, data)
}
