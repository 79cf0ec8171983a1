// Package simulator is a Soracom on loopback: the API, Napter's relays and
// devices that speak SSH and HTTP. The demo, users' scripts and the tests run on
// it. It shares no type with package client, so that a misreading of the API's
// definition cannot agree with itself.
//
// The API is strict to the official definition (edition 20260604): what the
// definition does not know is refused. Where it is silent, the comments say what
// was chosen.
package simulator

import (
	"context"
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/simulator/device"
)

// Options of a simulator; the zero value is a good one.
type Options struct {
	// Listen is where the API listens: a loopback host:port, 127.0.0.1:0 when
	// empty.
	Listen string
	// SIMs is the number of SIMs, 1000 when 0.
	SIMs int
	// Latency is the round trip to everything: API, IP services and mappings. A
	// connection costs one (TLS more), and so does an answer.
	Latency time.Duration
	// TLS puts the API and the IP services on https, with CACertPEM's CA.
	TLS bool
	// Devices leads device ports to real servers (host:port) in place of the
	// simulated devices.
	Devices map[int]string
	// Password and AuthorizedKeys log in to the simulated devices; without either
	// they let everybody in.
	Password       string
	AuthorizedKeys []ssh.PublicKey
	// TuneDevice changes the options of a simulated device before it is made.
	TuneDevice func(SIM, *device.Options)
	// KeepStreams lets established streams live on when their mapping ends.
	// Whether Napter does is not documented; by default they are cut.
	KeepStreams bool
	// RelayBurst is how many accesses to a mapping within a second are refused
	// as abuse; 300 when 0.
	RelayBurst int
	// Public is the public address of 127.0.0.1; 203.0.113.10 when zero.
	Public netip.Addr
	// Seed decides the SIMs, the devices' keys and the credentials.
	Seed string
	// Now is the clock; time.Now when nil.
	Now  func() time.Time
	Logf func(format string, args ...any)
}

// Simulator is a running simulator; its methods may be called concurrently.
type Simulator struct {
	options  Options
	operator string // the account's operator ID
	partner  string // another operator, to switch to
	maker    *maker
	dirs     map[string]*directory // by operator ID
	ops      []operation
	net      *network
	ca       *authority
	relayTLS *tls.Config
	ips      []*ipService
	servers  []*http.Server

	apiListener *listener
	handlers    sync.WaitGroup
	offset      atomic.Int64 // what Advance added to the clock, in ns
	connSeq     atomic.Int64
	closing     sync.Once
	stopWatch   func() bool

	mu          sync.Mutex
	closed      bool
	accounts    []Account
	sessions    map[string]*session // by API key
	mappings    []*mapping
	mappingSeq  int
	public      map[netip.Addr]netip.Addr
	devices     map[string]*device.Device // by SIM ID
	devicePorts map[devicePort]func(net.Conn)

	logMu   sync.Mutex
	log     []*Request
	logBase int // number of the first entry of log
	counts  map[string]int
	faults  []*activeFault

	auditMu  sync.Mutex
	audits   []AuditEntry
	auditSeq int
}

// Start starts a simulator. It stops at Close, or when ctx ends.
func Start(ctx context.Context, o Options) (*Simulator, error) {
	s := newSimulator(o)
	if err := s.listen(); err != nil {
		s.shutDown()
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	s.stopWatch = context.AfterFunc(ctx, s.shutDown)
	return s, nil
}

func withDefaults(o Options) Options {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.SIMs == 0 {
		o.SIMs = 1000
	}
	if !o.Public.IsValid() {
		o.Public = netip.AddrFrom4([4]byte{203, 0, 113, 10})
	}
	if o.RelayBurst == 0 {
		o.RelayBurst = relayBurst
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func newSimulator(o Options) *Simulator {
	o = withDefaults(o)
	s := &Simulator{
		options: o, operator: "OP0012345678", partner: "OP0087654321",
		net:      newNetwork(o.Latency),
		sessions: map[string]*session{}, public: map[netip.Addr]netip.Addr{},
		devices: map[string]*device.Device{}, devicePorts: map[devicePort]func(net.Conn){},
		counts: map[string]int{},
	}
	now := s.now()
	s.maker = newMaker(o.Seed, s.operator, now)
	partner := newMaker(o.Seed, s.partner, now)
	partner.partner = true
	sims := s.maker.sims(o.SIMs)
	s.dirs = map[string]*directory{s.operator: newDirectory(sims), s.partner: newDirectory(partner.sims(3))}
	contractorSIM := ""
	if len(sims) > 0 {
		contractorSIM = sims[0].ID
	}
	s.accounts = defaultAccounts(o.Seed, s.operator, s.partner, contractorSIM)
	s.ops = s.operations()
	return s
}

func (s *Simulator) listen() error {
	var err error
	if s.ca, err = newAuthority(); err != nil {
		return err
	}
	// As the real certificate names the host and not the address.
	if s.relayTLS, err = s.ca.server([]string{relayHostname}); err != nil {
		return err
	}
	if s.apiListener, err = s.net.listen(s.options.Listen); err != nil {
		return err
	}
	apiTLS, err := s.ca.server([]string{"localhost"}, net.IPv4(127, 0, 0, 1), net.IPv6loopback)
	if err != nil {
		return err
	}
	s.serve(s.apiListener, apiTLS, http.HandlerFunc(s.serveAPI))
	for range ipServices {
		p := &ipService{sim: s}
		if p.ln, err = s.net.listen("127.0.0.1:0"); err != nil {
			return err
		}
		p.url = s.scheme() + p.ln.gate.addr.String() + "/"
		s.ips = append(s.ips, p)
		s.serve(p.ln, apiTLS, p)
	}
	return nil
}

func (s *Simulator) scheme() string {
	if s.options.TLS {
		return "https://"
	}
	return "http://"
}

// serve runs an HTTP server on a listener until the simulator closes.
func (s *Simulator) serve(ln *listener, tlsConfig *tls.Config, h http.Handler) {
	srv := &http.Server{
		Handler: h, TLSConfig: tlsConfig.Clone(), ReadHeaderTimeout: time.Minute,
		ErrorLog:    log.New(logWriter(s.logf), "", 0),
		ConnContext: s.numberConn,
	}
	s.servers = append(s.servers, srv)
	s.net.spawn(func() {
		if s.options.TLS {
			_ = srv.ServeTLS(ln, "", "") // ends with ErrServerClosed
		} else {
			_ = srv.Serve(ln)
		}
	})
}

func (s *Simulator) numberConn(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	return context.WithValue(ctx, connKey{}, connInfo{id: s.connSeq.Add(1), conn: c})
}

// logWriter lets package log write through a function.
type logWriter func(string, ...any)

func (w logWriter) Write(p []byte) (int, error) {
	w("%s", p)
	return len(p), nil
}

func (s *Simulator) logf(format string, args ...any) {
	if s.options.Logf != nil {
		s.options.Logf(format, args...)
	}
}

// Close stops everything and waits for it.
func (s *Simulator) Close() error {
	if s.stopWatch != nil {
		s.stopWatch()
	}
	s.shutDown()
	return nil
}

func (s *Simulator) shutDown() {
	s.closing.Do(func() {
		s.mu.Lock()
		s.closed = true
		mappings := s.mappings
		s.mappings = nil
		s.mu.Unlock()
		s.net.end() // handlers that wait
		for _, srv := range s.servers {
			_ = srv.Close()
		}
		for _, m := range mappings {
			m.timer.Stop()
			m.relay.close(true)
		}
		s.net.close()
		s.handlers.Wait()
	})
}

// Endpoint is the API's base URL, without /v1.
func (s *Simulator) Endpoint() string { return s.scheme() + s.apiListener.gate.addr.String() }

// OperatorID is the account's operator ID.
func (s *Simulator) OperatorID() string { return s.operator }

func (s *Simulator) now() time.Time {
	return s.options.Now().Add(time.Duration(s.offset.Load()))
}

// Now is the simulator's clock.
func (s *Simulator) Now() time.Time { return s.now() }

// Advance puts the simulator's clock forward: tokens and mappings expire.
func (s *Simulator) Advance(d time.Duration) {
	s.offset.Add(int64(d))
	s.sweep()
}
