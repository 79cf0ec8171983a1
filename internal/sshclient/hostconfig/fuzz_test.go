package hostconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzConfig: whatever stands in a file, in -o, or in what ssh -G prints is a
// configuration within its bounds, or an error.
func FuzzConfig(f *testing.F) {
	f.Add(fullConfig)
	f.Add("Host *\n\tUser=\"a b\"\n SetEnv A=1 \"B=2 3\"\nLocalForward 80 [::1]:80\n")
	f.Add("Match all\nPort 1\n")
	f.Add("port 65536\nidentityfile %\nidentityfile ${\nidentityagent $\nserveraliveinterval 1w1w\n")
	f.Add("Host !a *\nEscapeChar ^\nEscapeChar ^a\nRekeyLimit x\nCiphers +,-\nPreferredAuthentications ,\n")
	path := filepath.Join(f.TempDir(), "config")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(strings.ToLower(text), "include") { // of this machine's files
			t.Skip()
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sources := []*keywords{{values: parseDump(text)}}
		if s, err := parseConfigs("gateway-001", path, nil); err == nil {
			sources = append(sources, s)
		}
		if s, err := parseConfigs("gateway-001", "none", strings.Split(text, "\n")); err == nil {
			sources = append(sources, s)
		}
		for _, s := range sources {
			c, err := s.hostConfig("gateway-001")
			if err != nil {
				continue
			}
			if c.Port < 0 || c.Port > 65535 || c.ConnectTimeout < 0 || c.Login.PasswordPrompts < 0 {
				t.Errorf("out of bounds: %+v", c)
			}
			for _, kv := range c.Session.Send([]string{"A=1", "LC_A=2"}) {
				if kv != "A=1" && kv != "LC_A=2" {
					t.Errorf("sends %q", kv)
				}
			}
		}
	})
}
