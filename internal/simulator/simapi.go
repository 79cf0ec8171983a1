package simulator

import (
	"net/http"
	"slices"
	"strings"
)

// Page sizes of GET /sims. The definition names none; this maximum is invented.
const (
	defaultSimsPage = 100
	maxSimsPage     = 1000
)

func (s *Simulator) listSims(c *call) (*answer, *apiError) {
	q := parseQuery(c.r.URL.RawQuery)
	limit := q.whole("limit", defaultSimsPage, 1, 1<<31-1)
	after := q.text("last_evaluated_key")
	if err := q.done(); err != nil {
		return nil, err
	}
	n := int(min(limit, maxSimsPage))
	n -= n / 20 // a page may be short though more follows, and here it always is
	return s.simsPage(c, after, n, nil)
}

func (s *Simulator) simsPage(c *call, after string, n int, match func(*SIM) bool) (*answer, *apiError) {
	list, more, err := s.dirs[c.session.operatorID].page(after, n, match)
	if err != nil {
		return nil, err
	}
	ans := &answer{status: http.StatusOK, body: pageOfSims(list, s.now())}
	if more {
		ans.next = list[len(list)-1].ID
	}
	return ans, nil
}

func (s *Simulator) getSim(c *call) (*answer, *apiError) {
	sim, ok := s.dirs[c.session.operatorID].sim(c.vars["sim_id"])
	if !ok {
		return nil, errNoSim()
	}
	return &answer{status: http.StatusOK, body: sim.json(s.now())}, nil
}

func (s *Simulator) getSubscriber(c *call) (*answer, *apiError) {
	imsi := c.vars["imsi"]
	sim, ok := s.dirs[c.session.operatorID].byImsi(imsi)
	if !ok {
		return nil, errNoSubscriber()
	}
	return &answer{status: http.StatusOK, body: sim.subscriber(imsi, s.now())}, nil
}

// condition is one thing that a search asks of a SIM.
type condition func(*SIM) bool

func (s *Simulator) searchSims(c *call) (*answer, *apiError) {
	q := parseQuery(c.r.URL.RawQuery)
	conditions := searchConditions(q)
	session := q.choice("session_status", "NA", "ONLINE", "OFFLINE")
	if session != "NA" {
		conditions = append(conditions, func(s *SIM) bool { return s.Online == (session == "ONLINE") })
	}
	limit := q.whole("limit", 10, 1, 100)
	after := q.text("last_evaluated_key")
	// The schema has and/or, the text AND/OR; clients in the field send both.
	kind := strings.ToLower(q.text("search_type"))
	if !slices.Contains([]string{"", "and", "or"}, kind) {
		q.fail("search_type must be and or or")
	}
	if err := q.done(); err != nil {
		return nil, err
	}
	match := func(s *SIM) bool {
		for _, fits := range conditions {
			if fits(s) == (kind == "or") {
				return kind == "or"
			}
		}
		return kind != "or" || len(conditions) == 0
	}
	return s.simsPage(c, after, int(limit), match)
}

// searchConditions reads the search parameters. Each value is one condition:
// the definition splits values at commas and joins all of them by search_type.
func searchConditions(q *query) []condition {
	var out []condition
	contains := func(name string, of func(*SIM) []string) {
		for _, v := range q.search(name) {
			v := strings.ToLower(v)
			out = append(out, func(s *SIM) bool {
				return slices.ContainsFunc(of(s), func(have string) bool { return strings.Contains(strings.ToLower(have), v) })
			})
		}
	}
	exact := func(name string, of func(*SIM) []string) {
		for _, v := range q.search(name) {
			out = append(out, func(s *SIM) bool { return slices.Contains(of(s), v) })
		}
	}
	one := func(field func(*SIM) string) func(*SIM) []string {
		return func(s *SIM) []string { return []string{field(s)} }
	}
	contains("name", one(func(s *SIM) string { return s.Tags["name"] }))
	contains("group", one(func(s *SIM) string { return s.Group }))
	contains("sim_id", one(func(s *SIM) string { return s.ID }))
	contains("imsi", func(s *SIM) []string { return []string{s.IMSI, s.ArcIMSI} })
	contains("msisdn", one(func(s *SIM) string { return s.MSISDN }))
	contains("iccid", one(func(s *SIM) string { return s.ICCID }))
	contains("serial_number", one(func(s *SIM) string { return s.SerialNumber }))
	contains("module_type", one(func(s *SIM) string { return s.ModuleType }))
	contains("tag", func(s *SIM) []string {
		values := make([]string, 0, len(s.Tags))
		for _, v := range s.Tags {
			values = append(values, v)
		}
		return values
	})
	exact("status", one(func(s *SIM) string { return s.Status })) // in part, active would be inactive too
	exact("group_id", one(func(s *SIM) string { return s.GroupID }))
	exact("subscription", func(s *SIM) []string {
		if s.ArcIMSI != "" {
			return []string{s.Subscription, planArc}
		}
		return []string{s.Subscription}
	})
	exact("bundles", func(*SIM) []string { return nil }) // no simulated SIM has a bundle
	return out
}
