// Package demo is a world to try the program in: a simulator, and the folders of
// somebody who uses it. Nothing of the user's own is read or written.
package demo

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// World is one such world.
type World struct {
	// Variables lead the program there.
	Variables map[string]string
	// Roots are the authorities that the simulator's certificates come from.
	Roots *x509.CertPool
	// CAFile has the same authorities, for other programs; a demo has none.
	CAFile string

	dir string
	sim *simulator.Simulator
}

// Start makes a world; it lives until ctx ends or Close.
func Start(ctx context.Context) (_ *World, err error) {
	dir, err := os.MkdirTemp("", "napter-connect-demo-")
	if err != nil {
		return nil, message.Errorf("making a folder for the demo: %w", err)
	}
	w := &World{dir: dir, Roots: x509.NewCertPool()}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	key, err := writeKey(filepath.Join(dir, "id_ed25519"))
	if err != nil {
		return nil, err
	}
	if w.sim, err = simulator.Start(ctx, simulator.Options{AuthorizedKeys: []ssh.PublicKey{key}}); err != nil {
		return nil, err
	}
	if err := writeFiles(dir, w.sim); err != nil {
		return nil, err
	}
	w.Roots.AppendCertsFromPEM(w.sim.CACertPEM())
	w.Variables = Variables(w.sim, filepath.Join(dir, "profiles"))
	maps.Copy(w.Variables, map[string]string{
		"HOME": dir, "XDG_CONFIG_HOME": dir, "XDG_STATE_HOME": dir, "XDG_CACHE_HOME": dir, "XDG_RUNTIME_DIR": dir,
		"NAPTER_CONNECT_NO_KEEPER": "1", "NAPTER_CONNECT_PROFILE": "", "NAPTER_CONNECT_CONFIG": "",
		"NAPTER_CONNECT_OTP": "", "SSH_AUTH_SOCK": "", "HTTPS_PROXY": "", "https_proxy": "",
	})
	return w, nil
}

// Serve runs a simulator that programs outside of this one are led to.
func Serve(ctx context.Context, o simulator.Options) (_ *World, err error) {
	w := &World{}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if w.sim, err = simulator.Start(ctx, o); err != nil {
		return nil, err
	}
	if w.dir, err = os.MkdirTemp("", "napter-connect-simulator-"); err != nil {
		return nil, message.Errorf("making a folder for the profile: %w", err)
	}
	profiles := filepath.Join(w.dir, "profiles")
	if err := w.sim.WriteProfiles(profiles); err != nil {
		return nil, err
	}
	w.CAFile, w.Variables = filepath.Join(w.dir, "ca.pem"), Variables(w.sim, profiles)
	return w, atomicfile.Write(w.CAFile, w.sim.CACertPEM(), atomicfile.Options{})
}

// Close ends the simulator and removes the folders.
func (w *World) Close() {
	if w.sim != nil {
		_ = w.sim.Close()
	}
	_ = os.RemoveAll(w.dir)
}

// Variables point a program to a simulator, with its profiles in a folder.
func Variables(sim *simulator.Simulator, profiles string) map[string]string {
	return map[string]string{
		"SORACOM_ENDPOINT":           sim.Endpoint(),
		"SORACOM_PROFILE_DIR":        profiles,
		"NAPTER_CONNECT_IP_SERVICES": strings.Join(sim.IPServices(), ","),
	}
}

// writeKey makes the key that the demo's devices accept.
func writeKey(path string) (ssh.PublicKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, message.Errorf("making a key for the demo: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, "demo")
	if err != nil {
		return nil, message.Errorf("making a key for the demo: %w", err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		return nil, message.Errorf("making a key for the demo: %w", err)
	}
	return ssh.NewPublicKey(public)
}

// writeFiles writes what a user would have by now: a profile, a rule that
// names the key, and the devices' host keys.
func writeFiles(dir string, sim *simulator.Simulator) error {
	if err := sim.WriteProfiles(filepath.Join(dir, "profiles")); err != nil {
		return err
	}
	app := filepath.Join(dir, "napter-connect")
	if err := os.MkdirAll(app, 0o700); err != nil {
		return message.Errorf("making a folder for the demo: %w", err)
	}
	rule := fmt.Sprintf("sims:\n  - name: '*'\n    user: pi\n    identity: ['%s']\n", filepath.Join(dir, "id_ed25519"))
	for name, data := range map[string][]byte{"config.yaml": []byte(rule), "known_hosts": sim.KnownHosts()} {
		if err := os.WriteFile(filepath.Join(app, name), data, 0o600); err != nil {
			return message.Errorf("writing the demo's files: %w", err)
		}
	}
	return nil
}
