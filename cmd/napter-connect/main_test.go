package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/napter-connect/napter-connect/internal/demo"
	"github.com/napter-connect/napter-connect/internal/hometest"
	"github.com/napter-connect/napter-connect/internal/simulator"
)

// TestMain lets the test binary be the program, so that the tests run the real
// thing as a process of its own.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "napter-connect" { // the tests, and not the program
		hometest.Hear(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP)
	}
	testscript.Main(m, map[string]func(){"napter-connect": main})
}

// TestScript runs testdata/script: each script has a simulator, a profile and
// folders of its own. scriptcmds_test.go lists the commands that steer it.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"), Setup: setUpScript, Cmds: scriptCommands(),
		RequireExplicitExec: true, RequireUniqueNames: true,
		Condition: func(name string) (bool, error) {
			if name == "long" {
				return os.Getenv("NAPTER_CONNECT_REQUIRE_TOOLS") == "1", nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
	})
}

type simulatorKey struct{}

// setUpScript starts the script's simulator and points the program to it.
func setUpScript(env *testscript.Env) error {
	sim, err := simulator.Start(context.Background(), simulator.Options{SIMs: 40})
	if err != nil {
		return err
	}
	env.Defer(func() { _ = sim.Close() })
	env.Values[simulatorKey{}] = sim
	vars, err := worldVariables(sim, env.WorkDir)
	if err != nil {
		return err
	}
	for name, value := range vars {
		env.Setenv(name, value)
	}
	return nil
}

// quickExit has the race detector wait less at the end of each program: scripts run
// hundreds, for each of which it would sleep for a second.
const quickExit = "atexit_sleep_ms=50"

// worldVariables make folders in dir, with a profile and the devices' host keys
// in them, and return the variables that point the program to those and to sim.
func worldVariables(sim *simulator.Simulator, dir string) (map[string]string, error) {
	vars := demo.Variables(sim, filepath.Join(dir, "profiles"))
	if err := sim.WriteProfiles(vars["SORACOM_PROFILE_DIR"]); err != nil {
		return nil, err
	}
	vars["HOME"] = filepath.Join(dir, "home")
	vars["USERPROFILE"] = vars["HOME"]
	vars["NAPTER_CONNECT_NO_KEEPER"] = "1"
	vars["USER"] = "pi"
	vars["LC_ALL"] = "C.UTF-8"
	vars["TZ"] = "UTC"
	vars["GORACE"] = quickExit
	for _, name := range []string{"CONFIG", "STATE", "CACHE", "RUNTIME"} {
		folder := filepath.Join(dir, "home", strings.ToLower(name))
		if err := os.MkdirAll(filepath.Join(folder, "napter-connect"), 0o700); err != nil {
			return nil, err
		}
		switch name {
		case "RUNTIME":
			vars["XDG_RUNTIME_DIR"] = folder
		default:
			vars["XDG_"+name+"_HOME"] = folder
		}
	}
	for _, name := range []string{"SSH_AUTH_SOCK", "NAPTER_CONNECT_PROFILE", "NAPTER_CONNECT_CONFIG",
		"NAPTER_CONNECT_OTP", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		vars[name] = ""
	}
	vars["SSL_CERT_FILE"] = filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(vars["SSL_CERT_FILE"], sim.CACertPEM(), 0o600); err != nil {
		return nil, err
	}
	known := filepath.Join(vars["XDG_STATE_HOME"], "napter-connect", "known_hosts")
	return vars, os.WriteFile(known, sim.KnownHosts(), 0o600)
}

// checkMode checks a file's permissions where there are any.
func checkMode(path string, want fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" {
		return err
	}
	if info.Mode().Perm() != want {
		return fmt.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
	}
	return nil
}
