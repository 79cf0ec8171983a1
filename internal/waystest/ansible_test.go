//go:build linux

package waystest_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator"
	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

// Ansible reaches devices by the SIM's name, with the configuration that ssh-config
// generates and nothing else; its own masters (ControlPersist) hold the mappings
// while it lives.
func TestAnsiblePing(t *testing.T) {
	sshdtest.Tool(t, "ansible")
	server := sshdtest.Start(t, sshdtest.Options{Config: []string{"Subsystem sftp internal-sftp"}})
	w := newWorld(t, simulator.Options{Devices: map[int]string{22: server.Addr}})
	sims := w.online(5)
	w.Write("napter-connect/config.yaml", fmt.Appendf(nil, "sims:\n  - name: \"*\"\n    user: %s\n    identity: [%s]\n", server.User, server.UserKeyFile))
	var inventory, known strings.Builder
	for _, s := range sims {
		_, _ = fmt.Fprintln(&inventory, s.Name())
		_, _ = fmt.Fprintf(&known, "sim-%s %s", s.ID, ssh.MarshalAuthorizedKey(server.HostKeys[0]))
	}
	w.Write("napter-connect/known_hosts", []byte(known.String()))
	config := w.Write("ssh_config", []byte(w.works("napter-connect", "ssh-config")))
	control := filepath.Join(w.Dir, "cp")
	// Ansible's own defaults, but for the file, which is in another home than ssh's.
	w.Env = append(w.Env, "ANSIBLE_HOME="+filepath.Join(w.Dir, ".ansible"), "ANSIBLE_CONFIG="+w.Write("ansible.cfg", nil),
		"ANSIBLE_SSH_CONTROL_PATH_DIR="+control, "ANSIBLE_SSH_ARGS=-C -o ControlMaster=auto -o ControlPersist=60s -F "+config)
	w.sim.ResetRequests()
	out := w.works("ansible", "all", "-i", w.Write("inventory", []byte(inventory.String())), "-m", "ping", "-f", fmt.Sprint(len(sims)),
		"-e", "ansible_python_interpreter="+sshdtest.Tool(t, "python3"))
	for _, s := range sims {
		if !strings.Contains(out, s.Name()+" | SUCCESS") {
			t.Errorf("%s has not answered", s.Name())
		}
	}
	if strings.Count(out, `"ping": "pong"`) != len(sims) {
		t.Errorf("ansible said: %s", out)
	}
	masters, err := filepath.Glob(filepath.Join(control, "*"))
	if len(masters) != len(sims) {
		t.Errorf("there are %d masters, %v", len(masters), err)
	}
	for _, m := range masters {
		_ = w.run("ssh", "-F", "none", "-S", m, "-O", "exit", "any")
	}
	w.clean()
	for operation, want := range map[string]int{"auth": 1, "createPortMappingForSim": len(sims), "deletePortMapping": len(sims)} {
		if n := w.sim.Count(operation); n != want {
			t.Errorf("%d requests %s, want %d", n, operation, want)
		}
	}
	w.stopKeeper()
}
