package simulator

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// ipServices is how many services tell the public address.
const ipServices = 4

// IPAnswer changes what an IP service says. The zero value is the truth.
type IPAnswer struct {
	Text   string // instead of the caller's address
	Status int    // 200 when 0
	Delay  time.Duration
	Hang   bool // say nothing until the client gives up
}

type ipService struct {
	sim *Simulator
	url string
	ln  *listener

	mu     sync.Mutex
	answer IPAnswer
	asked  int
}

// IPServices returns the URLs of the services that tell a caller's public IPv4.
func (s *Simulator) IPServices() []string {
	urls := make([]string, len(s.ips))
	for i, ip := range s.ips {
		urls[i] = ip.url
	}
	return urls
}

// SetIPService changes the answer of one service, by its place in IPServices.
func (s *Simulator) SetIPService(i int, a IPAnswer) {
	s.ips[i].mu.Lock()
	defer s.ips[i].mu.Unlock()
	s.ips[i].answer = a
}

// SetIPServiceUnreachable takes one service away and brings it back.
func (s *Simulator) SetIPServiceUnreachable(i int, away bool) error {
	return s.ips[i].ln.setDown(away)
}

// IPServiceCount says how often a service was asked.
func (s *Simulator) IPServiceCount(i int) int {
	s.ips[i].mu.Lock()
	defer s.ips[i].mu.Unlock()
	return s.ips[i].asked
}

func (p *ipService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.sim.enter() {
		panic(http.ErrAbortHandler)
	}
	defer p.sim.handlers.Done()
	p.mu.Lock()
	p.asked++
	a := p.answer
	p.mu.Unlock()
	p.sim.sleep(r.Context(), a.Delay)
	if a.Hang {
		select {
		case <-r.Context().Done():
		case <-p.sim.net.life.Done():
		}
		panic(http.ErrAbortHandler)
	}
	switch {
	case r.URL.Path != "/":
		http.NotFound(w, r)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	text := a.Text
	if text == "" {
		text = p.sim.publicOf(r.RemoteAddr).String() + "\n"
	}
	w.Header().Set("Content-Type", "text/plain")
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = io.WriteString(w, text)
}
