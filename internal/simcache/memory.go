package simcache

import (
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/client"
)

// Memory is the cache as commands use it: what goes wrong with it costs them
// nothing.
type Memory struct {
	// Dir is the program's cache folder.
	Dir    string
	Choice Choice
	// Debugf receives what goes wrong.
	Debugf func(format string, args ...any)
}

// Listed keeps all SIMs of the operator that the choice led to, as the API listed
// them at a moment.
func (m Memory) Listed(endpoint, operator string, sims []client.Sim, at time.Time) {
	m.keep(endpoint, operator, func(c *Cache) error { return c.Save(describeAll(sims), at) })
}

// Found keeps some of the operator's SIMs.
func (m Memory) Found(endpoint, operator string, sims []client.Sim) {
	m.keep(endpoint, operator, func(c *Cache) error { return c.Merge(describeAll(sims)...) })
}

// Used keeps the SIM that access was opened to, unless the API would not describe
// it.
func (m Memory) Used(endpoint string, info access.Info) {
	if info.Operator != "" && info.SIM.ID != "" && info.SIM.Status != "" {
		m.keep(endpoint, info.Operator, func(c *Cache) error { return c.Merge(info.SIM) })
	}
}

func (m Memory) keep(endpoint, operator string, write func(*Cache) error) {
	err := Remember(m.Dir, m.Choice, endpoint, operator)
	if err == nil {
		err = write(Open(m.Dir, endpoint, operator))
	}
	if err != nil {
		m.Debugf("%v", err)
	}
}

// List returns the SIMs that are remembered, or none.
func (m Memory) List() List {
	cache, ok := Find(m.Dir, m.Choice)
	if !ok {
		return List{}
	}
	list, err := cache.Load()
	if err != nil {
		m.Debugf("%v", err)
	}
	return list
}

// Starting is Cache.Starting of what is remembered.
func (m Memory) Starting(text string, most int) []access.SIM {
	cache, ok := Find(m.Dir, m.Choice)
	if !ok {
		return nil
	}
	sims, err := cache.Starting(text, most)
	if err != nil {
		m.Debugf("%v", err)
	}
	return sims
}

func describeAll(sims []client.Sim) []access.SIM {
	list := make([]access.SIM, len(sims))
	for i, sim := range sims {
		list[i] = access.Describe(sim)
	}
	return list
}
