// Package hostkeys finds the trusted host keys of SIMs by what people and OpenSSH
// call a SIM.
package hostkeys

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
	"github.com/napter-connect/napter-connect/internal/simcache"
	"github.com/napter-connect/napter-connect/internal/sshclient/knownhosts"
)

// aliasPrefix begins the name under which a SIM's host keys are kept.
const aliasPrefix = "sim-"

// Keys are the trusted host keys, and the SIMs that are known by name.
type Keys struct {
	Store *knownhosts.Store
	SIMs  simcache.List
	// Debugf hears why OpenSSH is told of no key.
	Debugf func(format string, args ...any)
}

// Key is a trusted key. All texts but the fingerprint are untrusted.
type Key struct {
	// Name is the SIM's name when it was last seen.
	Name        string `json:"name,omitempty"`
	SIM         string `json:"sim,omitempty"`
	Alias       string `json:"alias"`
	Port        int    `json:"port"`
	Type        string `json:"type"`
	Fingerprint string `json:"fingerprint"`
	// IMEI is the device's when the key was trusted.
	IMEI string `json:"imei,omitempty"`
}

// List returns all keys.
func (k Keys) List() ([]Key, error) {
	entries, err := k.Store.List()
	return k.describe(entries), err
}

// Lookup returns the keys of a SIM; that there are none is an error.
func (k Keys) Lookup(target string) ([]Key, error) {
	alias, err := k.alias(target)
	if err != nil {
		return nil, err
	}
	entries, err := k.Store.Lookup(alias)
	if err == nil && len(entries) == 0 {
		err = noHostKey(target)
	}
	return k.describe(entries), err
}

// Forget removes the keys of SIMs, none when one of the SIMs is not known. told
// hears how many each had.
func (k Keys) Forget(ctx context.Context, targets []string, told func(target string, n int)) (err error) {
	aliases := make([]string, len(targets))
	for i, target := range targets {
		if aliases[i], err = k.alias(target); err != nil {
			return err
		}
	}
	for i, alias := range aliases {
		n, err := k.Store.Forget(ctx, alias)
		if err != nil {
			return err
		}
		if n == 0 {
			return noHostKey(targets[i])
		}
		told(targets[i], n)
	}
	return nil
}

// OpenSSH returns the lines of known_hosts for a host as OpenSSH looks it up, NAME
// or [NAME]:PORT. A host that is not known has none.
func (k Keys) OpenSSH(host string) (string, error) {
	if strings.ContainsAny(host, " \t\r\n,*?!|") {
		return "", nil // it would mean something else in a known_hosts line
	}
	name, port := splitHost(host)
	alias, err := k.alias(name)
	if err != nil {
		k.Debugf("%v", err)
		return "", nil // OpenSSH ends the connection when we fail
	}
	entries, err := k.Store.Lookup(alias)
	if err != nil {
		return "", err
	}
	var lines strings.Builder
	for _, e := range entries {
		if e.Port == port {
			_, _ = fmt.Fprintf(&lines, "%s %s", host, ssh.MarshalAuthorizedKey(e.Key))
		}
	}
	return lines.String(), nil
}

func splitHost(host string) (name string, port int) {
	if strings.HasPrefix(host, "[") {
		if name, text, err := net.SplitHostPort(host); err == nil {
			if port, err := strconv.Atoi(text); err == nil {
				return name, port
			}
		}
	}
	return host, 22
}

// alias is the name under which a target's host keys are kept. Names are known
// from the last time that SIMs were listed or used.
func (k Keys) alias(target string) (string, error) {
	if strings.HasPrefix(target, "[") || strings.HasPrefix(target, "|") {
		return target, nil // as in the file
	}
	name := access.TargetName(target)
	if access.IsSIMID(name) {
		return aliasPrefix + name, nil
	}
	switch found := k.SIMs.Meant(name); len(found) {
	case 0:
		return "", message.WithHint(message.Errorf("no SIM is known here by the name %q", target),
			"give the SIM ID, or list the SIMs first: napter-connect sims")
	case 1:
		return aliasPrefix + found[0].ID, nil
	default:
		ids := make([]string, len(found))
		for i, s := range found {
			ids[i] = s.ID
		}
		return "", message.WithHint(message.Errorf("%d SIMs have the name %q", len(found), target),
			"give one of the SIM IDs: %s", strings.Join(ids, ", "))
	}
}

func (k Keys) describe(entries []knownhosts.Entry) []Key {
	names := k.SIMs.Names()
	list := make([]Key, 0, len(entries))
	for _, e := range entries {
		id, _ := strings.CutPrefix(e.Alias, aliasPrefix)
		if !access.IsSIMID(id) {
			id = ""
		}
		list = append(list, Key{
			Name: names[id], SIM: id, Alias: e.Alias, Port: e.Port, Type: e.Type, Fingerprint: e.Fingerprint, IMEI: e.DeviceID,
		})
	}
	return list
}

func noHostKey(target string) error {
	return message.WithHint(message.Errorf("no host key of %s is trusted", safetext.Line(target)),
		"napter-connect known-hosts list shows all")
}
