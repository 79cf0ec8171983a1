package simulator

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestRelayLeadsToTheDevice(t *testing.T) {
	s := start(t, Options{Password: "raspberry"})
	u := login(t, s, Engineer)
	sim := s.must(t, "gateway-001")
	m := u.create(sim, createBody("air", 22, "203.0.113.0/24"))
	want, _ := s.HostKey(sim.ID)
	c, err := ssh.Dial("tcp", m.Endpoint, &ssh.ClientConfig{User: "pi", Auth: []ssh.AuthMethod{ssh.Password("raspberry")}, HostKeyCallback: ssh.FixedHostKey(want)})
	if err != nil {
		t.Fatal(err)
	}
	ses, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := ses.Output("uname -a")
	if err != nil || !strings.Contains(string(out), "Linux") {
		t.Errorf("%q %v", out, err)
	}
	_ = c.Close()
	wantTypes(t, s, "CREATED", "ACCESS", "CONNECTED", "CLOSED")
	if !strings.Contains(string(s.KnownHosts(sim.ID)), "sim-"+sim.ID+" ssh-ed25519 ") {
		t.Errorf("known hosts: %s", s.KnownHosts(sim.ID))
	}
}

func wantTypes(t *testing.T, s *Simulator, want ...string) {
	t.Helper()
	var got []string
	defer func() {
		if t.Failed() {
			t.Logf("audit types: %v", got)
		}
	}()
	eventually(t, "audit entries "+strings.Join(want, " "), func() bool {
		got = nil
		for _, e := range s.Audit() {
			got = append(got, e.Type)
		}
		return fmt.Sprint(got) == fmt.Sprint(want)
	})
}

func TestRelayTLS(t *testing.T) {
	s := start(t, Options{})
	u := login(t, s, Engineer)
	body := createBody("air", 80)
	body["tlsRequired"] = true
	m := u.create(s.must(t, "gateway-001"), body)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CACertPEM())
	get := func(host string) error {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
		defer tr.CloseIdleConnections()
		res, err := (&http.Client{Transport: tr}).Get(fmt.Sprintf("https://%s:%d/", host, int(m.Port)))
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		if err == nil && len(b) == 0 {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if err := get(m.Hostname); err != nil {
		t.Error(err)
	}
	if err := get(m.IPAddress); err == nil {
		t.Error("the certificate must name the host, not the address")
	}
}

func TestRelayChecksTheSource(t *testing.T) {
	s := start(t, Options{})
	sim := s.must(t, "gateway-001")
	m, err := s.AddMapping(MappingSpec{SimID: sim.ID})
	if err != nil {
		t.Fatal(err)
	}
	from := func(ip string) error {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
		c, err := d.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", m.Port))
		if err != nil {
			t.Skipf("this system has no %s: %v", ip, err)
		}
		defer func() { _ = c.Close() }()
		_, err = bufio.NewReader(c).ReadString('\n')
		return err
	}
	if err := from("127.0.0.5"); err == nil {
		t.Error("a foreign address got in")
	}
	if e := s.Audit()[1]; e.Type != "DENIED" || e.Direction.SourceIPAddress != "198.51.100.5" || e.Direction.DestinationPort != 22 || e.IMSI != sim.IMSI {
		t.Errorf("%+v %+v", e, e.Direction)
	}
	s.SetPublicAddress(netip.MustParseAddr("127.0.0.5"), netip.MustParseAddr("203.0.113.10"))
	if err := from("127.0.0.5"); err != nil {
		t.Errorf("our address was kept out: %v", err)
	}
}

func TestRelayRefusesABurst(t *testing.T) {
	s := start(t, Options{RelayBurst: 3})
	m, err := s.AddMapping(MappingSpec{SimID: s.SIMs()[0].ID, DevicePort: 81})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", m.Port))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, c)
		_ = c.Close()
	}
	// Nothing listens on port 81: ACCESS without CONNECTED.
	wantTypes(t, s, "CREATED", "ACCESS", "ACCESS", "ACCESS", "REFUSED", "REFUSED")
}

func TestRealDevice(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(c, c) // echoes, and half-closes after the peer
			_ = c.Close()
		}
	}()
	s := start(t, Options{Devices: map[int]string{2222: ln.Addr().String()}})
	m, err := s.AddMapping(MappingSpec{SimID: s.SIMs()[0].ID, DevicePort: 2222})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", m.Port))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = io.WriteString(c, "ping")
	_ = c.(*net.TCPConn).CloseWrite()
	if b, err := io.ReadAll(c); string(b) != "ping" || err != nil {
		t.Errorf("%q %v", b, err)
	}
	wantTypes(t, s, "CREATED", "ACCESS", "CONNECTED", "CLOSED")
}
