package myip

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/napter-connect/napter-connect/internal/message"
)

func TestBuiltIn(t *testing.T) {
	if err := checkServices(BuiltIn()); err != nil {
		t.Fatal(err)
	}
	operators := map[string]bool{}
	for _, s := range BuiltIn() {
		if !strings.HasPrefix(s.URL, "https://") {
			t.Errorf("%s is not https", s.URL)
		}
		operators[s.Operator] = true
	}
	if len(operators) < 4 {
		t.Errorf("%d operators", len(operators))
	}
	if f, err := NewFinder(); err != nil || f.documentation {
		t.Errorf("built-in services: %v, documentation %v", err, f.documentation)
	}
}

func TestParseServices(t *testing.T) {
	got, err := ParseServices(" https://a.example/ip , http://127.0.0.1:8080/1,")
	if err != nil || len(got) != 2 || got[0].URL != "https://a.example/ip" || got[1].URL != "http://127.0.0.1:8080/1" ||
		got[0].Operator == got[1].Operator {
		t.Fatalf("got %v, %v", got, err)
	}
	var many []string
	for i := range maxServices + 1 {
		many = append(many, fmt.Sprintf("https://a.example/%d", i))
	}
	for list, words := range map[string]string{
		"":                                             "two public IP services of different operators are needed",
		"https://a.example":                            "two public IP services of different operators are needed",
		"https://a.example,https://a.example":          "given twice",
		"https://a.example,http://b.example":           `"http://b.example" is not encrypted`,
		"https://a.example,http://localhost":           "is not encrypted",
		"https://a.example,http://[::1]":               "is not encrypted",
		"https://a.example,b.example":                  `"b.example" is not a plain https:// URL`,
		"https://a.example,ftp://b.example":            "not a plain https:// URL",
		"https://a.example,https://":                   "not a plain https:// URL",
		"https://a.example,https://b/#x":               "not a plain https:// URL",
		"https://a.example,https://u:secret@b.example": "...@b.example",
		strings.Join(many, ","):                        "17 public IP services are given; at most 16 are allowed",
	} {
		_, err := ParseServices(list)
		if err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(message.Hint(err).String(), "NAPTER_CONNECT_IP_SERVICES") {
			t.Errorf("%q: %v, hint %q", list, err, message.Hint(err).String())
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("a password shows: %v", err)
		}
	}
}

func TestCheckGlobal(t *testing.T) {
	for addr, kind := range map[string]string{
		"1.1.1.1": "", "8.8.8.8": "", "100.63.255.255": "", "100.128.0.0": "", "172.15.255.255": "", "172.32.0.0": "",
		"192.0.1.1": "", "198.17.255.255": "", "198.20.0.0": "", "223.255.255.255": "", "9.255.255.255": "", "11.0.0.0": "",
		"0.0.0.0": "unspecified", "0.1.2.3": "unspecified", "10.255.255.255": "private", "172.16.0.1": "private",
		"172.31.255.255": "private", "192.168.1.1": "private", "100.64.0.0": "carrier NAT", "100.127.255.255": "carrier NAT",
		"127.0.0.1": "loopback", "127.255.0.1": "loopback", "169.254.169.254": "link-local", "192.0.0.8": "protocol",
		"192.0.2.1": "documentation", "198.51.100.1": "documentation", "203.0.113.10": "documentation",
		"198.18.0.1": "benchmark", "198.19.255.255": "benchmark", "192.88.99.1": "relay", "224.0.0.1": "multicast",
		"239.255.255.255": "multicast", "240.0.0.1": "reserved", "255.255.255.255": "reserved",
	} {
		err := checkGlobal(netip.MustParseAddr(addr), false)
		if (err == nil) != (kind == "") || (err != nil && !strings.Contains(err.Error(), " "+kind+" ")) {
			t.Errorf("%s: %v, want %q", addr, err, kind)
		}
		err = checkGlobal(netip.MustParseAddr(addr), true)
		if (err == nil) != (kind == "" || kind == "documentation") {
			t.Errorf("%s for the simulator: %v", addr, err)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{"8.8.4.4", " 8.8.4.4\r\n", "8.8.4.4 8.8.8.8", "", "::1", "08.8.4.4", "8.8.4.4\x00", "0x8.8.4.4", "134744072"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		addr, err := parseAnswer(body)
		if err != nil {
			return
		}
		if !addr.Is4() || len(body) > maxBody || strings.Trim(string(body), " \t\r\n") != addr.String() {
			t.Fatalf("%q gave %v", body, addr)
		}
	})
}

func TestParseAnswer(t *testing.T) {
	for body, want := range map[string]string{
		"8.8.4.4": "8.8.4.4", "8.8.4.4\n": "8.8.4.4", " \t8.8.4.4\r\n": "8.8.4.4",
		"": "", "8.8.4.4,8.8.4.4": "", "8.8.4.4 8.8.8.8": "", "8.8.4": "", "::1": "", "::ffff:8.8.4.4": "", "008.8.4.4": "",
		"8.8.4.4" + strings.Repeat("\n", 60): "",
	} {
		got, err := parseAnswer([]byte(body))
		if (err == nil) != (want != "") || (err == nil && got.String() != want) {
			t.Errorf("%q: %v, %v", body, got, err)
		}
	}
}
