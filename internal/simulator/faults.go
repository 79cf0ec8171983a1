package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// Request is one request that reached the API, in the log.
type Request struct {
	Time      time.Time
	Operation string // such as createPortMappingForSim; "" for what is no operation
	Method    string
	Path      string // with /v1
	Query     url.Values
	Header    http.Header
	Body      []byte
	Status    int    // of the answer; 0 while there is none
	User      string // operatorId/userName; "" before the token is known
	Conn      int64  // the TCP connection's number, from 1
	Remote    string // the real peer address
}

// Fault is something that goes wrong with requests. What is zero does nothing:
// a fault with a Delay alone only slows down.
type Fault struct {
	Operation string             // "" is every request
	Match     func(Request) bool // nil is every request
	Times     int                // how many requests; 0 is all until removed

	Delay time.Duration // before anything else

	// Instead of doing it: an error answer.
	Status  int
	Code    string
	Message string

	// Change of the answer, whether it is the fault's own or the real one.
	Body        string // replaces the body when not empty
	NoBody      bool   // empties the body
	ContentType string
	Header      http.Header // added, such as Retry-After
	Truncate    bool        // half of the body, then the connection is cut

	// Ends without an answer.
	CommitThenDrop bool // do it, then cut the connection
	Drop           bool // cut the connection, do nothing
	Reset          bool // the same with a TCP reset
	Hang           bool // do nothing until the client gives up
	Unreachable    bool // reset everybody and refuse connections until removed
}

func (f *Fault) problem() *apiError {
	code, message := f.Code, f.Message
	if code == "" {
		code = "SIM" + strconv.Itoa(f.Status)
	}
	if message == "" {
		message = "Injected fault: " + http.StatusText(f.Status)
	}
	return apiErr(f.Status, code, message, message)
}

func (f *Fault) alter(h http.Header, status int, body []byte) (int, []byte) {
	if f.Body != "" {
		body = []byte(f.Body)
	}
	if f.NoBody {
		body = nil
	}
	if f.ContentType != "" {
		h.Set("Content-Type", f.ContentType)
	}
	for name, values := range f.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	return status, body
}

type activeFault struct {
	Fault
	left int
}

// Inject makes requests go wrong until remove is called, or Times is used up.
// The fault that was injected first and matches is used.
func (s *Simulator) Inject(f Fault) (remove func()) {
	a := &activeFault{Fault: f, left: f.Times}
	s.logMu.Lock()
	defer s.logMu.Unlock()
	s.faults = append(s.faults, a)
	return func() {
		s.logMu.Lock()
		s.faults = slices.DeleteFunc(s.faults, func(b *activeFault) bool { return a == b })
		s.logMu.Unlock()
		if f.Unreachable {
			_ = s.SetUnreachable(false)
		}
	}
}

// takeFault finds the fault for a logged request, and uses it up by one.
func (s *Simulator) takeFault(id int) *Fault {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	req := s.logged(id)
	if req == nil {
		return nil
	}
	for i, a := range s.faults {
		if a.Operation != "" && a.Operation != req.Operation || a.Match != nil && !a.Match(*req) {
			continue
		}
		if a.Times > 0 {
			if a.left--; a.left == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return &a.Fault
	}
	return nil
}

// before does what a fault does ahead of the operation; it may not return.
func (s *Simulator) before(f *Fault, r *http.Request) {
	if f == nil {
		return
	}
	s.sleep(r.Context(), f.Delay)
	switch {
	case f.Unreachable:
		_ = s.SetUnreachable(true)
		panic(http.ErrAbortHandler)
	case f.Reset:
		s.cut(r, true)
	case f.Drop:
		s.cut(r, false)
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.net.life.Done():
		}
		panic(http.ErrAbortHandler)
	}
}

// SetUnreachable takes the whole API away (connections are reset, new ones
// refused) and brings it back on the same port.
func (s *Simulator) SetUnreachable(away bool) error { return s.apiListener.setDown(away) }

// maxLog bounds the request log of a simulator that runs for days.
const maxLog = 20_000

// arrived logs a request and returns its number.
func (s *Simulator) arrived(op *operation, r *http.Request, body []byte) int {
	req := &Request{Time: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(),
		Header: r.Header.Clone(), Body: body, Conn: connOf(r.Context()).id, Remote: r.RemoteAddr}
	if op != nil {
		req.Operation = op.id
	}
	s.logMu.Lock()
	defer s.logMu.Unlock()
	s.counts[req.Operation]++
	s.log = append(s.log, req)
	if len(s.log) > maxLog {
		drop := maxLog / 4
		s.log = slices.Delete(s.log, 0, drop)
		s.logBase += drop
	}
	return s.logBase + len(s.log) - 1
}

// logged finds a request of the log; s.logMu is held.
func (s *Simulator) logged(id int) *Request {
	if i := id - s.logBase; i >= 0 && i < len(s.log) {
		return s.log[i]
	}
	return nil
}

func (s *Simulator) answered(id, status int, user string) {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	if req := s.logged(id); req != nil {
		req.Status, req.User = status, user
	}
}

// Requests returns the log, oldest first.
func (s *Simulator) Requests() []Request {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	out := make([]Request, len(s.log))
	for i, r := range s.log {
		out[i] = *r
	}
	return out
}

// Count says how often an operation was called since the start or the last
// ResetRequests.
func (s *Simulator) Count(operation string) int {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	return s.counts[operation]
}

// ResetRequests empties the log.
func (s *Simulator) ResetRequests() {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	s.logBase += len(s.log)
	s.log, s.counts = nil, map[string]int{}
}
