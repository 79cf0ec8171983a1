package access

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/napter-connect/napter-connect/internal/client"
	"github.com/napter-connect/napter-connect/internal/message"
)

// kind is what a target looks like.
type kind int

const (
	byName kind = iota
	bySimID
	byIMSI
)

// target is what the user typed, understood.
type target struct {
	kind kind
	text string // the SIM ID, IMSI or name
	// whole is the text with the suffix that was dropped: a name may end so.
	whole string
}

var (
	// A SIM ID is the SIM's ICCID-like number: 19 digits, 89 for
	// telecommunications first (ITU-T E.118); 18 to 22 are accepted.
	simIDForm = regexp.MustCompile(`^89[0-9]{16,20}$`)
	// An IMSI has 15 digits (ITU-T E.212), and so has an IMEI that somebody may
	// have used as a name: what is not found as an IMSI is looked for by name.
	imsiForm = regexp.MustCompile(`^[0-9]{15}$`)
)

// parseTarget understands a target: sim-<SIM ID> (the host key's alias) and a
// .napter suffix (for ssh_config) are for the benefit of other programs.
func parseTarget(typed string) (target, error) {
	text := typed
	if cut := len(text) - len(".napter"); cut > 0 && strings.EqualFold(text[cut:], ".napter") {
		text = text[:cut]
	}
	if !utf8.ValidString(text) || strings.TrimSpace(text) == "" {
		return target{}, &RequestError{message.New("%q names no SIM", typed), message.New("give a SIM ID, an IMSI or a SIM's name")}
	}
	if id, ok := strings.CutPrefix(strings.ToLower(text), "sim-"); ok && simIDForm.MatchString(id) {
		return target{bySimID, id, typed}, nil
	}
	switch {
	case simIDForm.MatchString(text):
		return target{bySimID, text, typed}, nil
	case imsiForm.MatchString(text):
		return target{byIMSI, text, typed}, nil
	}
	return target{byName, text, typed}, nil
}

// searchable reports whether the API's search can be asked for a name: each
// value has 2 characters or more, and a comma separates values.
func searchable(name string) bool {
	return utf8.RuneCountInString(name) >= 2 && !strings.Contains(name, ",")
}

// fold brings names to a form in which equal means "the same, ignoring case",
// however their characters are composed.
func fold(name string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
}

// IsSIMID says whether text has the form of a SIM ID.
func IsSIMID(text string) bool { return simIDForm.MatchString(text) }

// SameName says whether two names mean the same SIM.
func SameName(a, b string) bool { return fold(a) == fold(b) }

// withName picks the SIMs whose name is exactly name.
func withName(sims []client.Sim, name string) []client.Sim {
	want := fold(name)
	return slices.DeleteFunc(slices.Clone(sims), func(s client.Sim) bool { return fold(s.Name()) != want })
}

// withIMSI picks the SIM that has the IMSI.
func withIMSI(sims []client.Sim, imsi string) []client.Sim {
	return slices.DeleteFunc(slices.Clone(sims), func(s client.Sim) bool {
		return !slices.Contains(s.IMSIs(), imsi)
	})
}

// TargetName is a target as a name: without the .napter suffix. It is for what
// is configured by name before the SIM is known.
func TargetName(typed string) string {
	t, err := parseTarget(typed)
	if err != nil {
		return typed
	}
	return t.text
}
