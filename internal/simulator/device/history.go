package device

import "sync"

// history holds the lines typed at the prompt, newest first, but not those that a
// command read. It implements term.History.
type history struct {
	mu     sync.Mutex
	lines  []string
	paused bool
}

const maxHistory = 100

func (h *history) pause(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.paused = on
}

func (h *history) Add(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paused || line == "" || (len(h.lines) > 0 && h.lines[len(h.lines)-1] == line) {
		return
	}
	h.lines = append(h.lines, line)
	if len(h.lines) > maxHistory {
		h.lines = h.lines[1:]
	}
}

func (h *history) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paused {
		return 0
	}
	return len(h.lines)
}

// At returns the line i before the newest.
func (h *history) At(i int) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines[len(h.lines)-1-i]
}
