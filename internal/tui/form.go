package tui

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/hostport"
)

// field is a line of the form: a choice if it has options, else typed text.
type field struct {
	label   string
	options []string
	at      int // of options
	line    input
	// shown when nothing is typed.
	placeholder string
	// check says what is wrong with the text, or "".
	check func(string) string
	note  func() string
}

// form asks how to connect.
type form struct {
	*env
	request   Request
	protocols []Protocol
	services  []string // "" is automatic

	protocol, port, user, duration, service, tls, source field
	focus                                                int
	width, height                                        int
}

func newForm(e *env, r Request) *form {
	f := &form{env: e, request: r, protocols: []Protocol{SSH, HTTP, HTTPS, VNC, RDP, TCP}, services: []string{"", "air", "arc"}}
	t := e.text
	f.protocol = field{label: t.Word("Protocol"), options: []string{"SSH", "HTTP", "HTTPS", "VNC", "RDP", t.Word("other TCP")}, note: f.protocolNote}
	f.port = field{label: t.Word("Port"), check: f.checkPort}
	f.user = field{label: t.Word("User"), placeholder: t.Word("as ssh_config says"), check: f.checkUser}
	f.duration = field{label: t.Word("Duration"), placeholder: "8h", check: f.checkDuration}
	f.service = field{label: t.Word("Service"), options: []string{t.Word("auto"), "SIM", "Arc"}}
	f.tls = field{label: "TLS", options: []string{e.text.Word("no"), e.text.Word("yes")}, note: f.tlsNote}
	f.source = field{label: t.Word("Source"), check: f.checkSource, note: f.sourceNote}
	for i, p := range f.protocols {
		if p == r.Protocol {
			f.protocol.at = i
		}
	}
	for i, s := range f.services {
		if s == r.Service {
			f.service.at = i
		}
	}
	f.user.line.set(r.User)
	if r.Port > 0 {
		f.port.line.set(strconv.Itoa(r.Port))
	}
	if r.Duration > 0 {
		f.duration.line.set(shortDuration(r.Duration))
	}
	f.source.line.set(joinPrefixes(r.Sources))
	f.protocolChanged()
	if r.TLS {
		f.tls.at = 1
	}
	if f.checkPort(f.port.line.value()) != "" { // as for a forward: that is what is missing
		f.focus = slices.Index(f.fields(), &f.port)
	}
	return f
}

func (f *form) title() string {
	return f.text.Sprintf("Connect to %s", safe(f.request.SIM.Label()))
}

func (f *form) setSize(w, h int) { f.width, f.height = min(w, 76), h }

func (f *form) chosen() Protocol { return f.protocols[f.protocol.at] }

// fields are those that the protocol has.
func (f *form) fields() []*field {
	list := []*field{&f.protocol, &f.port}
	p := f.chosen()
	if p == SSH {
		list = append(list, &f.user)
	}
	list = append(list, &f.duration, &f.service)
	if p == TCP {
		list = append(list, &f.tls)
	}
	return append(list, &f.source)
}

func (f *form) focused() *field {
	list := f.fields()
	return list[min(f.focus, len(list)-1)]
}

var usualPorts = [...]string{"22", "80", "443", "5900", "3389", ""}

func (f *form) protocolChanged() {
	f.port.placeholder = usualPorts[f.protocol.at]
}

func (f *form) commands() []command {
	k := f.keys
	move := func(n int) func() tea.Cmd {
		return do(func() {
			count := len(f.fields())
			f.focus = (min(f.focus, count-1) + n + count) % count
		})
	}
	list := []command{
		{key: k.Submit, run: f.submit},
		{key: k.Cancel, run: pop},
		{key: k.FieldNext, run: move(1)},
		{key: k.FieldPrev, run: move(-1), minor: true},
	}
	if len(f.focused().options) > 0 {
		list = append(list, command{key: k.Right, run: do(func() { f.choose(1) })},
			command{key: k.Left, run: do(func() { f.choose(-1) }), minor: true},
			command{key: k.Space, run: do(func() { f.choose(1) }), minor: true})
	}
	return list
}

func (f *form) choose(n int) {
	x := f.focused()
	x.at = (x.at + n + len(x.options)) % len(x.options)
	if x == &f.protocol {
		f.protocolChanged()
	}
}

func (f *form) handle(msg tea.Msg) tea.Cmd {
	if x := f.focused(); len(x.options) == 0 {
		x.line.handle(msg, f.keys)
	}
	return nil
}

func (f *form) able() string { return f.backend.Able(f.chosen()) }

// protocolNote says why the protocol can't be used, or what it means.
func (f *form) protocolNote() string {
	if f.chosen() == HTTP {
		return cmp.Or(f.able(), f.text.Word("Soracom encrypts, the device does not"))
	}
	return f.able()
}

func (f *form) tlsNote() string {
	if f.tls.at == 1 {
		return f.text.Word("Soracom encrypts, the device does not")
	}
	return ""
}

func (f *form) checkPort(s string) string {
	if _, ok := hostport.ParsePort(cmp.Or(s, f.port.placeholder)); !ok {
		return f.text.Word("a number from 1 to 65535")
	}
	return ""
}

func (f *form) checkUser(s string) string {
	if strings.ContainsAny(s, " \t@") {
		return f.text.Word("without spaces")
	}
	return ""
}

func (f *form) checkDuration(s string) string {
	d, err := time.ParseDuration(cmp.Or(s, f.duration.placeholder))
	if err != nil || d < time.Minute || d > config.MaxDuration {
		return f.text.Word("such as 30m or 8h, 8h at most")
	}
	return ""
}

func (f *form) checkSource(s string) string {
	if _, err := parsePrefixes(s); err != nil {
		return f.text.Word("an IPv4 range such as 203.0.113.7/32")
	}
	return ""
}

// sourceNote says where the range came from, and how far it opens the door.
func (f *form) sourceNote() string {
	t := f.text
	typed := strings.TrimSpace(f.source.line.value())
	if typed == "" {
		switch a := f.address; {
		case !a.known:
			return t.Word("asking for your address…")
		case a.err != nil:
			return t.Word("your address is unknown: type a range")
		default:
			return t.Sprintf("your address; %d services agree", a.address.Agreed)
		}
	}
	list, err := parsePrefixes(typed)
	if err != nil {
		return ""
	}
	for _, p := range list {
		if p.Bits() < 24 {
			return t.Sprintf("admits %d addresses", 1<<(32-p.Bits()))
		}
	}
	if typed == joinPrefixes(f.request.Sources) {
		return f.text.Word("from config.yaml")
	}
	return t.Word("as you gave it")
}

// ownAddress is the range that is used when none is typed.
func (f *form) ownAddress() string {
	if !f.address.known || f.address.err != nil {
		return ""
	}
	return netip.PrefixFrom(f.address.address.Addr, 32).String()
}

// submit connects, or goes to what is wrong.
func (f *form) submit() tea.Cmd {
	for i, x := range f.fields() {
		if x.check != nil && x.check(strings.TrimSpace(x.line.value())) != "" {
			f.focus = i
			return nil
		}
	}
	if f.able() != "" {
		f.focus = 0
		return nil
	}
	r := f.request
	r.Protocol = f.chosen()
	r.Port, _ = hostport.ParsePort(cmp.Or(strings.TrimSpace(f.port.line.value()), f.port.placeholder))
	if r.Protocol == SSH && f.port.line.value() == "" {
		r.Port = 0 // ssh_config may know
	}
	r.User = strings.TrimSpace(f.user.line.value())
	r.Duration, _ = time.ParseDuration(strings.TrimSpace(f.duration.line.value()))
	r.Service = f.services[f.service.at]
	r.TLS = r.Protocol == HTTP || r.Protocol == TCP && f.tls.at == 1
	r.Sources, _ = parsePrefixes(f.source.line.value())
	return tea.Sequence(pop(), send(connectMsg{r}))
}

const formLabel = 13

// render shows the fields; where there are more than lines, those around the
// focus. A remark on the focused one gets a separate line when
// it does not fit beside it.
func (f *form) render() ([]string, *tea.Cursor) {
	var lines []string
	var cursor *tea.Cursor
	f.source.placeholder = f.ownAddress()
	focused, at := f.focused(), 0
	for _, x := range f.fields() {
		line, note := f.line(x, x == focused)
		if x == focused {
			at = len(lines)
			if len(x.options) == 0 {
				_, column := x.line.render(f.valueWidth())
				cursor = tea.NewCursor(formLabel+2+column, at)
			}
		}
		room := f.width - width(line) - 2
		lines = append(lines, line+spaces(f.width-width(line))) // the box keeps its size
		switch {
		case note == "":
		case width(note) > room && x == focused && f.height > len(f.fields()):
			lines = append(lines, "    "+cut(note, f.width-4, f.style.more))
		default:
			lines[len(lines)-1] = line + "  " + cut(note, room, f.style.more) + spaces(room-width(note))
		}
	}
	if top := max(at-f.height+2, 0); len(lines) > f.height {
		top = min(top, len(lines)-f.height)
		lines = lines[top:]
		if cursor != nil {
			cursor.Y -= top
		}
	}
	return lines, cursor
}

// line is a field, and what there is to say about it.
func (f *form) line(x *field, active bool) (line, note string) {
	label := "  " + fit(x.label, formLabel, f.style.more)
	if active {
		label = f.style.FieldActive.Render(f.style.running + " " + fit(x.label, formLabel, f.style.more))
	}
	value, note, bad := f.value(x, active)
	style := f.style.Dim
	if bad {
		style = f.style.Bad
	}
	if note != "" {
		note = style.Render(note)
	}
	return label + value, note
}

func (f *form) valueWidth() int { return max(f.width-formLabel-4, 8) }

// value is what a field shows, and what there is to say about it.
func (f *form) value(x *field, active bool) (value, note string, bad bool) {
	if len(x.options) > 0 {
		value = x.options[x.at]
		if active {
			value = f.style.ButtonActive.Render("< " + value + " >")
		}
		if x.note != nil {
			note = x.note()
		}
		return value, note, x == &f.protocol && f.able() != ""
	}
	typed := strings.TrimSpace(x.line.value())
	value, _ = x.line.render(f.valueWidth())
	if typed == "" {
		value = f.style.Dim.Render(x.placeholder)
	}
	if wrong := x.check(typed); wrong != "" {
		return value, wrong, true
	}
	if x.note != nil {
		note = x.note()
	}
	return value, note, false
}

// parsePrefixes reads a list of ranges; an empty text is none.
func parsePrefixes(s string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := config.ParseSource(part)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func joinPrefixes(list []netip.Prefix) string {
	var parts []string
	for _, p := range list {
		parts = append(parts, p.String())
	}
	return strings.Join(parts, ", ")
}

// shortDuration writes 8h0m0s as 8h.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
