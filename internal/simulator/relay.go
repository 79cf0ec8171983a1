package simulator

import (
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/hostport"
)

// relay is the public side of one mapping: a listener that checks who comes,
// ends TLS where asked, and leads to the device.
type relay struct {
	sim *Simulator
	m   *mapping
	ln  *listener

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
	recent []time.Time // accesses within the last second
}

// startRelay listens; serve accepts.
func (s *Simulator) startRelay(m *mapping, port int) (*relay, error) {
	ln, err := s.net.listen(net.JoinHostPort(m.IP.String(), strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	return &relay{sim: s, m: m, ln: ln, conns: map[net.Conn]struct{}{}}, nil
}

func (r *relay) serve() {
	r.sim.net.spawn(func() {
		for {
			c, err := r.ln.Accept()
			if err != nil {
				return
			}
			if !r.sim.net.spawn(func() { r.handle(c) }) {
				_ = c.Close()
			}
		}
	})
}

// close stops accepting, and cuts what is established when asked.
func (r *relay) close(cut bool) {
	_ = r.ln.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if cut {
		for c := range r.conns {
			_ = c.Close()
		}
	}
}

func (r *relay) streams() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns)
}

// handle is one access from its first to its last byte.
func (r *relay) handle(c net.Conn) {
	defer func() { _ = c.Close() }()
	s := r.sim
	from := s.publicOf(c.RemoteAddr().String())
	e := r.m.audit(auditAccess)
	e.Direction = &auditDirection{SourceIPAddress: from.String(), SourcePort: int(hostport.Of(c.RemoteAddr()).Port()),
		DestinationIPAddress: r.m.target.ip.String(), DestinationPort: r.m.DevicePort}
	log := func(kind string) {
		entry := e
		entry.Type = kind
		s.record(entry)
	}
	switch {
	case !allowedSource(r.m.Sources, from):
		log(auditDenied)
		return
	case r.burst():
		log(auditRefused)
		return
	}
	if !r.hold(c) {
		return
	}
	defer r.release(c)
	log(auditAccess)
	stream := c
	if r.m.TLS {
		t := tls.Server(c, s.relayTLS)
		if t.HandshakeContext(s.net.life) != nil {
			return
		}
		defer func() { _ = t.Close() }()
		stream = t
	}
	serve := s.handler(r.m.SimID, r.m.DevicePort)
	if serve == nil {
		return // the device refuses: ACCESS without CONNECTED
	}
	if serve(stream, func() { log(auditConnected) }) {
		log(auditClosed)
	}
}

// hold enters a stream; it refuses once the mapping is over.
func (r *relay) hold(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.conns[c] = struct{}{}
	return true
}

func (r *relay) release(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
}

// burst counts an access and says whether there were too many within a second.
func (r *relay) burst() bool {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	keep := r.recent[:0]
	for _, t := range r.recent {
		if now.Sub(t) < time.Second {
			keep = append(keep, t)
		}
	}
	r.recent = append(keep, now)
	return len(r.recent) > r.sim.options.RelayBurst
}

func allowedSource(ranges []netip.Prefix, from netip.Addr) bool {
	for _, p := range ranges {
		if p.Contains(from) {
			return true
		}
	}
	return false
}

// SetPublicAddress says which public address a loopback address stands for.
// Without it 127.0.0.1 and ::1 are Options.Public, and 127.0.0.N is
// 198.51.100.N.
func (s *Simulator) SetPublicAddress(loopback, public netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.public[loopback] = public
}

// publicOf is the public address of a peer, given as host:port.
func (s *Simulator) publicOf(remote string) netip.Addr {
	ap, err := netip.ParseAddrPort(strings.Split(remote, "%")[0])
	if err != nil {
		return s.options.Public
	}
	a := ap.Addr().Unmap()
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.public[a]; ok {
		return p
	}
	if a.Is4() && a != netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return netip.AddrFrom4([4]byte{198, 51, 100, a.As4()[3]})
	}
	return s.options.Public
}

// pipe joins two connections until both directions have ended. A half-close is
// passed on.
func pipe(a, b net.Conn) {
	var wg sync.WaitGroup
	one := func(to, from net.Conn) {
		if _, err := io.Copy(to, from); err != nil {
			_ = to.Close() // broken, not ended: end both
			_ = from.Close()
			return
		}
		closeWrite(to)
	}
	wg.Go(func() { one(a, b) })
	wg.Go(func() { one(b, a) })
	wg.Wait()
	_ = a.Close()
	_ = b.Close()
}
