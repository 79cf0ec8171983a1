package sshclient

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// OpenSSH's PROTOCOL, 2.5: a server says which host keys it has, and proves it.
const (
	requestHostKeys = "hostkeys-00@openssh.com"
	requestProve    = "hostkeys-prove-00@openssh.com"
	// maxHostKeys bounds what a device may have.
	maxHostKeys = 32
	// learnTimeout is how long a device may take to prove its keys.
	learnTimeout = 30 * time.Second
)

// learner is a connection that learns the device's other host keys, so that a device
// that retires one is not taken for another.
type learner struct {
	ssh.Conn
	ctx    context.Context
	cancel context.CancelFunc
	check  *knownhosts.Check
	// allowed are the signature algorithms to accept.
	allowed []string
	debugf  func(format string, args ...any)
	busy    sync.Mutex // held while keys are learned
}

// Close also ends the learning: afterwards nothing is written.
func (l *learner) Close() error {
	l.cancel()
	err := l.Conn.Close()
	l.busy.Lock()
	defer l.busy.Unlock()
	return err
}

// filter takes out what the device says about its host keys, which counts once.
func (l *learner) filter(in <-chan *ssh.Request, out chan<- *ssh.Request) {
	defer close(out)
	defer l.cancel()
	first := true
	for r := range in {
		if r.Type != requestHostKeys {
			out <- r
			continue
		}
		if r.WantReply {
			_ = r.Reply(false, nil)
		}
		if first {
			go l.learn(r.Payload)
		}
		first = false
	}
}

func (l *learner) learn(payload []byte) {
	l.busy.Lock()
	defer l.busy.Unlock()
	ctx, cancel := context.WithTimeout(l.ctx, learnTimeout)
	defer cancel()
	keys := l.check.Unlearned(l.parse(payload))
	if len(keys) == 0 {
		return
	}
	proved, err := await(ctx, func() ([]ssh.PublicKey, error) { return l.prove(keys) }, func([]ssh.PublicKey) {})
	if err == nil {
		err = l.check.Learn(ctx, proved)
	}
	if err != nil {
		l.debugf("learning the device's other host keys: %s", message.Of(err))
		return
	}
	for _, key := range proved {
		l.debugf("learned the device's host key %s", sshkey.Describe(key))
	}
}

// parse reads the keys whose algorithms are allowed; a device may well have others.
func (l *learner) parse(payload []byte) (keys []ssh.PublicKey) {
	for n := 0; len(payload) > 0 && n < maxHostKeys; n++ {
		var m struct {
			Key  []byte
			Rest []byte `ssh:"rest"`
		}
		if ssh.Unmarshal(payload, &m) != nil {
			return nil
		}
		payload = m.Rest
		key, err := ssh.ParsePublicKey(m.Key)
		if err == nil && slices.ContainsFunc(signatureAlgorithms(key), l.allows) {
			keys = append(keys, key)
		}
	}
	return keys
}

func (l *learner) allows(algorithm string) bool { return slices.Contains(l.allowed, algorithm) }

func signatureAlgorithms(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}
	}
	return []string{key.Type()}
}

// prove has the device sign with each key, for this connection. One that is not right
// spoils all.
func (l *learner) prove(keys []ssh.PublicKey) ([]ssh.PublicKey, error) {
	var request []byte
	for _, key := range keys {
		request = append(request, ssh.Marshal(struct{ Key []byte }{key.Marshal()})...)
	}
	ok, answer, err := l.SendRequest(requestProve, true, request)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, message.Errorf("the device does not prove that it has them")
	}
	for _, key := range keys {
		var m struct {
			Signature []byte
			Rest      []byte `ssh:"rest"`
		}
		var signature ssh.Signature
		if ssh.Unmarshal(answer, &m) != nil || ssh.Unmarshal(m.Signature, &signature) != nil {
			return nil, message.Errorf("the device's proof can't be read")
		}
		answer = m.Rest
		signed := ssh.Marshal(struct {
			Purpose        string
			SessionID, Key []byte
		}{requestProve, l.SessionID(), key.Marshal()})
		if !slices.Contains(signatureAlgorithms(key), signature.Format) || !l.allows(signature.Format) {
			return nil, message.Errorf("the device's proof is by %s, which is not allowed", safetext.Trim(signature.Format))
		}
		if err := key.Verify(signed, &signature); err != nil {
			return nil, message.Errorf("the device's proof is wrong: it does not have the key %s", sshkey.Describe(key))
		}
	}
	return keys, nil
}
