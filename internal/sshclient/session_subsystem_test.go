//go:build unix

package sshclient

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/sshdtest"
)

func TestSubsystem(t *testing.T) {
	server := sshdtest.Start(t, sshdtest.Options{Config: []string{`Subsystem upper tr a-z A-Z; exit 7`}})
	c := dialReal(t, server, "", Config{})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	_, _ = w.WriteString("words\n")
	_ = w.Close()
	var out bytes.Buffer
	status, err := c.Run(t.Context(), SessionOptions{Command: "upper", Subsystem: true, Stdin: r, Stdout: &out})
	if status != 7 || err != nil || out.String() != "WORDS\n" {
		t.Errorf("status %d, %v, output %q", status, err, &out)
	}
	status, err = c.Run(t.Context(), SessionOptions{Command: "lower", Subsystem: true})
	if status != 255 || err == nil || !strings.Contains(err.Error(), "starting the subsystem") {
		t.Errorf("one that is not there: status %d, %v", status, err)
	}
}
