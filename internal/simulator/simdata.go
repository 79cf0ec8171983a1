package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"
)

// maker makes up SIMs from a seed: the same seed and number give the same SIM.
type maker struct {
	seed     uint64
	operator string
	start    time.Time // times are counted back from here
	partner  bool      // the second operator's SIMs
	byHand   []func(*maker, *SIM)
}

func newMaker(seed, operator string, start time.Time) *maker {
	h := sha256.Sum256([]byte("sims:" + seed + ":" + operator))
	return &maker{seed: binary.BigEndian.Uint64(h[:]), operator: operator, start: start, byHand: byHand()}
}

// dice is a splitmix64 generator: one state word, so that making a SIM costs
// nothing but its strings.
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) n(n int) int { return int(d.next() % uint64(n)) }

func (m *maker) sims(n int) []*SIM {
	out := make([]*SIM, n)
	for i := range out {
		out[i] = m.sim(i)
	}
	return out
}

// sim makes SIM number i: the first ones are written by hand, so that every case
// has a name that tests and people can rely on.
func (m *maker) sim(i int) *SIM {
	d := dice(m.seed + uint64(i)*0x9e3779b97f4a7c15)
	s := m.plain(i, &d)
	if m.partner {
		s.Tags = map[string]string{"name": "partner-gw-" + pad(i+1, 2)}
		return s
	}
	if i < len(m.byHand) {
		m.byHand[i](m, s)
	} else {
		m.vary(i, &d, s)
	}
	return s
}

// plain is an active, online card SIM without a name.
func (m *maker) plain(i int, d *dice) *SIM {
	serial := 10_000_000 + i
	if m.partner {
		serial += 80_000_000
	}
	// All texts share one allocation: this is most of the cost of 100,000 SIMs.
	var w digits
	w.text("898110").number(d.n(10000), 4).number(serial, 8).check().end()
	w.text("44010").number(d.n(100), 2).number(serial, 8).end()
	w.text("8190").number(d.n(10), 1).number(serial, 8).end()
	w.text("DN").number(d.n(10000), 4).number(serial, 8).end()
	w.text("35").number(d.n(1_000_000), 6).number(d.n(1_000_000), 6).check().end()
	text := w.split()
	return &SIM{
		ID: text[0], OperatorID: m.operator, ICCID: text[0], IMSI: text[1], MSISDN: text[2], SerialNumber: text[3],
		Subscription: "plan-D", Type: "uicc", ModuleType: "trio", SpeedClass: "s1.standard", Status: "active",
		Online:    true,
		Connected: m.start.Add(-time.Duration(d.n(30*86400)) * time.Second).Truncate(time.Millisecond),
		IMEI:      text[4],
		IP:        netip.AddrFrom4([4]byte{10, byte(128 + i>>16&63), byte(i >> 8), byte(i)}),
		Cell:      Cell{RadioType: "LTE", MCC: 440, MNC: 10, TAC: 4000 + d.n(1000), ECI: 20_000_000 + d.n(1_000_000)},
		Created:   m.start.Add(-time.Duration(30*86400+d.n(900*86400)) * time.Second).Truncate(time.Millisecond),
	}
}

// digits writes several texts into one buffer.
type digits struct {
	buf   [96]byte
	n     int    // written so far
	start int    // of the current text
	ends  [5]int // of the texts
	count int
}

func (w *digits) text(s string) *digits {
	w.n += copy(w.buf[w.n:], s)
	return w
}

// number writes n with width digits.
func (w *digits) number(n, width int) *digits {
	for i := width - 1; i >= 0; i-- {
		w.buf[w.n+i] = byte('0' + n%10)
		n /= 10
	}
	w.n += width
	return w
}

// check appends the check digit of the current text.
func (w *digits) check() *digits {
	w.buf[w.n] = luhn(w.buf[w.start:w.n])
	w.n++
	return w
}

func (w *digits) end() {
	w.ends[w.count] = w.n
	w.count++
	w.start = w.n
}

func (w *digits) split() (out [5]string) {
	all, from := string(w.buf[:w.n]), 0
	for i, end := range w.ends[:w.count] {
		out[i], from = all[from:end], end
	}
	return out
}

// byHand are the SIMs that are always there. The order is part of the demo: the
// first ones show first.
func byHand() []func(*maker, *SIM) {
	return []func(*maker, *SIM){
		func(_ *maker, s *SIM) {
			s.Tags = map[string]string{"name": "gateway-001", "site": "tokyo", "role": "gateway"}
			group(s, 0)
		},
		named("tokyo-gw-014"),
		named("工場-温度計-03"),
		named("elevator-shibuya-2"),
		named("dup-sensor"),
		named("dup-sensor"),
		func(*maker, *SIM) {}, // no name
		func(m *maker, s *SIM) { // offline
			name(s, "pump-07")
			s.Online, s.Connected = false, m.start.Add(-76*time.Hour).Truncate(time.Millisecond)
		},
		func(_ *maker, s *SIM) { // never connected
			name(s, "never-connected-01")
			neverConnected(s)
		},
		func(m *maker, s *SIM) {
			name(s, "suspended-meter-2")
			s.Status, s.Online = "suspended", false
		},
		func(_ *maker, s *SIM) { // a virtual SIM as most are: no cellular session at all
			name(s, "arc-laptop-01")
			arcOnly(s)
		},
		func(m *maker, s *SIM) { // a virtual SIM whose sessionStatus says online
			name(s, "arc-server-02")
			arcOnly(s)
			s.Online, s.Connected = true, m.start.Add(-2*time.Hour).Truncate(time.Millisecond)
		},
		func(_ *maker, s *SIM) { // Air and Arc, both up
			name(s, "truck-11")
			addArc(s)
		},
		func(m *maker, s *SIM) { // Air down, Arc up
			name(s, "truck-12")
			addArc(s)
			s.Online, s.Connected = false, m.start.Add(-5*time.Hour).Truncate(time.Millisecond)
		},
		named("evil\x1b]0;pwned\x07\x1b[31m-red"),
		named("safe-\u202egnp.exe"),
		named("two\nlines\tand a tab"),
		func(_ *maker, s *SIM) {
			name(s, "old-kiosk-1")
			s.Status, s.Online = "terminated", false
		},
		func(_ *maker, s *SIM) {
			name(s, "spare-001")
			s.Status = "ready"
			neverConnected(s)
		},
		named("gw1"), // a part of the two that follow
		named("gw10"),
		named("gw100"),
		named("Gateway-Osaka"),
		named("line 3 press (north)"),
		named("-rf"),
		named("pump.napter"),
		named("🚜-combine-4"),
		named("a-very-long-name-that-somebody-typed-because-nothing-stopped-them-from-typing-it-and-so-it-went-on-" + longTail),
		func(_ *maker, s *SIM) {
			name(s, "router-udlt2-05")
			s.Type, s.ModuleType, s.Subscription = "euicc", "embedded", "plan01s"
			group(s, 2)
		},
		func(m *maker, s *SIM) {
			name(s, "inactive-cam-3")
			s.Status, s.Online = "inactive", false
		},
	}
}

const longTail = "and-on-and-on-until-the-column-was-much-too-narrow"

func named(n string) func(*maker, *SIM) { return func(_ *maker, s *SIM) { name(s, n) } }

func name(s *SIM, n string) { s.Tags = map[string]string{"name": n} }

func neverConnected(s *SIM) {
	s.Online, s.Connected, s.IMEI, s.Cell = false, time.Time{}, "", Cell{}
}

func arcOnly(s *SIM) {
	neverConnected(s)
	s.Type, s.ModuleType, s.Subscription, s.SerialNumber = "virtual", "virtual", planArc, ""
	s.IMSI = "99994" + s.IMSI[5:]
	s.MSISDN = "9994" + s.MSISDN[4:]
	s.ArcIMSI, s.ArcOnline, s.ArcIP = s.IMSI, true, s.IP
}

func addArc(s *SIM) {
	s.ArcIMSI, s.ArcOnline = "99994"+s.IMSI[5:], true
	s.ArcIP = netip.AddrFrom4([4]byte{10, 192 + s.IP.As4()[1]&63, s.IP.As4()[2], s.IP.As4()[3]})
}

type groupOf struct{ id, name string }

func groups() []groupOf {
	return []groupOf{
		{"1f6b2c1e-6b0f-4b5e-9c1b-0e6a5f3d0001", "gateways"},
		{"1f6b2c1e-6b0f-4b5e-9c1b-0e6a5f3d0002", "工場センサー"},
		{"1f6b2c1e-6b0f-4b5e-9c1b-0e6a5f3d0003", "routers"},
		{"1f6b2c1e-6b0f-4b5e-9c1b-0e6a5f3d0004", "field-test"},
	}
}

func group(s *SIM, i int) { g := groups()[i]; s.GroupID, s.Group = g.id, g.name }

// vary gives a generated SIM a lifelike name and state.
func (m *maker) vary(i int, d *dice, s *SIM) {
	sites := [...]string{"tokyo", "osaka", "sapporo", "nagoya", "fukuoka", "sendai", "naha", "kyoto", "hiroshima", "yokohama", "kobe", "niigata"}
	kinds := [...]string{"gw", "vending", "meter", "camera", "elevator", "pos", "kiosk", "signage", "weather", "pump", "tracker", "plc"}
	factory := [...]string{"温度計", "圧力計", "流量計", "カメラ", "コンベア", "検査機"}
	site := sites[d.n(len(sites))]
	var n string
	switch d.n(10) {
	case 0:
		n = "工場-" + factory[d.n(len(factory))] + "-" + pad(i, 3)
	case 1:
		n = kinds[d.n(len(kinds))] + "-" + site + "-" + strconv.Itoa(i)
	default:
		n = site + "-" + kinds[d.n(len(kinds))] + "-" + pad(i, 3)
	}
	if d.n(50) == 0 {
		n = "" // some never got a name
	}
	s.Tags = map[string]string{}
	if n != "" {
		s.Tags["name"] = n
	}
	if d.n(3) == 0 {
		s.Tags["site"] = site
	}
	if d.n(4) == 0 {
		group(s, d.n(4))
	}
	m.varyState(d, s)
}

func (m *maker) varyState(d *dice, s *SIM) {
	switch p := d.n(100); {
	case p < 62: // online
	case p < 84:
		s.Online = false
	case p < 88:
		neverConnected(s)
	case p < 91:
		s.Status, s.Online = "inactive", false
	case p < 94:
		s.Status = "ready"
		neverConnected(s)
	case p < 95:
		s.Status, s.Online = "standby", false
	case p < 96:
		s.Status, s.Online = "suspended", false
	case p < 97:
		s.Status, s.Online = "terminated", false
	case p < 99:
		arcOnly(s)
	default:
		addArc(s)
	}
	if s.Type == "virtual" {
		return
	}
	switch d.n(6) {
	case 0:
		s.Type, s.ModuleType, s.Subscription = "euicc", "embedded", "plan01s"
		s.IMSI = "29505" + s.IMSI[5:]
	case 1:
		s.Subscription, s.ModuleType = "plan-KM1", "nano"
		if s.Cell != (Cell{}) {
			s.Cell.RadioType, s.Cell.MNC = "LTE-M", 51
		}
	}
}

// pad writes n with at least width digits.
func pad(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

// luhn is the check digit that ICCIDs and IMEIs end with (ISO/IEC 7812-1).
func luhn(digits []byte) byte {
	sum := 0
	for i := range digits {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10)
}
