package client

import (
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/message"
)

func TestEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		"https://api.soracom.io":       "https://api.soracom.io",
		"https://g.api.soracom.io/":    "https://g.api.soracom.io",
		" https://api.soracom.io// ":   "https://api.soracom.io",
		"HTTPS://api.soracom.io:8443":  "https://api.soracom.io:8443",
		"http://127.0.0.1:8080":        "http://127.0.0.1:8080",
		"http://127.9.9.9":             "http://127.9.9.9",
		"http://[::1]:8080/":           "http://[::1]:8080",
		"http://localhost:1":           "http://localhost:1",
		"http://LocalHost":             "http://LocalHost",
		"http://[::ffff:127.0.0.1]:80": "http://[::ffff:127.0.0.1]:80",
	} {
		u, err := parseEndpoint(in)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		equal(t, in, u.String(), want)
	}
	for _, in := range []string{
		"", "api.soracom.io", "ftp://api.soracom.io", "https://", "https:api.soracom.io", "https:///x",
		"https://api.soracom.io/v1", "https://api.soracom.io/v1/", "https://api.soracom.io/other",
		"https://api.soracom.io?x=1", "https://api.soracom.io/?", "https://api.soracom.io/#top",
		"https://user:hunter2@api.soracom.io", "https://api.soracom.io:0", "https://api.soracom.io:70000",
		"https://api.soracom.io:", "https://user:hunter2@api.soracom.io:bad",
		"http://api.soracom.io", "http://localhost.example.com", "http://192.168.0.1", "http://127.0.0.1.example.com",
		"http://0.0.0.0:80", "http://10.0.0.1:80", "\x00https://api.soracom.io",
	} {
		_, err := New(Options{Endpoint: in})
		if err == nil {
			t.Errorf("%q was accepted", in)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the message holds the password: %v", in, err)
		}
		if message.Hint(err).String() == "" {
			t.Errorf("%q: no hint", in)
		}
	}
}

func TestHeadersOfProfile(t *testing.T) {
	for _, h := range []map[string]string{
		{"bad name": "x"}, {"": "x"}, {"X-A": "line\nbreak-hunter2"}, {"x-soracom-token": "x"}, {"X-Soracom-Api-Key": "x"},
	} {
		_, err := New(Options{Endpoint: "https://api.soracom.io", Headers: h})
		if err == nil {
			t.Errorf("%q was accepted", h)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the message holds the value: %v", err)
		}
	}
}
