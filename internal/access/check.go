package access

import (
	"errors"
	"net/netip"
	"time"
)

// Limits of a request.
const (
	MaxDuration = 8 * time.Hour
	MinDuration = time.Second
)

// CheckPort says whether port can be a device's port. A Request with port 0 is
// refused; callers that have a default apply it first.
func CheckPort(port int) error { return errors.New("not built yet") }

// CheckDuration says whether d is from 1 s to 8 h. (In a Request, 0 is 8 h: a
// caller that was given a 0 by its user checks that itself, with this.)
func CheckDuration(d time.Duration) error { return errors.New("not built yet") }

// ParseSources reads --source: CIDRs or addresses, IPv4 only, never /0. "auto"
// alone, or nothing, gives none: the public address is learned.
func ParseSources(values []string) ([]netip.Prefix, error) { return nil, errors.New("not built yet") }
