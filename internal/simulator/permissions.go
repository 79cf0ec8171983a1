package simulator

import "strings"

// Statement is one line of a SAM user's permissions.
type Statement struct {
	Effect string   // allow or deny; deny wins
	API    []string // Tag:operationId, such as Query:searchSims; * stands for anything
	// SimID limits the statement to calls with this SIM ID in their path, as the
	// condition pathVariable('sim_id') == '…' does.
	SimID string
}

// allowed says whether the statements let a call of api through. simID is the
// sim_id of the call's path, or "".
func allowed(list []Statement, api, simID string) bool {
	ok := false
	for _, st := range list {
		if st.SimID != "" && st.SimID != simID {
			continue
		}
		for _, pattern := range st.API {
			if !wildcard(pattern, api) {
				continue
			}
			if st.Effect != "allow" {
				return false
			}
			ok = true
		}
	}
	return ok
}

// wildcard matches text against a pattern in which * stands for any characters.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, parts[last])
}
