package access

import (
	"strings"
	"sync"

	"github.com/napter-connect/napter-connect/internal/myip"
)

// Finders are the finders of the public address of one process, by their
// services. Safe for concurrent use.
type Finders struct {
	mu   sync.Mutex
	made map[string]*myip.Finder
}

// NewFinders returns an empty set.
func NewFinders() *Finders { return &Finders{made: map[string]*myip.Finder{}} }

// Finder is the finder for services; none means the built-in ones.
func (f *Finders) Finder(services []myip.Service) (*myip.Finder, error) {
	var key strings.Builder
	for _, s := range services {
		key.WriteString(s.Operator + "\x00" + s.URL + "\x00")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if have := f.made[key.String()]; have != nil {
		return have, nil
	}
	made, err := myip.NewFinder(services...)
	if err != nil {
		return nil, err
	}
	f.made[key.String()] = made
	return made, nil
}

// Close drops the warm connections.
func (f *Finders) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, finder := range f.made {
		finder.Close()
	}
	clear(f.made)
}
