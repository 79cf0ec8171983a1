package access

import (
	"net/netip"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/hostport"
	"github.com/napter-connect/napter-connect/internal/message"
)

// MinDuration is the shortest life of a mapping; the API takes whole seconds.
const MinDuration = time.Second

// CheckPort says whether port can be a device's port. A Request with port 0 is
// refused; callers that have a default apply it first.
func CheckPort(port int) error {
	if !hostport.ValidPort(port) {
		return &RequestError{
			message.New("port %d is not a TCP port", port),
			message.New("give the port that the device listens on, 1 to 65535 (22 for SSH)"),
		}
	}
	return nil
}

// CheckDuration says whether d is from 1 s to 8 h. (In a Request, 0 is 8 h: a
// caller that was given a 0 by its user checks that itself, with this.)
func CheckDuration(d time.Duration) error {
	if d < MinDuration || d > config.MaxDuration {
		return &RequestError{
			message.New("a duration of %s is out of range", shortest(d)),
			message.New("give a duration from 1s to 8h, such as 30m or 2h"),
		}
	}
	return nil
}

// shortest writes a duration as people type it: 9h, not 9h0m0s.
func shortest(d time.Duration) string {
	text := d.String()
	for _, tail := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, tail) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// CheckService says whether service is air, arc or "".
func CheckService(service string) error {
	switch service {
	case "", "air", "arc":
		return nil
	}
	return &RequestError{message.New("unknown service %q", service), message.New("give air or arc")}
}

func checkSource(p netip.Prefix) error {
	if err := config.CheckSource(p); err != nil {
		return &RequestError{message.Of(err), message.Hint(err)}
	}
	return nil
}

// checked returns the request with its defaults, or says what is wrong with it.
func checked(r Request) (Request, error) {
	if r.Duration == 0 {
		r.Duration = config.MaxDuration
	}
	for _, err := range []error{CheckPort(r.Port), CheckDuration(r.Duration), CheckService(r.Service)} {
		if err != nil {
			return r, err
		}
	}
	for _, p := range r.Sources {
		if err := checkSource(p); err != nil {
			return r, err
		}
	}
	return r, nil
}
