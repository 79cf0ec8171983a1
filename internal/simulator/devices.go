package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator/device"
)

// deviceDial bounds how long a real device may take to accept.
const deviceDial = 5 * time.Second

// handler returns what serves a stream to a port of a SIM's device, or nil when
// nothing would answer. It calls connected once the device has accepted, and
// reports whether it did.
func (s *Simulator) handler(simID string, port int) func(stream net.Conn, connected func()) bool {
	always := func(serve func(net.Conn)) func(net.Conn, func()) bool {
		return func(stream net.Conn, connected func()) bool {
			connected()
			serve(stream)
			return true
		}
	}
	s.mu.Lock()
	own, ok := s.devicePorts[devicePort{simID, port}]
	s.mu.Unlock()
	if ok {
		if own == nil {
			return nil
		}
		return always(own)
	}
	sim, known := s.anySIM(simID)
	if !known || !sim.Online && !sim.ArcOnline {
		return nil
	}
	if addr, ok := s.options.Devices[port]; ok {
		return s.realDevice(addr)
	}
	d := s.device(sim)
	switch port {
	case 22:
		return always(d.ServeSSH)
	case 80:
		return always(d.ServeHTTPConn)
	}
	return nil
}

type devicePort struct {
	simID string
	port  int
}

// SetDevicePort replaces what listens on a port of one SIM's device. serve has
// the stream (TLS is off already) until it returns; nil closes the port.
func (s *Simulator) SetDevicePort(simID string, port int, serve func(net.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.devicePorts[devicePort{simID, port}] = serve
}

func (s *Simulator) realDevice(addr string) func(net.Conn, func()) bool {
	return func(stream net.Conn, connected func()) bool {
		d := net.Dialer{Timeout: deviceDial}
		c, err := d.DialContext(s.net.life, "tcp", addr)
		if err != nil {
			s.logf("device %s: %v", addr, err)
			return false
		}
		connected()
		pipe(stream, c)
		return true
	}
}

// device returns the simulated device behind a SIM.
func (s *Simulator) device(sim SIM) *device.Device {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, ok := s.devices[sim.ID]; ok {
		return d
	}
	h := sha256.Sum256([]byte("devices:" + s.options.Seed))
	o := device.Options{
		Seed: binary.BigEndian.Uint64(h[:]), Name: sim.Name(), SimID: sim.ID,
		AuthorizedKeys: s.options.AuthorizedKeys, Password: s.options.Password,
		NoAuth: s.options.Password == "" && len(s.options.AuthorizedKeys) == 0, Now: s.now,
	}
	if s.options.TuneDevice != nil {
		s.options.TuneDevice(sim, &o)
	}
	d := device.New(o)
	s.devices[sim.ID] = d
	return d
}

// HostKey is the key that a SIM's simulated device shows.
func (s *Simulator) HostKey(simID string) (ssh.PublicKey, bool) {
	sim, ok := s.anySIM(simID)
	if !ok {
		return nil, false
	}
	return s.device(sim).HostKey(), true
}

// KnownHosts returns known_hosts lines for the simulated devices' SSH port, by
// the alias sim-<SIM ID>. Without IDs they are those of all SIMs of the account.
func (s *Simulator) KnownHosts(simIDs ...string) []byte {
	if len(simIDs) == 0 {
		for _, sim := range s.SIMs() {
			simIDs = append(simIDs, sim.ID)
		}
	}
	var b bytes.Buffer
	for _, id := range simIDs {
		if key, ok := s.HostKey(id); ok {
			b.WriteString("sim-" + strings.ToLower(id) + " ")
			b.Write(ssh.MarshalAuthorizedKey(key))
		}
	}
	return b.Bytes()
}

func (s *Simulator) anySIM(id string) (SIM, bool) {
	for _, d := range s.dirs {
		if sim, ok := d.sim(id); ok {
			return sim, true
		}
	}
	return SIM{}, false
}
